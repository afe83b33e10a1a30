#pragma once

#include <string>
#include <vector>

#include <Eigen/Core>

#include "host/analysis/chokepoints.hpp"

namespace narrows {

/// The share of a coalition's deliveries of a product that it withholds.
struct WithheldProduct {
    Index product = 0;
    double share = 0.0;  // s, [0, 1]
};

/// What may happen: a coalition withholds one or several products at once.
struct Blockade {
    std::string name;
    Coalition coalition;
    std::vector<WithheldProduct> withheld;  // each product once
    double weight = 1.0;                    // relative to those of the other blockades
};

/// Every (product, coalition) that has imports to block, each alone and of the same weight: the
/// pairs that rank_chokepoints ranks. `home` has no flow below 0.
std::vector<Blockade> pair_blockades(const HomeEconomy& home,
                                     const std::vector<Coalition>& coalitions, double share);

/// M^C_kj: what home's users j (s) buy of product k from the coalition.
Eigen::VectorXd imports_from(const HomeEconomy& home, const Coalition& coalition, Index product);

/// Multiplies the weight of every blockade by that of what it withholds: of several products the
/// mean of their weights (s), in proportion to the imports that it withholds of each.
void weigh_products(const HomeEconomy& home, const Eigen::VectorXd& product_weights,
                    std::vector<Blockade>& blockades);

/// The same blockades as far as they withhold these products (ascending).
std::vector<Blockade> of_products(std::vector<Blockade> blockades,
                                  const std::vector<Index>& products);

/// Weights over their sum. Throws ArgumentError for no blockade, a weight below 0, a sum of 0, a
/// share outside [0, 1], and a product that a blockade names twice.
Eigen::VectorXd blockade_weights(const HomeEconomy& home, const std::vector<Blockade>& blockades);

}  // namespace narrows
