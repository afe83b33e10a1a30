// WIOD, world tables as published in Excel: release of 2013 (wiot09_row_sep12.xlsx, 41 regions x 35
// industries) and of 2016 (WIOT2014_Nov16_ROW, 44 x 56; saved as .xlsx from .xlsb).
#include <fmt/format.h>

#include "host/readers/formats.hpp"
#include "host/readers/sector_kinds.hpp"
#include "host/readers/world_sheet.hpp"
#include "host/table/accounts.hpp"

namespace narrows {
namespace {

using Kind = WorldTotal::Kind;

const WorldSheetLayout& layout_2013() {
    static const WorldSheetLayout layout = {
        "wiod2013-world",
        35,
        "c42",
        true,
        {{"c37", "CONS_h"},
         {"c38", "CONS_np"},
         {"c39", "CONS_g"},
         {"c41", "GFCF"},
         {"c42", "INVEN"}},
        {{"r60", "II_fob", "total intermediate", Kind::ignored},
         {"r99", "TXSP", "taxes less subsidies", Kind::tax},
         {"r61", "EXP_adj", "cif/ fob", Kind::tax},
         {"r62", "PURR", "direct purchases abroad", Kind::tax},
         {"r63", "PURNR", "purchases on the domestic", Kind::tax},
         {"r64", "VA", "value added", Kind::value_added},
         {"r65", "IntTTM", "international transport margins", Kind::tax},
         {"r69", "GO", "output at basic prices", Kind::output}},
        kind_by_isic3};
    return layout;
}

const WorldSheetLayout& layout_2016() {
    static const WorldSheetLayout layout = {
        "wiod2016-world",
        56,
        "c61",
        true,
        {{"c57", "CONS_h"},
         {"c58", "CONS_np"},
         {"c59", "CONS_g"},
         {"c60", "GFCF"},
         {"c61", "INVEN"}},
        {{"r65", "II_fob", "total intermediate", Kind::ignored},
         {"r66", "TXSP", "taxes less subsidies", Kind::tax},
         {"r67", "EXP_adj", "cif/ fob", Kind::tax},
         {"r68", "PURR", "direct purchases abroad", Kind::tax},
         {"r69", "PURNR", "purchases on the domestic", Kind::tax},
         {"r70", "VA", "value added", Kind::value_added},
         {"r71", "IntTTM", "international transport margins", Kind::tax},
         {"r73", "GO", "output at basic prices", Kind::output}},
        kind_by_nace};
    return layout;
}

IoTable read(const InputSource& source, const ReadOptions& options, const WorldSheetLayout& layout,
             int release, const char* classification) {
    TableData data = read_world_sheet(source, layout, options);
    TableMeta& meta = data.meta;
    meta.name = fmt::format("WIOD {} world table {}", release, meta.year);
    meta.unit = "million US dollars";
    meta.source = fmt::format("World Input-Output Database, release of {}, world tables", release);
    meta.licence = "CC BY 4.0";
    meta.attribution =
        "Timmer, Dietzenbacher, Los, Stehrer and de Vries (2015), Review of International "
        "Economics 23: 575-605";
    meta.classification = classification;
    meta.layout = fmt::format("WIOD {} world xlsx ({})", release, layout.key);
    return closed_table(std::move(data), source.path(), options.acceptance);
}

}  // namespace

TableFormat formats::wiod2013_world() {
    return {"wiod2013-world", "WIOD 2013 world table (wiotYY_row_*.xlsx), years 1995 to 2011",
            [](const InputSource& source) { return has_world_sheet(source, layout_2013()); },
            [](const InputSource& source, const ReadOptions& options) {
                return read(source, options, layout_2013(), 2013,
                            "WIOD 2013 (ISIC rev. 3), 35 industries");
            }};
}

TableFormat formats::wiod2016_world() {
    return {"wiod2016-world", "WIOD 2016 world table (WIOTYYYY_Nov16_ROW, saved as .xlsx)",
            [](const InputSource& source) { return has_world_sheet(source, layout_2016()); },
            [](const InputSource& source, const ReadOptions& options) {
                return read(source, options, layout_2016(), 2016,
                            "WIOD 2016 (ISIC rev. 4), 56 industries");
            }};
}

}  // namespace narrows
