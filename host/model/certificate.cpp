// How far a model's results can be trusted: MODEL H.6.
#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/model/leontief_model.hpp"

namespace narrows {
namespace {

constexpr double unit_roundoff = std::numeric_limits<double>::epsilon() / 2.0;

/// k u / (1 - k u): bounds the relative error of k roundings in a row (Higham 2002, lemma 3.1).
double gamma(Index k) {
    const double ku = static_cast<double>(k) * unit_roundoff;
    return ku / (1.0 - ku);
}

}  // namespace

const Certificate& LeontiefModel::certificate() const {
    if (!certified_) certify();
    if (inverse_ && !certificate_.inverse_residual) certify_inverse();
    return certificate_;
}

/// The output multipliers w = L'1 are the ideal test vector of Collatz and Wielandt: (I - A)'w = 1
/// means w'A = w' - 1', so max_j (w'|A|)_j / w_j < 1 proves the spectral radius of |A| below 1 with
/// the computed w and the computed quotient.
void LeontiefModel::certify() const {
    const Index n = order();
    const Eigen::VectorXd& w = output_multipliers();
    certificate_.spectral_radius_bound = structure_.contraction;
    if (n > 0 && w.minCoeff() > 0.0) {
        const Eigen::MatrixXd& a = coefficients_.A;
        const Eigen::VectorXd image = a.cwiseAbs().transpose() * w;
        const double quotient = (1.0 + gamma(n + 1)) * (image.array() / w.array()).maxCoeff();
        const double rate = std::min(structure_.contraction, quotient);
        certificate_.spectral_radius_bound = rate;
        // (I - A)'(w - exact) = residual, and ||L'|| <= 1 / (1 - rate) in the norm max |.| / weight
        // of the weights that prove the rate.
        const Eigen::ArrayXd defect = (1.0 - w.array() + (a.transpose() * w).array()).abs() +
                                      gamma(n + 3) * (1.0 + w.array() + image.array());
        const Eigen::ArrayXd weights = (rate == quotient ? w : structure_.weights).array();
        const double error = (defect / weights).maxCoeff() / (1.0 - rate);
        certificate_.multipliers_error_bound = (error * weights / w.array()).maxCoeff();
    }
    if (coefficients_.x.size() > 0) {
        // What a sector without output sells comes from stock: its column has no cost, its price
        // is 1.
        const Eigen::VectorXd costs =
            (coefficients_.x.array() == 0.0).select(1.0, coefficients_.primary());
        const Eigen::MatrixXd prices = solve_prices(costs);
        certificate_.identity_deviation = n == 0 ? 0.0 : (prices.array() - 1.0).abs().maxCoeff();
    }
    certified_ = true;
}

void LeontiefModel::certify_inverse() const {
    const Index n = order();
    const Eigen::VectorXd column_sums_of_a = coefficients_.A.cwiseAbs().colwise().sum().transpose();
    Eigen::MatrixXd weights(n, 2);
    weights << Eigen::VectorXd::Ones(n), column_sums_of_a;
    // 1'|L| and 1'|A||L|, column by column.
    Eigen::MatrixXd sums(n, 2);
    if (structure_.path == InversePath::pivoted_lu) {
        sums = leontief_inverse().cwiseAbs().transpose() * weights;
    } else {
        narrows_sweep sweep{};
        sweep.num_weights = 2;
        sweep.weights = weights.data();
        sweep.column_sums = sums.data();
        inverse_->sweep(sweep);
    }
    Eigen::ArrayXd r = inverse_->residual_sums(a_).array();
    r = (1.0 + gamma(n)) * (r + gamma(n + 3) * (1.0 + sums.rowwise().sum().array()));
    const double worst = n == 0 ? 0.0 : r.maxCoeff();
    certificate_.inverse_residual = worst;
    if (worst < 1.0) {
        const double norm = n == 0 ? 0.0 : (1.0 + gamma(n)) * sums.col(0).maxCoeff();
        certificate_.inverse_error_bound = norm * worst / (1.0 - worst);
    }
}

double LeontiefModel::relative_residual(const Eigen::MatrixXd& output,
                                        const Eigen::MatrixXd& final_demand) const {
    const Eigen::MatrixXd left = residual(output, final_demand, false);
    double worst = 0.0;
    for (Index k = 0; k < left.cols(); ++k) {
        const double scale = final_demand.col(k).cwiseAbs().maxCoeff();
        const double r = left.col(k).cwiseAbs().maxCoeff();
        worst = std::max(worst, scale > 0.0 ? r / scale : r);
    }
    return worst;
}

/// |f - x + A x| in every component, with the rounding of computing it.
Eigen::MatrixXd LeontiefModel::residual_bound(const Eigen::MatrixXd& output,
                                              const Eigen::MatrixXd& final_demand) const {
    const Eigen::MatrixXd magnitude = output.cwiseAbs();
    const Eigen::MatrixXd image = structure_.path == InversePath::pivoted_lu
                                      ? coefficients_.A.cwiseAbs() * magnitude
                                      : a_.apply(magnitude);
    return residual(output, final_demand, false).cwiseAbs() +
           gamma(order() + 3) * (final_demand.cwiseAbs() + magnitude + image);
}

double LeontiefModel::relative_error_bound(const Eigen::MatrixXd& output,
                                           const Eigen::MatrixXd& final_demand) const {
    // ||x - exact|| <= ||residual|| / (1 - contraction) in the norm sum of w_i |x_i|.
    const Eigen::RowVectorXd w = structure_.weights.transpose();
    const Eigen::RowVectorXd left = w * residual_bound(output, final_demand);
    const Eigen::RowVectorXd size = w * output.cwiseAbs();
    double worst = 0.0;
    for (Index k = 0; k < left.size(); ++k) {
        if (left[k] > 0.0) worst = std::max(worst, left[k] / size[k]);
    }
    return worst == 0.0 ? 0.0
                        : (1.0 + gamma(2 * order() + 4)) * worst / (1.0 - structure_.contraction);
}

Eigen::MatrixXd LeontiefModel::output_error_bounds(const Eigen::MatrixXd& output,
                                                   const Eigen::MatrixXd& final_demand) const {
    if (structure_.path == InversePath::pivoted_lu) {
        throw ArgumentError("componentwise bounds need coefficients that are not negative");
    }
    const Index n = order();
    // |K (x - exact)| <= rho, with the rounding of the residual itself.
    const Eigen::MatrixXd rho = residual_bound(output, final_demand);
    // K z >= rho gives |x - exact| <= z, for K is an M-matrix. z nearly solves it; what it really
    // reaches is computed with its rounding taken off, and z enlarged to reach rho.
    Eigen::MatrixXd z = solve(rho, false).cwiseMax(0.0);
    const Eigen::MatrixXd az = a_.apply(z);
    const Eigen::MatrixXd reached = z - az - gamma(n + 3) * (z + az);
    for (Index k = 0; k < z.cols(); ++k) {
        double factor = 1.0;
        for (Index i = 0; i < n; ++i) {
            if (rho(i, k) == 0.0) continue;
            factor = reached(i, k) > 0.0 ? std::max(factor, rho(i, k) / reached(i, k)) : INFINITY;
            if (!std::isfinite(factor)) break;
        }
        z.col(k) *= factor * (1.0 + 4.0 * unit_roundoff);
    }
    return z;
}

}  // namespace narrows
