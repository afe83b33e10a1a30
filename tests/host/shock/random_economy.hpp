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

/// The world of an economy in home scope: its nodes, then a region for each origin of imports,
/// which sells them and buys nothing from home; `inside` are flows between nodes of each such
/// region.
inline ShockEconomy world_around(const ShockEconomy& home, double inside) {
    ShockEconomy world = home;
    const Index num_products = home.num_products();
    const auto num_origins = static_cast<Index>(home.origins.size());
    const Index n = num_products * (1 + num_origins);
    world.world = true;
    world.home = "R0";
    world.origins.clear();
    world.imports.clear();
    world.Z = Eigen::MatrixXd::Zero(n, n);
    world.Z.topLeftCorner(num_products, num_products) = home.Z;
    for (Index o = 0; o < num_origins; ++o) {
        world.regions.emplace_back();
        world.regions.back().code = "R" + std::to_string(o + 1);
        for (Index p = 0; p < num_products; ++p) {
            world.product.push_back(p);
            world.region.push_back(o + 1);
        }
        const Index first = num_products * (o + 1);
        world.Z.block(first, 0, num_products, num_products) =
            home.imports[static_cast<std::size_t>(o)];
        world.Z.block(first, first, num_products, num_products).setConstant(inside);
    }
    const Index abroad = n - num_products;
    const auto extended = [&](const Eigen::VectorXd& of_home, const Eigen::VectorXd& of_others) {
        return (Eigen::VectorXd(n) << of_home, of_others).finished();
    };
    const Eigen::VectorXd final_use = Eigen::VectorXd::Constant(abroad, 2.0 * inside);
    const Eigen::VectorXd made = world.Z.bottomRows(abroad).rowwise().sum() + final_use;
    world.taxes = extended(home.taxes, Eigen::VectorXd::Zero(abroad));
    world.households = extended(home.households, final_use);
    world.other_final = extended(home.other_final, Eigen::VectorXd::Zero(abroad));
    world.x = extended(home.x, made);
    world.value_added =
        extended(home.value_added, made - world.Z.rightCols(abroad).colwise().sum().transpose());
    if (home.criticality.size() > 0) {
        world.criticality = home.criticality.replicate(1, 1 + num_origins).eval();
    }
    return world;
}

}  // namespace narrows::test
