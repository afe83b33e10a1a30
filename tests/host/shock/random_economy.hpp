#pragma once

#include <random>
#include <string>

#include "host/shock/economy.hpp"

namespace narrows::test {

/// Balanced accounts with random flows, a third of them 0: sectors P0, P1, ...; in home scope
/// imports from O0, O1, ..., in world scope regions R0, R1, ...
inline ShockEconomy random_economy(bool world, Index num_products, Index num_places,
                                   unsigned seed) {
    std::mt19937 generator(seed);
    std::uniform_real_distribution<double> uniform(0.1, 1.0);
    const auto flow = [&] { return uniform(generator) < 0.4 ? 0.0 : uniform(generator); };
    const auto amount = [&] { return uniform(generator); };
    const Index n = world ? num_products * num_places : num_products;
    ShockEconomy economy;
    economy.world = world;
    for (Index p = 0; p < num_products; ++p) {
        economy.products.emplace_back();
        economy.products.back().code = "P" + std::to_string(p);
    }
    for (Index r = 0; r < (world ? num_places : 1); ++r) {
        economy.regions.emplace_back();
        economy.regions.back().code = "R" + std::to_string(r);
    }
    for (Index node = 0; node < n; ++node) {
        economy.product.push_back(node % num_products);
        economy.region.push_back(node / num_products);
    }
    economy.Z = Eigen::MatrixXd::NullaryExpr(n, n, flow);
    Eigen::VectorXd bought = economy.Z.colwise().sum();
    for (Index o = 0; !world && o < num_places; ++o) {
        economy.origins.push_back("O" + std::to_string(o));
        economy.imports.emplace_back(0.3 * Eigen::MatrixXd::NullaryExpr(n, n, flow));
        bought += economy.imports.back().colwise().sum();
    }
    economy.taxes = 0.1 * Eigen::VectorXd::NullaryExpr(n, amount);
    economy.value_added = bought.cwiseMax(economy.Z.rowwise().sum());
    economy.x = bought + economy.taxes + economy.value_added;
    economy.households = 0.7 * (economy.x - economy.Z.rowwise().sum());
    economy.other_final = economy.x - economy.Z.rowwise().sum() - economy.households;
    return economy;
}

}  // namespace narrows::test
