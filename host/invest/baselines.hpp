#pragma once

#include "host/invest/fill.hpp"

namespace narrows {

/// Budgets spent without looking for the optimum, on capacities only; `amounts` are by investment.
///
/// Greedy: a fiftieth of the budget at a time, each to the product where it lowers the goal most,
/// until it lowers it nowhere. Two inputs that bind the same user are complements: capacity for
/// either alone removes nothing, so greedy may find nothing where the optimum removes all (F.3).
Eigen::VectorXd greedy_amounts(const BlockadeLosses& losses, const FillGoal& goal, double budget);

/// The same share of what coalitions deliver of every product: what the budget pays for, at most
/// all.
Eigen::VectorXd proportional_amounts(const std::vector<Investment>& investments, double budget);

}  // namespace narrows
