#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "host/table/classification.hpp"

namespace narrows {

/// The cluster of every node, numbered from 0.
using Partition = std::vector<Index>;

/// A weighted graph in igraph, which is loaded at run time; nothing is linked to it. igraph has one
/// random number generator for a process: runs of several threads wait for each other. The same
/// graph and seed give the same partition.
class Graph {
  public:
    /// W >= 0, n x n: the weight of the edge from i to j, no edge where it is 0; W_ii is ignored.
    /// Undirected graphs take the upper triangle. Throws BackendUnavailable where igraph 0.10 is
    /// not installed.
    Graph(const Eigen::MatrixXd& weights, bool directed);
    ~Graph();
    Graph(const Graph&) = delete;
    Graph& operator=(const Graph&) = delete;

    /// Leiden (Traag, Waltman & van Eck 2019), until nothing improves, on the modularity of an
    /// undirected graph with strengths k_i = sum_j W_ij and 2m = sum_i k_i:
    ///   Q = 1/2m sum_ij (W_ij - resolution k_i k_j / 2m) [c_i = c_j].
    Partition leiden(double resolution, std::uint32_t seed) const;

    /// Infomap (Rosvall & Bergstrom 2008): the partition in which the walk along W, from i to j
    /// with probability W_ij / sum_k W_ik, is described in the fewest bits.
    Partition infomap(std::uint32_t seed) const;

  private:
    /// igraph_t, of which 0.10 fills 176 bytes; only igraph looks inside.
    struct Memory {
        alignas(std::max_align_t) std::array<std::byte, 512> bytes;
    };
    mutable Memory graph_;
    Index num_nodes_;
    std::vector<double> weights_;   // by edge
    std::vector<double> strength_;  // k, by node
};

/// The version of the igraph that is loaded: "0.10.2". Throws BackendUnavailable.
std::string igraph_version();

}  // namespace narrows
