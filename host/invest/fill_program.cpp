#include "host/invest/fill_program.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "host/base/error.hpp"

namespace narrows {
namespace {

using Entries = std::vector<Eigen::Triplet<double>>;

/// How far theta may be below gar, in units of the scale: what constraints are kept to.
constexpr double tolerance = 2e-9;
/// Far more rounds than any problem needs.
constexpr std::int64_t most_rounds = 10000;

}  // namespace

FillProgram::FillProgram(const BlockadeLosses& losses, FillGoal goal, std::vector<FillLimit> limits,
                         int num_threads)
    : losses_(losses),
      goal_(std::move(goal)),
      limits_(std::move(limits)),
      num_threads_(num_threads) {
    const auto count = static_cast<Index>(losses.investments().size());
    for (const Investment& each : losses.investments()) total_cost_ += each.unit_cost * each.limit;
    const std::vector<Tangent> tangents =
        losses.tangents(Eigen::VectorXd::Zero(count), num_threads);
    double largest = 0.0;
    for (const Tangent& each : tangents) largest = std::max(largest, each.gar);
    if (largest > 0.0) scale_ = largest;
    highest_ = std::max(1.0, losses.home().value_added.cwiseMax(0.0).sum() / scale_);
    for (std::size_t w = 0; w < tangents.size(); ++w) add_cut(static_cast<Index>(w), tangents[w]);
}

void FillProgram::add_cut(Index blockade, const Tangent& tangent) {
    if (tangent.gar > 0.0) cuts_.emplace_back(blockade, tangent);
}

/// A row about investments, whose variables are shares of their limits; scaled to entries near 1.
void FillProgram::append_row(Entries& entries, std::vector<double>& bounds,
                             const std::vector<std::pair<Index, double>>& terms,
                             double limit) const {
    double largest = 0.0;
    const auto coefficient = [&](const std::pair<Index, double>& term) {
        return term.second * losses_.investments()[static_cast<std::size_t>(term.first)].limit;
    };
    for (const auto& term : terms) largest = std::max(largest, std::abs(coefficient(term)));
    if (largest == 0.0) largest = 1.0;
    const auto row = static_cast<int>(bounds.size());
    for (const auto& term : terms) {
        entries.emplace_back(row, static_cast<int>(term.first), coefficient(term) / largest);
    }
    bounds.push_back(limit / largest);
}

/// Variables: investments as shares of their limits, theta, and for the tail eta and max(0, theta -
/// eta), all of GDP at risk in units of the scale. Rows: budget, limits, tail, tangents.
LinearProgram FillProgram::program(double budget) const {
    const std::vector<Investment>& investments = losses_.investments();
    const auto count = static_cast<Index>(investments.size());
    const Index num_blockades = goal_.weights.size();
    const bool tail = goal_.cvar_level > 0.0;
    const Index eta = count + num_blockades;
    const Index num_variables = eta + (tail ? 1 + num_blockades : 0);
    LinearProgram program;
    program.lower = Eigen::VectorXd::Zero(num_variables);
    program.upper = Eigen::VectorXd::Constant(num_variables, highest_);
    program.upper.head(count).setOnes();
    program.objective = Eigen::VectorXd::Zero(num_variables);
    // What gains nothing is not bought.
    program.objective.head(count).setConstant(-1e-10);
    program.objective.tail(num_blockades) = -goal_.weights / (1.0 - goal_.cvar_level);
    if (tail) program.objective[eta] = -1.0;

    Entries entries;
    std::vector<double> bounds;
    std::vector<std::pair<Index, double>> costs;
    for (Index i = 0; i < count; ++i) {
        costs.emplace_back(i, investments[static_cast<std::size_t>(i)].unit_cost);
    }
    append_row(entries, bounds, costs, std::min(budget, total_cost_));
    for (const FillLimit& each : limits_) append_row(entries, bounds, each.terms, each.limit);
    for (Index w = 0; tail && w < num_blockades; ++w) {
        const auto row = static_cast<int>(bounds.size());
        entries.emplace_back(row, static_cast<int>(count + w), 1.0);
        entries.emplace_back(row, static_cast<int>(eta), -1.0);
        entries.emplace_back(row, static_cast<int>(eta + 1 + w), -1.0);
        bounds.push_back(0.0);
    }
    for (const auto& [blockade, cut] : cuts_) {
        const auto row = static_cast<int>(bounds.size());
        entries.emplace_back(row, static_cast<int>(count + blockade), -1.0);
        for (const auto& [i, slope] : cut.slopes) {
            const double limit = investments[static_cast<std::size_t>(i)].limit;
            entries.emplace_back(row, static_cast<int>(i), -slope * limit / scale_);
        }
        bounds.push_back(-cut.constant / scale_);
    }
    program.R.resize(static_cast<Index>(bounds.size()), num_variables);
    program.R.setFromTriplets(entries.begin(), entries.end());
    program.limits = Eigen::VectorXd::Map(bounds.data(), static_cast<Index>(bounds.size()));
    return program;
}

Fill FillProgram::solve(double budget) {
    const std::vector<Investment>& investments = losses_.investments();
    const auto count = static_cast<Index>(investments.size());
    Eigen::VectorXd limits(count);
    double largest_cost = 0.0;
    for (Index i = 0; i < count; ++i) {
        const Investment& each = investments[static_cast<std::size_t>(i)];
        limits[i] = each.limit;
        largest_cost = std::max(largest_cost, each.unit_cost * each.limit);
    }
    Fill best;
    best.gar = std::numeric_limits<double>::infinity();
    for (std::int64_t round = 1; round <= most_rounds; ++round) {
        const LinearSolution solution = maximise(program(budget));
        if (!solution.feasible) throw_infeasible(budget, solution.proof);
        const Eigen::VectorXd shares = solution.z.head(count).cwiseMin(1.0);
        // Less is within what constraints are kept to.
        const Eigen::VectorXd amounts =
            (shares.array() > 1e-9).select(shares.cwiseProduct(limits), 0.0);
        const Eigen::VectorXd theta = scale_ * solution.z.segment(count, goal_.weights.size());
        const std::vector<Tangent> tangents = losses_.tangents(amounts, num_threads_);
        Eigen::VectorXd gar(theta.size());
        bool is_tight = true;
        for (Index w = 0; w < gar.size(); ++w) {
            const Tangent& tangent = tangents[static_cast<std::size_t>(w)];
            gar[w] = tangent.gar;
            if (tangent.gar <= theta[w] + tolerance * scale_) continue;
            is_tight = false;
            add_cut(w, tangent);
        }
        const double reached = risk(goal_, gar);
        best.rounds = round;
        best.lower_bound = risk(goal_, theta);
        best.dual = largest_cost > 0.0 ? solution.prices[0] * scale_ / largest_cost : 0.0;
        if (reached < best.gar) {
            best.amounts = amounts;
            best.gar = reached;
        }
        if (is_tight || best.gar - best.lower_bound <= tolerance * scale_) {
            best.lower_bound = std::min(best.lower_bound, best.gar);
            best.spent = cost_of(investments, best.amounts);
            return best;
        }
    }
    throw NumericalError("the linear programme of fill does not settle", {});
}

void FillProgram::throw_infeasible(double budget, const Eigen::VectorXd& proof) const {
    std::string named;
    for (std::size_t i = 0; i < limits_.size(); ++i) {
        const auto row = static_cast<Index>(i) + 1;
        if (row >= proof.size() || !(proof[row] > 1e-9 * proof.maxCoeff())) continue;
        if (!limits_[i].name.empty()) named += (named.empty() ? "" : ", ") + limits_[i].name;
    }
    throw ArgumentError(fmt::format("infeasible with a budget of {}: {}", budget,
                                    named.empty() ? "the constraints contradict each other"
                                                  : named + " cannot be kept together"));
}

}  // namespace narrows
