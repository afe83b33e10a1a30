#include "host/readers/sector_sets.hpp"

#include <gtest/gtest.h>

#include "host/base/error.hpp"

#include "tests/support/errors.hpp"
#include "tests/support/run_program.hpp"

namespace narrows {
namespace {

using test::ScratchFolder;

const std::vector<Sector> three = {{"AGR", "", SectorKind::goods},
                                   {"ELE", "", SectorKind::goods},
                                   {"FIN", "", SectorKind::services}};

std::vector<SectorSet> sets(const std::string& records) {
    const ScratchFolder folder;
    return read_sector_sets(folder.write("s.csv", "set,product\n" + records), three);
}

std::vector<SetBounds> bounds(const std::string& records) {
    const ScratchFolder folder;
    return read_set_bounds(folder.write("b.csv", "set,floor,ceiling\n" + records),
                           sets("a,ELE\na,AGR\nb,FIN\nc,FIN\n"), three);
}

void expect_refused(const std::string& message, const std::vector<std::string>& parts) {
    test::expect_parts(message, parts);
}

TEST(SectorSets, AreReadInTheirOrderAndMayOverlap) {
    const std::vector<SectorSet> read = sets("b,FIN\na,ELE\na,AGR\nb,AGR\n");
    ASSERT_EQ(read.size(), 2U);
    EXPECT_EQ(read[0].name, "b");
    EXPECT_EQ(read[0].products, (std::vector<Index>{0, 2}));
    EXPECT_EQ(read[1].products, (std::vector<Index>{0, 1}));
}

TEST(SectorSets, AreRefusedInOneLine) {
    const auto refused = [](const std::string& records, const std::vector<std::string>& parts) {
        expect_refused(test::message_of<ParseError>([&] { sets(records); }), parts);
    };
    refused("a,ELF\n", {":2:", "unknown product 'ELF'", "'ELE'"});
    refused("a,ELE\na,ELE\n", {":3:", "'ELE' again"});
    refused(",ELE\n", {"an empty name"});
    refused("", {"no record"});
}

TEST(SetBounds, AreNumbersOrNothing) {
    const std::vector<SetBounds> read = bounds("b,,7\na,2,\n");
    ASSERT_EQ(read.size(), 2U);
    EXPECT_EQ(read[0].set, 1);
    EXPECT_FALSE(read[0].floor);
    EXPECT_EQ(read[0].ceiling, 7.0);
    EXPECT_EQ(read[1].floor, 2.0);
}

TEST(SetBounds, AreRefusedInOneLine) {
    const auto refused = [](const std::string& records, const std::vector<std::string>& parts) {
        expect_refused(test::message_of<ParseError>([&] { bounds(records); }), parts);
    };
    refused("aa,1,\n", {"unknown set 'aa'", "'a'"});
    refused("a,3,2\n", {"'3'", "no higher than its ceiling"});
    refused("a,-1,\n", {"'-1'", "0 or more"});
    refused("a,1,\na,2,\n", {"'a' again"});
    refused("b,1,\nc,2,\n", {"floors of 'c' and 'b', which both hold 'FIN'"});
    EXPECT_EQ(bounds("b,0,\nc,2,\n").size(), 2U);
}

TEST(SectorSets, MayHaveReasonsWhichAreNotKept) {
    const ScratchFolder folder;
    const auto read = [&](const std::string& text) {
        return read_sector_sets(folder.write("s.csv", text), three);
    };
    const std::vector<SectorSet> found =
        read("set,product,reason\na,ELE,\"chips, and more\"\na,FIN,\n");
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].products, (std::vector<Index>{1, 2}));
    const auto refused = [&](const std::string& text, const std::vector<std::string>& parts) {
        expect_refused(test::message_of<ParseError>([&] { read(text); }), parts);
    };
    refused("set,product,why\na,ELE,x\n", {":1:", "'why'", "'reason' or the end of the line"});
    refused("set,product,reason,more\na,ELE,x,y\n", {":1:", "'more'", "the end of the line"});
    refused("set,product,reason\na,ELE\n", {":2:"});
}

std::vector<std::optional<double>> set_weights(const std::string& records) {
    const ScratchFolder folder;
    return read_set_weights(folder.write("w.csv", "set,weight\n" + records),
                            sets("a,ELE\nb,FIN\nc,FIN\n"));
}

TEST(SetWeights, AreOfSomeSets) {
    EXPECT_EQ(set_weights("c,2.5\na,0\n"),
              (std::vector<std::optional<double>>{0.0, std::nullopt, 2.5}));
}

TEST(SetWeights, AreRefusedInOneLine) {
    const auto refused = [](const std::string& records, const std::vector<std::string>& parts) {
        expect_refused(test::message_of<ParseError>([&] { set_weights(records); }), parts);
    };
    refused("a,1\nd,1\n", {":3:", "unknown set 'd'", "'a'"});
    refused("a,1\na,2\n", {":3:", "'a' again", "each set once"});
    refused("a,-1\n", {":2:", "'-1'", "[0, 1e6]"});
    refused("a,1e7\n", {":2:", "'1e7'", "[0, 1e6]"});
    refused("a,\n", {":2:", "weight"});
    refused("", {"no record"});
}

}  // namespace
}  // namespace narrows
