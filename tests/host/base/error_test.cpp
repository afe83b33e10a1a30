#include "host/base/error.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace narrows {
namespace {

const std::vector<std::string> codes = {"AGR", "ELE", "ELV", "MIN"};

bool is_one_line(const std::string& text) {
    return std::none_of(text.begin(), text.end(),
                        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

TEST(Nearest, FindsTheCodeWithOneWrongLetter) {
    EXPECT_EQ(nearest("AGX", codes), "AGR");
}

TEST(Nearest, FindsTheCodeWithAMissingLetter) {
    EXPECT_EQ(nearest("EL", {"AGR", "ELE"}), "ELE");
}

TEST(Nearest, FindsTheCodeWithASurplusLetter) {
    EXPECT_EQ(nearest("MINE", codes), "MIN");
}

TEST(Nearest, IgnoresLetterCase) {
    EXPECT_EQ(nearest("min", codes), "MIN");
}

TEST(Nearest, PrefersTheSmallerDistance) {
    EXPECT_EQ(nearest("elv", {"ELE", "ELV"}), "ELV");
    EXPECT_EQ(nearest("ABCDEF", {"ABCDXX", "ABCDEX"}), "ABCDEX");
}

TEST(Nearest, FindsNothingWhereMostLettersDiffer) {
    EXPECT_EQ(nearest("XYR", codes), "");
}

TEST(Nearest, FindsNothingForAnotherSingleLetter) {
    EXPECT_EQ(nearest("9", {"1", "2"}), "");
}

TEST(Nearest, FindsNothingForEmptyText) {
    EXPECT_EQ(nearest("", {"1", "AGR"}), "");
}

TEST(Nearest, FindsNothingAmongNoCandidates) {
    EXPECT_EQ(nearest("AGR", {}), "");
}

TEST(Nearest, FindsNothingForAVeryLongText) {
    EXPECT_EQ(nearest(std::string(100000, 'x'), codes), "");
}

TEST(InQuotes, KeepsPrintableText) {
    EXPECT_EQ(in_quotes("1.5e3 #"), "'1.5e3 #'");
}

TEST(InQuotes, ReplacesControlCharacters) {
    EXPECT_EQ(in_quotes("a\nb\rc\x1b"), "'a?b?c?'");
}

TEST(InQuotes, KeepsLettersOutsideAscii) {
    EXPECT_EQ(in_quotes("Réunion"), "'Réunion'");
}

TEST(InQuotes, KeepsSixtyCharacters) {
    const std::string sixty(60, 'x');

    EXPECT_EQ(in_quotes(sixty), "'" + sixty + "'");
    EXPECT_EQ(in_quotes(sixty + "x"), "'" + sixty + "...'");
}

TEST(InQuotes, CutsNoLetterInTwo) {
    const std::string longer = std::string(59, 'x') + "é and more";

    EXPECT_EQ(in_quotes(longer), "'" + std::string(59, 'x') + "...'");
}

TEST(ParseErrorText, SaysWhereWhatAndWhatWasExpected) {
    const ParseError error("t/Z.csv", 7, 3, "ELE", "'abc'", "a number");

    EXPECT_STREQ(error.what(), "t/Z.csv:7: column 3 (ELE): found 'abc', expected a number");
    EXPECT_EQ(error.exit_code(), ExitCode::data);
}

TEST(ParseErrorText, LeavesOutLineAndColumnZero) {
    EXPECT_STREQ(ParseError("meta.json", 0, 0, "ELE", "nothing", "text").what(),
                 "meta.json: found nothing, expected text");
    EXPECT_STREQ(ParseError("Z.csv", 2, 0, "", "3 fields", "4").what(),
                 "Z.csv:2: found 3 fields, expected 4");
    EXPECT_STREQ(ParseError("Z.csv", 2, 1, "", "'A'", "'B'").what(),
                 "Z.csv:2: column 1: found 'A', expected 'B'");
}

TEST(ParseErrorText, IsOneLineWhateverTheFileSays) {
    const ParseError error("odd\nname.csv", 1, 2, "two\r\nlines", "'x'", "a number");

    EXPECT_TRUE(is_one_line(error.what())) << error.what();
}

TEST(Error, IsOneLineWhateverThePathIs) {
    const FileError error("a\nb\033[2J", "cannot read");

    EXPECT_TRUE(is_one_line(error.what())) << error.what();
}

TEST(Error, CarriesTheDocumentedExitCode) {
    const auto code = [](const Error& error) { return static_cast<int>(error.exit_code()); };

    EXPECT_EQ(code(BackendError("x")), 1);
    EXPECT_EQ(code(ArgumentError("x")), 2);
    EXPECT_EQ(code(FileError("x", "y")), 3);
    EXPECT_EQ(code(ParseError("x", 0, 0, "", "y", "z")), 3);
    EXPECT_EQ(code(BalanceError("x")), 3);
    EXPECT_EQ(code(NumericalError("x", {"AGR"})), 4);
    EXPECT_EQ(code(BackendUnavailable("x")), 5);
    EXPECT_EQ(code(Interrupted()), 130);
}

}  // namespace
}  // namespace narrows
