#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "host/readers/formats.hpp"
#include "host/readers/read_table.hpp"
#include "host/readers/years.hpp"

#include "tests/support/errors.hpp"
#include "tests/support/run_program.hpp"
#include "tests/support/shared_files.hpp"

namespace narrows {
namespace {

using test::expect_parts;
using test::message_of;
using Files = std::map<std::string, std::string>;

IoTable read(const Files& files, const ReadOptions& options = {}) {
    return read_table(InputSource("tables", files), options);
}

bool has_finding(const IoTable& table, const std::string& code, const std::string& part = "") {
    return std::any_of(
        table.meta().findings.begin(), table.meta().findings.end(), [&](const Finding& finding) {
            return finding.code == code && finding.text.find(part) != std::string::npos;
        });
}

/// Two regions with two industries; rows and columns close.
const std::string edition_2025 =
    "V1,AAA_A01,AAA_F,ROW_A01,ROW_F,AAA_HFCE,AAA_DPABR,ROW_HFCE,ROW_DPABR,OUT\n"
    "AAA_A01,1,2,3,4,5.5,0,-1,0.5,15\n"
    "AAA_F,2,1,0,0,4,1,1,1,10\n"
    "ROW_A01,0,1,2,3,4,5,4,1,20\n"
    "ROW_F,1,0,2,2,1,2,6,16,30\n"
    "TLS,1,1,1,1,9,9,9,9,0\n"
    "VA,10,5,12,20,0,0,0,0,0\n"
    "OUT,15,10,20,30,0,0,0,0,0\n";

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

TEST(OecdIcio, ReadsTheEditionOf2025) {
    const IoTable table = read({{"2022.csv", edition_2025}});
    EXPECT_EQ(table.classification().labels(),
              (std::vector<std::string>{"AAA_A01", "AAA_F", "ROW_A01", "ROW_F"}));
    EXPECT_EQ(table.Z(),
              (Eigen::MatrixXd(4, 4) << 1, 2, 3, 4, 2, 1, 0, 0, 0, 1, 2, 3, 1, 0, 2, 2).finished());
    EXPECT_EQ(
        table.F(),
        (Eigen::MatrixXd(4, 4) << 5.5, 0, -1, 0.5, 4, 1, 1, 1, 4, 5, 4, 1, 1, 2, 6, 16).finished());
    EXPECT_EQ(table.T(), (Eigen::MatrixXd(1, 4) << 1, 1, 1, 1).finished());
    EXPECT_EQ(table.V(), (Eigen::MatrixXd(1, 4) << 10, 5, 12, 20).finished());
    EXPECT_EQ(table.x(), Eigen::Vector4d(15, 10, 20, 30));
    EXPECT_EQ(table.tax_names(), std::vector<std::string>{"TLS"});
    EXPECT_EQ(table.final_uses()[3].label(), "ROW_DPABR");
    EXPECT_EQ(table.meta().year, 2022);
    EXPECT_EQ(table.meta().unit, "million US dollars");
    expect_parts(table.meta().layout, {"OECD ICIO", "2025"});
    EXPECT_TRUE(table.meta().findings.empty());
    EXPECT_EQ(table.classification().sector(0).kind, SectorKind::goods);
    EXPECT_EQ(table.classification().sector(1).kind, SectorKind::services);
}

TEST(OecdIcio, ReadsQuotesCarriageReturnsByteOrderMarkAndAnyOrderOfRows) {
    const IoTable expected = read({{"2022.csv", edition_2025}});
    std::string text = edition_2025;
    const std::string row = "AAA_F,2,1,0,0,4,1,1,1,10\n";
    text = replaced(text, row, "") + row;
    text = replaced(text, "V1,AAA_A01,AAA_F", "\"\",\"AAA_A01\",\"AAA_F\"");
    for (auto at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 2)) {
        text.insert(at, "\r");
    }
    const IoTable table = read({{"2022.csv", "\xEF\xBB\xBF" + text}});
    const std::vector<Index> order = {0, 2, 3, 1};
    for (Index i = 0; i < 4; ++i) {
        const Index from = order[static_cast<std::size_t>(i)];
        EXPECT_EQ(table.classification().label(i), expected.classification().label(from));
        EXPECT_EQ(table.x()[i], expected.x()[from]);
        EXPECT_EQ(table.F().row(i), expected.F().row(from));
        for (Index j = 0; j < 4; ++j) {
            EXPECT_EQ(table.Z()(i, j), expected.Z()(from, order[static_cast<std::size_t>(j)]));
        }
    }
}

TEST(OecdIcio, KeepsUnderscoresInIndustries) {
    std::string text = edition_2025;
    for (const char* region : {"AAA", "ROW"}) {
        for (int i = 0; i < 2; ++i) {
            text = replaced(text, fmt::format("{}_F,", region), fmt::format("{}_C17_18,", region));
        }
    }
    const IoTable table = read({{"2022.csv", text}});
    EXPECT_EQ(table.classification().sector(1).code, "C17_18");
    EXPECT_EQ(table.classification().sector(1).kind, SectorKind::goods);
    EXPECT_EQ(table.classification().regions()[1].code, "ROW");
}

/// China in three parts, taxes by country.
const std::string edition_2018 =
    ",CHN_01T03,CN1_01T03,CN2_01T03,MEX_01T03,CHN_HFCE,CHN_P33,MEX_HFCE,MEX_P33,TOTAL\n"
    "CHN_01T03,0,0,0,0,0,0,0,0,0\n"
    "CN1_01T03,0,1,2,3,4,5,6,0,21\n"
    "CN2_01T03,0,4,5,6,7,8,9,0,39\n"
    "MEX_01T03,0,7,8,9,10,11,5,0,50\n"
    "CHN_TAXSUB,0,1,2,3,0,0,0,0,0\n"
    "MEX_TAXSUB,0,0.5,0.5,1,0,0,0,0,0\n"
    "VALU,0,7.5,21.5,28,0,0,0,0,0\n"
    "OUTPUT,0,21,39,50,0,0,0,0,0\n";

TEST(OecdIcio, AddsThePartsOfChinaAndMexicoUp) {
    const IoTable table = read({{"ICIO2018_2010.CSV", edition_2018}});
    EXPECT_EQ(table.classification().labels(),
              (std::vector<std::string>{"CHN_01T03", "MEX_01T03"}));
    EXPECT_EQ(table.Z(), (Eigen::MatrixXd(2, 2) << 12, 9, 15, 9).finished());
    EXPECT_EQ(table.F(), (Eigen::MatrixXd(2, 4) << 11, 13, 15, 0, 10, 11, 5, 0).finished());
    EXPECT_EQ(table.T(), (Eigen::MatrixXd(2, 2) << 3, 3, 1, 1).finished());
    EXPECT_EQ(table.x(), Eigen::Vector2d(60, 50));
    EXPECT_EQ(table.meta().year, 2010);
    EXPECT_TRUE(has_finding(table, "folded-regions", "CN1, CN2"));
    expect_parts(table.meta().layout, {"2018"});
    expect_parts(table.meta().changes, {"CN1, CN2"});
}

TEST(OecdIcio, ReadsTheEditionOf2016WithItsDiscrepancy) {
    const IoTable table =
        read({{"ICIO2016_2003.csv",
               "\"\",\"AUS_C01T05AGR\",\"NZL_C01T05AGR\",\"NZL_C50T52WRT\",\"HFCE_AUS\","
               "\"HFCE_NZL\",\"DISC\"\n"
               "\"AUS_C01T05AGR\",1,2,3,4,5,-5\n"
               "\"NZL_C01T05AGR\",2,2,2,2,2,10\n"
               "\"NZL_C50T52WRT\",3,3,3,3,3,15\n"
               "\"VA+TAXSUB\",4,13,22,0,0,0\n"
               "\"OUT\",10,20,30,0,0,0\n"}});
    EXPECT_EQ(table.final_uses()[0].label(), "AUS_HFCE");
    EXPECT_EQ(table.final_uses()[2].category, "DISC");
    EXPECT_EQ(table.F().col(2), Eigen::Vector3d(-5, 10, 15));
    EXPECT_EQ(table.value_added_names(), std::vector<std::string>{"VA+TAXSUB"});
    EXPECT_TRUE(has_finding(table, "discrepancy"));
    EXPECT_TRUE(has_finding(table, "value-added-with-taxes", "VA+TAXSUB"));
    EXPECT_FALSE(has_finding(table, "missing-row"));
    expect_parts(table.meta().layout, {"2016"});
    EXPECT_EQ(table.classification().sector(0).kind, SectorKind::goods);
    EXPECT_EQ(table.classification().sector(1).kind, SectorKind::services);
}

TEST(OecdIcio, TellsTheEditionsOf2021And2023ByTheirIndustries) {
    const auto with_industry = [](const std::string& code) {
        std::string text = edition_2025;
        for (const char* region : {"AAA", "ROW"}) {
            for (int i = 0; i < 2; ++i) {
                text = replaced(text, fmt::format("{}_A01,", region),
                                fmt::format("{}_{},", region, code));
            }
        }
        return read({{"2018.csv", text}}).meta().layout;
    };
    expect_parts(with_industry("01T02"), {"2021"});
    expect_parts(with_industry("A01_02"), {"2023"});
}

TEST(OecdIcio, ChoosesTheYearThatWasAskedFor) {
    const Files files = {{"2021.csv", edition_2025}, {"2022.csv", edition_2025}};
    EXPECT_EQ(read(files, {.year = 2021}).meta().year, 2021);
    expect_parts(message_of<YearsError>([&] { read(files); }), {"2021", "2022"});
    expect_parts(message_of<YearsError>([&] { read(files, {.year = 2019}); }),
                 {"2019", "2021", "2022"});
    expect_parts(message_of<YearsError>([&] {
                     read({{"2022.csv", edition_2025}}, {.year = 2019});
                 }),
                 {"2019", "2022"});
}

TEST(OecdIcio, WarnsOfRowsAndFinalUsesThatItDoesNotKnow) {
    std::string text = replaced(edition_2025, "ROW_DPABR", "ROW_ZZZ");
    text = replaced(text, "VA,", "EMP,1,1,1,1,0,0,0,0,0\nVA,");
    text = replaced(text, "\nTLS,", "\nZZZ,");
    const IoTable table = read({{"2022.csv", text}});
    EXPECT_TRUE(has_finding(table, "missing-row", "TLS"));
    EXPECT_TRUE(has_finding(table, "unknown-rows", "EMP"));
    EXPECT_TRUE(has_finding(table, "unknown-final-uses", "ROW_ZZZ"));
    EXPECT_EQ(table.F()(3, 3), 16.0);
}

TEST(OecdIcio, RefusesNodesThatAreOnlyARowOrOnlyAColumn) {
    expect_parts(message_of<ParseError>([&] {
                     read({{"2022.csv", replaced(edition_2025, "\nROW_F,", "\nROX_F,")}});
                 }),
                 {"2022.csv:5: column 1", "ROX_F"});
    expect_parts(message_of<ParseError>([&] {
                     read({{"2022.csv", replaced(edition_2025, ",ROW_F,", ",ROX_F,")}});
                 }),
                 {"2022.csv:5: column 1", "ROW_F"});
}

TEST(OecdIcio, RefusesLabelsThatAreThereTwice) {
    expect_parts(message_of<ParseError>([&] {
                     read({{"2022.csv", replaced(edition_2025, "ROW_DPABR", "AAA_HFCE")}});
                 }),
                 {"2022.csv:1: column 9", "duplicate", "AAA_HFCE"});
    expect_parts(message_of<ParseError>([&] {
                     read({{"2022.csv", replaced(edition_2025, "\nROW_F,", "\nAAA_A01,")}});
                 }),
                 {"2022.csv:5: column 1", "duplicate", "AAA_A01"});
}

TEST(OecdIcio, WarnsWhereTheTotalsDiffer) {
    const IoTable table = read({{"2022.csv", replaced(edition_2025, "1,1,1,10\n", "1,1,1,11\n")}});
    EXPECT_EQ(table.x()[1], 10.0);
    EXPECT_TRUE(has_finding(table, "total-column", "AAA_F"));
}

TEST(OecdIcio, RefusesMalformedNumbersWithTheirPlace) {
    expect_parts(message_of<ParseError>([&] {
                     read({{"2022.csv", replaced(edition_2025, "5.5", "\"5,5\"")}});
                 }),
                 {"2022.csv:2: column 6", "'5,5'", "decimal comma"});
    expect_parts(message_of<ParseError>([&] {
                     read({{"2022.csv", edition_2025.substr(0, edition_2025.size() - 30)}});
                 }),
                 {"2022.csv:7", "9 fields", "expected 10"});
}

TEST(OecdIcio, LeavesOtherFormatsAlone) {
    const auto recognises = formats::oecd_icio().recognises;
    EXPECT_FALSE(recognises(InputSource("a", Files{{"f.csv", "rowLabels,AR_A01,AR_B,AR_C\n"}})));
    EXPECT_FALSE(recognises(InputSource("a", Files{{"Z.csv", ",AUS_AtB,AUS_C,AUS_D,AUS_E\n"}})));
    EXPECT_FALSE(recognises(InputSource("a", Files{{"T.csv", "1,2,3,4\n"}})));
    EXPECT_FALSE(recognises(InputSource("a", Files{{"empty.csv", ""}})));
    EXPECT_TRUE(recognises(InputSource("a", Files{{"b/2022.CSV", edition_2025}})));
}

// Rows and columns of the mocks contradict each other a thousandfold. The sums are those of the
// files: five regions and MX1 of eight industries, and four with CN1 and CN2.
TEST(OecdIcio, ReadsTheMocks) {
    NARROWS_NEEDS_SHARED("data/layouts/oecd_mock");
    for (const char* name : {"ICIO2018_2010.CSV", "ICIO2018_2010.zip", "ICIO2016_2003.csv"}) {
        const auto path = test::shared_path(std::string("data/layouts/oecd_mock/") + name);
        expect_parts(message_of<BalanceError>([&] { read_table(path.string()); }),
                     {"rows do not add up to gross output"});
        const IoTable table = read_table(path.string(), {.acceptance = Acceptance::any});
        const bool is_2018 = std::string(name).find("2018") != std::string::npos;
        EXPECT_EQ(table.num_nodes(), is_2018 ? 40 : 32);
        EXPECT_DOUBLE_EQ(table.Z().sum(), 25308592.60580565);
        EXPECT_DOUBLE_EQ(table.F().sum(), is_2018 ? 11436429103.3 : 10753340468.0);
        EXPECT_DOUBLE_EQ(table.V().sum(), 24117105.775);
        EXPECT_DOUBLE_EQ(table.x().sum(), is_2018 ? 49426172.95747124 : 49425698.38014001);
        EXPECT_TRUE(table.diagnostics().columns.balanced());
    }
}

}  // namespace
}  // namespace narrows
