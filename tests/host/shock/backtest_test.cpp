// The lockdown of spring 2020 in the United Kingdom, as docs/backtest-uk-2020.md runs it.
#include <cmath>
#include <cstdlib>
#include <map>

#include <gtest/gtest.h>

#include "host/readers/read_table.hpp"
#include "host/shock/inventory_model.hpp"
#include "host/shock/scenario_batch.hpp"
#include "host/shock/scenario_economy.hpp"
#include "host/shock/scenario_file.hpp"

#include "tests/support/run_program.hpp"
#include "tests/support/shared_files.hpp"

namespace narrows {
namespace {

constexpr const char* survey = "data/criticality/WIOD_shockdata.csv";
constexpr const char* workbook = "data/wiod2016_niot/GBR_NIOT_nov16.xlsx";
constexpr const char* oracle_file = "spec/oracles/27_uk2020_pbl.json";
constexpr double observed_april = -0.251;  // Office for National Statistics, 12 June 2020

IoTable united_kingdom() {
    return read_table((test::data_path() / "wiod2016-gbr-2014").string());
}

/// The scenario with the files that its script makes of the survey's.
Scenario lockdown(const test::ScratchFolder& scratch) {
    const auto script = test::data_path() / "scenarios" / "uk-2020" / "prepare.sh";
    const auto out = scratch.path() / "uk-2020";
    const std::string command = "sh '" + script.string() + "' '" +
                                test::shared_path("data/criticality").string() + "' '" +
                                out.string() + "'";
    EXPECT_EQ(std::system(command.c_str()), 0);
    return read_scenario(InputFile(out / "lockdown.json"));
}

struct Months {
    double april = 0.0;
    double may = 0.0;
    double first_day = 0.0;
};

/// Mean change of daily GDP.
Months run(const IoTable& table, const Scenario& scenario, const std::string& reading) {
    const ShockEconomy economy = scenario_economy(table, scenario);
    const ShockBatch batch = shock_batch(scenario, economy);
    InventoryRun run;
    run.rule = parse_inventory_rule("pbl-" + reading).value();
    run.stock_days = scenario_stock_days(scenario, economy);
    Months months;
    run.done = [&](Index, const ShockOutcome&, const InventoryPath& path) {
        const Eigen::VectorXd change =
            365.0 / economy.gdp() * path.value_added - Eigen::VectorXd::Ones(batch.days);
        months = {change.segment(9, 30).mean(), change.segment(39, 31).mean(), change[0]};
    };
    run_inventory_model(
        Backend::cpu(), economy, batch, {0},
        [&](Index of_case) { return case_parameters(scenario, batch, of_case); }, run);
    return months;
}

std::map<std::string, Months> all_readings(const IoTable& table, const Scenario& scenario) {
    std::map<std::string, Months> band;
    for (const char* reading : {"linear", "weak", "half", "strong", "leontief"}) {
        band[reading] = run(table, scenario, reading);
    }
    return band;
}

TEST(BacktestUk2020, EmbeddedTableIsThePublishedOne) {
    NARROWS_NEEDS_SHARED(workbook);
    ReadOptions options;
    options.year = 2014;
    const IoTable published = read_table(test::shared_path(workbook).string(), options);
    const IoTable embedded = united_kingdom();
    EXPECT_EQ(codes_of(embedded.classification().sectors()),
              codes_of(published.classification().sectors()));
    EXPECT_EQ(embedded.Z(), published.Z());
    EXPECT_EQ(embedded.F(), published.F());
    EXPECT_EQ(embedded.x(), published.x());
    EXPECT_EQ(embedded.data().M, published.data().M);
    EXPECT_EQ(embedded.data().MF, published.data().MF);
    EXPECT_EQ(embedded.value_added(), published.value_added());
    EXPECT_EQ(embedded.taxes(), published.taxes());
}

TEST(BacktestUk2020, ReproducesOracle27FromTheTable) {
    NARROWS_NEEDS_SHARED(survey);
    NARROWS_NEEDS_SHARED(oracle_file);
    const test::ScratchFolder scratch;
    const nlohmann::json oracle = test::read_oracle("27_uk2020_pbl");
    for (const auto& [reading, months] : all_readings(united_kingdom(), lockdown(scratch))) {
        const nlohmann::json& expected = oracle["results"][reading];
        EXPECT_NEAR(months.april, expected["april_mean"].get<double>(), 1e-9) << reading;
        EXPECT_NEAR(months.may, expected["may_mean"].get<double>(), 1e-9) << reading;
    }
}

TEST(BacktestUk2020, WeakIsNearestToHistoryAndLeontiefIsRuledOut) {
    NARROWS_NEEDS_SHARED(survey);
    const test::ScratchFolder scratch;
    const auto band = all_readings(united_kingdom(), lockdown(scratch));
    const auto miss = [&](const std::string& reading) {
        return std::abs(band.at(reading).april - observed_april);
    };
    for (const char* other : {"linear", "half", "strong", "leontief"}) {
        EXPECT_LT(miss("weak"), miss(other)) << other;
    }
    EXPECT_LT(miss("weak"), 0.01);
    EXPECT_LT(band.at("leontief").april, -0.68);
}

TEST(BacktestUk2020, FirstDayIsTheSameInAllReadings) {
    NARROWS_NEEDS_SHARED(survey);
    const test::ScratchFolder scratch;
    const Scenario scenario = lockdown(scratch);
    for (const auto& [reading, months] : all_readings(united_kingdom(), scenario)) {
        EXPECT_NEAR(100.0 * months.first_day, -17.4, 0.05) << reading;
    }
    const ShockEconomy economy = scenario_economy(united_kingdom(), scenario);
    const ShockBatch batch = shock_batch(scenario, economy);
    double closed = 0.0;
    for (Index t = 0; t < batch.num_targets(); ++t) {
        const ShockTarget& target = batch.targets[static_cast<std::size_t>(t)];
        if (target.kind != ShockKind::capacity_loss) continue;
        closed += batch.amounts(t, 0) * economy.value_added[target.nodes.front()];
    }
    EXPECT_NEAR(100.0 * closed / economy.gdp(), 14.9, 0.05);
}

/// Percent as the page states them, one decimal.
void expect_months(const std::map<std::string, Months>& band,
                   const std::map<std::string, Months>& stated) {
    for (const auto& [reading, months] : stated) {
        EXPECT_NEAR(100.0 * band.at(reading).april, months.april, 0.05) << reading;
        EXPECT_NEAR(100.0 * band.at(reading).may, months.may, 0.05) << reading;
    }
}

TEST(BacktestUk2020, ComesOutAsThePageSays) {
    NARROWS_NEEDS_SHARED(survey);
    const test::ScratchFolder scratch;
    Scenario scenario = lockdown(scratch);
    expect_months(all_readings(united_kingdom(), scenario), {{"linear", {-22.2, -22.8}},
                                                             {"weak", {-24.2, -26.5}},
                                                             {"half", {-31.3, -39.7}},
                                                             {"strong", {-33.1, -49.4}},
                                                             {"leontief", {-69.0, -74.8}}});
    scenario.parameters.inputs = Inputs::all;
    expect_months(all_readings(united_kingdom(), scenario), {{"linear", {-22.2, -22.9}},
                                                             {"weak", {-22.2, -23.1}},
                                                             {"half", {-24.2, -25.5}},
                                                             {"strong", {-24.6, -25.7}},
                                                             {"leontief", {-54.1, -56.6}}});
    // So small a cut only keeps imports from rising above what they were.
    ScenarioShock cap;
    cap.kind = ShockKind::import_cut;
    cap.products = cap.sectors = cap.origins = {"*"};
    cap.amount.value = 1e-12;
    scenario.shocks.push_back(cap);
    expect_months(all_readings(united_kingdom(), scenario), {{"linear", {-22.2, -22.9}},
                                                             {"weak", {-22.2, -23.1}},
                                                             {"half", {-24.3, -25.5}},
                                                             {"strong", {-24.6, -25.8}},
                                                             {"leontief", {-55.2, -59.6}}});
}

}  // namespace
}  // namespace narrows
