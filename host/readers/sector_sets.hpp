#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "host/table/sector_set.hpp"

namespace narrows {

/// Reads sets: CSV set,product[,reason], a record per member with a code of `sectors`; sets keep
/// the order in which they first appear and may overlap. Reasons are for who reads the file. Throws
/// ParseError.
std::vector<SectorSet> read_sector_sets(const std::filesystem::path& path,
                                        const std::vector<Sector>& sectors);

/// How much a set is to get at least and at most.
struct SetBounds {
    Index set = 0;
    std::optional<double> floor, ceiling;
};

/// Reads bounds: CSV set,floor,ceiling with names of `sets`, numbers of 0 or more or nothing.
/// Throws ParseError, also for a floor above its ceiling and for sets with floors that share a
/// product, whose floors would count it twice.
std::vector<SetBounds> read_set_bounds(const std::filesystem::path& path,
                                       const std::vector<SectorSet>& sets,
                                       const std::vector<Sector>& sectors);

/// Reads weights: CSV set,weight with names of `sets`, each once, and numbers in [0, 1e6]. By set;
/// nothing for a set that the file leaves out. Throws ParseError.
std::vector<std::optional<double>> read_set_weights(const std::filesystem::path& path,
                                                    const std::vector<SectorSet>& sets);

}  // namespace narrows
