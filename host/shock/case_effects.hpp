#pragma once

#include <vector>

#include <Eigen/Core>

#include "host/shock/economy.hpp"
#include "host/shock/shocks.hpp"

namespace narrows {

/// 0, 1, ... of a batch.
std::vector<Index> all_cases(const ShockBatch& batch);

/// How strong a target is in a case on a day: its series where it has one, else its timing.
double strength_of(const ShockBatch& batch, Index target, Index of_case, Index day);

/// The final demand a demand_change is about, n; 0 off its nodes.
Eigen::VectorXd demand_of(const ShockEconomy& economy, const ShockTarget& target);

/// What a case at full strength changes. Changes of demand, of coefficients and of prices add up;
/// of several cuts of one delivery or losses of one node's capacity, the largest counts.

/// Final demand that is lost, n (a rise is below 0).
Eigen::VectorXd lost_demand(const ShockEconomy& economy, const ShockBatch& batch, Index of_case);

/// Share of output that is lost, n. `kind` is capacity_loss or extraction.
Eigen::VectorXd lost_share(const ShockEconomy& economy, const ShockBatch& batch, Index of_case,
                           ShockKind kind);

/// The nodes of targets of a kind, ascending.
std::vector<Index> nodes_of(const ShockBatch& batch, ShockKind kind);

/// A delivery of `product` to node `user` that is cut by `share` > 0 of `flow` > 0. `supplier` is
/// the node that sells it (world scope) or an origin (home scope).
struct FlowCut {
    Index user;
    Index product;
    Index supplier;
    double flow;
    double share;
};
/// By user, then supplier; each delivery once.
std::vector<FlowCut> flow_cuts(const ShockEconomy& economy, const ShockBatch& batch, Index of_case);

/// A change of A that is 0 but in the cells rows x users, both ascending.
struct CoefficientChange {
    std::vector<Index> rows, users;
    Eigen::MatrixXd change;
    bool empty() const { return change.size() == 0; }
};
/// No coefficient falls below 0. What is imported does not stand in A: home scope, origins given:
/// none changes.
CoefficientChange change_of_coefficients(const ShockEconomy& economy, const ShockBatch& batch,
                                         Index of_case);
/// What cut deliveries between nodes take from A (world scope).
CoefficientChange change_of_coefficients(const ShockEconomy& economy,
                                         const std::vector<FlowCut>& cuts);

/// What rises of prices add to the cost of a unit of each node's output before it passes on, n:
/// sum of amount Z_ij / x_j over the deliveries that a target names, amount for targets without
/// origins.
Eigen::VectorXd cost_push(const ShockEconomy& economy, const ShockBatch& batch, Index of_case);

}  // namespace narrows
