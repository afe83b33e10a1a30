// What all commands have in common: help, version, exit codes.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/run_program.hpp"

namespace narrows::test {
namespace {

const std::vector<std::string> commands = {
    "rank",    "shock",     "check",   "extract", "linkages", "multipliers", "solve",  "convert",
    "balance", "aggregate", "compare", "trend",   "exposure", "bench",       "doctor", "reference"};

void expect_holds(const std::string& text, const std::string& part) {
    EXPECT_NE(text.find(part), std::string::npos) << "'" << part << "' is not in: " << text;
}

TEST(Program, ListsEveryCommandInItsHelp) {
    const ProgramResult result = run_narrows({"--help"});

    EXPECT_EQ(result.exit_code, 0);
    EXPECT_EQ(result.err, "");
    for (const std::string& command : commands) expect_holds(result.out, "\n  " + command + " ");
    expect_holds(result.out, "Exit codes: 0 ok");
}

TEST(Program, HelpsWithEveryCommand) {
    for (const std::string& command : commands) {
        const ProgramResult result = run_narrows({command, "--help"});

        EXPECT_EQ(result.exit_code, 0) << command;
        EXPECT_EQ(result.err, "") << command;
        expect_holds(result.out, "Usage: narrows " + command);
    }
}

TEST(Program, DocumentsEveryOptionOfRank) {
    const ProgramResult result = run_narrows({"rank", "--help"});

    for (const char* option : {"--home", "--each-origin", "--all-imports", "--coalition", "--share",
                               "--lambda", "--tail-lambda", "--criticality", "--top", "--threads",
                               "--backend", "--device", "--output", "--out"}) {
        expect_holds(result.out, option);
    }
}

TEST(Program, TellsItsVersion) {
    const ProgramResult result = run_narrows({"--version"});

    EXPECT_EQ(result.exit_code, 0);
    EXPECT_EQ(result.out.rfind("narrows ", 0), 0U);
}

TEST(Program, RefusesAnUnknownCommand) {
    expect_refused(run_narrows({"rnak"}), 2, {"unknown command 'rnak', did you mean 'rank'?"});
    expect_refused(run_narrows({"world-2011"}), 2, {"unknown command 'world-2011'"});
    expect_refused(run_narrows({""}), 2, {"unknown command ''"});
}

TEST(Program, RefusesAnUnknownOption) {
    expect_refused(run_narrows({"--frobnicate"}), 2, {"unknown option '--frobnicate'"});
    for (const std::string& command : commands) {
        expect_refused(run_narrows({command, "--frobnicate"}), 2, {""});
    }
    expect_refused(run_narrows({"check", "world-2011", "--home", "CHN"}), 2, {"--home"});
    expect_refused(run_narrows({"check", "world-2011", "another"}), 2, {"another"});
}

TEST(Program, NeedsACommand) {
    expect_refused(run_narrows({}), 2, {"subcommand is required", "narrows --help"});
}

TEST(Program, RefusesAnOptionWithoutItsValue) {
    expect_refused(run_narrows({"rank", "--home"}), 2, {"--home"});
}

TEST(Program, WritesNothingButTheResultToStandardOutput) {
    const ProgramResult result = run_narrows({"check", "world-2011", "--output", "json"});

    EXPECT_EQ(result.err, "");
    EXPECT_EQ(result.out.front(), '{');
    EXPECT_EQ(result.out.substr(result.out.size() - 2), "}\n");
}

}  // namespace
}  // namespace narrows::test
