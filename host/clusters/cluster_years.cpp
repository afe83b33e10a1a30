#include "host/clusters/cluster_years.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "host/base/error.hpp"

namespace narrows {
namespace {

void check_years(const std::vector<YearFacts>& years) {
    if (years.empty()) throw ArgumentError("clusters need a table");
    for (std::size_t y = 0; y + 1 < years.size(); ++y) {
        const YearFacts& one = years[y];
        const YearFacts& next = years[y + 1];
        if (one.year == 0) {
            throw ArgumentError(one.table + " has no year, which several tables need");
        }
        if (one.year == next.year) {
            throw ArgumentError(fmt::format("{} and {} are both of {}, expected different years",
                                            one.table, next.table, one.year));
        }
        const std::vector<std::string> codes = codes_of(one.sectors);
        const std::vector<std::string> others = codes_of(next.sectors);
        if (codes == others) continue;
        throw TableError(fmt::format(
            "the sectors of {} ({}) are not those of {} ({}) in the same order; aggregate the "
            "tables to a common classification",
            one.table, one.year, next.table, next.year));
    }
}

ClusterYear followed(const YearFacts& facts, const std::vector<std::vector<Index>>& clusters,
                     const FrontierQuery& query) {
    std::vector<Index> not_compared;
    for (const std::string& code : query.not_compared) {
        not_compared.push_back(find_code("region", code, facts.frontier.regions));
    }
    ClusterYear year{facts.year,
                     facts.table,
                     facts.unit,
                     standings(facts.frontier, clusters, query.measure, not_compared),
                     {}};
    for (const std::vector<Index>& sectors : clusters) {
        year.risks.push_back(cluster_risk(facts.risk, sectors));
    }
    return year;
}

}  // namespace

ClusterTrend cluster_trend(std::vector<YearFacts> years, const ClusterQuery& query,
                           const FrontierQuery& frontier) {
    std::stable_sort(years.begin(), years.end(),
                     [](const YearFacts& a, const YearFacts& b) { return a.year < b.year; });
    check_years(years);
    const YearFacts& last = years.back();
    ClusterTrend trend;
    trend.home = last.home;
    trend.sectors = last.sectors;
    trend.gdp = last.risk.gdp;
    trend.network = last.network;
    trend.clusters = find_clusters(trend.network, query);
    std::vector<std::vector<Index>> clusters;
    for (const std::vector<Index>& nodes : trend.clusters.members) {
        std::vector<Index>& sectors = clusters.emplace_back();
        for (const Index node : nodes) {
            sectors.push_back(trend.network.sectors[static_cast<std::size_t>(node)]);
        }
    }
    for (const YearFacts& facts : years) trend.years.push_back(followed(facts, clusters, frontier));
    return trend;
}

}  // namespace narrows
