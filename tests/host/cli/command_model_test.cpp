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

/// Miller & Blair's table with labour income of 300 and 500.
std::string textbook_labour(const ScratchFolder& folder) {
    return folder.write("labour.csv", "sector,labour\n1,300\n2,500\n");
}

TEST(Multipliers, CloseTheModelWithHouseholds) {
    // Miller & Blair (2009), section 2.5, without what households buy of themselves: consumption
    // is final demand over an income of 7000, (.05, .242857).
    const ScratchFolder folder;

    const auto result =
        run_json({"multipliers", textbook, "--type2", "--labour", textbook_labour(folder),
                  "--households", "FINAL", "--household-income", "7000"});

    const double determinant = 0.85 * (0.95 - 0.25 * 17.0 / 70.0) -
                               0.25 * (0.2 + 0.3 * 17.0 / 70.0) - 0.05 * (0.3 * 0.95 + 0.25 * 0.2);
    const double income_of_1 = (0.3 * 0.95 + 0.25 * 0.2) / determinant;  // Cramer's rule
    EXPECT_NEAR(result["rows"][0]["income_closed"], income_of_1, 1e-12);
    EXPECT_NEAR(result["rows"][0]["income_type2"], income_of_1 / 0.3, 1e-12);
    EXPECT_NEAR(result["rows"][0]["output_closed_total"].get<double>() -
                    result["rows"][0]["output_closed"].get<double>(),
                income_of_1, 1e-12);
    EXPECT_EQ(keys(result["rows"][0]),
              (Names{"sector", "name", "output", "value_added", "value_added_type1", "income",
                     "income_type1", "output_closed", "output_closed_total", "value_added_closed",
                     "income_closed", "value_added_type2", "income_type2"}));
    EXPECT_EQ(result["household_uses"], Names{"FINAL"});
    EXPECT_EQ(result["households"][0]["labour_income"], 800.0);
    EXPECT_EQ(result["households"][0]["spending"], 2050.0);
    EXPECT_EQ(result["households"][0]["income"], 7000.0);
    EXPECT_TRUE(result["run"]["parameters"].contains("labour_hash"));
}

TEST(Multipliers, FindLabourAndHouseholdsOfATableByName) {
    const auto result =
        run_json({"multipliers", "textbook/leontief-1986", "--type2", "--household-income", "400"});

    EXPECT_EQ(result["labour_rows"], Names{"labour"});
    EXPECT_EQ(result["household_uses"], Names{"HOUSEHOLDS"});
    // All value added is labour's: 1 in the open model, 1 / (1 - 260/400) in the closed one.
    EXPECT_NEAR(result["rows"][0]["income"], 1.0, 1e-12);
    EXPECT_NEAR(result["rows"][1]["income_closed"], 400.0 / 140.0, 1e-12);
    const auto named = run_json({"multipliers", "textbook/leontief-1986", "--type2",
                                 "--household-income", "400", "--labour-row", "labour"});
    EXPECT_EQ(named["rows"], result["rows"]);
}

TEST(Multipliers, CloseEveryRegionOfAWorldTable) {
    const auto result = run_json({"multipliers", "world-2011", "--type2", "--labour-row",
                                  "value_added", "--households", "CONS_h"});

    ASSERT_EQ(result["households"].size(), 13U);
    EXPECT_EQ(result["households"][0]["region"], "CHN");
    for (const auto& row : result["rows"]) {
        if (row["value_added_type2"].is_null()) continue;
        EXPECT_GT(row["value_added_closed"].get<double>(), row["value_added"].get<double>());
    }
}

TEST(Multipliers, RefuseHouseholdsThatMakeNoSense) {
    const ScratchFolder folder;
    const std::string labour = textbook_labour(folder);
    const auto refused = [&](Names options, int code, const Names& parts) {
        options.insert(options.begin(), {"multipliers", textbook});
        expect_refused(run_narrows(options), code, parts);
    };

    refused({"--type2"}, 2, {"no income of labour among payments", "--labour-row or --labour"});
    refused({"--type2", "--labour-row", "payment"}, 2,
            {"unknown component of value added 'payment', did you mean 'payments'"});
    refused({"--type2", "--labour", labour}, 2, {"no final use is named", "FINAL"});
    refused({"--type2", "--labour", labour, "--households", "FINALE"}, 2,
            {"unknown final use 'FINALE', did you mean 'FINAL'"});
    refused({"--type2", "--labour", labour, "--households", "FINAL", "--household-income", "0"}, 2,
            {"income of households is 0"});
    refused({"--type2", "--labour", labour, "--households", "FINAL", "--household-income", "10"}, 4,
            {textbook, "closed with households", "expected less than 1"});
    refused({"--type2", "--labour", labour, "--labour-row", "payments"}, 2, {"--labour"});
    refused({"--labour", labour}, 2, {"--labour", "--type2"});
    refused({"--type2", "--labour", "/nowhere.csv"}, 3, {"/nowhere.csv: cannot read"});
    refused({"--type2", "--labour", folder.write("l.csv", "sector,labour\n3,1\n")}, 3,
            {"l.csv:2: column 1 (sector): found unknown sector '3'"});
    refused({"--type2", "--labour", folder.write("n.csv", "sector,labour\n1,-1\n")}, 3,
            {"n.csv:2: column 2 (labour): found '-1', expected a number of 0 or more"});
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
