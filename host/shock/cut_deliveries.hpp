#pragma once

#include <vector>

#include <Eigen/Core>

#include "host/model/linear_program.hpp"
#include "host/shock/economy.hpp"
#include "host/shock/shocks.hpp"

namespace narrows {

/// Puts into the programme of optimal_outcomes, whose first variables are x_j / x0_j and whose rows
/// are products, what import cuts of one case allow in world scope. For every product k that is cut
/// users fall into groups C that the same targets name. New variables are t_iC, what group C gets
/// of a maker i that some target names, and s_C, what it gets of all others and of `outside`_k:
///   sum_{j in C} u_kj x_j <= s_C + sum_i t_iC,   sum_C t_iC <= x_i,
///   sum_C s_C <= sum of x of the other makers + outside_k,
///   t_iC <= (1 - share) sum_{j in C} Z_ij where targets cut i for C, the largest amount the share.
/// With the row of the product no more is needed for deliveries to exist that keep to all caps.
/// Returns the products that the new rows are about.
std::vector<Index> limit_deliveries(LinearProgram& program, const ShockEconomy& economy,
                                    const ShockBatch& batch, Index of_case,
                                    const Eigen::VectorXd& outside);

}  // namespace narrows
