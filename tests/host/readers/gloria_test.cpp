// GLORIA's bare numbers: two regions of two sectors written here, and the mock of its layout.
#include <algorithm>
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

std::string file_name(char matrix, int year = 2022, const std::string& markup = "001") {
    return "20240111_120secMother_AllCountries_002_" + std::string(1, matrix) + "-Results_" +
           std::to_string(year) + "_059_Markup" + markup + "(full).csv";
}

/// Region 1 makes (90 10; 0 30), region 2 (60 0; 20 80), industry x product; accounts balance.
const char* const transactions =
    "0,0,90,10,0,0,0,0\n0,0,0,30,0,0,0,0\n10,6,0,0,4,0,0,0\n20,2,0,0,0,8,0,0\n"
    "0,0,0,0,0,0,60,0\n0,0,0,0,0,0,20,80\n8,0,0,0,12,4,0,0\n4,0,0,0,16,20,0,0\n";
const char* const final_use =
    "0,0,0,0\n0,0,0,0\n40,10,20,0\n5,1,4,0\n0,0,0,0\n0,0,0,0\n6,0,40,10\n0,0,30,10\n";
const char* const value_added =
    "40,15,0,0,0,0,0,0\n18,7,0,0,0,0,0,0\n0,0,0,0,20,50,0,0\n0,0,0,0,8,18,0,0\n";

Files small_set(int year = 2022) {
    return {{file_name('T', year), transactions},
            {file_name('Y', year), final_use},
            {file_name('V', year), value_added}};
}

IoTable read(const Files& files, const ReadOptions& options = {}) {
    return read_table(InputSource("GLORIA", files), options);
}

bool has_finding(const IoTable& table, const std::string& code) {
    const auto& findings = table.meta().findings;
    return std::any_of(findings.begin(), findings.end(),
                       [&](const Finding& finding) { return finding.code == code; });
}

std::string refusal(char matrix, const std::string& content) {
    Files files = small_set();
    files[file_name(matrix)] = content;
    return message_of<ParseError>([&] { read(files); });
}

TEST(Gloria, MakesAWorldTableOfIndustriesByModelD) {
    const IoTable table = read(small_set());

    // Industries sell products by their shares of what the region makes:
    // R = (1 1/4; 0 3/4) in region 1 and (3/4 0; 1/4 1) in region 2.
    Eigen::MatrixXd z(4, 4);
    z << 15, 6.5, 4, 2,  //
        15, 1.5, 0, 6,   //
        6, 0, 9, 3,      //
        6, 0, 19, 21;
    Eigen::MatrixXd f(4, 4);
    f << 41.25, 10.25, 21, 0,  //
        3.75, 0.75, 3, 0,      //
        4.5, 0, 30, 7.5,       //
        1.5, 0, 40, 12.5;
    Eigen::MatrixXd v(2, 4);
    v << 40, 15, 20, 50,  //
        18, 7, 8, 18;
    EXPECT_EQ(table.Z(), z);
    EXPECT_EQ(table.F(), f);
    EXPECT_EQ(table.V(), v);
    EXPECT_EQ(table.T().size(), 0);
    EXPECT_EQ(table.x(), (Eigen::VectorXd{{100, 30, 60, 100}}));
    EXPECT_EQ(table.classification().labels(),
              (std::vector<std::string>{"R001_S001", "R001_S002", "R002_S001", "R002_S002"}));
    EXPECT_EQ(table.final_uses()[2].label(), "R002_final use 1");
    EXPECT_EQ(table.meta().year, 2022);
    EXPECT_EQ(table.meta().unit, "thousand US dollars");
    EXPECT_NE(table.meta().layout.find("edition 059"), std::string::npos);
    EXPECT_FALSE(has_finding(table, "residual-rows"));
    EXPECT_FALSE(has_finding(table, "residual-columns"));
    EXPECT_TRUE(has_finding(table, "numbered-regions"));
}

TEST(Gloria, TakesLabelsFromTheReadMeBesideTheData) {
    Files files = small_set();
    files["GLORIA_ReadMe_059.xlsx"] = test::workbook(
        {{"Regions",
          {{"Lfd_Nr", "Region_acronyms", "Region_names"},
           {1.0, "AFG", "Afghanistan"},
           {2.0, "AGO", "Angola"}}},
         {"Sectors", {{"Lfd_Nr", "Sector_names"}, {1.0, "Growing wheat"}, {2.0, "Education"}}}});

    const IoTable table = read(files);

    EXPECT_EQ(table.classification().label(2), "AGO_S001");
    EXPECT_EQ(table.classification().regions()[0].name, "Afghanistan");
    EXPECT_EQ(table.classification().sector(0).name, "Growing wheat");
    EXPECT_EQ(table.classification().sector(0).kind, SectorKind::goods);
    EXPECT_EQ(table.classification().sector(1).kind, SectorKind::services);
    EXPECT_FALSE(has_finding(table, "numbered-regions"));
    EXPECT_FALSE(has_finding(table, "numbered-sectors"));
}

TEST(Gloria, TakesTheNumberOfRegionsFromTheReadMeWhereValueAddedLeavesItOpen) {
    Files files = small_set();
    files["GLORIA_ReadMe_059.xlsx"] =
        test::workbook({{"Regions", {{1.0, "AFG", "Afghanistan"}, {2.0, "AGO", "Angola"}}}});
    const Eigen::MatrixXd z = read(files).Z();

    files[file_name('V')] =  // 5 in the column of a product
        "40,15,0,5,0,0,0,0\n18,7,0,0,0,0,0,0\n0,0,0,0,20,50,0,0\n0,0,0,0,8,18,0,0\n";
    const IoTable table = read(files);
    EXPECT_EQ(table.Z(), z);
    EXPECT_TRUE(has_finding(table, "value-added-out-of-place"));

    files[file_name('V')] = "0,0,0,0,0,0,0,0\n0,0,0,0,0,0,0,0\n0,0,0,0,0,0,0,0\n0,0,0,0,0,0,0,0\n";
    EXPECT_EQ(message_of<BalanceError>([&] { read(files); }).find("GLORIA: columns do not"), 0U);
}

TEST(Gloria, NumbersLabelsWhereTheReadMeHasOtherCounts) {
    Files files = small_set();
    files["GLORIA_ReadMe_059.xlsx"] =
        test::workbook({{"Regions", {{1.0, "AFG", "Afghanistan"}}}, {"Sectors", {{1.0, "Wheat"}}}});

    const IoTable table = read(files);

    EXPECT_EQ(table.classification().label(2), "R002_S001");
    EXPECT_TRUE(has_finding(table, "numbered-regions"));
    EXPECT_TRUE(has_finding(table, "numbered-sectors"));
}

TEST(Gloria, RefusesAReadMeThatNamesARegionTwice) {
    Files files = small_set();
    files["GLORIA_ReadMe_059.xlsx"] =
        test::workbook({{"Regions", {{1.0, "AFG", "a"}, {2.0, "AFG", "b"}}}});

    expect_parts(message_of<ParseError>([&] { read(files); }), {"Regions", "'AFG'", "each once"});
}

TEST(Gloria, TakesTaxesOnProductsFromTheirSheets) {
    Files files = small_set();
    files[file_name('V')] =
        "40,15,0,0,0,0,0,0\n13,7,0,0,0,0,0,0\n0,0,0,0,20,50,0,0\n0,0,0,0,8,19,0,0\n";
    const std::string zeros = "0,0,0,0,0,0,0,0\n";
    files[file_name('T', 2022, "004")] =
        zeros + zeros + "3,0,0,0,0,0,0,0\n" + zeros + zeros + zeros + "2,0,0,0,0,0,0,0\n" + zeros;
    files[file_name('T', 2022, "005")] =
        zeros + zeros + zeros + zeros + zeros + zeros + zeros + "0,0,0,0,0,-1,0,0\n";

    const IoTable table = read(files);

    Eigen::MatrixXd t(2, 4);
    t << 5, 0, 0, 0,  //
        0, 0, 0, -1;
    EXPECT_EQ(table.T(), t);
    EXPECT_EQ(table.tax_names(),
              (std::vector<std::string>{"taxes on products", "subsidies on products"}));
    EXPECT_EQ(table.Z(), read(small_set()).Z());
}

TEST(Gloria, KeepsWhatIndustriesBuyOfProductsThatNobodyMakes) {
    Files files = small_set();
    // Region 1 makes nothing of its second product; its industries make 100 and 30 of the first.
    files[file_name('T')] =
        "0,0,100,0,0,0,0,0\n0,0,30,0,0,0,0,0\n10,6,0,0,4,0,0,0\n20,2,0,0,0,8,0,0\n"
        "0,0,0,0,0,0,60,0\n0,0,0,0,0,0,20,80\n8,0,0,0,12,4,0,0\n4,0,0,0,16,20,0,0\n";

    const IoTable table = read(files);

    EXPECT_EQ(table.tax_names().front(), "products that nobody makes");
    EXPECT_EQ(table.T().row(0), (Eigen::RowVectorXd{{20, 2, 0, 8}}));
    EXPECT_TRUE(has_finding(table, "products-without-make"));
}

TEST(Gloria, KnowsTheGoodsAmongIts120SectorsWithoutNames) {
    std::string t;
    std::string y;
    std::string v;
    for (int i = 0; i < 240; ++i) {
        for (int j = 0; j < 240; ++j)
            t += std::string(j == i + 120 ? "10" : "0") + (j < 239 ? "," : "\n");
        y += i < 120 ? "0\n" : "10\n";
        v += std::string(i < 120 ? "10" : "0") + (i < 239 ? "," : "\n");
    }
    const IoTable table = read({{file_name('T'), t}, {file_name('Y'), y}, {file_name('V'), v}});

    EXPECT_EQ(table.num_nodes(), 120);
    EXPECT_EQ(table.classification().sector(96).kind, SectorKind::goods);     // materials recovery
    EXPECT_EQ(table.classification().sector(97).kind, SectorKind::services);  // construction
}

TEST(Gloria, ClosesAccountsThatFiveDigitsLeaveOpen) {
    Files files = small_set();
    files[file_name('V')] =
        "40,15,0,0,0,0,0,0\n18.01,7,0,0,0,0,0,0\n0,0,0,0,20,50,0,0\n0,0,0,0,8,18,0,0\n";

    const IoTable table = read(files);

    EXPECT_EQ(table.tax_names().back(), "RESIDUAL");
    EXPECT_NEAR(table.T()(0, 0), -0.01, 1e-12);
    EXPECT_TRUE(table.diagnostics().acceptable());
}

TEST(Gloria, AsksForOneOfSeveralYears) {
    Files files = small_set(2021);
    files.merge(small_set(2022));

    EXPECT_EQ(read(files, {.year = 2021}).meta().year, 2021);
    expect_parts(message_of<YearsError>([&] { read(files); }), {"2021, 2022", "--year"});
    expect_parts(message_of<YearsError>([&] { read(files, {.year = 1990}); }),
                 {"2021, 2022", "no 1990"});
}

TEST(Gloria, OffersModelDOnly) {
    expect_parts(message_of<ArgumentError>(
                     [] { read(small_set(), {.model = SutModel::industry_technology}); }),
                 {"model D, not B"});
}

TEST(Gloria, SaysWhichFileIsMissingOrTwice) {
    for (const char matrix : {'Y', 'V'}) {
        Files files = small_set();
        files.erase(file_name(matrix));
        expect_parts(message_of<FileError>([&] { read(files); }),
                     {std::string("no ") + matrix + "-Results", "2022", "Markup001"});
    }
    Files files = small_set();
    files["copy/" + file_name('V')] = value_added;
    expect_parts(message_of<FileError>([&] { read(files); }), {"two files", "copy/"});
    expect_parts(message_of<FileError>([] {
                     read({{file_name('T', 2022, "005"), transactions}}, {.format = "gloria"});
                 }),
                 {"basic prices", "Markup001"});
}

TEST(Gloria, RefusesFilesThatDoNotFitEachOther) {
    expect_parts(refusal('T', "0,1\n1,0\n"), {"T-Results", "2 lines of 2 numbers", "8 of 8"});
    expect_parts(refusal('Y', "0,0,0,0\n"), {"Y-Results", "1 lines", "8"});
    // The second component of region 1 is gone: no number of regions fits.
    expect_parts(refusal('V', "40,15,0,0,0,0,0,0\n0,0,0,0,20,50,0,0\n0,0,0,0,8,18,0,0\n"),
                 {"V-Results", "no number of regions"});
    expect_parts(refusal('V',
                         "0,0,0,0,0,0,0,0\n0,0,0,0,0,0,0,0\n0,0,0,0,0,0,0,0\n"
                         "0,0,0,0,0,0,0,0\n"),
                 {"V-Results", "fits 1 or 2 or 4 regions"});
    expect_parts(refusal('V', "1,2,3\n"), {"V-Results", "3 numbers", "an even number"});
    expect_parts(refusal('V', ""), {"V-Results", "no line"});
}

TEST(Gloria, RefusesValueAddedThatIsCutOff) {
    // Value added of region 1 alone would fit one region of four sectors as well.
    Files files = small_set();
    files[file_name('V')] = "40,15,0,0,0,0,0,0\n18,7,0,0,0,0,0,0\n";

    expect_parts(message_of<BalanceError>([&] { read(files); }),
                 {"GLORIA: ", "rows do not add up to gross output"});
}

TEST(Gloria, NamesLineAndColumnOfWhatIsNoNumber) {
    std::string text = transactions;
    text.replace(text.find("20,2"), 2, "x2");
    expect_parts(refusal('T', text), {"T-Results", ":4: column 1", "'x2'", "a number"});

    text = transactions;
    text.replace(text.find("12,4"), 2, "\"1,2\"");
    expect_parts(refusal('T', text), {":7: column 5", "a number"});

    text = final_use;
    text.replace(text.find("40,10,20"), 2, "40;");
    expect_parts(refusal('Y', text), {"Y-Results", ":3: column 1"});
}

TEST(Gloria, RefusesShortLinesBeforeItReservesMemoryForThem) {
    std::string wide(400000, ',');
    for (std::size_t i = 0; i < wide.size(); i += 2) wide[i] = '0';
    wide += "0\n";
    for (int i = 0; i < 200000; ++i) wide += "0\n";

    expect_parts(refusal('V', wide), {"V-Results", "found 1 fields, expected 200001"});
    expect_parts(refusal('T', wide), {"T-Results", "found 1 fields, expected 200001"});
}

TEST(Gloria, ReadsByteOrderMarkCarriageReturnsAndQuotes) {
    std::string text = "\xEF\xBB\xBF";
    for (const char c : std::string(transactions)) text += c == '\n' ? "\r\n" : std::string(1, c);
    text.replace(text.find("60,"), 2, "\"60\"");
    Files files = small_set();
    files[file_name('T')] = text;

    EXPECT_EQ(read(files).hash(), read(small_set()).hash());
    expect_parts(refusal('T', std::string("\xFF\xFE\x30\x00", 4)), {"UTF-16"});
}

TEST(Gloria, IsNotClaimedForSatellites) {
    const InputSource source(
        "GLORIA",
        {{"20240111_002_TQ-Results_2022_059_Markup001(full).csv", "1,2\n"}, {"readme.txt", "x"}});
    for (const TableFormat& format : table_formats()) EXPECT_FALSE(format.recognises(source));
}

// Three of GLORIA's sectors, so nothing adds up.
TEST(Gloria, MockHasThreeRegionsThatDoNotBalance) {
    NARROWS_NEEDS_SHARED("data/layouts/gloria_mock");

    const std::string message = message_of<BalanceError>(
        [] { read_table(InputSource(test::shared_path("data/layouts/gloria_mock"))); });

    // The second product of region 1: made 5977600.
    expect_parts(message, {"rows", "R001_S002", "for 5977600"});
    const IoTable table = read_table(InputSource(test::shared_path("data/layouts/gloria_mock")),
                                     {.acceptance = Acceptance::any});
    EXPECT_EQ(table.num_nodes(), 9);
    EXPECT_DOUBLE_EQ(table.value_added().sum(), 3553956.0928017413);  // of the file V
}

}  // namespace
}  // namespace narrows
