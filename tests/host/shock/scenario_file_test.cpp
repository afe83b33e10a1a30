#include "host/shock/scenario_file.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "host/base/error.hpp"

#include "tests/support/errors.hpp"
#include "tests/support/scenarios.hpp"

namespace narrows {
namespace {

using test::scenario_of;
using test::scenario_with;

const std::string cut = R"({"kind": "import_cut", "product": "ELE", "share": 0.5})";

TEST(ReadScenario, ReadsEveryKey) {
    const Scenario scenario = scenario_of(R"(
        // a comment
        {"name": "Ban", "description": "of chips", "home": "CHN", "scope": "world", "days": 200,
         "shocks": [
          {"kind": "import_cut", "origin": ["USA", "J*"], "product": "ELE", "user": "M??",
           "region": "CHN", "share": "$cut", "start": 5, "duration": 100, "ramp": 10,
           "recovery": 20, "recovery_shape": "slow-first"},
          {"kind": "demand_change", "sector": "*", "demand": "households", "change": -0.1},
          {"kind": "price_rise", "product": "MIN", "rise": 0.3},
          {"kind": "price_rise", "sector": "MAC", "rise": 0.2},
          {"kind": "coefficient_change", "product": "PET", "change": -0.2},
          {"kind": "extraction", "sector": "TEL"},
          {"kind": "capacity_loss", "series": "losses.csv"}, /* another */
          {"kind": "demand_change", "amounts": "demand.csv", "demand": "other", "start": 3}],
         "parameters": {"psi": 0.7, "theta": "$t", "rationing": "largest-first",
                        "orders": "by-capacity", "essentials": "none", "criticality": "c.csv",
                        "households": ["CONS_h"], "stocks": "s.csv", "inputs": "domestic"},
         "grid": {"cut": [0.2, 0.5]},
         "draws": {"count": 7, "seed": 3, "t": {"uniform": [0.2, 0.8]}}})");
    EXPECT_EQ(scenario.name, "Ban");
    EXPECT_EQ(scenario.description, "of chips");
    EXPECT_EQ(scenario.home, "CHN");
    EXPECT_TRUE(scenario.world);
    EXPECT_EQ(scenario.days, 200);
    ASSERT_EQ(scenario.shocks.size(), 8U);
    const ScenarioShock& first = scenario.shocks[0];
    EXPECT_EQ(first.kind, ShockKind::import_cut);
    EXPECT_EQ(first.origins, (CodePatterns{"USA", "J*"}));
    EXPECT_EQ(first.products, CodePatterns{"ELE"});
    EXPECT_EQ(first.sectors, CodePatterns{"M??"});
    EXPECT_EQ(first.regions, CodePatterns{"CHN"});
    EXPECT_EQ(first.amount.variable, "cut");
    EXPECT_EQ(first.start.value, 5.0);
    EXPECT_EQ(first.duration.value, 100.0);
    EXPECT_EQ(first.ramp.value, 10.0);
    EXPECT_EQ(first.recovery.value, 20.0);
    EXPECT_EQ(first.shape, RecoveryShape::slow_first);
    EXPECT_EQ(scenario.shocks[1].demand, FinalDemand::households);
    EXPECT_EQ(scenario.shocks[1].amount.value, -0.1);
    EXPECT_TRUE(std::isinf(scenario.shocks[1].duration.value));
    EXPECT_EQ(scenario.shocks[2].origins, CodePatterns{"*"});
    EXPECT_TRUE(scenario.shocks[2].sectors.empty());
    EXPECT_TRUE(scenario.shocks[3].origins.empty());
    EXPECT_EQ(scenario.shocks[3].sectors, CodePatterns{"MAC"});
    EXPECT_TRUE(scenario.shocks[4].origins.empty());
    EXPECT_EQ(scenario.shocks[4].sectors, CodePatterns{"*"});
    EXPECT_EQ(scenario.shocks[5].kind, ShockKind::extraction);
    EXPECT_EQ(scenario.shocks[6].series, "losses.csv");
    EXPECT_EQ(scenario.shocks[7].amounts, "demand.csv");
    EXPECT_EQ(scenario.shocks[7].demand, FinalDemand::other);
    EXPECT_EQ(scenario.shocks[7].start.value, 3.0);
    EXPECT_EQ(scenario.file("s.csv"), "s.csv");
    ShockParameters expected;
    expected.psi = 0.7;
    expected.rationing = Rationing::largest_first;
    expected.orders = OrderSplit::by_capacity;
    expected.essentials = Essentials::none;
    expected.criticality = "c.csv";
    expected.households = {"CONS_h"};
    expected.stocks = "s.csv";
    expected.inputs = Inputs::domestic;
    EXPECT_EQ(scenario.parameters, expected);
    ASSERT_EQ(scenario.variable_parameters.size(), 1U);
    EXPECT_STREQ(scenario.variable_parameters[0].parameter->name, "theta");
    ASSERT_EQ(scenario.grid.size(), 1U);
    EXPECT_EQ(scenario.grid[0].values, (std::vector<double>{0.2, 0.5}));
    EXPECT_EQ(scenario.num_draws, 7);
    EXPECT_EQ(scenario.seed, 3U);
    ASSERT_EQ(scenario.drawn.size(), 1U);
    EXPECT_EQ(scenario.drawn[0].b, 0.8);
}

TEST(ReadScenario, SaysTheLineOfASyntaxError) {
    EXPECT_EQ(test::message_of<ParseError>([] {
                  scenario_of("{\"name\": \"x\", // comment\n/* two\nlines */ \"days\" 3}");
              }).substr(0, 27),
              "test.json:3: found no JSON ");
}

/// The mistakes of a scenario file, each with its message after "test.json: ".
struct Mistake {
    std::string shocks;
    std::string more;
    std::string message;
};

void expect_refused(const std::vector<Mistake>& mistakes) {
    for (const Mistake& each : mistakes) {
        EXPECT_EQ(test::message_of<ParseError>([&] { scenario_with(each.shocks, each.more); }),
                  "test.json: " + each.message);
    }
}

std::string capacity(const std::string& more) {
    return R"({"kind": "capacity_loss", "sector": "MAC")" + more + "}";
}

TEST(ReadScenario, NamesTheKeyNearestToAnUnknownOne) {
    expect_refused(
        {{cut, R"("day": 3)", "day: found an unknown key, expected 'days'"},
         {capacity(R"(, "shar": 1)"), "", "shocks[0].shar: found an unknown key, expected 'share'"},
         {cut + "," + R"({"kind": "extraction", "sector": "A", "start": 3})", "",
          "shocks[1].start: found an unknown key, expected one of kind, sector, region"},
         {R"({"kind": "capacity_loss", "series": "f.csv", "share": 1})", "",
          "shocks[0].share: found an unknown key, expected one of kind, series"},
         {R"({"kind": "capacity_loss", "amounts": "f.csv", "sector": "MAC"})", "",
          "shocks[0].sector: found an unknown key, expected one of kind, amounts, start, duration, "
          "ramp, recovery, recovery_shape"},
         {R"({"kind": "capacity_loss", "amounts": ""})", "",
          "shocks[0].amounts: found an empty text, expected a file"},
         {cut, R"("parameters": {"stocks": "s.csv", "stock_days": 3})",
          "parameters.stocks: found it and stock_days, expected one of them"},
         {cut, R"("parameters": {"stock_day": 3})",
          "parameters.stock_day: found an unknown key, expected 'stock_days'"},
         {R"({"kind": "capacity_los", "sector": "MAC", "share": 1})", "",
          "shocks[0].kind: found 'capacity_los', expected 'capacity_loss'"},
         {cut, R"("scope": "globe")", "scope: found 'globe', expected one of home, world"},
         {capacity(R"(, "share": 1, "share": 1)"), "",
          "found the key 'share' twice, expected each key of an object once"}});
}

TEST(ReadScenario, RefusesNumbersOutOfTheirRange) {
    expect_refused(
        {{capacity(R"(, "share": 1.5)"), "",
          "shocks[0].share: found 1.5, expected a number in [0, 1]"},
         {capacity(R"(, "share": -0.1)"), "",
          "shocks[0].share: found -0.1, expected a number in [0, 1]"},
         {capacity(R"(, "share": true)"), "",
          "shocks[0].share: found true, expected a number in [0, 1]"},
         {capacity(""), "", "shocks[0].share: found nothing, expected a number in [0, 1]"},
         {cut, R"("parameters": {"stock_days": -1})",
          "parameters.stock_days: found -1, expected a number in [0, 3650]"},
         {cut, R"("days": 0)", "days: found 0, expected a whole number in [1, 36500]"},
         {cut, R"("days": 2.5)", "days: found 2.5, expected a whole number in [1, 36500]"},
         {cut, R"("parameters": {"rationing": "proportionate"})",
          "parameters.rationing: found 'proportionate', expected 'proportional'"},
         {R"({"kind": "demand_change", "sector": "A", "change": -1.2})", "",
          "shocks[0].change: found -1.2, expected a number in [-1, 1000]"},
         {R"({"kind": "extraction", "sector": []})", "",
          "shocks[0].sector: found an empty list, expected a code, a pattern with * and ?, or a "
          "list of them"},
         {R"({"kind": "extraction", "sector": ["A", 3]})", "",
          "shocks[0].sector[1]: found 3, expected a code, a pattern with * and ?, or a list of "
          "them"},
         {"", "", "shocks: found an empty list, expected a list of shocks"}});
}

TEST(ReadScenario, RefusesTimesThatContradictEachOther) {
    expect_refused(
        {{capacity(R"(, "share": 1, "start": 365)"), "",
          "shocks[0].start: found 365, expected a day before the horizon, 365"},
         {capacity(R"(, "share": 1, "duration": 10, "ramp": 11)"), "",
          "shocks[0].ramp: found 11, expected at most the duration, 10"},
         {capacity(R"(, "share": 1, "recovery": 11)"), "",
          "shocks[0].duration: found nothing, expected a number, as recovery is there"},
         {capacity(R"(, "share": 1, "start": "$when")"), R"("grid": {"when": [3, 40]}, "days": 40)",
          "shocks[0].start: found 40 in case 1, expected a day before the horizon, 40"},
         {capacity(R"(, "share": 1, "duration": 5, "ramp": "$r")"), R"("grid": {"r": [2, 9]})",
          "shocks[0].ramp: found 9 in case 1, expected at most the duration, 5"}});
}

TEST(ReadScenario, RefusesAGridThatContradictsItself) {
    const std::string uses = capacity(R"(, "share": "$cut")");
    const std::string twice =
        R"("grid": {"cut": [1]}, "draws": {"count": 2, "cut": {"uniform": [0, 1]}})";
    expect_refused(
        {{uses, twice,
          "draws.cut: found a name that is in grid and in draws, expected it in one of them"},
         {uses, R"("grid": {"cat": [1]})",
          "shocks[0].share: found '$cut', which neither grid nor draws define, expected '$cat'"},
         {uses, "",
          "shocks[0].share: found '$cut', which neither grid nor draws define, expected a number "
          "in [0, 1]"},
         {capacity(R"(, "share": "cut")"), R"("grid": {"cut": [1]})",
          "shocks[0].share: found 'cut', expected a number in [0, 1] or \"$name\" of grid or "
          "draws"},
         {uses, R"("grid": {"cut": [1], "b": [2]})",
          "grid.b: found a name that nobody uses, expected \"$b\" somewhere"},
         {uses, R"("grid": {"cut": []})",
          "grid.cut: found an empty list, expected a list of numbers"},
         {uses, R"("grid": {"cut": [0.1, 0.1]})",
          "grid.cut[1]: found 0.1 again, expected each number once"},
         {uses, R"("grid": {"cut": [0.5, 1.5]})",
          "shocks[0].share: found 1.5 in case 1, expected a number in [0, 1]"},
         {uses, R"("grid": {"cut": [1]}, "draws": {"count": 2})",
          "draws: found no variable, expected a variable to draw"},
         {uses, R"("grid": {"a b": [1]})",
          "grid.a b: found the name 'a b', expected letters, digits and _, a letter first"}});
}

TEST(ReadScenario, RefusesBoundsTheWrongWayRound) {
    const std::string uses = capacity(R"(, "share": "$cut")");
    const auto draws = [](const std::string& distribution) {
        return R"("draws": {"count": 5, "cut": {)" + distribution + "}}";
    };
    expect_refused(
        {{uses, draws(R"("uniform": [0.8, 0.2])"),
          "draws.cut.uniform: found [0.8, 0.2], expected the lower bound first, then the upper"},
         {uses, draws(R"("log_uniform": [0, 0.2])"),
          "draws.cut.log_uniform: found [0, 0.2], expected the lower bound first, above 0, then "
          "the upper"},
         {uses, draws(R"("beta": [0.1, 0.2])"),
          "draws.cut.beta: found [0.1, 0.2], expected two numbers above 0 that add up to a number "
          "in [1, 1e6]"},
         {uses, draws(R"("normal": [0.5, 0])"),
          "draws.cut.normal: found [0.5, 0], expected a mean and a standard deviation above 0"},
         {uses, draws(R"("uniform": [0.8])"),
          "draws.cut.uniform: found 1 values, expected two numbers"},
         {uses, draws(""),
          "draws.cut: found an object, expected one of uniform, log_uniform, beta, normal"}});
}

TEST(ReadScenario, CountsTooManyCases) {
    const std::string uses = capacity(R"(, "share": "$cut", "ramp": "$r")");
    expect_refused(
        {{uses, R"("grid": {"cut": [0, 1]}, "draws": {"count": 5000001, "r": {"uniform": [0, 1]}})",
          "found 10000002 cases, expected at most 10000000"}});
}

TEST(ReadScenario, SurvivesDepthAndStrangeRoots) {
    const std::string deep(100000, '[');
    EXPECT_THROW(scenario_of(deep), ParseError);
    EXPECT_EQ(test::message_of<ParseError>(
                  [&] { scenario_with(cut, "\"days\": " + deep + std::string(100000, ']')); }),
              "test.json: days: found a list, expected a whole number in [1, 36500]");
    EXPECT_EQ(test::message_of<ParseError>([] { scenario_of("[]"); }),
              "test.json: found a list, expected an object");
    EXPECT_THROW(scenario_of(""), ParseError);
    EXPECT_THROW(scenario_with(cut, R"("grid": {"a": [1e999]})"), ParseError);
}

}  // namespace
}  // namespace narrows
