#include "host/clusters/frontier.hpp"

#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include "host/analysis/export_content.hpp"
#include "host/base/error.hpp"
#include "host/clusters/cluster_years.hpp"
#include "host/clusters/product_risk.hpp"
#include "host/table/national_table.hpp"

#include "tests/support/errors.hpp"
#include "tests/support/igraph.hpp"
#include "tests/support/matrices.hpp"
#include "tests/support/shared_files.hpp"
#include "tests/support/tables.hpp"

namespace narrows {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;
using test::expect_parts;
using test::message_of;
using Sets = std::vector<std::vector<Index>>;

Frontier frontier_of(const IoTable& table, const std::string& region) {
    const HomeEconomy home = home_economy(table, region);
    const LeontiefModel domestic(Backend::cpu(), home.coefficients());
    if (!table.is_multi_regional()) return frontier_of(table, home, domestic, nullptr);
    const LeontiefModel world(Backend::cpu(), coefficients(table));
    return frontier_of(table, home, domestic, &world);
}

Sets each_sector(Index count) {
    Sets sets;
    for (Index i = 0; i < count; ++i) sets.push_back({i});
    return sets;
}

TEST(Oracle11, UpstreamnessForeignInputsAndValueAddedInExports) {
    NARROWS_NEEDS_SHARED("spec/oracles/11_small_mrio_metrics.json");
    const nlohmann::json oracle = test::read_oracle("11_small_mrio_metrics");
    const IoTable table = test::small_world();
    const Frontier frontier = frontier_of(table, table.classification().regions().front().code);
    const std::vector<Standing> each = standings(frontier, each_sector(3));
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_NEAR(each[i].upstreamness, oracle["upstreamness"][i].get<double>(), 1e-13);
        EXPECT_NEAR(each[i].foreign_share,
                    oracle["foreign_share_intermediate_look_through"][i].get<double>(), 1e-13);
    }
    // What exports hold is domestic value added or imports: v L e + m L e = 1'e, without taxes.
    const double gross = frontier.exports.row(0).sum();
    const double vertical = oracle["hummels"]["VS_share"];
    EXPECT_NEAR(frontier.exported_value_added.row(0).sum() / gross, 1.0 - vertical, 1e-13);
}

TEST(Frontier, ComparativeAdvantageByHand) {
    // Two regions of two sectors, no flows between sectors but R1's purchases of R0_S0.
    TableData data = test::random_world_table(2, 2, 1).data();
    data.Z = MatrixXd::Zero(4, 4);
    data.Z(0, 3) = 10.0;
    data.F = MatrixXd::Zero(4, data.F.cols());
    Index first = 0, second = 0;
    for (std::size_t f = 0; f < data.final_uses.size(); ++f) {
        (data.final_uses[f].region == "R0" ? first : second) = static_cast<Index>(f);
    }
    data.F.col(first) << 50.0, 60.0, 15.0, 25.0;
    data.F.col(second) << 20.0, 10.0, 40.0, 75.0;
    data.x = data.Z.rowwise().sum() + data.F.rowwise().sum();
    data.V = data.x.transpose() - data.Z.colwise().sum();
    data.value_added_names = {"value_added"};
    data.T.resize(0, 4);
    data.tax_names.clear();
    const Frontier frontier = frontier_of(IoTable(std::move(data)), "R0");

    // R0 exports 30 of S0 and 10 of S1, R1 15 and 25: world shares of S0 45 / 80, of S1 35 / 80.
    EXPECT_EQ(frontier.exports, (MatrixXd(2, 2) << 30.0, 10.0, 15.0, 25.0).finished());
    const std::vector<Standing> each =
        standings(frontier, each_sector(2), FrontierMeasure::gross_rca);
    EXPECT_NEAR(each[0].gross_rca, (30.0 / 40.0) / (45.0 / 80.0), 1e-15);
    EXPECT_NEAR(each[1].gross_rca, (10.0 / 40.0) / (35.0 / 80.0), 1e-15);
    // No sector of R0 buys from another, so all of its exports are value added of the seller; of
    // R1_S1 it is 90 / 100, the rest being R0's.
    EXPECT_NEAR(frontier.exported_value_added(0, 0), 30.0, 1e-13);
    EXPECT_NEAR(frontier.exported_value_added(1, 1), 25.0 * 90.0 / 100.0, 1e-13);
    EXPECT_NEAR(each[0].rca, (30.0 / 40.0) / (45.0 / 77.5), 1e-15);
    EXPECT_EQ(each[0].best_region, "R0");
    EXPECT_EQ(each[0].distance, 1.0);
    EXPECT_EQ(each[1].best_region, "R1");
    EXPECT_NEAR(each[1].best_value, (25.0 / 40.0) / (35.0 / 80.0), 1e-15);
    EXPECT_NEAR(each[1].distance, 10.0 / 25.0, 1e-15);
    // World shares of value added: 80 of 135 in S0, 70 of 160 in S1.
    EXPECT_NEAR(each[0].world_share, 80.0 / 135.0, 1e-15);
    EXPECT_NEAR(each[1].world_share, 70.0 / 160.0, 1e-15);
    EXPECT_EQ(standings(frontier, {{0, 1}}, FrontierMeasure::gross_rca)[0].gross_rca, 1.0);
    EXPECT_EQ(standings(frontier, {{0}}, FrontierMeasure::gross_rca, {0})[0].best_region, "R1");
}

/// Everything of one cluster from its definition, in 80-bit numbers.
void expect_definition(const IoTable& table, Index home, const std::vector<Index>& cluster,
                       const Standing& found) {
    const Classification& classes = table.classification();
    const Coefficients world = coefficients(table);
    const MatrixXd l = test::exact_inverse(world.A, world.primary());
    const auto in = [&](Index node) {
        return std::find(cluster.begin(), cluster.end(), classes.sector_of(node)) != cluster.end();
    };
    const VectorXd value_added = table.value_added();
    const VectorXd final_demand = table.final_demand();
    long double own = 0, all = 0, foreign = 0, called = 0, foreign_in = 0, called_in = 0;
    long double stages = 0, output = 0;
    const Index n = table.num_nodes();
    for (Index i = 0; i < n; ++i) {
        if (in(i)) all += value_added[i];
        if (in(i) && classes.region_of(i) == home) own += value_added[i];
    }
    for (Index j = 0; j < n; ++j) {
        if (!in(j) || classes.region_of(j) != home) continue;
        output += table.x()[j];
        for (Index i = 0; i < n; ++i) {
            const long double flow = (l(i, j) - (i == j ? 1.0L : 0.0L)) * table.x()[j];
            called += flow;
            called_in += in(i) ? flow : 0.0L;
            if (classes.region_of(i) == home) continue;
            foreign += flow;
            foreign_in += in(i) ? flow : 0.0L;
        }
        for (Index k = 0; k < n; ++k) stages += static_cast<long double>(l(j, k)) * table.x()[k];
    }
    EXPECT_NEAR(found.world_share, static_cast<double>(own / all), 1e-13);
    EXPECT_NEAR(found.foreign_share, static_cast<double>(foreign / called), 1e-12);
    EXPECT_NEAR(found.foreign_share_inside, static_cast<double>(foreign_in / called_in), 1e-12);
    EXPECT_NEAR(found.upstreamness, static_cast<double>(stages / output), 1e-12);
}

TEST(Frontier, IsItsDefinitionOnRandomWorlds) {
    for (unsigned seed = 1; seed <= 5; ++seed) {
        const IoTable table = test::random_world_table(3, 5, seed);
        const Sets clusters = {{0, 3}, {1, 2, 4}, {0, 1, 2, 3, 4}};
        const std::vector<Standing> found = standings(frontier_of(table, "R1"), clusters);
        for (std::size_t k = 0; k < clusters.size(); ++k) {
            expect_definition(table, 1, clusters[k], found[k]);
        }
        EXPECT_NEAR(found[2].rca, 1.0, 1e-14);
        EXPECT_NEAR(found[0].value_added + found[1].value_added, found[2].value_added, 1e-9);
    }
}

TEST(Frontier, CountsValueAddedInExportsByTheSectorThatAddsIt) {
    const IoTable table = test::random_world_table(3, 4, 9);
    const Frontier frontier = frontier_of(table, "R0");
    const Coefficients world = coefficients(table);
    for (Index region = 0; region < 3; ++region) {
        const IoTable alone = national_table(
            table, table.classification().regions()[static_cast<std::size_t>(region)].code);
        const Coefficients own = coefficients(alone);
        const MatrixXd l = test::exact_inverse(own.A, own.primary());
        const Index exports = alone.F().cols() - 1;
        ASSERT_EQ(alone.final_uses()[static_cast<std::size_t>(exports)].category, "EXPORTS");
        for (Index i = 0; i < 4; ++i) {
            EXPECT_NEAR(frontier.exports(region, i), alone.F()(i, exports), 1e-9);
            long double sum = 0;
            for (Index j = 0; j < 4; ++j) {
                sum += static_cast<long double>(l(i, j)) * alone.F()(j, exports);
            }
            const double expected = static_cast<double>(own.v[i] * sum);
            EXPECT_NEAR(frontier.exported_value_added(region, i), expected,
                        1e-12 * std::abs(expected));
        }
    }
}

TEST(Frontier, AgreesWithTheContentOfExports) {
    for (unsigned seed = 1; seed <= 4; ++seed) {
        const IoTable table = test::random_world_table(3, 5, seed);
        const Frontier frontier = frontier_of(table, "R0");
        const LeontiefModel world(Backend::cpu(), coefficients(table));
        for (Index r = 0; r < 3; ++r) {
            const std::string& region =
                table.classification().regions()[static_cast<std::size_t>(r)].code;
            const std::vector<Index> nodes = table.classification().nodes_of_region(r);
            const VectorXd exports = gross_exports(table, region)(nodes);
            EXPECT_LT(test::relative_difference(frontier.exports.row(r).transpose(), exports),
                      1e-13);
            // Value added that leaves home more than once is counted once here.
            const ExportContent content = export_content(table, region, world);
            const double once = content.domestic.sum() - content.double_counted.sum();
            EXPECT_NEAR(frontier.exported_value_added.row(r).sum(), once, 1e-11 * once);
        }
    }
}

TEST(Frontier, OfANationalTableKnowsNoWorld) {
    const IoTable table = test::random_national_table(6, 3);
    const Frontier frontier = frontier_of(table, "");
    const Standing all = standings(frontier, {{0, 1, 2, 3, 4, 5}}).front();
    EXPECT_TRUE(std::isnan(all.world_share) && std::isnan(all.rca) && std::isnan(all.distance));
    EXPECT_EQ(all.best_region, "");
    EXPECT_EQ(all.foreign_share, all.foreign_share_inside);
    // Imports count once, as m'L.
    const Coefficients own = coefficients(table);
    const MatrixXd l = test::exact_inverse(own.A, own.primary());
    const double foreign = (own.m.transpose() * l).dot(table.x());
    const double domestic = (l.colwise().sum() * table.x())(0) - table.x().sum();
    EXPECT_NEAR(all.foreign_share, foreign / (domestic + foreign), 1e-12);
}

TEST(ProductRisk, IsTheWorstOfTheRanking) {
    const HomeEconomy home = home_economy(test::random_world_table(4, 5, 2), "R2");
    const LeontiefModel model(Backend::cpu(), home.coefficients());
    ChokepointQuery query;
    query.criticality = cost_share_criticality(home);
    const ProductRisk risk = product_risk(home, model, query);
    query.coalitions = each_origin(home);
    VectorXd worst = VectorXd::Zero(5);
    for (const Chokepoint& row : rank_chokepoints(home, model, query).rows) {
        if (row.gar <= worst[row.product]) continue;
        worst[row.product] = row.gar;
    }
    EXPECT_EQ(risk.one_origin, worst);
    query.coalitions = all_imports(home);
    for (const Chokepoint& row : rank_chokepoints(home, model, query).rows) {
        EXPECT_EQ(risk.all_imports[row.product], row.gar);
        EXPECT_GE(row.gar, worst[row.product]);
    }
    const ClusterRisk cluster = cluster_risk(risk, {1, 3, 4});
    EXPECT_EQ(cluster.gar,
              std::max({risk.all_imports[1], risk.all_imports[3], risk.all_imports[4]}));
    EXPECT_EQ(risk.all_imports[cluster.product], cluster.gar);
    EXPECT_EQ(cluster.gar_share_of_gdp, cluster.gar / home.gdp());
    EXPECT_EQ(cluster.one_origin,
              risk.origin[static_cast<std::size_t>(cluster.one_origin_product)]);
}

YearFacts facts_of(const IoTable& table, int year) {
    const HomeEconomy home = home_economy(table, "R0");
    const LeontiefModel domestic(Backend::cpu(), home.coefficients());
    ChokepointQuery query;
    query.criticality = cost_share_criticality(home);
    YearFacts facts;
    facts.year = year;
    facts.table = "table" + std::to_string(year);
    facts.home = "R0";
    facts.sectors = home.sectors;
    facts.network = flow_network(home);
    facts.frontier = frontier_of(table, "R0");
    facts.risk = product_risk(home, domestic, query);
    return facts;
}

TEST(ClusterTrend, FollowsTheClustersOfTheLastYear) {
    NARROWS_NEEDS_IGRAPH();
    const IoTable before = test::random_world_table(3, 6, 4);
    const IoTable after = test::random_world_table(3, 6, 5);
    const ClusterQuery query{ClusterMethod::leiden, 1.0, {1, 2, 3}};
    const ClusterTrend trend =
        cluster_trend({facts_of(after, 2011), facts_of(before, 2000)}, query);
    ASSERT_EQ(trend.years.size(), 2U);
    EXPECT_EQ(trend.years[0].year, 2000);
    EXPECT_EQ(trend.clusters.members,
              find_clusters(flow_network(home_economy(after, "R0")), query).members);
    const std::vector<Standing> expected =
        standings(frontier_of(before, "R0"), trend.clusters.members);
    for (std::size_t k = 0; k < expected.size(); ++k) {
        EXPECT_EQ(trend.years[0].standings[k].world_share, expected[k].world_share);
        EXPECT_EQ(trend.years[0].standings[k].rca, expected[k].rca);
    }
}

TEST(ClusterTrend, RefusesYearsThatCannotBeCompared) {
    const IoTable table = test::random_world_table(2, 4, 4);
    const ClusterQuery query{ClusterMethod::leiden, 1.0, {1}};
    expect_parts(message_of<ArgumentError>([&] {
                     cluster_trend({facts_of(table, 2000), facts_of(table, 2000)}, query);
                 }),
                 {"table2000 and table2000 are both of 2000"});
    expect_parts(message_of<ArgumentError>([&] {
                     cluster_trend({facts_of(table, 0), facts_of(table, 2000)}, query);
                 }),
                 {"table0 has no year"});
    YearFacts other = facts_of(table, 2001);
    other.sectors[1].code = "OTHER";
    expect_parts(message_of<TableError>([&] {
                     cluster_trend({facts_of(table, 2000), other}, query);
                 }),
                 {"the sectors of table2000 (2000) are not those of table2001 (2001)"});
    expect_parts(message_of<ArgumentError>([&] { cluster_trend({}, query); }),
                 {"clusters need a table"});
}

}  // namespace
}  // namespace narrows
