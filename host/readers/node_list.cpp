#include "host/readers/node_list.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "host/base/error.hpp"

namespace narrows {

std::pair<std::string, std::string> split_label(const std::string& label) {
    const auto at = label.find('_');
    if (at == std::string::npos || at == 0 || at + 1 == label.size()) return {};
    return {label.substr(0, at), label.substr(at + 1)};
}

Index NodeList::add(const std::string& region, const std::string& sector) {
    std::string label = region + "_" + sector;
    const auto [at, is_new] = index_.emplace(label, size());
    if (!is_new) return at->second;
    labels_.push_back(std::move(label));
    if (regions_.emplace(region, true).second) region_order_.push_back(region);
    if (sectors_.emplace(sector, true).second) sector_order_.push_back(sector);
    return at->second;
}

Index NodeList::find(const std::string& region, const std::string& sector) const {
    const auto at = index_.find(region + "_" + sector);
    return at == index_.end() ? -1 : at->second;
}

Classification NodeList::classification(
    const std::string& path, const std::function<SectorKind(std::string_view)>& kind_of) const {
    std::vector<Sector> sectors;
    for (const std::string& code : sector_order_) sectors.push_back({code, code, kind_of(code)});
    std::vector<Region> regions;
    for (const std::string& code : region_order_) regions.push_back({code, code});
    try {
        return Classification::multi_regional(std::move(sectors), std::move(regions), labels_);
    } catch (const ArgumentError& error) {
        throw ParseError(path, 0, 0, "", error.what(), "labels of regions and sectors");
    }
}

void LabelOnce::row(const std::string& label, Index row) {
    if (rows_.emplace(label, true).second) return;
    grid_.fail(row, -1, "duplicate row " + in_quotes(label), "each row once");
}

void LabelOnce::column(const std::string& label, Index column, Index header_line) {
    if (columns_.emplace(label, true).second) return;
    grid_.fail_header(header_line, column, "duplicate column " + in_quotes(label),
                      "each column once");
}

}  // namespace narrows
