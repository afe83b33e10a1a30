// The scenarios and concordances that ship with narrows, with the answers that data/README.md
// gives.
#include <map>
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

/// Members of all sets of a file by set; every one with a reason.
std::map<std::string, std::set<std::string>> members_of(const std::string& file) {
    std::map<std::string, std::set<std::string>> members;
    CsvFile csv(shipped(file));
    csv.header({"set", "product", "reason"});
    for (std::vector<std::string_view> fields; csv.next_record(fields);) {
        members[std::string(fields.at(0))].emplace(fields.at(1));
        EXPECT_GE(fields.at(2).size(), 4U) << fields[0] << ' ' << fields[1];
    }
    return members;
}

TEST(ShippedSets, AreTheSameFourOfThreeClassificationsWithReasons) {
    const std::set<std::string> names = {"emerging", "public-service", "security", "strategic"};
    for (const char* table : {"world-2011", "wiod2013", "wiod2016"}) {
        std::set<std::string> found;
        for (const auto& [set, members] : members_of(std::string("sets/") + table + ".csv")) {
            found.insert(set);
        }
        EXPECT_EQ(found, names) << table;
    }
}

TEST(ShippedSets, FitTheEmbeddedTables) {
    const std::string all = "strategic,emerging,public-service,security";
    for (const auto& [table, file] : {std::pair("world-2011", "sets/world-2011.csv"),
                                      std::pair("wiod2016-gbr-2014", "sets/wiod2016.csv")}) {
        std::set<std::string> products;
        for (const auto& [set, members] : members_of(file)) {
            products.insert(members.begin(), members.end());
        }
        const auto ranking =
            run_json({"rank", table, "--home", std::string(table) == "world-2011" ? "CHN" : "GBR",
                      "--all-imports", "--sets", shipped(file), "--only-sets", all, "--set-weights",
                      shipped("sets/weights.csv")});
        EXPECT_EQ(ranking["pairs"], products.size()) << table;
    }
}

TEST(ShippedSets, OfWiod2013HaveItsCodesAndThoseOfTheAggregatedTable) {
    std::map<std::string, std::string> aggregated;
    for (const auto& entry :
         read_concordance(shipped("concordances/wiod2013-35-to-24.csv")).entries) {
        aggregated[entry.from] = entry.to;
    }
    const auto world = members_of("sets/world-2011.csv");
    for (const auto& [set, members] : members_of("sets/wiod2013.csv")) {
        std::set<std::string> codes;
        for (const std::string& member : members) {
            ASSERT_TRUE(aggregated.contains(member)) << member;
            codes.insert(aggregated[member]);
        }
        EXPECT_EQ(codes, world.at(set)) << set;
    }
}

}  // namespace
}  // namespace narrows::test
