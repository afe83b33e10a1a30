#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/run_program.hpp"
#include "tests/support/shared_files.hpp"

namespace narrows::test {
namespace {

using Json = nlohmann::ordered_json;
using Names = std::vector<std::string>;

Names keys(const Json& object) {
    Names result;
    for (const auto& item : object.items()) result.push_back(item.key());
    return result;
}

Json row_of(const Json& ranking, const std::string& product, const Names& coalition) {
    for (const Json& row : ranking["rows"]) {
        if (row["product"] == product && row["coalition"] == coalition) return row;
    }
    ADD_FAILURE() << "no row for " << product;
    return {};
}

void expect_close(double actual, double expected) {
    EXPECT_NEAR(actual, expected, 1e-9 * std::abs(expected));
}

/// The national table of China, written by the program itself.
std::string china(const ScratchFolder& folder) {
    const std::string path = (folder.path() / "china").string();
    const ProgramResult result = run_narrows({"convert", "world-2011", path, "--home", "CHN"});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return path;
}

TEST(Rank, WorldScopeHasWhatComesBackAtTheCoalition) {
    const std::vector<std::string> asked = {
        "rank", "--home", "CHN", "--coalition", "USA,JPN,NLD,KOR,TWN", "--scope", "world"};
    const Json ranking = run_json(asked);

    EXPECT_EQ(ranking["scope"], "world");
    EXPECT_EQ(ranking["run"]["parameters"]["scope"], "world");
    EXPECT_EQ(
        keys(ranking["rows"][0]),
        (Names{"rank", "product", "coalition", "blocked", "gar_linear", "gar", "gar_tail",
               "gar_share_of_gdp", "leverage", "blow_back", "world", "chain", "error_bound"}));
    for (const Json& row : ranking["rows"]) {
        if (row["product"] != "ELE") continue;
        EXPECT_NEAR(row["gar"].get<double>(), 216585.94480376656, 1e-4);
        EXPECT_EQ(row["coalition"], (Names{"USA", "JPN", "KOR", "TWN", "NLD"}));
        ASSERT_EQ(row["blow_back"].size(), 5U);
        EXPECT_NEAR(row["blow_back"][0].get<double>(), 42756.53916532745, 1e-5);
        EXPECT_EQ(row["chain"][0], "ELE");
    }
    std::vector<std::string> csv = asked;
    csv.insert(csv.end(), {"--output", "csv"});
    const ProgramResult result = run_narrows(csv);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_NE(result.out.find(",leverage,blow_back,world,chain,"), std::string::npos);
}

TEST(Rank, WorldScopeNeedsAWorld) {
    const ScratchFolder folder;
    const ProgramResult result = run_narrows({"rank", china(folder), "--scope", "world"});
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_EQ(result.out, "");
    EXPECT_NE(result.err.find("a national table has no world"), std::string::npos) << result.err;
    const ProgramResult unknown = run_narrows({"rank", "--home", "CHN", "--scope", "galaxy"});
    EXPECT_EQ(unknown.exit_code, 2);
    EXPECT_NE(unknown.err.find("galaxy"), std::string::npos) << unknown.err;
}

TEST(Rank, PrintsTheKeysOfItsSchemaInOrder) {
    const Json ranking = run_json({"rank", "--home", "CHN"});

    EXPECT_EQ(keys(ranking), (Names{"schema", "run", "home", "scope", "unit", "gdp", "share",
                                    "lambda", "tail_lambda", "pairs", "ranked_pairs",
                                    "negative_flows", "negative_flows_sum", "rows"}));
    EXPECT_EQ(ranking["schema"], "narrows.rank/1");
    ASSERT_FALSE(ranking["rows"].empty());
    for (const Json& row : ranking["rows"]) {
        EXPECT_EQ(keys(row),
                  (Names{"rank", "product", "coalition", "blocked", "gar_linear", "gar", "gar_tail",
                         "gar_share_of_gdp", "leverage", "chain", "error_bound"}));
    }
}

TEST(Rank, SaysWhatItWasAskedFor) {
    const Json ranking = run_json({"rank", "world-2011", "--home", "CHN", "--share", "0.25",
                                   "--lambda", "0.4", "--tail-lambda", "0.8"});

    EXPECT_EQ(ranking["home"], "CHN");
    EXPECT_EQ(ranking["scope"], "home");
    EXPECT_EQ(ranking["unit"], "million US dollars");
    EXPECT_EQ(ranking["share"], 0.25);
    EXPECT_EQ(ranking["lambda"], 0.4);
    EXPECT_EQ(ranking["tail_lambda"], 0.8);
    EXPECT_EQ(ranking["gdp"], 7387122.0);
}

TEST(Rank, RecordsTheRun) {
    const Json run = run_json({"rank", "--home", "CHN"})["run"];

    EXPECT_EQ(keys(run),
              (Names{"program", "version", "command", "table", "table_hash", "year", "backend",
                     "operations", "device", "backend_reason", "threads", "seed", "parameters",
                     "solver", "certificate", "started", "elapsed_seconds"}));
    EXPECT_EQ(run["command"], "rank");
    EXPECT_EQ(run["table"], "world-2011");
    EXPECT_EQ(run["year"], 2011);
    EXPECT_EQ(run["parameters"]["criticality"], "survey");
    EXPECT_LT(run["certificate"]["spectral_radius_bound"], 1.0);
}

TEST(Rank, FindsTheReferenceValuesForElectronicsFromTaiwan) {
    const Json ranking = run_json({"rank", "--home", "CHN", "--share", "0.5"});

    const Json row = row_of(ranking, "ELE", {"TWN"});
    expect_close(row["blocked"], 34889.5);
    expect_close(row["gar_linear"], 18205.592127284293);
    expect_close(row["gar"], 59699.56930516317);
    expect_close(row["gar_tail"], 111409.96609494649);
    expect_close(row["gar_share_of_gdp"], 59699.56930516317 / 7387122.0);
    expect_close(row["leverage"], 59699.56930516317 / 34889.5);
}

TEST(Rank, FindsTheReferenceValueWithCostShares) {
    const Json ranking =
        run_json({"rank", "--home", "CHN", "--share", "0.5", "--criticality", "cost-share"});

    expect_close(row_of(ranking, "ELE", {"TWN"})["gar"], 152243.21993921872);
    EXPECT_EQ(ranking["run"]["parameters"]["criticality"], "cost-share");
}

TEST(Rank, SortsByGdpAtRisk) {
    const Json rows = run_json({"rank", "--home", "DEU"})["rows"];

    for (std::size_t i = 0; i < rows.size(); ++i) EXPECT_EQ(rows[i]["rank"], i + 1);
    for (std::size_t i = 1; i < rows.size(); ++i) {
        EXPECT_GE(rows[i - 1]["gar"].get<double>(), rows[i]["gar"].get<double>());
    }
}

TEST(Rank, SortsTiesByCode) {
    const ScratchFolder folder;
    const std::string nothing = folder.write("c.csv", "product,user,c\nAGR,AGR,0\n");

    const Json rows = run_json({"rank", "--home", "CHN", "--criticality", nothing})["rows"];

    std::vector<std::pair<std::string, Names>> order;
    for (const Json& row : rows) {
        EXPECT_EQ(row["gar"], 0.0);
        order.emplace_back(row["product"], row["coalition"].get<Names>());
    }
    EXPECT_GT(order.size(), 100U);
    EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST(Rank, RanksEveryOriginWhereNothingElseIsAskedFor) {
    const Json by_default = run_json({"rank", "--home", "CHN"});
    const Json asked_for = run_json({"rank", "--home", "CHN", "--each-origin"});

    EXPECT_EQ(by_default["rows"], asked_for["rows"]);
    EXPECT_EQ(by_default["run"]["parameters"]["coalitions"].size(), 12U);
}

TEST(Rank, BlocksTheOriginsOfACoalitionTogether) {
    const Json alone = run_json({"rank", "--home", "CHN"});
    const Json together = run_json({"rank", "--home", "CHN", "--coalition", "TWN,KOR"});

    const Json row = row_of(together, "ELE", {"KOR", "TWN"});
    const double korea = row_of(alone, "ELE", {"KOR"})["blocked"];
    const double taiwan = row_of(alone, "ELE", {"TWN"})["blocked"];
    expect_close(row["blocked"], korea + taiwan);
    EXPECT_EQ(together["run"]["parameters"]["coalitions"].size(), 1U);
}

TEST(Rank, TakesSeveralCoalitionsAndATableBehindThem) {
    const Json ranking = run_json(
        {"rank", "--home", "CHN", "--coalition", "TWN", "--coalition", "KOR,JPN", "world-2011"});

    row_of(ranking, "ELE", {"TWN"});
    row_of(ranking, "ELE", {"JPN", "KOR"});
    EXPECT_EQ(ranking["run"]["parameters"]["coalitions"],
              Json::parse(R"([["TWN"], ["JPN", "KOR"]])"));
}

TEST(Rank, RanksACoalitionOnceHoweverOftenItIsAskedFor) {
    const Json ranking = run_json(
        {"rank", "--home", "CHN", "--coalition", "TWN", "--coalition", "TWN", "--each-origin"});

    EXPECT_EQ(ranking["run"]["parameters"]["coalitions"].size(), 12U);
}

TEST(Rank, RecordsWhatItNeedsToBeRepeated) {
    const ScratchFolder folder;
    const std::string file = folder.write("c.csv", "product,user,c\nELE,ELE,1\n");

    const Json survey = run_json({"rank", "--home", "CHN"});
    const Json from_file = run_json({"rank", "--home", "CHN", "--criticality", file});
    folder.write("c.csv", "product,user,c\nELE,ELE,0.5\n");
    const Json changed = run_json({"rank", "--home", "CHN", "--criticality", file});

    EXPECT_TRUE(survey["run"]["parameters"]["criticality_hash"].is_null());
    const Json hash = from_file["run"]["parameters"]["criticality_hash"];
    EXPECT_EQ(hash.get<std::string>().rfind("xxh128:", 0), 0U);
    EXPECT_NE(changed["run"]["parameters"]["criticality_hash"], hash);
}

TEST(Rank, SaysWhyItRanksNothing) {
    const ProgramResult result = run_narrows({"rank", "--home", "CHN", "--share", "0"});

    EXPECT_EQ(result.exit_code, 0);
    EXPECT_NE(result.out.find("No imports are blocked: nothing to rank."), std::string::npos);
}

TEST(Rank, WritesCoalitionsAndChainsApartInCsv) {
    const ProgramResult result = run_narrows(
        {"rank", "--home", "CHN", "--coalition", "TWN,KOR", "--top", "1", "--output", "csv"});

    EXPECT_NE(result.out.find(",KOR+TWN,"), std::string::npos) << result.out;
    EXPECT_NE(result.out.find(">"), std::string::npos) << result.out;
}

TEST(Rank, PrintsTheTableThatTheReadmeShows) {
    const std::string readme = read_file(data_path().parent_path() / "README.md");
    const ProgramResult result =
        run_narrows({"rank", "world-2011", "--home", "CHN", "--top", "15"});

    // The heading, the parameters and the first three rows stand in the README as printed.
    const std::string shown = result.out.substr(0, result.out.find("\n   4  "));
    EXPECT_NE(readme.find(shown), std::string::npos) << shown;
}

TEST(Rank, OfANationalTableKnowsOnlyAllImports) {
    const ScratchFolder folder;
    const std::string table = china(folder);

    const Json ranking = run_json({"rank", table});

    for (const Json& row : ranking["rows"]) EXPECT_EQ(row["coalition"], Names{"IMPORTS"});
    EXPECT_EQ(ranking["home"], "CHN");
    EXPECT_EQ(ranking["rows"], run_json({"rank", table, "--all-imports", "--home", "CHN"})["rows"]);
}

TEST(Rank, OfANationalTableAgreesWithAllImportsOfTheWorldTable) {
    const ScratchFolder folder;
    const Json national = run_json({"rank", china(folder)})["rows"];
    const Json world = run_json({"rank", "--home", "CHN", "--all-imports"})["rows"];

    ASSERT_EQ(national.size(), world.size());
    ASSERT_GE(world.size(), 20U);
    for (std::size_t i = 0; i < world.size(); ++i) {
        EXPECT_EQ(national[i]["product"], world[i]["product"]);
        EXPECT_EQ(national[i]["chain"], world[i]["chain"]);
        expect_close(national[i]["gar"], world[i]["gar"]);
        expect_close(national[i]["gar_linear"], world[i]["gar_linear"]);
        expect_close(national[i]["gar_tail"], world[i]["gar_tail"]);
    }
}

TEST(Rank, PrintsEveryDigitInCsvToo) {
    const Json rows = run_json({"rank", "--home", "CHN"})["rows"];
    const ProgramResult csv = run_narrows({"rank", "--home", "CHN", "--output", "csv"});

    std::istringstream lines(csv.out);
    std::string line;
    std::getline(lines, line);
    EXPECT_EQ(line,
              "rank,product,coalition,blocked,gar_linear,gar,gar_tail,gar_share_of_gdp,leverage,"
              "chain,error_bound");
    for (const Json& row : rows) {
        std::getline(lines, line);
        Names fields;
        std::istringstream record(line);
        for (std::string field; std::getline(record, field, ',');) fields.push_back(field);
        ASSERT_EQ(fields.size(), 11U) << line;
        EXPECT_EQ(fields[1], row["product"]);
        EXPECT_EQ(std::strtod(fields[4].c_str(), nullptr), row["gar_linear"].get<double>());
        EXPECT_EQ(std::strtod(fields[5].c_str(), nullptr), row["gar"].get<double>());
        EXPECT_EQ(std::strtod(fields[10].c_str(), nullptr), row["error_bound"].get<double>());
    }
    EXPECT_FALSE(std::getline(lines, line)) << line;
}

TEST(Rank, PrintsNumbersThatRoundTrip) {
    const ProgramResult result = run_narrows({"rank", "--home", "CHN", "--output", "json"});

    const Json once = Json::parse(result.out);
    const Json twice = Json::parse(once.dump());

    EXPECT_EQ(once, twice);
    EXPECT_EQ(result.out, once.dump(1) + "\n");
}

TEST(Rank, PrintsATableForPeople) {
    const ProgramResult result = run_narrows({"rank", "--home", "CHN", "--top", "3"});

    EXPECT_EQ(result.exit_code, 0);
    EXPECT_EQ(result.out.rfind("Choke points of CHN, world-2011 (2011)\n", 0), 0U) << result.out;
    EXPECT_NE(result.out.find("7,387,122"), std::string::npos);
    EXPECT_EQ(result.out.find('\033'), std::string::npos);
}

TEST(Rank, PrintsTheFirstRowsOnly) {
    const Json all = run_json({"rank", "--home", "CHN"})["rows"];
    const Json few = run_json({"rank", "--home", "CHN", "--top", "4"})["rows"];
    const Json none = run_json({"rank", "--home", "CHN", "--top", "0"})["rows"];

    ASSERT_EQ(few.size(), 4U);
    for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(few[i], all[i]);
    EXPECT_TRUE(none.empty());
}

TEST(Rank, GivesTheSameWithAnyNumberOfThreads) {
    const Json one = run_json({"rank", "--home", "CHN", "--threads", "1"});
    const Json many = run_json({"rank", "--home", "CHN", "--threads", "7"});

    EXPECT_EQ(one["rows"], many["rows"]);
}

TEST(Rank, BlocksNothingWithAShareOfZero) {
    EXPECT_TRUE(run_json({"rank", "--home", "CHN", "--share", "0"})["rows"].empty());
}

}  // namespace
}  // namespace narrows::test
