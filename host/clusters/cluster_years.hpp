#pragma once

#include <string>
#include <vector>

#include "host/clusters/clusters.hpp"
#include "host/clusters/frontier.hpp"
#include "host/clusters/product_risk.hpp"

namespace narrows {

/// What one year's table says, whatever the clusters are.
struct YearFacts {
    int year = 0;
    std::string table;
    std::string unit;
    std::string home;  // code of the region
    std::vector<Sector> sectors;
    FlowNetwork network;
    Frontier frontier;
    ProductRisk risk;
};

/// The clusters in one year; by cluster.
struct ClusterYear {
    int year = 0;
    std::string table;
    std::string unit;
    std::vector<Standing> standings;
    std::vector<ClusterRisk> risks;
};

/// With what clusters are compared.
struct FrontierQuery {
    FrontierMeasure measure = FrontierMeasure::value_added;
    std::vector<std::string> not_compared;  // codes of regions that cannot be best
};

/// The clusters of the last year, followed through all of them.
struct ClusterTrend {
    std::string home;
    std::vector<Sector> sectors;
    double gdp = 0.0;     // of the last year
    FlowNetwork network;  // of the last year
    Clusters clusters;
    std::vector<ClusterYear> years;  // ascending
};

/// Throws ArgumentError without a table, for a year that is there twice, several tables of which
/// one has no year, and an unknown region; TableError where years differ in their sectors.
ClusterTrend cluster_trend(std::vector<YearFacts> years, const ClusterQuery& query,
                           const FrontierQuery& frontier = {});

}  // namespace narrows
