#pragma once

#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "host/invest/blockade.hpp"
#include "host/model/linear_program.hpp"

namespace narrows::test {

/// Can programmes with these whole numbers be solved?
inline bool has_solver(std::vector<Index> whole) {
    const Eigen::VectorXd one = Eigen::VectorXd::Ones(1);
    Eigen::SparseMatrix<double> rows(1, 1);
    rows.insert(0, 0) = 1.0;
    try {
        return maximise({one, rows, one, 0.0 * one, one, std::move(whole)}).feasible;
    } catch (const BackendUnavailable&) {
        return false;
    }
}
inline bool has_clp() {
    return has_solver({});
}

/// Skips the running test, saying why, where linear programmes cannot be solved.
#define NARROWS_NEEDS_CLP()                                  \
    if (!narrows::test::has_clp())                           \
    GTEST_SKIP() << "needs Clp (libClp.so.1), which is not " \
                    "installed"

#define NARROWS_NEEDS_CBC()              \
    NARROWS_NEEDS_CLP();                 \
    if (!narrows::test::has_solver({0})) \
    GTEST_SKIP() << "needs Cbc (libCbcSolver.so.3), which is not installed"

/// A home economy with random flows and criticality, some of them 0.
struct RandomHome {
    HomeEconomy home;
    Eigen::MatrixXd criticality;
};

inline RandomHome random_home(Index num_products, Index num_origins, std::mt19937& random) {
    std::uniform_real_distribution<double> uniform(0.0, 1.0);
    const auto flow = [&] { return uniform(random) < 0.25 ? 0.0 : 10.0 * uniform(random); };
    const auto c = [&] { return uniform(random) < 0.3 ? 0.0 : uniform(random); };
    RandomHome result;
    HomeEconomy& home = result.home;
    home.region = "HOM";
    const auto flows = [&] {
        return Eigen::MatrixXd(Eigen::MatrixXd::NullaryExpr(num_products, num_products, flow));
    };
    home.domestic = flows();
    home.total_use = home.domestic;
    for (Index origin = 0; origin < num_origins; ++origin) {
        home.origins.push_back("O" + std::to_string(origin));
        home.imports.push_back(flows());
        home.total_use += home.imports.back();
    }
    for (Index k = 0; k < num_products; ++k) {
        home.sectors.push_back({"P" + std::to_string(k), "", SectorKind::goods});
    }
    home.value_added =
        Eigen::VectorXd::NullaryExpr(num_products, [&] { return 1.0 + 50.0 * uniform(random); });
    home.taxes = Eigen::VectorXd::Zero(num_products);
    home.x = home.total_use.colwise().sum().transpose() + home.value_added;
    result.criticality = Eigen::MatrixXd::NullaryExpr(num_products, num_products, c);
    return result;
}

/// Coalitions that each withhold random shares of some products, at least one.
inline std::vector<Blockade> random_blockades(const HomeEconomy& home, int count,
                                              std::mt19937& random) {
    std::uniform_real_distribution<double> uniform(0.0, 1.0);
    std::vector<Blockade> blockades;
    for (int w = 0; w < count; ++w) {
        Blockade blockade;
        blockade.name = "W" + std::to_string(w);
        blockade.weight = 0.2 + uniform(random);
        for (Index o = 0; o < static_cast<Index>(home.origins.size()); ++o) {
            if (uniform(random) < 0.6) blockade.coalition.push_back(o);
        }
        if (blockade.coalition.empty()) blockade.coalition = {0};
        for (Index k = 0; k < home.x.size(); ++k) {
            if (uniform(random) < 0.7) blockade.withheld.push_back({k, uniform(random)});
        }
        if (blockade.withheld.empty()) blockade.withheld = {{0, 0.5}};
        blockades.push_back(std::move(blockade));
    }
    return blockades;
}

}  // namespace narrows::test
