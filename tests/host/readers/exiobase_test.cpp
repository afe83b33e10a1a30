#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "host/readers/formats.hpp"
#include "host/readers/read_table.hpp"
#include "host/readers/years.hpp"

#include "tests/support/errors.hpp"
#include "tests/support/shared_files.hpp"

namespace narrows {
namespace {

using test::expect_parts;
using test::message_of;
using Files = std::map<std::string, std::string>;

IoTable read(const Files& files, const std::string& path = "IOT_2011_pxp",
             const ReadOptions& options = {}) {
    return read_table(InputSource(path, files), options);
}

bool has_finding(const IoTable& table, const std::string& code) {
    return std::any_of(table.meta().findings.begin(), table.meta().findings.end(),
                       [&](const Finding& finding) { return finding.code == code; });
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

const std::string transactions =
    "region\t\tAT\tAT\tWF\n"
    "sector\t\tPaddy rice\tConstruction work (45)\tPaddy rice\n"
    "region\tsector\t\t\t\n"
    "AT\tPaddy rice\t1\t2\t3\n"
    "AT\tConstruction work (45)\t0.5\t1\t1.5\n"
    "WF\tPaddy rice\t2\t2\t2\n";
const std::string demand =
    "region\t\tAT\tWF\n"
    "category\t\tHouseholds\tHouseholds\n"
    "region\tsector\t\t\n"
    "AT\tPaddy rice\t3\t1\n"
    "AT\tConstruction work (45)\t4\t1\n"
    "WF\tPaddy rice\t8\t6\n";
const std::string units =
    "region\tsector\tunit\nAT\tPaddy rice\tM.EUR\nAT\tConstruction work (45)\tM.EUR\n"
    "WF\tPaddy rice\tM.EUR\n";
const std::string factors =
    "region\tAT\tAT\tWF\n"
    "sector\tPaddy rice\tConstruction work (45)\tPaddy rice\n"
    "stressor\t\t\t\n"
    "Taxes less subsidies on products purchased: Total\t0.5\t0\t1\n"
    "Other net taxes on production\t1\t1\t1\n"
    "Operating surplus: Rents on land\t5\t2\t11.5\n"
    "Value Added\t6\t3\t12.5\n"
    "CO2 - combustion - air\t700\t800\t900\n";

TEST(Exiobase, ReadsFlowsFinalDemandAndFactorInputs) {
    const IoTable table = read({{"Z.txt", transactions},
                                {"Y.txt", demand},
                                {"unit.txt", units},
                                {"satellite/F.txt", factors}});
    EXPECT_EQ(
        table.classification().labels(),
        (std::vector<std::string>{"AT_Paddy rice", "AT_Construction work (45)", "WF_Paddy rice"}));
    EXPECT_EQ(table.Z(), (Eigen::Matrix3d() << 1, 2, 3, 0.5, 1, 1.5, 2, 2, 2).finished());
    EXPECT_EQ(table.F(), (Eigen::MatrixXd(3, 2) << 3, 1, 4, 1, 8, 6).finished());
    EXPECT_EQ(table.x(), Eigen::Vector3d(10, 8, 20));
    EXPECT_EQ(table.tax_names().front(), "Taxes less subsidies on products purchased: Total");
    EXPECT_EQ(table.value_added_names(),
              (std::vector<std::string>{"Other net taxes on production",
                                        "Operating surplus: Rents on land"}));
    EXPECT_EQ(table.V(), (Eigen::MatrixXd(2, 3) << 1, 1, 1, 5, 2, 11.5).finished());
    EXPECT_EQ(table.T().row(0), Eigen::RowVector3d(0.5, 0, 1));
    EXPECT_EQ(table.meta().year, 2011);
    EXPECT_EQ(table.meta().unit, "million euro");
    EXPECT_EQ(table.classification().sector(0).kind, SectorKind::goods);
    EXPECT_EQ(table.classification().sector(1).kind, SectorKind::services);
    expect_parts(table.meta().layout, {"EXIOBASE 3", "Z.txt", "satellite/F.txt"});
}

TEST(Exiobase, TakesATotalOfValueAddedWhereThereIsNothingElse) {
    const std::string total =
        "region\tAT\tAT\tWF\nsector\tPaddy rice\tConstruction work (45)\tPaddy rice\n"
        "Value Added\t6.5\t3\t13.5\n";
    const IoTable table =
        read({{"Z.txt", transactions}, {"Y.txt", demand}, {"factor_inputs/F.txt", total}});
    EXPECT_EQ(table.V(), (Eigen::MatrixXd(1, 3) << 6.5, 3, 13.5).finished());
}

TEST(Exiobase, TakesResidualsForValueAddedWhereThereIsNone) {
    const IoTable table = read({{"Z.txt", transactions}, {"Y.txt", demand}});
    EXPECT_EQ(table.V(), (Eigen::MatrixXd(1, 3) << 6.5, 3, 13.5).finished());
    EXPECT_TRUE(has_finding(table, "value-added-residual"));
}

/// The coefficients of `transactions`.
const std::string coefficients =
    "region\t\tAT\tAT\tWF\n"
    "sector\t\tPaddy rice\tConstruction work (45)\tPaddy rice\n"
    "AT\tPaddy rice\t0.1\t0.25\t0.15\n"
    "AT\tConstruction work (45)\t5e-2\t0.125\t0.075\n"
    "WF\tPaddy rice\t0.2\t0.25\t1.0E-1\n";

TEST(Exiobase, MultipliesCoefficientsByOutput) {
    const IoTable table = read({{"A.txt", coefficients},
                                {"Y.txt", demand},
                                {"x.txt",
                                 "region\tsector\tindout\nWF\tPaddy rice\t20\nAT\tPaddy rice\t10\n"
                                 "AT\tConstruction work (45)\t8\n"}});
    EXPECT_EQ(table.x(), Eigen::Vector3d(10, 8, 20));
    EXPECT_EQ(table.Z(), (Eigen::Matrix3d() << 0.1 * 10, 2, 0.15 * 20, 0.05 * 10, 1, 0.075 * 20,
                          0.2 * 10, 2, 0.1 * 20)
                             .finished());
    EXPECT_TRUE(has_finding(table, "flows-from-coefficients"));
    EXPECT_FALSE(has_finding(table, "output-solved"));
}

TEST(Exiobase, SolvesForOutputWhereNothingElseTellsIt) {
    const IoTable table = read({{"A.txt", coefficients}, {"Y.txt", demand}});
    EXPECT_TRUE(table.x().isApprox(Eigen::Vector3d(10, 8, 20), 1e-14));
    EXPECT_TRUE(has_finding(table, "output-solved"));
}

TEST(Exiobase, ReadsRowsAndColumnsInAnyOrder) {
    const std::string row = "AT\tPaddy rice\t3\t1\n";
    const IoTable table =
        read({{"Z.txt", transactions}, {"Y.txt", replaced(demand, row, "") + row}});
    EXPECT_EQ(table.F(), (Eigen::MatrixXd(3, 2) << 3, 1, 4, 1, 8, 6).finished());
}

TEST(Exiobase, WarnsOfSeveralUnits) {
    const IoTable table =
        read({{"Z.txt", transactions},
              {"Y.txt", demand},
              {"unit.txt", replaced(units, "WF\tPaddy rice\tM.EUR", "WF\tPaddy rice\ttonnes")}});
    EXPECT_TRUE(has_finding(table, "several-units"));
}

TEST(Exiobase, RefusesUnknownMissingAndRepeatedSectors) {
    const auto refusal = [&](const std::string& z, const std::string& y) {
        return message_of<ParseError>([&] { read({{"Z.txt", z}, {"Y.txt", y}}); });
    };
    expect_parts(refusal(transactions, replaced(demand, "WF\tPaddy", "WX\tPaddy")),
                 {"Y.txt:6: column 1", "WX Paddy rice"});
    expect_parts(refusal(transactions, replaced(demand, "WF\tPaddy rice\t8\t6\n", "")),
                 {"Y.txt", "2 rows", "3"});
    expect_parts(refusal(replaced(transactions, "\nWF\t", "\nAT\t"), demand),
                 {"Z.txt:6: column 1", "duplicate"});
    expect_parts(refusal(replaced(transactions, "AT\tAT\tWF", "AT\tAT\tAT"), demand),
                 {"Z.txt:1: column 5", "duplicate"});
    expect_parts(refusal(transactions, replaced(demand, "AT\tWF", "AT\tXX")),
                 {"Y.txt:1: column 4", "XX"});
}

TEST(Exiobase, RefusesDecimalCommasWithTheirPlace) {
    expect_parts(message_of<ParseError>([&] {
                     read({{"Z.txt", replaced(transactions, "1.5", "1,5")}, {"Y.txt", demand}});
                 }),
                 {"Z.txt:5: column 5", "'1,5'", "decimal comma"});
}

TEST(Exiobase, RefusesAnotherYearThanTheOneInTheName) {
    expect_parts(
        message_of<YearsError>([&] {
            read({{"Z.txt", transactions}, {"Y.txt", demand}}, "IOT_2011_pxp", {.year = 2012});
        }),
        {"2012", "2011"});
}

TEST(Exiobase, SaysThatFinalDemandIsMissing) {
    const ReadOptions forced = {.format = "exiobase3"};
    expect_parts(message_of<FileError>([&] {
                     read({{"Z.txt", transactions}}, "IOT_2011_pxp", forced);
                 }),
                 {"Y.txt: cannot read"});
}

TEST(Exiobase, LeavesOtherFoldersOfPymrioAlone) {
    const auto recognises = formats::exiobase3().recognises;
    Files files = {{"Z.txt", transactions}, {"Y.txt", demand}};
    EXPECT_TRUE(recognises(InputSource("a", files)));
    files["file_parameters.json"] = "{}";
    files["metadata.json"] = R"({"name": "my own"})";
    EXPECT_FALSE(recognises(InputSource("a", files)));
    files["metadata.json"] = R"({"name": "EXIOBASE 3"})";
    EXPECT_TRUE(recognises(InputSource("a", files)));
    EXPECT_FALSE(recognises(InputSource("a", Files{{"Z.txt", "1\t2\n"}, {"Y.txt", demand}})));
}

TEST(Exiobase, ReadsTheMock) {
    NARROWS_NEEDS_SHARED("data/layouts/exio3_mock");
    const IoTable table = read_table(test::shared_path("data/layouts/exio3_mock").string());
    EXPECT_EQ(table.num_nodes(), 48);
    EXPECT_EQ(table.final_uses().size(), 42U);
    EXPECT_EQ(table.meta().unit, "million US dollars");
    EXPECT_EQ(table.F()(0, 0), 58180.65);
    EXPECT_EQ(table.Z()(0, 1), 0.00117934556248 * table.x()[1]);
    EXPECT_TRUE(has_finding(table, "output-solved"));
}

}  // namespace
}  // namespace narrows
