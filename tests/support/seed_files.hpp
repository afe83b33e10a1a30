#pragma once

#include <map>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "host/readers/read_table.hpp"

namespace narrows::test {

/// Files of a table by name.
using Files = std::map<std::string, std::string>;

/// The files in one text: each follows a line "==== NAME ====". Names "BOOK!PART" are the parts of
/// one workbook BOOK. What stands before the first such line is dropped.
Files parts_in(std::string_view text);

/// The same with every workbook zipped from its parts.
Files zipped(const Files& parts);

/// Reads the table in files. A file mapping.json becomes ReadOptions::mapping.
IoTable read_files(Files files, ReadOptions options);

/// A small table in a published layout, tests/fuzz/seeds/FORMAT/NAME.
struct Seed {
    std::string format;
    std::string name;
    Files files;  // parts of workbooks each for itself
};
inline void PrintTo(const Seed& seed, std::ostream* out) {
    *out << seed.format << "/" << seed.name;
}

/// All of them, sorted.
std::vector<Seed> table_seeds();

}  // namespace narrows::test
