#include "host/report/clusters_report.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace narrows {
namespace {

using nlohmann::ordered_json;

std::int64_t number_of(Index cluster) {
    return cluster + 1;
}

std::vector<std::string> codes_at(const std::vector<Sector>& sectors,
                                  const std::vector<Index>& which) {
    std::vector<std::string> codes;
    for (const Index i : which) codes.push_back(sectors[static_cast<std::size_t>(i)].code);
    return codes;
}

/// The sectors of a cluster, indices of HomeEconomy, most output first.
std::vector<Index> sectors_of(const ClusterTrend& trend, std::size_t cluster) {
    std::vector<Index> nodes = trend.clusters.members[cluster];
    std::stable_sort(nodes.begin(), nodes.end(), [&](Index a, Index b) {
        return trend.network.output[a] > trend.network.output[b];
    });
    for (Index& node : nodes) node = trend.network.sectors[static_cast<std::size_t>(node)];
    return nodes;
}

template <class Value>
Cell cell_of(const std::optional<Value>& value) {
    if (!value) return {};
    return *value;
}

/// Nothing for no text.
Cell text_cell(const std::string& text) {
    if (text.empty()) return {};
    return text;
}

/// The code of a product at risk.
std::string product_of(Index product, double gar, const std::vector<Sector>& sectors) {
    return gar > 0.0 ? sectors[static_cast<std::size_t>(product)].code : "";
}

/// "ELE from KOR".
std::string worst_pair(const ClusterRisk& risk, const std::vector<Sector>& sectors) {
    const std::string product = product_of(risk.one_origin_product, risk.one_origin_gar, sectors);
    return product.empty() ? "" : product + " from " + risk.one_origin;
}

/// Everything about clusters in the last year, for programs.
Sheet cluster_sheet(const ClusterTrend& trend, const WorldClass& world_class,
                    const std::vector<Sector>& sectors) {
    Sheet sheet{"clusters", "", {{"cluster", ""}, {"sectors", "", Style::text, "+"}}, {}};
    for (const char* key : {"output",
                            "value_added",
                            "stability",
                            "correlation",
                            "world_share",
                            "rca",
                            "gross_rca",
                            "best_region",
                            "best_value",
                            "distance",
                            "world_class",
                            "foreign_share",
                            "foreign_share_inside",
                            "gar",
                            "gar_share_of_gdp",
                            "gar_product",
                            "one_origin_gar",
                            "one_origin_product",
                            "one_origin",
                            "upstreamness"}) {
        sheet.columns.push_back({key, ""});
    }
    const ClusterYear& year = trend.years.back();
    for (std::size_t k = 0; k < year.standings.size(); ++k) {
        const auto cluster = static_cast<Index>(k);
        const Standing& at = year.standings[k];
        const ClusterRisk& risk = year.risks[k];
        sheet.rows.push_back(cells_of(
            number_of(cluster), codes_at(sectors, sectors_of(trend, k)), at.output, at.value_added,
            trend.clusters.stability[cluster], trend.clusters.correlation[cluster], at.world_share,
            at.rca, at.gross_rca, text_cell(at.best_region), at.best_value, at.distance,
            cell_of(world_class.reached(at)), at.foreign_share, at.foreign_share_inside, risk.gar,
            risk.gar_share_of_gdp, text_cell(product_of(risk.product, risk.gar, sectors)),
            risk.one_origin_gar,
            text_cell(product_of(risk.one_origin_product, risk.one_origin_gar, sectors)),
            text_cell(risk.one_origin), at.upstreamness));
    }
    return sheet;
}

/// A national table has nothing to compare with.
bool has_world(const ClusterTrend& trend) {
    const std::vector<Standing>& standings = trend.years.back().standings;
    return std::any_of(standings.begin(), standings.end(),
                       [](const Standing& at) { return !std::isnan(at.world_share); });
}

Sheet composition_text(const ClusterTrend& trend, const std::vector<Sector>& sectors) {
    Sheet sheet{"",
                "Clusters, by output",
                {{"cluster", "#", Style::count},
                 {"output", "output", Style::flow, "", true},
                 {"value_added", "value added", Style::flow},
                 {"stability", "stability", Style::percent},
                 {"correlation", "profiles alike", Style::coefficient},
                 {"sectors", "sectors", Style::text, " "}},
                {}};
    const ClusterYear& year = trend.years.back();
    for (std::size_t k = 0; k < year.standings.size(); ++k) {
        const auto cluster = static_cast<Index>(k);
        sheet.rows.push_back(
            cells_of(number_of(cluster), year.standings[k].output, year.standings[k].value_added,
                     trend.clusters.stability[cluster], trend.clusters.correlation[cluster],
                     codes_at(sectors, sectors_of(trend, k))));
    }
    return sheet;
}

const char* heading_of(FrontierMeasure measure) {
    switch (measure) {
        case FrontierMeasure::value_added:
            return "its share";
        case FrontierMeasure::rca:
            return "its RCA";
        case FrontierMeasure::gross_rca:
            return "its RCA, gross";
    }
    return "";
}

Sheet frontier_text(const ClusterTrend& trend, const FrontierQuery& frontier,
                    const WorldClass& world_class) {
    const Style best =
        frontier.measure == FrontierMeasure::value_added ? Style::percent : Style::coefficient;
    const bool flagged = world_class.world_share || world_class.rca;
    Sheet sheet{"",
                "Against the frontier",
                {{"cluster", "#", Style::count},
                 {"world_share", "of world value added", Style::percent, "", true},
                 {"rca", "RCA, value added", Style::coefficient},
                 {"gross_rca", "RCA, gross", Style::coefficient},
                 {"best_region", "best"},
                 {"best_value", heading_of(frontier.measure), best},
                 {"distance", "home / best", Style::coefficient},
                 {"world_class", flagged ? "world-class" : ""}},
                {}};
    const std::vector<Standing>& standings = trend.years.back().standings;
    for (std::size_t k = 0; k < standings.size(); ++k) {
        const Standing& at = standings[k];
        const std::optional<bool> reached = world_class.reached(at);
        sheet.rows.push_back(cells_of(number_of(static_cast<Index>(k)), at.world_share, at.rca,
                                      at.gross_rca, at.best_region, at.best_value, at.distance,
                                      std::string(!reached   ? ""
                                                  : *reached ? "yes"
                                                             : "no")));
    }
    return sheet;
}

Sheet dependence_text(const ClusterTrend& trend, const std::vector<Sector>& sectors) {
    Sheet sheet{"",
                "Dependence",
                {{"cluster", "#", Style::count},
                 {"foreign_share", "foreign inputs", Style::percent},
                 {"foreign_share_inside", "of its own products", Style::percent},
                 {"gar", "GDP at risk", Style::flow},
                 {"gar_share_of_gdp", "of GDP", Style::percent, "", true},
                 {"gar_product", "product"},
                 {"one_origin_gar", has_world(trend) ? "one origin" : "", Style::flow},
                 {"one_origin", has_world(trend) ? "which" : ""},
                 {"upstreamness", "upstreamness", Style::coefficient}},
                {}};
    const ClusterYear& year = trend.years.back();
    for (std::size_t k = 0; k < year.standings.size(); ++k) {
        const Standing& at = year.standings[k];
        const ClusterRisk& risk = year.risks[k];
        sheet.rows.push_back(
            cells_of(number_of(static_cast<Index>(k)), at.foreign_share, at.foreign_share_inside,
                     risk.gar, risk.gar_share_of_gdp, product_of(risk.product, risk.gar, sectors),
                     risk.one_origin_gar, worst_pair(risk, sectors), at.upstreamness));
    }
    return sheet;
}

Sheet sector_sheet(const ClusterTrend& trend, const std::vector<Sector>& sectors) {
    Sheet sheet{"sectors",
                "Sectors",
                {{"sector", "sector"},
                 {"name", "name"},
                 {"cluster", "cluster", Style::count},
                 {"stability", "stability", Style::percent},
                 {"correlation", "profile like its cluster's", Style::coefficient},
                 {"nearest", "nearest", Style::count},
                 {"nearest_correlation", "like the nearest's", Style::coefficient},
                 {"agrees", "views agree"}},
                {}};
    for (std::size_t i = 0; i < trend.network.sectors.size(); ++i) {
        const ClusteredSector& at = trend.clusters.sectors[i];
        const Sector& sector = sectors[static_cast<std::size_t>(trend.network.sectors[i])];
        const std::optional<std::int64_t> nearest =
            at.nearest ? std::optional(number_of(*at.nearest)) : std::nullopt;
        sheet.rows.push_back(cells_of(sector.code, sector.name, number_of(at.cluster), at.stability,
                                      at.correlation, cell_of(nearest), at.nearest_correlation,
                                      cell_of(at.agrees())));
    }
    std::stable_sort(sheet.rows.begin(), sheet.rows.end(), [](const auto& a, const auto& b) {
        return std::get<std::int64_t>(a[2]) < std::get<std::int64_t>(b[2]);
    });
    return sheet;
}

/// One row per cluster and year.
Sheet trend_sheet(const ClusterTrend& trend, const std::vector<Sector>& sectors) {
    Sheet sheet{"trend",
                "The clusters of the last year, over the years",
                {{"cluster", "#", Style::count},
                 {"year", "year", Style::count},
                 {"value_added", "", Style::flow},
                 {"world_share", "of world value added", Style::percent},
                 {"rca", "RCA, value added", Style::coefficient},
                 {"gross_rca", "RCA, gross", Style::coefficient},
                 {"best_region", "best"},
                 {"distance", "home / best", Style::coefficient},
                 {"foreign_share", "foreign inputs", Style::percent},
                 {"foreign_share_inside", "of its own products", Style::percent},
                 {"gar_share_of_gdp", "GDP at risk", Style::percent},
                 {"gar_product", "product"},
                 {"upstreamness", "upstreamness", Style::coefficient}},
                {}};
    for (std::size_t k = 0; k < trend.clusters.members.size(); ++k) {
        for (const ClusterYear& year : trend.years) {
            const Standing& at = year.standings[k];
            const ClusterRisk& risk = year.risks[k];
            sheet.rows.push_back(cells_of(
                number_of(static_cast<Index>(k)), static_cast<std::int64_t>(year.year),
                at.value_added, at.world_share, at.rca, at.gross_rca, text_cell(at.best_region),
                at.distance, at.foreign_share, at.foreign_share_inside, risk.gar_share_of_gdp,
                text_cell(product_of(risk.product, risk.gar, sectors)), at.upstreamness));
        }
    }
    return sheet;
}

ordered_json matrix_json(const Eigen::MatrixXd& values) {
    ordered_json rows = ordered_json::array();
    for (Index i = 0; i < values.rows(); ++i) {
        ordered_json& row = rows.emplace_back(ordered_json::array());
        for (Index j = 0; j < values.cols(); ++j) row.push_back(values(i, j));
    }
    return rows;
}

/// Share of sectors with others in their cluster for which flows and profiles agree; nothing
/// without one.
std::optional<double> agreement(const Clusters& clusters) {
    Index compared = 0, agreed = 0;
    for (const ClusteredSector& sector : clusters.sectors) {
        const std::optional<bool> agrees = sector.agrees();
        compared += agrees.has_value() ? 1 : 0;
        agreed += agrees.value_or(false) ? 1 : 0;
    }
    if (compared == 0) return std::nullopt;
    return static_cast<double>(agreed) / static_cast<double>(compared);
}

std::vector<Field> fields_of(const ClusterTrend& trend, const ClusterQuery& query,
                             const FrontierQuery& frontier) {
    const Clusters& clusters = trend.clusters;
    std::vector<Field> fields;
    const auto add = [&](const char* key, const char* heading, Style style, Cell value) {
        Field& field = fields.emplace_back();
        field.key = key;
        field.heading = heading;
        field.style = style;
        field.value = std::move(value);
    };
    add("home", "", Style::text, trend.home);
    add("unit", "flows in", Style::text, trend.years.back().unit);
    add("gdp", "GDP", Style::flow, trend.gdp);
    add("method", "method", Style::text, cluster_methods()[static_cast<std::size_t>(query.method)]);
    const bool resolved = query.method != ClusterMethod::infomap;
    add("resolution", resolved ? "resolution" : "", Style::text,
        resolved ? Cell(query.resolution) : Cell());
    add("runs", "runs", Style::count, static_cast<std::int64_t>(query.seeds.size()));
    add("rounds", "rounds to a consensus", Style::count,
        static_cast<std::int64_t>(clusters.rounds));
    add("modularity", "modularity", Style::coefficient, clusters.modularity);
    add("agreement", "sectors whose profiles agree", Style::percent, cell_of(agreement(clusters)));
    add("frontier_by", "", Style::text,
        frontier_measures()[static_cast<std::size_t>(frontier.measure)]);
    add("without_output", "", Style::text, codes_at(trend.sectors, trend.network.without_output));
    return fields;
}

std::vector<std::string> notes_of(const ClusterTrend& trend) {
    std::vector<std::string> notes = {
        "stability: how often the sectors of a cluster were together in the runs. profiles alike: "
        "mean correlation of what its sectors buy and sell; nearest: the cluster that a sector is "
        "most like by that.",
        "foreign inputs: share made abroad of all output that the cluster calls forth, through "
        "the whole chain; of its own products: the same among the products of the cluster.",
        "GDP at risk: of the product of the cluster that hurts most, withheld by all origins "
        "together, and by the one origin that takes most; an upper-type exposure, not a forecast. "
        "docs/clusters.md says how all is defined."};
    if (trend.clusters.members.size() == 1) {
        notes.emplace_back(
            "All sectors are one cluster: the flows are too dense for this method to part them; "
            "--method leiden with a higher --resolution does.");
    }
    return notes;
}

}  // namespace

std::optional<bool> WorldClass::reached(const Standing& standing) const {
    bool all = true;
    for (const auto& [least, value] :
         {std::pair(world_share, standing.world_share), std::pair(rca, standing.rca)}) {
        if (!least) continue;
        if (std::isnan(value)) return std::nullopt;
        all = all && value >= *least;
    }
    return world_share || rca ? std::optional(all) : std::nullopt;
}

Document clusters_report(const ClusterTrend& trend, const ClusterQuery& query,
                         const FrontierQuery& frontier, const WorldClass& world_class,
                         RunRecord run) {
    Document document;
    document.schema = "narrows.clusters/1";
    document.title =
        fmt::format("Industrial clusters of {}, {}{}", trend.home.empty() ? "home" : trend.home,
                    run.table, run.year != 0 ? fmt::format(" ({})", run.year) : "");
    document.run = std::move(run);
    document.fields = fields_of(trend, query, frontier);
    const std::vector<Sector>& sectors = trend.sectors;
    document.structures["nodes"] = codes_at(sectors, trend.network.sectors);
    document.structures["co_assigned"] = matrix_json(trend.clusters.co_assigned);
    document.structures["correlations"] = matrix_json(trend.network.correlations);
    document.sheets.push_back(cluster_sheet(trend, world_class, sectors));
    document.text_rows = 0;
    document.sheets.push_back(composition_text(trend, sectors));
    if (has_world(trend)) document.sheets.push_back(frontier_text(trend, frontier, world_class));
    document.sheets.push_back(dependence_text(trend, sectors));
    document.sheets.push_back(sector_sheet(trend, sectors));
    if (trend.years.size() > 1) document.sheets.push_back(trend_sheet(trend, sectors));
    document.notes = notes_of(trend);
    return document;
}

}  // namespace narrows
