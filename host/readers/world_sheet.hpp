#pragma once

#include <string>
#include <vector>

#include "host/readers/read_table.hpp"
#include "host/readers/workbook.hpp"

namespace narrows {

/// A row below the industries of a world table.
struct WorldTotal {
    enum class Kind { ignored, tax, value_added, output };
    const char* code;   // in column D, "r64"
    const char* name;   // in column A or, where there is none, what the table calls it: "VA"
    const char* words;  // with which column B begins where there are no codes; lower case
    Kind kind;
};

/// How WIOD and the ADB lay out a world table in one sheet: below titles, one row each of names,
/// countries and items (c1, c2, ...; from column E), WIOD with a row of industry codes above them;
/// then rows of industries with country and item in columns C and D. Rows of numbers alone among
/// the headers are skipped.
struct WorldSheetLayout {
    struct Use {
        const char* item;
        const char* category;
    };
    const char* key;
    Index num_industries;     // items c1 to cN
    const char* last_use;     // the last item, by which the layout is recognised
    bool has_industry_codes;  // in column A and above the names; else items are the codes
    std::vector<Use> uses;    // items that stand for final uses
    std::vector<WorldTotal> totals;
    SectorKind (*kind)(std::string_view code);
};

/// Is the source a workbook with a sheet in this layout?
bool has_world_sheet(const InputSource& source, const WorldSheetLayout& layout);

/// Reads that sheet: classification, flows, gross output (the column of totals, without one the
/// row), taxes, value added, meta.year; accounts are closed. Without a row of value
/// added it is the residual. Memory grows with what the sheet holds, not with what its header
/// promises. Throws ParseError with sheet, row and column for what does not fit the layout;
/// ArgumentError where options.year is another than the sheet's.
TableData read_world_sheet(const InputSource& source, const WorldSheetLayout& layout,
                           const ReadOptions& options);

}  // namespace narrows
