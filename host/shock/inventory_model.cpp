#include "host/shock/inventory_model.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "host/shock/model_kinds.hpp"

namespace narrows {
namespace {

using Eigen::VectorXd;

constexpr double days_per_year = 365.0;

struct Reading {
    const char* name;
    Production production;
};
constexpr Reading readings[] = {
    {"pbl-linear", Production::linear}, {"pbl-ces", Production::ces},
    {"pbl-weak", Production::weak},     {"pbl-half", Production::half},
    {"pbl-strong", Production::strong}, {"pbl-leontief", Production::leontief}};

/// Parameters that cases of one run may differ in are set to the same value.
ShockParameters shared_part(ShockParameters parameters, const InventoryRule& rule) {
    if (rule.partially_binding) {
        parameters.restocking_days = 1.0;
        parameters.stock_days = 1.0;
    } else {
        parameters.ario_restocking_days = 1.0;
    }
    parameters.priority_seed = 1.0;
    return parameters;
}

struct Group {
    ShockParameters shared;
    std::vector<Index> cases;
    std::vector<ShockParameters> parameters;
};

/// The cases that something happens in, by what their runs share.
std::vector<Group> groups_of(const ShockBatch& batch, const std::vector<Index>& cases,
                             const std::function<ShockParameters(Index)>& parameters,
                             const InventoryRule& rule) {
    std::vector<Group> groups;
    for (const Index c : cases) {
        if (!has_effect(batch, c)) continue;
        const ShockParameters own = parameters(c);
        const ShockParameters shared = shared_part(own, rule);
        auto group = std::find_if(groups.begin(), groups.end(),
                                  [&](const Group& each) { return each.shared == shared; });
        if (group == groups.end()) group = groups.insert(group, Group{shared, {}, {}});
        group->cases.push_back(c);
        group->parameters.push_back(own);
    }
    return groups;
}

InventoryPath path_of(const narrows_inventory& in, const narrows_inventory_result& result) {
    InventoryPath path;
    path.value_added = VectorXd::Map(result.value_added, in.num_steps);
    if (result.num_kept > 0) {
        path.output = Eigen::MatrixXd::Map(result.kept_output, in.n, result.num_kept);
        path.bound = Eigen::MatrixXi::Map(result.kept_bound, in.n, result.num_kept);
        path.fill = Eigen::MatrixXd::Map(result.kept_fill, in.num_channels, result.num_kept);
    }
    return path;
}

void warn(const ShockParameters& parameters, const InventoryRule& rule, const InventoryPath& path,
          double base, ShockOutcome& outcome) {
    const double days =
        rule.partially_binding ? parameters.restocking_days : parameters.ario_restocking_days;
    if (days < 1.0) {
        outcome.warnings.push_back(
            "stocks are refilled faster than a step: orders overshoot from day to day");
    }
    if (swings(path.value_added, base)) {
        outcome.warnings.push_back(
            "value added swings from day to day, so figures hang on rounding: refill stocks more "
            "slowly (restocking_days) or hold more");
    }
}

ShockOutcome outcome_of(const ShockEconomy& economy, const narrows_inventory& in,
                        const narrows_inventory_result& result, const InventoryPath& path) {
    ShockOutcome outcome;
    outcome.years = static_cast<double>(in.num_steps) / days_per_year;
    outcome.output_loss = outcome.years * economy.x - VectorXd::Map(result.output, in.n);
    outcome.value_added_loss = VectorXd::Zero(in.n);
    for (Index j = 0; j < in.n; ++j) {
        if (economy.x[j] > 0.0) {
            outcome.value_added_loss[j] =
                economy.value_added[j] / economy.x[j] * outcome.output_loss[j];
        }
    }
    Index day = 0;
    const double least = path.value_added.minCoeff(&day);
    const double base = economy.gdp() / days_per_year;
    if (base > 0.0 && least < base) {
        outcome.peak_share = 1.0 - least / base;
        outcome.peak_day = static_cast<double>(day);
    }
    outcome.unmet_demand = VectorXd::Map(result.unmet, in.n).sum();
    outcome.iterations = in.num_steps;
    return outcome;
}

/// Nothing happens.
void report_unchanged(const ShockEconomy& economy, const ShockBatch& batch, Index of_case,
                      const InventoryRun& run) {
    ShockOutcome outcome;
    outcome.model = to_string(run.rule);
    outcome.years = batch.days / days_per_year;
    outcome.output_loss = VectorXd::Zero(economy.num_nodes());
    outcome.value_added_loss = outcome.output_loss;
    InventoryPath path;
    path.value_added = VectorXd::Constant(batch.days, economy.gdp() / days_per_year);
    if (run.keep_every > 0) {
        const Index kept = (batch.days + run.keep_every - 1) / run.keep_every;
        path.output = (economy.x / days_per_year).replicate(1, kept);
        path.bound = Eigen::MatrixXi::Constant(economy.num_nodes(), kept, NARROWS_BOUND_BY_DEMAND);
        const auto channels = static_cast<Index>(inventory_channels(economy, batch).size());
        path.fill = Eigen::MatrixXd::Ones(channels, kept);
    }
    run.done(of_case, outcome, path);
}

}  // namespace

std::optional<InventoryRule> parse_inventory_rule(const std::string& model) {
    if (model == "ario") return InventoryRule{false, Production::leontief};
    if (model == "pbl") return InventoryRule{};
    for (const Reading& reading : readings) {
        if (model == reading.name) return InventoryRule{true, reading.production};
    }
    return std::nullopt;
}

std::string to_string(const InventoryRule& rule) {
    if (!rule.partially_binding) return "ario";
    for (const Reading& reading : readings) {
        if (reading.production == rule.production) return reading.name;
    }
    return "pbl";
}

bool swings(const VectorXd& value_added, double base, int days) {
    const double large = 1e-6 * base;
    const auto turns = [&](Index t) {
        const double now = value_added[t] - value_added[t - 1];
        const double before = value_added[t - 1] - value_added[t - 2];
        return now * before < 0.0 && std::abs(now) > large && std::abs(before) > large;
    };
    int within = 0;  // of the last `days` changes
    for (Index t = 2; t < value_added.size(); ++t) {
        within += turns(t) ? 1 : 0;
        if (t >= days + 2) within -= turns(t - days) ? 1 : 0;
        if (t > days && within > days / 2) return true;
    }
    return false;
}

void run_inventory_model(const Backend& backend, const ShockEconomy& economy,
                         const ShockBatch& batch, const std::vector<Index>& cases,
                         const std::function<ShockParameters(Index of_case)>& parameters,
                         const InventoryRun& run) {
    require_expressible(to_string(run.rule), batch, economy.world);
    for (const Index c : cases) {
        if (!has_effect(batch, c)) report_unchanged(economy, batch, c, run);
    }
    for (const Group& group : groups_of(batch, cases, parameters, run.rule)) {
        const InventorySystem system(economy, batch, run.rule, group.cases, group.parameters,
                                     run.stock_days);
        narrows_inventory in = system.view();
        in.keep_every = run.keep_every;
        backend.run_inventory(in, [&](const narrows_inventory_result& result) {
            const auto at = static_cast<std::size_t>(result.scenario);
            const InventoryPath path = path_of(in, result);
            ShockOutcome outcome = outcome_of(economy, in, result, path);
            outcome.model = to_string(run.rule);
            warn(group.parameters[at], run.rule, path, economy.gdp() / days_per_year, outcome);
            run.done(group.cases[at], outcome, path);
        });
    }
}

}  // namespace narrows
