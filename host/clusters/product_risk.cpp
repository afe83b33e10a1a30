#include "host/clusters/product_risk.hpp"

#include <algorithm>

namespace narrows {

ProductRisk product_risk(const HomeEconomy& home, const LeontiefModel& domestic,
                         ChokepointQuery query) {
    query.coalitions = each_origin(home);
    if (home.origins.size() > 1) query.coalitions.push_back(all_imports(home).front());
    const ChokepointRanking ranking = rank_chokepoints(home, domestic, query);
    ProductRisk risk;
    risk.all_imports = risk.one_origin = Eigen::VectorXd::Zero(home.x.size());
    risk.origin.resize(home.sectors.size());
    risk.gdp = ranking.gdp;
    risk.max_error_bound = ranking.max_error_bound;
    for (const Chokepoint& row : ranking.rows) {
        if (row.coalition.size() == home.origins.size()) risk.all_imports[row.product] = row.gar;
        if (row.coalition.size() != 1 || !(row.gar > risk.one_origin[row.product])) continue;
        risk.one_origin[row.product] = row.gar;
        risk.origin[static_cast<std::size_t>(row.product)] =
            home.origins[static_cast<std::size_t>(row.coalition.front())];
    }
    return risk;
}

ClusterRisk cluster_risk(const ProductRisk& risk, const std::vector<Index>& products) {
    const auto worst = [&](const Eigen::VectorXd& gar) {
        return *std::max_element(products.begin(), products.end(),
                                 [&](Index a, Index b) { return gar[a] < gar[b]; });
    };
    ClusterRisk result;
    result.product = worst(risk.all_imports);
    result.gar = risk.all_imports[result.product];
    result.gar_share_of_gdp = risk.gdp != 0.0 ? result.gar / risk.gdp : 0.0;
    result.one_origin_product = worst(risk.one_origin);
    result.one_origin_gar = risk.one_origin[result.one_origin_product];
    result.one_origin = risk.origin[static_cast<std::size_t>(result.one_origin_product)];
    return result;
}

}  // namespace narrows
