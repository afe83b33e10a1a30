#pragma once

#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "host/shock/inventory_model.hpp"

namespace narrows::test {

struct InventoryRan {
    ShockOutcome outcome;
    InventoryPath path;
};

/// Cases of a batch by a model, all with the same parameters.
inline std::map<Index, InventoryRan> run_inventory(
    const std::string& model, const ShockEconomy& economy, const ShockBatch& batch,
    const std::vector<Index>& cases, const ShockParameters& parameters = {},
    const Backend& backend = Backend::cpu(), const Eigen::VectorXd& stock_days = {}) {
    std::map<Index, InventoryRan> result;
    std::mutex mutex;
    InventoryRun run;
    run.rule = *parse_inventory_rule(model);
    run.stock_days = stock_days;
    run.keep_every = 1;
    run.done = [&](Index of_case, const ShockOutcome& outcome, const InventoryPath& path) {
        const std::lock_guard lock(mutex);
        result[of_case] = {outcome, path};
    };
    run_inventory_model(
        backend, economy, batch, cases, [&](Index) { return parameters; }, run);
    return result;
}

/// The first case.
inline InventoryRan run_inventory(const std::string& model, const ShockEconomy& economy,
                                  const ShockBatch& batch, const ShockParameters& parameters = {}) {
    return run_inventory(model, economy, batch, std::vector<Index>{0}, parameters).at(0);
}

}  // namespace narrows::test
