// Every format has its fuzzer: tests/fuzz/formats.txt.
#include <fstream>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "host/readers/read_table.hpp"

namespace narrows {
namespace {

TEST(FuzzedFormats, AreAllFormatsButThoseLeftOutForAReason) {
    std::ifstream file(std::string(NARROWS_SOURCE) + "/tests/fuzz/formats.txt");
    ASSERT_TRUE(file);
    std::set<std::string> listed;
    for (std::string line; std::getline(file, line);) {
        if (line.empty() || line.front() == '#') continue;
        const bool left_out = line.rfind("- ", 0) == 0;  // "- KEY: reason"
        listed.insert(left_out ? line.substr(2, line.find(':') - 2) : line);
    }
    std::set<std::string> expected;
    for (const TableFormat& format : table_formats()) expected.insert(format.key);

    EXPECT_EQ(listed, expected);
}

}  // namespace
}  // namespace narrows
