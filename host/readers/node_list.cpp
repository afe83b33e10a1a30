#include "host/readers/node_list.hpp"

#include <fmt/format.h>

#include "host/base/error.hpp"

namespace narrows {
namespace {

// No text of a file holds the 0 byte by accident: two codes never join to another pair's key.
std::string key_of(const std::string& region, const std::string& sector) {
    return region + '\0' + sector;
}

}  // namespace

std::pair<std::string, std::string> split_label(const std::string& label) {
    const auto at = label.find('_');
    if (at == std::string::npos || at == 0 || at + 1 == label.size()) return {};
    return {label.substr(0, at), label.substr(at + 1)};
}

std::pair<Index, bool> NodeList::add(const std::string& region, const std::string& sector,
                                     const std::string& region_name,
                                     const std::string& sector_name) {
    const auto [at, is_new] = index_.emplace(key_of(region, sector), size());
    if (!is_new) return {at->second, false};
    if (region_codes_.insert(region).second) {
        regions_.push_back({region, region_name.empty() ? region : region_name});
    }
    if (sector_codes_.insert(sector).second) {
        sectors_.push_back({sector, sector_name.empty() ? sector : sector_name, SectorKind::goods});
    }
    labels_.push_back(region + "_" + sector);
    return {at->second, true};
}

Index NodeList::find(const std::string& region, const std::string& sector) const {
    const auto at = index_.find(key_of(region, sector));
    return at == index_.end() ? -1 : at->second;
}

Classification NodeList::classification(
    const std::string& path, const std::function<SectorKind(std::string_view)>& kind_of) const {
    std::vector<Sector> sectors = sectors_;
    for (Sector& sector : sectors) sector.kind = kind_of(sector.code);
    try {
        return Classification::multi_regional(std::move(sectors), regions_, labels_);
    } catch (const ArgumentError& error) {
        throw ParseError(path, 0, 0, "", error.what(), "labels of regions and sectors");
    }
}

void LabelOnce::row(const std::string& label, Index row) {
    if (rows_.insert(label).second) return;
    grid_.fail(row, -1, "duplicate row " + in_quotes(label), "each row once");
}

void LabelOnce::column(const std::string& label, Index column, Index header_line) {
    if (columns_.insert(label).second) return;
    grid_.fail_header(header_line, column, "duplicate column " + in_quotes(label),
                      "each column once");
}

}  // namespace narrows
