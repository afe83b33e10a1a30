// `narrows rank --scope world --draws`.
#include <csignal>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/run_program.hpp"

namespace narrows::test {
namespace {

using Json = nlohmann::ordered_json;
using Arguments = std::vector<std::string>;

Arguments draws(const Arguments& more, const std::string& count = "8") {
    Arguments arguments = {"rank",    "world-2011", "--home",  "CHN",
                           "--scope", "world",      "--draws", count};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
}

TEST(RankWorldDraws, AddsItsKeysToEveryRow) {
    const Json ranking = run_json(draws({"--seed", "7", "--top", "12"}));

    EXPECT_EQ(ranking["scope"], "world");
    EXPECT_EQ(ranking["draws"], 8);
    EXPECT_EQ(ranking["failed_draws"], 0);
    ASSERT_EQ(ranking["rows"].size(), 12U);
    for (const Json& row : ranking["rows"]) {
        Arguments keys;
        for (const auto& item : row.items()) keys.push_back(item.key());
        EXPECT_EQ(keys,
                  (Arguments{"rank",        "product",    "coalition", "blocked",
                             "gar_linear",  "gar",        "gar_tail",  "gar_share_of_gdp",
                             "leverage",    "blow_back",  "world",     "chain",
                             "error_bound", "gar_median", "gar_q05",   "gar_q95",
                             "rank_q05",    "rank_q95",   "p_top10",   "p_top10_half_width"}));
        EXPECT_LT(row["gar_q05"], row["gar_median"]);
        EXPECT_LT(row["gar_median"], row["gar_q95"]);
        EXPECT_LE(row["rank_q05"], row["rank_q95"]);
    }
    const Json& run = ranking["run"];
    EXPECT_EQ(run["seed"], 7);
    EXPECT_EQ(run["parameters"]["scope"], "world");
    EXPECT_EQ(run["parameters"]["draws"], 8);
    EXPECT_EQ(run["parameters"]["cell_error"][0], 0.05);
    EXPECT_EQ(run["parameters"]["ramp_end_range"], (Json{0.0025, 0.01}));
    EXPECT_EQ(run["parameters"]["rating_concentration"], 10.0);
    EXPECT_EQ(run["parameters"]["lambda_range"], (Json{0.2, 0.8}));
}

TEST(RankWorldDraws, WithoutVarianceIsTheRankingToTheBit) {
    for (const char* rule : {"survey", "cost-share"}) {
        const Json plain =
            run_json({"rank", "--home", "CHN", "--scope", "world", "--criticality", rule});
        const Json drawn = run_json(draws({"--fix", "criticality,lambda", "--cell-error", "0,0",
                                           "--criticality", rule, "--variance-shares"},
                                          "3"));
        ASSERT_EQ(drawn["rows"].size(), plain["rows"].size());
        for (std::size_t i = 0; i < plain["rows"].size(); ++i) {
            const Json& row = drawn["rows"][i];
            EXPECT_EQ(row["gar"], plain["rows"][i]["gar"]);
            EXPECT_EQ(row["world"], plain["rows"][i]["world"]);
            for (const char* key : {"gar_median", "gar_q05", "gar_q95"}) {
                EXPECT_EQ(row[key], row["gar"]) << key;
            }
            EXPECT_EQ(row["rank_q05"], row["rank"]);
            EXPECT_EQ(row["rank_q95"], row["rank"]);
        }
    }
}

TEST(RankWorldDraws, IsTheSameForAnyNumberOfThreadsAndAnotherForAnotherSeed) {
    const Json one = run_json(draws({"--threads", "1"}));
    EXPECT_EQ(one["rows"], run_json(draws({"--threads", "3"}))["rows"]);
    const Json other = run_json(draws({"--seed", "2"}));
    EXPECT_NE(one["rows"][0]["gar_median"], other["rows"][0]["gar_median"]);
    EXPECT_EQ(one["rows"][0]["gar"], other["rows"][0]["gar"]);
}

TEST(RankWorldDraws, SharesVarianceBySource) {
    const Json row =
        run_json(draws({"--variance-shares", "--fix", "criticality"}, "20"))["rows"][0];
    EXPECT_GT(row["variance_share_lambda"], 0.5);
    EXPECT_LT(row["variance_share_data"], 0.5);
    EXPECT_EQ(row["variance_share_criticality"], 0.0);
}

TEST(RankWorldDraws, GoOnFromACheckpointOfTheirOwnScope) {
    const ScratchFolder folder;
    const std::string file = folder.path() / "draws";
    EXPECT_EQ(run_narrows({"rank", "world-2011", "--home", "CHN", "--scope", "world", "--draws",
                           "3", "--checkpoint", file})
                  .exit_code,
              0);
    const Json more = run_json(draws({"--checkpoint", file, "--resume"}));
    EXPECT_EQ(more["rows"], run_json(draws({}))["rows"]);
    expect_refused(run_narrows({"rank", "world-2011", "--home", "CHN", "--draws", "20",
                                "--checkpoint", file, "--resume"}),
                   3, {file, "holds draws of another ranking"});
}

TEST(RankWorldDraws, AnInterruptPrintsWhatIsComplete) {
    const ProgramResult result = run_and_signal({"rank", "world-2011", "--home", "CHN", "--scope",
                                                 "world", "--draws", "200000", "--output", "json"},
                                                SIGINT, 3000000);
    EXPECT_EQ(result.exit_code, 128 + SIGINT) << result.err;
    EXPECT_NE(result.err.find(" of 200000 draws are done; with --checkpoint"), std::string::npos)
        << result.err;
    const Json json = Json::parse(result.out, nullptr, false);
    ASSERT_FALSE(json.is_discarded()) << result.out.substr(0, 200);
    EXPECT_GT(json["draws"], 0);
    EXPECT_LT(json["draws"], 200000);
    EXPECT_GT(json["rows"][0]["gar_median"], 0.0);
}

TEST(RankWorldDraws, TakesCriticalityOfAFile) {
    const ScratchFolder folder;
    const std::string file = folder.write("c.csv", "product,user,c\nMIN,MET,0.7\nMIN,PET,1\n");
    const Json ranking = run_json(draws({"--criticality", file}));
    EXPECT_TRUE(ranking["run"]["parameters"]["ramp_end_range"].is_null());
    EXPECT_EQ(ranking["rows"][0]["product"], "MIN");
    EXPECT_LT(ranking["rows"][0]["gar_q05"], ranking["rows"][0]["gar_q95"]);
    EXPECT_EQ(ranking["rows"].back()["gar_q95"], 0.0);  // no other product is critical
}

TEST(RankWorldDraws, ANationalTableIsRefused) {
    const ScratchFolder folder;
    const std::string china = (folder.path() / "china").string();
    run_narrows({"convert", "world-2011", china, "--home", "CHN"});
    expect_refused(run_narrows({"rank", china, "--scope", "world", "--draws", "5"}), 2,
                   {"a national table has no world"});
}

}  // namespace
}  // namespace narrows::test
