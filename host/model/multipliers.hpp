#pragma once

#include <optional>
#include <vector>

#include <Eigen/Core>

#include "host/model/leontief_model.hpp"

namespace narrows {

/// Total effects of a factor with coefficients e (per unit of output) by unit of final demand:
/// e'L, n (Miller & Blair 2009, 6.2). With e = v this is GDP content, with e = m import content.
Eigen::VectorXd total_effects(const LeontiefModel& model, const Eigen::VectorXd& coefficients);

/// Multipliers of type I (e'L)_j / e_j, and in the same way of type II; absent where e_j = 0.
std::vector<std::optional<double>> type1_multipliers(const Eigen::VectorXd& effects,
                                                     const Eigen::VectorXd& coefficients);

/// A closed with respect to households, (n+1) x (n+1): [A h_c; h_r' 0] with h_c household
/// consumption per unit of household income and h_r labour income per unit of output (Miller &
/// Blair 2009, 2.5). `own` is what households buy of their own services. The inverse of I - that,
/// upper left n x n block, gives truncated type II multipliers.
Eigen::MatrixXd close_households(const Eigen::MatrixXd& a, const Eigen::VectorXd& consumption,
                                 const Eigen::VectorXd& labour_income, double own = 0.0);

/// Output, value-added and import multipliers of every sector, from n-vectors only.
struct Multipliers {
    Eigen::VectorXd output;       // 1'L
    Eigen::VectorXd value_added;  // v'L: GDP per unit of final demand
    Eigen::VectorXd imports;      // m'L: imports per unit of final demand (national tables)
    std::vector<std::optional<double>> value_added_type1;  // (v'L)_j / v_j
};
Multipliers multipliers(const LeontiefModel& model);

/// The mixed model (Miller & Blair 2009, 13.2): gross output is given for the sectors `exogenous`
/// (x_S, in that order), final demand for all others (f_R, table order). Solves
///   x_R = (I - A_RR)^-1 (f_R + A_RS x_S),   f_S = (I - A_SS) x_S - A_SR x_R.
/// A negative f_S is what must be imported. Units of the table. Throws ArgumentError for shapes and
/// repeated sectors, NumericalError where A_RR is not productive.
struct MixedSolution {
    Eigen::VectorXd output;        // x, n
    Eigen::VectorXd final_demand;  // f, n
};
MixedSolution solve_mixed(const Backend& backend, const Eigen::MatrixXd& a,
                          const std::vector<Index>& exogenous,
                          const Eigen::VectorXd& exogenous_output,
                          const Eigen::VectorXd& endogenous_final_demand);

/// Output after A becomes A - U V', U and V n x k (Sherman, Morrison & Woodbury):
///   x - L U (I + V'L U)^-1 V'x.
/// Throws NumericalError where I + V'L U is singular to working precision.
Eigen::VectorXd output_after_update(const LeontiefModel& model, const Eigen::VectorXd& x,
                                    const Eigen::MatrixXd& u, const Eigen::MatrixXd& v);

}  // namespace narrows
