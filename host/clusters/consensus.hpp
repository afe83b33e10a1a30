#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include <Eigen/Core>

#include "host/clusters/graph.hpp"

namespace narrows {

/// What many runs of a method that draws at random agree on (Lancichinetti & Fortunato 2012).
struct Consensus {
    Partition clusters;           // by node, in no particular order
    Eigen::MatrixXd co_assigned;  // D, n x n: share of runs with i and j in one cluster
    Eigen::VectorXd alone;        // n: share of runs in which i is a cluster by itself
    int rounds = 0;               // of Leiden on D until all runs agree; 0 where they did at once
};

/// Runs `detect` with every seed. Where the runs differ, D without what is below one half is itself
/// a graph, in which Leiden (modularity, resolution 1) looks for clusters with the same seeds,
/// until all runs agree. The order of the seeds makes no difference. Throws ArgumentError without a
/// seed, NumericalError where they do not agree after 100 rounds.
Consensus consensus(const std::function<Partition(std::uint32_t seed)>& detect, Index num_nodes,
                    std::vector<std::uint32_t> seeds);

}  // namespace narrows
