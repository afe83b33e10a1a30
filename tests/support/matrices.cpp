#include "tests/support/matrices.hpp"

#include <algorithm>
#include <cmath>
#include <random>

namespace narrows::test {

std::pair<Eigen::MatrixXd, Eigen::VectorXd> productive(Index n, double slack, unsigned seed) {
    std::mt19937 random(seed);
    std::lognormal_distribution<double> size(0.0, 1.5);
    std::bernoulli_distribution zero(0.1);
    std::uniform_real_distribution<double> spread(1.0, 2.0);
    Eigen::MatrixXd a(n, n);
    for (double& cell : a.reshaped()) cell = zero(random) ? 0.0 : size(random);
    Eigen::VectorXd r(n);
    for (Index j = 0; j < n; ++j) {
        if (n > 1 && a.col(j).sum() - a(j, j) == 0.0) a((j + 1) % n, j) = 1.0;
        if (a.col(j).sum() == 0.0) a(j, j) = 1.0;
        r[j] = slack * spread(random);
        a.col(j) *= (1.0 - r[j]) / a.col(j).sum();
    }
    return {a, r};
}

Eigen::MatrixXd random_matrix(Index rows, Index columns, unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<double> value;
    Eigen::MatrixXd matrix(rows, columns);
    for (double& cell : matrix.reshaped()) cell = value(random);
    return matrix;
}

Eigen::MatrixXd exact_inverse(const Eigen::MatrixXd& a, const Eigen::VectorXd& slack) {
    using Matrix = Eigen::Matrix<long double, Eigen::Dynamic, Eigen::Dynamic>;
    const Index n = a.rows();
    Matrix c = a.cast<long double>();
    Eigen::Matrix<long double, Eigen::Dynamic, 1> r = slack.cast<long double>();
    Matrix x = Matrix::Identity(n, n);
    for (Index k = 0; k < n; ++k) {
        long double pivot = r[k];
        for (Index i = k + 1; i < n; ++i) pivot += c(i, k);
        for (Index j = k + 1; j < n; ++j) r[j] += c(k, j) * r[k] / pivot;
        for (Index i = k + 1; i < n; ++i) {
            const long double l = c(i, k) / pivot;
            for (Index j = k + 1; j < n; ++j) c(i, j) += l * c(k, j);
            for (Index j = 0; j < n; ++j) x(i, j) += l * x(k, j);
        }
        c(k, k) = pivot;
    }
    for (Index i = n; i-- > 0;) {
        for (Index j = 0; j < n; ++j) {
            long double sum = x(i, j);
            for (Index k = i + 1; k < n; ++k) sum += c(i, k) * x(k, j);
            x(i, j) = sum / c(i, i);
        }
    }
    return x.cast<double>();
}

double difference(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b) {
    if (a.size() == 0) return 0.0;
    return (a - b).cwiseAbs().maxCoeff() / std::max(1.0, b.cwiseAbs().maxCoeff());
}

double worst_relative_error(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b) {
    double worst = 0.0;
    for (Index j = 0; j < b.cols(); ++j) {
        for (Index i = 0; i < b.rows(); ++i) {
            if (a(i, j) == b(i, j)) continue;
            worst = std::max(worst, std::abs(a(i, j) - b(i, j)) / std::abs(b(i, j)));
        }
    }
    return worst;
}

}  // namespace narrows::test
