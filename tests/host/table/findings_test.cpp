#include "host/table/findings.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "tests/support/errors.hpp"
#include "tests/support/tables.hpp"

namespace narrows {
namespace {

using test::expect_parts;
using Names = std::vector<std::string>;

/// Two sectors with imports, whole numbers, balanced.
TableData two_sectors() {
    TableData data;
    data.meta.unit = "million";
    data.classification = Classification::national({{"ONE", ""}, {"TWO", ""}}, {"HOM", ""});
    data.Z = Eigen::MatrixXd{{150, 500}, {200, 100}};
    data.F = Eigen::MatrixXd{{300, 50}, {1600, 100}};
    data.final_uses = {{"", "FINAL"}, {"", "EXPORTS"}};
    data.M = Eigen::MatrixXd{{60, 40}, {30, 100}};
    data.MF = Eigen::MatrixXd{{10, 0}, {20, 0}};
    data.T = Eigen::MatrixXd{{10, 10}};
    data.tax_names = {"taxes"};
    data.V = Eigen::MatrixXd{{550, 1250}};
    data.value_added_names = {"value_added"};
    data.x = Eigen::VectorXd{{1000, 2000}};
    return data;
}

TableFindings examined(const TableData& data) {
    return examine(data, diagnose(data));
}

/// The one finding with this code; fails the test where there is none or more.
Finding finding(const TableFindings& found, const std::string& code) {
    std::vector<Finding> with;
    for (const Finding& each : found.findings) {
        if (each.code == code) with.push_back(each);
    }
    if (with.size() != 1) ADD_FAILURE() << with.size() << " findings " << code;
    return with.empty() ? Finding() : with.front();
}

bool has(const TableFindings& found, const std::string& code) {
    return std::any_of(found.findings.begin(), found.findings.end(),
                       [&](const Finding& each) { return each.code == code; });
}

void expect_warning(const Finding& finding, const Names& parts) {
    EXPECT_EQ(finding.severity, Finding::Severity::warning) << finding.code;
    expect_parts(finding.text, parts);
}

TEST(Findings, SayNothingOfATableInOrder) {
    const TableFindings found = examined(two_sectors());

    EXPECT_TRUE(found.findings.empty()) << found.findings.front().text;
    ASSERT_EQ(found.negative_cells.size(), 6U);
    for (const NegativeCells& cells : found.negative_cells) EXPECT_EQ(cells.count, 0);
}

TEST(Findings, LeaveOutBlocksThatTheTableLacks) {
    TableData data = two_sectors();
    data.M.resize(0, 0);
    data.MF.resize(0, 0);
    data.T.resize(0, 0);
    data.tax_names.clear();

    Names blocks;
    for (const NegativeCells& cells : examined(data).negative_cells) blocks.push_back(cells.block);
    EXPECT_EQ(blocks, (Names{"Z", "F", "V"}));
}

TEST(Findings, CountNegativeCellsOfEveryBlockWithTheWorst) {
    TableData data = two_sectors();
    data.Z(0, 1) = -3;
    data.Z(1, 1) = -5;
    data.F(1, 0) = -7;
    data.M(1, 0) = -11;
    data.MF(0, 1) = -13;
    data.T(0, 1) = -17;
    data.V(0, 0) = -19;

    const auto cells = examined(data).negative_cells;

    ASSERT_EQ(cells.size(), 6U);
    const Names blocks{"Z", "F", "M", "MF", "T", "V"};
    const Names rows{"TWO", "TWO", "TWO", "ONE", "taxes", "value_added"};
    const Names columns{"TWO", "FINAL", "ONE", "EXPORTS", "TWO", "ONE"};
    const double worst[] = {-5, -7, -11, -13, -17, -19};
    for (std::size_t i = 0; i < 6; ++i) {
        EXPECT_EQ(cells[i].block, blocks[i]);
        EXPECT_EQ(cells[i].count, i == 0 ? 2 : 1) << blocks[i];
        EXPECT_EQ(cells[i].sum, i == 0 ? -8 : worst[i]) << blocks[i];
        EXPECT_EQ(cells[i].worst, worst[i]);
        EXPECT_EQ(cells[i].row, rows[i]);
        EXPECT_EQ(cells[i].column, columns[i]);
    }
}

TEST(Findings, WarnOfNegativeFlowsBetweenSectorsAndOnlyNoteInventories) {
    TableData flows = two_sectors();
    flows.Z(0, 1) = -3;
    TableData inventories = two_sectors();
    inventories.F(0, 0) = -3;

    expect_warning(finding(examined(flows), "negative-cells"),
                   {"cells of Z below 0: 1, together -3", "lowest: -3 in row ONE, column TWO"});
    EXPECT_EQ(finding(examined(inventories), "negative-cells").severity, Finding::Severity::note);
}

TEST(Findings, WarnOfImportsAboveUse) {
    TableData data = two_sectors();
    data.Z(1, 0) = -20;
    data.Z(0, 0) = -40;  // nothing is imported there: negative, but not above use
    data.M(0, 0) = 0;

    const TableFindings found = examined(data);

    EXPECT_EQ(found.imports_above_use.count, 1);
    EXPECT_EQ(found.imports_above_use.largest, 20.0);
    expect_warning(finding(found, "imports-above-use"),
                   {": 1;", "excess: 20 in row TWO, column ONE"});
}

TEST(Findings, WarnOfASingleInputThatCostsMoreThanTheOutput) {
    TableData data = two_sectors();
    data.Z(1, 0) = 1500;
    data.M(0, 1) = 2500;

    const TableFindings found = examined(data);

    EXPECT_EQ(found.coefficients_above_one.count, 2);
    EXPECT_EQ(found.coefficients_above_one.largest, 1.5);
    expect_warning(finding(found, "coefficient-above-one"), {": 2;", "1.5 in row TWO, column ONE"});
}

TEST(Findings, NameWhatSpeaksOfReExports) {
    TableData data = two_sectors();
    data.classification =
        Classification::national({{"ONE", "Re-exports"}, {"TWO", ""}}, {"HOM", ""});
    data.final_uses[1].category = "REEXPORT";

    const TableFindings found = examined(data);

    EXPECT_EQ(found.re_exports, (Names{"ONE", "REEXPORT"}));
    expect_warning(finding(found, "re-exports"), {"ONE, REEXPORT"});
}

TEST(Findings, NameDomesticRowsThatExportMoreThanTheyMake) {
    TableData national = two_sectors();
    national.F(1, 1) = 2300;
    national.F(1, 0) = -600;

    const TableFindings found = examined(national);

    EXPECT_EQ(found.exports_above_output, Names{"TWO"});
    expect_warning(finding(found, "exports-above-output"), {": 1 (TWO)"});
}

TEST(Findings, CountSalesToOtherRegionsAsExports) {
    TableData world = test::random_world_table(3, 4, 5).data();
    EXPECT_TRUE(examined(world).exports_above_output.empty());
    // R1_S2 sells twice its output to the final use of R0, and takes it back at home.
    world.F(6, 0) += 2.0 * world.x[6];
    world.F(6, 1) -= 2.0 * world.x[6];

    EXPECT_EQ(examined(world).exports_above_output, Names{"R1_S2"});
}

TEST(Findings, WarnThatProportionalSplitsHideSingleUsers) {
    TableData data = two_sectors();
    data.M_origins = ImportOrigins::Constant(2, 2, ImportOrigin::proportional);
    data.M_origins(0, 0) = ImportOrigin::observed;                                 // 60 of 260
    data.MF_origins = ImportOrigins::Constant(2, 2, ImportOrigin::end_use_share);  // 30 of 260

    const TableFindings found = examined(data);

    const OriginCount& proportional = found.origins[2];
    EXPECT_EQ(proportional.count, 3);
    EXPECT_DOUBLE_EQ(proportional.share, 170.0 / 260.0);
    EXPECT_EQ(found.origins[1].count, 2);  // cells with 0 do not count
    EXPECT_DOUBLE_EQ(found.origins[1].share, 30.0 / 260.0);
    EXPECT_DOUBLE_EQ(found.origins[0].share, 60.0 / 260.0);
    expect_warning(finding(found, "proportional-imports"),
                   {"3 import cells", "65.4 %", "same origins", "choke points of single users"});
    expect_warning(finding(found, "end-use-share-imports"), {"2 import cells", "11.5 %"});
}

TEST(Findings, WarnOfResidualAccountsWithTheirShare) {
    TableData data = two_sectors();
    data.final_uses[0].category = "RESIDUAL";
    data.F(0, 0) = -300;
    data.tax_names = {"RESIDUAL"};

    const TableFindings found = examined(data);

    EXPECT_DOUBLE_EQ(found.residual_final_use_share, 1900.0 / 3000.0);
    EXPECT_DOUBLE_EQ(found.residual_tax_share, 20.0 / 3000.0);
    expect_warning(finding(found, "residual-final-use"), {"final use RESIDUAL, 63.3 %"});
    expect_warning(finding(found, "residual-taxes"), {"tax row RESIDUAL, 0.667 %"});
}

TEST(Findings, DoNotRepeatWhatTheReaderSaidOfResiduals) {
    TableData data = two_sectors();
    data.tax_names = {"RESIDUAL"};
    data.meta.findings = {{Finding::Severity::warning, "residual-columns", "said"}};

    const TableFindings found = examined(data);

    EXPECT_FALSE(has(found, "residual-taxes"));
    EXPECT_GT(found.residual_tax_share, 0.0);
}

TEST(Findings, SayWhatTheDiagnosticsSay) {
    TableData data = two_sectors();
    data.F(0, 0) += 10;
    data.V(0, 1) = -1;

    const TableFindings found = examined(data);

    expect_warning(finding(found, "unbalanced-rows"), {"1 of 2 rows", "worst: ONE, 1010 for 1000"});
    expect_warning(finding(found, "unbalanced-columns"), {"1 of 2 columns", "worst: TWO"});
    expect_warning(finding(found, "negative-value-added"), {": 1 (TWO)"});
}

TEST(Findings, NoteEmptySectors) {
    TableData data = two_sectors();
    data.Z.setZero();
    data.F.row(0).setZero();
    data.M.setZero();
    data.T.setZero();
    data.V.setZero();
    data.x[0] = 0;

    EXPECT_EQ(finding(examined(data), "empty-sectors").severity, Finding::Severity::note);
    expect_parts(finding(examined(data), "empty-sectors").text, {": 1 (ONE)"});
}

TEST(FinalUseNames, TellHouseholdsFromOthers) {
    for (const char* name :
         {"CONS_h", "HFCE", "P3_S14", "F010", "F01000", "Households",
          "Final consumption expenditure by households", "household final consumption"}) {
        EXPECT_TRUE(is_household_category(name)) << name;
    }
    for (const char* name : {"CONS_np", "CONS_g", "GFCF", "NPISH", "EXPORTS", "P3_S15",
                             "Non-profit instns serving households",
                             "Final consumption expenditure by non-profit organisations serving "
                             "households (NPISH)"}) {
        EXPECT_FALSE(is_household_category(name)) << name;
    }
}

TEST(ValueAddedNames, TellLabourFromOthers) {
    for (const char* name :
         {"D1", "LAB", "V00100", "labour", "Compensation of employees", "Wages and salaries",
          "Compensation of employees; wages, salaries: Low-skilled"}) {
        EXPECT_TRUE(is_labour_component(name)) << name;
    }
    for (const char* name : {"VA", "value_added", "B2A3G", "Operating surplus", "D29X39",
                             "payments", "Taxes less subsidies on production"}) {
        EXPECT_FALSE(is_labour_component(name)) << name;
    }
}

}  // namespace
}  // namespace narrows
