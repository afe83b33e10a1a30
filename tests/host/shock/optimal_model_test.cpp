#include "host/shock/optimal_model.hpp"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "host/shock/case_effects.hpp"

#include "tests/host/shock/random_economy.hpp"
#include "tests/host/shock/shock_cases.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/shared_files.hpp"
#include "tests/support/tables.hpp"

namespace narrows {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;
using test::all_of;
using test::batch_of;
using test::one_shock;
using test::target_of;
using enum ShockKind;
using test::random_economy;

ShockOutcome outcome_of(const ShockEconomy& economy, const ShockBatch& batch, double floor) {
    return optimal_outcomes(economy, batch, {0}, floor).at(0);
}

/// Sector 0 makes 100 of 20 from sector 1 and imports of 30 of the same; sector 1 makes 50 of
/// nothing.
ShockEconomy two_sectors() {
    ShockEconomy economy = random_economy(false, 2, 1, 1);
    economy.Z << 0.0, 0.0, 20.0, 0.0;
    economy.imports[0] << 0.0, 0.0, 30.0, 0.0;
    economy.x << 100.0, 50.0;
    economy.taxes.setZero();
    economy.value_added << 50.0, 50.0;
    economy.households.setZero();
    economy.other_final << 100.0, 30.0;
    return economy;
}

TEST(OptimalModel, TwoSectorsByHand) {
    const ShockEconomy economy = two_sectors();
    const ShockBatch batch = one_shock(target_of(import_cut, {0}, {1}, {0}), 0.5);
    // Final use of product 1 does without the 15 that do not come.
    EXPECT_EQ(outcome_of(economy, batch, 0.5).total_value_added_loss(), 0.0);
    // It keeps 22.5 of 30: 50 z_0 + 22.5 = 50 + 15, z_0 = 0.85.
    const ShockOutcome outcome = outcome_of(economy, batch, 0.75);
    EXPECT_NEAR(outcome.output_loss[0], 15.0, 1e-13);
    EXPECT_NEAR(outcome.value_added_loss[0], 7.5, 1e-13);
    EXPECT_EQ(outcome.output_loss[1], 0.0);
    EXPECT_LT(outcome.residual, 1e-15);
    EXPECT_EQ(outcome.model, "optimal");
    // It keeps 27: z_0 = 0.76, but final use of product 0 wants 0.9.
    const std::string message =
        test::message_of<NumericalError>([&] { outcome_of(economy, batch, 0.9); });
    EXPECT_EQ(message,
              "infeasible: model optimal, case 0: final use cannot be kept at 0.9 of what it was "
              "(demand_floor); short of P1, P0");
}

TEST(OptimalModel, WithdrawalsFromStocksAreSupply) {
    ShockEconomy economy = two_sectors();
    // 20 of product 1 are used, 10 of them out of stocks.
    economy.x[1] = 10.0;
    economy.other_final[1] = -10.0;
    const ShockBatch batch = one_shock(target_of(capacity_loss, {1}), 0.5);
    // 50 z_0 = 5 + 10 + 30.
    EXPECT_NEAR(outcome_of(economy, batch, 0.0).output_loss[0], 10.0, 1e-13);
}

TEST(OptimalModel, NoShockLosesNothing) {
    for (const bool world : {false, true}) {
        ShockEconomy economy = random_economy(world, 6, 3, 4);
        economy.value_added[2] = -0.5;
        economy.value_added[3] = 0.0;
        const auto target =
            world ? target_of(capacity_loss, {1}) : target_of(import_cut, all_of(6), {2}, {1});
        for (const double floor : {0.0, 0.9, 1.0}) {
            const ShockOutcome outcome = outcome_of(economy, one_shock(target, 0.0), floor);
            for (Index j = 0; j < economy.num_nodes(); ++j) {
                EXPECT_EQ(outcome.output_loss[j], 0.0);
                EXPECT_EQ(outcome.value_added_loss[j], 0.0);
            }
        }
    }
}

/// All users of a product and final use get the same share of what they want: the greatest outputs
/// with x_j = x0_j min(1 - loss_j, min over used k of what comes of k as a share of before).
VectorXd proportional(const ShockEconomy& economy, const VectorXd& cut, const VectorXd& loss,
                      double& least_share) {
    const MatrixXd use = economy.total_use();
    VectorXd outside = -cut;
    VectorXd before = VectorXd::Zero(economy.num_products());
    for (const MatrixXd& imports : economy.imports) {
        outside += imports.rowwise().sum();
        before += imports.rowwise().sum();
    }
    for (Index j = 0; j < economy.num_nodes(); ++j) {
        before[economy.product[static_cast<std::size_t>(j)]] += economy.x[j];
    }
    VectorXd left = VectorXd::Ones(economy.num_nodes());
    for (int sweep = 0; sweep < 3000; ++sweep) {
        VectorXd supply = outside;
        for (Index j = 0; j < economy.num_nodes(); ++j) {
            supply[economy.product[static_cast<std::size_t>(j)]] += economy.x[j] * left[j];
        }
        const VectorXd share = supply.cwiseQuotient(before);
        least_share = share.minCoeff();
        for (Index j = 0; j < economy.num_nodes(); ++j) {
            left[j] = 1.0 - loss[j];
            for (Index k = 0; k < economy.num_products(); ++k) {
                if (use(k, j) > 0.0) left[j] = std::min(left[j], share[k]);
            }
        }
    }
    return left;
}

TEST(OptimalModel, LosesNoMoreThanRationingInProportion) {
    int differ = 0;
    for (unsigned seed = 0; seed < 12; ++seed) {
        const bool world = seed % 3 == 2;
        const ShockEconomy economy = random_economy(world, 5, 2, seed);
        std::vector<ShockTarget> targets = {target_of(capacity_loss, {seed % 5})};
        if (!world) targets.push_back(target_of(import_cut, all_of(5), {(seed + 1) % 5}, {0, 1}));
        const ShockBatch batch =
            batch_of(targets, VectorXd::Constant(static_cast<Index>(targets.size()), 0.4));
        VectorXd cut = VectorXd::Zero(5);
        for (const FlowCut& flow : flow_cuts(economy, batch, 0)) {
            cut[flow.product] += flow.share * flow.flow;
        }
        double kept = 0.0;
        const VectorXd left =
            proportional(economy, cut, lost_share(economy, batch, 0, capacity_loss), kept);
        const double in_proportion = economy.value_added.dot(VectorXd::Ones(left.size()) - left);
        const double free = outcome_of(economy, batch, 0.0).total_value_added_loss();
        const double floored =
            outcome_of(economy, batch, kept * (1.0 - 1e-9)).total_value_added_loss();
        EXPECT_LE(free, floored + 1e-9) << seed;
        EXPECT_LE(floored, in_proportion + 1e-6) << seed;
        if (floored < 0.9 * in_proportion) ++differ;
    }
    EXPECT_GT(differ, 6);
}

TEST(OptimalModel, LosesMoreTheMoreIsGoneAndTheMoreFinalUseKeeps) {
    const ShockEconomy economy = random_economy(false, 8, 2, 5);
    const ShockBatch batch =
        batch_of({target_of(capacity_loss, {1, 4}), target_of(import_cut, all_of(8), {2, 3}, {0})},
                 (MatrixXd(2, 3) << 0.1, 0.3, 0.3, 0.2, 0.2, 0.9).finished());
    const auto losses = [&](double floor) {
        std::vector<double> result;
        for (const ShockOutcome& outcome : optimal_outcomes(economy, batch, all_of(3), floor)) {
            result.push_back(outcome.total_value_added_loss());
        }
        return result;
    };
    const std::vector<double> free = losses(0.0), half = losses(0.5);
    for (std::size_t c = 0; c < 3; ++c) {
        EXPECT_GT(free[c], c == 0 ? 0.0 : free[c - 1] - 1e-12);
        EXPECT_GE(half[c], free[c] - 1e-12);
        EXPECT_TRUE(c == 0 || half[c] >= half[c - 1] - 1e-12);
    }
    EXPECT_GT(free[1], free[0]);
}

TEST(OptimalModel, ACaseGivesTheSameBitsInAnyBatchAndUnit) {
    ShockEconomy economy = random_economy(false, 8, 2, 6);
    const ShockBatch batch = batch_of({target_of(import_cut, {1, 2, 5}, {2, 3}, {0, 1})},
                                      MatrixXd::Random(1, 4).cwiseAbs());
    const auto together = optimal_outcomes(economy, batch, {3, 1, 0}, 0.3);
    for (std::size_t at = 0; at < 3; ++at) {
        const Index of_case = std::vector<Index>{3, 1, 0}[at];
        test::expect_same_bits(together[at],
                               optimal_outcomes(economy, batch, {of_case}, 0.3).at(0));
    }
    for (MatrixXd* flows : {&economy.Z, &economy.imports[0], &economy.imports[1]}) *flows *= 4.0;
    for (VectorXd* flows : {&economy.households, &economy.other_final, &economy.value_added,
                            &economy.taxes, &economy.x}) {
        *flows *= 4.0;
    }
    EXPECT_EQ(optimal_outcomes(economy, batch, {1}, 0.3).at(0).output_loss,
              4.0 * together[1].output_loss);
}

TEST(OptimalModel, RefusesWhatItCannotExpress) {
    const ShockEconomy economy = random_economy(false, 3, 1, 7);
    const auto message = [&](const ShockBatch& batch, double floor) {
        return test::message_of<ArgumentError>([&] { outcome_of(economy, batch, floor); });
    };
    EXPECT_EQ(message(one_shock(target_of(ShockKind::demand_change, {1}), 0.2), 0.0),
              "model optimal: cannot express shocks[0], of kind demand_change; models that can: "
              "leontief, "
              "mixed, inoperability, dynamic-inoperability, pbl-linear, pbl-ces, pbl-weak, "
              "pbl-half, pbl-strong, pbl-leontief, ario");
    EXPECT_EQ(message(one_shock(target_of(capacity_loss, {1}), 0.2), 1.5),
              "demand_floor: found 1.5, expected 0 to 1");
}

// MODEL D.5 with UK 2010: "phi = 0 -> nearly 0 losses"; at 0.9 see linear_program_test.cpp.
TEST(OptimalModel, Uk2010LosesNextToNothingWhereFinalUseGivesWay) {
    NARROWS_NEEDS_SHARED("spec/oracles/10_uk2010_127.json");
    const ShockEconomy economy = home_shock_economy(test::uk_2010(), "");
    int infeasible = 0, noticed = 0;
    for (Index k = 0; k < 127; ++k) {
        const ShockBatch batch = one_shock(target_of(import_cut, all_of(127), {k}, {0}), 0.5);
        const double loss =
            outcome_of(economy, batch, 0.0).total_value_added_loss() / economy.gdp();
        EXPECT_LT(loss, 0.0051) << k;
        if (loss > 0.001) ++noticed;
        try {
            outcome_of(economy, batch, 0.9);
        } catch (const NumericalError& error) {
            EXPECT_FALSE(error.sectors().empty()) << k;
            ++infeasible;
        }
    }
    EXPECT_EQ(noticed, 4);
    EXPECT_EQ(infeasible, 33);
}

}  // namespace
}  // namespace narrows
