#pragma once

#include <string>

#include "host/shock/economy.hpp"
#include "host/shock/shocks.hpp"

namespace narrows {

/// Throws ParseError about the scenario file `path` where two import cuts cap the deliveries of one
/// (origin, product, user) at the same time in some case, or where a node that an extraction
/// takes out has another shock. A shock is active from its start until it has recovered, a series
/// from its first day above 0 to its last.
void check_conflicts(const std::string& path, const ShockBatch& batch, const ShockEconomy& economy);

}  // namespace narrows
