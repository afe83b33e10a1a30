#include "host/shock/dynamic_inoperability.hpp"

#include "host/base/error.hpp"

#include "tests/host/shock/shock_cases.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/shared_files.hpp"

namespace narrows {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;
using test::all_of;
using test::batch_of;
using test::model_of;
using test::one_shock;
using test::relative_difference;
using test::target_of;
using test::vector;
using enum ShockKind;

TEST(Oracle21, InoperabilityApproachesItsEnd) {
    NARROWS_NEEDS_SHARED("spec/oracles/21_iim_diim.json");
    NARROWS_NEEDS_SHARED("spec/oracles/01_mb_2sector.json");
    const nlohmann::json oracle = test::read_oracle("21_iim_diim");
    const nlohmann::json table = test::read_oracle("01_mb_2sector");
    const ShockEconomy economy = test::economy_of(test::matrix(table["A"]), vector(table["x"]));
    const LeontiefModel model = model_of(economy);
    const VectorXd lost = vector(oracle["c_star"]).cwiseProduct(economy.x);
    std::vector<VectorXd> q;
    MatrixXd losses = VectorXd::Zero(2);
    for (int day = 0; day <= 50; ++day) {
        q.emplace_back(losses.col(0).cwiseQuotient(economy.x));
        losses = next_losses(model, vector(oracle["K"]), losses, lost);
    }
    for (const auto& row : oracle["trajectory_t_q"]) {
        const VectorXd expected = Eigen::Vector2d(row[1], row[2]);
        EXPECT_LE(relative_difference(q[row[0].get<std::size_t>()], expected, 1e-15), 1e-12);
    }

    ShockBatch batch = one_shock(target_of(demand_change, {0}), -lost[0] / economy.other_final[0]);
    batch.days = 51;
    const ShockOutcome outcome =
        dynamic_inoperability_outcomes(economy, model, batch, {0}, vector(oracle["K"])).front();
    VectorXd expected = VectorXd::Zero(2);
    for (const VectorXd& each : q) expected += each.cwiseProduct(economy.x) / 365.0;
    EXPECT_LE(relative_difference(outcome.output_loss, expected), 1e-12);
    EXPECT_EQ(outcome.years, 51.0 / 365.0);
    EXPECT_EQ(outcome.peak_day, 50.0);

    const VectorXd k = resilience_of_recovery(model, 30.0, 0.01);
    EXPECT_NEAR(k[0], oracle["K_from_recovery_T30_to_1pct_sector1"], 1e-14);
}

TEST(DynamicInoperability, SettlesWhereTheStaticModelDoesAndRecovers) {
    const ShockEconomy economy = home_shock_economy(test::random_national_table(8, 2), "");
    const LeontiefModel model = model_of(economy);
    const VectorXd k = resilience_of_recovery(model, 20.0, 0.01);
    ShockBatch batch = one_shock(target_of(demand_change, {1, 6}), -0.5);
    batch.timings[0].start = 10.0;
    batch.timings[0].duration = 600.0;
    batch.days = 1400;
    const ShockOutcome outcome =
        dynamic_inoperability_outcomes(economy, model, batch, {0}, k).front();
    VectorXd lost = VectorXd::Zero(8);
    for (const Index i : {1, 6}) lost[i] = 0.5 * economy.other_final[i];
    const VectorXd settled = model.solve_output(lost);
    // Every step is linear, so that what is lost over all days is as if it had settled at once.
    EXPECT_LE(relative_difference(outcome.output_loss, settled * (600.0 / 365.0)), 1e-9);
    const double share = model.coefficients().v.dot(settled) / economy.gdp();
    EXPECT_NEAR(outcome.peak_share, share, 1e-9 * share);
}

TEST(DynamicInoperability, FollowsASeriesOfStrengths) {
    const ShockEconomy economy = home_shock_economy(test::random_national_table(5, 9), "");
    const LeontiefModel model = model_of(economy);
    ShockBatch batch = one_shock(target_of(demand_change, {2}), -0.5);
    batch.days = 3;
    batch.targets[0].series = 0;
    batch.series = Eigen::Vector3d(0.5, 0.0, 1.0);
    const ShockOutcome outcome =
        dynamic_inoperability_outcomes(economy, model, batch, {0}, VectorXd::Ones(5)).front();
    VectorXd first = VectorXd::Zero(5);
    first[2] = 0.25 * economy.other_final[2];
    // With k = 1 a day's loss is what was lost the day before and what the losses needed.
    const VectorXd expected = (first + model.coefficients().A * first) / 365.0;
    EXPECT_LE(relative_difference(outcome.output_loss, expected), 1e-13);
}

TEST(DynamicInoperability, LosesNothingToAShockOfZeroAndKeepsItsBitsInAnyBatch) {
    const ShockEconomy economy = world_shock_economy(test::random_world_table(3, 4, 1), "R0");
    const LeontiefModel model = model_of(economy);
    const VectorXd k = VectorXd::Constant(12, 0.2);
    const std::vector<ShockTarget> targets = {target_of(demand_change, {0, 5}),
                                              target_of(demand_change, {7})};
    MatrixXd amounts(2, 3);
    amounts << 0.0, -0.3, 0.2, 0.0, 0.1, -0.9;
    ShockBatch batch = batch_of(targets, amounts);
    batch.days = 40;
    const auto solve = [&](const std::vector<Index>& cases) {
        return dynamic_inoperability_outcomes(economy, model, batch, cases, k);
    };
    test::expect_nothing(solve({0}).front());
    test::expect_case_by_case(batch, solve);
}

TEST(DynamicInoperability, RefusesWhatItCannotUse) {
    const ShockEconomy economy = home_shock_economy(test::random_national_table(5, 9), "");
    const LeontiefModel model = model_of(economy);
    const ShockBatch demand = one_shock(target_of(demand_change, {2}), -0.5);
    const ShockBatch capacity = one_shock(target_of(capacity_loss, {2}), 0.5);
    const auto message = [&](const ShockBatch& batch, const VectorXd& k) {
        return test::message_of<ArgumentError>(
            [&] { dynamic_inoperability_outcomes(economy, model, batch, {0}, k); });
    };
    VectorXd k = VectorXd::Constant(5, 0.5);
    test::expect_parts(message(capacity, k), {"dynamic-inoperability", "capacity_loss"});
    test::expect_parts(message(demand, VectorXd::Ones(4)), {"4 values, expected 5"});
    for (const double bad : {0.0, -0.1, 1.5, static_cast<double>(NAN)}) {
        k[3] = bad;
        test::expect_parts(message(demand, k), {"resilience of S3", "(0, 1]"});
    }
    for (const double bad : {0.0, -1.0}) {
        test::expect_parts(
            test::message_of<ArgumentError>([&] { resilience_of_recovery(model, bad, 0.01); }),
            {"days"});
    }
    for (const double bad : {0.0, 1.0}) {
        test::expect_parts(
            test::message_of<ArgumentError>([&] { resilience_of_recovery(model, 30.0, bad); }),
            {"inoperability", "between 0 and 1"});
    }
}

}  // namespace
}  // namespace narrows
