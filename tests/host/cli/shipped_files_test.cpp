// The scenarios and concordances that ship with narrows, with the answers that data/README.md
// gives.
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "host/readers/csv.hpp"
#include "host/readers/input_files.hpp"

#include "tests/support/run_program.hpp"
#include "tests/support/shared_files.hpp"

namespace narrows::test {
namespace {

std::string shipped(const std::string& file) {
    return (data_path() / file).string();
}

TEST(ShippedScenario, ConstructionDemandGivesTheAnswersOfItsDocumentation) {
    const auto result = run_json(
        {"solve", "world-2011", "--demand", shipped("scenarios/china-construction-demand.csv")});

    const auto& totals = result["scenarios"];
    EXPECT_NEAR(totals[0]["output"].get<double>(), 32557.0, 0.5);
    EXPECT_NEAR(totals[1]["output"].get<double>(), 33566.0, 0.5);
    // All value added lies somewhere in the world.
    EXPECT_NEAR(totals[0]["value_added"].get<double>(), 10000.0, 1e-6);
    const auto& china = result["regions"][0];
    EXPECT_EQ(china["region"], "CHN");
    EXPECT_NEAR(china["construction"].get<double>(), 8207.0, 0.5);
    EXPECT_NEAR(china["machinery"].get<double>(), 7729.0, 0.5);
    EXPECT_LE(result["relative_residual"].get<double>(), 1e-14);
}

TEST(ShippedScenario, ElectronicsReadingPutsElectronicsFirst) {
    const auto result = run_json({"rank", "--home", "CHN", "--criticality",
                                  shipped("scenarios/electronics-critical.csv"), "--top", "5"});

    EXPECT_EQ(result["rows"].size(), 5U);
    EXPECT_EQ(result["rows"][0]["product"], "ELE");
    EXPECT_EQ(result["run"]["parameters"]["criticality"],
              shipped("scenarios/electronics-critical.csv"));
}

TEST(ShippedConcordance, AggregatesTheWorldToFiveRegionsAndFiveSectors) {
    const ScratchFolder folder;
    const std::string small = (folder.path() / "small").string();

    const ProgramResult aggregated = run_narrows(
        {"aggregate", "world-2011", small, "--sectors", shipped("concordances/world24-to-5.csv"),
         "--regions", shipped("concordances/world13-to-5.csv")});
    const auto before = run_json({"check", "world-2011"});
    const auto after = run_json({"check", small});

    EXPECT_EQ(aggregated.exit_code, 0) << aggregated.err;
    EXPECT_EQ(after["size"], "25 nodes: 5 regions, 5 sectors");
    EXPECT_EQ(after["gdp"], before["gdp"]);
    EXPECT_EQ(after["output"], before["output"]);
    EXPECT_EQ(after["criticality_ratings"], true);
}

/// Codes in the first column of a concordance, and those in the named column of a published list.
void expect_covers(const std::string& concordance, const std::string& list, std::size_t column) {
    std::set<std::string> from;
    for (const auto& entry : read_concordance(shipped(concordance)).entries)
        from.insert(entry.from);
    CsvFile file(shared_path(list));
    file.header({"idx"});
    std::set<std::string> published;
    for (std::vector<std::string_view> fields; file.next_record(fields);) {
        published.emplace(fields.at(column));
    }
    EXPECT_EQ(from, published);
}

TEST(ShippedConcordance, CoversThePublishedSectorsAndRegionsOfWiod2013) {
    NARROWS_NEEDS_SHARED("data/wiod2013/sectors.csv");
    NARROWS_NEEDS_SHARED("data/wiod2013/regions.csv");

    expect_covers("concordances/wiod2013-35-to-24.csv", "data/wiod2013/sectors.csv", 1);
    expect_covers("concordances/wiod2013-41-to-13.csv", "data/wiod2013/regions.csv", 1);
}

}  // namespace
}  // namespace narrows::test
