#pragma once

#include <vector>

#include "host/model/leontief_model.hpp"
#include "host/shock/economy.hpp"
#include "host/shock/outcome.hpp"
#include "host/shock/shocks.hpp"

namespace narrows {

/// Linear models of a year, an outcome for each of `cases`. `model` is that of
/// economy.coefficients(); L is formed once and cases are columns. A case gives the same bits in
/// any batch, and a shock of 0 a loss of 0. All throw ArgumentError for a target the model cannot
/// express. f = households + other_final, v value added per output, losses g = x - x after.

/// Demand-driven output, g = L (f - f after) (MODEL D.1). Changed coefficients add D to A: by
/// Woodbury, value added per output as before; throws NumericalError where A + D is not productive.
/// Extracted nodes S lose `amount` of their output and their final demand, and what others still
/// need of them is imported (B.9): g = L_S L_SS^-1 g_S.
std::vector<ShockOutcome> leontief_outcomes(const ShockEconomy& economy, const LeontiefModel& model,
                                            const ShockBatch& batch,
                                            const std::vector<Index>& cases);

/// Exogenous output of the nodes S of capacity_loss targets, x_S = (1 - amount) x_S, and exogenous
/// final demand for the others (Miller & Blair 2009, 13.2; MODEL B.10):
///   x_R = (I - A_RR)^-1 (f_R + A_RS x_S),   f_S = (I - A_SS) x_S - A_SR x_R.
/// Where f_S comes out below 0, and below what it was, a warning says how much has to be imported.
std::vector<ShockOutcome> mixed_outcomes(const ShockEconomy& economy, const LeontiefModel& model,
                                         const ShockBatch& batch, const std::vector<Index>& cases);

/// Inoperability q = A*q + c*, A* = x^-1 A x, c* the lost final demand per output (Santos & Haimes
/// 2004; MODEL B.11): leontief in another normalisation, x q = g (Dietzenbacher & Miller 2015).
std::vector<ShockOutcome> inoperability_outcomes(const ShockEconomy& economy,
                                                 const LeontiefModel& model,
                                                 const ShockBatch& batch,
                                                 const std::vector<Index>& cases);

/// Supply-driven output g' = w'G, all inputs substitute for each other (Ghosh 1958; MODEL C.7): w
/// is what is cut of imports, in world scope of deliveries, and the lost share of the value added
/// of nodes that lose capacity. Of a cut delivery only what still comes passes on a shortage. For a
/// cut of one product in home scope value added lost is Chokepoint::gar_linear.
std::vector<ShockOutcome> ghosh_outcomes(const ShockEconomy& economy, const LeontiefModel& model,
                                         const ShockBatch& batch, const std::vector<Index>& cases);

/// Cost-push prices dp' = c'L (Miller & Blair 2009, 2.6; MODEL B.3), c as in cost_push; nothing is
/// lost of output, and final users pay dp'f more.
std::vector<ShockOutcome> price_outcomes(const ShockEconomy& economy, const LeontiefModel& model,
                                         const ShockBatch& batch, const std::vector<Index>& cases);

/// The outcome of losses of output and of value added, n each, in a year.
ShockOutcome yearly_outcome(const char* model, const ShockEconomy& economy, Eigen::VectorXd output,
                            Eigen::VectorXd value_added);

}  // namespace narrows
