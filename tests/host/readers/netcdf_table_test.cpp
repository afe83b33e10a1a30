#include "host/readers/netcdf_table.hpp"

#include <array>
#include <netcdf.h>

#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "host/readers/read_table.hpp"
#include "host/table/national_table.hpp"

#include "tests/support/errors.hpp"
#include "tests/support/run_program.hpp"
#include "tests/support/shared_files.hpp"
#include "tests/support/tables.hpp"

namespace narrows::test {
namespace {

/// The table as it comes back.
IoTable written_and_read(const IoTable& table, const ScratchFolder& folder) {
    const std::string path = (folder.path() / "table.nc").string();
    write_netcdf_table(table, path);
    return read_table(path);
}

void expect_same(const IoTable& a, const IoTable& b) {
    EXPECT_EQ(a.hash(), b.hash());
    EXPECT_EQ(a.Z(), b.Z());
    EXPECT_EQ(a.x(), b.x());
    EXPECT_EQ(a.meta().name, b.meta().name);
    EXPECT_EQ(a.meta().year, b.meta().year);
    EXPECT_EQ(a.meta().unit, b.meta().unit);
    EXPECT_EQ(a.meta().licence, b.meta().licence);
    EXPECT_EQ(a.meta().changes, b.meta().changes);
    EXPECT_EQ(a.meta().rounding, b.meta().rounding);
    EXPECT_EQ(a.classification().sectors().back().name, b.classification().sectors().back().name);
    EXPECT_EQ(a.classification().regions().front().name, b.classification().regions().front().name);
}

TEST(NetcdfTable, GivesBackEveryKindOfTableBitByBit) {
    const IoTable world = read_table("world-2011");
    const IoTable china = national_table(world, "CHN");
    for (const IoTable& table : {world, china, random_national_table(7, 1),
                                 random_world_table(3, 4, 2), random_world_table(10, 40, 3)}) {
        const ScratchFolder folder;
        expect_same(written_and_read(table, folder), table);
        EXPECT_EQ(folder.names(), std::vector<std::string>{"table.nc"});
    }
}

TEST(NetcdfTable, KeepsWhereImportsComeFrom) {
    TableData data = random_national_table(4, 5).data();
    data.M_origins = ImportOrigins::Constant(4, 4, ImportOrigin::proportional);
    data.M_origins(1, 2) = ImportOrigin::end_use_share;
    const ScratchFolder folder;

    const IoTable table = written_and_read(IoTable(data), folder);

    EXPECT_TRUE(table.M_origins() == data.M_origins);
    EXPECT_EQ(table.MF_origins().size(), 0);
}

TEST(NetcdfTable, RefusesDamagedFiles) {
    const ScratchFolder folder;
    const std::string path = (folder.path() / "table.nc").string();
    write_netcdf_table(random_world_table(3, 4, 2), path);
    const std::string bytes = read_file(path);

    const auto refused = [&](const std::string& content) {
        const std::string broken = folder.write("broken.nc", content);
        const std::string message = message_of<FileError>([&] { read_table(broken); });
        expect_parts(message, {"broken.nc"});
        return message;
    };
    refused(bytes.substr(0, bytes.size() / 2));
    refused(bytes.substr(0, 100));
    std::string other = bytes;
    other[other.find("narrows.table/1")] = 'm';  // a checksum does not fit
    refused(other);
}

TEST(NetcdfTable, TakesAnyName) {
    const std::string name = "\x9B\n\n==\\";  // found by the fuzzer: libnetcdf read beyond it
    const InputSource source("archive", {{name, "=== ===\x9B==="}});
    EXPECT_THROW(read_table(source, {.format = "netcdf"}), Error);
}

TEST(NetcdfTable, RefusesFilesOfOthers) {
    const auto refused = [](const char* attribute, const std::string& value,
                            const std::vector<std::string>& parts) {
        const ScratchFolder folder;
        const std::string path = (folder.path() / "table.nc").string();
        write_netcdf_table(random_world_table(3, 4, 2), path);
        int id = 0;
        ASSERT_EQ(nc_open(path.c_str(), NC_WRITE, &id), NC_NOERR);
        ASSERT_EQ(nc_put_att_text(id, NC_GLOBAL, attribute, value.size(), value.data()), NC_NOERR);
        ASSERT_EQ(nc_close(id), NC_NOERR);
        expect_parts(message_of<FileError>([&] { read_table(path); }), parts);
    };
    refused("format", "narrows.table/9", {"attribute format is not 'narrows.table/1'"});
    refused("kind", "national", {"neither multi-regional nor national"});
    refused("kind", "rational", {"neither multi-regional nor national"});
    refused("year", "2011", {"year"});
}

TEST(NetcdfTable, RefusesDimensionsThatTheFileCannotHold) {
    const ScratchFolder folder;
    const std::string path = (folder.path() / "table.nc").string();
    write_netcdf_table(random_world_table(3, 4, 2), path);
    int id = 0;
    int dimension = 0;
    int variable = 0;
    ASSERT_EQ(nc_open(path.c_str(), NC_WRITE, &id), NC_NOERR);
    ASSERT_EQ(nc_def_dim(id, "product", 1000000000, &dimension), NC_NOERR);
    const std::array<int, 2> both{dimension, dimension};
    ASSERT_EQ(nc_rename_dim(id, dimension, "user"), NC_NOERR);
    ASSERT_EQ(nc_def_dim(id, "product", 1000000000, &dimension), NC_NOERR);
    const std::array<int, 2> dimensions{dimension, both[0]};
    ASSERT_EQ(nc_def_var(id, "criticality", NC_DOUBLE, 2, dimensions.data(), &variable), NC_NOERR);
    const std::array<std::size_t, 2> chunks{10, 10};
    ASSERT_EQ(nc_def_var_chunking(id, variable, NC_CHUNKED, chunks.data()), NC_NOERR);
    ASSERT_EQ(nc_close(id), NC_NOERR);
    expect_parts(message_of<FileError>([&] { read_table(path); }),
                 {"criticality is 1000000000 x 1000000000", "more than the file"});
}

TEST(NetcdfTable, NeedsAFolderToWriteTo) {
    const ScratchFolder folder;
    const std::string path = (folder.path() / "absent" / "table.nc").string();
    expect_parts(
        message_of<FileError>([&] { write_netcdf_table(random_world_table(2, 2, 1), path); }),
        {path, "No such file"});
}

}  // namespace
}  // namespace narrows::test
