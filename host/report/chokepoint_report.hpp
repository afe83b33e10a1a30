#pragma once

#include <map>
#include <string>
#include <vector>

#include "host/analysis/chokepoints.hpp"
#include "host/analysis/world_chokepoints.hpp"
#include "host/report/document.hpp"

namespace narrows {

/// The ranking as a document, schema narrows.rank/1; with weights, a column `weighted`.
Document chokepoint_report(const HomeEconomy& home, const ChokepointQuery& query,
                           const ChokepointRanking& ranking, const std::string& unit,
                           RunRecord run);

/// The ranking with the whole world in view, the same schema with more columns.
Document world_chokepoint_report(const HomeEconomy& home, const Classification& classes,
                                 const ChokepointQuery& query,
                                 const WorldChokepointRanking& ranking, const std::string& unit,
                                 RunRecord run);

/// What the columns of a ranking mean, for people: of both scopes, and of the world's alone.
std::vector<std::string> ranking_notes();
std::string world_note();

/// Names of coalitions by the codes of their origins, in the order of the table.
using CoalitionNames = std::map<std::vector<std::string>, std::string>;

/// Adds the column coalition_name to the rows; in text it stands for the codes.
void add_coalition_names(Document& document, const CoalitionNames& names);

}  // namespace narrows
