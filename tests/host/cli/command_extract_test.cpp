#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/run_program.hpp"

namespace narrows::test {
namespace {

using Arguments = std::vector<std::string>;

nlohmann::ordered_json extract(const Arguments& options) {
    Arguments arguments = {"extract"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    return run_json(arguments);
}

/// `narrows extract textbook/miller-blair-2009` with more options.
void expect_extract_refused(const Arguments& options, const Arguments& parts) {
    Arguments arguments = {"extract", "textbook/miller-blair-2009"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    expect_refused(run_narrows(arguments), 2, parts);
}

TEST(Extract, RanksSectorsByTheGdpThatIsLost) {
    const auto result = extract({"world-2011"});

    EXPECT_EQ(result["schema"], "narrows.extract/1");
    ASSERT_EQ(result["rows"].size(), 312U);
    for (std::size_t i = 1; i < result["rows"].size(); ++i) {
        EXPECT_GE(result["rows"][i - 1]["gdp_loss"].get<double>(),
                  result["rows"][i]["gdp_loss"].get<double>());
    }
}

TEST(Extract, TakesOutASectorOfTheTextbookCompletely) {
    // Without sector 1, sector 2 sells 1700 to final users: x_2 = 1700 / (1 - 0.05).
    const auto result = extract({"textbook/miller-blair-2009"});

    const double left = 1700.0 / 0.95;
    const auto& rows = result["rows"];
    const auto& one = rows[rows[0]["sector"] == "1" ? 0 : 1];
    EXPECT_NEAR(one["output_loss"], 3000.0 - left, 1e-9);
    EXPECT_NEAR(one["gdp_loss"], 2050.0 - 0.7 * left, 1e-9);
    EXPECT_EQ(result["gdp"], 2050.0);
}

TEST(Extract, TakesOutRegions) {
    const auto result = extract({"world-2011", "--by-region"});

    EXPECT_EQ(result["rows"].size(), 13U);
}

TEST(Extract, TakesOutOneCell) {
    const auto whole = extract({"world-2011", "--cell", "TWN_ELE", "CHN_ELE"});
    const auto half = extract({"world-2011", "--cell", "TWN_ELE", "CHN_ELE", "--fraction", "0.5"});

    ASSERT_EQ(whole["rows"].size(), 1U);
    EXPECT_EQ(whole["rows"][0]["sector"], "TWN_ELE > CHN_ELE");
    EXPECT_LT(half["rows"][0]["gdp_loss"].get<double>(),
              whole["rows"][0]["gdp_loss"].get<double>());
    EXPECT_GT(half["rows"][0]["gdp_loss"].get<double>(), 0.0);
}

TEST(Extract, FindsTheFlowsThatMatterMost) {
    const auto cells = extract({"world-2011", "--cells", "--top", "30"});
    const auto first = cells["rows"][0]["sector"].get<std::string>();
    const auto arrow = first.find(" > ");

    const auto alone =
        extract({"world-2011", "--cell", first.substr(0, arrow), first.substr(arrow + 3)});

    ASSERT_EQ(cells["rows"].size(), 30U);
    EXPECT_EQ(alone["rows"][0]["gdp_loss"], cells["rows"][0]["gdp_loss"]);
    for (std::size_t row = 1; row < 30; ++row) {
        EXPECT_LE(cells["rows"][row]["gdp_loss"].get<double>(),
                  cells["rows"][row - 1]["gdp_loss"].get<double>());
    }
    EXPECT_EQ(extract({"world-2011", "--cells"})["rows"].size(), 100U);
}

TEST(Extract, TakesOutAFraction) {
    const auto all = extract({"textbook/miller-blair-2009", "--kind", "forward"});
    const auto almost_all =
        extract({"textbook/miller-blair-2009", "--kind", "forward", "--fraction", "0.999999999"});

    EXPECT_NEAR(
        almost_all["rows"][0]["gdp_loss"].get<double>() / all["rows"][0]["gdp_loss"].get<double>(),
        1.0, 1e-8);
}

TEST(Extract, PrintsForPeopleAndAsCsv) {
    const ProgramResult table = run_narrows({"extract", "world-2011", "--top", "2"});
    const ProgramResult csv =
        run_narrows({"extract", "world-2011", "--top", "2", "--output", "csv"});

    EXPECT_EQ(table.exit_code, 0);
    EXPECT_EQ(table.out.rfind("Hypothetical extraction, world-2011 (2011)\n", 0), 0U);
    EXPECT_EQ(csv.out.rfind("sector,name,output_loss,gdp_loss,gdp_loss_share\n", 0), 0U) << csv.out;
    EXPECT_EQ(std::count(csv.out.begin(), csv.out.end(), '\n'), 3);
}

TEST(Extract, RefusesOptionsThatDoNotFit) {
    expect_extract_refused({"--kind", "sideways"}, {"'sideways'", "complete"});
    expect_extract_refused({"--fraction", "0"}, {"fraction is 0, expected a number above 0"});
    expect_extract_refused({"--fraction", "1.5"}, {"fraction is 1.5"});
    expect_extract_refused({"--fraction", "nan"}, {"--fraction: found 'nan', expected a number"});
    expect_extract_refused({"--fraction", "0.5"}, {"--fraction is defined for --kind forward"});
    expect_extract_refused({"--by-region"}, {"a national table has one region only"});
    expect_extract_refused({"--cells", "--by-region"}, {"--by-region"});
    expect_extract_refused({"--cells", "--kind", "forward"}, {"--kind does not apply"});
    expect_extract_refused({"--cell", "1"}, {"--cell"});
    expect_extract_refused({"--cell", "1", "7"}, {"unknown sector '7'"});
    expect_extract_refused({"--top", "-1"}, {"--top: found '-1'"});
    expect_extract_refused({"--cell", "1", "2", "--by-region"}, {"--by-region"});
}

TEST(Extract, RefusesFractionsOfRegions) {
    expect_refused(run_narrows({"extract", "world-2011", "--by-region", "--fraction", "0.5"}), 2,
                   {"--by-region: regions are extracted completely"});
}

TEST(Extract, RefusesAnUnknownCellOfTheWorldTable) {
    expect_refused(run_narrows({"extract", "world-2011", "--cell", "TWN_ELE", "CHN_ELF"}), 2,
                   {"unknown sector 'CHN_ELF', did you mean 'CHN_ELE'?"});
}

TEST(Extract, RefusesAKindForACell) {
    const ProgramResult result = run_narrows(
        {"extract", "world-2011", "--cell", "CHN_ELE", "CHN_MAC", "--kind", "backward"});

    expect_refused(result, 2, {"--cell", "--kind does not apply"});
}

TEST(Extract, SaysThatACellWasExtracted) {
    const auto result = run_json({"extract", "world-2011", "--cell", "CHN_ELE", "CHN_MAC"});

    EXPECT_EQ(result["kind"], "cell");
    EXPECT_EQ(result["run"]["parameters"]["kind"], "cell");
}

}  // namespace
}  // namespace narrows::test
