#include <algorithm>

#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "host/readers/read_table.hpp"
#include "host/readers/years.hpp"

#include "tests/support/errors.hpp"
#include "tests/support/run_program.hpp"
#include "tests/support/shared_files.hpp"

namespace narrows::test {
namespace {

/// Two sectors of one country and ROW's single one. Columns close.
void write_small(const ScratchFolder& folder, const std::string& year = "2011") {
    folder.write("labels_T.txt",
                 "Utopia\tUTO\tIndustries\tAgriculture\t\r\n"
                 "Utopia\tUTO\tIndustries\tRe-export & Re-import\t\r\n"
                 "Rest of World\tROW\tTOTAL\tTOTAL\t\r\n");
    folder.write("labels_FD.txt",
                 "Utopia\tUTO\tFinal Demand\tHousehold final consumption P.3h\t\n"
                 "Rest of World\tROW\tTOTAL\tTOTAL\t\n");
    folder.write("labels_VA.txt",
                 "Primary Inputs\tCompensation of employees D.1\t\nPrimary Inputs\tTaxes\t\n");
    folder.write("Eora26_" + year + "_bp_T.txt", "1\t2.5\t0\n0.5\t0.125\t1\n0\t0\t3\n");
    folder.write("Eora26_" + year + "_bp_FD.txt", "4\t0.5\n1\t0.375\n0\t1\n");
    folder.write("Eora26_" + year + "_bp_VA.txt", "6\t0.25\t0\n0.5\t0.125\t0\n");
}

bool has_finding(const IoTable& table, const std::string& code) {
    const auto& findings = table.meta().findings;
    return std::any_of(findings.begin(), findings.end(),
                       [&](const Finding& finding) { return finding.code == code; });
}

TEST(Eora26, ReadsAFolderToTheLastDigit) {
    const ScratchFolder folder;
    write_small(folder);

    const IoTable table = read_table(folder.path().string());

    EXPECT_EQ(
        table.classification().labels(),
        (std::vector<std::string>{"UTO_Agriculture", "UTO_Re-export & Re-import", "ROW_TOTAL"}));
    EXPECT_EQ(table.Z()(1, 1), 0.125);
    EXPECT_EQ(table.F()(1, 1), 0.375);
    EXPECT_EQ(table.V()(1, 0), 0.5);
    EXPECT_EQ(table.x(), (Eigen::Vector3d(8.0, 3.0, 4.0)));
    EXPECT_EQ(table.meta().year, 2011);
    EXPECT_EQ(table.meta().unit, "thousand US dollars");
    EXPECT_EQ(table.meta().layout, "Eora26, basic prices");
    EXPECT_TRUE(has_finding(table, "re-export-sectors"));
    EXPECT_FALSE(has_finding(table, "satellites"));
    EXPECT_FALSE(has_finding(table, "residual-columns"));
}

TEST(Eora26, WantsAYearWhereThereAreSeveral) {
    const ScratchFolder folder;
    write_small(folder, "2011");
    write_small(folder, "2012");
    const std::string path = folder.path().string();

    expect_parts(message_of<YearsError>([&] { read_table(path); }), {"--year", "2011, 2012"});
    expect_parts(message_of<YearsError>([&] { read_table(path, {.year = 2013}); }),
                 {"there is no 2013", "2011, 2012"});
    EXPECT_EQ(read_table(path, {.year = 2012}).meta().year, 2012);
}

TEST(Eora26, LeavesOtherNamesAlone) {
    const ScratchFolder folder;
    write_small(folder);
    folder.write("Eora26_T.txt", "1\n");  // found by the fuzzer: no room for a year
    EXPECT_EQ(read_table(folder.path().string()).meta().year, 2011);
}

TEST(Eora26, RefusesWhatDoesNotFitItsLabels) {
    const auto refused = [](const char* file, const char* from, const char* to,
                            const std::vector<std::string>& parts) {
        const ScratchFolder folder;
        write_small(folder);
        replace_in_file(folder.path() / file, from, to);
        expect_parts(message_of<ParseError>([&] { read_table(folder.path().string()); }), parts);
    };
    refused("Eora26_2011_bp_T.txt", "0.5", "x", {"_T.txt:2: column 1", "'x'", "a number"});
    refused("Eora26_2011_bp_T.txt", "0.5", "0,5", {"_T.txt:2: column 1", "'0,5'"});
    refused("Eora26_2011_bp_T.txt", "0\t0\t3\n", "", {"2 x 3 numbers", "3 x 3"});
    refused("Eora26_2011_bp_T.txt", "0\t0\t3\n", "0\t0\n", {"_T.txt:3"});
    refused("labels_T.txt", "Re-export & Re-import", "Agriculture",
            {"labels_T.txt:2", "duplicate UTO / Agriculture"});
    refused("labels_FD.txt", "ROW", "RAW", {"labels_FD.txt:2", "unknown region 'RAW'"});
    refused("labels_T.txt", "ROW\tTOTAL\tTOTAL", "ROW", {"labels_T.txt:3", "at least 4"});
}

// Invented accounts, far from closing. The sums are those of the files.
TEST(Eora26, ReadsTheMock) {
    NARROWS_NEEDS_SHARED("data/layouts/eora26_mock");
    const std::string path = shared_path("data/layouts/eora26_mock").string();
    expect_parts(message_of<BalanceError>([&] { read_table(path); }),
                 {"columns do not add up to gross output", "worst reg3_manufactoring"});
    const IoTable table = read_table(path, {.acceptance = Acceptance::any});
    EXPECT_EQ(table.num_nodes(), 48);
    EXPECT_DOUBLE_EQ(table.Z().sum(), 38872616.883925326);
    EXPECT_DOUBLE_EQ(table.V().sum(), 39141414.265);
    EXPECT_DOUBLE_EQ(table.F().sum(), 3285132732.4211073);
    EXPECT_EQ(table.diagnostics().columns.num_unbalanced, 48);
}

}  // namespace
}  // namespace narrows::test
