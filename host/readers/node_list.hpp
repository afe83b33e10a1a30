#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "host/readers/grid.hpp"
#include "host/table/classification.hpp"

namespace narrows {

/// Nodes of a multi-regional table in the order in which a file names them; regions and sectors in
/// the order of their first node.
class NodeList {
  public:
    /// The node's index, and whether it is new. A code's name is that of its first call; without
    /// one the code is the name.
    std::pair<Index, bool> add(const std::string& region, const std::string& sector,
                               const std::string& region_name = "",
                               const std::string& sector_name = "");
    /// -1 where there is none.
    Index find(const std::string& region, const std::string& sector) const;
    Index size() const { return static_cast<Index>(labels_.size()); }

    bool has_region(const std::string& code) const { return region_codes_.count(code) != 0; }
    bool has_sector(const std::string& code) const { return sector_codes_.count(code) != 0; }
    const std::vector<Region>& regions() const { return regions_; }
    const std::vector<Sector>& sectors() const { return sectors_; }

    /// `kind_of` takes a sector's code. Throws ParseError about `path` where Classification does
    /// not take the labels.
    Classification classification(const std::string& path,
                                  const std::function<SectorKind(std::string_view)>& kind_of) const;

  private:
    std::vector<Region> regions_;
    std::vector<Sector> sectors_;
    std::vector<std::string> labels_;
    std::unordered_set<std::string> region_codes_;
    std::unordered_set<std::string> sector_codes_;
    std::unordered_map<std::string, Index> index_;
};

/// `label` at its first '_'; both empty where one of them would be.
std::pair<std::string, std::string> split_label(const std::string& label);

/// Throws ParseError where two rows, or two columns, of a file have the same label.
class LabelOnce {
  public:
    explicit LabelOnce(const Grid& grid) : grid_(grid) {}
    void row(const std::string& label, Index row);
    void column(const std::string& label, Index column, Index header_line = 0);

  private:
    const Grid& grid_;
    std::unordered_set<std::string> rows_;
    std::unordered_set<std::string> columns_;
};

}  // namespace narrows
