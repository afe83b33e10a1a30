#include "host/shock/set_losses.hpp"

#include <gtest/gtest.h>

#include "host/shock/shock_table.hpp"

#include "tests/support/scenarios.hpp"

namespace narrows {
namespace {

using Indices = std::vector<Index>;

const std::vector<SectorSet> two_sets = {{"a", {0, 2}}, {"b", {2, 3}}};

TEST(SetLosses, CountASectorInEveryRegion) {
    const ShockEconomy world = test::coded_economy(true);  // 4, 4 and 3 nodes, C without S2
    const SetSelection all{two_sets, {}, {2.0, 3.0}};
    const Eigen::MatrixXd sums = set_sums(all, world);
    ASSERT_EQ(sums.rows(), 3);
    Eigen::MatrixXd expected(3, 11);
    expected << 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 0,  //
        0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1,          //
        2, 1, 6, 3, 2, 1, 6, 3, 2, 1, 3;
    EXPECT_EQ(sums, expected);
    EXPECT_EQ(shown_sets(all), (Indices{0, 1}));
    EXPECT_EQ(shown_nodes(all, world).size(), 11U);

    const SetSelection filtered{two_sets, {1}, {}};
    EXPECT_EQ(shown_nodes(filtered, world), (Indices{2, 3, 6, 7, 10}));
    EXPECT_EQ(set_sums(filtered, world), expected.middleRows(1, 1));
}

TEST(SetLosses, OfATableAreThoseOfTheirSectorsToTheBit) {
    const ShockEconomy home = test::coded_economy(false);
    const SetSelection sets{two_sets, {}, {0.5, std::nullopt}};
    ShockTable table({"x", "y"}, 4, 2, set_sums(sets, home));
    ShockOutcome outcome;
    outcome.value_added_loss = (Eigen::VectorXd(4) << 0.1, 0.7, 1e-9, 1.0 / 3.0).finished();
    outcome.output_loss = 3.0 * outcome.value_added_loss;
    table.set(1, 0, outcome);
    const Eigen::VectorXd by_node = table.mean_value_added_loss(1, 1);
    EXPECT_EQ(table.value_added_sum(0, 1, 0), by_node[0] + by_node[2]);
    EXPECT_EQ(table.value_added_sum(1, 1, 0), by_node[2] + by_node[3]);
    EXPECT_EQ(table.value_added_sum(2, 1, 0),
              0.5 * by_node[0] + by_node[1] + 0.5 * by_node[2] + by_node[3]);
    EXPECT_EQ(table.output_sums(1, 1, 1)[0], outcome.output_loss[2] + outcome.output_loss[3]);
    EXPECT_EQ(by_node, outcome.value_added_loss);
    EXPECT_EQ(table.mean_output_loss(1, 1), outcome.output_loss);
    EXPECT_EQ(table.value_added_sum(0, 0, 0), 0.0);
}

}  // namespace
}  // namespace narrows
