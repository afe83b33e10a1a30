#pragma once

#include <vector>

#include "host/shock/economy.hpp"
#include "host/shock/esri.hpp"
#include "host/shock/outcome.hpp"
#include "host/shock/shocks.hpp"

namespace narrows {

/// Model `esri`: nodes as firms, what they make as their sector, so nodes of other regions with the
/// same product (world scope) and imports of it (home scope) stand in for each other. All of x is
/// sold; final use never falls, so a node loses customers only as far as it sells to nodes.
/// Essentiality of product k for node j by criticality c_kj: 2 (Leontief) from 0.75 on, 1 (linear)
/// from 0.25 on, 0 below; all 1 where there is none. A capacity_loss of `amount` is an initial loss
/// of it. An import_cut is in home scope the initial loss of a supplier of its own for every origin
/// and product (and users), which nodes of home cannot harm; in world scope it cuts a link, the
/// sales of the origin's node to the users, and what it withholds is lost to the seller too. Output
/// and value added fall by x and va times max(1 - h^d, 1 - h^u). Shocks are at full strength, one
/// outcome per case. Throws ArgumentError for other shocks.
std::vector<ShockOutcome> esri_outcomes(const ShockEconomy& economy, const ShockBatch& batch,
                                        const EsriOptions& options);

}  // namespace narrows
