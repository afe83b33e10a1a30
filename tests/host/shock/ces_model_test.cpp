// The models `ces`, `ces-first-order`, `ces-second-order`: factors of an economy and what its
// sectors lose.
#include "host/shock/ces_model.hpp"

#include <cmath>

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

constexpr CesOrder orders[] = {CesOrder::first, CesOrder::second, CesOrder::exact};

ShockOutcome outcome_of(const ShockEconomy& economy, const ShockBatch& batch, CesOrder order,
                        const CesElasticities& elasticities = {}) {
    return ces_outcomes(economy, batch, order, elasticities).at(0);
}

/// Share of GDP that is lost.
double gdp_loss(const ShockEconomy& economy, const ShockOutcome& outcome) {
    return outcome.total_value_added_loss() / economy.gdp();
}

TEST(CesModel, OneSectorWithImportsIsTheAggregateForm) {
    ShockEconomy economy = random_economy(false, 1, 2, 1);
    economy.Z(0, 0) = 0.0;
    economy.imports = {Eigen::MatrixXd::Constant(1, 1, 4.0), Eigen::MatrixXd::Constant(1, 1, 16.0)};
    economy.value_added[0] = 70.0;
    economy.taxes[0] = 10.0;
    economy.x[0] = 100.0;
    economy.households[0] = 100.0;
    economy.other_final[0] = 0.0;
    const double alpha = 0.04, supply = 0.9, elasticity = 0.04;

    const ShockOutcome outcome =
        outcome_of(economy, one_shock(target_of(import_cut, {0}, {0}, {0}), 0.1), CesOrder::exact,
                   {elasticity, 0.5});

    const double power = (elasticity - 1.0) / elasticity;
    const double left =
        std::pow(alpha * std::pow(supply, power) + 1.0 - alpha, 1.0 / power);  // oracle 14, row 1
    EXPECT_NEAR(outcome.value_added_loss[0], 70.0 * (1.0 - left), 1e-12);
    EXPECT_NEAR(outcome.output_loss[0], 100.0 * (1.0 - left), 1e-12);
    EXPECT_NEAR(outcome.price_change[0], 0.0, 1e-14);
    EXPECT_EQ(outcome.model, "ces");
}

TEST(CesModel, FirstOrderIsHultensTheorem) {
    const ShockEconomy economy = random_economy(false, 6, 3, 2);
    const double final_use = (economy.households + economy.other_final).sum();
    const double amount = 0.4;
    const double cut =
        economy.imports[1](2, {0, 3, 4}).sum() + economy.imports[1](5, {0, 3, 4}).sum();
    const double own = economy.value_added[3] + economy.taxes[3];

    const double imports = gdp_loss(
        economy,
        outcome_of(economy, one_shock(target_of(import_cut, {0, 3, 4}, {2, 5}, {1}), amount),
                   CesOrder::first));
    const double capacity = gdp_loss(
        economy,
        outcome_of(economy, one_shock(target_of(capacity_loss, {3}), amount), CesOrder::first));

    EXPECT_NEAR(imports, 1.0 - std::pow(1.0 - amount, cut / final_use), 1e-14);
    EXPECT_NEAR(capacity, 1.0 - std::pow(1.0 - amount, own / final_use), 1e-14);
}

TEST(CesModel, OrdersAgreeWhereSharesAreConstantAndSpreadWhereInputsAreNeeded) {
    const ShockEconomy economy = random_economy(false, 6, 3, 3);
    const ShockBatch batch = one_shock(target_of(import_cut, all_of(6), {2}, {0, 1, 2}), 0.5);
    const auto loss = [&](CesOrder order, const CesElasticities& elasticities) {
        return gdp_loss(economy, outcome_of(economy, batch, order, elasticities));
    };

    EXPECT_NEAR(loss(CesOrder::exact, {1.0, 1.0}), loss(CesOrder::first, {1.0, 1.0}), 1e-13);
    EXPECT_NEAR(loss(CesOrder::second, {1.0, 1.0}), loss(CesOrder::first, {1.0, 1.0}), 1e-13);
    EXPECT_GT(loss(CesOrder::exact, {}), 1.05 * loss(CesOrder::second, {}));
    EXPECT_GT(loss(CesOrder::second, {}), 1.05 * loss(CesOrder::first, {}));
}

TEST(CesModel, SectorsLoseTheirOutputAndAddUpToGdp) {
    const ShockEconomy economy = random_economy(true, 3, 3, 4);
    const ShockBatch batch = one_shock(target_of(capacity_loss, {2, 4}), 0.3);

    const ShockOutcome outcome = outcome_of(economy, batch, CesOrder::exact, {0.5, 0.9});

    // The network put together by hand.
    const Eigen::VectorXd own = economy.value_added + economy.taxes;
    const Eigen::VectorXd final_use = economy.households + economy.other_final;
    CesShares shares;
    shares.Omega = (economy.Z * economy.x.cwiseInverse().asDiagonal()).transpose();
    shares.F = own.cwiseQuotient(economy.x).asDiagonal();
    shares.b = final_use / final_use.sum();
    shares.theta = Eigen::VectorXd::Constant(9, 0.5);
    shares.sigma = 0.9;
    shares.factors.resize(9);
    Eigen::VectorXd supply = Eigen::VectorXd::Ones(9);
    supply[2] = supply[4] = 0.7;
    const CesNetwork network(shares);
    const CesEquilibrium expected = network.equilibrium(supply);
    const Eigen::ArrayXd outputs =
        expected.sales.array() / network.sales().array() / expected.log_prices.array().exp();
    EXPECT_LT((outcome.output_loss.array() - economy.x.array() * (1.0 - outputs)).abs().maxCoeff(),
              1e-11);
    EXPECT_NEAR(gdp_loss(economy, outcome), -std::expm1(expected.log_gdp), 1e-12);
    const Eigen::ArrayXd extra =
        outcome.value_added_loss.array() / economy.value_added.array() - (1.0 - outputs);
    EXPECT_LT((extra - extra.mean()).abs().maxCoeff(), 1e-12);
    EXPECT_GT(outcome.price_change[2], 0.1);
    EXPECT_LE(outcome.residual, 1e-12);
    EXPECT_GT(outcome.iterations, 0);
}

TEST(CesModel, NoShockIsNoLossToTheBit) {
    for (const bool world : {false, true}) {
        const ShockEconomy economy = random_economy(world, 4, 3, 5);
        for (const CesOrder order : orders) {
            const ShockOutcome outcome =
                outcome_of(economy, one_shock(target_of(capacity_loss, {0, 2}), 0.0), order);

            EXPECT_TRUE((outcome.output_loss.array() == 0.0).all()) << to_string(order);
            EXPECT_TRUE((outcome.value_added_loss.array() == 0.0).all()) << to_string(order);
            EXPECT_TRUE((outcome.price_change.array() == 0.0).all()) << to_string(order);
        }
    }
}

TEST(CesModel, ALargerShockIsALargerLoss) {
    const ShockEconomy economy = random_economy(false, 5, 2, 6);
    const Eigen::RowVectorXd amounts = Eigen::RowVectorXd::LinSpaced(6, 0.0, 0.95);
    for (const CesOrder order : orders) {
        const auto outcomes = ces_outcomes(
            economy, batch_of({target_of(import_cut, all_of(5), {0, 3}, {1})}, amounts), order, {});

        for (std::size_t c = 1; c < outcomes.size(); ++c) {
            EXPECT_GT(outcomes[c].total_value_added_loss(),
                      outcomes[c - 1].total_value_added_loss());
        }
    }
}

TEST(CesModel, CasesDoNotDependOnEachOther) {
    const ShockEconomy economy = random_economy(false, 5, 2, 7);
    const std::vector<ShockTarget> targets{target_of(import_cut, all_of(5), {1, 4}, {0}),
                                           target_of(capacity_loss, {3})};
    const Eigen::MatrixXd amounts = 0.4 * (Eigen::MatrixXd::Random(2, 7).array() + 1.0);
    for (const CesOrder order : orders) {
        const auto together = ces_outcomes(economy, batch_of(targets, amounts), order, {}, 2);

        for (Index c = 0; c < amounts.cols(); ++c) {
            const ShockOutcome alone =
                outcome_of(economy, batch_of(targets, amounts.col(c)), order);
            test::expect_same_bits(alone, together[static_cast<std::size_t>(c)]);
        }
    }
}

TEST(CesModel, NodesWithoutMarketOrValueAddedAreLeftOut) {
    ShockEconomy economy = random_economy(false, 5, 2, 8);
    economy.value_added[1] = -economy.taxes[1];  // pays for inputs only
    economy.Z.row(4).setZero();                  // makes what nobody uses
    economy.households[4] = -0.5;
    economy.other_final[4] = 0.0;
    economy.Z.col(2).setZero();  // costs nothing
    for (Eigen::MatrixXd& imports : economy.imports) imports.col(2).setZero();
    economy.value_added[2] = economy.taxes[2] = 0.0;
    const ShockBatch batch = one_shock(target_of(capacity_loss, {1, 2, 4}), 0.3);

    const ShockOutcome outcome = outcome_of(economy, batch, CesOrder::exact);

    EXPECT_EQ(outcome.output_loss[4], 0.0);
    EXPECT_GT(outcome.output_loss[2], 0.0);
    ASSERT_EQ(outcome.warnings.size(), 2U);
    test::expect_parts(outcome.warnings[0], {"capacity_loss of P1", "no effect"});
    test::expect_parts(outcome.warnings[1], {"capacity_loss of P4", "no effect"});
}

TEST(CesModel, RefusesWhatHasNoEquilibriumByTheNameOfTheFactor) {
    const ShockEconomy economy = random_economy(false, 4, 2, 9);
    for (const CesOrder order : orders) {
        const auto refusal = [&](const ShockTarget& target) {
            return test::message_of<NumericalError>(
                [&] { outcome_of(economy, one_shock(target, 1.0), order); });
        };

        test::expect_parts(refusal(target_of(import_cut, all_of(4), {0}, {1})),
                           {"imports of P0 from O1"});
        test::expect_parts(refusal(target_of(capacity_loss, {2})), {"value added of P2"});
    }
}

TEST(CesModel, RefusesShocksItCannotExpress) {
    const auto refusal = [](bool world, const ShockTarget& target, CesOrder order) {
        return test::message_of<ArgumentError>(
            [&] { outcome_of(random_economy(world, 3, 2, 1), one_shock(target, 0.5), order); });
    };

    for (const ShockKind kind : {ShockKind::demand_change, ShockKind::coefficient_change,
                                 ShockKind::price_rise, ShockKind::extraction}) {
        test::expect_parts(refusal(false, target_of(kind, {1}), CesOrder::exact),
                           {"model ces:", "shocks[0]", to_string(kind), "models that can"});
    }
    EXPECT_EQ(
        refusal(true, target_of(ShockKind::import_cut, {0}, {0}, {1}), CesOrder::second),
        "model ces-second-order: cannot express shocks[0], of kind import_cut, in world scope: a "
        "cap between nodes has no price before it binds, and the model needs one; models "
        "that can: ghosh, bottleneck, pbl-linear, pbl-ces, pbl-weak, pbl-half, pbl-strong, "
        "pbl-leontief, ario, esri, optimal");
}

}  // namespace
}  // namespace narrows
