#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "host/readers/grid.hpp"
#include "host/table/classification.hpp"
#include "host/table/io_table.hpp"

namespace narrows {

/// The nodes (region, sector) of a file, with regions and sectors in the order of their first node.
class NamedNodes {
  public:
    /// False where the node is there already. Names are kept from the first call with the code.
    bool add(const std::string& region, const std::string& sector,
             const std::string& region_name = "", const std::string& sector_name = "");

    /// Index of a node, below 0 where there is none.
    Index find(const std::string& region, const std::string& sector) const;
    bool has_region(const std::string& region) const { return region_index_.count(region) != 0; }
    Index size() const { return static_cast<Index>(labels_.size()); }

    /// `kind` takes a sector's code. Throws ParseError about `path` where codes are empty or labels
    /// REGION_SECTOR ambiguous.
    Classification classification(const std::string& path,
                                  SectorKind (*kind)(std::string_view)) const;

  private:
    std::vector<Region> regions_;
    std::vector<Sector> sectors_;
    std::vector<std::string> labels_;
    std::unordered_map<std::string, Index> region_index_;
    std::unordered_map<std::string, Index> sector_index_;
    std::unordered_map<std::string, Index> node_index_;
};

/// Throws ParseError where the file is too small for a matrix of so many numbers, one digit and one
/// separator each: before memory is taken for them.
void require_numbers(const InputFile& file, Index rows, Index columns);

/// The table with its accounts closed (close_accounts); errors name `path`.
IoTable closed_table(TableData data, const std::string& path, Acceptance acceptance);

}  // namespace narrows
