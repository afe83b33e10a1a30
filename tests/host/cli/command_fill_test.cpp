// narrows fill.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/run_program.hpp"

namespace narrows::test {
namespace {

using Json = nlohmann::ordered_json;
using Arguments = std::vector<std::string>;

Arguments fill_with(const Arguments& more) {
    Arguments arguments = {"fill", "world-2011", "--home", "CHN"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
}

bool has_solvers() {
    return run_narrows(fill_with({"--budget", "100", "--max-sectors", "1"})).exit_code == 0;
}

TEST(FillCommand, PrintsTheAllocationItsFrontierItsDualAndBaselines) {
    const Json report = run_json(fill_with({"--budget", "10000"}));
    EXPECT_EQ(report["schema"], "narrows.fill/1");
    EXPECT_EQ(report["unit"], "million US dollars");
    EXPECT_EQ(report["budget"], 10000.0);
    EXPECT_EQ(report["method"], "merged slopes");
    const double base = report["base"];
    const double optimum = report["optimum"];
    EXPECT_LT(optimum, base);
    double before = 0.0, after = 0.0, cost = 0.0;
    for (const Json& row : report["allocation"]) {
        before += row["gar_before"].get<double>();
        after += row["gar_after"].get<double>();
        cost += row["cost"].get<double>();
        EXPECT_EQ(row["cost"], row["capacity"]);
    }
    EXPECT_NEAR(before, base, 1e-12 * base);
    EXPECT_NEAR(after, optimum, 1e-12 * base);
    EXPECT_NEAR(cost, 10000.0, 1e-8);
    const Json& frontier = report["frontier"];
    EXPECT_EQ(frontier.front()["budget"], 0.0);
    EXPECT_NEAR(frontier.front()["gar"].get<double>(), base, 1e-12 * base);
    EXPECT_EQ(frontier.back()["gar"], 0.0);
    EXPECT_GE(report["baselines"]["greedy"], optimum);
    EXPECT_GT(report["baselines"]["proportional"], optimum);
    const double more = run_json(fill_with({"--budget", "10001"}))["optimum"];
    EXPECT_NEAR(optimum - more, report["dual"].get<double>(), 1e-6);
}

TEST(FillCommand, StartsFromTheMeanOfTheRankingAndEndsAtNothing) {
    const Json ranking = run_json({"rank", "--home", "CHN", "--all-imports"});
    double mean = 0.0;
    for (const Json& row : ranking["rows"]) mean += row["gar"].get<double>();
    mean /= static_cast<double>(ranking["rows"].size());
    const Json report = run_json(fill_with({"--all-imports", "--budget", "inf"}));
    EXPECT_NEAR(report["base"].get<double>(), mean, 1e-12 * mean);
    EXPECT_TRUE(report["budget"].is_null());
    EXPECT_EQ(report["optimum"], 0.0);
    EXPECT_EQ(report["dual"], 0.0);
    const Json nothing = run_json(fill_with({"--all-imports", "--budget", "0"}));
    EXPECT_NEAR(nothing["optimum"].get<double>(), mean, 1e-12 * mean);
    EXPECT_EQ(nothing["spent"], 0.0);
}

TEST(FillCommand, TakesCostsByProduct) {
    const ScratchFolder folder;
    const std::string costs = folder.write("k.csv", "product,cost\nPET,1000\nMAC,0.5\n");
    const Json report = run_json(fill_with({"--budget", "10000", "--costs", costs}));
    EXPECT_EQ(report["allocation"][0]["product"], "MAC");
    for (const Json& row : report["allocation"]) {
        const double unit = row["product"] == "PET" ? 1000.0 : row["product"] == "MAC" ? 0.5 : 1.0;
        EXPECT_NEAR(row["cost"].get<double>(), unit * row["capacity"].get<double>(), 1e-9);
        if (row["product"] == "PET") {
            EXPECT_EQ(row["capacity"], 0.0);
        }
    }
    EXPECT_EQ(report["run"]["parameters"]["costs"], costs);
    EXPECT_TRUE(report["run"]["parameters"]["costs_hash"].is_string());
}

TEST(FillCommand, SaysHowItFaresInDraws) {
    const Json report = run_json(fill_with({"--budget", "10000", "--draws", "20"}));
    const Json& draws = report["draws"];
    EXPECT_EQ(draws["draws"], 20);
    EXPECT_LT(draws["optimum"]["median"], draws["base"]["median"]);
    EXPECT_LT(draws["optimum"]["q05"], draws["optimum"]["q95"]);
    EXPECT_EQ(report["run"]["seed"], 1);
    EXPECT_EQ(
        run_json(fill_with({"--budget", "10000", "--draws", "20", "--threads", "1"}))["draws"],
        draws);
    EXPECT_TRUE(run_json(fill_with({"--budget", "1"}))["draws"].is_null());
}

TEST(FillCommand, TakesJointScenariosTheirTailAndMoves) {
    if (!has_solvers()) GTEST_SKIP() << "needs Clp and Cbc, which are not installed";
    const ScratchFolder folder;
    const std::string file = folder.write("s.csv",
                                          "scenario,coalition,product,share,weight\n"
                                          "east,JPN+KOR,ELE,0.5,2\neast,JPN+KOR,MAC,0.5,2\n"
                                          "all,all,MIN,0.2,1\nall,all,PET,0.4,1\n");
    const Arguments joint = {"--budget", "20000", "--scenarios", file};
    const Json mean = run_json(fill_with(joint));
    EXPECT_EQ(mean["method"], "linear programme");
    EXPECT_LT(mean["optimum"], mean["base"]);
    EXPECT_LE(mean["lower_bound"], mean["optimum"]);
    EXPECT_EQ(mean["allocation"].size(), 4U);
    EXPECT_FALSE(mean["run"]["parameters"].contains("coalitions"));
    Arguments tail = joint;
    tail.insert(tail.end(), {"--cvar", "0.6"});
    EXPECT_GE(run_json(fill_with(tail))["base"], mean["base"]);
    Arguments moving = joint;
    moving.insert(moving.end(), {"--diversify", "--move-cost", "0.1", "--growth", "0.5"});
    const Json moved = run_json(fill_with(moving));
    EXPECT_LT(moved["optimum"], mean["optimum"]);
    ASSERT_FALSE(moved["moves"].empty());
    for (const Json& move : moved["moves"]) {
        EXPECT_NEAR(move["cost"].get<double>(), 0.1 * move["flow"].get<double>(), 1e-9);
        EXPECT_NE(move["from"], move["to"]);
    }
}

TEST(FillCommand, KeepsLimitsOfSetsAndNamesThoseThatContradict) {
    if (!has_solvers()) GTEST_SKIP() << "needs Clp and Cbc, which are not installed";
    const ScratchFolder folder;
    const std::string sets =
        folder.write("sets.csv", "set,product\nchips,ELE\nchips,MET\nfood,FOD\n");
    const std::string limits =
        folder.write("limits.csv", "set,floor,ceiling\nchips,4000,\nfood,,10\n");
    const Json report =
        run_json(fill_with({"--budget", "10000", "--sets", sets, "--set-limits", limits}));
    double chips = 0.0;
    for (const Json& row : report["allocation"]) {
        if (row["product"] == "ELE" || row["product"] == "MET") chips += row["cost"].get<double>();
        if (row["product"] == "FOD") {
            EXPECT_LE(row["cost"].get<double>(), 10.0 + 1e-6);
        }
    }
    EXPECT_NEAR(chips, 4000.0, 1e-3);
    expect_refused(
        run_narrows(fill_with({"--budget", "3000", "--sets", sets, "--set-limits", limits})), 2,
        {"infeasible: floor 4000 of set 'chips', a budget of 3000 cannot be kept together"});
}

TEST(FillCommand, RefusesInOneClearLine) {
    const ScratchFolder folder;
    const auto refused = [&](const Arguments& more, int code, const Arguments& parts) {
        Arguments arguments = {"--budget", "100"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        expect_refused(run_narrows(fill_with(arguments)), code, parts);
    };
    const auto file = [&](const std::string& content) { return folder.write("f.csv", content); };
    expect_refused(run_narrows(fill_with({"--budget", "-1"})), 2,
                   {"--budget", "'-1'", "0 or more, or inf"});
    expect_refused(run_narrows(fill_with({})), 2, {"--budget"});
    refused({"--costs", file("product,cost\nPET,-2\n")}, 3, {":2: column 2", "'-2'", "0 or more"});
    refused({"--costs", file("product,cost\nPET,0\n")}, 2, {"cost of 'PET' is 0", "above 0"});
    refused({"--costs", file("product,cost\nPETT,1\n")}, 3, {"unknown product 'PETT'", "'PET'"});
    refused({"--scenarios", file("scenario,coalition,product,share\na,JPM,ELE,1\n")}, 3,
            {"unknown coalition 'JPM'", "'JPN'"});
    refused({"--scenarios", file("scenario,coalition,product,share\na,CHN,ELE,1\n")}, 3,
            {"home 'CHN'"});
    refused({"--scenarios", file("scenario,coalition,product,share\na,JPN,ELE,1.5\n")}, 3,
            {"'1.5'", "[0, 1]"});
    refused({"--share", "0.4", "--scenarios", "x.csv"}, 2, {"--scenarios", "--share"});
    refused({"--tail-lambda", "0.9"}, 2, {"--tail-lambda"});
    refused({"--sets", "x.csv"}, 2, {"--set-limits"});
    refused({"--move-cost", "2"}, 2, {"--diversify"});
    refused({"--cvar", "1"}, 2, {"level of the tail is 1"});
    refused({"--min-scale", "-3"}, 2, {"--min-scale", "'-3'"});
}

}  // namespace
}  // namespace narrows::test
