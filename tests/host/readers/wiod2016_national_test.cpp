#include <algorithm>
#include <cmath>
#include <filesystem>

#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "host/readers/read_table.hpp"
#include "host/readers/workbook.hpp"

#include "tests/support/errors.hpp"
#include "tests/support/shared_files.hpp"
#include "tests/support/workbooks.hpp"

namespace narrows {
namespace {

using test::expect_parts;
using test::message_of;
using test::SheetCells;

constexpr const char* file = "AAA_NIOT_nov16.xlsx";

/// Two industries in one year; VA closes the columns, so that every figure stays as it is.
void add_year(SheetCells& cells, double year, double scale) {
    const double z[2][2] = {{10.0 / 3.0, 20.0 / 7.0}, {30.0 / 11.0, 5.0 / 13.0}};
    const double m[2][2] = {{1.0 / 3.0, 2.0 / 7.0}, {3.0 / 11.0, 4.0 / 13.0}};
    const double uses[2][6] = {{50, 1, 2, 3, 4, 10}, {20, 5, 10, 5, -5, 10}};
    const char* codes[2] = {"A01", "F"};
    double output[2] = {};
    double inputs[2] = {};
    for (int i = 0; i < 2; ++i) {
        std::vector<test::SheetCell> row = {year, codes[i], "name", "Domestic"};
        for (int j = 0; j < 2; ++j) {
            row.emplace_back(scale * z[i][j]);
            output[i] += scale * z[i][j];
            inputs[j] += scale * z[i][j];
        }
        for (const double use : uses[i]) {
            row.emplace_back(scale * use);
            output[i] += scale * use;
        }
        row.emplace_back(output[i]);
        cells.push_back(row);
    }
    for (int i = 0; i < 2; ++i) {
        std::vector<test::SheetCell> row = {year, codes[i], "name", "Imports"};
        for (int j = 0; j < 2; ++j) {
            row.emplace_back(scale * m[i][j]);
            inputs[j] += scale * m[i][j];
        }
        for (int f = 0; f < 5; ++f) row.emplace_back(scale * 0.5);
        row.insert(row.end(), {0.0, 0.0});
        cells.push_back(row);
    }
    const auto add_total = [&](const char* code, double first, double second) {
        std::vector<test::SheetCell> row = {year, code, code, "TOT", first, second};
        row.insert(row.end(), 7, 0.0);
        cells.push_back(row);
    };
    add_total("II_fob", inputs[0], inputs[1]);
    for (const char* code : {"TXSP", "EXP_adj", "PURR", "PURNR"}) add_total(code, 0.25, 0.5);
    add_total("VA", output[0] - inputs[0] - 2.0, output[1] - inputs[1] - 3.0);
    add_total("IntTTM", 1.0, 1.0);
    add_total("GO", output[0], output[1]);
}

SheetCells header() {
    return {{"Year", "Code", "Description", "Origin", "A01", "F", "CONS_h", "CONS_np", "CONS_g",
             "GFCF", "INVEN", "EXP", "GO"}};
}

IoTable read(const SheetCells& cells, int year = 0) {
    ReadOptions options;
    options.format = "wiod2016-national";
    options.year = year;
    return read_table(
        InputSource("memory",
                    {{file, test::workbook({{"Notes", {{"x"}}}, {"National IO-tables", cells}})}}),
        options);
}

SheetCells two_years() {
    SheetCells cells = header();
    add_year(cells, 2013, 1.0);
    add_year(cells, 2014, 3.0);
    return cells;
}

TEST(Wiod2016National, GivesBackTheFiguresOfTheYearToTheLastDigit) {
    const IoTable table = read(two_years(), 2014);

    EXPECT_EQ(table.meta().year, 2014);
    EXPECT_EQ(table.classification().regions().front().code, "AAA");
    EXPECT_EQ(table.classification().sectors()[0].kind, SectorKind::goods);
    EXPECT_EQ(table.classification().sectors()[1].kind, SectorKind::services);
    EXPECT_EQ(table.Z()(1, 0), 3.0 * (30.0 / 11.0));
    EXPECT_EQ(table.M()(0, 1), 3.0 * (2.0 / 7.0));
    EXPECT_EQ(table.F()(1, 4), -15.0);
    EXPECT_EQ(table.MF()(1, 3), 1.5);
    EXPECT_EQ(table.MF()(1, 5), 0.0);
    EXPECT_EQ(table.final_uses()[5].category, "EXP");
    EXPECT_EQ(table.tax_names(),
              (std::vector<std::string>{"TXSP", "EXP_adj", "PURR", "PURNR", "IntTTM"}));
    EXPECT_EQ(table.T()(1, 1), 0.5);
    EXPECT_EQ(table.T()(4, 0), 1.0);
    EXPECT_EQ(table.M_origins()(0, 0), ImportOrigin::end_use_share);
    EXPECT_EQ(table.MF_origins()(1, 2), ImportOrigin::end_use_share);
    ASSERT_EQ(table.meta().findings.size(), 1U);
    EXPECT_EQ(table.meta().findings[0].code, "imports-by-end-use");
}

TEST(Wiod2016National, ListsTheYearsWhereNoneOrAnotherIsAskedFor) {
    expect_parts(message_of<ArgumentError>([] { read(two_years()); }), {"2013, 2014", "--year"});
    expect_parts(message_of<ArgumentError>([] { read(two_years(), 1999); }),
                 {"2013, 2014", "1999"});
    SheetCells one = header();
    add_year(one, 2010, 1.0);
    EXPECT_EQ(read(one).meta().year, 2010);
}

TEST(Wiod2016National, NamesThePlaceOfWhatIsWrong) {
    const auto refusal = [](auto change) {
        SheetCells cells = two_years();
        change(cells);
        return message_of<ParseError>([&] { read(cells, 2013); });
    };
    expect_parts(refusal([](SheetCells& cells) { cells[2][4] = "1,5"; }),
                 {"sheet 'National IO-tables'", ":3", "(E)", "'1,5'", "expected a number"});
    expect_parts(refusal([](SheetCells& cells) { cells[2] = cells[1]; }),
                 {"a second row of 'A01'"});
    expect_parts(refusal([](SheetCells& cells) { cells[2][1] = "Q"; }), {"'Q'"});
    expect_parts(refusal([](SheetCells& cells) { cells[2][3] = "Abroad"; }), {"'Abroad'"});
    expect_parts(refusal([](SheetCells& cells) { cells.erase(cells.begin() + 4); }),
                 {"no row of 'F'", "Imports"});
    expect_parts(refusal([](SheetCells& cells) { cells[0][5] = "A01"; }), {"'A01'"});
    expect_parts(refusal([](SheetCells& cells) { cells[0][12] = "XX"; }), {"'XX'", "'GO'"});
    expect_parts(refusal([](SheetCells& cells) { std::swap(cells[0][0], cells[0][1]); }),
                 {"'Code'", "'Year'"});
}

std::string shared_file(const std::string& country) {
    return "data/wiod2016_niot/" + country + "_NIOT_nov16.xlsx";
}

IoTable read_shared(const std::string& country, int year) {
    ReadOptions options;
    options.year = year;
    return read_table(test::shared_path(shared_file(country)).string(), options);
}

TEST(Wiod2016National, ReadsChinaAsPublished) {
    NARROWS_NEEDS_SHARED(shared_file("CHN"));
    const IoTable table = read_shared("CHN", 2014);

    EXPECT_EQ(table.num_nodes(), 56);
    EXPECT_LT(table.diagnostics().rows.max_absolute, 1e-8);
    EXPECT_LT(table.diagnostics().columns.max_absolute, 0.15);
    // What the sheet's own rows say.
    double gdp = 0.0;
    double imports = 0.0;
    const Workbook book(InputFile(test::shared_path(shared_file("CHN"))));
    book.read("National IO-tables", [&](const SheetRow& row) {
        if (row.text(0) != "2014") return true;
        const bool is_value_added = row.text(1) == "VA" && row.text(3) == "TOT";
        for (Index c = 4; c < 66; ++c) {
            if (is_value_added && c < 60) gdp += row.require_number(c);
            if (row.text(3) == "Imports") imports += row.require_number(c);
        }
        return true;
    });
    EXPECT_NEAR(table.V().sum(), gdp, 1e-9 * gdp);
    EXPECT_NEAR(table.M().sum() + table.MF().sum(), imports, 1e-9 * imports);
    EXPECT_GT(gdp, 1e7);
}

TEST(Wiod2016National, ReadsEveryCountryAndYearThere) {
    NARROWS_NEEDS_SHARED("data/wiod2016_niot");
    int count = 0;
    for (const auto& entry :
         std::filesystem::directory_iterator(test::shared_path("data/wiod2016_niot"))) {
        for (const int year : {2000, 2007, 2014}) {
            ReadOptions options;
            options.year = year;
            const IoTable table = read_table(entry.path().string(), options);
            EXPECT_TRUE(table.diagnostics().acceptable()) << entry.path() << " " << year;
            EXPECT_LT(table.diagnostics().rows.max_absolute, 1e-6) << entry.path() << " " << year;
            ++count;
        }
    }
    EXPECT_GE(count, 3);
}

/// Text of the finding with this code; "" where there is none.
std::string finding(const IoTable& table, const std::string& code) {
    for (const Finding& each : table.meta().findings) {
        if (each.code == code) return each.text;
    }
    return "";
}

TEST(Wiod2016National, SaysThatARomanianColumnOf2014DoesNotClose) {
    NARROWS_NEEDS_SHARED(shared_file("ROU"));
    const IoTable table = read_shared("ROU", 2014);
    EXPECT_NE(finding(table, "residual-columns").find("R_S"), std::string::npos)
        << finding(table, "residual-columns");
    const Index node = table.classification().node("R_S");
    EXPECT_NEAR(std::abs(table.T()(table.T().rows() - 1, node)), 3853.0, 1.0);
}

TEST(Wiod2016National, KeepsAndListsNegativeValueAdded) {
    NARROWS_NEEDS_SHARED(shared_file("BRA"));
    const IoTable table = read_shared("BRA", 2014);
    const auto& negative = table.diagnostics().negative_value_added;
    EXPECT_NE(std::find(negative.begin(), negative.end(), "C19"), negative.end());
}

}  // namespace
}  // namespace narrows
