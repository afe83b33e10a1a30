#include "host/clusters/clusters.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include <fmt/format.h>

#include "host/base/error.hpp"

namespace narrows {
namespace {

using Eigen::MatrixXd;

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();

Consensus detect(const FlowNetwork& network, const ClusterQuery& query) {
    const Index m = network.flows.rows();
    if (query.method == ClusterMethod::infomap) {
        const Graph graph(network.flows, true);
        return consensus([&](std::uint32_t seed) { return graph.infomap(seed); }, m, query.seeds);
    }
    const Graph graph(query.method == ClusterMethod::leiden ? network.links : network.correlations,
                      false);
    return consensus([&](std::uint32_t seed) { return graph.leiden(query.resolution, seed); }, m,
                     query.seeds);
}

/// Nodes by cluster, most output first, on a tie the one with the first node.
std::vector<std::vector<Index>> by_output(const Partition& clusters,
                                          const Eigen::VectorXd& output) {
    std::map<Index, std::vector<Index>> found;
    for (std::size_t i = 0; i < clusters.size(); ++i) {
        found[clusters[i]].push_back(static_cast<Index>(i));
    }
    std::vector<std::vector<Index>> members;
    for (auto& [number, nodes] : found) members.push_back(std::move(nodes));
    std::sort(members.begin(), members.end(), [&](const auto& a, const auto& b) {
        const double of_a = output(a).sum();
        const double of_b = output(b).sum();
        return of_a != of_b ? of_a > of_b : a.front() < b.front();
    });
    return members;
}

/// The mean of a symmetric matrix between a node and the members of a cluster that it is not.
double mean_with(const MatrixXd& values, Index node, const std::vector<Index>& members) {
    double sum = 0.0;
    Index others = 0;
    for (const Index other : members) {
        if (other == node) continue;
        sum += values(node, other);
        ++others;
    }
    return others > 0 ? sum / static_cast<double>(others) : nothing;
}

/// The mean over the pairs of different members.
double mean_inside(const MatrixXd& values, const std::vector<Index>& members) {
    double sum = 0.0;
    for (const Index node : members) sum += mean_with(values, node, members);
    return sum / static_cast<double>(members.size());
}

ClusteredSector placed(const FlowNetwork& network, const Consensus& agreed,
                       const std::vector<std::vector<Index>>& members, Index node, Index cluster) {
    const std::vector<Index>& own = members[static_cast<std::size_t>(cluster)];
    ClusteredSector sector;
    sector.cluster = cluster;
    sector.stability =
        own.size() > 1 ? mean_with(agreed.co_assigned, node, own) : agreed.alone[node];
    sector.correlation = mean_with(network.correlations, node, own);
    sector.nearest_correlation = nothing;
    for (std::size_t k = 0; k < members.size(); ++k) {
        const double mean = mean_with(network.correlations, node, members[k]);
        if (mean > sector.nearest_correlation || (!sector.nearest && !std::isnan(mean))) {
            sector.nearest = static_cast<Index>(k);
            sector.nearest_correlation = mean;
        }
    }
    return sector;
}

}  // namespace

const std::vector<std::string>& cluster_methods() {
    static const std::vector<std::string> names = {"leiden", "infomap", "profiles"};
    return names;
}

ClusterMethod parse_cluster_method(const std::string& text) {
    return static_cast<ClusterMethod>(find_code("method", text, cluster_methods()));
}

std::optional<bool> ClusteredSector::agrees() const {
    if (std::isnan(correlation)) return std::nullopt;
    return nearest == cluster;
}

Clusters find_clusters(const FlowNetwork& network, const ClusterQuery& query) {
    if (!(query.resolution > 0.0)) {
        throw ArgumentError(
            fmt::format("resolution is {}, expected a number above 0", query.resolution));
    }
    Consensus agreed = detect(network, query);
    Clusters result;
    result.members = by_output(agreed.clusters, network.output);
    result.sectors.resize(network.sectors.size());
    result.stability.resize(result.size());
    result.correlation.resize(result.size());
    for (Index k = 0; k < result.size(); ++k) {
        const std::vector<Index>& own = result.members[static_cast<std::size_t>(k)];
        for (const Index node : own) {
            result.sectors[static_cast<std::size_t>(node)] =
                placed(network, agreed, result.members, node, k);
        }
        result.stability[k] =
            own.size() > 1 ? mean_inside(agreed.co_assigned, own) : agreed.alone[own.front()];
        result.correlation[k] = mean_inside(network.correlations, own);
    }
    result.rounds = agreed.rounds;
    result.modularity = modularity(network.links, agreed.clusters);
    result.co_assigned = std::move(agreed.co_assigned);
    return result;
}

double modularity(const MatrixXd& weights, const Partition& clusters, double resolution) {
    std::map<Index, double> inside, strength;  // by cluster
    double total = 0.0;
    for (Index i = 0; i < weights.rows(); ++i) {
        const Index own = clusters[static_cast<std::size_t>(i)];
        for (Index j = 0; j < weights.cols(); ++j) {
            if (clusters[static_cast<std::size_t>(j)] == own) inside[own] += weights(i, j);
            strength[own] += weights(i, j);
        }
    }
    for (const auto& [cluster, sum] : strength) total += sum;
    if (!(total > 0.0)) return 0.0;
    double result = 0.0;
    for (const auto& [cluster, sum] : strength) {
        result += inside[cluster] / total - resolution * (sum / total) * (sum / total);
    }
    return result;
}

}  // namespace narrows
