#include "host/table/aggregation.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <Eigen/SparseCore>
#include <fmt/format.h>

#include "host/base/error.hpp"

namespace narrows {
namespace {

using Shares = Eigen::SparseMatrix<double>;

/// A concordance resolved against the codes of a table: shares is new x old.
struct Resolved {
    Shares shares;
    std::vector<std::string> codes;
    std::vector<std::string> names;
    std::vector<std::optional<SectorKind>> kinds;
};

/// A concordance from a file is malformed input; one that a caller made is a wrong argument.
[[noreturn]] void refuse(const Concordance& concordance, std::int64_t line, std::string_view found,
                         std::string_view expected) {
    if (!concordance.path.empty()) {
        throw ParseError(concordance.path, line, 0, "", found, expected);
    }
    throw ArgumentError(fmt::format("concordance: found {}, expected {}", found, expected));
}

Index resolve_code(const char* what, const Concordance& concordance,
                   const Concordance::Entry& entry, const std::vector<std::string>& codes) {
    const auto found = std::find(codes.begin(), codes.end(), entry.from);
    if (found != codes.end()) return found - codes.begin();
    const std::string near = nearest(entry.from, codes);
    refuse(concordance, entry.line, fmt::format("unknown {} {}", what, in_quotes(entry.from)),
           near.empty()
               ? fmt::format("a {} of the table such as {}", what, in_quotes(codes.front()))
               : in_quotes(near));
}

Resolved resolve(const char* what, const Concordance& concordance,
                 const std::vector<std::string>& old_codes) {
    Resolved result;
    std::map<std::string, Index> new_index;
    std::vector<Eigen::Triplet<double>> cells;
    std::set<std::pair<Index, Index>> seen;
    Eigen::VectorXd total = Eigen::VectorXd::Zero(static_cast<Index>(old_codes.size()));
    for (const Concordance::Entry& entry : concordance.entries) {
        const Index from = resolve_code(what, concordance, entry, old_codes);
        if (!(entry.share > 0.0 && entry.share <= 1.0)) {
            refuse(concordance, entry.line, fmt::format("share {}", entry.share),
                   "a share above 0, at most 1");
        }
        const auto [to, is_new] =
            new_index.emplace(entry.to, static_cast<Index>(result.codes.size()));
        if (is_new) {
            result.codes.push_back(entry.to);
            result.names.emplace_back();
            result.kinds.emplace_back();
        }
        const auto at = static_cast<std::size_t>(to->second);
        if (!entry.name.empty()) result.names[at] = entry.name;
        if (entry.kind && result.kinds[at] && *entry.kind != *result.kinds[at]) {
            refuse(concordance, entry.line,
                   fmt::format("kind '{}' for {}", to_string(*entry.kind), in_quotes(entry.to)),
                   fmt::format("'{}' as before", to_string(*result.kinds[at])));
        }
        if (entry.kind) result.kinds[at] = entry.kind;
        if (!seen.emplace(from, to->second).second) {
            refuse(concordance, entry.line,
                   fmt::format("{} {} to {} for the second time", what, in_quotes(entry.from),
                               in_quotes(entry.to)),
                   "it once");
        }
        cells.emplace_back(to->second, from, entry.share);
        total[from] += entry.share;
    }
    for (Index i = 0; i < total.size(); ++i) {
        if (std::abs(total[i] - 1.0) <= 1e-9) continue;
        const std::string code = in_quotes(old_codes[static_cast<std::size_t>(i)]);
        if (total[i] == 0.0) {
            refuse(concordance, 0, fmt::format("no entry for {} {} of the table", what, code),
                   "one");
        }
        refuse(concordance, 0, fmt::format("shares of {} {} that sum to {}", what, code, total[i]),
               "1");
    }
    result.shares.resize(static_cast<Index>(result.codes.size()), total.size());
    result.shares.setFromTriplets(cells.begin(), cells.end());
    return result;
}

/// Every code stays what it is.
template <class Item>
Resolved unchanged(const std::vector<Item>& items) {
    Resolved result;
    for (const Item& item : items) {
        result.codes.push_back(item.code);
        result.names.push_back(item.name);
        if constexpr (std::is_same_v<Item, Sector>) {
            result.kinds.emplace_back(item.kind);
        } else {
            result.kinds.emplace_back();
        }
    }
    const auto n = static_cast<Index>(items.size());
    result.shares.resize(n, n);
    result.shares.setIdentity();
    return result;
}

std::vector<Sector> new_sectors(const Resolved& sectors, const std::vector<Sector>& old,
                                const Concordance& concordance) {
    std::vector<Sector> result;
    std::vector<std::optional<SectorKind>> members(sectors.codes.size());
    std::vector<bool> mixed(sectors.codes.size());
    for (Index from = 0; from < sectors.shares.outerSize(); ++from) {
        for (Shares::InnerIterator cell(sectors.shares, from); cell; ++cell) {
            const auto to = static_cast<std::size_t>(cell.row());
            const SectorKind kind = old[static_cast<std::size_t>(from)].kind;
            if (members[to] && *members[to] != kind) mixed[to] = true;
            members[to] = kind;
        }
    }
    for (std::size_t i = 0; i < sectors.codes.size(); ++i) {
        if (!sectors.kinds[i] && mixed[i]) {
            refuse(
                concordance, 0,
                fmt::format("sector {} that joins goods and services", in_quotes(sectors.codes[i])),
                "its kind in a column 'kind'");
        }
        const SectorKind kind = sectors.kinds[i] ? *sectors.kinds[i] : *members[i];
        const std::string& name = sectors.names[i].empty() ? sectors.codes[i] : sectors.names[i];
        result.push_back({sectors.codes[i], name, kind});
    }
    return result;
}

std::vector<Region> new_regions(const Resolved& regions) {
    std::vector<Region> result;
    for (std::size_t i = 0; i < regions.codes.size(); ++i) {
        const std::string& name = regions.names[i];
        result.push_back({regions.codes[i], name.empty() ? regions.codes[i] : name});
    }
    return result;
}

/// Shares of the nodes, new x old: the share of the region times the share of the sector.
struct NodeShares {
    Shares shares;
    std::vector<std::string> labels;
};

NodeShares node_shares(const Classification& old, const Resolved& sectors,
                       const Resolved& regions) {
    std::map<std::pair<Index, Index>, double> reached;  // new (region, sector), sorted
    for (Index node = 0; node < old.num_nodes(); ++node) {
        for (Shares::InnerIterator r(regions.shares, old.region_of(node)); r; ++r) {
            for (Shares::InnerIterator s(sectors.shares, old.sector_of(node)); s; ++s) {
                reached[{r.row(), s.row()}] = 0.0;
            }
        }
    }
    NodeShares result;
    std::map<std::pair<Index, Index>, Index> index;
    for (const auto& entry : reached) {
        index.emplace(entry.first, static_cast<Index>(result.labels.size()));
        const auto& sector = sectors.codes[static_cast<std::size_t>(entry.first.second)];
        result.labels.push_back(old.is_multi_regional()
                                    ? regions.codes[static_cast<std::size_t>(entry.first.first)] +
                                          "_" + sector
                                    : sector);
    }
    std::vector<Eigen::Triplet<double>> cells;
    for (Index node = 0; node < old.num_nodes(); ++node) {
        for (Shares::InnerIterator r(regions.shares, old.region_of(node)); r; ++r) {
            for (Shares::InnerIterator s(sectors.shares, old.sector_of(node)); s; ++s) {
                cells.emplace_back(index.at({r.row(), s.row()}), node, r.value() * s.value());
            }
        }
    }
    result.shares.resize(static_cast<Index>(result.labels.size()), old.num_nodes());
    result.shares.setFromTriplets(cells.begin(), cells.end());
    return result;
}

/// Shares of the final-use columns, new x old: categories stay, regions are joined.
Shares use_shares(const IoTable& table, const Resolved& regions, std::vector<FinalUse>& uses) {
    std::vector<Eigen::Triplet<double>> cells;
    std::map<std::string, Index> index;
    const auto add = [&](const FinalUse& use, Index from, double share) {
        const auto [at, is_new] = index.emplace(use.label(), static_cast<Index>(uses.size()));
        if (is_new) uses.push_back(use);
        cells.emplace_back(at->second, from, share);
    };
    for (std::size_t from = 0; from < table.final_uses().size(); ++from) {
        const FinalUse& use = table.final_uses()[from];
        if (use.region.empty()) {
            add(use, static_cast<Index>(from), 1.0);
            continue;
        }
        const Index region = table.classification().region(use.region);
        for (Shares::InnerIterator r(regions.shares, region); r; ++r) {
            add({regions.codes[static_cast<std::size_t>(r.row())], use.category},
                static_cast<Index>(from), r.value());
        }
    }
    Shares shares(static_cast<Index>(uses.size()), static_cast<Index>(table.final_uses().size()));
    shares.setFromTriplets(cells.begin(), cells.end());
    return shares;
}

/// Flows Z + M summed over regions: sector x sector.
Eigen::MatrixXd flows_by_sector(const IoTable& table) {
    const Classification& classes = table.classification();
    const auto s = static_cast<Index>(classes.sectors().size());
    Eigen::MatrixXd flows = Eigen::MatrixXd::Zero(s, s);
    for (Index j = 0; j < table.num_nodes(); ++j) {
        for (Index i = 0; i < table.num_nodes(); ++i) {
            flows(classes.sector_of(i), classes.sector_of(j)) +=
                table.Z()(i, j) + (table.has_imports() ? table.M()(i, j) : 0.0);
        }
    }
    return flows;
}

/// Means of the members' ratings weighted with their flows, as running means: those of equal
/// ratings are exact. A cell without any flow has no weights to go by: the plain mean.
Eigen::MatrixXd aggregate_ratings(const IoTable& table, const Shares& shares) {
    const Eigen::MatrixXd flows = flows_by_sector(table).cwiseMax(0.0);
    const Eigen::MatrixXd total_flow = shares * flows * shares.transpose();
    Eigen::MatrixXd ratings = Eigen::MatrixXd::Zero(shares.rows(), shares.rows());
    Eigen::MatrixXd weights = ratings;
    for (Index j = 0; j < flows.cols(); ++j) {
        for (Index k = 0; k < flows.rows(); ++k) {
            for (Shares::InnerIterator user(shares, j); user; ++user) {
                for (Shares::InnerIterator product(shares, k); product; ++product) {
                    double& mean = ratings(product.row(), user.row());
                    double& total = weights(product.row(), user.row());
                    const bool has_flow = total_flow(product.row(), user.row()) > 0.0;
                    const double weight =
                        product.value() * user.value() * (has_flow ? flows(k, j) : 1.0);
                    if (weight == 0.0) continue;
                    total += weight;
                    mean += weight / total * (table.criticality_ratings()(k, j) - mean);
                }
            }
        }
    }
    return ratings.cwiseMax(0.0).cwiseMin(1.0);  // rounding may leave [0, 1] by an ulp
}

}  // namespace

IoTable aggregate(const IoTable& table, const std::optional<Concordance>& sectors,
                  const std::optional<Concordance>& regions) {
    const Classification& old = table.classification();
    if (regions && !old.is_multi_regional()) {
        throw ArgumentError("a national table has no regions to aggregate");
    }
    const Resolved new_sector =
        sectors ? resolve("sector", *sectors, codes_of(old.sectors())) : unchanged(old.sectors());
    const Resolved new_region =
        regions ? resolve("region", *regions, codes_of(old.regions())) : unchanged(old.regions());
    const NodeShares nodes = node_shares(old, new_sector, new_region);

    TableData data;
    data.meta = table.meta();
    data.meta.changes += (data.meta.changes.empty() ? "" : "; ") +
                         fmt::format("aggregated by narrows from {} to {} nodes", old.num_nodes(),
                                     nodes.labels.size());
    std::vector<Sector> sector_list =
        new_sectors(new_sector, old.sectors(), sectors ? *sectors : Concordance());
    data.classification =
        old.is_multi_regional()
            ? Classification::multi_regional(std::move(sector_list), new_regions(new_region),
                                             nodes.labels)
            : Classification::national(std::move(sector_list), old.regions().front());
    // An account has the rounding errors of all its members' figures, in fewer entries.
    Eigen::VectorXd members = Eigen::VectorXd::Zero(nodes.shares.rows());
    for (Index node = 0; node < nodes.shares.outerSize(); ++node) {
        for (Shares::InnerIterator cell(nodes.shares, node); cell; ++cell) members[cell.row()] += 1;
    }
    const double entries_joined =
        static_cast<double>(old.num_nodes()) / static_cast<double>(nodes.labels.size());
    data.meta.rounding *= members.maxCoeff() * std::max(1.0, entries_joined);
    const Shares by_node = nodes.shares.transpose();
    const Shares by_use = use_shares(table, new_region, data.final_uses).transpose();
    data.Z = nodes.shares * table.Z() * by_node;
    data.F = nodes.shares * table.F() * by_use;
    if (table.has_imports()) data.M = nodes.shares * table.M() * by_node;
    if (table.MF().size() > 0) data.MF = nodes.shares * table.MF() * by_use;
    data.V = table.V() * by_node;
    data.value_added_names = table.value_added_names();
    if (table.T().size() > 0) data.T = table.T() * by_node;
    data.tax_names = table.tax_names();
    data.x = nodes.shares * table.x();
    if (table.has_criticality_ratings()) {
        data.criticality_ratings = aggregate_ratings(table, new_sector.shares);
    }
    for (const SatelliteAccount& account : table.satellites()) {
        data.satellites.push_back({account.name, account.unit, nodes.shares * account.values, {}});
        if (account.final_uses.size() == 0) continue;
        data.satellites.back().final_uses = by_use.transpose() * account.final_uses;
    }
    return IoTable(std::move(data));
}

}  // namespace narrows
