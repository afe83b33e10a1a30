#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "host/readers/plain_folder.hpp"

#include "tests/support/run_program.hpp"
#include "tests/support/shared_files.hpp"

namespace narrows::test {
namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

std::string concordance(const std::string& name) {
    return (data_path() / "concordances" / name).string();
}

TEST(Convert, CopiesATableBitByBit) {
    const ScratchFolder folder;
    const fs::path copy = folder.path() / "copy";

    const ProgramResult result = run_narrows({"convert", "world-2011", copy.string()});

    const std::string hash = read_plain_folder(copy).hash();
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(result.err, "");
    EXPECT_EQ(result.out, copy.string() + ": 312 nodes, " + hash + "\n");
    EXPECT_EQ(hash, read_plain_folder(data_path() / "world-2011").hash());
    EXPECT_EQ(folder.names(), Names{"copy"});
}

TEST(Convert, WritesANationalTable) {
    const ScratchFolder folder;
    const fs::path national = folder.path() / "china";

    run_narrows({"convert", "world-2011", national.string(), "--home", "CHN"});

    const IoTable table = read_plain_folder(national);
    EXPECT_FALSE(table.is_multi_regional());
    EXPECT_EQ(table.num_nodes(), 24);
    EXPECT_EQ(table.value_added().sum(), 7387122.0);
    EXPECT_EQ(run_narrows({"check", national.string()}).exit_code, 0);
}

TEST(Convert, LeavesAnExistingFolderAlone) {
    const ScratchFolder folder;
    const std::string kept = folder.write("kept", "text");

    expect_refused(run_narrows({"convert", "world-2011", folder.path().string()}), 3,
                   {folder.path().string() + ": already exists"});
    expect_refused(run_narrows({"convert", "world-2011", kept}), 3, {"already exists"});
    EXPECT_EQ(folder.names(), Names{"kept"});
    EXPECT_EQ(read_file(kept), "text");
}

TEST(Convert, LeavesNothingWhereItCannotWrite) {
    const ScratchFolder folder;
    const std::string missing = (folder.path() / "absent" / "table").string();

    expect_refused(run_narrows({"convert", "world-2011", missing}), 3,
                   {missing + ": cannot create: No such file or directory"});
    EXPECT_TRUE(folder.names().empty());
}

TEST(Convert, LeavesNothingWhereTheTableIsRefused) {
    const ScratchFolder folder;
    const fs::path broken = copy_table("textbook/leontief-1986", folder.path());
    const std::string out = (folder.path() / "out").string();
    replace_in_file(broken / "Z.csv", "50", "x");

    expect_refused(run_narrows({"convert", broken.string(), out}), 3,
                   {"Z.csv:2: column 2 (WHEAT): found 'x', expected a number"});
    expect_refused(run_narrows({"convert", "world-2011", out, "--home", "CHM"}), 2,
                   {"unknown region 'CHM', did you mean 'CHN'?"});
    expect_refused(run_narrows({"convert", "textbook/leontief-1986", out, "--home", "CHN"}), 2,
                   {"national table already"});
    EXPECT_EQ(folder.names(), Names{"leontief-1986"});
}

TEST(Convert, NeedsAFolder) {
    expect_refused(run_narrows({"convert", "world-2011"}), 2, {"FOLDER is required"});
    expect_refused(run_narrows({"convert", "world-2011", ""}), 2, {"FOLDER", "empty"});
}

TEST(Aggregate, JoinsSectorsAndRegions) {
    const ScratchFolder folder;
    const fs::path small = folder.path() / "small";

    const ProgramResult result = run_narrows({"aggregate", "world-2011", small.string(),
                                              "--sectors", concordance("world24-to-5.csv"),
                                              "--regions", concordance("world13-to-5.csv")});

    EXPECT_EQ(result.exit_code, 0) << result.err;
    const IoTable table = read_plain_folder(small);
    const IoTable world = read_plain_folder(data_path() / "world-2011");
    EXPECT_EQ(table.num_nodes(), 25);
    EXPECT_NEAR(table.value_added().sum() / world.value_added().sum(), 1.0, 1e-12);
    EXPECT_NEAR(table.x().sum() / world.x().sum(), 1.0, 1e-12);
    EXPECT_EQ(run_narrows({"check", small.string()}).exit_code, 0);
}

TEST(Aggregate, RefusesConcordancesThatDoNotFit) {
    const ScratchFolder folder;
    const std::string out = (folder.path() / "out").string();
    const auto refused = [&](const std::string& content, int code, const Names& parts) {
        const std::string file = folder.write("c.csv", content);
        expect_refused(
            run_narrows({"aggregate", "textbook/miller-blair-2009", out, "--sectors", file}), code,
            parts);
    };

    refused("from,to\n1,A\n", 3, {"c.csv: found no entry for sector '2' of the table"});
    refused("from,to\n1,A\n2,A\n7,A\n", 3, {"c.csv:4: found unknown sector '7'"});
    refused("from,to,share\n1,A,0.5\n2,A,1\n", 3,
            {"c.csv: found shares of sector '1' that sum to 0.5"});
    refused("from,to,share\n1,A,2\n2,A,1\n", 3, {"c.csv:2: column 3 (share): found '2'"});
    refused("from,to\n1,A\n2\n", 3, {"c.csv:3: found 1 fields, expected 2"});
    refused("", 3, {"c.csv:1: found an empty file"});
    EXPECT_EQ(folder.names(), Names{"c.csv"});
}

TEST(Aggregate, RefusesArgumentsThatDoNotFit) {
    const ScratchFolder folder;
    const std::string out = (folder.path() / "out").string();
    const std::string regions = concordance("world13-to-5.csv");

    expect_refused(run_narrows({"aggregate", "world-2011", out}), 2, {"--sectors or --regions"});
    expect_refused(run_narrows({"aggregate", "textbook/leontief-1986", out, "--regions", regions}),
                   2, {"a national table has no regions to aggregate"});
    expect_refused(run_narrows({"aggregate", "world-2011", out, "--sectors", "/nowhere.csv"}), 3,
                   {"/nowhere.csv: cannot read: No such file or directory"});
    EXPECT_TRUE(folder.names().empty());
}

}  // namespace
}  // namespace narrows::test
