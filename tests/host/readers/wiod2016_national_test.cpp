// WIOD 2016 national tables: small ones written here, and the published ones.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "host/readers/read_table.hpp"

#include "tests/support/errors.hpp"
#include "tests/support/run_program.hpp"
#include "tests/support/shared_files.hpp"
#include "tests/support/workbooks.hpp"

namespace narrows {
namespace {

using test::expect_parts;
using test::message_of;
using test::SheetCells;

/// Two industries in 2009 and 2010; 2010 has twice the flows of 2009.
SheetCells small_sheet() {
    SheetCells rows = {{"Year", "Code", "Description", "Origin", "A01", "C10-C12", "CONS_h",
                        "CONS_np", "CONS_g", "GFCF", "INVEN", "EXP", "GO"},
                       {"", "", "", "", "Crops", "Food", "", "", "", "", "", "", ""}};
    for (const double year : {2009.0, 2010.0}) {
        const double k = year - 2008.0;
        const auto row = [&](const char* code, const char* name, const char* origin,
                             std::vector<double> values) {
            std::vector<test::SheetCell> cells = {year, code, name, origin};
            for (const double value : values) cells.emplace_back(k * value);
            rows.push_back(std::move(cells));
        };
        row("A01", "Crops", "Domestic", {10.1, 30.2, 40, 0, 5, 5, -0.3, 10, 100});
        row("C10-C12", "Food", "Domestic", {5, 20, 100, 1, 10, 14, 0, 50, 200});
        row("A01", "Crops", "Imports", {1, 9, 3, 0, 0, 0, 0, 0, 0});
        row("C10-C12", "Food", "Imports", {2, 8, 7, 0, 0, 0, 0.25, 0, 0});
        row("II_fob", "Inputs", "TOT", {18.1, 67.2, 0, 0, 0, 0, 0, 0, 0});
        row("TXSP", "Taxes", "TOT", {1.9, 2.8, 4, 0, 0, 0, 0, 0, 0});
        row("EXP_adj", "Cif/fob", "TOT", {0, 0, 0, 0, 0, 0, 0, 0, 0});
        row("PURR", "Purchases", "TOT", {0, 0, 0, 0, 0, 0, 0, 0, 0});
        row("PURNR", "Purchases", "TOT", {0, 0, 0, 0, 0, 0, 0, 0, 0});
        row("VA", "Value added", "TOT", {75, 120, 0, 0, 0, 0, 0, 0, 0});
        row("IntTTM", "Margins", "TOT", {5, 10, 0, 0, 0, 0, 0, 0, 0});
        row("GO", "Output", "TOT", {100, 200, 0, 0, 0, 0, 0, 0, 0});
    }
    return rows;
}

InputSource source_of(const SheetCells& rows) {
    return {"ABC_NIOT_nov16.xlsx",
            {{"ABC_NIOT_nov16.xlsx",
              test::workbook({{"Notes", {{"notes"}}}, {"National IO-tables", rows}})}}};
}

std::string refusal(const SheetCells& rows) {
    return message_of<ParseError>([&] { read_table(source_of(rows), {.year = 2009}); });
}

TEST(Wiod2016National, GivesEveryFigureOfTheYear) {
    const IoTable table = read_table(source_of(small_sheet()), {.year = 2010});

    EXPECT_EQ(table.meta().year, 2010);
    EXPECT_EQ(table.classification().regions().front().code, "ABC");
    EXPECT_EQ(table.classification().labels(), (std::vector<std::string>{"A01", "C10-C12"}));
    EXPECT_EQ(table.classification().sector(1).name, "Food");
    EXPECT_EQ(table.Z(), (Eigen::MatrixXd{{20.2, 60.4}, {10, 40}}));
    EXPECT_EQ(table.M(), (Eigen::MatrixXd{{2, 18}, {4, 16}}));
    EXPECT_EQ(table.F().row(0), (Eigen::RowVectorXd{{80, 0, 10, 10, -0.6, 20}}));
    EXPECT_EQ(table.MF().row(1), (Eigen::RowVectorXd{{14, 0, 0, 0, 0.5, 0}}));
    EXPECT_EQ(table.V(), (Eigen::MatrixXd{{150, 240}}));
    EXPECT_EQ(table.T().row(0), (Eigen::RowVectorXd{{3.8, 5.6}}));
    EXPECT_EQ(table.x(), (Eigen::VectorXd{{200, 400}}));
    EXPECT_TRUE((table.M_origins().array() == ImportOrigin::end_use_share).all());
}

TEST(Wiod2016National, NeedsToKnowTheYearWhereThereAreSeveral) {
    const InputSource source = source_of(small_sheet());

    expect_parts(message_of<ArgumentError>([&] { read_table(source); }),
                 {"ABC_NIOT_nov16.xlsx", "2009, 2010", "--year"});
    expect_parts(message_of<ArgumentError>([&] { read_table(source, {.year = 1999}); }),
                 {"2009, 2010", "there is no 1999"});
}

TEST(Wiod2016National, ClosesColumnsThatDoNotAddUpAndSaysSo) {
    SheetCells rows = small_sheet();
    rows[2][12] = 100.0;
    rows[11][5] = 60.0;  // VA of C10-C12 in 2009, half of what it is

    const IoTable table = read_table(source_of(rows), {.year = 2009});

    EXPECT_EQ(table.tax_names().back(), "RESIDUAL");
    EXPECT_NEAR(table.T()(table.T().rows() - 1, 1), 60.0, 1e-12);
    EXPECT_TRUE(table.diagnostics().acceptable());
}

TEST(Wiod2016National, NamesThePlaceOfWhatIsWrong) {
    SheetCells rows = small_sheet();
    rows[2][4] = "1,5";
    expect_parts(refusal(rows), {"sheet 'National IO-tables':3: column 5 (E): found '1,5'"});

    rows = small_sheet();
    rows[3][1] = "A01";
    expect_parts(refusal(rows), {":4:", "a second row of 'A01'"});

    rows = small_sheet();
    rows[3][1] = "A02";
    expect_parts(refusal(rows), {":4:", "'A02'", "an industry of the header"});

    rows = small_sheet();
    rows[4][3] = "Foreign";
    expect_parts(refusal(rows), {":5:", "'Foreign'", "Domestic, Imports or TOT"});

    rows = small_sheet();
    rows[0][5] = "A01";
    expect_parts(refusal(rows), {":1:", "industry 'A01'", "each industry once"});

    rows = small_sheet();
    rows[0][12] = "TOTAL";
    expect_parts(refusal(rows), {":1: column 13 (M)", "'TOTAL'", "'GO'"});

    rows = small_sheet();
    rows.erase(rows.begin() + 11);
    expect_parts(refusal(rows), {"no row 'VA'"});

    rows = small_sheet();
    rows.erase(rows.begin() + 5);
    expect_parts(refusal(rows), {"no row of 'C10-C12'", "Imports"});
}

class PublishedNiot : public testing::TestWithParam<const char*> {};

TEST_P(PublishedNiot, ReadsInEveryYearAndIsRanked) {
    const std::string file = std::string("data/wiod2016_niot/") + GetParam() + "_NIOT_nov16.xlsx";
    NARROWS_NEEDS_SHARED(file);
    const InputSource source(test::shared_path(file));

    for (int year = 2000; year <= 2014; ++year) {
        const IoTable table = read_table(source, {.year = year});
        EXPECT_EQ(table.num_nodes(), 56);
        EXPECT_EQ(table.classification().regions().front().code, GetParam());
        EXPECT_LE(table.diagnostics().rows.max_absolute, 1e-7) << year;
    }
    const nlohmann::ordered_json ranking =
        test::run_json({"rank", source.path(), "--year", "2014", "--all-imports"});
    EXPECT_GT(ranking["rows"].size(), 30U);
}
INSTANTIATE_TEST_SUITE_P(Wiod2016, PublishedNiot,
                         testing::Values("BRA", "CHN", "DEU", "GBR", "JPN", "KOR", "ROU", "TWN",
                                         "USA"),
                         [](const auto& each) { return std::string(each.param); });

IoTable published(const char* country) {
    const std::string file = std::string("data/wiod2016_niot/") + country + "_NIOT_nov16.xlsx";
    return read_table(InputSource(test::shared_path(file)), {.year = 2014});
}

TEST(Wiod2016National, China2014HasTheSheetsTotals) {
    NARROWS_NEEDS_SHARED("data/wiod2016_niot/CHN_NIOT_nov16.xlsx");

    const IoTable table = published("CHN");

    // Sums of the sheet's rows VA and of its block of imports, by another reader.
    EXPECT_NEAR(table.V().sum(), 10283983.046870936, 1e-8 * 10283983.0);
    EXPECT_NEAR(table.M().sum(), 1374499.5135866203, 1e-8 * 1374499.0);
    EXPECT_LE(table.diagnostics().rows.max_absolute, 1e-8);
    EXPECT_NEAR(table.diagnostics().columns.max_absolute, 0.147, 1e-3);
    EXPECT_EQ(table.final_uses().size(), 6U);
}

TEST(Wiod2016National, KnownAnomaliesAreFindingsNotFailures) {
    NARROWS_NEEDS_SHARED("data/wiod2016_niot/ROU_NIOT_nov16.xlsx");
    NARROWS_NEEDS_SHARED("data/wiod2016_niot/BRA_NIOT_nov16.xlsx");

    const IoTable romania = published("ROU");
    const IoTable brazil = published("BRA");

    bool found = false;
    for (const Finding& finding : romania.meta().findings) {
        if (finding.code != "residual-columns") continue;
        found = true;
        EXPECT_EQ(finding.severity, Finding::Severity::warning);
        expect_parts(finding.text, {"10 of 56 columns", "R_S, 12436.9 for 8584.1"});
    }
    EXPECT_TRUE(found);
    EXPECT_EQ(brazil.diagnostics().negative_value_added, (std::vector<std::string>{"C19"}));
}

}  // namespace
}  // namespace narrows
