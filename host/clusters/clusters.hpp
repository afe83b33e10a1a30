#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "host/clusters/consensus.hpp"
#include "host/clusters/flow_network.hpp"

namespace narrows {

/// leiden:   on FlowNetwork::links
/// infomap:  on FlowNetwork::flows, with their direction
/// profiles: Leiden on FlowNetwork::correlations, those below 0 left out
enum class ClusterMethod { leiden, infomap, profiles };
const std::vector<std::string>& cluster_methods();
/// "leiden", "infomap" or "profiles". Throws ArgumentError.
ClusterMethod parse_cluster_method(const std::string& text);

/// How clusters are looked for.
struct ClusterQuery {
    ClusterMethod method = ClusterMethod::leiden;
    double resolution = 1.0;  // of modularity, > 0; more gives more and smaller clusters
    std::vector<std::uint32_t> seeds;
};

/// A sector of a FlowNetwork in its cluster.
struct ClusteredSector {
    Index cluster = 0;
    /// Mean share of runs in which it is together with another sector of its cluster; of a sector
    /// that is one by itself, share of runs in which it is.
    double stability = 0.0;
    /// Mean correlation with the other sectors of its cluster; NaN without others.
    double correlation = 0.0;
    /// The cluster with whose sectors, itself left out, its mean correlation is highest, the first
    /// on a tie, and that mean. Nothing where it is the only cluster with another sector.
    std::optional<Index> nearest;
    double nearest_correlation = 0.0;

    /// Do flows and profiles agree? Nothing to compare where it is a cluster by itself.
    std::optional<bool> agrees() const;
};

/// The clusters of a network, numbered from 0 by output, largest first.
struct Clusters {
    std::vector<ClusteredSector> sectors;     // by node
    std::vector<std::vector<Index>> members;  // nodes of every cluster, ascending
    Eigen::VectorXd stability;    // by cluster: mean over pairs; of one sector, its stability
    Eigen::VectorXd correlation;  // by cluster: mean over pairs; NaN where there is none
    Eigen::MatrixXd co_assigned;  // share of runs with both in one cluster, m x m
    int rounds = 0;               // of consensus
    double modularity = 0.0;      // of these clusters in FlowNetwork::links, resolution 1

    Index size() const { return static_cast<Index>(members.size()); }
};

/// Throws ArgumentError for a resolution that is not above 0 and what consensus() does.
Clusters find_clusters(const FlowNetwork& network, const ClusterQuery& query);

/// Q = 1/2m sum_ij (W_ij - resolution k_i k_j / 2m) [c_i = c_j] of the undirected graph W, diagonal
/// 0, with k_i = sum_j W_ij and 2m = sum_i k_i (Newman & Girvan 2004); 0 without an edge.
double modularity(const Eigen::MatrixXd& weights, const Partition& clusters,
                  double resolution = 1.0);

}  // namespace narrows
