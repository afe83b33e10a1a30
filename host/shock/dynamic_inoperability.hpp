#pragma once

#include <vector>

#include "host/model/leontief_model.hpp"
#include "host/shock/economy.hpp"
#include "host/shock/outcome.hpp"
#include "host/shock/shocks.hpp"

namespace narrows {

/// Resilience k of nodes that alone would fall from inoperability q(0) to q(T) in T = `days`
/// (Lian & Haimes 2006), n:  k_i = ln(q(0) / q(T)) / (T (1 - a_ii)),  remaining = q(T) / q(0).
/// Throws ArgumentError for days not above 0 or remaining not in (0, 1).
Eigen::VectorXd resilience_of_recovery(const LeontiefModel& model, double days, double remaining);

/// One day: q(t+1) = q(t) + K [A*q(t) + c*(t) - q(t)] with losses g = x q and lost demand x c*, so
/// that A* = x^-1 A x becomes A; n x k each for k cases.
Eigen::MatrixXd next_losses(const LeontiefModel& model, const Eigen::VectorXd& resilience,
                            const Eigen::MatrixXd& losses, const Eigen::MatrixXd& lost_demand);

/// Inoperability over the days of the batch from q(0) = 0, c*(t) the lost final demand of a case by
/// its strength on day t; losses are sum over days of x q(t) / 365 (MODEL B.11). `resilience` (n)
/// in (0, 1]; throws ArgumentError otherwise, and for targets other than demand_change. A case
/// gives the same bits in any batch.
std::vector<ShockOutcome> dynamic_inoperability_outcomes(const ShockEconomy& economy,
                                                         const LeontiefModel& model,
                                                         const ShockBatch& batch,
                                                         const std::vector<Index>& cases,
                                                         const Eigen::VectorXd& resilience);

}  // namespace narrows
