#include "host/clusters/consensus.hpp"

#include <algorithm>
#include <numeric>
#include <random>

#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "host/clusters/clusters.hpp"

#include "tests/support/errors.hpp"
#include "tests/support/igraph.hpp"

namespace narrows {
namespace {

using Eigen::MatrixXd;

/// A random graph, a third of whose edges are missing.
MatrixXd random_graph(Index n, unsigned seed) {
    std::mt19937_64 generator(seed);
    std::uniform_real_distribution<double> weight(-0.5, 1.0);
    MatrixXd graph = MatrixXd::Zero(n, n);
    for (Index j = 0; j < n; ++j) {
        for (Index i = 0; i < j; ++i) {
            graph(i, j) = graph(j, i) = std::max(0.0, weight(generator));
        }
    }
    return graph;
}

/// The highest modularity of all partitions of the nodes.
double best_modularity(const MatrixXd& graph, double resolution) {
    const auto n = static_cast<std::size_t>(graph.rows());
    Partition partition(n, 0);
    double best = -1.0;
    // Restricted growth strings: each node joins a cluster of those before it, or opens the next.
    const auto extend = [&](const auto& self, std::size_t node, Index opened) -> void {
        if (node == n) {
            best = std::max(best, modularity(graph, partition, resolution));
            return;
        }
        for (Index cluster = 0; cluster <= opened; ++cluster) {
            partition[node] = cluster;
            self(self, node + 1, std::max(opened, cluster + 1));
        }
    };
    extend(extend, 0, 0);
    return best;
}

TEST(Graph, LeidenFindsTheHighestModularityOfSmallGraphs) {
    NARROWS_NEEDS_IGRAPH();
    int num_found = 0, num_graphs = 0;
    for (unsigned table = 1; table <= 10; ++table) {
        const MatrixXd weights = random_graph(7, table);
        const Graph graph(weights, false);
        for (const double resolution : {0.7, 1.0, 1.5}) {
            const double highest = best_modularity(weights, resolution);
            double best = -1.0;
            for (std::uint32_t seed = 1; seed <= 30; ++seed) {
                const Partition found = graph.leiden(resolution, seed);
                best = std::max(best, modularity(weights, found, resolution));
            }
            EXPECT_LE(best, highest + 1e-14);
            num_found += best > highest - 1e-14 ? 1 : 0;
            ++num_graphs;
        }
    }
    // It is a heuristic: one of them it misses.
    EXPECT_GE(num_found, num_graphs - 2);
}

TEST(Graph, ModularityOfTwoTrianglesWithAnEdgeBetweenThem) {
    MatrixXd graph = MatrixXd::Zero(6, 6);
    for (const auto& [i, j] : std::vector<std::pair<Index, Index>>{
             {0, 1}, {0, 2}, {1, 2}, {3, 4}, {3, 5}, {4, 5}, {2, 3}}) {
        graph(i, j) = graph(j, i) = 1.0;
    }
    EXPECT_NEAR(modularity(graph, {0, 0, 0, 1, 1, 1}), 6.0 / 7.0 - 0.5, 1e-15);
    EXPECT_NEAR(modularity(graph, {0, 0, 0, 0, 0, 0}), 0.0, 1e-15);
    EXPECT_EQ(modularity(MatrixXd::Zero(2, 2), {0, 1}), 0.0);
}

TEST(Graph, InfomapFindsCirclesOfFlow) {
    NARROWS_NEEDS_IGRAPH();
    const Index n = 8;
    MatrixXd flows = MatrixXd::Zero(n, n);
    for (Index i = 0; i < 4; ++i) {
        flows(i, (i + 1) % 4) = 1.0;
        flows(4 + i, 4 + (i + 1) % 4) = 1.0;
    }
    flows(0, 4) = 0.1;
    flows(6, 2) = 0.1;
    const Partition found = Graph(flows, true).infomap(1);
    for (std::size_t i = 0; i < 8; ++i) EXPECT_EQ(found[i], found[i < 4 ? 0 : 4]) << i;
    EXPECT_NE(found[0], found[4]);
}

TEST(Graph, GivesTheSamePartitionForTheSameSeedWhateverRanBefore) {
    NARROWS_NEEDS_IGRAPH();
    const MatrixXd weights = random_graph(40, 8);
    const Graph graph(weights, false);
    const Graph directed(weights, true);
    const Partition leiden = graph.leiden(1.0, 5);
    const Partition infomap = directed.infomap(6);
    for (std::uint32_t seed = 1; seed <= 3; ++seed) {
        graph.leiden(2.0, seed);
        EXPECT_EQ(graph.leiden(1.0, 5), leiden);
        EXPECT_EQ(directed.infomap(6), infomap);
    }
}

TEST(Graph, DependsOnProportionsOnly) {
    NARROWS_NEEDS_IGRAPH();
    const MatrixXd weights = random_graph(20, 3);
    for (const double unit : {1e-200, 1024.0, 1e308}) {
        EXPECT_EQ(Graph(unit * weights, false).leiden(1.0, 1),
                  Graph(weights, false).leiden(1.0, 1));
        EXPECT_EQ(Graph(unit * weights, true).infomap(1), Graph(weights, true).infomap(1));
    }
}

TEST(Graph, WithoutAnEdgeHasAClusterPerNode) {
    NARROWS_NEEDS_IGRAPH();
    Partition found = Graph(MatrixXd::Zero(4, 4), false).leiden(1.0, 1);
    std::sort(found.begin(), found.end());
    EXPECT_EQ(found, (Partition{0, 1, 2, 3}));
    found = Graph(MatrixXd::Zero(4, 4), true).infomap(1);
    std::sort(found.begin(), found.end());
    EXPECT_EQ(found, (Partition{0, 1, 2, 3}));
}

TEST(Consensus, CountsRunsAndFollowsTheMajority) {
    NARROWS_NEEDS_IGRAPH();
    // Node 2 is with 0 and 1 in three of four runs, with 3 and 4 in the others; node 5 is alone but
    // in one run of ten.
    const auto detect = [](std::uint32_t seed) {
        return Partition{0, 0, seed % 4 == 0 ? 1 : 0, 1, 1, seed % 10 == 0 ? 1 : 2};
    };
    std::vector<std::uint32_t> seeds(40);
    std::iota(seeds.begin(), seeds.end(), 1U);
    const Consensus found = consensus(detect, 6, seeds);
    EXPECT_EQ(found.co_assigned(0, 2), 0.75);
    EXPECT_EQ(found.co_assigned(2, 3), 0.25);
    EXPECT_EQ(found.co_assigned(3, 4), 1.0);
    EXPECT_EQ(found.co_assigned(5, 3), 0.1);
    EXPECT_EQ(found.alone[5], 0.9);
    EXPECT_EQ(found.alone[2], 0.0);
    EXPECT_GT(found.rounds, 0);
    const Partition& c = found.clusters;
    EXPECT_TRUE(c[0] == c[1] && c[1] == c[2] && c[3] == c[4]);
    EXPECT_TRUE(c[0] != c[3] && c[5] != c[0] && c[5] != c[3]);
}

TEST(Consensus, IsTheRunsThemselvesWhereTheyAgree) {
    NARROWS_NEEDS_IGRAPH();
    const Consensus found = consensus(
        [](std::uint32_t) {
            return Partition{1, 0, 1};
        },
        3, {4, 2, 9});
    EXPECT_EQ(found.rounds, 0);
    EXPECT_EQ(found.clusters, (Partition{1, 0, 1}));
    test::expect_parts(test::message_of<ArgumentError>(
                           [] { consensus([](std::uint32_t) { return Partition{0}; }, 1, {}); }),
                       {"a consensus needs a seed"});
}

}  // namespace
}  // namespace narrows
