// What `narrows rank` refuses, and how it says so.
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/run_program.hpp"

namespace narrows::test {
namespace {

using Arguments = std::vector<std::string>;

/// `narrows rank --home CHN` with more options.
void expect_rank_refused(const Arguments& options, int exit_code, const Arguments& parts) {
    Arguments arguments = {"rank", "--home", "CHN"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    expect_refused(run_narrows(arguments), exit_code, parts);
}

std::string china(const ScratchFolder& folder) {
    const std::string path = (folder.path() / "china").string();
    run_narrows({"convert", "world-2011", path, "--home", "CHN"});
    return path;
}

TEST(RankRefuses, AShareOutOfRange) {
    expect_rank_refused({"--share", "1.5"}, 2, {"share is 1.5, expected a number in [0, 1]"});
    expect_rank_refused({"--share", "-0.1"}, 2, {"share is -0.1, expected a number in [0, 1]"});
}

TEST(RankRefuses, ALambdaOutOfRange) {
    expect_rank_refused({"--lambda", "1"}, 2, {"lambda is 1, expected a number in [0, 1)"});
    expect_rank_refused({"--lambda", "-0.1"}, 2, {"lambda is -0.1, expected a number in [0, 1)"});
    expect_rank_refused({"--tail-lambda", "1"}, 2, {"tail lambda is 1"});
}

TEST(RankRefuses, WhatIsNoNumber) {
    for (const char* option : {"--share", "--lambda", "--tail-lambda"}) {
        for (const char* text : {"nan", "abc", "0.5x", "inf", "0x1", "1e400"}) {
            expect_rank_refused(
                {option, text}, 2,
                {std::string(option) + ": found '" + text + "', expected a number"});
        }
    }
}

TEST(RankRefuses, ListsThatHoldMoreThanNumbers) {
    expect_rank_refused({"--share", "0.5,half"}, 2, {"--share: found 'half', expected a number"});
    expect_rank_refused({"--share", "0.5,"}, 2, {"--share: found '', expected a number"});
    expect_rank_refused({"--lambda", "0,5"}, 2, {"--lambda: found '0,5', expected a number"});
    expect_rank_refused({"--share", "0,5"}, 2, {"share is 5, expected a number in [0, 1]"});
}

TEST(RankRefuses, EmptyValues) {
    for (const char* option : {"--share", "--lambda", "--home", "--coalition", "--criticality",
                               "--out", "--output", "--top", "--threads", "--backend"}) {
        expect_rank_refused({option, ""}, 2, {option});
    }
    expect_rank_refused({""}, 2, {"TABLE", "empty"});
}

TEST(RankRefuses, WhatIsNoWholeNumber) {
    expect_rank_refused({"--top", "-1"}, 2,
                        {"--top: found '-1', expected a whole number from 0 to 2147483647"});
    expect_rank_refused({"--top", "1.5"}, 2, {"--top: found '1.5', expected a whole number"});
    expect_rank_refused({"--top", "99999999999999999999"}, 2, {"--top: found '99999"});
    expect_rank_refused({"--threads", "0"}, 2,
                        {"--threads: found '0', expected a whole number from 1 to 2147483647"});
    expect_rank_refused({"--device", "first"}, 2, {"--device: found 'first'"});
}

TEST(RankRefuses, CoalitionsThatAreNone) {
    expect_rank_refused({"--coalition", "TWM"}, 2, {"unknown origin 'TWM', did you mean 'TWN'?"});
    expect_rank_refused({"--coalition", "TWN,KOR,TWN"}, 2, {"coalition: 'TWN' is given twice"});
    expect_rank_refused({"--coalition", "TWN,CHN"}, 2,
                        {"coalition: home 'CHN' cannot withhold from itself"});
    expect_rank_refused({"--coalition", "XX"}, 2,
                        {"unknown origin 'XX', expected one of 12 such as 'USA'"});
    expect_rank_refused({"--coalition", "TWN,"}, 2, {"unknown origin ''"});
    expect_rank_refused({"--coalition", ","}, 2, {"unknown origin ''"});
}

TEST(RankRefuses, AnUnknownHome) {
    expect_refused(run_narrows({"rank", "--home", "CHM"}), 2,
                   {"unknown region 'CHM', did you mean 'CHN'?"});
    expect_refused(run_narrows({"rank"}), 2, {"needs a home, one of CHN USA JPN"});
}

TEST(RankRefuses, OriginsOfANationalTable) {
    const ScratchFolder folder;
    const std::string table = china(folder);

    expect_refused(run_narrows({"rank", table, "--each-origin"}), 2,
                   {"a national table knows no origins: only --all-imports"});
    expect_refused(run_narrows({"rank", table, "--coalition", "TWN"}), 2, {"knows no origins"});
    expect_refused(run_narrows({"rank", table, "--home", "USA"}), 2,
                   {"national, of 'CHN': there is no home 'USA'"});
}

TEST(RankRefuses, ANationalTableWithoutImports) {
    expect_refused(run_narrows({"rank", "textbook/miller-blair-2009"}), 3,
                   {"no import matrix (M.csv)"});
}

TEST(RankRefuses, UnknownTables) {
    expect_rank_refused(
        {"world-2012"}, 3,
        {"world-2012: no such table, did you mean the embedded table 'world-2011'?"});
    expect_rank_refused({"/nowhere/at/all"}, 3, {"/nowhere/at/all: no such table"});
    expect_rank_refused({"/dev/null"}, 3, {"/dev/null: cannot read: not a regular file"});
}

TEST(RankRefuses, AnUnknownOutputOrBackend) {
    expect_rank_refused({"--output", "xml"}, 2,
                        {"unknown output format 'xml', expected table, csv, json or netcdf"});
    expect_rank_refused({"--backend", "opencl"}, 2, {"'opencl', expected auto, cpu or cuda"});
}

TEST(RankRefuses, CudaWhereItCannotRun) {
    const auto backends = run_json({"doctor"})["backends"];
    if (backends[1]["usable"]) GTEST_SKIP() << "CUDA runs here: " << backends[1]["detail"];

    expect_rank_refused({"--backend", "cuda"}, 5, {"backend cuda is not usable: "});
}

TEST(RankRefuses, CriticalityFilesThatAreWrong) {
    const ScratchFolder folder;
    const std::string unknown = folder.write("unknown.csv", "product,user,c\nELF,AGR,1\n");
    const std::string outside = folder.write("outside.csv", "product,user,c\nELE,AGR,1.5\n");
    const std::string empty = folder.write("empty.csv", "");

    expect_rank_refused({"--criticality", unknown}, 3,
                        {unknown + ":2: column 1 (product): found unknown sector 'ELF'"});
    expect_rank_refused({"--criticality", outside}, 3,
                        {outside + ":2: column 3 (c): found '1.5', expected a number in [0, 1]"});
    expect_rank_refused({"--criticality", empty}, 3, {empty + ":1: found an empty file"});
    expect_rank_refused({"--criticality", "/nowhere"}, 3, {"/nowhere: cannot read"});
}

TEST(RankRefuses, SurveyRatingsThatTheTableDoesNotHave) {
    const ScratchFolder folder;
    const std::string table = china(folder);
    std::filesystem::remove(folder.path() / "china" / "criticality.csv");

    expect_refused(run_narrows({"rank", table, "--criticality", "survey"}), 2, {"ratings"});
    EXPECT_EQ(run_narrows({"rank", table}).exit_code, 0);
}

TEST(RankRefuses, ATableThatIsNotProductive) {
    const ScratchFolder folder;
    std::filesystem::path table = copy_table("textbook/miller-blair-2009", folder.path());
    folder.write("miller-blair-2009/Z.csv", ",1,2\n1,1200,0\n2,0,100\n");
    folder.write("miller-blair-2009/F.csv", ",FINAL\n1,-200\n2,1900\n");
    folder.write("miller-blair-2009/V.csv", ",1,2\npayments,-200,1900\n");
    folder.write("miller-blair-2009/M.csv", ",1,2\n1,0,0\n2,0,0\n");

    expect_refused(run_narrows({"rank", table.string()}), 4,
                   {"not productive", "1 (1.2)", "expected a spectral radius below 1"});
}

TEST(RankRefuses, AnArgumentWithALineBreakInOneLine) {
    expect_rank_refused({"no\nsuch\rtable\033[2J"}, 3, {"no such table"});
    expect_refused(run_narrows({"rank", "--home", "A\nB"}), 2, {"unknown region 'A?B'"});
    expect_refused(run_narrows({"rank", "--A\nB"}), 2, {"--A B"});
}

}  // namespace
}  // namespace narrows::test
