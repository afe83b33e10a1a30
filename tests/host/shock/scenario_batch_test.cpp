#include "host/shock/scenario_batch.hpp"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <unistd.h>

#include <gtest/gtest.h>

#include "host/base/error.hpp"

#include "tests/support/errors.hpp"
#include "tests/support/run_program.hpp"
#include "tests/support/scenarios.hpp"

namespace narrows {
namespace {

namespace fs = std::filesystem;
using Indices = std::vector<Index>;
using test::coded_economy;
using test::scenario_of;
using test::scenario_with;

ShockBatch home_batch(const std::string& shocks, const std::string& more = "") {
    return shock_batch(scenario_with(shocks, more), coded_economy(false));
}
ShockBatch world_batch(const std::string& shocks, const std::string& home = "A") {
    return shock_batch(scenario_with(shocks), coded_economy(true, home));
}
std::string home_refusal(const std::string& shocks, const std::string& more = "") {
    return test::message_of<ParseError>([&] { home_batch(shocks, more); });
}
std::string world_refusal(const std::string& shocks, const std::string& home = "A") {
    return test::message_of<ParseError>([&] { world_batch(shocks, home); });
}

TEST(ShockBatch, ResolvesCodesInHomeScope) {
    const ShockBatch batch = home_batch(
        R"({"kind": "import_cut", "origin": "C", "product": ["T*", "S0"], "share": 0.5},
           {"kind": "capacity_loss", "sector": "S?", "region": "A", "share": 0.25, "start": 3},
           {"kind": "coefficient_change", "product": "S1", "user": "S2", "change": -0.5},
           {"kind": "price_rise", "product": "S1", "rise": 0.5},
           {"kind": "price_rise", "sector": "S1", "rise": 0.5},
           {"kind": "demand_change", "sector": "*", "region": "*", "demand": "other",
            "change": -1})");
    ASSERT_EQ(batch.num_targets(), 6);
    ASSERT_EQ(batch.num_cases(), 1);
    EXPECT_EQ(batch.targets[0].name, "shocks[0]");
    EXPECT_EQ(batch.targets[0].origins, Indices{1});
    EXPECT_EQ(batch.targets[0].products, (Indices{0, 3}));
    EXPECT_EQ(batch.targets[0].nodes, (Indices{0, 1, 2, 3}));
    EXPECT_EQ(batch.targets[1].nodes, (Indices{0, 1, 2}));
    EXPECT_TRUE(batch.targets[2].origins.empty());
    EXPECT_EQ(batch.targets[2].products, Indices{1});
    EXPECT_EQ(batch.targets[2].nodes, Indices{2});
    EXPECT_EQ(batch.targets[3].origins, (Indices{0, 1}));
    EXPECT_TRUE(batch.targets[3].nodes.empty());
    EXPECT_TRUE(batch.targets[4].origins.empty());
    EXPECT_EQ(batch.targets[4].nodes, Indices{1});
    EXPECT_EQ(batch.targets[5].demand, FinalDemand::other);
    EXPECT_EQ(batch.amounts.col(0),
              (Eigen::VectorXd(6) << 0.5, 0.25, -0.5, 0.5, 0.5, -1).finished());
    EXPECT_EQ(batch.timing(1, 0).start, 3.0);
    EXPECT_TRUE(std::isinf(batch.timing(1, 0).duration));
}

TEST(ShockBatch, ResolvesCodesInWorldScope) {
    const ShockBatch batch = world_batch(
        R"({"kind": "capacity_loss", "sector": "S2", "region": ["C", "B"], "share": 1},
           {"kind": "capacity_loss", "sector": ["S0", "S1"], "share": 1},
           {"kind": "import_cut", "product": "S1", "share": 1})");
    EXPECT_EQ(batch.targets[0].nodes, Indices{6});  // C has none
    EXPECT_EQ(batch.targets[1].nodes, (Indices{0, 1}));
    EXPECT_EQ(batch.targets[2].origins, (Indices{1, 2}));
    EXPECT_EQ(batch.targets[2].nodes, (Indices{0, 1, 2, 3}));
}

TEST(ShockBatch, LeavesDeliveriesWithinARegionAlone) {
    const ShockBatch from_a = world_batch(
        R"({"kind": "import_cut", "origin": "A", "region": "*", "product": "S1", "share": 1})");
    ASSERT_EQ(from_a.num_targets(), 1);
    EXPECT_EQ(from_a.targets[0].origins, Indices{0});
    EXPECT_EQ(from_a.targets[0].nodes, (Indices{4, 5, 6, 7, 8, 9, 10}));
    // All trade: what each region gets from the two others.
    const ShockBatch all = world_batch(
        R"({"kind": "import_cut", "region": "*", "product": "S1", "user": "S0", "share": 1})");
    ASSERT_EQ(all.num_targets(), 3);
    EXPECT_EQ(all.targets[0].origins, (Indices{1, 2}));
    EXPECT_EQ(all.targets[0].nodes, Indices{0});
    EXPECT_EQ(all.targets[2].origins, (Indices{0, 1}));
    EXPECT_EQ(all.targets[2].nodes, Indices{8});
    EXPECT_EQ(world_refusal(R"({"kind": "import_cut", "origin": ["B", "A"], "product": "S1",
                                "share": 1})"),
              "test.json: shocks[0].origin: found 'A', the users' region, expected another "
              "region");
}

TEST(ShockBatch, RefusesCodesThatAreNotThere) {
    EXPECT_EQ(home_refusal(R"({"kind": "capacity_loss", "sector": ["S0", "T8"], "share": 1})"),
              "test.json: shocks[0].sector: found unknown sector 'T8', expected 'T9'");
    EXPECT_EQ(home_refusal(R"({"kind": "capacity_loss", "sector": "Q*", "share": 1})"),
              "test.json: shocks[0].sector: found an empty wildcard 'Q*', expected a pattern that "
              "a sector matches");
    EXPECT_EQ(home_refusal(R"({"kind": "import_cut", "origin": "A", "product": "S1",
                               "share": 1})"),
              "test.json: shocks[0].origin: found unknown origin 'A', expected one of B, C");
    EXPECT_EQ(home_refusal(R"({"kind": "capacity_loss", "sector": "S0", "region": "B",
                               "share": 1})"),
              "test.json: shocks[0].region: found 'B', expected 'A', the home region, or "
              "\"scope\": \"world\"");
    EXPECT_EQ(world_refusal(R"({"kind": "capacity_loss", "sector": "S0", "share": 1})", ""),
              "test.json: shocks[0].region: found nothing, expected a region, as the scenario has "
              "no home");
    EXPECT_EQ(world_refusal(R"({"kind": "capacity_loss", "sector": "S2", "region": "C",
                                "share": 1})"),
              "test.json: shocks[0].sector: found sectors that the regions do not have, expected "
              "sectors that they have");
}

/// Two cuts that share origin C, product S1 and user S0, with these times.
std::string two_cuts(const std::string& first, const std::string& second) {
    return R"({"kind": "import_cut", "product": "S*", "user": "S0", "share": 0.5)" + first +
           R"(}, {"kind": "import_cut", "origin": "C", "product": "S1", "share": 0.5)" + second +
           "}";
}

TEST(ShockBatch, RefusesCapsThatOverlap) {
    EXPECT_EQ(home_refusal(two_cuts("", "")),
              "test.json: shocks[1]: found a cap on S1 from C that shocks[0] caps at the same "
              "time, expected one cap at a time on what a user gets");
    EXPECT_EQ(home_refusal(two_cuts(R"(, "duration": 30, "recovery": 5)", R"(, "start": "$s")"),
                           R"("grid": {"s": [35, 34]})"),
              "test.json: shocks[1]: found a cap on S1 from C that shocks[0] caps at the same "
              "time in case 1, expected one cap at a time on what a user gets");
    EXPECT_EQ(home_batch(two_cuts(R"(, "duration": 30, "recovery": 5)", R"(, "start": 35)"))
                  .num_targets(),
              2);
    // Another user, product or origin.
    EXPECT_EQ(home_batch(two_cuts("", R"(, "user": "S1")")).num_targets(), 2);
    EXPECT_EQ(home_batch(R"({"kind": "import_cut", "product": "S0", "share": 1},
                            {"kind": "import_cut", "product": "S1", "share": 1})")
                  .num_targets(),
              2);
    EXPECT_EQ(home_batch(R"({"kind": "import_cut", "origin": "B", "product": "*", "share": 1},
                            {"kind": "import_cut", "origin": "C", "product": "*", "share": 1})")
                  .num_targets(),
              2);
}

TEST(ShockBatch, RefusesAnotherShockOnWhatIsExtracted) {
    const std::string loss = R"({"kind": "capacity_loss", "sector": "S?", "share": 0.1})";
    const std::string gone = R"({"kind": "extraction", "sector": ["S1", "T9"]})";
    EXPECT_EQ(home_refusal(loss + "," + gone),
              "test.json: shocks[1]: found extraction of S1, on which shocks[0] is capacity_loss, "
              "expected no other shock on what is extracted");
    EXPECT_EQ(home_refusal(gone + "," + loss),
              "test.json: shocks[1]: found capacity_loss of S1, on which shocks[0] is extraction, "
              "expected no other shock on what is extracted");
    EXPECT_EQ(home_batch(gone + R"(, {"kind": "capacity_loss", "sector": "S0", "share": 1})")
                  .num_targets(),
              2);
}

TEST(ShockBatch, RefusesTooManyTargetsTimesCases) {
    Scenario scenario = scenario_with(R"({"kind": "capacity_loss", "sector": "S0", "share": 0.5})");
    scenario.num_draws = 10000000;
    scenario.shocks.resize(11, scenario.shocks.front());
    EXPECT_EQ(test::message_of<ParseError>([&] { shock_batch(scenario, coded_economy(false)); }),
              "test.json: found 11 targets in 10000000 cases, expected at most 100000000 of both "
              "multiplied");
}

TEST(ShockBatch, GivesEveryCaseItsNumbersAndParameters) {
    const Scenario scenario = scenario_with(
        R"({"kind": "capacity_loss", "sector": "S0", "share": "$share"},
           {"kind": "capacity_loss", "sector": "S1", "share": 0.1, "start": "$when",
            "duration": 20, "ramp": 2, "recovery": 4, "recovery_shape": "fast-first"})",
        R"("grid": {"share": [0.2, 0.5], "when": [1, 9]},
           "parameters": {"stock_days": "$when", "psi": 0.7})");
    const ShockBatch batch = shock_batch(scenario, coded_economy(false));
    ASSERT_EQ(batch.num_cases(), 4);
    EXPECT_EQ(batch.cases[2], "share=0.5 when=1");
    EXPECT_EQ(batch.parameters, (std::vector<std::string>{"share", "when"}));
    EXPECT_EQ(batch.amounts.row(0), Eigen::RowVector4d(0.2, 0.2, 0.5, 0.5));
    EXPECT_EQ(batch.amounts.row(1), Eigen::RowVector4d::Constant(0.1));
    const ShockTiming expected{9.0, 20.0, 2.0, 4.0, RecoveryShape::fast_first};
    EXPECT_EQ(batch.timing(1, 3), expected);
    EXPECT_EQ(batch.timing(1, 2).start, 1.0);
    ShockParameters parameters;
    parameters.psi = 0.7;
    parameters.stock_days = 9.0;
    EXPECT_EQ(case_parameters(scenario, batch, 1), parameters);
    parameters.stock_days = 1.0;
    EXPECT_EQ(case_parameters(scenario, batch, 2), parameters);
}

/// A folder of its own with a file in it, removed afterwards.
class SeriesFolder {
  public:
    explicit SeriesFolder(const std::string& csv)
        : path_(fs::path(testing::TempDir()) /
                ("narrows_scenario_batch_" + std::to_string(::getpid()))) {
        fs::create_directories(path_);
        std::ofstream(path_ / "s.csv") << csv;
    }
    ~SeriesFolder() { fs::remove_all(path_); }
    SeriesFolder(const SeriesFolder&) = delete;
    SeriesFolder& operator=(const SeriesFolder&) = delete;

    ShockBatch batch(const std::string& shocks, bool world = false) const {
        return shock_batch(
            scenario_of(R"({"name": "x", "days": 3, "shocks": [)" + shocks + "]}", path_.string()),
            coded_economy(world));
    }

  private:
    fs::path path_;
};

TEST(ShockBatch, MakesATargetOfEveryColumnOfASeries) {
    const SeriesFolder folder("day,T9,S1,S0\n0,0.5,0,1\n1,0,0,0.25\n");
    const ShockBatch losses = folder.batch(
        R"({"kind": "capacity_loss", "sector": "S2", "share": 0.5},
           {"kind": "capacity_loss", "series": "s.csv"})");
    ASSERT_EQ(losses.num_targets(), 3);
    EXPECT_EQ(losses.targets[0].series, -1);
    EXPECT_EQ(losses.targets[1].nodes, Indices{0});
    EXPECT_EQ(losses.targets[1].series, 0);
    EXPECT_EQ(losses.targets[2].nodes, Indices{3});
    EXPECT_EQ(losses.targets[2].name, "shocks[1]");
    EXPECT_EQ(losses.series.col(0), Eigen::Vector3d(1, 0.25, 0));
    EXPECT_EQ(losses.series.col(1), Eigen::Vector3d(0.5, 0, 0));
    EXPECT_EQ(losses.amounts.col(0), Eigen::Vector3d(0.5, 1, 1));
    const ShockBatch cuts =
        folder.batch(R"({"kind": "import_cut", "origin": "B", "user": "S*", "series": "s.csv"})");
    ASSERT_EQ(cuts.num_targets(), 2);
    EXPECT_EQ(cuts.targets[1].products, Indices{3});
    EXPECT_EQ(cuts.targets[1].origins, Indices{0});
    EXPECT_EQ(cuts.targets[1].nodes, (Indices{0, 1, 2}));
    // T9 is cut on day 0 only.
    const std::string late =
        R"({"kind": "import_cut", "series": "s.csv"},
           {"kind": "import_cut", "product": "T9", "share": 1, "start": )";
    EXPECT_EQ(folder.batch(late + "1}").num_targets(), 3);
    EXPECT_THROW(folder.batch(late + "0}"), ParseError);
}

TEST(ShockBatch, MakesATargetOfEveryAmountThatIsNotZero) {
    const SeriesFolder folder("code,amount\nT9,-0.25\nS1,0\nS0,2\n");
    const ShockBatch changes = folder.batch(
        R"({"kind": "demand_change", "amounts": "s.csv", "demand": "other", "start": 1,
            "duration": 1})");
    ASSERT_EQ(changes.num_targets(), 2);
    EXPECT_EQ(changes.targets[0].nodes, Indices{0});
    EXPECT_EQ(changes.targets[1].nodes, Indices{3});
    EXPECT_EQ(changes.targets[1].demand, FinalDemand::other);
    EXPECT_EQ(changes.targets[1].series, -1);
    EXPECT_EQ(changes.amounts.col(0), Eigen::Vector2d(2, -0.25));
    EXPECT_EQ(changes.timing(1, 0).start, 1.0);
    EXPECT_EQ(changes.timing(1, 0).duration, 1.0);
    const std::string message = test::message_of<ParseError>(
        [&] { folder.batch(R"({"kind": "capacity_loss", "amounts": "s.csv"})"); });
    test::expect_parts(message,
                       {"s.csv:2: column 2 (amount): found '-0.25', expected a number in [0, 1]"});
}

TEST(ShockBatch, CutsImportsByTheAmountOfEachProduct) {
    const SeriesFolder folder("code,amount\nT9,0.25\nS1,1\n");
    const ShockBatch cuts =
        folder.batch(R"({"kind": "import_cut", "origin": "B", "user": "S*", "amounts": "s.csv"})");
    ASSERT_EQ(cuts.num_targets(), 2);
    EXPECT_EQ(cuts.targets[0].products, Indices{1});
    EXPECT_EQ(cuts.targets[1].products, Indices{3});
    EXPECT_EQ(cuts.targets[1].origins, Indices{0});
    EXPECT_EQ(cuts.targets[1].nodes, (Indices{0, 1, 2}));
    EXPECT_EQ(cuts.amounts.col(0), Eigen::Vector2d(1, 0.25));
}

TEST(ShockBatch, SplitsRisesAndFallsOfDemand) {
    const SeriesFolder folder("day,B_S1,C_T9\n0,0.5,-0.25\n1,-1,0\n");
    const ShockBatch batch = folder.batch(
        R"({"kind": "demand_change", "series": "s.csv", "demand": "households"})", true);
    ASSERT_EQ(batch.num_targets(), 3);
    EXPECT_EQ(batch.targets[0].nodes, Indices{5});
    EXPECT_EQ(batch.targets[1].nodes, Indices{5});
    EXPECT_EQ(batch.targets[2].nodes, Indices{10});
    EXPECT_EQ(batch.targets[2].demand, FinalDemand::households);
    EXPECT_EQ(batch.amounts.col(0), Eigen::Vector3d(1, -1, -1));
    const Eigen::MatrixXd changes =
        batch.series * batch.amounts.col(0).asDiagonal();  // as there is a series for each
    Eigen::MatrixXd expected(3, 3);
    expected << 0.5, 0, -0.25, 0, -1, 0, 0, 0, 0;
    EXPECT_EQ(changes, expected);
}

TEST(ShockBatch, ResolvesNamedSetsOfTheFileBesideTheScenario) {
    const test::ScratchFolder folder;
    folder.write("sets.csv", "set,product,reason\nx,S1,\nx,T9,why\n");
    const auto batch = [&](const std::string& shock, bool world) {
        return shock_batch(
            scenario_of(R"({"name": "t", "sets": "sets.csv", "shocks": [)" + shock + "]}",
                        folder.path().string()),
            coded_economy(world));
    };
    const ShockBatch cut =
        batch(R"({"kind": "import_cut", "product": ["set:x", "S0"], "user": "set:x", "share": 1})",
              false);
    EXPECT_EQ(cut.targets[0].products, (Indices{0, 1, 3}));
    EXPECT_EQ(cut.targets[0].nodes, (Indices{1, 3}));
    const ShockBatch loss = batch(
        R"({"kind": "capacity_loss", "sector": "set:x", "region": ["B", "C"], "share": 1})", true);
    EXPECT_EQ(loss.targets[0].nodes, (Indices{5, 7, 9, 10}));
    EXPECT_NE(test::message_of<ParseError>([&] {
                  batch(R"({"kind": "extraction", "sector": "set:y"})", false);
              }).find("unknown set 'set:y', expected 'set:x'"),
              std::string::npos);
}

}  // namespace
}  // namespace narrows
