#include "host/analysis/home_economy.hpp"

#include "host/base/error.hpp"

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
        throw ArgumentError("the table has no import matrix (M.csv), which choke points need");
    }
    HomeEconomy home;
    home.region = own;
    home.origins = {all_imports_origin};
    home.domestic = table.Z();
    home.imports = {table.M()};
    home.value_added = table.value_added();
    home.taxes = table.taxes();
    home.x = table.x();
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
    const auto s = static_cast<Index>(classes.sectors().size());
    const Eigen::VectorXd value_added = table.value_added();
    const Eigen::VectorXd taxes = table.taxes();

    HomeEconomy home;
    home.region = region;
    home.domestic = Eigen::MatrixXd::Zero(s, s);
    home.value_added = home.taxes = home.x = Eigen::VectorXd::Zero(s);
    std::vector<Index> origin_of(classes.regions().size(), -1);
    for (std::size_t r = 0; r < classes.regions().size(); ++r) {
        if (static_cast<Index>(r) == home_region) continue;
        origin_of[r] = static_cast<Index>(home.origins.size());
        home.origins.push_back(classes.regions()[r].code);
    }
    home.imports.assign(home.origins.size(), Eigen::MatrixXd::Zero(s, s));
    for (const Index node : classes.nodes_of_region(home_region)) {
        const Index user = classes.sector_of(node);
        home.value_added[user] = value_added[node];
        home.taxes[user] = taxes[node];
        home.x[user] = table.x()[node];
        for (Index seller = 0; seller < table.num_nodes(); ++seller) {
            const Index origin = origin_of[static_cast<std::size_t>(classes.region_of(seller))];
            Eigen::MatrixXd& flows =
                origin < 0 ? home.domestic : home.imports[static_cast<std::size_t>(origin)];
            flows(classes.sector_of(seller), user) += table.Z()(seller, node);
        }
    }
    return home;
}

}  // namespace

Coefficients HomeEconomy::coefficients() const {
    Coefficients result;
    result.A = input_coefficients(domestic, x);
    result.x = x;
    Eigen::VectorXd imported = Eigen::VectorXd::Zero(x.size());
    for (const Eigen::MatrixXd& origin : imports) imported += origin.colwise().sum().transpose();
    const auto per_output = [&](const Eigen::VectorXd& flows) {
        return Eigen::VectorXd(input_coefficients(flows.transpose(), x).transpose());
    };
    result.v = per_output(value_added);
    result.m = per_output(imported);
    result.tau = per_output(taxes);
    return result;
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
