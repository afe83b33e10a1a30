#include "tests/kernels/cuda/reference.hpp"

#include <random>

#include "kernels/common/random.hpp"

namespace narrows::cuda_tests {

Table random_table(Eigen::Index n, double slack, unsigned seed) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> uniform(0.0, 1.0);
    Table table{Eigen::MatrixXd(n, n), Eigen::VectorXd(n)};
    for (double& cell : table.a.reshaped()) cell = uniform(random) < 0.3 ? 0.0 : uniform(random);
    for (Eigen::Index j = 0; j < n; ++j) {
        table.a(j, j) = 0.1 * uniform(random);
        table.slack[j] = slack * (0.5 + uniform(random));
        const double sum = table.a.col(j).sum();
        if (sum > 0.0) table.a.col(j) *= (1.0 - table.slack[j]) / sum;
    }
    return table;
}

LongMatrix exact_inverse(const Eigen::MatrixXd& a, const Eigen::VectorXd& slack) {
    const Eigen::Index n = a.rows();
    LongMatrix k = -a.cast<long double>();
    Eigen::Matrix<long double, Eigen::Dynamic, 1> left = slack.cast<long double>();
    for (Eigen::Index s = 0; s < n; ++s) {
        long double pivot = left[s];
        for (Eigen::Index i = s + 1; i < n; ++i) pivot -= k(i, s);
        const auto column = k.col(s).eval();
        const auto row = (k.row(s) / pivot).eval();
        for (Eigen::Index j = s + 1; j < n; ++j) left[j] -= left[s] * row[j];
        for (Eigen::Index j = 0; j < n; ++j) {
            if (j == s) continue;
            k.col(j) -= column * row[j];
            k(s, j) = row[j];
        }
        k.col(s) = -column / pivot;
        k(s, s) = 1.0L / pivot;
    }
    return k;
}

double relative_error(const Eigen::MatrixXd& computed, const LongMatrix& exact) {
    long double worst = 0.0L;
    for (Eigen::Index j = 0; j < exact.cols(); ++j) {
        for (Eigen::Index i = 0; i < exact.rows(); ++i) {
            const long double error = std::abs(computed(i, j) - exact(i, j));
            if (error > 0.0L || std::isnan(error)) {
                worst =
                    std::isnan(error) ? INFINITY : std::max(worst, error / std::abs(exact(i, j)));
            }
        }
    }
    return static_cast<double>(worst);
}

Draw perturbed_table(const narrows_batch& batch, std::int64_t number) {
    const Eigen::Index n = batch.order;
    Draw draw{Eigen::MatrixXd(n, n), Eigen::VectorXd(n), Eigen::VectorXd(n)};
    for (Eigen::Index j = 0; j < n; ++j) {
        for (Eigen::Index i = 0; i < n; ++i) {
            const Eigen::Index cell = i + j * n;
            draw.a(i, j) =
                batch.coefficients[cell] *
                kernels::perturbation(batch.seed, batch.stream,
                                      static_cast<std::uint32_t>(batch.first_draw + number),
                                      static_cast<std::uint64_t>(cell), batch.spread[cell]);
        }
        draw.totals[j] = draw.a.col(j).sum() + batch.slack[j];
        draw.a.col(j) /= draw.totals[j];
        draw.slack[j] = batch.slack[j] / draw.totals[j];
    }
    return draw;
}

}  // namespace narrows::cuda_tests
