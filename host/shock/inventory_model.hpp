#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "host/backend/backend.hpp"
#include "host/shock/inventory_system.hpp"
#include "host/shock/outcome.hpp"

namespace narrows {

/// "pbl-half", "pbl" (the same), "pbl-linear", ..., "ario"; nothing for any other name.
std::optional<InventoryRule> parse_inventory_rule(const std::string& model);
/// The name of a rule, as above.
std::string to_string(const InventoryRule& rule);

/// What a model with stocks went through, day by day; a kept day is 0, every, 2 every, ...
struct InventoryPath {
    Eigen::VectorXd value_added;  // by day, that day's
    Eigen::MatrixXd output;       // n x kept days, that day's
    Eigen::MatrixXi bound;        // n x kept days: product k, or NARROWS_BOUND_BY_...
    Eigen::MatrixXd fill;         // channels x kept days: share of orders that is delivered
};

/// How a run goes and what is to be kept of it.
struct InventoryRun {
    InventoryRule rule = {};
    Eigen::VectorXd stock_days = {};  // n, in place of the parameter of that name; may be empty
    int keep_every = 0;               // days; 0: only value added is kept
    /// Of a case, maybe from several threads at once. Throws what it likes: that ends the run.
    std::function<void(Index of_case, const ShockOutcome& outcome, const InventoryPath& path)>
        done = {};
};

/// Runs a model with stocks (MODEL D.3, D.4; equations at narrows_inventory in backend_api.h) for
/// `cases` of a batch, each with its parameters. Loss of output of node j = sum over the days of
/// x_j / 365 less what is made, of value added v_j times that; exactly 0 in a case where no shock
/// has an effect, which is not run. Days are steps: what is ordered today is delivered today.
///
/// Throws ArgumentError for a shock the
/// models cannot express, a parameter out of its range; what Backend::run_inventory throws.
void run_inventory_model(const Backend& backend, const ShockEconomy& economy,
                         const ShockBatch& batch, const std::vector<Index>& cases,
                         const std::function<ShockParameters(Index of_case)>& parameters,
                         const InventoryRun& run);

/// Does daily value added swing from day to day, as it does where stocks are refilled faster than
/// deliveries react? In any `days` changes in a row most turn, and are larger than 1e-6 of `base`.
bool swings(const Eigen::VectorXd& value_added, double base, int days = 30);

}  // namespace narrows
