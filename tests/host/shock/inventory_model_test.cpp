#include "host/shock/inventory_model.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "host/readers/csv.hpp"

#include "tests/host/shock/inventory_runs.hpp"
#include "tests/host/shock/shock_cases.hpp"
#include "tests/support/shared_files.hpp"
#include "tests/support/tables.hpp"

namespace narrows {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;
using nlohmann::json;
using test::all_of;
using test::batch_of;
using test::InventoryRan;
using test::one_shock;
using test::run_inventory;
using test::target_of;
using enum ShockKind;

VectorXd vector(const json& values) {
    VectorXd result(static_cast<Index>(values.size()));
    for (Index i = 0; i < result.size(); ++i) {
        result[i] = values[static_cast<std::size_t>(i)].get<double>();
    }
    return result;
}

MatrixXd matrix(const json& rows) {
    MatrixXd result(static_cast<Index>(rows.size()), static_cast<Index>(rows.front().size()));
    for (Index i = 0; i < result.rows(); ++i) {
        result.row(i) = vector(rows[static_cast<std::size_t>(i)]);
    }
    return result;
}

/// `sectors` sectors in as many regions as x has, world scope; final demand closes the rows.
ShockEconomy world_economy(const MatrixXd& z, const VectorXd& x, Index sectors) {
    ShockEconomy economy;
    economy.world = true;
    for (Index k = 0; k < sectors; ++k) {
        economy.products.push_back({"S" + std::to_string(k), "", SectorKind::goods});
    }
    for (Index i = 0; i < x.size(); ++i) {
        economy.product.push_back(i % sectors);
        economy.region.push_back(i / sectors);
    }
    for (Index r = 0; r < x.size() / sectors; ++r) {
        economy.regions.push_back({"R" + std::to_string(r), ""});
    }
    economy.Z = z;
    economy.x = x;
    economy.value_added = x - z.colwise().sum().transpose();
    economy.taxes = VectorXd::Zero(x.size());
    economy.households = VectorXd::Zero(x.size());
    economy.other_final = x - z.rowwise().sum();
    return economy;
}

class Oracle15 : public ::testing::TestWithParam<std::string> {};

TEST_P(Oracle15, ThreeRegionsLoseManufacturingAndMining) {
    NARROWS_NEEDS_SHARED("spec/oracles/15_ario_boario_15x15.json");
    const json oracle = test::read_oracle("15_ario_boario_15x15");
    const VectorXd x = vector(oracle["X0_per_step"]);
    const ShockEconomy economy = world_economy(365.0 * matrix(oracle["Z0_per_step"]), 365.0 * x, 5);
    ShockBatch batch = one_shock(target_of(capacity_loss, {2, 3}), 0.6, 200);
    batch.timings[0] = {.start = 3.0, .duration = 42.0};
    ShockParameters parameters;
    parameters.ario_stock_days = 30.0;
    parameters.ario_restocking_days = 30.0;
    parameters.orders = GetParam() == "alt" ? OrderSplit::by_capacity : OrderSplit::fixed;

    const InventoryRan ran = run_inventory("ario", economy, batch, parameters);

    const json& results = oracle["results"][GetParam()];
    const MatrixXd expected = matrix(results["production_ratio"]);
    for (Index row = 0; row < expected.rows(); ++row) {
        const auto step =
            results["production_ratio_steps"][static_cast<std::size_t>(row)].get<Index>();
        for (Index j = 0; j < x.size(); ++j) {
            EXPECT_NEAR(ran.path.output(j, step) / x[j], expected(row, j), 1e-12)
                << step << " " << j;
        }
    }
    const VectorXd least = ran.path.output.rowwise().minCoeff().cwiseQuotient(x);
    EXPECT_LE((least - vector(results["min_ratio"])).cwiseAbs().maxCoeff(), 1e-12);
    // BoARIO's are sums of steps, ours of a year's flows spread over days: the same.
    const double loss = results["sum_loss_output"].get<double>();
    EXPECT_NEAR(ran.outcome.total_output_loss(), loss, 1e-10 * loss);
}
INSTANTIATE_TEST_SUITE_P(Orders, Oracle15, ::testing::Values("noalt", "alt"),
                         [](const auto& of) { return of.param; });

VectorXd column(const std::string& path, Index at) {
    CsvFile file{std::filesystem::path(path)};
    std::vector<std::string_view> fields;
    file.next_record(fields);
    std::vector<double> values;
    while (file.next_record(fields)) {
        values.push_back(*parse_number(fields[static_cast<std::size_t>(at)]));
    }
    return VectorXd::Map(values.data(), static_cast<Index>(values.size()));
}

MatrixXd columns(const std::string& path, Index count) {
    MatrixXd result;
    for (Index j = 0; j < count; ++j) {
        const VectorXd values = column(path, j + 1);
        result.conservativeResize(values.size(), count);
        result.col(j) = values;
    }
    return result;
}

class Boario : public ::testing::TestWithParam<std::string> {};

TEST_P(Boario, RecoversAsItsOwnRunsDo) {
    const std::string folder = "spec/oracles/boario/" + GetParam();
    NARROWS_NEEDS_SHARED(folder + "/in_x.csv");
    const std::string at = test::shared_path(folder).string() + "/";
    const VectorXd x = column(at + "in_x.csv", 1);
    const ShockEconomy economy = world_economy(columns(at + "in_Z_yearly.csv", 15), x, 5);
    // Capital is four times value added; what an event destroys is gone for a day longer than it
    // lasts, then comes back in a line.
    const VectorXd lost = column(at + "in_event_impact.csv", 1);
    const bool is_short = GetParam() == "b2s_recovery_shortage_15";
    std::vector<ShockTarget> targets;
    for (Index j = 0; j < 15; ++j) targets.push_back(target_of(capacity_loss, {j}));
    ShockBatch batch = batch_of(targets, lost.cwiseQuotient(4.0 * economy.value_added));
    batch.timings.assign(15,
                         {.start = 1.0, .duration = is_short ? 121.0 : 21.0, .recovery = 180.0});
    ShockParameters parameters;
    parameters.orders = is_short ? OrderSplit::by_capacity : OrderSplit::fixed;

    const InventoryRan ran = run_inventory("ario", economy, batch, parameters);

    const MatrixXd expected = columns(at + "production_realised.csv", 15);
    double largest = 0.0;
    for (Index step = 0; step < 365; ++step) {
        for (Index j = 0; j < 15; ++j) {
            const double difference = ran.path.output(j, step) - expected(step, j);
            largest = std::max(largest, std::abs(difference) / (x[j] / 365.0));
        }
    }
    // BoARIO does not move stocks where use and deliveries differ by less than 1e-5.
    EXPECT_LE(largest, 1e-5);
}
INSTANTIATE_TEST_SUITE_P(Runs, Boario,
                         ::testing::Values("b2n_recovery_linear_15_noalt",
                                           "b2s_recovery_shortage_15"),
                         [](const auto& of) { return of.param; });

TEST(Oracle19, UnitedKingdomWithHalfOfAProductsImports) {
    NARROWS_NEEDS_SHARED("spec/oracles/19_pbl_dynamic_uk2010.json");
    NARROWS_NEEDS_SHARED("spec/oracles/10_uk2010_127.json");
    const json oracle = test::read_oracle("19_pbl_dynamic_uk2010");
    const json rule = test::read_oracle("18_gdp_at_risk_uk2010");
    ShockEconomy economy = home_shock_economy(test::uk_2010(), "GBR");
    const MatrixXd cost_share = input_coefficients(economy.total_use(), economy.x);
    economy.criticality = MatrixXd::Zero(127, 127);
    for (Index k = 0; k < 127; ++k) {
        if (!rule["goods_mask"][static_cast<std::size_t>(k)].get<bool>()) continue;
        for (Index j = 0; j < 127; ++j) {
            const double a = cost_share(k, j);
            economy.criticality(k, j) = a >= 0.01 ? 1.0 : a >= 0.002 ? 0.5 : 0.0;
        }
    }
    // A case per product: its own target is at half, the others are at nothing.
    std::vector<ShockTarget> targets;
    for (Index k = 0; k < 127; ++k) targets.push_back(target_of(import_cut, all_of(127), {k}, {0}));
    const ShockBatch batch = batch_of(targets, MatrixXd::Identity(127, 127) * 0.5);

    const auto ran = run_inventory("pbl-half", economy, batch, all_of(127));

    const VectorXd expected = vector(oracle["gdp_loss_fraction"]);
    // Transactions are kept with ten digits (see ten_digit_rounding).
    for (Index k = 0; k < 127; ++k) {
        EXPECT_NEAR(ran.at(k).outcome.total_value_added_loss() / economy.gdp(), expected[k], 5e-10);
    }
    const json& scenario = oracle["scenario_26"];
    const auto products = oracle["products"].get<std::vector<std::string>>();
    const auto at = std::find(products.begin(), products.end(), "26") - products.begin();
    const MatrixXd ratios = matrix(scenario["x_ratio"]);
    for (Index row = 0; row < ratios.rows(); ++row) {
        const auto step = scenario["steps"][static_cast<std::size_t>(row)].get<Index>();
        const VectorXd ratio = 365.0 * ran.at(at).path.output.col(step).cwiseQuotient(economy.x);
        EXPECT_LE((ratio - VectorXd(ratios.row(row))).cwiseAbs().maxCoeff(), 1e-9) << step;
    }
}

class Oracle27 : public ::testing::TestWithParam<std::string> {};

TEST_P(Oracle27, UnitedKingdomInSpring2020) {
    NARROWS_NEEDS_SHARED("spec/oracles/27_uk2020_pbl.json");
    const json oracle = test::read_oracle("27_uk2020_pbl");
    const VectorXd x = vector(oracle["x0"]);
    ShockEconomy economy;
    for (Index k = 0; k < x.size(); ++k) {
        economy.products.push_back({"S" + std::to_string(k), "", SectorKind::goods});
        economy.product.push_back(k);
        economy.region.push_back(0);
    }
    economy.regions = {{"GBR", ""}};
    economy.Z = 365.0 * matrix(oracle["Z"]);
    economy.x = 365.0 * x;
    economy.value_added = 365.0 * vector(oracle["va"]);
    economy.taxes = VectorXd::Zero(x.size());
    economy.households = 365.0 * vector(oracle["c0"]);
    economy.other_final = 365.0 * vector(oracle["f0"]);
    economy.criticality = matrix(oracle["rating"]);
    const json& numbers = oracle["params"];
    std::vector<ShockTarget> targets;
    for (Index j = 0; j < x.size(); ++j) targets.push_back(target_of(capacity_loss, {j}));
    for (const FinalDemand demand : {FinalDemand::households, FinalDemand::other}) {
        for (Index j = 0; j < x.size(); ++j) {
            targets.push_back(target_of(demand_change, {j}));
            targets.back().demand = demand;
        }
    }
    VectorXd amounts(3 * x.size());
    amounts << vector(oracle["supply_shock"]), vector(oracle["household_shock"]),
        vector(oracle["other_final_factor"]).array() - 1.0;
    const ShockBatch batch = batch_of(targets, amounts, numbers["days"].get<int>());
    ShockParameters parameters;
    parameters.restocking_days = numbers["tau"].get<double>();
    parameters.hiring_days = 1.0 / numbers["gamma_hire"].get<double>();
    parameters.firing_days = 1.0 / numbers["gamma_fire"].get<double>();
    parameters.consumption_memory = numbers["rho"].get<double>();
    parameters.marginal_propensity = numbers["m"].get<double>();

    const InventoryRan ran = run_inventory("pbl-" + GetParam(), economy, batch, {0}, parameters,
                                           Backend::cpu(), vector(oracle["stock_days"]))
                                 .at(0);

    const json& expected = oracle["results"][GetParam()];
    const VectorXd gdp = ran.path.value_added / (economy.gdp() / 365.0);
    EXPECT_LE((gdp - vector(expected["gdp"])).cwiseAbs().maxCoeff(), 1e-12);
    EXPECT_NEAR(gdp.segment(9, 30).mean() - 1.0, expected["april_mean"].get<double>(), 1e-12);
    EXPECT_NEAR(gdp.segment(39, 31).mean() - 1.0, expected["may_mean"].get<double>(), 1e-12);
}
INSTANTIATE_TEST_SUITE_P(Readings, Oracle27,
                         ::testing::Values("linear", "weak", "half", "strong", "leontief"),
                         [](const auto& of) { return of.param; });

TEST(InventoryModel, GivesNumbersWhereASectorMakesNothing) {
    MatrixXd z(3, 3);
    z << 10, 20, 0, 5, 10, 0, 0, 0, 0;
    ShockEconomy economy =
        world_economy(z, VectorXd::Map(std::array{60.0, 70.0, 0.0}.data(), 3), 3);
    economy.criticality = MatrixXd::Ones(3, 3);
    ShockBatch batch = one_shock(target_of(capacity_loss, {0}), 0.5, 30);
    batch.timings[0].duration = 20.0;

    for (const char* model :
         {"pbl-linear", "pbl-ces", "pbl-weak", "pbl-half", "pbl-leontief", "ario"}) {
        const InventoryRan ran = run_inventory(model, economy, batch);
        EXPECT_TRUE(ran.outcome.output_loss.allFinite()) << model;
        EXPECT_EQ(ran.outcome.output_loss[2], 0.0) << model;
        EXPECT_GT(ran.outcome.output_loss[0], 0.0) << model;
    }
}

}  // namespace
}  // namespace narrows
