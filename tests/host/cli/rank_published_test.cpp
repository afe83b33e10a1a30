#include <string>

#include <gtest/gtest.h>

#include "host/readers/read_table.hpp"

#include "tests/support/run_program.hpp"
#include "tests/support/shared_files.hpp"

namespace narrows {
namespace {

/// Products of other regions that a region's sectors buy, by product and origin.
Index imported_pairs(const IoTable& table, const std::string& home) {
    const Classification& classes = table.classification();
    const std::vector<Index> users = classes.nodes_of_region(classes.region(home));
    Index pairs = 0;
    for (Index i = 0; i < table.num_nodes(); ++i) {
        if (classes.region_of(i) == classes.region(home)) continue;
        double bought = 0.0;
        for (const Index j : users) bought += table.Z()(i, j);
        pairs += bought > 0.0 ? 1 : 0;
    }
    return pairs;
}

TEST(RankOfPublishedTables, RanksEveryImportOfChinaInEveryYearOfWiod) {
    NARROWS_NEEDS_SHARED("data/wiod2013/2011");
    for (const char* year : {"1995", "2000", "2005", "2009", "2011"}) {
        const std::string path = test::shared_path(std::string("data/wiod2013/") + year).string();
        const auto report = test::run_json({"rank", path, "--home", "CHN"});
        EXPECT_EQ(report["pairs"], 35 * 40) << year;
        EXPECT_EQ(report["ranked_pairs"], report["rows"].size()) << year;
        EXPECT_EQ(static_cast<Index>(report["rows"].size()),
                  imported_pairs(read_table(path), "CHN"))
            << year;
    }
}

}  // namespace
}  // namespace narrows
