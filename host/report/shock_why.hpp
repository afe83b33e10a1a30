#pragma once

#include <string>

#include "host/report/document.hpp"
#include "host/shock/attribution.hpp"

namespace narrows {

/// Why a model's losses happened, `why` in JSON:
/// {"model","sources":[{"source","value_added_loss"}],
/// "binding":[{"sector","bound_by","first_day","last_day","value_added_loss"}],
/// "peaks":[{"sector","day","value_added_loss","output_share","chain"}]}.
nlohmann::ordered_json attribution_json(const std::string& model, const ShockEconomy& economy,
                                        const Attribution& attribution);

/// The same for people: three sheets, `top` rows each.
void add_attribution(Document& document, const std::string& model, const ShockEconomy& economy,
                     const Attribution& attribution, std::size_t top);

}  // namespace narrows
