#include "host/model/leontief_model.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "host/base/error.hpp"

namespace narrows {
namespace {

/// Ghosh needs x, which a model built from A alone does not have.
void require_output(const Eigen::VectorXd& x) {
    if (x.size() == 0) {
        throw ArgumentError("the Ghosh model needs gross output: build the model from a table");
    }
}

Coefficients only_a(Eigen::MatrixXd a) {
    if (a.rows() != a.cols()) {
        throw ArgumentError(
            fmt::format("A is {} x {}, expected a square matrix", a.rows(), a.cols()));
    }
    Coefficients coefficients;
    coefficients.A = std::move(a);
    return coefficients;
}

/// The share of output that goes into production, as a guess at how fast A shrinks a vector.
double expected_rate(const Coefficients& c) {
    if (c.A.size() == 0) return 0.0;
    const Eigen::VectorXd sums = c.A.cwiseAbs().colwise().sum().transpose();
    const double weighted =
        c.x.size() > 0 && c.x.sum() > 0.0 ? sums.dot(c.x) / c.x.sum() : sums.mean();
    return std::min(1.0, weighted + 0.05);
}

/// A column with few entries is quicker gathered from columns of L than multiplied with all of it.
bool is_sparse(const Eigen::Ref<const Eigen::VectorXd>& column) {
    constexpr Index one_in = 64;
    return (column.array() != 0.0).count() * one_in <= column.size();
}

}  // namespace

LeontiefModel::LeontiefModel(Backend backend, Coefficients coefficients,
                             const std::vector<std::string>& labels, SolveMethod method)
    : backend_(std::move(backend)),
      coefficients_(std::move(coefficients)),
      structure_(analyse_structure(coefficients_, labels)),
      wanted_(method),
      a_(backend_.upload(coefficients_.A)) {}

LeontiefModel::LeontiefModel(Backend backend, Eigen::MatrixXd a,
                             const std::vector<std::string>& labels, SolveMethod method)
    : LeontiefModel(std::move(backend), only_a(std::move(a)), labels, method) {}

void LeontiefModel::note(SolveMethod method, const std::string& reason) const {
    const std::string text = std::string(to_string(method)) + ": " + reason;
    if (std::find(methods_used_.begin(), methods_used_.end(), text) == methods_used_.end()) {
        methods_used_.push_back(text);
    }
}

SolvePlan LeontiefModel::plan(Index num_columns) const {
    SolveQuestion question;
    question.n = order();
    question.num_columns = num_columns;
    question.contraction = structure_.contraction;
    question.expected_rate = expected_rate(coefficients_);
    question.inverse_bytes = backend_.bytes_needed(NARROWS_INVERT, order());
    question.free_bytes = backend_.free_bytes();
    question.wanted = wanted_;
    return plan_solve(question);
}

Eigen::MatrixXd LeontiefModel::solve(const Eigen::MatrixXd& rhs, bool transposed) const {
    if (rhs.rows() != order()) {
        throw ArgumentError(
            fmt::format("right-hand side has {} rows, expected {}", rhs.rows(), order()));
    }
    if (!inverse_) {
        const SolvePlan chosen = plan(rhs.cols());
        if (chosen.method == SolveMethod::lu) {
            note(SolveMethod::lu, chosen.reason);
            return solve_by_lu(rhs, transposed);
        }
        std::string reason = chosen.reason;
        if (chosen.method == SolveMethod::iterate) {
            if (auto solution = iterate(rhs, transposed, chosen.most_steps)) {
                note(SolveMethod::iterate, chosen.reason);
                return *std::move(solution);
            }
            reason = fmt::format("iterating did not come to an end in {} steps", chosen.most_steps);
        }
        form_inverse(reason);
    }
    return transposed ? inverse_->apply(rhs, true) : multiply_by_inverse(rhs);
}

/// Columns with few entries are gathered, the others are multiplied: each column by what it is
/// itself, so that it gives the same bits in any batch.
Eigen::MatrixXd LeontiefModel::multiply_by_inverse(const Eigen::MatrixXd& rhs) const {
    std::vector<Index> sparse;
    std::vector<Index> dense;
    for (Index column = 0; column < rhs.cols(); ++column) {
        (is_sparse(rhs.col(column)) ? sparse : dense).push_back(column);
    }
    if (sparse.empty()) return inverse_->apply(rhs);
    Eigen::MatrixXd result(rhs.rows(), rhs.cols());
    const Eigen::MatrixXd few = rhs(Eigen::all, sparse);
    result(Eigen::all, sparse) = inverse_->apply_sparse(few.sparseView());
    if (!dense.empty()) result(Eigen::all, dense) = inverse_->apply(rhs(Eigen::all, dense));
    return result;
}

/// Every column by itself, so that it gives the same bits in any batch.
std::optional<Eigen::MatrixXd> LeontiefModel::iterate(const Eigen::MatrixXd& rhs, bool transposed,
                                                      int most_steps) const {
    const Eigen::ArrayXd weights = structure_.weights.array();
    const double rest = structure_.contraction / (1.0 - structure_.contraction);
    constexpr double unit_roundoff = std::numeric_limits<double>::epsilon() / 2.0;
    // ||A t|| <= contraction ||t|| in this norm, so what is left after a term t of the series is at
    // most `rest` ||t||.
    const auto norm = [&](const auto& vector) {
        return transposed ? (vector.array().abs() / weights).maxCoeff()
                          : (vector.array().abs() * weights).sum();
    };
    Eigen::MatrixXd solution = rhs;
    if (order() == 0) return solution;
    for (Index column = 0; column < rhs.cols(); ++column) {
        Eigen::MatrixXd term = rhs.col(column);
        int step = 0;
        while (rest * norm(term.col(0)) > unit_roundoff * norm(solution.col(column))) {
            if (++step > most_steps) return std::nullopt;
            term = a_.apply_each(term, transposed);
            solution.col(column) += term;
        }
    }
    return solution;
}

/// rhs - K x or rhs - K'x.
Eigen::MatrixXd LeontiefModel::residual(const Eigen::MatrixXd& x, const Eigen::MatrixXd& rhs,
                                        bool transposed) const {
    return rhs - x + a_.apply(x, transposed);
}

Eigen::MatrixXd LeontiefModel::solve_by_lu(const Eigen::MatrixXd& rhs, bool transposed) const {
    if (!factor_) factor_.emplace(backend_.factor(a_));
    const auto solved = [&](const Eigen::MatrixXd& b) {
        return transposed ? factor_->solve_transposed(b) : factor_->solve(b);
    };
    Eigen::MatrixXd x = solved(rhs);
    x += solved(residual(x, rhs, transposed));
    return x;
}

void LeontiefModel::form_inverse(const std::string& reason) const {
    const bool pivoted = structure_.path == InversePath::pivoted_lu || wanted_ == SolveMethod::lu;
    note(SolveMethod::inverse, pivoted ? reason + ", by pivoted LU with refinement" : reason);
    if (!pivoted) {
        const bool scaled = structure_.path == InversePath::gth_scaled;
        inverse_ =
            backend_.invert(a_, structure_.slack, scaled ? structure_.weights : Eigen::VectorXd());
        return;
    }
    if (!factor_) factor_.emplace(backend_.factor(a_));
    refine_inverse(*factor_);
    factor_.reset();
}

/// One step of Newton and Schulz in column blocks, X + X (I - K X): what one step of refinement is
/// for a solution.
void LeontiefModel::refine_inverse(const Factor& factor) const {
    const BackendMatrix first = factor.inverse();
    constexpr Index width = 512;
    Eigen::MatrixXd refined = first.download();
    for (Index start = 0; start < order(); start += width) {
        const Index columns = std::min(width, order() - start);
        const Eigen::MatrixXd block = refined.middleCols(start, columns);
        Eigen::MatrixXd unit = Eigen::MatrixXd::Zero(order(), columns);
        unit.middleRows(start, columns).setIdentity();
        refined.middleCols(start, columns) += first.apply(residual(block, unit, false));
    }
    host_inverse_ = std::move(refined);
    inverse_ = backend_.upload(host_inverse_);
}

const BackendMatrix& LeontiefModel::inverse_matrix() const {
    if (!inverse_) form_inverse("L was asked for");
    return *inverse_;
}

Eigen::Map<const Eigen::MatrixXd> LeontiefModel::leontief_inverse() const {
    const BackendMatrix& l = inverse_matrix();
    const double* data = l.host_data();
    if (data == nullptr) {
        if (host_inverse_.size() == 0) host_inverse_ = l.download();
        data = host_inverse_.data();
    }
    return {data, order(), order()};
}

Eigen::MatrixXd LeontiefModel::solve_output(const Eigen::MatrixXd& final_demand) const {
    return solve(final_demand, false);
}

Eigen::MatrixXd LeontiefModel::solve_output(const Eigen::SparseMatrix<double>& final_demand) const {
    if (!inverse_ && plan(final_demand.cols()).method != SolveMethod::inverse) {
        return solve(Eigen::MatrixXd(final_demand), false);
    }
    return inverse_matrix().apply_sparse(final_demand);
}

Eigen::MatrixXd LeontiefModel::solve_prices(const Eigen::MatrixXd& primary_costs) const {
    return solve(primary_costs, true);
}

Eigen::MatrixXd LeontiefModel::indicators(const Eigen::MatrixXd& per_output,
                                          const Eigen::MatrixXd& final_demand) const {
    const Eigen::MatrixXd content = solve(per_output, true);
    if (final_demand.rows() != order()) {
        throw ArgumentError(
            fmt::format("final demand has {} rows, expected {}", final_demand.rows(), order()));
    }
    Eigen::MatrixXd result(per_output.cols(), final_demand.cols());
    // Column by column: a scenario gives the same bits in any batch.
    for (Index column = 0; column < final_demand.cols(); ++column) {
        result.col(column).noalias() = content.transpose() * final_demand.col(column);
    }
    return result;
}

Eigen::VectorXd LeontiefModel::solve_ghosh(const Eigen::VectorXd& primary_inputs) const {
    // G' = x L' x^-1; where x_i = 0, row i of B is zero and G has a unit row there.
    const Eigen::VectorXd& x = coefficients_.x;
    require_output(x);
    Eigen::VectorXd scaled = Eigen::VectorXd::Zero(order());
    for (Index i = 0; i < order(); ++i) {
        if (x[i] != 0.0) scaled[i] = primary_inputs[i] / x[i];
    }
    Eigen::VectorXd output = solve(scaled, true).col(0).cwiseProduct(x);
    for (Index i = 0; i < order(); ++i) {
        if (x[i] == 0.0) output[i] = primary_inputs[i];
    }
    return output;
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

const Eigen::VectorXd& LeontiefModel::output_multipliers() const {
    if (!output_multipliers_) {
        output_multipliers_ = solve(Eigen::VectorXd::Ones(order()), true).col(0);
    }
    return *output_multipliers_;
}

}  // namespace narrows
