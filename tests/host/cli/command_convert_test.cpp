#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "host/readers/plain_folder.hpp"
#include "host/readers/read_table.hpp"

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

TEST(Convert, WritesWhatItsOptionOrTheEndingOfTheNameSays) {
    const ScratchFolder folder;
    const auto path = [&](const char* name) { return (folder.path() / name).string(); };
    const std::string hash = read_plain_folder(data_path() / "world-2011").hash();
    const auto convert = [&](const std::string& table, const std::string& out,
                             const Names& options) {
        Names arguments{"convert", table, out};
        arguments.insert(arguments.end(), options.begin(), options.end());
        const ProgramResult result = run_narrows(arguments);
        EXPECT_EQ(result.err, "");
        EXPECT_EQ(result.out, out + ": 312 nodes, " + hash + "\n");
    };

    convert("world-2011", path("a.nc"), {});
    convert(path("a.nc"), path("pymrio"), {"--to", "pymrio"});
    convert(path("pymrio"), path("plain.nc"), {"--to", "plain"});
    convert(path("plain.nc"), path("b"), {"--to", "netcdf"});

    EXPECT_TRUE(fs::is_regular_file(path("a.nc")));
    EXPECT_TRUE(fs::exists(path("pymrio") + "/file_parameters.json"));
    EXPECT_TRUE(fs::exists(path("plain.nc") + "/meta.json"));
    EXPECT_EQ(read_file(path("b")).substr(1, 3), "HDF");
    EXPECT_EQ(folder.names(), (Names{"a.nc", "b", "plain.nc", "pymrio"}));
}

TEST(Convert, KeepsWhereImportsComeFrom) {
    const ScratchFolder folder;
    const std::string china = (folder.path() / "china").string();
    const std::string file = (folder.path() / "china.nc").string();
    const std::string pymrio = (folder.path() / "pymrio").string();
    run_narrows({"convert", "world-2011", china, "--home", "CHN"});
    std::string zeros = read_file(folder.path() / "china" / "M.csv");
    std::string origins = zeros.substr(0, zeros.find('\n') + 1);
    const IoTable before = read_plain_folder(fs::path(china));
    for (Index i = 0; i < before.num_nodes(); ++i) {
        origins += before.classification().label(i);
        for (Index j = 0; j < before.num_nodes(); ++j) origins += "," + std::to_string((i + j) % 3);
        origins += "\n";
    }
    folder.write("china/M_origins.csv", origins);

    run_narrows({"convert", china, file});
    run_narrows({"convert", file, pymrio, "--to", "pymrio"});

    for (const std::string& path : {china, file, pymrio}) {
        const IoTable table = read_table(path);
        ASSERT_EQ(table.M_origins().rows(), 24) << path;
        EXPECT_EQ(table.M_origins()(0, 2), ImportOrigin::proportional) << path;
        EXPECT_EQ(table.M_origins()(2, 2), ImportOrigin::end_use_share) << path;
        EXPECT_EQ(table.M_origins()(0, 0), ImportOrigin::observed) << path;
        EXPECT_EQ(table.hash(), before.hash()) << path;
    }
}

TEST(Convert, RefusesFormatsItDoesNotWrite) {
    const ScratchFolder folder;
    expect_refused(
        run_narrows({"convert", "world-2011", (folder.path() / "a").string(), "--to", "excel"}), 2,
        {"--to", "excel"});
    const std::string kept = folder.write("kept.nc", "text");
    expect_refused(run_narrows({"convert", "world-2011", kept}), 3, {"already exists"});
    EXPECT_EQ(read_file(kept), "text");
    EXPECT_EQ(folder.names(), Names{"kept.nc"});
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
    expect_refused(run_narrows({"convert", "world-2011"}), 2, {"OUT is required"});
    expect_refused(run_narrows({"convert", "world-2011", ""}), 2, {"OUT", "empty"});
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
