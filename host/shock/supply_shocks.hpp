#pragma once

#include <string>
#include <vector>

#include <Eigen/Core>

#include "host/shock/economy.hpp"
#include "host/shock/shocks.hpp"

namespace narrows {

/// Imports of one product from one origin that the same targets of a batch cut, in home scope.
struct CutImports {
    Index origin = 0;   // of ShockEconomy::origins
    Index product = 0;  // of ShockEconomy::products
    std::vector<Index> targets;
    Eigen::VectorXd flows;  // by using node, n
};

/// All that the import cuts of `batch` are about, none without a flow, each flow in one of them.
std::vector<CutImports> cut_imports(const ShockEconomy& economy, const ShockBatch& batch);

/// Share that is cut in each case, cuts x cases: the largest amount of the targets, as each caps
/// the flow.
Eigen::MatrixXd cut_shares(const std::vector<CutImports>& cuts, const ShockBatch& batch);

/// Share of its output that each node cannot make, n x cases: the largest amount of the capacity
/// losses that name it.
Eigen::MatrixXd capacity_losses(const ShockEconomy& economy, const ShockBatch& batch);

/// Throws ArgumentError unless all of `batch` are capacity losses or, in home scope, import cuts.
void require_supply_shocks(const std::string& model, const ShockEconomy& economy,
                           const ShockBatch& batch);

}  // namespace narrows
