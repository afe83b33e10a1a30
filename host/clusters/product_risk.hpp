#pragma once

#include <string>
#include <vector>

#include "host/analysis/chokepoints.hpp"

namespace narrows {

/// GDP at risk of home's products, s each: each product withheld by itself.
struct ProductRisk {
    Eigen::VectorXd all_imports;  // by all origins together
    /// By the one origin that takes most, the first on a tie; "" where nothing is at risk. In a
    /// national table, which knows no origins, the same as all_imports.
    Eigen::VectorXd one_origin;
    std::vector<std::string> origin;
    double gdp = 0.0;
    double max_error_bound = 0.0;
};

/// `query` says share, lambda and criticality; its coalitions are not looked at. Throws what
/// rank_chokepoints does.
ProductRisk product_risk(const HomeEconomy& home, const LeontiefModel& domestic,
                         ChokepointQuery query);

/// The worst of a cluster's products.
struct ClusterRisk {
    Index product = 0;  // index of the sector, the first on a tie
    double gar = 0.0;   // withheld by all origins together
    double gar_share_of_gdp = 0.0;
    Index one_origin_product = 0;  // and by the one origin that takes most
    double one_origin_gar = 0.0;
    std::string one_origin;
};

/// Of a cluster, a set of sectors.
ClusterRisk cluster_risk(const ProductRisk& risk, const std::vector<Index>& products);

}  // namespace narrows
