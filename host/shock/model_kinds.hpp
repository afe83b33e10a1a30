#pragma once

#include <string>
#include <vector>

#include "host/shock/shocks.hpp"

namespace narrows {

/// The models by their names as users type them, in the order in which they are listed.
std::vector<std::string> shock_models();

/// Can the model of this name, as users type it, express a kind of shock in the scope of the world
/// or of home? False for a name that is not in the table. The ces models take no import_cut in
/// world scope: imports are then no factors that earn something, as in home scope, but goods of
/// other nodes, and a cap between two nodes has a price of 0 until it binds, which shares of costs
/// cannot say; to the first order such a cut loses the world nothing.
bool can_express(const std::string& model, ShockKind kind, bool world);

/// Throws ArgumentError that names the shock and the models that can express it, for the first
/// target that `model` cannot express.
void require_expressible(const std::string& model, const ShockBatch& batch, bool world);

}  // namespace narrows
