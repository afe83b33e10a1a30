#include "host/table/classification.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "host/base/error.hpp"

#include "tests/support/errors.hpp"

namespace narrows {
namespace {

using test::expect_parts;
using test::message_of;
using Labels = std::vector<std::string>;

const std::vector<Sector> three_sectors = {{"AGR", "Agriculture", SectorKind::goods},
                                           {"ELE", "Electronics", SectorKind::goods},
                                           {"FIN", "Finance", SectorKind::services}};
const std::vector<Region> two_regions = {{"CHN", "China"}, {"TWN", "Taiwan"}};

Classification world(const Labels& labels) {
    return Classification::multi_regional(three_sectors, two_regions, labels);
}

TEST(Classification, OfANationalTableHasOneNodePerSector) {
    const auto classes = Classification::national(three_sectors, {"CHN", "China"});

    EXPECT_FALSE(classes.is_multi_regional());
    EXPECT_EQ(classes.num_nodes(), 3);
    EXPECT_EQ(classes.labels(), (Labels{"AGR", "ELE", "FIN"}));
    EXPECT_EQ(classes.node("FIN"), 2);
    EXPECT_EQ(classes.region_of(2), 0);
    EXPECT_EQ(classes.sector_of(2), 2);
    EXPECT_EQ(classes.nodes_of_region(0), (std::vector<Index>{0, 1, 2}));
}

TEST(Classification, OfAWorldTableKeepsTheOrderOfItsLabels) {
    const Classification classes = world({"TWN_FIN", "CHN_AGR", "TWN_ELE", "CHN_FIN"});

    EXPECT_TRUE(classes.is_multi_regional());
    EXPECT_EQ(classes.num_nodes(), 4);
    EXPECT_EQ(classes.label(0), "TWN_FIN");
    EXPECT_EQ(classes.region_of(0), 1);
    EXPECT_EQ(classes.sector_of(0), 2);
    EXPECT_EQ(classes.node("TWN_ELE"), 2);
    EXPECT_EQ(classes.nodes_of_region(classes.region("TWN")), (std::vector<Index>{0, 2}));
    EXPECT_EQ(classes.nodes_of_region(classes.region("CHN")), (std::vector<Index>{1, 3}));
}

TEST(Classification, UnderstandsUnderscoresInCodes) {
    const auto classes = Classification::multi_regional({{"X_1", ""}, {"X_2", ""}}, {{"R_A", ""}},
                                                        {"R_A_X_2", "R_A_X_1"});

    EXPECT_EQ(classes.sector(classes.sector_of(classes.node("R_A_X_2"))).code, "X_2");
}

TEST(Classification, RefusesLabelsThatCanMeanTwoNodes) {
    const std::string message = message_of<ArgumentError>([] {
        Classification::multi_regional({{"C", ""}, {"B_C", ""}}, {{"A", ""}, {"A_B", ""}},
                                       {"A_C", "A_B_C"});
    });

    expect_parts(message, {"'A_B_C'", "two different regions and sectors"});
}

TEST(Classification, RefusesADuplicateSector) {
    const std::string message = message_of<ArgumentError>([] {
        Classification::national({{"AGR", ""}, {"ELE", ""}, {"AGR", ""}}, {});
    });

    EXPECT_EQ(message, "duplicate sector code 'AGR'");
}

TEST(Classification, RefusesAnEmptySectorCode) {
    const std::string message = message_of<ArgumentError>([] {
        Classification::national({{"AGR", ""}, {"", ""}}, {});
    });

    EXPECT_EQ(message, "empty sector code");
}

TEST(Classification, RefusesNoSectorAtAll) {
    const std::string message = message_of<ArgumentError>([] { Classification::national({}, {}); });

    EXPECT_EQ(message, "no sectors");
}

TEST(Classification, RefusesADuplicateRegion) {
    const std::string message = message_of<ArgumentError>([] {
        Classification::multi_regional(three_sectors, {{"CHN", ""}, {"CHN", ""}}, {"CHN_AGR"});
    });

    EXPECT_EQ(message, "duplicate region code 'CHN'");
}

TEST(Classification, RefusesAnUnknownLabelAndNamesTheNearest) {
    const std::string message = message_of<ArgumentError>([] { world({"CHN_AGR", "TWN_ELF"}); });

    expect_parts(message, {"unknown region_sector label 'TWN_ELF'", "did you mean 'TWN_ELE'?"});
}

TEST(Classification, RefusesADuplicateLabel) {
    const std::string message = message_of<ArgumentError>([] {
        world({"CHN_AGR", "TWN_ELE", "CHN_AGR"});
    });

    EXPECT_EQ(message, "duplicate region_sector label 'CHN_AGR'");
}

TEST(Classification, RefusesARegionWithoutSectors) {
    const std::string message = message_of<ArgumentError>([] { world({"CHN_AGR", "CHN_ELE"}); });

    expect_parts(message, {"region 'TWN' has no sectors"});
}

TEST(Classification, NamesTheNearestSectorInALookup) {
    const Classification classes = world({"CHN_AGR", "TWN_ELE"});

    const auto message = [&](auto lookup) { return message_of<ArgumentError>(lookup); };

    EXPECT_EQ(message([&] { classes.node("TWN_EL"); }),
              "unknown sector 'TWN_EL', did you mean 'TWN_ELE'?");
    EXPECT_EQ(message([&] { classes.region("twm"); }), "unknown region 'twm', did you mean 'TWN'?");
}

TEST(Classification, GivesAnExampleWhereNoCodeIsNear) {
    const Classification classes = world({"CHN_AGR", "TWN_ELE"});

    const std::string message = message_of<ArgumentError>([&] { classes.region("GERMANY"); });

    EXPECT_EQ(message, "unknown region 'GERMANY', expected one of 2 such as 'CHN'");
}

TEST(Classification, DoesNotGuessLetterCase) {
    const Classification classes = world({"CHN_AGR", "TWN_ELE"});

    EXPECT_THROW(classes.region("chn"), ArgumentError);
    EXPECT_THROW(classes.region(""), ArgumentError);
}

TEST(SectorKind, HasANameOfEach) {
    EXPECT_STREQ(to_string(SectorKind::goods), "goods");
    EXPECT_STREQ(to_string(SectorKind::services), "services");
}

}  // namespace
}  // namespace narrows
