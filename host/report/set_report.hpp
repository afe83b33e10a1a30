#pragma once

#include <string>
#include <vector>

#include "host/report/document.hpp"
#include "host/table/sector_set.hpp"

namespace narrows {

/// Says in a document which sets filter it and what weights they have: fields for people and, for
/// programs, `sets`. Adds `weights_note` below where there are weights. Nothing without sets.
void add_sets(Document& document, const SetSelection& selection, const std::vector<Sector>& sectors,
              const std::string& weights_note);

/// What the column `weighted` of a ranking is.
std::string weighted_note();

/// Inserts a column `weighted` behind the column `gar` of a sheet, a number for every row.
void add_weighted(Sheet& sheet, const std::vector<double>& weighted);

}  // namespace narrows
