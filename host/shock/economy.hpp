#pragma once

#include <string>
#include <vector>

#include <Eigen/Core>

#include "host/analysis/chokepoints.hpp"
#include "host/table/io_table.hpp"

namespace narrows {

/// The economy that a shock runs through: n nodes that produce, each of them one of P products
/// (sectors of the classification). Home scope: the s sectors of one region, n = P = s, with
/// imports from outside by origin. World scope: all nodes of a multi-regional table, in its order,
/// and no outside. Flows in the unit of the table, one year; none between sectors is below 0: what
/// taking those out adds to the costs of a column comes off its taxes, so that GDP stays and
/// columns close.
struct ShockEconomy {
    bool world = false;
    std::string home;              // region of home scope; in world scope whose users, "" if none
    std::vector<Sector> products;  // P
    std::vector<Region> regions;   // of the nodes: one in home scope
    std::vector<std::string> origins;      // home scope: regions that imports come from
    std::vector<Index> product;            // of each node
    std::vector<Index> region;             // of each node: index into regions
    Eigen::MatrixXd Z;                     // n x n
    std::vector<Eigen::MatrixXd> imports;  // M^o by origin, P x n each
    Eigen::VectorXd households;            // n: final use by households; see household_categories
    Eigen::VectorXd other_final;  // n: what else is left, x = Z1 + households + other_final
    Eigen::VectorXd value_added, taxes, x;  // n each
    Eigen::MatrixXd criticality;            // c, P x n, in [0, 1]; 0 x 0 where none was asked for
    NegativeFlows negative_flows;
    std::vector<SatelliteAccount> satellites;  // those of the table, values by node

    Index num_nodes() const { return x.size(); }
    Index num_products() const { return static_cast<Index>(products.size()); }
    double gdp() const { return value_added.sum(); }
    /// "ELE" in home scope, "CHN_ELE" in world scope.
    std::string label(Index node) const;
    std::vector<std::string> labels() const;  // of all nodes
    /// Uses of product k by node j, P x n: own purchases from all nodes that make it, and imports.
    Eigen::MatrixXd total_use() const;
    /// A = Z x^-1 with v, tau and m, of the nodes.
    Coefficients coefficients() const;
};

/// `home` as in home_economy; households are its own, those elsewhere are other final use.
/// `household_categories`: as named, by default by
/// is_household_category; throws ArgumentError for a name no final use has.
ShockEconomy home_shock_economy(const IoTable& table, const std::string& home,
                                const std::vector<std::string>& household_categories = {});
/// Throws ArgumentError for a national table, an unknown home.
ShockEconomy world_shock_economy(const IoTable& table, const std::string& home,
                                 const std::vector<std::string>& household_categories = {});

}  // namespace narrows
