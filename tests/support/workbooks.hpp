#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "tests/support/archives.hpp"

namespace narrows::test {

/// Empty, a number, or a text.
using SheetCell = std::variant<std::monostate, double, std::string>;
using SheetCells = std::vector<std::vector<SheetCell>>;

struct Sheet {
    std::string name;
    SheetCells rows;  // from A1; a row without cells is left out
};

/// The bytes of an .xlsx of these sheets: texts are shared, numbers have all their digits.
std::string workbook(const std::vector<Sheet>& sheets);

/// The parts of a workbook with one sheet "data" whose XML inside <sheetData>, and inside <sst>, is
/// given: to be changed and zipped, for what workbook() does not write.
std::vector<Member> workbook_parts(std::string_view sheet_data, std::string_view shared = "");

}  // namespace narrows::test
