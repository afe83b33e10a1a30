#pragma once

#include "host/analysis/ranking_uncertainty.hpp"
#include "host/report/document.hpp"

namespace narrows {

/// Adds what the draws say to a ranking's document: columns for its rows, whose order is that of
/// `uncertainty`, of which it may show only the first; fields and notes. `asked`: how many draws
/// were asked for.
void add_uncertainty(Document& document, const RankingUncertainty& uncertainty, std::int64_t asked,
                     bool variance_shares);

}  // namespace narrows
