#include "host/invest/fill_program.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "host/base/error.hpp"

namespace narrows {
namespace {

/// How far theta may be below gar, in units of the scale: what constraints are kept to.
constexpr double tolerance = 2e-9;
/// Far more rounds than any problem needs.
constexpr std::int64_t most_rounds = 10000;

}  // namespace

/// Rows of a linear programme as they are made.
struct FillProgram::Rows {
    std::vector<Eigen::Triplet<double>> entries;
    std::vector<double> limits;

    void put(Index column, double value) {
        entries.emplace_back(static_cast<int>(limits.size()), static_cast<int>(column), value);
    }
    void end(double limit) { limits.push_back(limit); }
};

FillProgram::FillProgram(const BlockadeLosses& losses, FillGoal goal, std::vector<FillLimit> limits,
                         SectorChoice choice, int num_threads)
    : losses_(losses),
      goal_(std::move(goal)),
      limits_(std::move(limits)),
      choice_(std::move(choice)),
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

/// Variables: investments as shares of their limits, theta, for the tail eta and max(0, theta -
/// eta), all of GDP at risk in units of the scale; for a choice, 1 where an investment has any.
FillProgram::Layout FillProgram::layout() const {
    const Index num_blockades = goal_.weights.size();
    const bool tail = goal_.cvar_level > 0.0;
    Layout at{};
    at.theta = static_cast<Index>(losses_.investments().size());
    at.eta = at.theta + num_blockades;
    at.above = at.eta + (tail ? 1 : 0);
    at.chosen = at.above + (tail ? num_blockades : 0);
    at.count = at.chosen + (choice_.is_free() ? 0 : at.theta);
    return at;
}

/// A row about investments, scaled to entries near 1.
void FillProgram::append_limit(const std::vector<std::pair<Index, double>>& terms, double limit,
                               Rows& rows) const {
    double largest = 0.0;
    const auto coefficient = [&](const std::pair<Index, double>& term) {
        return term.second * losses_.investments()[static_cast<std::size_t>(term.first)].limit;
    };
    for (const auto& term : terms) largest = std::max(largest, std::abs(coefficient(term)));
    if (largest == 0.0) largest = 1.0;
    for (const auto& term : terms) rows.put(term.first, coefficient(term) / largest);
    rows.end(limit / largest);
}

/// theta_w - eta <= what theta is above eta.
void FillProgram::append_tail(const Layout& at, Rows& rows) const {
    if (goal_.cvar_level == 0.0) return;
    for (Index w = 0; w < goal_.weights.size(); ++w) {
        rows.put(at.theta + w, 1.0);
        rows.put(at.eta, -1.0);
        rows.put(at.above + w, -1.0);
        rows.end(0.0);
    }
}

/// scale chosen <= amount <= limit chosen; at most so many are chosen.
void FillProgram::append_choice(const Layout& at, LinearProgram& program, Rows& rows) const {
    if (choice_.is_free()) return;
    const std::vector<Investment>& investments = losses_.investments();
    std::vector<Index> choices;
    for (std::size_t i = 0; i < investments.size(); ++i) {
        if (!investments[i].is_capacity()) continue;
        const auto share = static_cast<Index>(i);
        const Index chosen = at.chosen + share;
        const double scale = choice_.scales.empty() ? 0.0 : choice_.scales[i];
        choices.push_back(chosen);
        program.whole.push_back(chosen);
        if (scale > investments[i].limit) program.upper[chosen] = 0.0;
        rows.put(share, 1.0);
        rows.put(chosen, -1.0);
        rows.end(0.0);
        rows.put(share, -1.0);
        rows.put(chosen, std::min(1.0, scale / investments[i].limit));
        rows.end(0.0);
    }
    if (!choice_.most_sectors) return;
    for (const Index chosen : choices) rows.put(chosen, 1.0);
    rows.end(static_cast<double>(*choice_.most_sectors));
}

void FillProgram::append_cuts(const Layout& at, Rows& rows) const {
    for (const auto& [blockade, cut] : cuts_) {
        rows.put(at.theta + blockade, -1.0);
        for (const auto& [i, slope] : cut.slopes) {
            const double limit = losses_.investments()[static_cast<std::size_t>(i)].limit;
            rows.put(i, -slope * limit / scale_);
        }
        rows.end(-cut.constant / scale_);
    }
}

/// The first row is the budget.
LinearProgram FillProgram::program(double budget) const {
    const std::vector<Investment>& investments = losses_.investments();
    const Layout at = layout();
    LinearProgram program;
    program.lower = Eigen::VectorXd::Zero(at.count);
    program.upper = Eigen::VectorXd::Ones(at.count);
    program.upper.segment(at.theta, at.chosen - at.theta).setConstant(highest_);
    program.objective = Eigen::VectorXd::Zero(at.count);
    // What gains nothing is not bought.
    program.objective.head(at.theta).setConstant(-1e-10);
    const bool tail = goal_.cvar_level > 0.0;
    program.objective.segment(tail ? at.above : at.theta, goal_.weights.size()) =
        -goal_.weights / (1.0 - goal_.cvar_level);
    if (tail) program.objective[at.eta] = -1.0;

    Rows rows;
    std::vector<std::pair<Index, double>> costs;
    for (std::size_t i = 0; i < investments.size(); ++i) {
        costs.emplace_back(static_cast<Index>(i), investments[i].unit_cost);
    }
    append_limit(costs, std::min(budget, total_cost_), rows);
    for (const FillLimit& each : limits_) append_limit(each.terms, each.limit, rows);
    append_tail(at, rows);
    append_choice(at, program, rows);
    append_cuts(at, rows);
    program.R.resize(static_cast<Index>(rows.limits.size()), at.count);
    program.R.setFromTriplets(rows.entries.begin(), rows.entries.end());
    program.limits =
        Eigen::VectorXd::Map(rows.limits.data(), static_cast<Index>(rows.limits.size()));
    return program;
}

/// With whole numbers, those of Cbc, then the rest by Clp, which keeps constraints more closely.
LinearSolution FillProgram::best_of(LinearProgram program) const {
    LinearSolution solution = maximise(program);
    if (program.whole.empty() || !solution.feasible) return solution;
    for (const Index j : program.whole) program.lower[j] = program.upper[j] = solution.z[j];
    program.whole.clear();
    LinearSolution rest = maximise(program);
    // A choice that is feasible only to within what Cbc keeps constraints to.
    if (!rest.feasible) return solution;
    return rest;
}

Fill FillProgram::solve(double budget) {
    if (!choice_.is_free()) {
        // Tangents are cheaper to find without whole numbers.
        SectorChoice choice = std::exchange(choice_, {});
        if (is_feasible(budget)) refine(budget);
        choice_ = std::move(choice);
    }
    return refine(budget);
}

Fill FillProgram::refine(double budget) {
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
        const LinearSolution solution = best_of(program(budget));
        if (!solution.feasible) throw_infeasible(budget);
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
        if (choice_.is_free()) {
            best.dual = largest_cost > 0.0 ? solution.prices[0] * scale_ / largest_cost : 0.0;
        }
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

bool FillProgram::is_feasible(double budget) const {
    return maximise(program(budget)).feasible;
}

/// Leaves out one constraint after the other, for good where that does not help: what stays cannot
/// be kept together, and could without any one of it.
void FillProgram::throw_infeasible(double budget) const {
    FillProgram kept = *this;
    kept.cuts_.clear();
    std::vector<std::string> names;
    const auto is_needed = [&](const FillProgram& without, double with_budget) {
        return without.is_feasible(with_budget);
    };
    for (std::size_t i = kept.limits_.size(); i-- > 0;) {
        if (kept.limits_[i].name.empty()) continue;
        FillProgram without = kept;
        without.limits_.erase(without.limits_.begin() + static_cast<std::ptrdiff_t>(i));
        if (is_needed(without, budget)) {
            names.insert(names.begin(), kept.limits_[i].name);
        } else {
            kept.limits_ = std::move(without.limits_);
        }
    }
    const auto try_without = [&](SectorChoice choice, std::string name) {
        FillProgram without = kept;
        without.choice_ = std::move(choice);
        if (is_needed(without, budget)) {
            names.push_back(std::move(name));
        } else {
            kept.choice_ = std::move(without.choice_);
        }
    };
    if (kept.choice_.most_sectors) {
        try_without({kept.choice_.scales, std::nullopt},
                    fmt::format("at most {} sectors", *kept.choice_.most_sectors));
    }
    if (!kept.choice_.scales.empty()) {
        try_without({{}, kept.choice_.most_sectors}, "the least scale of sectors");
    }
    if (is_needed(kept, std::numeric_limits<double>::infinity())) {
        names.push_back(fmt::format("a budget of {}", budget));
    }
    throw ArgumentError(
        names.size() == 1
            ? fmt::format("infeasible: {} is more than all investments take", names.front())
            : fmt::format("infeasible: {} cannot be kept together", fmt::join(names, ", ")));
}

}  // namespace narrows
