#pragma once

#include <Eigen/Core>

#include "host/shock/economy.hpp"
#include "host/table/sector_set.hpp"

namespace narrows {

/// Numbers of the sets that losses are added up for: those of the filter, without one all.
std::vector<Index> shown_sets(const SetSelection& sets);

/// Nodes that results by sector show: of the products of the filter, in world scope in all regions;
/// without a filter all.
std::vector<Index> shown_nodes(const SetSelection& sets, const ShockEconomy& economy);

/// What a node counts in sums of losses, sums x n: a row of 0 and 1 for every one of shown_sets(),
/// then, with weights, a row of the weights of the nodes' products.
Eigen::MatrixXd set_sums(const SetSelection& sets, const ShockEconomy& economy);

}  // namespace narrows
