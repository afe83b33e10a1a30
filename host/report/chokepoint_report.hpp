#pragma once

#include "host/analysis/chokepoints.hpp"
#include "host/report/document.hpp"

namespace narrows {

/// The ranking as a document, schema narrows.rank/1.
Document chokepoint_report(const HomeEconomy& home, const ChokepointQuery& query,
                           const ChokepointRanking& ranking, const std::string& unit,
                           RunRecord run);

}  // namespace narrows
