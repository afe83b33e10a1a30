#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace narrows {

using Index = std::int64_t;

/// Goods can be stored and shipped; the choke-point rules of criticality treat services (NACE F-U)
/// as not critical unless told otherwise.
enum class SectorKind { goods, services };

const char* to_string(SectorKind kind);
/// "goods" or "services"; nothing for any other text.
std::optional<SectorKind> parse_sector_kind(std::string_view text);

/// An industry or a product; the table's source says which.
struct Sector {
    std::string code;
    std::string name;
    SectorKind kind = SectorKind::goods;
};

/// A country or a group of countries.
struct Region {
    std::string code;
    std::string name;
};

/// The nodes of a table and the only place where a name becomes an index. A national table has one
/// node per sector, labelled by the sector's code. A multi-regional table has nodes (region,
/// sector) labelled "REGION_SECTOR"; a region need not have every sector, but must have one.
///
/// Lookups by code throw ArgumentError that names the nearest valid code.
class Classification {
  public:
    Classification() = default;

    /// Throws ArgumentError for an empty or repeated code, or no sector at all.
    static Classification national(std::vector<Sector> sectors, Region home);

    /// `labels` gives the order of the nodes. Throws ArgumentError also for an unknown or repeated
    /// label, for a region without sectors and where "A_B" and "C" join to what "A" and "B_C" do.
    static Classification multi_regional(std::vector<Sector> sectors, std::vector<Region> regions,
                                         const std::vector<std::string>& labels);

    bool is_multi_regional() const { return multi_regional_; }
    Index num_nodes() const { return static_cast<Index>(nodes_.size()); }
    const std::vector<Sector>& sectors() const { return sectors_; }
    const std::vector<Region>& regions() const { return regions_; }
    const std::vector<std::string>& labels() const { return labels_; }

    const std::string& label(Index node) const { return labels_[static_cast<std::size_t>(node)]; }
    Index region_of(Index node) const { return nodes_[static_cast<std::size_t>(node)].region; }
    Index sector_of(Index node) const { return nodes_[static_cast<std::size_t>(node)].sector; }
    const Sector& sector(Index sector) const { return sectors_[static_cast<std::size_t>(sector)]; }

    Index node(std::string_view label) const;
    Index region(std::string_view code) const;

    /// Nodes of a region, in table order.
    std::vector<Index> nodes_of_region(Index region) const;

  private:
    struct Node {
        Index region;
        Index sector;
    };

    std::vector<Sector> sectors_;
    std::vector<Region> regions_;
    std::vector<Node> nodes_;
    std::vector<std::string> labels_;
    std::unordered_map<std::string, Index> node_index_;
    bool multi_regional_ = false;
};

/// The codes of sectors or regions, in their order.
template <class Item>
std::vector<std::string> codes_of(const std::vector<Item>& items) {
    std::vector<std::string> codes;
    codes.reserve(items.size());
    for (const Item& item : items) codes.push_back(item.code);
    return codes;
}

/// Index of `code` among `codes`; throws ArgumentError "unknown `what` 'code', did you mean ...".
Index find_code(std::string_view what, std::string_view code,
                const std::vector<std::string>& codes);

}  // namespace narrows
