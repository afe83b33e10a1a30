#pragma once

#include <cstdint>
#include <vector>

#include <Eigen/Core>

#include "host/analysis/chokepoints.hpp"
#include "host/table/io_table.hpp"

namespace narrows {

/// The nodes of a multi-regional table in the order of their products; a node's position in that
/// order is its place.
struct World {
    std::vector<Index> nodes;          // table's node at each place
    std::vector<std::int64_t> starts;  // first place of every product; one more at the end
    std::vector<Index> product;        // of the node at each place
    std::vector<Index> region;         // of the node at each place
    Index home_region = 0;
    std::vector<std::int64_t> home;       // its places
    std::vector<Index> region_of_origin;  // of HomeEconomy::origins
    Eigen::VectorXd value_added, x;       // by place

    Index size() const { return static_cast<Index>(nodes.size()); }
    Index num_products() const { return static_cast<Index>(starts.size()) - 1; }
};

/// Throws ArgumentError for a national table, which has no world.
World world_of(const IoTable& table, const HomeEconomy& home);

/// What users buy.
struct WorldFlows {
    Eigen::MatrixXd total_use;  // U, products x places
    Eigen::MatrixXd shares;     // w, places x places: each seller's share in what a user uses of
                                // its product, 0 in purchases from itself
};

/// From flows between the table's nodes (n x n), of which those below 0 count as 0.
WorldFlows world_flows(const World& world, const Eigen::MatrixXd& z);

/// c w from w, places x places, and c, products x places.
Eigen::MatrixXd passed_on(const World& world, Eigen::MatrixXd shares,
                          const Eigen::MatrixXd& criticality);

/// What the kernel needs of every pair beside the weights c w; see narrows_shortage.
struct Scenarios {
    std::vector<std::int64_t> products;
    Eigen::MatrixXd direct;     // home users x scenarios
    Eigen::MatrixXd delivered;  // places of a product x scenarios

    Scenarios(const World& world, const Eigen::MatrixXd& weights,
              const std::vector<Chokepoint>& pairs, double share);
};

/// Refers to its arguments.
narrows_shortage shortage_of(const World& world, const Eigen::MatrixXd& weights,
                             const Scenarios& scenarios, const std::vector<double>& lambdas);

/// What one region loses of `amounts`, n by place (value added, jobs): sum of amount_j delta_j over
/// its places.
double loss_of(const World& world, const Eigen::VectorXd& amounts, Index region,
               const Eigen::Ref<const Eigen::VectorXd>& loss);

}  // namespace narrows
