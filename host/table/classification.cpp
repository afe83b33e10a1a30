#include "host/table/classification.hpp"

#include <algorithm>
#include <unordered_set>

#include "host/base/error.hpp"

namespace narrows {
namespace {

void check_codes(const char* what, const std::vector<std::string>& codes) {
    std::unordered_set<std::string> seen;
    for (const std::string& code : codes) {
        if (code.empty()) throw ArgumentError(std::string("empty ") + what + " code");
        if (!seen.insert(code).second) {
            throw ArgumentError(std::string("duplicate ") + what + " code " + in_quotes(code));
        }
    }
    if (codes.empty()) throw ArgumentError(std::string("no ") + what + "s");
}

[[noreturn]] void unknown_code(std::string_view what, std::string_view code,
                               const std::vector<std::string>& codes) {
    std::string message = "unknown " + std::string(what) + " " + in_quotes(code);
    if (const std::string near = nearest(code, codes); !near.empty()) {
        message += ", did you mean " + in_quotes(near) + "?";
    } else {
        message += ", expected one of " + std::to_string(codes.size()) + " such as " +
                   in_quotes(codes.empty() ? "" : codes.front());
    }
    throw ArgumentError(message);
}

}  // namespace

const char* to_string(SectorKind kind) {
    return kind == SectorKind::goods ? "goods" : "services";
}

std::optional<SectorKind> parse_sector_kind(std::string_view text) {
    if (text == to_string(SectorKind::goods)) return SectorKind::goods;
    if (text == to_string(SectorKind::services)) return SectorKind::services;
    return std::nullopt;
}

Index find_code(std::string_view what, std::string_view code,
                const std::vector<std::string>& codes) {
    const auto found = std::find(codes.begin(), codes.end(), code);
    if (found == codes.end()) unknown_code(what, code, codes);
    return found - codes.begin();
}

Classification Classification::national(std::vector<Sector> sectors, Region home) {
    check_codes("sector", codes_of(sectors));
    Classification result;
    result.sectors_ = std::move(sectors);
    result.regions_ = {std::move(home)};
    for (const Sector& sector : result.sectors_) {
        result.node_index_.emplace(sector.code, result.num_nodes());
        result.nodes_.push_back({0, result.num_nodes()});
        result.labels_.push_back(sector.code);
    }
    return result;
}

Classification Classification::multi_regional(std::vector<Sector> sectors,
                                              std::vector<Region> regions,
                                              const std::vector<std::string>& labels) {
    check_codes("sector", codes_of(sectors));
    check_codes("region", codes_of(regions));
    Classification result;
    result.multi_regional_ = true;
    result.sectors_ = std::move(sectors);
    result.regions_ = std::move(regions);
    std::unordered_map<std::string, Node> known;
    for (std::size_t region = 0; region < result.regions_.size(); ++region) {
        for (std::size_t sector = 0; sector < result.sectors_.size(); ++sector) {
            const std::string label =
                result.regions_[region].code + "_" + result.sectors_[sector].code;
            const Node node{static_cast<Index>(region), static_cast<Index>(sector)};
            if (!known.emplace(label, node).second) {
                throw ArgumentError("label " + in_quotes(label) +
                                    " can mean two different regions and sectors");
            }
        }
    }
    std::vector<bool> has_sectors(result.regions_.size());
    for (const std::string& label : labels) {
        const auto node = known.find(label);
        if (node == known.end()) {
            std::vector<std::string> valid;
            for (const auto& entry : known) valid.push_back(entry.first);
            std::sort(valid.begin(), valid.end());
            unknown_code("region_sector label", label, valid);
        }
        if (!result.node_index_.emplace(label, result.num_nodes()).second) {
            throw ArgumentError("duplicate region_sector label " + in_quotes(label));
        }
        has_sectors[static_cast<std::size_t>(node->second.region)] = true;
        result.nodes_.push_back(node->second);
        result.labels_.push_back(label);
    }
    for (std::size_t region = 0; region < has_sectors.size(); ++region) {
        if (!has_sectors[region]) {
            throw ArgumentError("region " + in_quotes(result.regions_[region].code) +
                                " has no sectors in the table");
        }
    }
    return result;
}

Index Classification::node(std::string_view label) const {
    const auto found = node_index_.find(std::string(label));
    if (found == node_index_.end()) unknown_code("sector", label, labels_);
    return found->second;
}

Index Classification::region(std::string_view code) const {
    return find_code("region", code, codes_of(regions_));
}

std::vector<Index> Classification::nodes_of_region(Index region) const {
    std::vector<Index> nodes;
    for (Index node = 0; node < num_nodes(); ++node) {
        if (region_of(node) == region) nodes.push_back(node);
    }
    return nodes;
}

}  // namespace narrows
