#pragma once

#include <string>
#include <vector>

#include "host/shock/shocks.hpp"

namespace narrows {

/// The models by their names as users type them, in the order in which they are listed.
std::vector<std::string> shock_models();

/// Can the model of this name, as users type it, express a kind of shock in the scope of the world
/// or of home? False for a name that is not in the table. The ces models take no import_cut of the
/// world: there it caps a flow between goods, which earns nothing before it binds (to the first
/// order nothing is lost), while their factors all earn something.
bool can_express(const std::string& model, ShockKind kind, bool world);

/// Throws ArgumentError that names the shock and the models that can express it, for the first
/// target that `model` cannot express.
void require_expressible(const std::string& model, const ShockBatch& batch, bool world);

}  // namespace narrows
