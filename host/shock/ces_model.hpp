#pragma once

#include <vector>

#include "host/shock/ces_network.hpp"
#include "host/shock/economy.hpp"
#include "host/shock/outcome.hpp"
#include "host/shock/shocks.hpp"

namespace narrows {

enum class CesOrder { first, second, exact };

/// "ces-first-order", "ces-second-order", "ces".
const char* to_string(CesOrder order);

/// Between all inputs of a node, and between goods in final use (Baqaee & Farhi 2019 take 0.001 to
/// 0.5 and 0.5 to 0.9 for the short run).
struct CesElasticities {
    double theta = 0.2;
    double sigma = 0.5;
};

/// Models `ces`, `ces-first-order` and `ces-second-order`: nodes as goods of a CesNetwork. The
/// short run: value added and taxes of each node are a factor of its own that cannot leave it;
/// imports by origin and product that some target cuts are factors too, all other imports together
/// one. An import_cut or capacity_loss of `amount` leaves the supply 1 - amount of that factor.
/// Flows of final use below 0 count as 0, and so does value added below the taxes it bears.
///
/// GDP falls by -(e^(ln Y) - 1) of what it was, ln Y = -ln P the real final use of the model; as
/// relative prices move, sectors do not add up to it by themselves. output_loss is
/// x (1 - y / y_0), real; value_added_loss is va (1 - y / y_0) and, in proportion to va, what is
/// missing to (or beyond) the fall of GDP. price_change is against the price of final use. Outputs
/// and prices of the second order are those of the first; GDP is not.
///
/// Shocks are at full strength, one outcome per case, on `num_threads` threads. Throws
/// ArgumentError for other shocks and import cuts in world scope (can_express says why),
/// NumericalError as CesNetwork::equilibrium does.
std::vector<ShockOutcome> ces_outcomes(const ShockEconomy& economy, const ShockBatch& batch,
                                       CesOrder order, const CesElasticities& elasticities,
                                       int num_threads = 1);

}  // namespace narrows
