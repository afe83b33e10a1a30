// `narrows rank --draws`.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/run_program.hpp"

namespace narrows::test {
namespace {

using Json = nlohmann::ordered_json;
using Arguments = std::vector<std::string>;

Arguments draws(const Arguments& more) {
    Arguments arguments = {"rank", "--home", "CHN", "--draws", "50"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
}

TEST(RankDraws, AddsItsKeysToEveryRow) {
    const Json ranking = run_json(draws({"--seed", "7", "--top", "12"}));

    EXPECT_EQ(ranking["draws"], 50);
    EXPECT_EQ(ranking["failed_draws"], 0);
    ASSERT_EQ(ranking["rows"].size(), 12U);
    for (const Json& row : ranking["rows"]) {
        Arguments keys;
        for (const auto& item : row.items()) keys.push_back(item.key());
        EXPECT_EQ(keys, (Arguments{"rank", "product", "coalition", "blocked", "gar_linear", "gar",
                                   "gar_tail", "gar_share_of_gdp", "leverage", "chain",
                                   "error_bound", "gar_median", "gar_q05", "gar_q95", "rank_q05",
                                   "rank_q95", "p_top10", "p_top10_half_width"}));
        EXPECT_LT(row["gar_q05"], row["gar_median"]);
        EXPECT_LT(row["gar_median"], row["gar_q95"]);
        EXPECT_LE(row["rank_q05"], row["rank_q95"]);
    }
}

TEST(RankDraws, RecordsSeedAndParameters) {
    const Json run = run_json(draws({"--seed", "7", "--cell-error", "0.1,0.2"}))["run"];
    EXPECT_EQ(run["seed"], 7);
    const Json& parameters = run["parameters"];
    EXPECT_EQ(parameters["draws"], 50);
    EXPECT_EQ(parameters["variance_shares"], false);
    EXPECT_EQ(parameters["cell_error"], (Json{0.1, 0.2}));
    EXPECT_EQ(parameters["ramp_end_range"], (Json{0.0025, 0.01}));
    EXPECT_EQ(parameters["rating_concentration"], 10.0);
    EXPECT_EQ(parameters["lambda_range"], (Json{0.2, 0.8}));

    const Json fixed = run_json(draws({"--fix", "data,criticality,lambda"}))["run"]["parameters"];
    for (const char* key :
         {"cell_error", "ramp_end_range", "rating_concentration", "lambda_range"}) {
        EXPECT_TRUE(fixed.contains(key)) << key;
        EXPECT_TRUE(fixed[key].is_null()) << key;
    }
    EXPECT_TRUE(run_json({"rank", "--home", "CHN"})["run"]["seed"].is_null());
}

TEST(RankDraws, WithoutVarianceIsTheRankingToTheBit) {
    for (const char* rule : {"survey", "cost-share"}) {
        const Json plain = run_json({"rank", "--home", "CHN", "--criticality", rule});
        const Json drawn = run_json(draws({"--fix", "criticality,lambda", "--cell-error", "0,0",
                                           "--criticality", rule, "--variance-shares"}));
        ASSERT_EQ(drawn["rows"].size(), plain["rows"].size());
        for (std::size_t i = 0; i < plain["rows"].size(); ++i) {
            const Json& row = drawn["rows"][i];
            EXPECT_EQ(row["gar"], plain["rows"][i]["gar"]);
            for (const char* key : {"gar_median", "gar_q05", "gar_q95"}) {
                EXPECT_EQ(row[key], row["gar"]) << key;
            }
            EXPECT_EQ(row["rank_q05"], row["rank"]);
            EXPECT_EQ(row["rank_q95"], row["rank"]);
        }
    }
}

TEST(RankDraws, IsTheSameForAnyNumberOfThreadsAndAnotherForAnotherSeed) {
    const Json one = run_json(draws({"--threads", "1"}));
    const Json three = run_json(draws({"--threads", "3"}));
    const Json other = run_json(draws({"--seed", "2"}));
    EXPECT_EQ(one["rows"], three["rows"]);
    EXPECT_NE(one["rows"][0]["gar_median"], other["rows"][0]["gar_median"]);
    EXPECT_EQ(one["rows"][0]["gar"], other["rows"][0]["gar"]);
    const Json large = run_json(draws({"--seed", "18446744073709551615"}));
    EXPECT_EQ(large["run"]["seed"], 18446744073709551615U);
    EXPECT_NE(large["rows"][0]["gar_median"], one["rows"][0]["gar_median"]);
}

TEST(RankDraws, SharesVarianceBySource) {
    const Json row = run_json(draws({"--variance-shares", "--fix", "criticality"}))["rows"][0];
    EXPECT_GT(row["variance_share_lambda"], 0.5);
    EXPECT_LT(row["variance_share_data"], 0.5);
    EXPECT_TRUE(row.contains("variance_share_criticality"));
}

TEST(RankDraws, TextShowsMedianIntervalAndChance) {
    const ProgramResult text = run_narrows(draws({"--top", "3"}));
    EXPECT_EQ(text.exit_code, 0) << text.err;
    EXPECT_NE(text.out.find("median"), std::string::npos);
    EXPECT_NE(text.out.find("P(top 10)"), std::string::npos);
    EXPECT_NE(text.out.find("Monte Carlo draws"), std::string::npos);
    EXPECT_EQ(text.out.find("rank_q05"), std::string::npos);
    EXPECT_EQ(text.err, "");
    const ProgramResult csv = run_narrows(draws({"--top", "3", "--output", "csv"}));
    EXPECT_NE(csv.out.find(",gar_median,gar_q05,gar_q95,rank_q05,rank_q95,p_top10,"),
              std::string::npos);
}

TEST(RankDraws, WorksWithANationalTableAndWithCriticalityOfAFile) {
    const ScratchFolder folder;
    const std::string china = (folder.path() / "china").string();
    run_narrows({"convert", "world-2011", china, "--home", "CHN"});
    const std::string file = folder.write("c.csv", "product,user,c\nMIN,MET,0.7\nMIN,PET,1\n");

    const Json ranking = run_json({"rank", china, "--criticality", file, "--draws", "80"});

    EXPECT_TRUE(ranking["run"]["parameters"]["ramp_end_range"].is_null());
    const Json& first = ranking["rows"][0];
    EXPECT_EQ(first["product"], "MIN");
    EXPECT_LT(first["gar_q05"], first["gar_q95"]);
    EXPECT_EQ(ranking["rows"][1]["gar_q95"], 0.0);  // no other product is critical
}

TEST(RankDraws, RefusesWhatItCannotDo) {
    const auto refused = [](const Arguments& more, const Arguments& parts) {
        expect_refused(run_narrows(draws(more)), 2, parts);
    };
    refused({"--seed", "-1"}, {"--seed: found '-1', expected a whole number from 0"});
    refused({"--seed", "18446744073709551616"}, {"--seed", "to 18446744073709551615"});
    refused({"--cell-error", "a"}, {"--cell-error: found 'a', expected one number A or two, A,B"});
    refused({"--cell-error", "1,2,3"}, {"--cell-error: found '1,2,3'"});
    refused({"--cell-error", ""}, {"--cell-error"});
    refused({"--cell-error", "-1"}, {"cell error is -1,", "expected numbers of 0 or more"});
    refused({"--cell-error", "0.5,9"}, {"cell error is 0.5,9", "at most 10"});
    refused({"--fix", "table"}, {"--fix", "table"});
    expect_refused(run_narrows({"rank", "--home", "CHN", "--draws", "0"}), 2,
                   {"--draws: found '0', expected a whole number from 1"});
    for (const char* option : {"--seed", "--cell-error", "--fix"}) {
        expect_refused(run_narrows({"rank", "--home", "CHN", option, "1"}), 2, {option});
    }
}

}  // namespace
}  // namespace narrows::test
