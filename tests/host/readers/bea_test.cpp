// BEA's matrices: a small folder and small workbooks written here, and the published ones.
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "host/readers/read_table.hpp"
#include "host/readers/years.hpp"

#include "tests/support/errors.hpp"
#include "tests/support/run_program.hpp"
#include "tests/support/shared_files.hpp"
#include "tests/support/workbooks.hpp"

namespace narrows {
namespace {

using test::expect_parts;
using test::message_of;
using Files = std::map<std::string, std::string>;

/// Industries 111 and 42, products 111, 42 and S00300, which nobody makes.
Files small_folder() {
    return {{"Make.csv", ",111,42,S00300\n111,90,10,0\n42,0,100,0\n"},
            {"U.csv", ",111,42\n111,20,10\n42,15,5\nS00300,2,1\n"},
            {"FD.csv", ",F01000,F04000,F05000\n111,60,20,-20\n42,80,12,-2\nS00300,4,0,-7\n"},
            {"VA.csv", ",111,42\nV00100,40,50\nV00200,3,4\nV00300,20,30\n"},
            {"Imp_U.csv", ",111,42\n111,4,6\n42,1,0\nS00300,2,1\n"},
            {"Imp_FD.csv", ",F01000,F04000,F05000\n111,10,0,-20\n42,1,0,-2\nS00300,4,0,-7\n"}};
}

IoTable read(const Files& files, SutModel model = SutModel::fixed_product_sales) {
    return read_table(InputSource("IO_2017", files), {.model = model});
}

TEST(Bea, MakesAnIndustryTableByModelD) {
    const IoTable table = read(small_folder());

    // R = make q^-1: 111 makes all of 111 and a tenth elevenths... 10/110 of 42.
    const double share = 10.0 / 110.0;
    EXPECT_EQ(table.classification().labels(), (std::vector<std::string>{"111", "42"}));
    EXPECT_EQ(table.meta().year, 2017);
    EXPECT_NEAR(table.Z()(0, 0), 16 + share * 14, 1e-14);
    EXPECT_NEAR(table.Z()(1, 0), (1 - share) * 14, 1e-14);
    EXPECT_NEAR(table.M()(0, 1), 6, 1e-14);
    EXPECT_NEAR(table.MF()(0, 0), 10 + share * 1, 1e-14);
    EXPECT_EQ(table.x(), (Eigen::VectorXd{{100, 100}}));
    EXPECT_EQ(table.V().sum(), 147);
    EXPECT_EQ(table.tax_names().front(), "S00300, not made at home");
    EXPECT_EQ(table.T().row(0), (Eigen::RowVectorXd{{2, 1}}));
    // Of the column of imports only what is no import of a product stays: nothing here.
    EXPECT_EQ(table.final_uses().size(), 3U);
    EXPECT_TRUE(table.F().col(2).isZero(0.0));
    EXPECT_TRUE(table.diagnostics().acceptable());
}

TEST(Bea, MakesAProductTableByModelB) {
    const IoTable table = read(small_folder(), SutModel::industry_technology);

    EXPECT_EQ(table.classification().labels(), (std::vector<std::string>{"111", "42", "S00300"}));
    EXPECT_EQ(table.x(), (Eigen::VectorXd{{90, 110, 0}}));
    EXPECT_NEAR(table.V().sum(), 147, 1e-12);
}

TEST(Bea, ReadsRowsAndColumnsByTheirCodesInAnyOrder) {
    Files files = small_folder();
    files["U.csv"] = ",42,111\nS00300,1,2\n42,5,15\n111,10,20\n";

    EXPECT_EQ(read(files).hash(), read(small_folder()).hash());
}

TEST(Bea, NamesWhatIsMissingOrTwice) {
    const auto refusal = [](const char* name, const char* content) {
        Files files = small_folder();
        files[name] = content;
        return message_of<ParseError>([&] { read(files); });
    };
    expect_parts(refusal("U.csv", ",111,42\n111,20,10\n42,15,5\n"), {"U.csv", "no row 'S00300'"});
    expect_parts(refusal("U.csv", ",111,43\n111,20,10\n42,15,5\nS00300,2,1\n"),
                 {"U.csv:1:", "unknown code '43'"});
    expect_parts(refusal("VA.csv", ",111,111\nV00100,40,50\n"), {"VA.csv", "two columns 111"});
    expect_parts(refusal("Make.csv", ",111,42,S00300\n111,90,x,0\n42,0,100,0\n"),
                 {"Make.csv:2: column 3", "found 'x', expected a number"});
}

TEST(Bea, ReadsTheWorkbooksOfOneYear) {
    using test::SheetCells;
    const SheetCells head = {{"title"}, {"unit"}, {"agency"}, {"2017"}, {}};
    const auto sheet = [&](SheetCells rows) {
        rows.insert(rows.begin(), head.begin(), head.end());
        return rows;
    };
    const SheetCells make = sheet({{"", "Industries/Commodities", "111", "42", "S00300", ""},
                                   {"IOCode", "Name", "Farms", "Trade", "Other", "Total"},
                                   {"111", "Farms", 90.0, 10.0, "...", 100.0},
                                   {"42", "Trade", "...", 100.0, "...", 100.0},
                                   {"", "Total", 90.0, 110.0, "...", 200.0},
                                   {"Legend / Footnotes:"}});
    const SheetCells use =
        sheet({{"", "Commodities/Industries", "111", "42", "", "F010", "F040", "F050"},
               {"IOCode", "Name", "Farms", "Trade", "Sum", "PCE", "Exports", "Imports"},
               {"111", "Farms", 20.0, 10.0, 30.0, 60.0, 20.0, -20.0},
               {"42", "Trade", 15.0, 5.0, 20.0, 80.0, 12.0, -2.0},
               {"S00300", "Other", 2.0, 1.0, 3.0, 4.0, "...", -7.0},
               {"", "Total Intermediate", 37.0, 16.0},
               {"V00100", "Compensation", 40.0, 50.0, 90.0, "...", "...", "..."},
               {"V00200", "Taxes", 3.0, 4.0, 7.0, "...", "...", "..."},
               {"V00300", "Surplus", 20.0, 30.0, 50.0, "...", "...", "..."}});
    const SheetCells imports =
        sheet({{"", "Commodity / Industry", "111", "42", "T001", "F010", "F040", "F050"},
               {"IOCode", "Name", "Farms", "Trade", "Sum", "PCE", "Exports", "Imports"},
               {"111", "Farms", 4.0, 6.0, 10.0, 10.0, "...", -20.0},
               {"42", "Trade", 1.0, "...", 1.0, 1.0, "...", -2.0},
               {"S00300", "Other", 2.0, 1.0, 3.0, 4.0, "...", -7.0}});
    const auto book = [](const SheetCells& rows) {
        return test::workbook({{"ReadMe", {{"x"}}}, {"2016", rows}, {"2017", rows}});
    };
    const InputSource source("bea", {{"IOUse_x.xlsx", book(use)},
                                     {"IOMake_x.xlsx", book(make)},
                                     {"ImportMatrices_x.xlsx", book(imports)},
                                     {"IxI_TR.xlsx", "something else"}});

    const IoTable table = read_table(source, {.year = 2017});
    const IoTable csv = read(small_folder());

    EXPECT_EQ(table.Z(), csv.Z());
    EXPECT_EQ(table.M(), csv.M());
    EXPECT_EQ(table.V(), csv.V());
    EXPECT_EQ(table.classification().sector(0).name, "Farms");
    expect_parts(message_of<YearsError>([&] { read_table(source); }), {"2016, 2017", "--year"});
}

TEST(Bea, PublishedDetailOf2017Balances) {
    NARROWS_NEEDS_SHARED("data/bea/2017_detail/U.csv");

    const IoTable table = read_table(InputSource(test::shared_path("data/bea/2017_detail")));

    EXPECT_EQ(table.num_nodes(), 402);
    EXPECT_EQ(table.meta().year, 2017);
    EXPECT_TRUE(table.diagnostics().acceptable());
    EXPECT_LE(table.diagnostics().columns.max_absolute, 13.0 + 1e-6);
    EXPECT_EQ(table.V().sum(), 19612089.0);
    EXPECT_GE(table.M().minCoeff(), 0.0);
    EXPECT_NEAR(table.F().col(19).sum(), 61631.0, 1.0);  // customs duties, cif to fob
    for (const Finding& finding : table.meta().findings) {
        EXPECT_NE(finding.code, "residual-rows") << finding.text;
        EXPECT_NE(finding.code, "residual-columns") << finding.text;
        if (finding.code == "imports-above-use") {
            expect_parts(finding.text, {"13 cells", "2073", "325414 bought by 325412"});
        }
    }
}

TEST(Bea, PublishedDetailOf2017IsRanked) {
    NARROWS_NEEDS_SHARED("data/bea/2017_detail/U.csv");

    const nlohmann::ordered_json ranking =
        test::run_json({"rank", test::shared_path("data/bea/2017_detail").string(), "--home", "USA",
                        "--all-imports"});

    EXPECT_GT(ranking["rows"].size(), 200U);
    EXPECT_EQ(ranking["gdp"], 19612089.0);
}

TEST(Bea, PublishedWorkbooksRead) {
    NARROWS_NEEDS_SHARED("data/bea/IOUse_Before_Redefinitions_PRO_1997-2018_Summary.xlsx");

    const IoTable table = read_table(InputSource(test::shared_path("data/bea")), {.year = 2018});

    EXPECT_EQ(table.num_nodes(), 71);
    EXPECT_NEAR(table.V().sum(), 20580223.0, 100.0);
    EXPECT_EQ(table.classification().sector(0).name, "Farms");
}

}  // namespace
}  // namespace narrows
