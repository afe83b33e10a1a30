// Draws that are interrupted or killed, and gone on with.
#include <csignal>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/run_program.hpp"

namespace narrows {
namespace {

namespace fs = std::filesystem;
using test::ProgramResult;
using test::run_and_signal;
using test::run_narrows;
using test::ScratchFolder;

std::vector<std::string> rank(const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {"rank", "world-2011", "--home", "DEU", "--threads", "2"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
}

std::string rows_of(const ProgramResult& result) {
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return result.out;
}

TEST(RankResume, KilledAtRandomPointsTwentyTimesGivesTheSameBits) {
    const std::string whole = rows_of(run_narrows(rank({"--draws", "800", "--output", "csv"})));
    std::mt19937 random(7);
    for (int round = 0; round < 4; ++round) {
        const ScratchFolder folder;
        const std::string file = folder.path() / "draws";
        const auto arguments =
            rank({"--draws", "800", "--output", "csv", "--checkpoint", file, "--resume"});
        int killed = 0;
        for (int i = 0; i < 5; ++i) {
            const std::int64_t wait = 20000 + random() % 100000;
            const ProgramResult result = run_and_signal(arguments, SIGKILL, wait);
            if (result.exit_code == 128 + SIGKILL) ++killed;
        }
        EXPECT_GT(killed, 0);

        EXPECT_EQ(rows_of(run_narrows(arguments)), whole);
    }
}

TEST(RankResume, MoreDrawsThanBeforeAreAdded) {
    const ScratchFolder folder;
    const std::string file = folder.path() / "draws";
    rows_of(run_narrows(rank({"--draws", "100", "--checkpoint", file})));
    const auto size = fs::file_size(file);

    const std::string more = rows_of(
        run_narrows(rank({"--draws", "150", "--output", "csv", "--checkpoint", file, "--resume"})));

    EXPECT_EQ(more, rows_of(run_narrows(rank({"--draws", "150", "--output", "csv"}))));
    EXPECT_GT(fs::file_size(file), size);
}

TEST(RankResume, AnInterruptPrintsWhatIsComplete) {
    for (const int signal : {SIGINT, SIGTERM}) {
        const ScratchFolder folder;
        const std::string file = folder.path() / "draws";
        const auto arguments =
            rank({"--draws", "200000", "--output", "json", "--checkpoint", file});

        const ProgramResult result = run_and_signal(arguments, signal, 500000);

        EXPECT_EQ(result.exit_code, 128 + signal) << result.err;
        EXPECT_NE(result.err.find("narrows: interrupted: "), std::string::npos) << result.err;
        EXPECT_NE(result.err.find(" of 200000 draws are done; " + file), std::string::npos);
        const auto json = nlohmann::ordered_json::parse(result.out, nullptr, false);
        ASSERT_FALSE(json.is_discarded()) << result.out.substr(0, 200);
        EXPECT_GE(json["draws"], 64);
        EXPECT_LT(json["draws"], 200000);
        EXPECT_EQ(json["run"]["parameters"]["draws"], 200000);
    }
}

TEST(RankResume, WhatCannotBeGoneOnWithIsRefused) {
    const ScratchFolder folder;
    const std::string file = folder.path() / "draws";
    rows_of(run_narrows(rank({"--draws", "10", "--checkpoint", file})));

    test::expect_refused(run_narrows(rank({"--draws", "10", "--checkpoint", file})), 3,
                         {file, "exists already; --resume continues it"});
    test::expect_refused(
        run_narrows(rank({"--draws", "10", "--seed", "2", "--checkpoint", file, "--resume"})), 3,
        {file, "holds draws of another ranking"});
    EXPECT_EQ(run_narrows(rank({"--draws", "10", "--resume"})).exit_code, 2);
}

}  // namespace
}  // namespace narrows
