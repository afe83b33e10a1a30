// The program killed while it writes: what it was asked to write is whole or not there.
#include <csignal>
#include <filesystem>
#include <string>
#include <sys/resource.h>

#include <gtest/gtest.h>

#include "tests/support/run_program.hpp"

namespace narrows {
namespace {

namespace fs = std::filesystem;
using test::ProgramResult;
using test::run_narrows;
using test::ScratchFolder;

/// Kills every program that is started meanwhile as soon as a file of its grows beyond 1000 bytes;
/// SIGXFSZ ends it as SIGKILL would, with nothing run on the way out.
class FileSizeLimit {
  public:
    FileSizeLimit() {
        getrlimit(RLIMIT_FSIZE, &size_);
        getrlimit(RLIMIT_CORE, &core_);
        const rlimit small{1000, size_.rlim_max};
        const rlimit none{0, core_.rlim_max};
        setrlimit(RLIMIT_FSIZE, &small);
        setrlimit(RLIMIT_CORE, &none);
    }
    ~FileSizeLimit() {
        setrlimit(RLIMIT_FSIZE, &size_);
        setrlimit(RLIMIT_CORE, &core_);
    }
    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;

  private:
    rlimit size_{};
    rlimit core_{};
};

ProgramResult run_and_kill(const std::vector<std::string>& arguments) {
    const FileSizeLimit limit;
    return run_narrows(arguments);
}

TEST(Killed, InMidWriteTheProgramLeavesTheOldResult) {
    const ScratchFolder folder;
    const std::string out = folder.write("result.json", "of an earlier run");

    const ProgramResult result =
        run_and_kill({"rank", "world-2011", "--home", "DEU", "--output", "json", "--out", out});

    EXPECT_EQ(result.exit_code, 128 + SIGXFSZ) << result.err;
    EXPECT_EQ(test::read_file(out), "of an earlier run");
}

TEST(Killed, InMidWriteTheProgramLeavesNoResult) {
    const ScratchFolder folder;
    const fs::path out = folder.path() / "result.csv";

    const ProgramResult result =
        run_and_kill({"extract", "world-2011", "--output", "csv", "--out", out.string()});

    EXPECT_EQ(result.exit_code, 128 + SIGXFSZ) << result.err;
    EXPECT_FALSE(fs::exists(out));
}

TEST(Killed, InMidWriteTheProgramLeavesNoGrid) {
    const ScratchFolder folder;
    for (const char* format : {"csv", "netcdf"}) {
        const std::string old = folder.write("old", "of an earlier run");
        const std::string out = (folder.path() / "new").string();

        const std::vector<std::string> asked = {"rank", "--home", "all", "--output", format};
        for (const std::string& file : {old, out}) {
            std::vector<std::string> arguments = asked;
            arguments.insert(arguments.end(), {"--out", file});
            EXPECT_EQ(run_and_kill(arguments).exit_code, 128 + SIGXFSZ) << format;
        }

        EXPECT_EQ(test::read_file(old), "of an earlier run");
        EXPECT_FALSE(fs::exists(out));
    }
}

TEST(Killed, InMidWriteTheProgramLeavesNoTable) {
    const ScratchFolder folder;
    const fs::path out = folder.path() / "table";

    const ProgramResult result = run_and_kill({"convert", "world-2011", out.string()});

    EXPECT_EQ(result.exit_code, 128 + SIGXFSZ) << result.err;
    EXPECT_FALSE(fs::exists(out));
}

}  // namespace
}  // namespace narrows
