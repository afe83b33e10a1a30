#include "host/readers/named_nodes.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/table/accounts.hpp"

namespace narrows {
namespace {

// No text of a file holds the 0 byte by accident: two codes never join to another pair's key.
std::string node_key(const std::string& region, const std::string& sector) {
    return region + '\0' + sector;
}

}  // namespace

bool NamedNodes::add(const std::string& region, const std::string& sector,
                     const std::string& region_name, const std::string& sector_name) {
    if (!node_index_.emplace(node_key(region, sector), size()).second) return false;
    if (region_index_.emplace(region, static_cast<Index>(regions_.size())).second) {
        regions_.push_back({region, region_name});
    }
    if (sector_index_.emplace(sector, static_cast<Index>(sectors_.size())).second) {
        sectors_.push_back({sector, sector_name, SectorKind::goods});
    }
    labels_.push_back(region + "_" + sector);
    return true;
}

Index NamedNodes::find(const std::string& region, const std::string& sector) const {
    const auto found = node_index_.find(node_key(region, sector));
    return found == node_index_.end() ? -1 : found->second;
}

Classification NamedNodes::classification(const std::string& path,
                                          SectorKind (*kind)(std::string_view)) const {
    std::vector<Sector> sectors = sectors_;
    for (Sector& sector : sectors) sector.kind = kind(sector.code);
    try {
        return Classification::multi_regional(std::move(sectors), regions_, labels_);
    } catch (const ArgumentError& error) {
        throw ParseError(path, 0, 0, "", error.what(), "regions and sectors with codes");
    }
}

void require_numbers(const InputFile& file, Index rows, Index columns) {
    const double least = 2.0 * static_cast<double>(rows) * static_cast<double>(columns);
    if (least <= static_cast<double>(file.bytes().size()) + 2.0) return;
    throw ParseError(
        file.path(), 0, 0, "",
        fmt::format("{} bytes, too few for {} x {} numbers", file.bytes().size(), rows, columns),
        "a number in every field");
}

IoTable closed_table(TableData data, const std::string& path, Acceptance acceptance) {
    try {
        close_accounts(data);
        return IoTable(std::move(data), acceptance);
    } catch (const BalanceError& error) {
        throw BalanceError(path + ": " + error.what());
    } catch (const ArgumentError& error) {
        throw ParseError(path, 0, 0, "", error.what(), "a table");
    }
}

}  // namespace narrows
