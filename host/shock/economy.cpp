#include "host/shock/economy.hpp"

#include <algorithm>

#include "host/analysis/home_economy.hpp"
#include "host/base/error.hpp"
#include "host/table/findings.hpp"

namespace narrows {
namespace {

/// The categories that are consumption of households: those named, or all by name.
std::vector<std::string> households_of(const IoTable& table,
                                       const std::vector<std::string>& named) {
    std::vector<std::string> categories;
    for (const FinalUse& use : table.final_uses()) {
        const auto& all = categories;
        if (std::find(all.begin(), all.end(), use.category) != all.end()) continue;
        categories.push_back(use.category);
    }
    for (const std::string& name : named) find_code("final use", name, categories);
    if (!named.empty()) return named;
    std::erase_if(categories,
                  [](const auto& category) { return !is_household_category(category); });
    return categories;
}

/// Final use by households of all regions, or of one, of every node's output, n.
Eigen::VectorXd household_use(const IoTable& table, const std::vector<std::string>& named,
                              const std::string* region) {
    const std::vector<std::string> categories = households_of(table, named);
    Eigen::VectorXd use = Eigen::VectorXd::Zero(table.num_nodes());
    for (std::size_t u = 0; u < table.final_uses().size(); ++u) {
        const FinalUse& final_use = table.final_uses()[u];
        if (region != nullptr && !final_use.region.empty() && final_use.region != *region) continue;
        if (std::find(categories.begin(), categories.end(), final_use.category) ==
            categories.end()) {
            continue;
        }
        use += table.F().col(static_cast<Index>(u));
    }
    return use;
}

/// Takes flows below 0 out; what that adds to a column's costs comes off its taxes, so that columns
/// close and GDP stays as published.
void drop_negative_flows(Eigen::MatrixXd& flows, ShockEconomy& economy) {
    const Eigen::MatrixXd below = flows.cwiseMin(0.0);
    economy.negative_flows.count += (below.array() < 0.0).count();
    economy.negative_flows.sum += below.sum();
    economy.taxes += below.colwise().sum().transpose();
    flows = flows.cwiseMax(0.0);
}

/// What is left of output: rows close by it.
void close_rows(ShockEconomy& economy) {
    economy.other_final = economy.x - economy.Z.rowwise().sum() - economy.households;
}

}  // namespace

Eigen::MatrixXd ShockEconomy::total_use() const {
    Eigen::MatrixXd use = Eigen::MatrixXd::Zero(num_products(), num_nodes());
    for (Index j = 0; j < num_nodes(); ++j) {
        for (Index i = 0; i < num_nodes(); ++i) {
            use(product[static_cast<std::size_t>(i)], j) += Z(i, j);
        }
    }
    for (const Eigen::MatrixXd& origin : imports) use += origin;
    return use;
}

Coefficients ShockEconomy::coefficients() const {
    return coefficients_of(Z, imports, value_added, taxes, x);
}

ShockEconomy home_shock_economy(const IoTable& table, const std::string& home_region,
                                const std::vector<std::string>& household_categories) {
    HomeEconomy home = home_economy(table, home_region);
    const Classification& classes = table.classification();
    ShockEconomy economy;
    economy.home = home.region;
    economy.products = std::move(home.sectors);
    economy.origins = std::move(home.origins);
    const Eigen::VectorXd households = household_use(
        table, household_categories, table.is_multi_regional() ? &home.region : nullptr);
    if (table.is_multi_regional()) {
        const Index region = classes.region(home.region);
        economy.regions = {classes.regions()[static_cast<std::size_t>(region)]};
        economy.households = Eigen::VectorXd::Zero(home.x.size());
        for (const Index node : classes.nodes_of_region(region)) {
            economy.households[classes.sector_of(node)] = households[node];
        }
    } else {
        economy.regions = {classes.regions().front()};
        economy.households = households;
    }
    for (Index node = 0; node < home.x.size(); ++node) economy.product.push_back(node);
    economy.region.assign(economy.product.size(), 0);
    economy.Z = std::move(home.domestic);
    economy.imports = std::move(home.imports);
    economy.value_added = std::move(home.value_added);
    economy.taxes = std::move(home.taxes);
    economy.x = std::move(home.x);
    economy.satellites = std::move(home.satellites);
    drop_negative_flows(economy.Z, economy);
    for (Eigen::MatrixXd& origin : economy.imports) drop_negative_flows(origin, economy);
    close_rows(economy);
    return economy;
}

ShockEconomy world_shock_economy(const IoTable& table, const std::string& home,
                                 const std::vector<std::string>& household_categories) {
    if (!table.is_multi_regional()) {
        throw ArgumentError("a national table has no world: only the scope of home");
    }
    const Classification& classes = table.classification();
    if (!home.empty()) classes.region(home);
    ShockEconomy economy;
    economy.world = true;
    economy.home = home;
    economy.products = classes.sectors();
    economy.regions = classes.regions();
    for (Index node = 0; node < table.num_nodes(); ++node) {
        economy.product.push_back(classes.sector_of(node));
        economy.region.push_back(classes.region_of(node));
    }
    economy.Z = table.Z();
    economy.households = household_use(table, household_categories, nullptr);
    economy.value_added = table.value_added();
    economy.taxes = table.taxes();
    economy.x = table.x();
    economy.satellites = table.satellites();
    drop_negative_flows(economy.Z, economy);
    close_rows(economy);
    return economy;
}

}  // namespace narrows
