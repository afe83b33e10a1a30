// Asian Development Bank, multi-regional input-output tables in Excel: 62 to 73 economies x 35
// industries c1 to c35, the industries of WIOD's release of 2013; F1 to F5, ToT.
#include <fmt/format.h>

#include "host/readers/formats.hpp"
#include "host/readers/world_sheet.hpp"
#include "host/table/accounts.hpp"

namespace narrows {
namespace {

using Kind = WorldTotal::Kind;

/// c1 agriculture to c17 electricity, gas and water are goods; c18 is construction.
SectorKind kind_of(std::string_view code) {
    const bool two_digits = code.size() == 3;
    return !two_digits || (code[1] == '1' && code[2] <= '7') ? SectorKind::goods
                                                             : SectorKind::services;
}

const WorldSheetLayout& layout() {
    static const WorldSheetLayout adb = {
        "adb-mrio",
        35,
        "F5",
        false,
        {{"F1", "CONS_h"}, {"F2", "CONS_np"}, {"F3", "CONS_g"}, {"F4", "GFCF"}, {"F5", "INVEN"}},
        {{"r60", "II_fob", "total intermediate", Kind::ignored},
         {"r99", "TXSP", "taxes less subsidies", Kind::tax},
         {"r61", "EXP_adj", "cif/ fob", Kind::tax},
         {"r62", "PURR", "direct purchases abroad", Kind::tax},
         {"r63", "PURNR", "purchases on the domestic", Kind::tax},
         {"r64", "VA", "value added", Kind::value_added},
         {"trs", "IntTTM", "international transport margins", Kind::tax},
         {"r69", "GO", "total", Kind::output}},
        kind_of};
    return adb;
}

IoTable read(const InputSource& source, const ReadOptions& options) {
    TableData data = read_world_sheet(source, layout(), options);
    TableMeta& meta = data.meta;
    meta.name = fmt::format("ADB MRIO {}", meta.year);
    meta.unit = "million US dollars";
    meta.source = "Asian Development Bank, Multi-Regional Input-Output Database";
    meta.licence = "see the Asian Development Bank's terms of use";
    meta.attribution = "Asian Development Bank";
    meta.classification = "ADB MRIO (ISIC rev. 3), 35 industries";
    meta.layout = "ADB MRIO xlsx (adb-mrio)";
    return closed_table(std::move(data), source.path(), options.acceptance);
}

}  // namespace

TableFormat formats::adb_mrio() {
    return {"adb-mrio", "Asian Development Bank MRIO (ADB-MRIO*.xlsx)",
            [](const InputSource& source) { return has_world_sheet(source, layout()); }, read};
}

}  // namespace narrows
