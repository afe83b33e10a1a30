// The program with one allocation of a run failing: it says so in one line and leaves nothing half
// done.
#include <algorithm>
#include <cmath>
#include <csignal>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/run_program.hpp"
#include "tests/support/shared_files.hpp"

namespace narrows {
namespace {

namespace fs = std::filesystem;
using test::ProgramResult;
using test::read_file;
using test::run_narrows;
using test::ScratchFolder;
using Texts = std::vector<std::string>;

struct Command {
    const char* name;
    Texts arguments;  // OUT stands for the file or folder to write
};

void PrintTo(const Command& command, std::ostream* out) {
    *out << command.name;
}

ProgramResult run(const Command& command, const fs::path& out, Texts environment) {
    Texts arguments = command.arguments;
    std::replace(arguments.begin(), arguments.end(), std::string("OUT"), out.string());
    environment.push_back("LD_PRELOAD=" NARROWS_FAIL_ALLOCATION_LIBRARY);
    return run_narrows(arguments, environment);
}

/// All files of a file or folder, with their content.
Texts content(const fs::path& path) {
    if (!fs::is_directory(path)) return {read_file(path)};
    Texts texts;
    for (const auto& entry : fs::recursive_directory_iterator(path)) {
        texts.push_back(entry.path().lexically_relative(path).string() + "\n" +
                        read_file(entry.path()));
    }
    std::sort(texts.begin(), texts.end());
    return texts;
}

/// `most` numbers from 1 to `last`, dense at the start and thinner on.
std::vector<long> sample(long last, int most) {
    std::vector<long> values;
    for (int i = 0; i < most; ++i) {
        const double share = static_cast<double>(i) / (most - 1);
        values.push_back(std::lround(std::pow(static_cast<double>(last), share)));
    }
    values.erase(std::unique(values.begin(), values.end()), values.end());
    return values;
}

/// One line, and 1 for an internal error; a file or a device that cannot be opened for want of
/// memory is reported as such.
void expect_one_line(const ProgramResult& result) {
    const auto holds = [&](const char* text) { return result.err.find(text) != std::string::npos; };
    EXPECT_TRUE(result.exit_code == 1 ||
                (result.exit_code == 3 && holds("Cannot allocate memory")) ||
                (result.exit_code == 5 && holds("not enough host memory")))
        << result.exit_code << " " << result.err;
    EXPECT_EQ(result.err.rfind("narrows: error: ", 0), 0U) << result.err;
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
}

class ProgramFault : public testing::TestWithParam<Command> {};

TEST_P(ProgramFault, IsOneLineAndLeavesNothingHalfDone) {
    const ScratchFolder folder;
    const fs::path complete = folder.path() / "complete";
    const fs::path counted = folder.path() / "counted";
    const ProgramResult fine =
        run(GetParam(), complete, {"NARROWS_ALLOCATIONS_TO=" + counted.string()});
    ASSERT_EQ(fine.exit_code, 0) << fine.err;
    const long count = std::stol(read_file(counted));
    ASSERT_GT(count, 100);
    int num_reported = 0;
    int num_aborted = 0;

    for (const long k : sample(count, 60)) {
        SCOPED_TRACE("allocation " + std::to_string(k) + " of " + std::to_string(count));
        const ScratchFolder written;
        const fs::path out = written.path() / "out";
        const ProgramResult result =
            run(GetParam(), out, {"NARROWS_FAIL_ALLOCATION=" + std::to_string(k)});
        // Nothing temporary is left, and what is there is complete.
        if (!written.names().empty()) {
            EXPECT_EQ(written.names(), Texts{"out"});
            EXPECT_EQ(content(out), content(complete));
        }
        if (result.exit_code == 0) {  // a library could do without this one
            EXPECT_EQ(result.err, "");
            EXPECT_EQ(written.names(), Texts{"out"});
            continue;
        }
        if (result.exit_code == 128 + SIGABRT) {
            ++num_aborted;
            continue;
        }
        ++num_reported;
        expect_one_line(result);
    }

    // The destructor of a nlohmann::json takes memory (3.11.2), and ends the program without it.
    EXPECT_LE(num_aborted, 2);
    EXPECT_GT(num_reported, 30);
}

INSTANTIATE_TEST_SUITE_P(
    Commands, ProgramFault,
    testing::Values(Command{"rank",
                            {"rank", "world-2011", "--home", "DEU", "--threads", "1", "--output",
                             "csv", "--out", "OUT"}},
                    Command{"rank_columns",
                            {"rank", "world-2011", "--home", "DEU", "--columns", "all", "--threads",
                             "1", "--output", "csv", "--out", "OUT"}},
                    Command{"draws",
                            {"rank", "world-2011", "--home", "DEU", "--threads", "1", "--draws",
                             "9", "--variance-shares", "--output", "csv", "--out", "OUT"}},
                    Command{"rank_grid",
                            {"rank", "world-2011", "--home", "DEU,CHN", "--share", "0.2,0.5",
                             "--threads", "1", "--output", "csv", "--out", "OUT"}},
                    Command{"extract",
                            {"extract", "world-2011", "--threads", "1", "--output", "csv", "--out",
                             "OUT"}},
                    Command{"convert", {"convert", "world-2011", "OUT"}},
                    Command{"aggregate",
                            {"aggregate", "world-2011", "OUT", "--sectors",
                             (test::data_path() / "concordances/world24-to-5.csv").string()}}),
    [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace narrows
