// Where results go: --output, --out, standard output.
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/run_program.hpp"

namespace narrows::test {
namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

const char* const textbook = "textbook/miller-blair-2009";

/// Every command that takes --out, ready to run.
const std::vector<Names> printing_commands = {{"rank", "--home", "CHN"}, {"check", textbook},
                                              {"extract", textbook},     {"linkages", textbook},
                                              {"multipliers", textbook}, {"doctor"}};

Names with(Names command, const Names& options) {
    command.insert(command.end(), options.begin(), options.end());
    return command;
}

TEST(OutOption, WritesWhatStandardOutputWouldShow) {
    for (const Names& command : printing_commands) {
        if (command.front() == "doctor") continue;  // measures, and never the same twice
        const ScratchFolder folder;
        const std::string file = (folder.path() / "result").string();

        const ProgramResult shown = run_narrows(with(command, {"--output", "csv"}));
        const ProgramResult written =
            run_narrows(with(command, {"--output", "csv", "--out", file}));

        EXPECT_EQ(written.exit_code, 0) << written.err;
        EXPECT_EQ(written.out, "");
        EXPECT_EQ(written.err, "");
        EXPECT_FALSE(shown.out.empty());
        EXPECT_EQ(read_file(file), shown.out);
        EXPECT_EQ(folder.names(), Names{"result"});
    }
}

TEST(OutOption, ReplacesAnOlderResult) {
    const ScratchFolder folder;
    const std::string file = folder.write("result", std::string(100000, 'x'));

    const ProgramResult result =
        run_narrows({"multipliers", textbook, "--output", "csv", "--out", file});

    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(read_file(file).rfind("sector,name,", 0), 0U);
    EXPECT_LT(read_file(file).size(), 1000U);
}

TEST(OutOption, RefusesAMissingFolder) {
    for (const Names& command : printing_commands) {
        const ScratchFolder folder;
        const std::string file = (folder.path() / "absent" / "result").string();

        expect_refused(run_narrows(with(command, {"--out", file})), 3,
                       {file + ": cannot write: No such file or directory"});
        EXPECT_TRUE(folder.names().empty());
    }
}

TEST(OutOption, RefusesAFolder) {
    const ScratchFolder folder;

    expect_refused(run_narrows({"multipliers", textbook, "--out", folder.path().string()}), 3,
                   {folder.path().string() + ": cannot write: is a folder"});
    EXPECT_TRUE(folder.names().empty());
}

TEST(OutOption, ReportsAFullDevice) {
    if (!fs::exists("/dev/full")) GTEST_SKIP() << "there is no /dev/full";

    expect_refused(run_narrows({"multipliers", textbook, "--out", "/dev/full"}), 3,
                   {"/dev/full: cannot write: No space left on device"});
}

TEST(OutOption, KeepsTheOlderResultWhereTheNewOneFails) {
    const ScratchFolder folder;
    const std::string file = folder.write("result", "older");

    expect_refused(run_narrows({"rank", "--home", "CHN", "--share", "2", "--out", file}), 2,
                   {"share is 2"});
    expect_refused(run_narrows({"check", "/nowhere", "--out", file}), 3, {"/nowhere"});
    EXPECT_EQ(read_file(file), "older");
    EXPECT_EQ(folder.names(), Names{"result"});
}

TEST(StandardOutput, ReportsAFullDevice) {
    if (!fs::exists("/dev/full")) GTEST_SKIP() << "there is no /dev/full";

    for (const Names& command : printing_commands) {
        expect_refused(run_narrows(command, {}, "/dev/full"), 3,
                       {"standard output: cannot write: No space left on device"});
    }
    expect_refused(run_narrows({"--help"}, {}, "/dev/full"), 3, {"standard output: cannot write"});
}

TEST(OutputOption, RefusesAnUnknownFormatBeforeReadingATable) {
    for (const Names& command :
         {Names{"rank", "/nowhere"}, Names{"check", "/nowhere"}, Names{"linkages", "/nowhere"},
          Names{"multipliers", "/nowhere"}, Names{"solve", "/nowhere", "--demand", "/nowhere"},
          Names{"extract", "/nowhere"}, Names{"doctor"}}) {
        expect_refused(run_narrows(with(command, {"--output", "yaml"})), 2,
                       {"unknown output format 'yaml', expected table, csv", "json"});
    }
}

TEST(OutputOption, PrintsJsonOfPathsThatAreNotUtf8) {
    const ScratchFolder folder;
    const std::string demand = folder.write("f\xE9.csv", "sector,base\n1,350\n2,1700\n");

    const auto result = run_json({"solve", textbook, "--demand", demand});

    EXPECT_EQ(result["scenarios"][0]["demand"], 2050.0);
}

TEST(BackendOption, RunsOnTheCpuWhereThatIsAskedFor) {
    const auto run = run_json({"multipliers", textbook, "--backend", "cpu"})["run"];

    EXPECT_EQ(run["backend"], "cpu");
}

TEST(ComputeOptions, AreRecordedAndChangeNoDigitThatMatters) {
    const auto base = run_json({"multipliers", "world-2011", "--threads", "1"});
    EXPECT_EQ(base["run"]["threads"], 1);
    EXPECT_EQ(base["run"]["solver"]["path"], "gth");
    EXPECT_EQ(base["run"]["solver"]["slack"], "accounts");
    EXPECT_EQ(base["run"]["solver"]["methods"][0], "inverse: n = 312 is small");

    for (const char* method : {"inverse", "lu", "iterate"}) {
        const auto other = run_json({"multipliers", "world-2011", "--method", method});

        EXPECT_EQ(other["run"]["solver"]["methods"][0], std::string(method) + ": asked for");
        for (std::size_t row = 0; row < base["rows"].size(); ++row) {
            EXPECT_NEAR(other["rows"][row]["output"].get<double>() /
                            base["rows"][row]["output"].get<double>(),
                        1.0, 1e-13);
        }
    }
}

TEST(ComputeOptions, GiveTheSameBitsForAnyNumberOfThreads) {
    const auto one = run_json({"extract", "world-2011", "--threads", "1"});
    const auto three = run_json({"extract", "world-2011", "--threads", "3"});

    EXPECT_EQ(one["rows"], three["rows"]);
}

TEST(ComputeOptions, NameTheProductInTheRecord) {
    const auto run = run_json({"multipliers", textbook, "--product", "eigen-sse2"})["run"];

    EXPECT_NE(run["operations"].get<std::string>().find("(sse2)"), std::string::npos);
}

TEST(ComputeOptions, AreRefusedWhereTheyMakeNoSense) {
    const auto refused = [](const char* option, const char* value, const char* part) {
        expect_refused(run_narrows({"multipliers", textbook, "--backend", "cpu", option, value}), 2,
                       {part});
    };

    refused("--method", "guess", "unknown method 'guess', expected auto, inverse, lu or iterate");
    refused("--product", "mkl", "unknown product 'mkl'");
    refused("--threads", "0", "found '0', expected a whole number from 1");
    refused("--threads", "5000", "5000 threads, expected 1 to 1024");
}

TEST(BackendOption, IsRefusedByEveryCommandWhereItCannotRun) {
    const auto backends = run_json({"doctor"})["backends"];
    if (backends[1]["usable"]) GTEST_SKIP() << "CUDA runs here: " << backends[1]["detail"];

    for (const Names& command : printing_commands) {
        if (command.front() == "doctor") continue;
        expect_refused(run_narrows(with(command, {"--backend", "cuda"})), 5,
                       {"backend cuda is not usable: "});
    }
}

}  // namespace
}  // namespace narrows::test
