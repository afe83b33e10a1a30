#include "host/shock/economy.hpp"

#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "host/readers/plain_folder.hpp"

#include "tests/support/errors.hpp"
#include "tests/support/shared_files.hpp"
#include "tests/support/tables.hpp"

namespace narrows {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

double row_gap(const ShockEconomy& economy) {
    const VectorXd used = economy.Z.rowwise().sum() + economy.households + economy.other_final;
    return ((used - economy.x).array().abs() / economy.x.array().max(1.0)).maxCoeff();
}

/// 1 - what coefficients of all columns add up to, at most, where there is output.
double column_gap(const ShockEconomy& economy) {
    const Coefficients c = economy.coefficients();
    const VectorXd sums = c.A.colwise().sum().transpose() + c.primary();
    return (c.x.array() > 0.0).select((sums.array() - 1.0).abs(), 0.0).maxCoeff();
}

/// `table` with one flow of its Z or M below 0 and its accounts kept closed.
IoTable with_negative_flow(const IoTable& table, Index i, Index j, double flow, bool imported) {
    TableData data = table.data();
    double& cell = imported ? data.M(i, j) : data.Z(i, j);
    const double change = flow - cell;
    cell = flow;
    if (!imported) data.F(i, 0) -= change;
    data.V(0, j) -= change;
    return IoTable(std::move(data));
}

TEST(HomeShockEconomy, ClosesItsRowsAndColumnsForEveryRegionOfWorld2011) {
    const IoTable table = read_plain_folder(test::data_path() / "world-2011");
    for (const Region& region : table.classification().regions()) {
        const ShockEconomy economy = home_shock_economy(table, region.code);
        EXPECT_EQ(economy.home, region.code);
        EXPECT_FALSE(economy.world);
        EXPECT_EQ(economy.num_nodes(), 24);
        EXPECT_EQ(economy.num_products(), 24);
        EXPECT_EQ(economy.origins.size(), 12U);
        EXPECT_EQ(economy.regions.front().code, region.code);
        EXPECT_EQ(economy.label(11), "ELE");
        EXPECT_LE(row_gap(economy), 1e-15);
        EXPECT_LE(column_gap(economy), 1e-12);
    }
    const ShockEconomy china = home_shock_economy(table, "CHN");
    EXPECT_EQ(china.gdp(), 7387122.0);
    // Chinese households' use of Chinese farm goods; what is sold to others stands beside it.
    EXPECT_EQ(china.households[0], 309604.0);
    EXPECT_EQ(china.total_use(), home_economy(table, "CHN").total_use);
}

TEST(WorldShockEconomy, HoldsAllNodesInTheOrderOfTheTable) {
    const IoTable table = read_plain_folder(test::data_path() / "world-2011");
    const ShockEconomy economy = world_shock_economy(table, "CHN");
    EXPECT_TRUE(economy.world);
    EXPECT_EQ(economy.num_nodes(), 312);
    EXPECT_EQ(economy.num_products(), 24);
    EXPECT_TRUE(economy.origins.empty());
    EXPECT_TRUE(economy.imports.empty());
    EXPECT_LE(row_gap(economy), 1e-15);
    EXPECT_LE(column_gap(economy), 1e-12);
    for (Index node = 0; node < 312; ++node) {
        EXPECT_EQ(economy.label(node), table.classification().label(node));
    }
    const double households = table.F()(0, 0) + table.F()(0, 5);
    EXPECT_GE(economy.households[0], households);
    EXPECT_NEAR(economy.total_use().sum(), table.Z().sum(), 1e-9 * table.Z().sum());
    const MatrixXd use = economy.total_use();
    double bought = 0.0;
    for (Index region = 0; region < 13; ++region) bought += table.Z()(region * 24 + 11, 7);
    EXPECT_NEAR(use(11, 7), bought, 1e-12 * bought);
}

TEST(ShockEconomy, TakesTheFinalUsesThatAreHouseholds) {
    const IoTable table = test::random_national_table(5, 1);
    EXPECT_EQ(home_shock_economy(table, "").households, VectorXd::Zero(5));
    const ShockEconomy named = home_shock_economy(table, "", {"CONSUMPTION"});
    EXPECT_EQ(named.households, table.F().col(0));
    EXPECT_LE(row_gap(named), 1e-15);
}

TEST(ShockEconomy, CountsFlowsBelowZeroAsNoneAndStillCloses) {
    const IoTable table = with_negative_flow(
        with_negative_flow(test::random_national_table(6, 3), 1, 2, -0.25, false), 4, 0, -0.5,
        true);
    const ShockEconomy economy = home_shock_economy(table, "");
    EXPECT_EQ(economy.negative_flows.count, 2);
    EXPECT_EQ(economy.negative_flows.sum, -0.75);
    EXPECT_EQ(economy.Z(1, 2), 0.0);
    EXPECT_EQ(economy.imports[0](4, 0), 0.0);
    EXPECT_EQ(economy.gdp(), table.value_added().sum());
    EXPECT_LE(row_gap(economy), 1e-15);
    EXPECT_LE(column_gap(economy), 1e-14);
}

TEST(ShockEconomy, RefusesWhatTheTableDoesNotHave) {
    const IoTable national = test::random_national_table(5, 1);
    const IoTable world = test::random_world_table(2, 3, 1);
    test::expect_parts(test::message_of<ArgumentError>([&] { world_shock_economy(national, ""); }),
                       {"national table", "no world"});
    test::expect_parts(test::message_of<ArgumentError>([&] { world_shock_economy(world, "R7"); }),
                       {"R7"});
    test::expect_parts(test::message_of<ArgumentError>([&] { home_shock_economy(world, "R7"); }),
                       {"R7"});
    test::expect_parts(
        test::message_of<ArgumentError>([&] { home_shock_economy(national, "", {"CONSUMTION"}); }),
        {"unknown final use 'CONSUMTION'", "CONSUMPTION"});
}

}  // namespace
}  // namespace narrows
