#pragma once

#include <vector>

#include "host/shock/economy.hpp"
#include "host/shock/outcome.hpp"
#include "host/shock/shocks.hpp"

namespace narrows {

/// Model `optimal`: what is left is given to whom it helps most (MODEL D.5, last rule), an outcome
/// for each of `cases`. By product k, with output x_j of nodes and final use y_k of what they make,
///   max sum_j va_j x_j / x0_j   subject to
///   sum_j u_kj x_j + y_k <= sum_{j makes k} x_j + w_k + m_k (1 - cut share of m_k),
///   0 <= x_j <= (1 - capacity loss) x0_j,   phi y0_k <= y_k <= y0_k,
/// u = total_use() / x0, m imports for nodes, w what final use below 0 (out of stocks) supplies,
/// phi `demand_floor`. In home scope an import cut takes away what it cuts of m; whom it named does
/// not matter, as what comes can go to anybody. Imports for final use go past all this: neither cut
/// nor used here. In world scope all nodes that make a product supply one pool, and a cut caps what
/// users that the same targets name get together of each maker (limit_deliveries): what is withheld
/// from them goes to others, whose other suppliers may then serve them. The largest va'x is a lower
/// bound on losses with the same technology; value added below 0 counts as 0 in it, so that x0 is
/// optimal without a shock. Losses are x0 - x and va (x0 - x) / x0; `residual` is by how much a
/// product's use exceeds its supply, as a share of that before.
///
/// Throws ArgumentError for demand_floor outside [0, 1], a target that is no capacity_loss or
/// import_cut; NumericalError "infeasible: ..." with the products that stand in the way where final
/// use cannot be kept at its floor; what maximise throws.
std::vector<ShockOutcome> optimal_outcomes(const ShockEconomy& economy, const ShockBatch& batch,
                                           const std::vector<Index>& cases, double demand_floor);

}  // namespace narrows
