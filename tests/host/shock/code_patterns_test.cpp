#include "host/shock/code_patterns.hpp"

#include <gtest/gtest.h>

#include "host/base/error.hpp"

#include "tests/support/errors.hpp"

namespace narrows {
namespace {

const std::vector<std::string> codes = {"MAC", "MET", "MIN", "ELE", "TEL"};

std::vector<Index> match(const CodePatterns& patterns) {
    return matching_codes("f.json: shocks[0].sector", "sector", patterns, codes);
}

TEST(MatchesPattern, MatchesTheWholeText) {
    for (const char* pattern : {"MAC", "*", "M*", "*C", "M?C", "???", "**A*", "*MAC*", "M*A*C"}) {
        EXPECT_TRUE(matches_pattern(pattern, "MAC")) << pattern;
    }
    for (const char* pattern : {"", "MA", "A*", "????", "*A", "M?", "mac", "MAC?", "*M*M*"}) {
        EXPECT_FALSE(matches_pattern(pattern, "MAC")) << pattern;
    }
    EXPECT_TRUE(matches_pattern("*", ""));
    EXPECT_FALSE(matches_pattern("?", ""));
    EXPECT_TRUE(matches_pattern("*ab", "aab"));  // the star takes more than it first did
}

TEST(MatchingCodes, GivesEachOnceInTheOrderOfTheTable) {
    EXPECT_EQ(match({"TEL", "M*", "MIN"}), (std::vector<Index>{0, 1, 2, 4}));
    EXPECT_EQ(match({"?EL", "ELE"}), (std::vector<Index>{3, 4}));
}

TEST(MatchingCodes, NamesTheNearestOfAnUnknownCode) {
    EXPECT_EQ(test::message_of<ParseError>([] {
                  match({"MAC", "ELX"});
              }),
              "f.json: shocks[0].sector: found unknown sector 'ELX', expected 'ELE'");
}

TEST(MatchingCodes, RefusesAnEmptyWildcard) {
    EXPECT_EQ(test::message_of<ParseError>([] {
                  match({"MAC", "X*"});
              }),
              "f.json: shocks[0].sector: found an empty wildcard 'X*', expected a pattern that a "
              "sector matches");
}

const std::vector<SectorSet> sets = {{"metal", {1, 2}}, {"wires", {3, 4}}};

TEST(MatchingCodes, TakesNamedSetsBesideCodesAndPatterns) {
    const auto found = [](const CodePatterns& patterns) {
        return matching_codes("f.json: shocks[0].sector", "sector", patterns, codes, &sets);
    };
    EXPECT_EQ(found({"set:wires"}), (std::vector<Index>{3, 4}));
    EXPECT_EQ(found({"set:metal", "MA?", "ELE"}), (std::vector<Index>{0, 1, 2, 3}));
    EXPECT_EQ(test::message_of<ParseError>([&] { found({"set:metall"}); }),
              "f.json: shocks[0].sector: found unknown set 'set:metall', expected 'set:metal'");
    EXPECT_EQ(test::message_of<ParseError>(
                  [&] { matching_codes("f", "sector", {"set:metal"}, codes, {}); }),
              "f: found unknown sector 'set:metal', expected one of MAC, MET, MIN, ELE, TEL");
    const std::vector<SectorSet> none;
    EXPECT_EQ(test::message_of<ParseError>(
                  [&] { matching_codes("f", "sector", {"set:metal"}, codes, &none); }),
              "f: found 'set:metal', expected sets by \"sets\": \"FILE\" in the scenario, or by "
              "--sets FILE");
}

}  // namespace
}  // namespace narrows
