#include "host/readers/read_table.hpp"

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "host/base/error.hpp"

#include "tests/support/errors.hpp"
#include "tests/support/run_program.hpp"
#include "tests/support/shared_files.hpp"

namespace narrows {
namespace {

using test::expect_parts;
using test::message_of;
using test::ScratchFolder;

/// Sets NARROWS_DATA_DIR while it lives.
class DataFolder {
  public:
    explicit DataFolder(const std::filesystem::path& folder) {
        setenv("NARROWS_DATA_DIR", folder.c_str(), 1);
    }
    ~DataFolder() { unsetenv("NARROWS_DATA_DIR"); }
    DataFolder(const DataFolder&) = delete;
    DataFolder& operator=(const DataFolder&) = delete;
};

TEST(ReadTable, FindsAnEmbeddedTableByName) {
    const DataFolder data(test::data_path());

    const IoTable table = read_table("textbook/miller-blair-2009");

    EXPECT_EQ(table.x(), (Eigen::VectorXd{{1000, 2000}}));
}

TEST(ReadTable, ReadsAFolderByItsPath) {
    const ScratchFolder folder;
    const auto path = test::copy_table("textbook/leontief-1986", folder.path());

    EXPECT_EQ(read_table(path.string()).meta().name, "textbook/leontief-1986");
    EXPECT_EQ(read_table(path.string() + "/").num_nodes(), 2);
}

TEST(ReadTable, NamesTheNearestEmbeddedTable) {
    const DataFolder data(test::data_path());

    const std::string message = message_of<FileError>([] { read_table("world-2012"); });

    EXPECT_EQ(message, "world-2012: no such table, did you mean the embedded table 'world-2011'?");
}

TEST(ReadTable, SaysWhereItLooked) {
    const ScratchFolder folder;
    const DataFolder data(folder.path());

    const std::string message = message_of<FileError>([] { read_table("world-2011"); });

    expect_parts(message, {"world-2011: no such table", folder.path().string()});
}

TEST(ReadTable, RefusesAFolderThatIsNoTable) {
    const ScratchFolder folder;

    const std::string message = message_of<FileError>([&] { read_table(folder.path().string()); });

    expect_parts(message, {folder.path().string(), "holds no file, expected a table"});
}

TEST(ReadTable, RefusesAFile) {
    const std::string path = (test::data_path() / "world-2011" / "meta.json").string();

    const std::string message = message_of<FileError>([&] { read_table(path); });

    expect_parts(message, {path, "not a table"});
}

TEST(ReadTable, RefusesAnEmptyName) {
    const std::string message = message_of<ArgumentError>([] { read_table(""); });

    EXPECT_EQ(message, "the name of the table is empty");
}

TEST(ReadTable, KeepsATableThatDoesNotBalanceWhereThatIsAskedFor) {
    const ScratchFolder folder;
    const auto path = test::copy_table("textbook/leontief-1986", folder.path());
    test::replace_in_file(path / "F.csv", "WHEAT,110", "WHEAT,120");

    const std::string message = message_of<BalanceError>([&] { read_table(path.string()); });
    const IoTable table = read_table(path.string(), {.acceptance = Acceptance::any});

    expect_parts(message, {path.string(), "row of WHEAT sums to 210, expected gross output 200"});
    EXPECT_FALSE(table.diagnostics().acceptable());
}

TEST(EmbeddedTables, AreListedSorted) {
    const DataFolder data(test::data_path());

    EXPECT_EQ(embedded_tables(),
              (std::vector<std::string>{"textbook/leontief-1986", "textbook/miller-blair-2009",
                                        "textbook/miller-blair-2009-interregional",
                                        "wiod2016-gbr-2014", "world-2011"}));
}

TEST(EmbeddedTables, AreNoneInAnEmptyFolder) {
    const ScratchFolder folder;
    const DataFolder data(folder.path());

    EXPECT_TRUE(embedded_tables().empty());
}

}  // namespace
}  // namespace narrows
