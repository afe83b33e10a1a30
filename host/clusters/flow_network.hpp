#pragma once

#include <vector>

#include <Eigen/Core>

#include "host/analysis/home_economy.hpp"

namespace narrows {

/// What home's sectors sell to each other, as a graph. Nodes are the m sectors that are looked at;
/// flows below 0 count as 0.
struct FlowNetwork {
    std::vector<Index> sectors;         // of HomeEconomy, ascending
    std::vector<Index> without_output;  // sectors that are no nodes, for home does not make them
    Eigen::VectorXd output;             // x, m
    Eigen::MatrixXd flows;              // Z, m x m, seller x buyer
    /// The mean of the four shares that join two sectors, symmetric, [0, 1], m x m, diagonal 0:
    ///   W_ij = (a_ij + a_ji + b_ij + b_ji) / 4,   a_ij = z_ij / x_j,  b_ij = z_ij / x_i.
    /// It is the symmetric part of (B + A')/2. Czamanski (1974) takes the largest of the four.
    Eigen::MatrixXd links;
    /// How alike sectors buy and sell, symmetric, [-1, 1], m x m, diagonal 1: the largest of the
    /// correlations of i's purchases with j's, of sales with sales, of purchases with sales and of
    /// sales with purchases (Feser & Bergman 2000). One who buys or sells the same of all has none
    /// there, 0.
    Eigen::MatrixXd correlations;
};

/// The network of the sectors that have output and are not `excluded` (indices of sectors). Throws
/// ArgumentError where fewer than two remain.
FlowNetwork flow_network(const HomeEconomy& home, const std::vector<Index>& excluded = {});

}  // namespace narrows
