#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "host/readers/grid.hpp"
#include "host/table/classification.hpp"

namespace narrows {

/// Nodes of a multi-regional table in the order in which a file names them.
class NodeList {
  public:
    /// The node's index; a new one where it is not there yet.
    Index add(const std::string& region, const std::string& sector);
    /// -1 where there is none.
    Index find(const std::string& region, const std::string& sector) const;
    Index size() const { return static_cast<Index>(labels_.size()); }

    bool has_region(const std::string& code) const { return regions_.count(code) != 0; }
    bool has_sector(const std::string& code) const { return sectors_.count(code) != 0; }
    const std::vector<std::string>& sectors() const { return sector_order_; }
    const std::vector<std::string>& regions() const { return region_order_; }

    /// Codes are names as well; `kind_of` takes a sector's code. Throws ParseError about `path`
    /// where Classification does not take the labels.
    Classification classification(const std::string& path,
                                  const std::function<SectorKind(std::string_view)>& kind_of) const;

  private:
    std::unordered_map<std::string, Index> index_;
    std::unordered_map<std::string, bool> regions_;
    std::unordered_map<std::string, bool> sectors_;
    std::vector<std::string> labels_;
    std::vector<std::string> region_order_;
    std::vector<std::string> sector_order_;
};

/// `label` at its first '_'; both empty where one of them would be.
std::pair<std::string, std::string> split_label(const std::string& label);

/// Throws ParseError where two rows, or two columns, of a file have the same label.
class LabelOnce {
  public:
    LabelOnce(const Grid& grid) : grid_(grid) {}
    void row(const std::string& label, Index row);
    void column(const std::string& label, Index column, Index header_line = 0);

  private:
    const Grid& grid_;
    std::unordered_map<std::string, bool> rows_;
    std::unordered_map<std::string, bool> columns_;
};

}  // namespace narrows
