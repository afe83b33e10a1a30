#include "host/table/national_table.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "host/base/error.hpp"

namespace narrows {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;
using Selector = Eigen::SparseMatrix<double>;

constexpr const char* exports_category = "EXPORTS";

/// The region's own final uses with a column for exports, which it may have already (to outside the
/// table).
std::vector<FinalUse> national_uses(const IoTable& table, const std::string& region) {
    std::vector<FinalUse> uses;
    bool has_exports = false;
    for (const FinalUse& use : table.final_uses()) {
        if (use.region != region) continue;
        uses.push_back({"", use.category});
        has_exports |= use.category == exports_category;
    }
    if (!has_exports) uses.push_back({"", exports_category});
    return uses;
}

/// Old final uses x new ones: the region's own stay, all others become exports. `imported` leaves
/// the others out: what foreigners import is not the region's business.
Selector use_selector(const IoTable& table, const std::string& region,
                      const std::vector<FinalUse>& uses, bool imported) {
    std::vector<Eigen::Triplet<double>> cells;
    for (std::size_t f = 0; f < table.final_uses().size(); ++f) {
        const FinalUse& old = table.final_uses()[f];
        const bool own = old.region == region;
        if (!own && imported) continue;
        const std::string& category = own ? old.category : exports_category;
        for (std::size_t k = 0; k < uses.size(); ++k) {
            if (uses[k].category == category) {
                cells.emplace_back(static_cast<Index>(f), static_cast<Index>(k), 1.0);
            }
        }
    }
    Selector selector(static_cast<Index>(table.final_uses().size()),
                      static_cast<Index>(uses.size()));
    selector.setFromTriplets(cells.begin(), cells.end());
    return selector;
}

}  // namespace

Selector sector_selector(const Classification& classification, Index region) {
    std::vector<Eigen::Triplet<double>> cells;
    for (const Index node : classification.nodes_of_region(region)) {
        cells.emplace_back(classification.sector_of(node), node, 1.0);
    }
    Selector selector(static_cast<Index>(classification.sectors().size()),
                      classification.num_nodes());
    selector.setFromTriplets(cells.begin(), cells.end());
    return selector;
}

IoTable national_table(const IoTable& table, const std::string& region) {
    const Classification& world = table.classification();
    if (!world.is_multi_regional()) throw ArgumentError("the table is a national table already");
    const Index home_region = world.region(region);
    const Selector home = sector_selector(world, home_region);
    Selector abroad(home.rows(), home.cols());
    for (Index r = 0; r < static_cast<Index>(world.regions().size()); ++r) {
        if (r != home_region) abroad += sector_selector(world, r);
    }
    const Selector home_users = home.transpose();
    const VectorXd foreign_users = abroad.transpose() * VectorXd::Ones(abroad.rows());

    TableData data;
    data.meta = table.meta();
    data.meta.name += "-" + region;
    data.meta.changes += (data.meta.changes.empty() ? "" : "; ") +
                         fmt::format("national table of {} extracted by narrows", region);
    data.classification = Classification::national(
        world.sectors(), world.regions()[static_cast<std::size_t>(home_region)]);
    data.final_uses = national_uses(table, region);
    // An account has the rounding errors of as many figures as before, in fewer entries.
    const auto entries = [](const Eigen::Index cells) { return static_cast<double>(cells + 1); };
    const Index primary = table.V().rows() + table.T().rows();
    const double row_joined = entries(table.num_nodes() + table.F().cols()) /
                              entries(home.rows() + static_cast<Index>(data.final_uses.size()));
    const double column_joined =
        entries(table.num_nodes() + primary) / entries(2 * home.rows() + primary);
    data.meta.rounding *= std::max({1.0, row_joined, column_joined});
    data.Z = home * table.Z() * home_users;
    data.M = abroad * table.Z() * home_users;
    data.F = home * table.F() * use_selector(table, region, data.final_uses, false);
    data.MF = abroad * table.F() * use_selector(table, region, data.final_uses, true);
    for (std::size_t k = 0; k < data.final_uses.size(); ++k) {
        if (data.final_uses[k].category != exports_category) continue;
        data.F.col(static_cast<Index>(k)) += home * (table.Z() * foreign_users);
    }
    data.V = table.V() * home_users;
    data.value_added_names = table.value_added_names();
    if (table.T().size() > 0) data.T = table.T() * home_users;
    data.tax_names = table.tax_names();
    data.x = home * table.x();
    data.criticality_ratings = table.criticality_ratings();
    for (const SatelliteAccount& account : table.satellites()) {
        data.satellites.push_back({account.name, account.unit, home * account.values, {}});
        if (account.final_uses.size() == 0) continue;
        data.satellites.back().final_uses =
            use_selector(table, region, data.final_uses, true).transpose() * account.final_uses;
    }
    return IoTable(std::move(data));
}

}  // namespace narrows
