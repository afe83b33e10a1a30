#include "host/clusters/clusters.hpp"

#include <algorithm>
#include <cmath>
#include <random>
#include <set>

#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "host/readers/read_table.hpp"

#include "tests/support/errors.hpp"
#include "tests/support/igraph.hpp"
#include "tests/support/tables.hpp"

namespace narrows {
namespace {

using Eigen::MatrixXd;
using test::expect_parts;
using test::message_of;

std::vector<std::uint32_t> first_seeds(std::uint32_t count) {
    std::vector<std::uint32_t> seeds;
    for (std::uint32_t seed = 1; seed <= count; ++seed) seeds.push_back(seed);
    return seeds;
}

/// Sectors in blocks that trade much more inside than across; block[i] is that of sector i.
struct Planted {
    HomeEconomy home;
    Partition block;
};

Planted planted(Index num_blocks, Index size, unsigned seed) {
    std::mt19937_64 generator(seed);
    std::uniform_real_distribution<double> inside(5.0, 15.0), across(0.0, 0.4), final(1.0, 50.0);
    const Index n = num_blocks * size;
    Planted result;
    for (const Index i : test::random_permutation(n, seed)) result.block.push_back(i / size);
    MatrixXd& z = result.home.domestic;
    z = MatrixXd(n, n);
    for (Index i = 0; i < n; ++i) {
        for (Index j = 0; j < n; ++j) {
            const bool same = result.block[static_cast<std::size_t>(i)] ==
                              result.block[static_cast<std::size_t>(j)];
            z(i, j) = same ? inside(generator) : across(generator);
        }
        const std::string code = "S" + std::to_string(i);
        result.home.sectors.push_back({code, code, SectorKind::goods});
    }
    result.home.x = z.rowwise().sum();
    for (Index i = 0; i < n; ++i) result.home.x[i] += final(generator);
    return result;
}

/// Do both put the same nodes together?
void expect_same_partition(const Clusters& found, const Partition& expected) {
    for (std::size_t i = 0; i < expected.size(); ++i) {
        for (std::size_t j = 0; j < expected.size(); ++j) {
            EXPECT_EQ(found.sectors[i].cluster == found.sectors[j].cluster,
                      expected[i] == expected[j])
                << i << " " << j;
        }
    }
}

TEST(Clusters, OfAPlantedPartitionAreFoundByEveryMethod) {
    NARROWS_NEEDS_IGRAPH();
    for (unsigned seed = 1; seed <= 6; ++seed) {
        const Planted table = planted(2 + seed % 4, 5 + seed % 3, seed);
        const FlowNetwork network = flow_network(table.home);
        for (const std::string& method : cluster_methods()) {
            SCOPED_TRACE(method + ", table " + std::to_string(seed));
            const Clusters found =
                find_clusters(network, {parse_cluster_method(method), 1.0, first_seeds(20)});
            expect_same_partition(found, table.block);
            EXPECT_EQ(found.stability.minCoeff(), 1.0);
            EXPECT_EQ(found.rounds, 0);
            for (const ClusteredSector& sector : found.sectors) EXPECT_EQ(sector.agrees(), true);
        }
    }
}

TEST(Clusters, AreNumberedByOutputAndHoldEverySectorOnce) {
    NARROWS_NEEDS_IGRAPH();
    const Planted table = planted(4, 6, 11);
    const Clusters found =
        find_clusters(flow_network(table.home), {ClusterMethod::leiden, 1.0, first_seeds(5)});
    ASSERT_EQ(found.size(), 4);
    std::set<Index> seen;
    double before = INFINITY;
    for (const std::vector<Index>& members : found.members) {
        const double output = table.home.x(members).sum();
        EXPECT_LT(output, before);
        before = output;
        seen.insert(members.begin(), members.end());
    }
    EXPECT_EQ(seen.size(), 24U);
}

TEST(Clusters, AreTheSameBitsForAnyOrderOfSeeds) {
    NARROWS_NEEDS_IGRAPH();
    const FlowNetwork network = flow_network(home_economy(read_table("world-2011"), "CHN"));
    ClusterQuery query{ClusterMethod::leiden, 1.3, first_seeds(60)};
    const Clusters first = find_clusters(network, query);
    std::shuffle(query.seeds.begin(), query.seeds.end(), std::mt19937_64(3));
    const Clusters second = find_clusters(network, query);
    EXPECT_EQ(first.members, second.members);
    EXPECT_EQ(first.co_assigned, second.co_assigned);
    EXPECT_EQ(first.stability, second.stability);
    EXPECT_EQ(first.modularity, second.modularity);
    // Runs differ in this network: the consensus has something to do.
    EXPECT_GT(first.rounds, 0);
    EXPECT_LT(first.stability.minCoeff(), 1.0);
}

TEST(Clusters, HaveTheStabilityAndCorrelationOfTheirPairs) {
    NARROWS_NEEDS_IGRAPH();
    const FlowNetwork network = flow_network(home_economy(read_table("world-2011"), "CHN"));
    const Clusters found = find_clusters(network, {ClusterMethod::leiden, 1.6, first_seeds(30)});
    for (Index k = 0; k < found.size(); ++k) {
        const std::vector<Index>& members = found.members[static_cast<std::size_t>(k)];
        long double together = 0.0L, alike = 0.0L, pairs = 0.0L;
        for (const Index i : members) {
            for (const Index j : members) {
                if (i == j) continue;
                together += found.co_assigned(i, j);
                alike += network.correlations(i, j);
                pairs += 1.0L;
            }
        }
        if (members.size() == 1) {
            EXPECT_TRUE(std::isnan(found.correlation[k]));
            EXPECT_FALSE(found.sectors[static_cast<std::size_t>(members[0])].agrees());
            continue;
        }
        EXPECT_NEAR(found.stability[k], static_cast<double>(together / pairs), 1e-14);
        EXPECT_NEAR(found.correlation[k], static_cast<double>(alike / pairs), 1e-14);
    }
    for (std::size_t i = 0; i < found.sectors.size(); ++i) {
        const ClusteredSector& sector = found.sectors[i];
        ASSERT_TRUE(sector.nearest);
        EXPECT_GE(sector.nearest_correlation,
                  std::isnan(sector.correlation) ? -1.0 : sector.correlation);
        if (sector.agrees().value_or(false)) {
            EXPECT_EQ(sector.nearest_correlation, sector.correlation);
        }
    }
}

TEST(Clusters, RefuseAResolutionOfNothingAndUnknownMethods) {
    NARROWS_NEEDS_IGRAPH();
    const FlowNetwork network = flow_network(planted(2, 5, 1).home);
    expect_parts(message_of<ArgumentError>([&] {
                     find_clusters(network, {ClusterMethod::leiden, 0.0, {1}});
                 }),
                 {"resolution is 0, expected a number above 0"});
    expect_parts(message_of<ArgumentError>([] { parse_cluster_method("lieden"); }),
                 {"unknown method 'lieden', did you mean 'leiden'?"});
}

TEST(FlowNetwork, HoldsTheMeanOfFourSharesAndTheLargestOfFourCorrelations) {
    const HomeEconomy home = home_economy(test::random_world_table(2, 6, 5), "R0");
    const FlowNetwork network = flow_network(home, {2});
    ASSERT_EQ(network.sectors, (std::vector<Index>{0, 1, 3, 4, 5}));
    const auto correlation = [](const Eigen::VectorXd& a, const Eigen::VectorXd& b) {
        long double mean_a = 0, mean_b = 0, ab = 0, aa = 0, bb = 0;
        for (Index k = 0; k < a.size(); ++k) mean_a += a[k], mean_b += b[k];
        mean_a /= static_cast<long double>(a.size());
        mean_b /= static_cast<long double>(a.size());
        for (Index k = 0; k < a.size(); ++k) {
            ab += (a[k] - mean_a) * (b[k] - mean_b);
            aa += (a[k] - mean_a) * (a[k] - mean_a);
            bb += (b[k] - mean_b) * (b[k] - mean_b);
        }
        return static_cast<double>(ab / std::sqrt(aa * bb));
    };
    const MatrixXd& z = network.flows;
    for (Index i = 0; i < 5; ++i) {
        for (Index j = 0; j < 5; ++j) {
            const Index p = network.sectors[static_cast<std::size_t>(i)];
            const Index q = network.sectors[static_cast<std::size_t>(j)];
            EXPECT_EQ(z(i, j), home.domestic(p, q));
            const double shares = home.domestic(p, q) / home.x[q] +
                                  home.domestic(q, p) / home.x[p] +
                                  home.domestic(p, q) / home.x[p] + home.domestic(q, p) / home.x[q];
            EXPECT_NEAR(network.links(i, j), i == j ? 0.0 : shares / 4.0, 1e-16);
            const Eigen::VectorXd buys_i = z.col(i), buys_j = z.col(j);
            const Eigen::VectorXd sells_i = z.row(i).transpose(), sells_j = z.row(j).transpose();
            const double largest =
                std::max({correlation(buys_i, buys_j), correlation(sells_i, sells_j),
                          correlation(buys_i, sells_j), correlation(sells_i, buys_j)});
            EXPECT_NEAR(network.correlations(i, j), largest, 1e-13);
        }
    }
    EXPECT_EQ(network.links, network.links.transpose());
    EXPECT_EQ(network.correlations, network.correlations.transpose());
}

TEST(FlowNetwork, LeavesOutSectorsWithoutOutputAndNeedsTwo) {
    HomeEconomy home = planted(2, 2, 4).home;
    home.x[1] = 0.0;
    home.domestic(2, 3) = -1.0;
    const FlowNetwork network = flow_network(home);
    EXPECT_EQ(network.sectors, (std::vector<Index>{0, 2, 3}));
    EXPECT_EQ(network.without_output, (std::vector<Index>{1}));
    EXPECT_EQ(network.flows(1, 2), 0.0);
    expect_parts(message_of<ArgumentError>([&] {
                     flow_network(home, {0, 2});
                 }),
                 {"clusters need two sectors with output or more, found 1"});
}

}  // namespace
}  // namespace narrows
