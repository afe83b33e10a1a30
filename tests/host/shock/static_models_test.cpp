#include "host/shock/static_models.hpp"

#include <Eigen/LU>

#include "host/base/error.hpp"
#include "host/readers/plain_folder.hpp"

#include "tests/host/shock/shock_cases.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/shared_files.hpp"

namespace narrows {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;
using test::all_of;
using test::batch_of;
using test::economy_of;
using test::matrix;
using test::model_of;
using test::one_shock;
using test::relative_difference;
using test::target_of;
using test::vector;
using enum ShockKind;

using StaticModel = std::vector<ShockOutcome> (*)(const ShockEconomy&, const LeontiefModel&,
                                                  const ShockBatch&, const std::vector<Index>&);

ShockOutcome outcome_of(StaticModel solve, const ShockEconomy& economy, const ShockBatch& batch) {
    return solve(economy, model_of(economy), batch, {0}).front();
}

ShockEconomy miller_blair(const nlohmann::json& oracle) {
    return economy_of(matrix(oracle["A"]), vector(oracle["x"]));
}

/// One target per value, each about its own node.
ShockBatch node_by_node(ShockKind kind, const VectorXd& amounts) {
    std::vector<ShockTarget> targets;
    for (Index i = 0; i < amounts.size(); ++i) targets.push_back(target_of(kind, {i}));
    return batch_of(std::move(targets), amounts);
}

TEST(Oracle01, FinalDemandMovesOutput) {
    NARROWS_NEEDS_SHARED("spec/oracles/01_mb_2sector.json");
    const nlohmann::json oracle = test::read_oracle("01_mb_2sector");
    const ShockEconomy economy = miller_blair(oracle);
    const VectorXd amounts = vector(oracle["f_new"]).cwiseQuotient(vector(oracle["f"])).array() - 1;

    const ShockOutcome outcome =
        outcome_of(leontief_outcomes, economy, node_by_node(demand_change, amounts));

    const VectorXd after = economy.x - outcome.output_loss;
    EXPECT_LE(relative_difference(after, vector(oracle["x_new"])), 1e-13);
    EXPECT_LE(outcome.residual, 1e-14);
    const VectorXd gained = economy.value_added.cwiseQuotient(economy.x).cwiseProduct(
        vector(oracle["x_new"]) - economy.x);
    EXPECT_LE(relative_difference(-outcome.value_added_loss, gained), 1e-12);
}

TEST(Oracle01, ASectorThatGoesTakesOthersWithIt) {
    NARROWS_NEEDS_SHARED("spec/oracles/01_mb_2sector.json");
    const nlohmann::json oracle = test::read_oracle("01_mb_2sector");
    const ShockEconomy economy = miller_blair(oracle);
    for (const Index k : {0, 1}) {
        const ShockOutcome outcome =
            outcome_of(leontief_outcomes, economy, one_shock(target_of(extraction, {k}), 1.0));
        const double expected = oracle["extraction"][std::to_string(k)]["complete_total_loss"];
        EXPECT_NEAR(outcome.total_output_loss(), expected, 1e-12 * expected);
        EXPECT_EQ(outcome.output_loss[k], economy.x[k]);
    }
}

TEST(Oracle01, OutputOfOneSectorIsGivenAndFinalDemandForTheOther) {
    NARROWS_NEEDS_SHARED("spec/oracles/01_mb_2sector.json");
    const nlohmann::json oracle = test::read_oracle("01_mb_2sector");
    const ShockEconomy economy = miller_blair(oracle);
    const ShockBatch batch =
        batch_of({target_of(capacity_loss, {0}), target_of(demand_change, {1})},
                 Eigen::Vector2d(0.0, 1800.0 / 1700.0 - 1.0));
    const ShockOutcome outcome = outcome_of(mixed_outcomes, economy, batch);
    const double x2 = oracle["mixed"]["x2"];
    EXPECT_NEAR(economy.x[1] - outcome.output_loss[1], x2, 1e-12 * x2);
    EXPECT_EQ(outcome.output_loss[0], 0.0);
    EXPECT_TRUE(outcome.warnings.empty());
}

TEST(Oracle01, DearerLabourPushesPrices) {
    NARROWS_NEEDS_SHARED("spec/oracles/01_mb_2sector.json");
    const nlohmann::json oracle = test::read_oracle("01_mb_2sector");
    const ShockEconomy economy = miller_blair(oracle);
    const ShockOutcome outcome =
        outcome_of(price_outcomes, economy, node_by_node(price_rise, Eigen::Vector2d(0.09, 0.075)));
    const VectorXd rise = vector(oracle["price"]["p"]).array() - 1.0;
    EXPECT_LE(relative_difference(outcome.price_change, rise), 1e-13);
    EXPECT_NEAR(outcome.final_cost, 350.0 * rise[0] + 1700.0 * rise[1], 1e-10);
    EXPECT_EQ(outcome.total_value_added_loss(), 0.0);
}

TEST(Oracle21, InoperabilityIsLostDemandPassedOn) {
    NARROWS_NEEDS_SHARED("spec/oracles/21_iim_diim.json");
    NARROWS_NEEDS_SHARED("spec/oracles/01_mb_2sector.json");
    const nlohmann::json oracle = test::read_oracle("21_iim_diim");
    const ShockEconomy economy = miller_blair(test::read_oracle("01_mb_2sector"));
    const VectorXd lost = vector(oracle["c_star"]).cwiseProduct(economy.x);
    const VectorXd amounts = -lost.cwiseQuotient(economy.other_final);
    const ShockOutcome outcome =
        outcome_of(inoperability_outcomes, economy, node_by_node(demand_change, amounts));
    EXPECT_EQ(outcome.model, "inoperability");
    EXPECT_LE(relative_difference(outcome.output_loss.cwiseQuotient(economy.x),
                                  vector(oracle["q_static"])),
              1e-12);
}

TEST(Oracle20, ThreeColumnsOfCoefficientsChangeTogether) {
    NARROWS_NEEDS_SHARED("spec/oracles/20_woodbury_cetinay2020.json");
    const nlohmann::json oracle = test::read_oracle("20_woodbury_cetinay2020");
    const ShockEconomy economy = economy_of(matrix(oracle["A"]), vector(oracle["x"]));
    const MatrixXd fraction = matrix(oracle["change_fraction"]);
    std::vector<ShockTarget> targets;
    std::vector<double> amounts;
    for (Index j = 0; j < 6; ++j) {
        for (Index i = 0; i < 6; ++i) {
            if (fraction(i, j) == 0.0) continue;
            targets.push_back(target_of(coefficient_change, {j}, {i}));
            amounts.push_back(fraction(i, j));
        }
    }
    const auto count = static_cast<Index>(amounts.size());
    const ShockOutcome outcome =
        outcome_of(leontief_outcomes, economy,
                   batch_of(targets, Eigen::Map<const VectorXd>(amounts.data(), count)));
    const VectorXd after = economy.x - outcome.output_loss;
    EXPECT_LE(relative_difference(after, vector(oracle["x_new"])), 1e-12);
    EXPECT_NEAR(vector(oracle["b"]).dot(after), oracle["footprint_new"], 1e-12);
}

TEST(Oracle22, WarnsWhereFinalUseIsLeftBelowNothing) {
    NARROWS_NEEDS_SHARED("spec/oracles/22_mixed_3sector.json");
    const nlohmann::json oracle = test::read_oracle("22_mixed_3sector");
    const MatrixXd a = matrix(oracle["A"]);
    const MatrixXd k = MatrixXd::Identity(3, 3) - a;
    const Eigen::Vector3d f(oracle["f1"].get<double>(), oracle["f2"].get<double>(), 100.0);
    const ShockEconomy economy = economy_of(a, k.partialPivLu().solve(f));
    const double amount = 1.0 - oracle["x3"].get<double>() / economy.x[2];
    const ShockOutcome outcome =
        outcome_of(mixed_outcomes, economy, one_shock(target_of(capacity_loss, {2}), amount));
    const VectorXd after = economy.x - outcome.output_loss;
    EXPECT_LE(relative_difference(after, Eigen::Vector3d(oracle["x1"], oracle["x2"], 150.0)),
              1e-12);
    ASSERT_EQ(outcome.warnings.size(), 1U);
    test::expect_parts(outcome.warnings[0], {"S2 needs imports of 3.72112211"});
}

TEST(Mixed, FinalDemandForWhatIsGivenIsWhatIsLeft) {
    const ShockEconomy economy = home_shock_economy(test::random_national_table(6, 3), "");
    const ShockTarget capacity = target_of(capacity_loss, {1});
    const ShockOutcome alone = outcome_of(mixed_outcomes, economy, one_shock(capacity, 0.95));
    const ShockOutcome with_demand =
        outcome_of(mixed_outcomes, economy,
                   batch_of({capacity, target_of(demand_change, {1})}, Eigen::Vector2d(0.95, 0.4)));
    EXPECT_EQ(alone.output_loss, with_demand.output_loss);
    ASSERT_EQ(alone.warnings.size(), 1U);
    EXPECT_EQ(alone.warnings, with_demand.warnings);
}

TEST(Mixed, FinalUseThatWasBelowNothingAlreadyIsNoNeedOfImports) {
    ShockEconomy economy = home_shock_economy(test::random_national_table(6, 3), "");
    const double sold = economy.x[1] - economy.other_final[1];
    economy.x[1] = 0.9 * sold;  // a tenth of what others need comes from stock
    economy.other_final[1] = economy.x[1] - sold;
    const auto warnings = [&](double amount) {
        return outcome_of(mixed_outcomes, economy, one_shock(target_of(capacity_loss, {1}), amount))
            .warnings;
    };
    EXPECT_TRUE(warnings(0.0).empty());
    EXPECT_EQ(warnings(0.1).size(), 1U);
}

TEST(Oracle18, TheSupplyDrivenModelIsTheLowLossEndOfTheUnitedKingdom) {
    NARROWS_NEEDS_SHARED("spec/oracles/18_gdp_at_risk_uk2010.json");
    NARROWS_NEEDS_SHARED("spec/oracles/10_uk2010_127.json");
    const VectorXd expected =
        vector(test::read_oracle("18_gdp_at_risk_uk2010")["GaR_linear_ghosh"]);
    const ShockEconomy economy = home_shock_economy(test::uk_2010(), "");
    std::vector<ShockTarget> targets;
    for (Index k = 0; k < 127; ++k) targets.push_back(target_of(import_cut, all_of(127), {k}, {0}));
    const ShockBatch batch = batch_of(targets, 0.5 * MatrixXd::Identity(127, 127));
    const std::vector<ShockOutcome> outcomes =
        ghosh_outcomes(economy, model_of(economy), batch, all_of(127));
    for (Index k = 0; k < 127; ++k) {
        // Transactions are kept with ten digits (see ten_digit_rounding).
        EXPECT_NEAR(outcomes[static_cast<std::size_t>(k)].total_value_added_loss(), expected[k],
                    5e-10 * std::max(1.0, expected[k]));
    }
}

TEST(Ghosh, LosesTheLowLossEndOfEveryChokepointOfWorld2011) {
    const IoTable table = read_plain_folder(test::data_path() / "world-2011");
    const HomeEconomy home = home_economy(table, "CHN");
    const ShockEconomy economy = home_shock_economy(table, "CHN");
    const LeontiefModel model = model_of(economy);
    ChokepointQuery query;
    query.coalitions = {{0}, {3}, {2, 5, 7}};
    query.criticality = MatrixXd::Zero(24, 24);
    for (const Chokepoint& row : rank_chokepoints(home, model, query).rows) {
        const ShockBatch batch =
            one_shock(target_of(import_cut, all_of(24), {row.product}, row.coalition), query.share);
        const ShockOutcome outcome = ghosh_outcomes(economy, model, batch, {0}).front();
        EXPECT_NEAR(outcome.total_value_added_loss(), row.gar_linear, 1e-13 * row.gar_linear);
    }
}

TEST(Ghosh, OfACutDeliveryInTheWorldOnlyWhatStillComesPassesOn) {
    const ShockEconomy economy = world_shock_economy(test::random_world_table(3, 4, 5), "R0");
    ShockBatch batch = batch_of(
        {target_of(import_cut, all_of(4), {1, 3}, {1, 2}), target_of(capacity_loss, {7, 9})},
        Eigen::Vector2d(0.6, 0.2));
    const ShockOutcome outcome = outcome_of(ghosh_outcomes, economy, batch);
    MatrixXd a = economy.coefficients().A;
    VectorXd direct = VectorXd::Zero(12);
    for (const Index seller : {5, 7, 9, 11}) {
        for (Index user = 0; user < 4; ++user) {
            direct[user] += 0.6 * a(seller, user);
            a(seller, user) *= 0.4;
        }
    }
    for (const Index i : {7, 9}) direct[i] += 0.2 * economy.value_added[i] / economy.x[i];
    const MatrixXd k = MatrixXd::Identity(12, 12) - a.transpose();
    const VectorXd rate = k.partialPivLu().solve(direct);
    EXPECT_LE(relative_difference(outcome.output_loss, rate.cwiseProduct(economy.x)), 1e-12);
    EXPECT_LE(outcome.residual, 1e-14);
}

TEST(Price, PassesOnWhatImportsCostMore) {
    const IoTable table = test::random_world_table(3, 5, 8);
    const ShockEconomy economy = home_shock_economy(table, "R1");
    const ShockBatch batch = one_shock(target_of(price_rise, {0, 2, 3}, {1, 4}, {1}), 0.25);
    const ShockOutcome outcome = outcome_of(price_outcomes, economy, batch);
    VectorXd push = VectorXd::Zero(5);
    for (const Index j : {0, 2, 3}) {
        push[j] = 0.25 * (economy.imports[1](1, j) + economy.imports[1](4, j)) / economy.x[j];
    }
    const MatrixXd k = MatrixXd::Identity(5, 5) - economy.coefficients().A.transpose();
    const VectorXd expected = k.partialPivLu().solve(push);
    EXPECT_LE(relative_difference(outcome.price_change, expected), 1e-13);
    EXPECT_NEAR(outcome.final_cost, expected.dot(economy.households + economy.other_final),
                1e-12 * outcome.final_cost);
}

/// Losses of a case by solving the changed table: S fixed at (1 - share) x, D added to A.
VectorXd by_solving_again(const ShockEconomy& economy, const MatrixXd& a, const VectorXd& f,
                          const std::vector<Index>& fixed, double share) {
    const Index n = economy.num_nodes();
    MatrixXd k = MatrixXd::Identity(n, n) - a;
    VectorXd rhs = f;
    for (const Index s : fixed) {
        k.row(s).setZero();
        k(s, s) = 1.0;
        rhs[s] = (1.0 - share) * economy.x[s];
    }
    return economy.x - k.partialPivLu().solve(rhs);
}

TEST(Leontief, ChangesCoefficientsByWoodburyOrBySolvingAgain) {
    const ShockEconomy economy = world_shock_economy(test::random_world_table(4, 5, 2), "");
    const VectorXd f = economy.households + economy.other_final;
    const std::vector<Index> everyone = all_of(20);
    struct Cells {
        std::vector<Index> users, products, origins;
    };
    const std::vector<Cells> few_rows_few_users_many = {
        {everyone, {2}, {1}}, {{3, 8}, all_of(5), {}}, {everyone, all_of(5), {}}};
    for (const Cells& cells : few_rows_few_users_many) {
        for (const double amount : {-1.0, -0.3, 0.2}) {
            const ShockBatch batch = one_shock(
                target_of(coefficient_change, cells.users, cells.products, cells.origins), amount);
            const ShockOutcome outcome = outcome_of(leontief_outcomes, economy, batch);
            MatrixXd a = economy.coefficients().A;
            for (const Index j : cells.users) {
                for (Index i = 0; i < 20; ++i) {
                    const bool from = cells.origins.empty() || i / 5 == cells.origins[0];
                    const bool of = cells.products.size() == 5 || i % 5 == cells.products[0];
                    if (from && of) a(i, j) *= 1.0 + amount;
                }
            }
            const VectorXd expected = by_solving_again(economy, a, f, {}, 0.0);
            EXPECT_LE(relative_difference(outcome.output_loss, expected, 1e-3), 1e-11);
            EXPECT_LE(outcome.residual, 1e-13);
        }
    }
}

TEST(Leontief, ExtractsGroupsAsTheClosedFormDoes) {
    const ShockEconomy economy = home_shock_economy(test::random_national_table(15, 4), "");
    const LeontiefModel model = model_of(economy);
    const MatrixXd l = model.leontief_inverse();
    for (const std::vector<Index>& group :
         {std::vector<Index>{3}, std::vector<Index>{0, 7, 8, 14}, all_of(15)}) {
        const ShockBatch batch = one_shock(target_of(extraction, group), 1.0);
        const ShockOutcome outcome = leontief_outcomes(economy, model, batch, {0}).front();
        const VectorXd x_s = economy.x(group);
        const MatrixXd l_ss = l(group, group);
        const double closed = (l(Eigen::all, group) * l_ss.partialPivLu().solve(x_s)).sum();
        EXPECT_NEAR(outcome.total_output_loss(), closed, 1e-12 * closed);
        MatrixXd a = economy.coefficients().A;
        a(group, Eigen::all).setZero();
        a(Eigen::all, group).setZero();
        VectorXd f = economy.households + economy.other_final;
        f(group).setZero();
        const VectorXd expected = by_solving_again(economy, a, f, {}, 0.0);
        EXPECT_LE(relative_difference(outcome.output_loss, expected, 1e-6), 1e-11);
    }
}

TEST(Leontief, CombinesDemandCoefficientsAndExtraction) {
    const ShockEconomy economy = home_shock_economy(test::random_national_table(12, 6), "");
    ShockBatch batch =
        batch_of({target_of(demand_change, {1, 4, 9}), target_of(coefficient_change, {5, 9}, {2}),
                  target_of(extraction, {4, 10})},
                 Eigen::Vector3d(-0.4, 0.5, 1.0));
    const ShockOutcome outcome = outcome_of(leontief_outcomes, economy, batch);
    MatrixXd a = economy.coefficients().A;
    VectorXd f = economy.households + economy.other_final;
    for (const Index i : {1, 4, 9}) f[i] *= 0.6;
    for (const Index j : {5, 9}) a(2, j) *= 1.5;
    const VectorXd expected = by_solving_again(economy, a, f, {4, 10}, 1.0);
    EXPECT_LE(relative_difference(outcome.output_loss, expected, 1e-6), 1e-11);
    EXPECT_LE(outcome.residual, 1e-13);
}

TEST(Leontief, ExtractsNothingByAnAmountOfZero) {
    const ShockEconomy economy = home_shock_economy(test::random_national_table(6, 6), "");
    const ShockTarget demand = target_of(demand_change, {1, 4});
    const ShockOutcome alone = outcome_of(leontief_outcomes, economy, one_shock(demand, -0.4));
    const ShockOutcome both =
        outcome_of(leontief_outcomes, economy,
                   batch_of({demand, target_of(extraction, {4})}, Eigen::Vector2d(-0.4, 0.0)));
    test::expect_same_bits(both, alone);
}

TEST(Leontief, RefusesCoefficientsThatNeedMoreThanTheyGive) {
    const ShockEconomy economy = home_shock_economy(test::random_national_table(6, 2), "");
    const ShockBatch batch = one_shock(target_of(coefficient_change, all_of(6), all_of(6)), 3.0);
    test::expect_parts(
        test::message_of<NumericalError>([&] { outcome_of(leontief_outcomes, economy, batch); }),
        {"case 0", "not productive", "spectral radius", "below 1"});
}

TEST(Mixed, SolvesForTheOutputOfTheOthers) {
    const ShockEconomy economy = world_shock_economy(test::random_world_table(3, 4, 9), "");
    const ShockBatch batch =
        batch_of({target_of(capacity_loss, {2, 3, 8}), target_of(demand_change, {0, 3})},
                 Eigen::Vector2d(0.1, -0.2));
    const ShockOutcome outcome = outcome_of(mixed_outcomes, economy, batch);
    VectorXd f = economy.households + economy.other_final;
    f[0] *= 0.8;  // that of node 3 follows
    const VectorXd expected =
        by_solving_again(economy, economy.coefficients().A, f, {2, 3, 8}, 0.1);
    EXPECT_LE(relative_difference(outcome.output_loss, expected, 1e-6), 1e-11);
}

}  // namespace
}  // namespace narrows
