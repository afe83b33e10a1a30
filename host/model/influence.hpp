#pragma once

#include <vector>

#include <Eigen/Core>

#include "host/model/leontief_model.hpp"

namespace narrows {

/// First-order field of influence of a_ij: dL / da_ij = L_.i L_j. (Sonis & Hewings 1992), n x n.
Eigen::MatrixXd field_of_influence(const Eigen::Ref<const Eigen::MatrixXd>& leontief_inverse,
                                   Index i, Index j);

/// What every coefficient a_ij weighs to first order, n^2 numbers from four vectors of n.
struct Influence {
    Eigen::VectorXd column_sums;  // 1'L
    Eigen::VectorXd row_sums;     // L1
    Eigen::VectorXd value_added;  // v'L
    Eigen::VectorXd x;

    /// Sum of the entries of the field of influence of a_ij: (1'L)_i (L1)_j, no unit.
    double total(Index i, Index j) const { return column_sums[i] * row_sums[j]; }
    Eigen::MatrixXd total() const { return column_sums * row_sums.transpose(); }
    /// d(1'x) / da_ij = (1'L)_i x_j and dGDP / da_ij = (v'L)_i x_j at constant final demand, flow.
    double of_output(Index i, Index j) const { return column_sums[i] * x[j]; }
    double of_gdp(Index i, Index j) const { return value_added[i] * x[j]; }
};
/// Throws ArgumentError for a model without accounts.
Influence influence(const LeontiefModel& model);

/// What a change d of a_ij amounts to with the feedback of j's need for i in it: d / (1 - d L_ji)
/// (Sherman & Morrison 1950). L changes by exactly that times field_of_influence(L, i, j), output
/// by that times x_j L_.i, GDP by that times Influence::of_gdp(i, j). Throws NumericalError where
/// 1 - d L_ji <= 1e-8: the table would not be productive.
double with_feedback(const LeontiefModel& model, Index i, Index j, double change);

/// Tolerable limits of coefficients (Jilek 1971; Schintke & Staeglin 1988): the smallest growth of
/// a_ij that moves some sector's output by the share p of it, final demand as it is,
///   d*_ij = p / (max_k L_ki x_j / x_k + p L_ji),   k over sectors with output.
struct TolerableLimits {
    Eigen::MatrixXd limit;           // d*, n x n, by unit of output of j; NaN where x_j = 0
    std::vector<Index> first_moved;  // of each i: the k of the maximum, whichever the buyer; or -1
};
/// Throws ArgumentError unless 0 < share <= 1.
TolerableLimits tolerable_limits(const LeontiefModel& model, double share);

}  // namespace narrows
