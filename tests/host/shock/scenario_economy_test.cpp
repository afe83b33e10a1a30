#include "host/shock/scenario_economy.hpp"

#include <gtest/gtest.h>

#include "host/analysis/criticality.hpp"
#include "host/base/error.hpp"
#include "host/readers/read_table.hpp"

#include "tests/support/errors.hpp"
#include "tests/support/run_program.hpp"
#include "tests/support/scenarios.hpp"
#include "tests/support/shared_files.hpp"
#include "tests/support/tables.hpp"

namespace narrows {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

const char* const shock = R"({"kind": "extraction", "sector": "*"})";

IoTable world_2011() {
    return read_table((test::data_path() / "world-2011").string());
}

MatrixXd criticality(const IoTable& table, const std::string& more) {
    return scenario_economy(table, test::scenario_with(shock, more)).criticality;
}

TEST(ScenarioEconomy, RatesInputsAsTheScenarioSays) {
    const IoTable table = world_2011();
    const HomeEconomy china = home_economy(table, "CHN");
    const std::string home = R"("home": "CHN")";
    const auto with = [&](const std::string& rule) {
        return criticality(table, home + R"(, "parameters": {"criticality": ")" + rule + "\"}");
    };
    EXPECT_EQ(criticality(table, home), survey_criticality(china));
    EXPECT_EQ(with("survey"), survey_criticality(china));
    EXPECT_EQ(with("cost-share"), cost_share_criticality(china));
    const IoTable unrated = test::random_national_table(6, 1);
    EXPECT_EQ(criticality(unrated, ""), cost_share_criticality(home_economy(unrated, "")));
}

TEST(ScenarioEconomy, ReadsRatingsFromTheFolderOfTheScenario) {
    const test::ScratchFolder folder;
    folder.write("c.csv", "product,user,c\nELE,MAC,0.5\n");
    const Scenario scenario = test::scenario_of(
        R"({"name": "x", "scope": "world", "parameters": {"criticality": "c.csv"}, "shocks": [)" +
            std::string(R"({"kind": "extraction", "sector": "*", "region": "CHN"}]})"),
        folder.path().string());
    const ShockEconomy economy = scenario_economy(world_2011(), scenario);
    MatrixXd expected = MatrixXd::Zero(24, 13 * 24);
    for (Index region = 0; region < 13; ++region) expected(11, region * 24 + 10) = 0.5;
    EXPECT_EQ(economy.criticality, expected);
}

TEST(ScenarioEconomy, RatesInputsOfEveryRegionByItsOwnUse) {
    const IoTable table = world_2011();
    const MatrixXd rated = criticality(table, R"("scope": "world", "home": "CHN")");
    Index first = 0;
    for (const Region& region : table.classification().regions()) {
        EXPECT_EQ(rated.middleCols(first, 24), survey_criticality(home_economy(table, region.code)))
            << region.code;
        first += 24;
    }
}

TEST(ScenarioEconomy, WithoutImportsKeepsGdpAndClosesItsColumns) {
    const IoTable table = world_2011();
    const ShockEconomy all = home_shock_economy(table, "CHN");
    const ShockEconomy domestic = scenario_economy(
        table,
        test::scenario_with(shock, R"("home": "CHN", "parameters": {"inputs": "domestic"})"));
    EXPECT_EQ(domestic.gdp(), all.gdp());
    EXPECT_EQ(domestic.total_use(), all.Z);
    EXPECT_TRUE(domestic.origins.empty());
    const Coefficients c = domestic.coefficients();
    EXPECT_EQ(c.m, VectorXd::Zero(24));
    const VectorXd sums = c.A.colwise().sum().transpose() + c.primary();
    EXPECT_LE((sums.array() - 1.0).abs().maxCoeff(), 1e-12);
    EXPECT_EQ(test::message_of<ParseError>([&] {
                  criticality(table, R"("scope": "world", "parameters": {"inputs": "domestic"})");
              }),
              "test.json: parameters.inputs: found 'domestic' in the scope of the world, expected "
              "'all' or the scope of home");
}

TEST(ScenarioStockDays, AreOneForEverySectorThatProduces) {
    const test::ScratchFolder folder;
    const auto days = [&](const std::string& lines, double output) {
        folder.write("s.csv", "sector,days\n" + lines);
        const Scenario scenario =
            test::scenario_of(R"({"name": "x", "parameters": {"stocks": "s.csv"}, "shocks": [)" +
                                  std::string(shock) + "]}",
                              folder.path().string());
        ShockEconomy economy = test::coded_economy(false);
        economy.x[3] = output;
        return scenario_stock_days(scenario, economy);
    };
    EXPECT_EQ(days("S1,2\nS0,1.5\nS2,3\n", 0.0), Eigen::Vector4d(1.5, 2, 3, 0));
    EXPECT_EQ(days("T9,4\nS1,2\nS0,1\nS2,3650\n", 1.0), Eigen::Vector4d(1, 2, 3650, 4));
    test::expect_parts(
        test::message_of<ParseError>([&] { days("S1,2\nS0,1.5\nS2,3\n", 1.0); }),
        {"s.csv: found no line of 'T9', expected one of every sector that produces"});
    test::expect_parts(test::message_of<ParseError>([&] { days("S1,0.5\n", 0.0); }),
                       {"s.csv:2: column 2 (days): found '0.5', expected a number in [1, 3650]"});
    EXPECT_EQ(scenario_stock_days(test::scenario_with(shock), test::coded_economy(false)).size(),
              0);
}

}  // namespace
}  // namespace narrows
