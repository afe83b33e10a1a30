#include "host/shock/experiment.hpp"

#include <algorithm>
#include <utility>

#include "host/base/error.hpp"
#include "host/shock/bottleneck_model.hpp"
#include "host/shock/ces_model.hpp"
#include "host/shock/dynamic_inoperability.hpp"
#include "host/shock/esri_model.hpp"
#include "host/shock/model_kinds.hpp"
#include "host/shock/optimal_model.hpp"
#include "host/shock/static_models.hpp"

namespace narrows {
namespace {

bool can_express_all(const std::string& model, const ShockBatch& batch, bool world) {
    return std::all_of(batch.targets.begin(), batch.targets.end(), [&](const ShockTarget& target) {
        return can_express(model, target.kind, world);
    });
}

std::vector<std::string> models_that_can(const ShockBatch& batch, bool world) {
    std::vector<std::string> models;
    for (const std::string& model : shock_models()) {
        if (can_express_all(model, batch, world)) models.push_back(model);
    }
    if (models.empty()) {
        throw ArgumentError(
            "no model can express all shocks of the scenario at once; name one with --model to "
            "see which of them it cannot");
    }
    return models;
}

/// The numbers that a static model takes from a case's parameters; cases that have the same are
/// solved together.
std::vector<double> numbers_of(const std::string& model, const ShockParameters& of) {
    if (model == "bottleneck") return {of.lambda};
    if (model == "dynamic-inoperability") return {of.recovery_days, of.recovered_to};
    if (model == "optimal") return {of.demand_floor};
    if (model.rfind("ces", 0) == 0) return {of.theta, of.sigma};
    return {};
}

/// Essentiality as criticality, which the cascade reads it from.
void set_essentials(ShockEconomy& economy, Essentials essentials) {
    if (essentials == Essentials::criticality) return;
    economy.criticality.resize(economy.num_products(), economy.num_nodes());
    for (Index k = 0; k < economy.num_products(); ++k) {
        const bool goods = economy.products[static_cast<std::size_t>(k)].kind == SectorKind::goods;
        const bool essential =
            essentials == Essentials::all || (essentials == Essentials::goods && goods);
        economy.criticality.row(k).setConstant(essential ? 1.0 : 0.5);
    }
}

}  // namespace

const std::vector<std::string>& band_models() {
    static const std::vector<std::string> models = {"pbl-linear", "pbl-ces",    "pbl-weak",
                                                    "pbl-half",   "pbl-strong", "pbl-leontief"};
    return models;
}

std::vector<std::string> parse_models(const std::vector<std::string>& asked,
                                      const ShockBatch& batch, bool world) {
    if (asked.empty()) {
        return can_express_all(band_models().front(), batch, world) ? band_models()
                                                                    : models_that_can(batch, world);
    }
    std::vector<std::string> models;
    const auto add = [&](const std::string& model) {
        if (std::find(models.begin(), models.end(), model) == models.end()) models.push_back(model);
    };
    for (std::string name : asked) {
        if (name == "pbl") name = "pbl-half";
        if (name == "band") {
            for (const std::string& model : band_models()) add(model);
        } else if (name == "all") {
            for (const std::string& model : models_that_can(batch, world)) add(model);
        } else {
            std::vector<std::string> known = shock_models();
            known.insert(known.end(), {"band", "all", "pbl"});
            if (std::find(known.begin(), known.end(), name) == known.end()) {
                const std::string near = nearest(name, known);
                throw ArgumentError(
                    "unknown model " + in_quotes(name) +
                    (near.empty() ? "" : ", did you mean " + in_quotes(near) + "?"));
            }
            add(name);
        }
    }
    for (const std::string& model : models) require_expressible(model, batch, world);
    return models;
}

ShockBatch cases_of(const ShockBatch& batch, const std::vector<Index>& cases) {
    ShockBatch result = batch;
    result.amounts = batch.amounts(Eigen::all, cases);
    result.values = batch.values(Eigen::all, cases);
    result.cases.clear();
    result.timings.clear();
    for (const Index c : cases) {
        result.cases.push_back(batch.cases[static_cast<std::size_t>(c)]);
        for (Index t = 0; t < batch.num_targets(); ++t) {
            result.timings.push_back(batch.timing(t, c));
        }
    }
    return result;
}

Experiment::Experiment(const ShockEconomy& economy, const Scenario& scenario,
                       const ShockBatch& batch, const Eigen::VectorXd& stock_days,
                       const Backend& backend, SolveMethod method, int num_threads)
    : economy_(economy),
      scenario_(scenario),
      batch_(batch),
      stock_days_(stock_days),
      backend_(backend),
      method_(method),
      num_threads_(num_threads) {}

const LeontiefModel& Experiment::leontief() {
    if (!leontief_) {
        leontief_.emplace(backend_, economy_.coefficients(), economy_.labels(), method_);
    }
    return *leontief_;
}

void Experiment::run(const std::string& model, const std::vector<Index>& cases, int keep_every,
                     const CaseDone& done) {
    require_expressible(model, batch_, economy_.world);
    const auto parameters = [&](Index c) { return case_parameters(scenario_, batch_, c); };
    if (const auto rule = parse_inventory_rule(model)) {
        run_inventory_model(
            backend_, economy_, batch_, cases, parameters,
            {.rule = *rule, .stock_days = stock_days_, .keep_every = keep_every, .done = done});
        return;
    }
    struct Group {
        std::vector<double> numbers;
        ShockParameters parameters;
        std::vector<Index> cases;
    };
    std::vector<Group> groups;
    for (const Index c : cases) {
        const ShockParameters own = parameters(c);
        std::vector<double> numbers = numbers_of(model, own);
        auto group = std::find_if(groups.begin(), groups.end(),
                                  [&](const Group& each) { return each.numbers == numbers; });
        if (group == groups.end()) group = groups.insert(group, {std::move(numbers), own, {}});
        group->cases.push_back(c);
    }
    for (const Group& group : groups) {
        const std::vector<ShockOutcome> found = outcomes(model, group.cases, group.parameters);
        for (std::size_t i = 0; i < found.size(); ++i) done(group.cases[i], found[i], {});
    }
}

std::vector<ShockOutcome> Experiment::outcomes(const std::string& model,
                                               const std::vector<Index>& cases,
                                               const ShockParameters& parameters) {
    if (model == "leontief") return leontief_outcomes(economy_, leontief(), batch_, cases);
    if (model == "ghosh") return ghosh_outcomes(economy_, leontief(), batch_, cases);
    if (model == "price") return price_outcomes(economy_, leontief(), batch_, cases);
    if (model == "mixed") return mixed_outcomes(economy_, leontief(), batch_, cases);
    if (model == "inoperability") {
        return inoperability_outcomes(economy_, leontief(), batch_, cases);
    }
    if (model == "dynamic-inoperability") {
        return dynamic_inoperability_outcomes(
            economy_, leontief(), batch_, cases,
            resilience_of_recovery(leontief(), parameters.recovery_days, parameters.recovered_to));
    }
    if (model == "bottleneck") {
        return bottleneck_outcomes(economy_, backend_, batch_, cases, parameters.lambda,
                                   num_threads_);
    }
    if (model == "optimal") {
        return optimal_outcomes(economy_, batch_, cases, parameters.demand_floor);
    }
    return network_outcomes(model, cases, parameters);
}

std::vector<ShockOutcome> Experiment::network_outcomes(const std::string& model,
                                                       const std::vector<Index>& cases,
                                                       const ShockParameters& parameters) {
    const ShockBatch chosen = cases_of(batch_, cases);
    if (model == "esri") {
        ShockEconomy economy = economy_;
        set_essentials(economy, parameters.essentials);
        return esri_outcomes(economy, chosen, {.num_threads = num_threads_});
    }
    const CesOrder order = model == "ces-first-order"    ? CesOrder::first
                           : model == "ces-second-order" ? CesOrder::second
                                                         : CesOrder::exact;
    return ces_outcomes(economy_, chosen, order, {parameters.theta, parameters.sigma},
                        num_threads_);
}

}  // namespace narrows
