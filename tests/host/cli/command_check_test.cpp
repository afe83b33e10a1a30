#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/run_program.hpp"

namespace narrows::test {
namespace {

/// `check` prints its report also where the table fails; the error is one line all the same.
void expect_failed_check(const ProgramResult& result, int exit_code,
                         const std::vector<std::string>& parts) {
    EXPECT_FALSE(result.out.empty());
    expect_refused({result.exit_code, "", result.err}, exit_code, parts);
}

std::string unbalanced(const ScratchFolder& folder) {
    const auto table = copy_table("textbook/miller-blair-2009", folder.path());
    replace_in_file(table / "F.csv", "1,350", "1,360");
    return table.string();
}

std::string unproductive(const ScratchFolder& folder) {
    const auto table = copy_table("textbook/miller-blair-2009", folder.path());
    folder.write("miller-blair-2009/Z.csv", ",1,2\n1,1200,0\n2,0,100\n");
    folder.write("miller-blair-2009/F.csv", ",FINAL\n1,-200\n2,1900\n");
    folder.write("miller-blair-2009/V.csv", ",1,2\npayments,-200,1900\n");
    return table.string();
}

TEST(Check, PassesEveryEmbeddedTable) {
    for (const char* table : {"world-2011", "textbook/leontief-1986", "textbook/miller-blair-2009",
                              "textbook/miller-blair-2009-interregional"}) {
        const auto report = run_json({"check", table});

        EXPECT_EQ(report["schema"], "narrows.check/1");
        EXPECT_EQ(report["name"], table);
        EXPECT_EQ(report["rows_balanced"], true);
        EXPECT_EQ(report["columns_balanced"], true);
        EXPECT_EQ(report["productive"], true);
        EXPECT_LT(report["identity_deviation"].get<double>(), 1e-12);
    }
}

TEST(Check, ReportsWhatItFoundOut) {
    const auto report = run_json({"check", "textbook/miller-blair-2009"});

    EXPECT_EQ(report["gdp"], 2050.0);
    EXPECT_EQ(report["output"], 3000.0);
    EXPECT_DOUBLE_EQ(report["max_column_sum"].get<double>(), 0.35);
    EXPECT_EQ(report["max_column_sum_sector"], "1");
    EXPECT_EQ(report["hash"].get<std::string>(), report["run"]["table_hash"]);
    EXPECT_LE(report["spectral_radius_lower"].get<double>(),
              report["spectral_radius_upper"].get<double>());
}

TEST(Check, PrintsForPeopleAndAsCsv) {
    const ProgramResult table = run_narrows({"check", "world-2011"});
    const ProgramResult csv = run_narrows({"check", "world-2011", "--output", "csv"});

    EXPECT_EQ(table.exit_code, 0);
    EXPECT_EQ(table.out.rfind("Check of world-2011 (2011)\n", 0), 0U) << table.out;
    EXPECT_EQ(csv.exit_code, 0);
    EXPECT_EQ(csv.out.rfind("field,value\nname,world-2011\n", 0), 0U) << csv.out;
    EXPECT_NE(csv.out.find("\nrows_balanced,true\n"), std::string::npos) << csv.out;
}

TEST(Check, ReportsATableThatDoesNotBalanceThenFails) {
    const ScratchFolder folder;
    const std::string table = unbalanced(folder);

    const ProgramResult result = run_narrows({"check", table, "--output", "json"});

    expect_failed_check(result, 3, {table, "row of 1 sums to 1010, expected gross output 1000"});
    const auto report = nlohmann::json::parse(result.out);
    EXPECT_EQ(report["rows_balanced"], false);
    EXPECT_EQ(report["columns_balanced"], true);
    EXPECT_EQ(report["worst_rows"][0]["sector"], "1");
    EXPECT_EQ(report["worst_rows"][0]["residual"], 10.0);
}

TEST(Check, ReportsATableThatIsNotProductiveThenFails) {
    const ScratchFolder folder;
    const std::string table = unproductive(folder);

    const ProgramResult result = run_narrows({"check", table, "--output", "json"});

    expect_failed_check(result, 4, {table, "not productive"});
    const auto report = nlohmann::json::parse(result.out);
    EXPECT_EQ(report["productive"], false);
    EXPECT_DOUBLE_EQ(report["max_column_sum"].get<double>(), 1.2);
    EXPECT_EQ(report["negative_value_added"], std::vector<std::string>{"1"});
}

TEST(Check, WritesTheReportOfAFailedTableToTheFile) {
    const ScratchFolder folder;
    const std::string table = unbalanced(folder);
    const std::string report = (folder.path() / "report").string();

    const ProgramResult result = run_narrows({"check", table, "--out", report});

    expect_refused(result, 3, {"does not balance"});
    EXPECT_NE(read_file(report).find("no, 1 out"), std::string::npos);
}

TEST(Check, ReportsNegativeOutputAndInputsWithoutOutput) {
    const ScratchFolder folder;
    const auto table = copy_table("textbook/miller-blair-2009", folder.path());
    folder.write("miller-blair-2009/F.csv", ",FINAL\n1,-650\n2,1700\n");
    folder.write("miller-blair-2009/V.csv", ",1,2\npayments,-350,1400\n");
    folder.write("miller-blair-2009/x.csv", ",x\n1,0\n2,2000\n");

    const ProgramResult empty = run_narrows({"check", table.string()});
    folder.write("miller-blair-2009/F.csv", ",FINAL\n1,-750\n2,1700\n");
    folder.write("miller-blair-2009/V.csv", ",1,2\npayments,-450,1400\n");
    folder.write("miller-blair-2009/x.csv", ",x\n1,-100\n2,2000\n");
    const ProgramResult negative = run_narrows({"check", table.string()});

    expect_failed_check(empty, 3, {"1 has gross output 0 but buys inputs"});
    expect_failed_check(negative, 3, {"gross output of 1 is negative"});
}

TEST(Check, RefusesWhatCannotBeReadWithoutAReport) {
    const ScratchFolder folder;
    const auto table = copy_table("textbook/miller-blair-2009", folder.path());
    replace_in_file(table / "Z.csv", "150", "NaN");

    expect_refused(run_narrows({"check", table.string()}), 3,
                   {"Z.csv:2: column 2 (1): found 'NaN', expected a number"});
    expect_refused(run_narrows({"check"}), 2, {"TABLE is required"});
    expect_refused(run_narrows({"check", folder.path().string()}), 3, {"not a table"});
}

TEST(Check, ClaimsNoCertificateForATableWithoutAModel) {
    const ScratchFolder folder;
    const ProgramResult result = run_narrows({"check", unproductive(folder), "--output", "json"});

    const auto run = nlohmann::json::parse(result.out)["run"];

    EXPECT_TRUE(run["certificate"]["spectral_radius_bound"].is_null());
    EXPECT_TRUE(run["certificate"]["identity_deviation"].is_null());
    EXPECT_EQ(run["backend"], "cpu");
}

nlohmann::ordered_json findings(const nlohmann::ordered_json& report, const std::string& code) {
    auto found = nlohmann::ordered_json::array();
    for (const auto& each : report["findings"]) {
        if (each["code"] == code) found.push_back(each);
    }
    return found;
}

/// Balanced, with a negative flow, a residual final use and an empty sector.
std::string odd(const ScratchFolder& folder) {
    const auto table = copy_table("textbook/miller-blair-2009", folder.path());
    folder.write("miller-blair-2009/sectors.csv",
                 "code,name,kind\n1,One,goods\n2,Two,goods\n"
                 "3,None,goods\n");
    folder.write("miller-blair-2009/Z.csv", ",1,2,3\n1,150,-500,0\n2,200,100,0\n3,0,0,0\n");
    folder.write("miller-blair-2009/F.csv", ",FINAL,RESIDUAL\n1,1200,150\n2,1700,0\n3,0,0\n");
    folder.write("miller-blair-2009/V.csv", ",1,2,3\npayments,650,2400,0\n");
    folder.write("miller-blair-2009/x.csv", ",x\n1,1000\n2,2000\n3,0\n");
    return table.string();
}

TEST(Check, ListsFindingsInJson) {
    const ScratchFolder folder;

    const auto report = run_json({"check", odd(folder)});

    EXPECT_EQ(report["layout"], "plain folder of narrows");
    EXPECT_EQ(report["warnings"], 2);
    EXPECT_EQ(report["notes"], 1);
    ASSERT_EQ(report["findings"].size(), 3U);
    EXPECT_EQ(report["findings"][2]["severity"], "note");
    const auto cells = findings(report, "negative-cells");
    ASSERT_EQ(cells.size(), 1U);
    EXPECT_EQ(cells[0]["severity"], "warning");
    EXPECT_EQ(cells[0]["text"],
              "cells of Z below 0: 1, together -500; lowest: -500 in row 1, column 2");
    EXPECT_EQ(findings(report, "residual-final-use").size(), 1U);
    EXPECT_EQ(findings(report, "empty-sectors").size(), 1U);
    EXPECT_EQ(report["negative_cells"][0]["block"], "Z");
    EXPECT_EQ(report["negative_cells"][0]["lowest"], -500.0);
    EXPECT_DOUBLE_EQ(report["residual_final_use_share"].get<double>(), 0.05);
}

TEST(Check, PrintsWarningsThenNotesThenFigures) {
    const ScratchFolder folder;
    const std::string table = odd(folder);

    const std::string text = run_narrows({"check", table}).out;
    const std::string csv = run_narrows({"check", table, "--output", "csv"}).out;

    const auto title = text.find("Check of ");
    const auto warning = text.find("\nwarning");
    const auto last_warning = text.rfind("\nwarning");
    const auto note = text.find("\nnote");
    const auto figures = text.find("\nname");
    ASSERT_NE(figures, std::string::npos) << text;
    EXPECT_LT(title, warning);
    EXPECT_LT(last_warning, note);
    EXPECT_LT(note, figures);
    EXPECT_NE(csv.find("\nwarning,\"negative-cells: cells of Z"), std::string::npos) << csv;
    EXPECT_NE(csv.find("\nwarnings,2\n"), std::string::npos) << csv;
}

TEST(Check, TakesWarningsForErrorsWhereStrict) {
    const ScratchFolder folder;
    const std::string table = odd(folder);

    const ProgramResult strict = run_narrows({"check", table, "--strict"});

    EXPECT_EQ(run_narrows({"check", table}).exit_code, 0);
    expect_failed_check(strict, 3, {table, "2 warnings (--strict), first: negative-cells"});
    EXPECT_EQ(run_narrows({"check", "textbook/leontief-1986", "--strict"}).exit_code, 0);
}

TEST(Check, FailsAsEverWhereStrictAndOutOfBalance) {
    const ScratchFolder folder;

    expect_failed_check(run_narrows({"check", unbalanced(folder), "--strict"}), 3,
                        {"row of 1 sums to 1010"});
}

}  // namespace
}  // namespace narrows::test
