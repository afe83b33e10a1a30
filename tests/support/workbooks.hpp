#pragma once

#include <string>
#include <variant>
#include <vector>

namespace narrows::test {

/// A cell of a test's workbook: nothing, a number or a text.
using SheetCell = std::variant<std::monostate, double, std::string>;
using SheetCells = std::vector<std::vector<SheetCell>>;

struct SheetContent {
    std::string name;
    SheetCells rows;
};

/// The bytes of an .xlsx with these sheets, texts shared as Excel shares them.
std::string workbook(const std::vector<SheetContent>& sheets);

/// The same from parts that a test wrote itself: the XML of one sheet, of the shared texts.
std::string workbook_of(const std::string& sheet_xml, const std::string& shared_xml);

}  // namespace narrows::test
