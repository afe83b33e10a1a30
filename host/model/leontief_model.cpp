#include "host/model/leontief_model.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "host/base/error.hpp"

namespace narrows {
namespace {

[[noreturn]] void refuse(const Eigen::MatrixXd& a, const std::vector<std::string>& labels,
                         const std::string& cause) {
    const auto sets = unproductive_sets(a);
    std::vector<std::string> sectors;
    std::string message = "the table is not productive: " + cause;
    if (!sets.empty()) {
        const Eigen::RowVectorXd sums = a.cwiseAbs().colwise().sum();
        message += fmt::format(
            "; {} sectors feed each other more than they deliver, largest column "
            "sums of A:",
            sets.front().size());
        constexpr std::size_t num_named = 5;
        for (const Index member : sets.front()) {
            const auto at = static_cast<std::size_t>(member);
            sectors.push_back(at < labels.size() ? labels[at] : "#" + std::to_string(member + 1));
            if (sectors.size() > num_named) continue;
            message += fmt::format("{} {} ({:.6g})", sectors.size() == 1 ? "" : ",", sectors.back(),
                                   sums[member]);
        }
    }
    throw NumericalError(message + ", expected a spectral radius below 1", std::move(sectors));
}

/// Factorises I - A; a singular matrix is refused with the sectors that make it so.
Factor factorise(const Backend& backend, const Eigen::MatrixXd& a,
                 const std::vector<std::string>& labels) {
    try {
        return backend.factor(a);
    } catch (const NumericalError& error) {
        refuse(a, labels, error.what());
    }
}

/// Ghosh needs x, which a model built from A alone does not have.
void require_output(const Eigen::VectorXd& x) {
    if (x.size() == 0) {
        throw ArgumentError("the Ghosh model needs gross output: build the model from a table");
    }
}

Coefficients only_a(Eigen::MatrixXd a) {
    Coefficients coefficients;
    coefficients.A = std::move(a);
    return coefficients;
}

}  // namespace

LeontiefModel::LeontiefModel(Backend backend, Coefficients coefficients,
                             const std::vector<std::string>& labels)
    : backend_(std::move(backend)),
      coefficients_(std::move(coefficients)),
      factor_(factorise(backend_, coefficients_.A, labels)) {
    prove_productive(labels);
    if (coefficients_.x.size() == 0) return;
    // What a sector without output sells comes from stock: its column has no cost, its price is 1.
    const Eigen::VectorXd costs =
        (coefficients_.x.array() == 0.0).select(1.0, coefficients_.primary());
    const Eigen::VectorXd prices = solve_prices(costs);
    certificate_.identity_deviation = order() == 0 ? 0.0 : (prices.array() - 1.0).abs().maxCoeff();
}

LeontiefModel::LeontiefModel(Backend backend, Eigen::MatrixXd a,
                             const std::vector<std::string>& labels)
    : LeontiefModel(std::move(backend), only_a(std::move(a)), labels) {}

/// The output multipliers w = L'1 are the ideal test vector of Collatz and Wielandt: (I - A)'w = 1
/// means w'A = w' - 1', so max_j (w'A)_j / w_j < 1 proves the spectral radius below 1 whenever
/// A >= 0 and w > 0, with the computed w and the computed quotient.
void LeontiefModel::prove_productive(const std::vector<std::string>& labels) {
    const Eigen::MatrixXd& a = coefficients_.A;
    output_multipliers_ = factor_.solve_transposed(Eigen::VectorXd::Ones(order()));
    if (!output_multipliers_.allFinite()) refuse(a, labels, "I - A is singular");
    if ((a.array() >= 0.0).all()) {
        if ((output_multipliers_.array() > 0.0).all()) {
            const Eigen::VectorXd image = a.transpose() * output_multipliers_;
            certificate_.spectral_radius_bound =
                order() == 0 ? 0.0 : (image.array() / output_multipliers_.array()).maxCoeff();
            if (*certificate_.spectral_radius_bound < 1.0) return;
        }
        refuse(a, labels,
               fmt::format("the spectral radius of A is {:.6g}", spectral_radius(a).upper));
    }
    // Negative coefficients: the multipliers prove nothing, but |A| bounds A.
    const SpectralRadius radius = spectral_radius(a);
    certificate_.spectral_radius_bound = radius.upper;
    if (radius.upper >= 1.0) {
        refuse(a, labels, fmt::format("the spectral radius of |A| is {:.6g}", radius.upper));
    }
}

Eigen::MatrixXd LeontiefModel::solve_output(const Eigen::MatrixXd& final_demand) const {
    return factor_.solve(final_demand);
}

Eigen::MatrixXd LeontiefModel::solve_prices(const Eigen::MatrixXd& primary_costs) const {
    return factor_.solve_transposed(primary_costs);
}

Eigen::VectorXd LeontiefModel::solve_ghosh(const Eigen::VectorXd& primary_inputs) const {
    // G' = x L' x^-1; where x_i = 0, row i of B is zero and G has a unit row there.
    const Eigen::VectorXd& x = coefficients_.x;
    require_output(x);
    Eigen::VectorXd scaled = Eigen::VectorXd::Zero(order());
    for (Index i = 0; i < order(); ++i) {
        if (x[i] != 0.0) scaled[i] = primary_inputs[i] / x[i];
    }
    Eigen::VectorXd output = factor_.solve_transposed(scaled).cwiseProduct(x);
    for (Index i = 0; i < order(); ++i) {
        if (x[i] == 0.0) output[i] = primary_inputs[i];
    }
    return output;
}

const Eigen::MatrixXd& LeontiefModel::leontief_inverse() const {
    if (!inverse_) {
        inverse_ = factor_.inverse();
        // R = I - K L = I - L + A L
        Eigen::MatrixXd residual = coefficients_.A * *inverse_ - *inverse_;
        residual.diagonal().array() += 1.0;
        const double r = residual.cwiseAbs().colwise().sum().maxCoeff();
        certificate_.inverse_residual = r;
        if (r < 1.0) {
            const double norm = inverse_->cwiseAbs().colwise().sum().maxCoeff();
            certificate_.inverse_error_bound = norm * r / (1.0 - r);
        }
    }
    return *inverse_;
}

Eigen::MatrixXd LeontiefModel::ghosh_inverse() const {
    const Eigen::VectorXd& x = coefficients_.x;
    require_output(x);
    Eigen::MatrixXd g = leontief_inverse() * x.asDiagonal();
    for (Index i = 0; i < order(); ++i) {
        if (x[i] != 0.0) {
            g.row(i) /= x[i];
        } else {
            g.row(i).setZero();
            g(i, i) = 1.0;
        }
    }
    return g;
}

double LeontiefModel::relative_residual(const Eigen::MatrixXd& output,
                                        const Eigen::MatrixXd& final_demand) const {
    const Eigen::MatrixXd residual = output - coefficients_.A * output - final_demand;
    double worst = 0.0;
    for (Index k = 0; k < residual.cols(); ++k) {
        const double scale = final_demand.col(k).cwiseAbs().maxCoeff();
        const double r = residual.col(k).cwiseAbs().maxCoeff();
        worst = std::max(worst, scale > 0.0 ? r / scale : r);
    }
    return worst;
}

}  // namespace narrows
