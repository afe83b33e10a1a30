// The model `esri`: what of an economy becomes a firm, an essential input, an initial loss.
#include "host/shock/esri_model.hpp"

#include <algorithm>

#include <Eigen/LU>
#include <gtest/gtest.h>

#include "host/base/error.hpp"

#include "tests/host/shock/random_economy.hpp"
#include "tests/host/shock/shock_cases.hpp"
#include "tests/support/errors.hpp"

namespace narrows {
namespace {

using test::all_of;
using test::batch_of;
using test::one_shock;
using test::target_of;
using enum ShockKind;
using test::random_economy;

EsriOptions without_replacement() {
    EsriOptions options;
    options.replaceability = false;
    options.tolerance = 0.0;
    return options;
}

ShockOutcome outcome_of(const ShockEconomy& economy, const ShockBatch& batch,
                        const EsriOptions& options) {
    return esri_outcomes(economy, batch, options).at(0);
}

TEST(EsriModel, WithoutRatingsAnImportCutIsTheLinearShareOfInputs) {
    const ShockEconomy economy = random_economy(false, 6, 3, 1);
    // Product 2 from origin 1: 40 % for users 0 to 3, of which 1 and 2 lose 90 %.
    const ShockBatch batch = batch_of(
        {target_of(import_cut, {0, 1, 2, 3}, {2}, {1}), target_of(import_cut, {1, 2}, {2}, {1})},
        Eigen::Vector2d(0.4, 0.9));

    const ShockOutcome outcome = outcome_of(economy, batch, without_replacement());

    Eigen::VectorXd bought = economy.Z.colwise().sum();
    for (const Eigen::MatrixXd& imports : economy.imports) bought += imports.colwise().sum();
    Eigen::VectorXd cut = Eigen::VectorXd::Zero(6);
    for (const Index user : {0, 1, 2, 3}) {
        cut[user] = (user == 1 || user == 2 ? 0.9 : 0.4) * economy.imports[1](2, user);
    }
    // d = (Z'd + cut) / bought; nobody loses customers.
    const Eigen::MatrixXd system =
        Eigen::MatrixXd(bought.asDiagonal()) - Eigen::MatrixXd(economy.Z.transpose());
    const Eigen::VectorXd rate = system.partialPivLu().solve(cut);
    ASSERT_GT(rate.minCoeff(), 0.0);
    EXPECT_LT((outcome.output_loss - rate.cwiseProduct(economy.x)).cwiseAbs().maxCoeff(), 1e-13);
    EXPECT_LT(
        (outcome.value_added_loss - rate.cwiseProduct(economy.value_added)).cwiseAbs().maxCoeff(),
        1e-13);
    EXPECT_EQ(outcome.model, "esri");
    EXPECT_GT(outcome.iterations, 2);
    EXPECT_TRUE(outcome.warnings.empty());
}

TEST(EsriModel, CriticalityDecidesWhatAMissingInputDoes) {
    ShockEconomy economy = random_economy(false, 5, 2, 2);
    economy.imports[0](3, 1) = 0.5;
    const ShockBatch batch = one_shock(target_of(import_cut, {1}, {3}, {0}), 1.0);
    double bought = economy.Z.col(1).sum();
    double of_product = economy.Z(3, 1);
    for (const Eigen::MatrixXd& imports : economy.imports) {
        bought += imports.col(1).sum();
        of_product += imports(3, 1);
    }
    const auto rate = [&](double criticality) {
        economy.criticality = Eigen::MatrixXd::Zero(5, 5);
        economy.criticality(3, 1) = criticality;
        return outcome_of(economy, batch, without_replacement()).output_loss[1] / economy.x[1];
    };

    EXPECT_EQ(rate(0.24), 0.0);
    EXPECT_NEAR(rate(0.25), 0.5 / bought, 1e-15);
    EXPECT_NEAR(rate(0.74), 0.5 / bought, 1e-15);
    EXPECT_NEAR(rate(0.75), 0.5 / of_product, 1e-15);
    EXPECT_NEAR(rate(1.0), 0.5 / of_product, 1e-15);
}

TEST(EsriModel, ACapacityLossReachesSuppliersThroughTheirSales) {
    ShockEconomy economy = random_economy(false, 5, 1, 3);
    economy.criticality = Eigen::MatrixXd::Zero(5, 5);  // nobody needs anything
    const ShockBatch batch = one_shock(target_of(capacity_loss, {2}), 0.5);

    const ShockOutcome outcome = outcome_of(economy, batch, without_replacement());

    // u = (Z / x) u but for the failing node.
    Eigen::MatrixXd system =
        Eigen::MatrixXd::Identity(5, 5) - economy.x.cwiseInverse().asDiagonal() * economy.Z;
    system.row(2) = Eigen::VectorXd::Unit(5, 2);
    const Eigen::VectorXd rate = system.partialPivLu().solve(0.5 * Eigen::VectorXd::Unit(5, 2));
    EXPECT_LT((outcome.output_loss - rate.cwiseProduct(economy.x)).cwiseAbs().maxCoeff(), 1e-14);
}

TEST(EsriModel, TheSameProductOfOtherRegionsStandsIn) {
    const ShockEconomy economy = random_economy(true, 3, 4, 4);
    const ShockBatch batch = one_shock(target_of(capacity_loss, {0}), 0.8);

    const ShockOutcome alone = outcome_of(economy, batch, without_replacement());
    const ShockOutcome replaced = outcome_of(economy, batch, EsriOptions{});

    EXPECT_LT(replaced.total_output_loss(), 0.8 * alone.total_output_loss());
    EXPECT_NEAR(replaced.output_loss[0], 0.8 * economy.x[0], 1e-14);
}

TEST(EsriModel, NoShockIsNoLossToTheBitAndMoreShockIsNoLess) {
    for (const bool world : {false, true}) {
        const ShockEconomy economy = random_economy(world, 4, 3, 5);
        std::vector<ShockTarget> targets{target_of(capacity_loss, {1, 3})};
        targets.push_back(target_of(import_cut, all_of(4), {0, 1}, {0, 2}));
        const Index num_targets = static_cast<Index>(targets.size());
        Eigen::MatrixXd amounts(num_targets, 3);
        amounts << Eigen::MatrixXd::Zero(num_targets, 1),
            Eigen::MatrixXd::Constant(num_targets, 1, 0.3),
            Eigen::MatrixXd::Constant(num_targets, 1, 0.6);

        const auto outcomes =
            esri_outcomes(economy, batch_of(targets, amounts), without_replacement());

        EXPECT_TRUE((outcomes[0].output_loss.array() == 0.0).all());
        EXPECT_TRUE((outcomes[0].value_added_loss.array() == 0.0).all());
        EXPECT_TRUE((outcomes[1].output_loss.array() <= outcomes[2].output_loss.array()).all());
        EXPECT_LT(outcomes[1].total_output_loss(), outcomes[2].total_output_loss());
    }
}

TEST(EsriModel, CasesDoNotDependOnEachOther) {
    for (const bool world : {false, true}) {
        const ShockEconomy economy = random_economy(world, 7, 3, 6);
        const std::vector<ShockTarget> targets{target_of(import_cut, all_of(7), {1, 4}, {0}),
                                               target_of(capacity_loss, {5})};
        const Eigen::MatrixXd amounts = (Eigen::MatrixXd::Random(2, 19).array() + 1.0) / 2.0;
        EsriOptions options;
        options.num_threads = 2;

        const auto together = esri_outcomes(economy, batch_of(targets, amounts), options);

        for (Index c = 0; c < amounts.cols(); ++c) {
            const ShockOutcome alone =
                outcome_of(economy, batch_of(targets, amounts.col(c)), EsriOptions{});
            test::expect_same_bits(alone, together[static_cast<std::size_t>(c)]);
        }
    }
}

// Where those abroad buy nothing from home, nothing they lose comes back; and where they sell to
// home alone, the market that others stand in from is the same.
TEST(EsriModel, AWorldThatBuysNothingFromHomeIsHomeScope) {
    for (const bool replaceability : {false, true}) {
        ShockEconomy economy = random_economy(false, 5, 2, 8);
        economy.criticality = Eigen::MatrixXd::Random(5, 5).cwiseAbs();
        const ShockEconomy world = test::world_around(economy, replaceability ? 0.0 : 0.4);
        const Eigen::Vector4d amounts(0.6, 0.9, 0.7, 0.3);
        const auto targets = [](Index first_origin) {
            return std::vector<ShockTarget>{
                target_of(import_cut, all_of(5), {1, 2}, {first_origin}),
                target_of(import_cut, {3}, {2}, {first_origin}),
                target_of(import_cut, {0, 1, 3}, {2, 4}, {first_origin + 1}),
                target_of(capacity_loss, {0})};
        };
        EsriOptions options = without_replacement();
        options.replaceability = replaceability;

        const ShockOutcome of_home = outcome_of(economy, batch_of(targets(0), amounts), options);
        const ShockOutcome of_world = outcome_of(world, batch_of(targets(1), amounts), options);

        EXPECT_LT((of_world.output_loss.head(5) - of_home.output_loss).cwiseAbs().maxCoeff(),
                  1e-13);
        EXPECT_GT(of_home.total_output_loss(), 0.1);
        EXPECT_GT(of_world.output_loss.tail(10).sum(), 0.1);  // sales that are lost
    }
}

TEST(EsriModel, AWorldwideCutOfEverythingEssentialStopsItsUsersAndCostsItsSellersTheirSales) {
    ShockEconomy economy = random_economy(true, 3, 3, 9);
    economy.criticality = Eigen::MatrixXd::Zero(3, 9);
    economy.criticality(1, 4) = 1.0;  // node 4 cannot do without product 1, of nodes 1, 4 and 7
    economy.Z(1, 4) = 0.3;
    economy.Z(7, 4) = 0.1;
    economy.Z(4, 4) = 0.0;
    const ShockBatch batch =
        batch_of({target_of(import_cut, {4}, {1}, {0, 2})}, Eigen::MatrixXd::Ones(1, 1));

    const ShockOutcome outcome = outcome_of(economy, batch, without_replacement());

    EXPECT_NEAR(outcome.output_loss[4], economy.x[4], 1e-14);
    EXPECT_GE(outcome.output_loss[1], 0.3 - 1e-14);
    EXPECT_GE(outcome.output_loss[7], 0.1 - 1e-14);
}

TEST(EsriModel, WarnsOfLossesThatHadNotSettled) {
    const ShockEconomy economy = random_economy(false, 5, 1, 3);
    EsriOptions options = without_replacement();
    options.max_sweeps = 2;

    const ShockOutcome outcome =
        outcome_of(economy, one_shock(target_of(capacity_loss, {2}), 0.5), options);

    ASSERT_EQ(outcome.warnings.size(), 1U);
    test::expect_parts(outcome.warnings[0], {"not settled after 2 sweeps"});
    EXPECT_GT(outcome.residual, 0.0);
}

TEST(EsriModel, RefusesShocksItCannotExpress) {
    const auto refusal = [](const ShockTarget& target) {
        const ShockBatch batch =
            batch_of({target_of(capacity_loss, {0}), target}, Eigen::MatrixXd::Constant(2, 1, 0.5));
        return test::message_of<ArgumentError>(
            [&] { esri_outcomes(random_economy(false, 3, 2, 1), batch, {}); });
    };

    for (const ShockKind kind : {ShockKind::demand_change, ShockKind::coefficient_change,
                                 ShockKind::price_rise, ShockKind::extraction}) {
        test::expect_parts(refusal(target_of(kind, {1})),
                           {"model esri", "shocks[1]", to_string(kind), "models that can"});
    }
}

}  // namespace
}  // namespace narrows
