#pragma once

#include <string>
#include <vector>

#include <Eigen/Core>

#include "host/shock/economy.hpp"
#include "host/shock/shocks.hpp"

namespace narrows {

/// Imports of one product from one origin that the same targets of a batch cut.
struct CutImports {
    Index origin = 0;     // of ShockEconomy::origins; world scope: of regions
    Index product = 0;    // of ShockEconomy::products
    Index supplier = -1;  // node that sells them (world scope); home scope: -1
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

}  // namespace narrows
