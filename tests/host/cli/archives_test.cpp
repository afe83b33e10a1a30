// A table is the same in a folder, with its files under gzip, as .zip and as .tar.gz.
#include "tests/support/archives.hpp"

#include <filesystem>

#include <gtest/gtest.h>

#include "tests/support/run_program.hpp"
#include "tests/support/shared_files.hpp"

namespace narrows::test {
namespace {

namespace fs = std::filesystem;

std::vector<Member> members_of(const fs::path& folder, const std::string& prefix) {
    std::vector<Member> members;
    for (const auto& entry : fs::directory_iterator(folder)) {
        members.push_back({prefix + entry.path().filename().string(), read_file(entry.path())});
    }
    return members;
}

std::string hash_of(const fs::path& table) {
    return run_json({"check", table.string()}).at("hash").get<std::string>();
}

class PackedTable : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Check, PackedTable,
                         testing::Values("textbook/miller-blair-2009", "textbook/leontief-1986"));

TEST_P(PackedTable, HasTheHashOfTheFolder) {
    const ScratchFolder scratch;
    const fs::path folder = copy_table(GetParam(), scratch.path());
    const std::string expected = hash_of(folder);

    for (const char* prefix : {"", "./", "table/"}) {
        const std::vector<Member> members = members_of(folder, prefix);
        EXPECT_EQ(hash_of(scratch.write("table.zip", zip(members))), expected) << prefix;
        EXPECT_EQ(hash_of(scratch.write("table.tar.gz", tar_gz(members))), expected) << prefix;
    }
    for (const auto& entry : fs::directory_iterator(folder)) {
        if (entry.path().extension() != ".csv") continue;
        scratch.write(fs::relative(entry.path(), scratch.path()).string() + ".gz",
                      gzip(read_file(entry.path())));
        fs::remove(entry.path());
    }
    EXPECT_EQ(hash_of(folder), expected);
}

TEST(DamagedArchive, IsRefusedInOneLine) {
    const ScratchFolder scratch;
    const std::string bytes = zip(members_of(data_path() / "textbook/miller-blair-2009", "table/"));
    const std::string path = scratch.write("table.zip", bytes.substr(0, bytes.size() / 2));

    expect_refused(run_narrows({"check", path}), 3, {"table.zip: damaged archive"});
}

}  // namespace
}  // namespace narrows::test
