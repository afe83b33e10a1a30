#include "host/shock/attribution.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "kernels/backend_api.h"

#include "host/readers/plain_folder.hpp"
#include "host/shock/scenario_batch.hpp"
#include "host/shock/scenario_file.hpp"

#include "tests/host/shock/inventory_runs.hpp"
#include "tests/host/shock/random_economy.hpp"
#include "tests/host/shock/shock_cases.hpp"
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
using test::run_inventory;
using Kind = ShortageSource::Kind;

/// P0 needs imports of P0 from O0, P1 needs P0, P2 needs P1; 100 of output each.
ShockEconomy chain_economy() {
    ShockEconomy economy = random_economy(false, 3, 1, 1);
    economy.Z.setZero();
    economy.imports[0].setZero();
    economy.imports[0](0, 0) = economy.Z(0, 1) = economy.Z(1, 2) = 50.0;
    economy.x.setConstant(100.0);
    economy.taxes.setZero();
    economy.value_added.setConstant(50.0);
    economy.households.setZero();
    economy.other_final = economy.x - economy.Z.rowwise().sum();
    return economy;
}

/// A day on which nodes make these shares of what they did.
InventoryPath one_day(const ShockEconomy& economy, const VectorXd& made,
                      const Eigen::VectorXi& bound, const VectorXd& fill) {
    InventoryPath path;
    path.value_added = VectorXd::Zero(1);
    path.output = economy.x.cwiseProduct(made) / 365.0;
    path.bound = bound;
    path.fill = fill;
    return path;
}

Attribution attribution_of(const std::string& model, const ShockEconomy& economy,
                           const ShockBatch& batch, const ShockParameters& parameters = {}) {
    const auto ran = run_inventory(model, economy, batch, parameters);
    return attribute(economy, batch, 0, inventory_channels(economy, batch), ran.path, 1, 3);
}

double sum_of(const Attribution& result) {
    double sum = 0.0;
    for (const SourceLoss& each : result.sources) sum += each.loss;
    return sum;
}

double loss_from(const Attribution& result, const std::string& name) {
    double sum = 0.0;
    for (const SourceLoss& each : result.sources) sum += each.name == name ? each.loss : 0.0;
    return sum;
}

TEST(Attribution, FollowsAChainToTheCutImports) {
    const ShockEconomy economy = chain_economy();
    const ShockBatch batch = one_shock(target_of(import_cut, {0, 1, 2}, {0}, {0}), 1.0);
    const auto ran = run_inventory("pbl-leontief", economy, batch);
    const Attribution result =
        attribute(economy, batch, 0, inventory_channels(economy, batch), ran.path, 1, 3);

    ASSERT_EQ(result.peaks.size(), 3U);
    EXPECT_EQ(to_string(result.peaks[2]),
              "P2 lacks P1 from P1; P1 lacks P0 from P0; P0 lacks P0: imports P0 from O0 "
              "(shocks[0])");
    EXPECT_EQ(result.peaks[2].node, 2);
    EXPECT_EQ(result.peaks[2].links[0].reason.missing, 1.0);
    EXPECT_NEAR(result.total_loss, ran.outcome.total_value_added_loss(), 1e-12 * result.total_loss);
    EXPECT_NEAR(sum_of(result), result.total_loss, 1e-12 * result.total_loss);
    EXPECT_GE(loss_from(result, "imports P0 from O0 (shocks[0])"), 0.95 * result.total_loss);
    ASSERT_GE(result.spells.size(), 3U);
    for (int i = 0; i < 3; ++i) {
        const BindingSpell& spell = result.spells[static_cast<std::size_t>(i)];
        EXPECT_EQ(spell.node, i);
        EXPECT_EQ(spell.what, i == 2 ? "P1" : "P0");
        EXPECT_EQ(spell.last_day, 364);
        EXPECT_GT(spell.first_day, 0);
    }
    EXPECT_LT(result.spells[0].first_day, result.spells[1].first_day);
}

TEST(Attribution, SplitsTheLossOfTwoShocks) {
    // P0 lacks its imports; P2's own capacity is lost, far more than it lacks P1.
    const ShockEconomy economy = chain_economy();
    const ShockBatch batch =
        batch_of({target_of(import_cut, {0}, {0}, {0}), target_of(capacity_loss, {2})},
                 MatrixXd::Constant(2, 1, 0.5));
    const InventoryPath path =
        one_day(economy, Eigen::Vector3d(0.6, 0.7, 0.5),
                Eigen::Vector3i(0, 0, NARROWS_BOUND_BY_CAPACITY), Eigen::Vector3d(0.7, 0.5, 0.9));
    const Attribution result =
        attribute(economy, batch, 0, inventory_channels(economy, batch), path, 1, 3);
    const double day = 50.0 / 365.0;
    EXPECT_NEAR(loss_from(result, "imports P0 from O0 (shocks[0])"), 0.7 * day, 1e-14);
    EXPECT_NEAR(loss_from(result, "capacity of P2 (shocks[1])"), 0.5 * day, 1e-14);
    EXPECT_NEAR(result.total_loss, 1.2 * day, 1e-14);
    ASSERT_EQ(result.sources.size(), 2U);
    EXPECT_EQ(to_string(result.peaks[0]), "P2 lacks capacity: capacity of P2 (shocks[1])");
}

/// P0 needs P1, P1 needs P0 and imports of P0.
ShockEconomy circle_economy() {
    ShockEconomy economy = chain_economy();
    economy.Z.setZero();
    economy.Z(1, 0) = economy.Z(0, 1) = 40.0;
    economy.imports[0].setZero();
    economy.imports[0](0, 1) = 10.0;
    return economy;
}

TEST(Attribution, LeavesACircleForWhatIsMissingFromElsewhere) {
    const ShockEconomy economy = circle_economy();
    const ShockBatch batch = one_shock(target_of(import_cut, {1}, {0}, {0}), 0.5);
    // Of P1's use of P0, four fifths come from P0, which lacks 0.3: more than a fifth times 0.5.
    const InventoryPath path = one_day(economy, Eigen::Vector3d(0.7, 0.8, 1.0),
                                       Eigen::Vector3i(1, 0, -1), Eigen::Vector3d(0.6, 0.5, 0.7));
    const Attribution result =
        attribute(economy, batch, 0, inventory_channels(economy, batch), path, 1, 3);
    ASSERT_EQ(result.peaks.size(), 2U);
    EXPECT_EQ(to_string(result.peaks[0]),
              "P0 lacks P1 from P1; P1 lacks P0 from P0 (circular); P1 lacks P0: imports P0 from "
              "O0 (shocks[0])");
    EXPECT_EQ(result.sources.front().name, "imports P0 from O0 (shocks[0])");
    EXPECT_NEAR(result.sources.front().loss, 0.5 * 50.0 / 365.0, 1e-14);
}

TEST(Attribution, SaysThatACircleHasNoOtherSource) {
    const ShockEconomy economy = circle_economy();
    // A shock elsewhere.
    const ShockBatch batch = one_shock(target_of(capacity_loss, {2}), 0.5);
    const VectorXd fill = VectorXd::Constant(3, 0.5);
    InventoryPath path =
        one_day(economy, Eigen::Vector3d(0.7, 0.8, 1.0), Eigen::Vector3i(1, 0, -1), fill);
    const auto channels = inventory_channels(economy, batch);
    Attribution result = attribute(economy, batch, 0, channels, path, 1, 1);
    EXPECT_EQ(result.sources.front().name, "circular");
    EXPECT_EQ(to_string(result.peaks[0]), "P0 lacks P1 from P1; P1 lacks P0 from P0 (circular)");
    EXPECT_EQ(result.peaks[0].source.kind, Kind::circular);

    // Who order less from each other are short of nothing.
    path.bound.setConstant(NARROWS_BOUND_BY_DEMAND);
    result = attribute(economy, batch, 0, channels, path, 1, 1);
    EXPECT_EQ(result.sources.front().name, "restocking and after-effects");
    EXPECT_EQ(to_string(result.peaks[0]),
              "P0 lacks demand from P1; P1 lacks demand from P0 (circular)");
}

TEST(Attribution, FollowsFallingOrdersToTheirCustomers) {
    const ShockEconomy economy = chain_economy();
    const ShockBatch batch = one_shock(target_of(demand_change, {2}), -0.4);
    const Attribution result = attribution_of(
        "pbl-half",
        [&] {
            ShockEconomy rated = economy;
            rated.criticality = MatrixXd::Ones(3, 3);
            return rated;
        }(),
        batch);
    EXPECT_NEAR(loss_from(result, "final demand for P2 (shocks[0])"), result.total_loss,
                1e-3 * result.total_loss);
    ASSERT_EQ(result.peaks.size(), 3U);
    for (const PeakChain& peak : result.peaks) {
        const std::string text = to_string(peak);
        EXPECT_NE(text.find("P2 lacks demand: final demand for P2 (shocks[0])"), std::string::npos)
            << text;
    }
}

TEST(Attribution, FollowsOrdersToTheFirstOfTheCustomersThatMissMost) {
    ShockEconomy economy = random_economy(true, 50, 3, 1);
    economy.Z.setZero();
    economy.Z(0, 70) = economy.Z(0, 130) = 20.0;
    economy.Z(0, 0) = 90.0;  // its own orders are no reason
    economy.x.setConstant(100.0);
    economy.value_added.setConstant(50.0);
    const ShockBatch batch = one_shock(target_of(capacity_loss, {2}), 0.5);
    VectorXd made = VectorXd::Ones(150);
    made[0] = 0.9;
    for (const double of_130 : {0.5, 0.4}) {
        made[70] = 0.5;
        made[130] = of_130;
        const InventoryPath path =
            one_day(economy, made, Eigen::VectorXi::Constant(150, NARROWS_BOUND_BY_DEMAND),
                    VectorXd::Ones(1));
        const Attribution result =
            attribute(economy, batch, 0, inventory_channels(economy, batch), path, 1, 3);
        ASSERT_EQ(result.peaks.size(), 3U);
        ASSERT_EQ(result.peaks[2].node, 0);
        const ShortageReason& reason = result.peaks[2].links[0].reason;
        EXPECT_EQ(reason.through, of_130 < 0.5 ? 130 : 70);
        EXPECT_NEAR(reason.missing, 0.2 * (1.0 - of_130), 1e-14);
    }
}

TEST(Attribution, ASupplierThatMakesWhatItAlwaysDidIsNoSource) {
    // P1's stock of P0 is low, P0 makes all it can and is asked for more.
    const ShockEconomy economy = chain_economy();
    const ShockBatch batch = one_shock(target_of(capacity_loss, {2}), 0.5);
    const InventoryPath path =
        one_day(economy, Eigen::Vector3d(1.0, 0.7, 1.0),
                Eigen::Vector3i(NARROWS_BOUND_BY_CAPACITY, 0, -1), VectorXd::Constant(3, 0.5));
    const Attribution result =
        attribute(economy, batch, 0, inventory_channels(economy, batch), path, 1, 1);
    ASSERT_EQ(result.sources.size(), 1U);
    EXPECT_EQ(result.sources[0].name, "restocking and after-effects");
    EXPECT_EQ(to_string(result.peaks[0]), "P1 lacks P0: restocking and after-effects");
}

TEST(Attribution, AKeptDayStandsForThoseUntilTheNext) {
    const ShockEconomy economy = chain_economy();
    const ShockBatch batch = one_shock(target_of(capacity_loss, {2}), 0.5);
    InventoryPath path =
        one_day(economy, Eigen::Vector3d(1.0, 1.0, 0.5),
                Eigen::Vector3i(-1, -1, NARROWS_BOUND_BY_CAPACITY), VectorXd::Ones(3));
    path.value_added = VectorXd::Zero(10);
    path.output = path.output.replicate(1, 2).eval();
    path.bound = path.bound.replicate(1, 2).eval();
    path.fill = path.fill.replicate(1, 2).eval();
    const Attribution result =
        attribute(economy, batch, 0, inventory_channels(economy, batch), path, 7, 1);
    EXPECT_NEAR(result.total_loss, 10.0 * 25.0 / 365.0, 1e-13);
    ASSERT_EQ(result.spells.size(), 1U);
    EXPECT_EQ(result.spells[0].first_day, 0);
    EXPECT_EQ(result.spells[0].last_day, 9);
    EXPECT_EQ(result.spells[0].what, "capacity");
    EXPECT_NEAR(result.spells[0].loss, result.total_loss, 1e-13);
}

struct China {
    Scenario scenario =
        read_scenario(InputFile(test::data_path() / "scenarios" / "chip-export-ban.json"));
    ShockEconomy economy =
        home_shock_economy(read_plain_folder(test::data_path() / "world-2011"), "CHN");
};

TEST(Attribution, OfTheChipExportBanAddsUpAndBlamesNoInput) {
    // Others deliver more, so that no stock runs out: what is lost is orders, of those who ordered
    // more while they had less.
    China china;
    china.economy.criticality = MatrixXd::Ones(24, 24);
    const ShockBatch batch = shock_batch(china.scenario, china.economy);
    const auto ran =
        run_inventory("pbl-half", china.economy, batch, case_parameters(china.scenario, batch, 0));
    const Attribution result = attribute(china.economy, batch, 0,
                                         inventory_channels(china.economy, batch), ran.path, 1, 3);
    const double total = ran.outcome.total_value_added_loss();
    EXPECT_GT(total, 0.0);
    EXPECT_NEAR(result.total_loss, total, 1e-10 * total);
    EXPECT_NEAR(sum_of(result), total, 1e-10 * total);
    EXPECT_EQ(result.sources.front().name, "restocking and after-effects");
    for (const BindingSpell& spell : result.spells) EXPECT_EQ(spell.what, "demand");
}

TEST(Attribution, OfAllElectronicsImportsBlamesThem) {
    China china;
    china.scenario.shocks[0].origins = {"*"};
    china.scenario.shocks[0].duration.value = 365.0;
    const ShockBatch batch = shock_batch(china.scenario, china.economy);
    const Index worst = batch.num_cases() - 1;
    const auto ran = run_inventory("ario", china.economy, batch, {worst},
                                   case_parameters(china.scenario, batch, worst))
                         .at(worst);
    const Attribution result = attribute(china.economy, batch, worst,
                                         inventory_channels(china.economy, batch), ran.path, 1, 3);
    const double total = ran.outcome.total_value_added_loss();
    EXPECT_NEAR(sum_of(result), total, 1e-10 * total);
    EXPECT_EQ(result.sources.front().name,
              "imports ELE from USA, JPN, KOR, TWN, DEU, NLD and 6 more (shocks[0])");
    EXPECT_GT(result.sources.front().loss, 0.95 * total);
    EXPECT_EQ(result.spells.front().what, "ELE");
}

ShockBatch random_shocks(bool world) {
    ShockBatch batch = batch_of({target_of(import_cut, all_of(4), {0, 2}, {0, 1}),
                                 target_of(capacity_loss, {1, 3}), target_of(demand_change, {0})},
                                Eigen::Vector3d(0.9, 0.4, -0.3), 120);
    if (world) batch.targets[0].origins = {1, 2};
    batch.timings[1].duration = 60.0;
    return batch;
}

TEST(Attribution, OfRandomEconomiesAddsUp) {
    for (unsigned seed = 0; seed < 6; ++seed) {
        const bool world = seed % 2 == 1;
        const ShockEconomy economy = random_economy(world, 4, 3, seed);
        for (const char* model : {"pbl-linear", "pbl-ces", "pbl-leontief", "ario"}) {
            const ShockBatch batch = random_shocks(world);
            ShockParameters parameters;
            parameters.stock_days = 5.0;
            parameters.ario_stock_days = 10.0;
            const auto ran = run_inventory(model, economy, batch, parameters);
            const Attribution result =
                attribute(economy, batch, 0, inventory_channels(economy, batch), ran.path, 1, 2);
            const double total = ran.outcome.total_value_added_loss();
            EXPECT_NEAR(result.total_loss, total, 1e-11 * std::abs(total)) << model << seed;
            EXPECT_NEAR(sum_of(result), total, 1e-11 * std::abs(total)) << model << seed;
            EXPECT_GE(result.sources.size(), 2U);
            for (const PeakChain& peak : result.peaks) {
                EXPECT_LE(peak.links.size(), 2U * static_cast<std::size_t>(economy.num_nodes()));
                EXPECT_EQ(peak.links.front().reason.node, peak.node);
            }
        }
    }
}

}  // namespace
}  // namespace narrows
