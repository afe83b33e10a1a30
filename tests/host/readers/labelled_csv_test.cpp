#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "host/readers/read_table.hpp"

#include "tests/support/errors.hpp"
#include "tests/support/shared_files.hpp"

namespace narrows {
namespace {

using test::expect_parts;
using test::message_of;
using Files = std::map<std::string, std::string>;

IoTable read(const Files& files, const std::string& path = "tables/1999") {
    return read_table(InputSource(path, files));
}

bool has_finding(const IoTable& table, const std::string& code) {
    return std::any_of(table.meta().findings.begin(), table.meta().findings.end(),
                       [&](const Finding& finding) { return finding.code == code; });
}

const std::string transactions = ",A_1,A_60,B_1\nA_1,1,2,3\nA_60,4,5,6\nB_1,7,8,9\n";
const std::string demand = ",A_C,B_C_g\nA_1,4,10\nA_60,5,10\nB_1,6,20\n";

TEST(LabelledCsv, ReadsTransactionsAndFinalDemand) {
    const IoTable table = read({{"Z.csv", transactions}, {"Y.csv", demand}});
    EXPECT_EQ(table.Z(), (Eigen::Matrix3d() << 1, 2, 3, 4, 5, 6, 7, 8, 9).finished());
    EXPECT_EQ(table.F(), (Eigen::MatrixXd(3, 2) << 4, 10, 5, 10, 6, 20).finished());
    EXPECT_EQ(table.x(), Eigen::Vector3d(20, 30, 50));
    EXPECT_EQ(table.V(), (Eigen::MatrixXd(1, 3) << 8, 15, 32).finished());
    EXPECT_EQ(table.final_uses()[1].region, "B");
    EXPECT_EQ(table.final_uses()[1].category, "C_g");
    EXPECT_EQ(table.meta().year, 1999);
    EXPECT_EQ(table.meta().rounding, 1.0);
    EXPECT_EQ(table.classification().sector(0).kind, SectorKind::goods);
    EXPECT_EQ(table.classification().sector(1).kind, SectorKind::services);
    EXPECT_TRUE(has_finding(table, "output-from-sums"));
    EXPECT_TRUE(has_finding(table, "value-added-residual"));
}

TEST(LabelledCsv, ReadsValueAddedAndNamesOfSectors) {
    const IoTable table = read({{"Z.csv", transactions},
                                {"F.csv", demand},
                                {"VA.csv", ",B_1,A_1,A_60\nwages,30,6,10\nprofits,2,2,5\n"},
                                {"sectors.csv", "idx,code,name\n1,60,Inland transport\n"}});
    EXPECT_EQ(table.value_added_names(), (std::vector<std::string>{"wages", "profits"}));
    EXPECT_EQ(table.V(), (Eigen::MatrixXd(2, 3) << 6, 10, 30, 2, 5, 2).finished());
    EXPECT_EQ(table.classification().sector(1).name, "Inland transport");
}

TEST(LabelledCsv, PrefersPublishedOutput) {
    const IoTable table = read({{"Z.csv", transactions},
                                {"Y.csv", demand},
                                {"x_va.csv",
                                 "label,region,x_balanced,x_published\nB_1,B,50,51\nA_1,A,20,20\n"
                                 "A_60,A,30,29\n"}});
    EXPECT_EQ(table.x(), Eigen::Vector3d(20, 29, 51));
    EXPECT_EQ(table.V(), (Eigen::MatrixXd(1, 3) << 8, 14, 33).finished());
}

TEST(LabelledCsv, DoesNotCallFractionsRounded) {
    const IoTable table =
        read({{"Z.csv", transactions}, {"Y.csv", ",A_C,B_C\nA_1,4.5,9.5\nA_60,5,10\nB_1,6,20\n"}});
    EXPECT_EQ(table.meta().rounding, 0.0);
}

TEST(LabelledCsv, RefusesWhatIsMalformed) {
    const auto refusal = [&](const std::string& z, const std::string& y,
                             const std::string& x = "label,x\nA_1,20\nA_60,30\nB_1,50\n") {
        return message_of<ParseError>([&] { read({{"Z.csv", z}, {"Y.csv", y}, {"x.csv", x}}); });
    };
    expect_parts(refusal(",A_1,A\nA_1,1,2\nA,1,2\n", demand),
                 {"Z.csv:1: column 3", "'A'", "REGION_SECTOR"});
    expect_parts(refusal(",A_1,A_1\nA_1,1,2\nA_1,1,2\n", demand), {"Z.csv:1: column 3", "A_1"});
    expect_parts(refusal(transactions.substr(0, 30), demand),
                 {"Z.csv:3", "2 fields", "expected 4"});
    expect_parts(refusal(transactions, ",C_C,B_C\nA_1,1,1\n"), {"Y.csv:1: column 2", "'C_C'"});
    expect_parts(refusal(transactions, demand, "label,x\nA_1,20\nA_60,30\n"), {"x.csv", "'B_1'"});
    expect_parts(refusal(transactions, demand, "label,x\nA_1,20\nA_1,30\n"),
                 {"x.csv:3: column 1", "duplicate"});
    expect_parts(refusal(transactions, demand, "label,x\nA_1,20\nA_6,30\n"),
                 {"x.csv:3: column 1", "A_6"});
    expect_parts(refusal(transactions, demand, "label,y\nA_1,20\n"), {"x.csv:1", "x_published"});
    expect_parts(refusal(transactions, ",A_C,B_C\nA_1,\"4,5\",1\nA_60,1,1\nB_1,1,1\n"),
                 {"Y.csv:2: column 2", "'4,5'"});
}

TEST(LabelledCsv, ReadsTheWorldTablesOfWiod) {
    NARROWS_NEEDS_SHARED("data/wiod2013/2011");
    for (const char* year : {"1995", "2000", "2005", "2009", "2011"}) {
        const IoTable table =
            read_table(test::shared_path(std::string("data/wiod2013/") + year).string());
        EXPECT_EQ(table.num_nodes(), 1435) << year;
        EXPECT_EQ(table.final_uses().size(), 205U) << year;
        EXPECT_EQ(table.meta().rounding, 1.0);
        EXPECT_EQ(std::to_string(table.meta().year), year);
        EXPECT_TRUE(table.diagnostics().acceptable());
        EXPECT_FALSE(has_finding(table, "residual-columns"));
    }
    const IoTable table = read_table(test::shared_path("data/wiod2013/2011").string());
    EXPECT_EQ(table.Z()(0, 2), 21337.0);
    EXPECT_EQ(table.x()[0], 76834.0);
    EXPECT_EQ(table.x()[table.classification().node("LUX_19")], 0.0);
}

}  // namespace
}  // namespace narrows
