#include "host/analysis/home_economy.hpp"

#include "host/base/error.hpp"
#include "host/table/national_table.hpp"

namespace narrows {
namespace {

HomeEconomy national_home(const IoTable& table, const std::string& region) {
    const std::string& own = table.classification().regions().front().code;
    if (!region.empty() && region != own) {
        throw ArgumentError("the table is national" +
                            (own.empty() ? "" : ", of " + in_quotes(own)) + ": there is no home " +
                            in_quotes(region) + " in it");
    }
    if (!table.has_imports()) {
        throw TableError("the table has no import matrix (M.csv), which choke points need");
    }
    HomeEconomy home;
    home.region = own;
    home.origins = {all_imports_origin};
    home.domestic = table.Z();
    home.imports = {table.M()};
    home.import_split = table.M_origins();
    home.value_added = table.value_added();
    home.taxes = table.taxes();
    home.x = table.x();
    home.satellites = table.satellites();
    return home;
}

HomeEconomy regional_home(const IoTable& table, const std::string& region) {
    const Classification& classes = table.classification();
    if (region.empty()) {
        std::string codes;
        for (const Region& each : classes.regions()) codes += " " + each.code;
        throw ArgumentError("a multi-regional table needs a home, one of" + codes);
    }
    const Index home_region = classes.region(region);
    const Eigen::SparseMatrix<double> selector = sector_selector(classes, home_region);
    const Eigen::MatrixXd purchases = table.Z() * selector.transpose();  // n x s

    HomeEconomy home;
    home.region = region;
    home.domestic = selector * purchases;
    home.value_added = selector * table.value_added();
    home.taxes = selector * table.taxes();
    home.x = selector * table.x();
    for (const SatelliteAccount& account : table.satellites()) {
        home.satellites.push_back({account.name, account.unit, selector * account.values, {}});
    }
    for (Index r = 0; r < static_cast<Index>(classes.regions().size()); ++r) {
        if (r == home_region) continue;
        home.origins.push_back(classes.regions()[static_cast<std::size_t>(r)].code);
        home.imports.emplace_back(sector_selector(classes, r) * purchases);
    }
    return home;
}

}  // namespace

Coefficients coefficients_of(const Eigen::MatrixXd& z, const std::vector<Eigen::MatrixXd>& imports,
                             const Eigen::VectorXd& value_added, const Eigen::VectorXd& taxes,
                             const Eigen::VectorXd& x) {
    Coefficients result;
    result.A = input_coefficients(z, x);
    result.x = x;
    Eigen::VectorXd imported = Eigen::VectorXd::Zero(x.size());
    for (const Eigen::MatrixXd& origin : imports) imported += origin.colwise().sum().transpose();
    result.v = per_output(value_added, x);
    result.m = per_output(imported, x);
    result.tau = per_output(taxes, x);
    return result;
}

Coefficients HomeEconomy::coefficients() const {
    return coefficients_of(domestic, imports, value_added, taxes, x);
}

HomeEconomy home_economy(const IoTable& table, const std::string& region) {
    HomeEconomy home =
        table.is_multi_regional() ? regional_home(table, region) : national_home(table, region);
    home.sectors = table.classification().sectors();
    home.ratings = table.criticality_ratings();
    home.total_use = home.domestic;
    for (const Eigen::MatrixXd& origin : home.imports) home.total_use += origin;
    return home;
}

}  // namespace narrows
