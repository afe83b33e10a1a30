#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/run_program.hpp"
#include "tests/support/shared_files.hpp"

namespace narrows::test {
namespace {

using Json = nlohmann::ordered_json;
using Names = std::vector<std::string>;

/// world-2011 as a table of another year; `change` targets (account,total lines) are balanced in.
std::string another_year(const ScratchFolder& folder, int year, const std::string& targets = "") {
    std::filesystem::path path = folder.path() / std::to_string(year);
    if (targets.empty()) {
        std::filesystem::create_directories(path);
        path = copy_table("world-2011", path);
    } else {
        const std::string file = folder.write("t.csv", "account,total\n" + targets);
        run_json({"balance", "world-2011", path.string(), "--targets", file});
    }
    replace_in_file(path / "meta.json", "\"year\": 2011", "\"year\": " + std::to_string(year));
    return path.string();
}

TEST(Trend, OfTwoEqualTablesIsNoChange) {
    const ScratchFolder folder;

    const Json trend =
        run_json({"trend", "world-2011", another_year(folder, 2000), "--home", "CHN"});

    EXPECT_EQ(trend["schema"], "narrows.trend/1");
    ASSERT_EQ(trend["years"].size(), 2U);
    EXPECT_EQ(trend["years"][0]["year"], 2000);
    EXPECT_EQ(trend["years"][0]["import_content"], trend["years"][1]["import_content"]);
    const Json ranking = run_json({"rank", "--home", "CHN"})["rows"];
    ASSERT_EQ(trend["rows"].size(), 2 * ranking.size());
    for (std::size_t i = 0; i < ranking.size(); ++i) {
        const Json& row = trend["rows"][2 * i];
        EXPECT_EQ(row["product"], ranking[i]["product"]);
        EXPECT_EQ(row["coalition"], ranking[i]["coalition"]);
        EXPECT_EQ(row["rank"], ranking[i]["rank"]);
        EXPECT_EQ(row["gar"], ranking[i]["gar"]);
        EXPECT_EQ(row["change_of_gar"], 0.0);
        EXPECT_EQ(row["best_rank"], row["worst_rank"]);
    }
}

TEST(Trend, TakesTheWorldIntoViewWhereAskedTo) {
    const ScratchFolder folder;
    const std::string other = another_year(folder, 2000);

    const Json trend =
        run_json({"trend", "world-2011", other, "--home", "CHN", "--scope", "world"});

    const Json ranking = run_json({"rank", "--home", "CHN", "--scope", "world"})["rows"];
    EXPECT_EQ(trend["scope"], "world");
    EXPECT_EQ(trend["run"]["parameters"]["scope"], "world");
    ASSERT_EQ(trend["rows"].size(), 2 * ranking.size());
    for (std::size_t i = 0; i < ranking.size(); ++i) {
        EXPECT_EQ(trend["rows"][2 * i]["product"], ranking[i]["product"]);
        EXPECT_EQ(trend["rows"][2 * i]["gar"], ranking[i]["gar"]);
    }
}

TEST(Trend, FollowsCoalitionsOfAFile) {
    const ScratchFolder folder;
    const std::string file = folder.write("c.csv", "coalition,member\nstraits,TWN\nstraits,KOR\n");
    const std::string other = another_year(folder, 2000);

    const Json named =
        run_json({"trend", "world-2011", other, "--home", "CHN", "--coalition-file", file});
    const Json listed =
        run_json({"trend", "world-2011", other, "--home", "CHN", "--coalition", "TWN,KOR"});

    EXPECT_GE(named["rows"].size(), 20U);
    EXPECT_EQ(named["rows"], listed["rows"]);
    EXPECT_EQ(named["run"]["parameters"]["coalition_file"], file);
}

TEST(Trend, ShowsChangesBetweenYears) {
    const ScratchFolder folder;
    const std::string later = another_year(folder, 2015, "CHN_ELE,1500000\n");

    const Json trend = run_json({"trend", later, "world-2011", "--home", "CHN", "--all-imports"});

    EXPECT_EQ(trend["years"][1]["year"], 2015);
    EXPECT_NE(trend["years"][0]["import_content"], trend["years"][1]["import_content"]);
    EXPECT_EQ(trend["rows"].size() % 2, 0U);
    for (const Json& row : trend["rows"]) {
        EXPECT_EQ(row["coalition"], Names{"IMPORTS"});
        EXPECT_LE(row["best_rank"], row["rank"]);
        EXPECT_GE(row["worst_rank"], row["rank"]);
    }
    EXPECT_EQ(trend["products"].size(), 2U * 24U);
    EXPECT_EQ(trend["run"]["parameters"]["tables"].size(), 2U);
}

TEST(Trend, PrintsYearsAsColumnsForPeopleAndOneRowPerYearInCsv) {
    const ScratchFolder folder;
    const Names arguments{"trend", "world-2011", another_year(folder, 2000), "--home", "CHN",
                          "--top", "2"};

    const ProgramResult text = run_narrows(arguments);
    Names as_csv = arguments;
    as_csv.insert(as_csv.end(), {"--output", "csv"});
    const ProgramResult csv = run_narrows(as_csv);

    EXPECT_EQ(text.exit_code, 0) << text.err;
    EXPECT_EQ(text.out.rfind("Self-reliance of CHN, 2000 to 2011\n", 0), 0U) << text.out;
    EXPECT_NE(text.out.find("2000  #   2011  #  change"), std::string::npos) << text.out;
    EXPECT_NE(text.out.find("1-1"), std::string::npos);
    EXPECT_EQ(csv.out.rfind("product,coalition,year,rank,blocked,gar,gar_tail,gar_share_of_gdp,"
                            "best_rank,worst_rank,change_of_gar,change_of_share_of_gdp\n",
                            0),
              0U);
    std::istringstream lines(csv.out);
    std::size_t count = 0;
    for (std::string line; std::getline(lines, line);) ++count;
    EXPECT_EQ(count, 5U) << csv.out;
}

TEST(Trend, TakesTheYearsThatItIsToldTo) {
    const ScratchFolder folder;
    const Names files{"world-2011", another_year(folder, 2000), another_year(folder, 2005)};
    const auto run = [&](const std::string& years) {
        Names arguments{"trend"};
        arguments.insert(arguments.end(), files.begin(), files.end());
        arguments.insert(arguments.end(), {"--home", "CHN", "--years", years, "--output", "json"});
        return run_narrows(arguments);
    };

    EXPECT_EQ(Json::parse(run("all").out)["years"].size(), 3U);
    EXPECT_EQ(Json::parse(run("2000,2011").out)["years"].size(), 2U);
    EXPECT_EQ(Json::parse(run("2005-2005,2011").out)["years"].size(), 2U);
    expect_refused(run("2000-2002,2011"), 2, {"no table is of 2001, 2002"});
    expect_refused(run("2000-x"), 2, {"--years", "'x'"});
    expect_refused(run("2005-2000"), 2, {"runs backwards"});
}

TEST(Trend, TakesEveryYearOfAFileThatHoldsSeveral) {
    NARROWS_NEEDS_SHARED("data/wiod2016_niot/CHN_NIOT_nov16.xlsx");
    const std::string file = shared_path("data/wiod2016_niot/CHN_NIOT_nov16.xlsx").string();

    const Json trend = run_json({"trend", file, "--years", "2000,2013-2014"});

    ASSERT_EQ(trend["years"].size(), 3U);
    EXPECT_EQ(trend["years"][2]["year"], 2014);
    for (const Json& year : trend["years"]) {
        EXPECT_GT(year["import_content"], 0.02);
        EXPECT_LT(year["import_content"], 0.3);
    }
    expect_refused(run_narrows({"trend", file}), 2, {"2000", "2014", "--years"});
}

TEST(Trend, RefusesTablesThatDoNotCompare) {
    const ScratchFolder folder;
    const std::string fewer = (folder.path() / "fewer").string();
    std::istringstream lines(read_file(data_path() / "world-2011/regions.csv"));
    std::string concordance = "from,to\n";
    std::string line;
    std::getline(lines, line);
    while (std::getline(lines, line)) {
        const std::string code = line.substr(0, line.find(','));
        concordance += code + "," + (code == "TWN" ? "KOR" : code) + "\n";
    }
    const std::string regions = folder.write("r.csv", concordance);
    const ProgramResult aggregated =
        run_narrows({"aggregate", another_year(folder, 2000), fewer, "--regions", regions});

    expect_refused(run_narrows({"trend", "world-2011", "--home", "CHN"}), 2, {"found 1"});
    expect_refused(run_narrows({"trend", "world-2011", "world-2011", "--home", "CHN"}), 2,
                   {"2011 is there twice"});
    expect_refused(run_narrows({"trend"}), 2, {"FILES"});
    ASSERT_EQ(aggregated.exit_code, 0) << aggregated.err;
    expect_refused(run_narrows({"trend", "world-2011", fewer, "--home", "CHN"}), 3,
                   {"different origins", "TWN", "--common"});
    const ProgramResult common =
        run_narrows({"trend", "world-2011", fewer, "--home", "CHN", "--common"});
    EXPECT_EQ(common.exit_code, 0) << common.err;
    EXPECT_NE(common.out.find("Left out, because some year lacks them: 1 origins (TWN)"),
              std::string::npos);
}

}  // namespace
}  // namespace narrows::test
