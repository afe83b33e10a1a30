#include "host/shock/case_effects.hpp"

#include "tests/host/shock/shock_cases.hpp"

namespace narrows {
namespace {

using Eigen::VectorXd;
using test::batch_of;
using test::target_of;
using enum ShockKind;

TEST(CaseEffects, OfSeveralCutsOfADeliveryTheLargestCounts) {
    const ShockEconomy economy = world_shock_economy(test::random_world_table(3, 4, 2), "");
    const ShockBatch batch =
        batch_of({target_of(import_cut, {0, 1}, {2}, {1}),
                  target_of(import_cut, {1, 3}, {1, 2}, {1}), target_of(import_cut, {1}, {2}, {1})},
                 Eigen::Vector3d(0.3, 0.8, 0.5));
    const std::vector<FlowCut> cuts = flow_cuts(economy, batch, 0);
    std::size_t expected = 0;
    for (const Index user : {0, 1, 3}) {
        for (const Index product : {1, 2}) {
            const Index seller = 4 + product;
            const double share = user != 0 ? 0.8 : product == 2 ? 0.3 : 0.0;
            if (share == 0.0 || economy.Z(seller, user) == 0.0) continue;
            ASSERT_LT(expected, cuts.size());
            const FlowCut& cut = cuts[expected++];
            EXPECT_EQ(cut.user, user);
            EXPECT_EQ(cut.product, product);
            EXPECT_EQ(cut.supplier, seller);
            EXPECT_EQ(cut.flow, economy.Z(seller, user));
            EXPECT_EQ(cut.share, share);
        }
    }
    EXPECT_EQ(cuts.size(), expected);
    EXPECT_GE(expected, 3U);
}

TEST(CaseEffects, OfSeveralLossesOfANodeTheLargestCounts) {
    const ShockEconomy economy = home_shock_economy(test::random_national_table(4, 2), "");
    const ShockBatch batch =
        batch_of({target_of(capacity_loss, {0, 2}), target_of(capacity_loss, {2, 3}),
                  target_of(extraction, {1})},
                 Eigen::Vector3d(0.5, 0.25, 1.0));
    EXPECT_EQ(lost_share(economy, batch, 0, capacity_loss), Eigen::Vector4d(0.5, 0.0, 0.5, 0.25));
    EXPECT_EQ(lost_share(economy, batch, 0, extraction), Eigen::Vector4d(0.0, 1.0, 0.0, 0.0));
    EXPECT_EQ(nodes_of(batch, capacity_loss), (std::vector<Index>{0, 2, 3}));
}

TEST(CaseEffects, ChangesOfDemandAddUp) {
    const ShockEconomy economy =
        home_shock_economy(test::random_national_table(4, 3), "", {"CONSUMPTION"});
    std::vector<ShockTarget> targets(3, target_of(demand_change, {1, 3}));
    targets[1].demand = FinalDemand::households;
    targets[1].nodes = {3};
    targets[2].demand = FinalDemand::other;
    targets[2].nodes = {0};
    const VectorXd lost =
        lost_demand(economy, batch_of(targets, Eigen::Vector3d(-0.5, -0.25, 0.125)), 0);
    const VectorXd& h = economy.households;
    const VectorXd& o = economy.other_final;
    EXPECT_DOUBLE_EQ(lost[0], -0.125 * o[0]);
    EXPECT_DOUBLE_EQ(lost[1], 0.5 * (h[1] + o[1]));
    EXPECT_EQ(lost[2], 0.0);
    EXPECT_DOUBLE_EQ(lost[3], 0.5 * (h[3] + o[3]) + 0.25 * h[3]);
}

TEST(CaseEffects, NoCoefficientFallsBelowNothing) {
    const ShockEconomy economy = world_shock_economy(test::random_world_table(2, 3, 5), "");
    const ShockTarget of_all = target_of(coefficient_change, {0, 4}, {1});
    const ShockTarget of_one = target_of(coefficient_change, {4}, {1}, {1});
    const CoefficientChange change = change_of_coefficients(
        economy, batch_of({of_all, of_one}, Eigen::Vector2d(-0.75, -0.5)), 0);
    ASSERT_EQ(change.rows, (std::vector<Index>{1, 4}));
    ASSERT_EQ(change.users, (std::vector<Index>{0, 4}));
    const auto a = economy.coefficients().A;
    EXPECT_EQ(change.change(0, 0), -0.75 * a(1, 0));
    EXPECT_EQ(change.change(1, 0), -0.75 * a(4, 0));
    EXPECT_EQ(change.change(0, 1), -0.75 * a(1, 4));
    EXPECT_EQ(change.change(1, 1), -a(4, 4));
    EXPECT_TRUE(change_of_coefficients(economy, batch_of({of_all}, VectorXd::Zero(1)), 0).empty());
    // What is imported does not stand in A.
    const ShockEconomy home = home_shock_economy(test::random_world_table(2, 3, 5), "R0");
    EXPECT_TRUE(
        change_of_coefficients(
            home,
            batch_of({target_of(coefficient_change, {0}, {1}, {0})}, VectorXd::Constant(1, 0.5)), 0)
            .empty());
}

TEST(CaseEffects, RisesOfPricesAddUp) {
    const ShockEconomy economy = world_shock_economy(test::random_world_table(2, 3, 6), "");
    const VectorXd push = cost_push(
        economy,
        batch_of({target_of(price_rise, {0, 4}, {0, 2}, {1}), target_of(price_rise, {4, 5})},
                 Eigen::Vector2d(0.5, 0.25)),
        0);
    const auto a = economy.coefficients().A;
    EXPECT_NEAR(push[0], 0.5 * (a(3, 0) + a(5, 0)), 1e-16);
    EXPECT_NEAR(push[4], 0.5 * (a(3, 4) + a(5, 4)) + 0.25, 1e-15);
    EXPECT_EQ(push[5], 0.25);
    EXPECT_EQ(push.head(4).tail(3).sum(), 0.0);
}

}  // namespace
}  // namespace narrows
