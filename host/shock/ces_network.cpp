#include "host/shock/ces_network.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <Eigen/Cholesky>
#include <fmt/format.h>

#include "host/base/error.hpp"

namespace narrows {
namespace {

using Eigen::ArrayXd;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr int max_iterations = 200;
constexpr int max_price_sweeps = 100000;
constexpr double accepted_residual = 1e-10;  // where rounding allows no better

/// ln of the CES mean (sum_k share_k e^(rho z_k))^(1/rho) of shares that sum to 1, from
/// `above` = sum_k share_k (e^(rho z_k) - 1): exactly 0 at z = 0, accurate near rho = 0.
double log_mean(double above, double sum, double rho) {
    return (above > -0.5 ? std::log1p(above) : std::log(sum)) / rho;
}

double log_mean(const VectorXd& shares, const VectorXd& z, double rho) {
    if (rho == 0.0) return shares.dot(z);
    return log_mean(shares.dot((rho * z.array()).expm1().matrix()),
                    shares.dot((rho * z.array()).exp().matrix()), rho);
}

void check_size(const char* what, Index found, Index expected) {
    if (found != expected) {
        throw ArgumentError(fmt::format("{} has size {}, expected {}", what, found, expected));
    }
}

void check(const CesShares& shares) {
    const Index n = shares.b.size();
    const Index m = shares.F.cols();
    check_size("Omega (rows)", shares.Omega.rows(), n);
    check_size("Omega (columns)", shares.Omega.cols(), n);
    check_size("F (rows)", shares.F.rows(), n);
    check_size("theta", shares.theta.size(), n);
    check_size("factors", static_cast<Index>(shares.factors.size()), m);
    if (n == 0 || m == 0) throw ArgumentError("a CES network needs a good and a factor");
    if (!(shares.Omega.array() >= 0.0).all() || !(shares.F.array() >= 0.0).all() ||
        !(shares.b.array() >= 0.0).all()) {
        throw ArgumentError("a share of a CES network is below 0 or not a number");
    }
    const double sum = shares.b.sum();
    if (!(std::abs(sum - 1.0) <= 1e-9)) {
        throw ArgumentError(fmt::format("the shares of final use sum to {}, expected 1", sum));
    }
    const VectorXd costs = shares.Omega.rowwise().sum() + shares.F.rowwise().sum();
    Index worst = 0;
    if (!((costs.array() - 1.0).abs().maxCoeff(&worst) <= 1e-9)) {
        throw ArgumentError(
            fmt::format("the cost shares of good {} sum to {}, expected 1", worst, costs[worst]));
    }
    if (!(shares.theta.minCoeff() > 0.0) || !(shares.sigma > 0.0)) {
        throw ArgumentError(fmt::format("theta is {} and sigma {}, expected elasticities above 0",
                                        shares.theta.minCoeff(), shares.sigma));
    }
}

}  // namespace

/// Everything at factor prices w.
struct CesNetwork::Point {
    VectorXd log_w, log_p;
    double log_index = 0.0;  // ln P
    VectorXd budget;         // b~, N
    MatrixXd content;        // (I - Omega~)^-1 F~, N x m
    VectorXd income;         // Lambda, m
    // K = content' diag(between) content + diag(own) - (1 - sigma) Lambda Lambda'
    VectorXd between, own;
    VectorXd sales;  // empty where theta is uniform: not needed on the way

    MatrixXd derivative(double sigma) const {
        MatrixXd k = content.transpose() * (between.asDiagonal() * content);
        k.noalias() -= (1.0 - sigma) * income * income.transpose();
        k.diagonal() += own;
        return k;
    }
};

CesNetwork::CesNetwork(CesShares shares) : shares_(std::move(shares)) {
    check(shares_);
    const Index n = shares_.b.size();
    lu_.compute(MatrixXd::Identity(n, n) - shares_.Omega);
    content_ = lu_.solve(shares_.F);
    Index worst = 0;
    const VectorXd off = (content_.rowwise().sum().array() - 1.0).abs();
    if (!off.allFinite() || off.maxCoeff(&worst) > 1e-8 || content_.minCoeff() < -1e-12) {
        throw NumericalError(
            fmt::format("goods are not made of factors alone: I - Omega is singular or not "
                        "productive, good {} is off by {}",
                        worst, off[worst]),
            {});
    }
    const Point base = at(VectorXd::Zero(shares_.F.cols()), VectorXd::Zero(n));
    income_ = base.income;
    sales_ = sales_at(base);
    if (!(income_.minCoeff(&worst) > 0.0)) {
        throw ArgumentError(fmt::format("factor '{}' earns {}: nothing that is sold is made of it",
                                        shares_.factors[static_cast<std::size_t>(worst)],
                                        income_[worst]));
    }
    k_ = base.derivative(shares_.sigma);
    response_.compute(MatrixXd(income_.asDiagonal()) - k_);
}

/// p^(1-theta) = Psi F w^(1-theta).
void CesNetwork::solve_uniform(Point& point) const {
    const double rho = 1.0 - shares_.theta[0];
    if (rho == 0.0) {
        point.log_p = content_ * point.log_w;
        point.content = content_;
        return;
    }
    const VectorXd above = content_ * (rho * point.log_w.array()).expm1().matrix();
    const VectorXd powers = (rho * point.log_w.array()).exp();
    const VectorXd sums = content_ * powers;
    point.log_p.resize(above.size());
    for (Index j = 0; j < above.size(); ++j) {
        point.log_p[j] = log_mean(above[j], sums[j], rho);
    }
    const VectorXd inverse = (-rho * point.log_p.array()).exp();
    point.content = inverse.asDiagonal() * content_ * powers.asDiagonal();
}

/// The fixed point in ln p from point.log_p on: monotone, a contraction where Omega is productive.
void CesNetwork::solve_prices(Point& point) const {
    const Index n = shares_.b.size();
    const MatrixXd omega = shares_.Omega.transpose();  // a buyer's shares side by side
    const MatrixXd f = shares_.F.transpose();
    for (int sweep = 0; sweep < max_price_sweeps; ++sweep) {
        VectorXd next(n);
        for (Index j = 0; j < n; ++j) {
            const double rho = 1.0 - shares_.theta[j];
            if (rho == 0.0) {
                next[j] = omega.col(j).dot(point.log_p) + f.col(j).dot(point.log_w);
                continue;
            }
            const ArrayXd p = rho * point.log_p.array();
            const ArrayXd w = rho * point.log_w.array();
            next[j] =
                log_mean(omega.col(j).dot(p.expm1().matrix()) + f.col(j).dot(w.expm1().matrix()),
                         omega.col(j).dot(p.exp().matrix()) + f.col(j).dot(w.exp().matrix()), rho);
        }
        const double change = (next - point.log_p).cwiseAbs().maxCoeff();
        point.log_p = next;
        if (!(change > 1e-15 * (1.0 + next.cwiseAbs().maxCoeff()))) return;
    }
    throw NumericalError(fmt::format("prices of goods do not settle in {} sweeps: I - Omega is "
                                     "nearly singular",
                                     max_price_sweeps),
                         {});
}

void CesNetwork::solve_general(Point& point) const {
    solve_prices(point);
    const Index n = shares_.b.size();
    MatrixXd omega = shares_.Omega;
    MatrixXd f = shares_.F;
    for (Index j = 0; j < n; ++j) {
        const double rho = 1.0 - shares_.theta[j];
        omega.row(j).array() *= (rho * (point.log_p.array() - point.log_p[j])).exp().transpose();
        f.row(j).array() *= (rho * (point.log_w.array() - point.log_p[j])).exp().transpose();
    }
    const Eigen::PartialPivLU<MatrixXd> lu(MatrixXd::Identity(n, n) - omega);
    point.content = lu.solve(f);
    const double rho_final = 1.0 - shares_.sigma;
    point.log_index = log_mean(shares_.b, point.log_p, rho_final);
    point.budget = shares_.b.array() * (rho_final * (point.log_p.array() - point.log_index)).exp();
    point.sales = lu.transpose().solve(point.budget);
    const VectorXd complements = (1.0 - shares_.theta.array()) * point.sales.array();
    point.between = omega.transpose() * complements - complements + rho_final * point.budget;
    point.own = f.transpose() * complements;
    point.income = point.content.transpose() * point.budget;
}

CesNetwork::Point CesNetwork::at(const VectorXd& log_w, const VectorXd& start) const {
    Point point;
    point.log_w = log_w;
    point.log_p = start;
    if (!uniform()) {
        solve_general(point);
        return point;
    }
    solve_uniform(point);
    const double rho_final = 1.0 - shares_.sigma;
    point.log_index = log_mean(shares_.b, point.log_p, rho_final);
    point.budget = shares_.b.array() * (rho_final * (point.log_p.array() - point.log_index)).exp();
    point.income = point.content.transpose() * point.budget;
    // What goods add to K telescopes from buyer to buyer: final use and the factors are left.
    point.between = (shares_.theta[0] - shares_.sigma) * point.budget;
    point.own = (1.0 - shares_.theta[0]) * point.income;
    return point;
}

VectorXd CesNetwork::sales_at(const Point& point) const {
    if (point.sales.size() > 0) return point.sales;
    const ArrayXd powers = ((1.0 - shares_.theta[0]) * point.log_p.array()).exp();
    const VectorXd rescaled = lu_.transpose().solve((point.budget.array() / powers).matrix());
    return powers * rescaled.array();
}

/// ln(Lambda_f / (w_f L_f)), infinite where a number overflows; `endowment` is L_f times what it
/// earned before.
VectorXd CesNetwork::excess(const Point& point, const VectorXd& endowment) const {
    const VectorXd result = (point.income.array() / endowment.array()).log() - point.log_w.array();
    return result.allFinite()
               ? result
               : VectorXd::Constant(result.size(), std::numeric_limits<double>::infinity());
}

/// The next point from `from`, or `from` itself where rounding allows none better. Newton on
/// ln(Lambda / (w L)) where that makes the largest smaller; else, far away, a step down the convex
/// function sum_f w_f L_f - ln P(w), whose gradient in ln w is w L - Lambda.
CesNetwork::Point CesNetwork::step(const Point& from, const VectorXd& endowment) const {
    const VectorXd excess_now = excess(from, endowment);
    const double largest = excess_now.cwiseAbs().maxCoeff();
    // Lambda - K, scaled to have a diagonal near 1.
    const ArrayXd root = from.income.array().sqrt();
    MatrixXd system = -from.derivative(shares_.sigma);
    system.diagonal() += from.income;
    system.array().colwise() /= root;
    system.array().rowwise() /= root.transpose();
    const Eigen::LDLT<MatrixXd> factored(system);
    const auto solve = [&](const ArrayXd& rhs) {
        return VectorXd(factored.solve((rhs / root).matrix()).array() / root);
    };
    const VectorXd newton = solve(from.income.array() * excess_now.array());
    for (double length = 1.0; length > 0.05; length *= 0.5) {
        Point to = at(from.log_w + length * newton, from.log_p);
        const double then = excess(to, endowment).cwiseAbs().maxCoeff();
        if (then <= (1.0 - 0.5 * length) * largest) return to;
    }
    if (largest <= accepted_residual) return from;
    const VectorXd spending = endowment.array() * from.log_w.array().exp();
    const VectorXd gradient = spending - from.income;
    const VectorXd down = -solve(gradient);
    const double value = spending.sum() - from.log_index;
    constexpr double longest = 4.0;  // beyond it powers of w overflow
    double length = std::min(1.0, longest / down.cwiseAbs().maxCoeff());
    for (int halvings = 0; halvings < 50; ++halvings, length *= 0.5) {
        Point to = at(from.log_w + length * down, from.log_p);
        const double then = (endowment.array() * to.log_w.array().exp()).sum() - to.log_index;
        if (then - value <= 1e-4 * length * gradient.dot(down)) return to;
    }
    return from;
}

CesEquilibrium CesNetwork::equilibrium(const VectorXd& supply) const {
    check_size("supply", supply.size(), income_.size());
    Index worst = 0;
    if (!(supply.minCoeff(&worst) > 0.0) || !supply.allFinite()) {
        throw NumericalError(
            fmt::format("no equilibrium: supply of factor '{}' is {}, expected "
                        "above 0, as nothing takes its place entirely",
                        shares_.factors[static_cast<std::size_t>(worst)], supply[worst]),
            {shares_.factors[static_cast<std::size_t>(worst)]});
    }
    const VectorXd endowment = supply.cwiseProduct(income_);
    CesEquilibrium result;
    Point point = at(VectorXd::Zero(supply.size()), VectorXd::Zero(shares_.b.size()));
    const auto residual = [&] {
        return excess(point, endowment).array().expm1().abs().maxCoeff(&worst);
    };
    result.residual = residual();
    for (; result.iterations < max_iterations && result.residual > 1e-14; ++result.iterations) {
        Point next = step(point, endowment);
        if (next.log_w == point.log_w) break;
        point = std::move(next);
        result.residual = residual();
    }
    if (!(result.residual <= accepted_residual)) {
        throw NumericalError(
            fmt::format("no equilibrium found in {} steps: the market of factor '{}' is off by "
                        "{:.2g}; elasticities are {} and above, larger ones are easier",
                        result.iterations, shares_.factors[static_cast<std::size_t>(worst)],
                        result.residual, std::min(shares_.theta.minCoeff(), shares_.sigma)),
            {shares_.factors[static_cast<std::size_t>(worst)]});
    }
    result.sales = sales_at(point);
    result.log_factor_prices = std::move(point.log_w);
    result.log_prices = std::move(point.log_p);
    result.log_gdp = -point.log_index;
    result.income = std::move(point.income);
    return result;
}

CesExpansion CesNetwork::expansion(const VectorXd& dlog_supply) const {
    check_size("dlog_supply", dlog_supply.size(), income_.size());
    for (Index f = 0; f < dlog_supply.size(); ++f) {
        if (std::isfinite(dlog_supply[f])) continue;
        const std::string& name = shares_.factors[static_cast<std::size_t>(f)];
        throw NumericalError(
            fmt::format("no expansion: ln supply of factor '{}' changes by {}, expected a number",
                        name, dlog_supply[f]),
            {name});
    }
    CesExpansion result;
    result.dlog_income = -response_.solve(k_ * dlog_supply);
    result.first_order = income_.dot(dlog_supply);
    result.second_order =
        result.first_order +
        0.5 * (income_.array() * result.dlog_income.array() * dlog_supply.array()).sum();
    const VectorXd dlog_w = result.dlog_income - dlog_supply;
    result.dlog_prices = content_ * dlog_w;
    const ArrayXd prices = result.dlog_prices.array();
    const VectorXd complements = (1.0 - shares_.theta.array()) * sales_.array();
    const VectorXd demand =
        (1.0 - shares_.sigma) * shares_.b.array() * (prices - income_.dot(dlog_w)) +
        prices * (shares_.Omega.transpose() * complements).array() -
        (shares_.Omega.transpose() * (complements.array() * prices).matrix()).array();
    const VectorXd dsales = lu_.transpose().solve(demand);
    result.dlog_outputs = (sales_.array() != 0.0).select(dsales.array() / sales_.array(), 0.0);
    result.dlog_outputs -= result.dlog_prices;
    return result;
}

}  // namespace narrows
