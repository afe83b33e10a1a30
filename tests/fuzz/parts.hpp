#pragma once

#include <map>
#include <string>
#include <string_view>

namespace narrows::fuzz {

/// The files in a fuzzer's input: each follows a line "==== NAME ====". Names "BOOK!PART" are the
/// parts of one workbook BOOK, which is zipped. What stands before the first such line is dropped.
std::map<std::string, std::string> files_in(std::string_view input);

}  // namespace narrows::fuzz
