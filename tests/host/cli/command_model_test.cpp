// linkages, multipliers and solve.
#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/run_program.hpp"

namespace narrows::test {
namespace {

using Names = std::vector<std::string>;

const char* const textbook = "textbook/miller-blair-2009";

Names keys(const nlohmann::ordered_json& object) {
    Names result;
    for (const auto& item : object.items()) result.push_back(item.key());
    return result;
}

TEST(Multipliers, OfTheTextbook) {
    // Miller & Blair (2009), section 2.3: L = [[1.254, 0.330], [0.264, 1.122]].
    const auto result = run_json({"multipliers", textbook});

    EXPECT_EQ(result["schema"], "narrows.multipliers/1");
    EXPECT_EQ(keys(result["rows"][0]),
              (Names{"sector", "name", "output", "value_added", "value_added_type1"}));
    EXPECT_NEAR(result["rows"][0]["output"], 1.518, 1e-3);
    EXPECT_NEAR(result["rows"][1]["output"], 1.452, 1e-3);
    EXPECT_NEAR(result["rows"][0]["value_added"], 1.0, 1e-12);
}

TEST(Multipliers, OfANationalTableIncludeImports) {
    const ScratchFolder folder;
    const std::string china = (folder.path() / "china").string();
    run_narrows({"convert", "world-2011", china, "--home", "CHN"});

    const auto result = run_json({"multipliers", china});

    for (const auto& row : result["rows"]) {
        EXPECT_NEAR(row["value_added"].get<double>() + row["imports"].get<double>(), 1.0, 1e-10);
    }
}

TEST(Linkages, OfTheWorldTable) {
    const auto result = run_json({"linkages", "world-2011"});

    EXPECT_EQ(result["schema"], "narrows.linkages/1");
    ASSERT_EQ(result["rows"].size(), 312U);
    double power = 0.0;
    for (const auto& row : result["rows"]) power += row["power"].get<double>();
    EXPECT_NEAR(power / 312.0, 1.0, 1e-12);  // Rasmussen's index has mean 1
}

TEST(Linkages, NameTheirColumns) {
    EXPECT_EQ(keys(run_json({"linkages", textbook})["rows"][0]),
              (Names{"sector", "name", "backward_direct", "forward_direct", "power", "sensitivity",
                     "forward_ghosh", "power_variation", "sensitivity_variation", "upstreamness",
                     "downstreamness", "key_sector"}));
}

TEST(Solve, FindsTheOutputThatFinalDemandCallsFor) {
    // Miller & Blair (2009), section 2.3: f = (600, 1500) calls for x = (1247.52, 1841.58).
    const ScratchFolder folder;
    const std::string demand = folder.write("f.csv", "sector,base,new\n1,350,600\n2,1700,1500\n");

    const auto result = run_json({"solve", textbook, "--demand", demand});

    EXPECT_NEAR(result["rows"][0]["base"], 1000.0, 1e-9);
    EXPECT_NEAR(result["rows"][1]["base"], 2000.0, 1e-9);
    EXPECT_NEAR(result["rows"][0]["new"], 1247.52, 5e-3);
    EXPECT_NEAR(result["rows"][1]["new"], 1841.58, 5e-3);
    EXPECT_EQ(result["scenarios"][1]["demand"], 2100.0);
    EXPECT_NEAR(result["scenarios"][1]["value_added"], 2100.0, 1e-9);
    EXPECT_LT(result["relative_residual"].get<double>(), 1e-14);
}

TEST(Solve, GivesTotalsWithoutFormingOutputs) {
    const ScratchFolder folder;
    const std::string demand = folder.write("f.csv", "sector,base,new\n1,350,600\n2,1700,1500\n");
    const auto full = run_json({"solve", textbook, "--demand", demand});

    const auto totals = run_json({"solve", textbook, "--demand", demand, "--totals"});

    EXPECT_EQ(totals["scenarios"], full["scenarios"]);
    EXPECT_FALSE(totals.contains("rows"));
    EXPECT_NEAR(totals["scenarios"][1]["output"], 1247.52475247525 + 1841.58415841584, 1e-9);
    expect_refused(run_narrows({"solve", textbook, "--demand", demand, "--totals", "--bounds"}), 2,
                   {"--totals"});
}

TEST(Solve, BoundsTheErrorOfEveryOutput) {
    const ScratchFolder folder;
    const std::string demand = folder.write("f.csv", "sector,only\nCHN_CON,1000\nUSA_PUB,3\n");

    const auto result = run_json({"solve", "world-2011", "--demand", demand, "--bounds"});

    EXPECT_LT(result["error_bound"].get<double>(), 1e-11);
    ASSERT_EQ(result["bounds"].size(), result["rows"].size());
    for (std::size_t row = 0; row < result["rows"].size(); ++row) {
        const double bound = result["bounds"][row]["only"];
        EXPECT_GE(bound, 0.0);
        EXPECT_LE(bound, 1e-10 * (1.0 + result["rows"][row]["only"].get<double>()));
    }
}

TEST(Solve, TakesZeroForSectorsThatAreNotListed) {
    const ScratchFolder folder;
    const std::string demand = folder.write("f.csv", "sector,only\n2,1700\n");

    const auto result = run_json({"solve", textbook, "--demand", demand});

    EXPECT_EQ(result["scenarios"][0]["demand"], 1700.0);
}

TEST(ModelCommands, PrintForPeopleAndAsCsv) {
    const ScratchFolder folder;
    const std::string demand = folder.write("f.csv", "sector,base\n1,350\n2,1700\n");
    const std::vector<Names> commands = {
        {"linkages", textbook}, {"multipliers", textbook}, {"solve", textbook, "--demand", demand}};

    for (Names command : commands) {
        const ProgramResult table = run_narrows(command);
        command.insert(command.end(), {"--output", "csv"});
        const ProgramResult csv = run_narrows(command);

        EXPECT_EQ(table.exit_code, 0) << table.err;
        EXPECT_NE(table.out.find("textbook/miller-blair-2009\n"), std::string::npos) << table.out;
        EXPECT_EQ(csv.out.rfind("sector,name,", 0), 0U) << csv.out;
        EXPECT_EQ(std::count(csv.out.begin(), csv.out.end(), '\n'), 3);
    }
}

TEST(Solve, RefusesDemandThatIsWrong) {
    const ScratchFolder folder;
    const auto refused = [&](const std::string& content, const Names& parts) {
        const std::string file = folder.write("f.csv", content);
        expect_refused(run_narrows({"solve", textbook, "--demand", file}), 3, parts);
    };

    refused("sector,a\n7,1\n", {"f.csv:2: column 1 (sector): found unknown sector '7'"});
    refused("sector,a\n1,1\n1,2\n", {"f.csv:3: column 1 (sector): found duplicate sector '1'"});
    refused("sector,a\n1,many\n", {"f.csv:2: column 2 (a): found 'many', expected a number"});
    refused("sector,a,a\n1,1,2\n", {"f.csv:1: column 3: found 'a'"});
    refused("sector,a\n1\n", {"f.csv:2: found 1 fields, expected 2"});
    refused("code,a\n1,1\n", {"f.csv:1: column 1: found 'code', expected 'sector'"});
    refused("", {"f.csv:1: found an empty file"});
}

TEST(Solve, NeedsDemand) {
    expect_refused(run_narrows({"solve", textbook}), 2, {"--demand is required"});
    expect_refused(run_narrows({"solve", textbook, "--demand", "/nowhere.csv"}), 3,
                   {"/nowhere.csv: cannot read"});
    expect_refused(run_narrows({"solve", textbook, "--demand", "/dev"}), 3,
                   {"/dev: cannot read: is a folder"});
}

TEST(ModelCommands, RefuseATableThatIsNotProductive) {
    const ScratchFolder folder;
    const std::string table = copy_table(textbook, folder.path()).string();
    folder.write("miller-blair-2009/Z.csv", ",1,2\n1,1200,0\n2,0,100\n");
    folder.write("miller-blair-2009/F.csv", ",FINAL\n1,-200\n2,1900\n");
    folder.write("miller-blair-2009/V.csv", ",1,2\npayments,-200,1900\n");

    for (const char* command : {"linkages", "multipliers", "extract"}) {
        expect_refused(run_narrows({command, table}), 4, {"not productive", "1 (1.2)"});
    }
}

TEST(ModelCommands, RefuseATableThatDoesNotBalance) {
    const ScratchFolder folder;
    const auto table = copy_table(textbook, folder.path());
    replace_in_file(table / "V.csv", "650", "640");

    for (const char* command : {"linkages", "multipliers", "extract"}) {
        expect_refused(run_narrows({command, table.string()}), 3,
                       {table.string(), "column of 1 sums to 990, expected gross output 1000"});
    }
}

}  // namespace
}  // namespace narrows::test
