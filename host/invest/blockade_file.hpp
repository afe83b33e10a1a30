#pragma once

#include <filesystem>
#include <vector>

#include "host/invest/blockade.hpp"
#include "host/table/sector_set.hpp"

namespace narrows {

/// Reads joint scenarios: CSV scenario,coalition,product,share and, if there is a fifth column,
/// weight; a record per product, or named set `set:NAME` of `sets`, that the coalition of the
/// scenario withholds. The coalition is codes of origins joined by +, or `all`. Records of a
/// scenario share its coalition and weight (without the column: 1). Scenarios keep the order in
/// which they first appear. Throws ParseError.
std::vector<Blockade> read_blockades(const std::filesystem::path& path, const HomeEconomy& home,
                                     const std::vector<SectorSet>& sets = {});

}  // namespace narrows
