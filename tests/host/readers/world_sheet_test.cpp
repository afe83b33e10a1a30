// World tables in one sheet: WIOD 2013, WIOD 2016 and the ADB's.
#include "host/readers/world_sheet.hpp"

#include <algorithm>
#include <functional>
#include <ostream>

#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "host/readers/years.hpp"

#include "tests/support/errors.hpp"
#include "tests/support/shared_files.hpp"
#include "tests/support/tables.hpp"
#include "tests/support/workbooks.hpp"

namespace narrows {
namespace {

using test::expect_parts;
using test::message_of;
using test::SheetCell;
using test::SheetCells;

/// What differs between the three.
struct Edition {
    std::string key;
    std::string file;
    int year;
    bool has_codes;
    std::vector<std::string> codes;  // of two industries, goods and services
    std::vector<std::string> items;
    std::vector<std::string> uses;
    std::string total_item;
    std::vector<std::string> totals;  // II_fob TXSP EXP_adj PURR PURNR VA IntTTM GO
};

const std::vector<Edition>& editions() {
    static const std::vector<Edition> all = {
        {"wiod2013-world",
         "wiot09_row_sep12.xlsx",
         2009,
         true,
         {"19", "F"},
         {"c5", "c18"},
         {"c37", "c38", "c39", "c41", "c42"},
         "",
         {"r60", "r99", "r61", "r62", "r63", "r64", "", "r69"}},
        {"wiod2016-world",
         "WIOT2014_Nov16_ROW.xlsx",
         2014,
         true,
         {"C10-C12", "F"},
         {"c5", "c27"},
         {"c57", "c58", "c59", "c60", "c61"},
         "c62",
         {"r65", "r66", "r67", "r68", "r69", "r70", "r71", "r73"}},
        {"adb-mrio",
         "ADB-MRIO62-2021_Mar2022.xlsx",
         2021,
         false,
         {"c5", "c18"},
         {"c5", "c18"},
         {"F1", "F2", "F3", "F4", "F5"},
         "ToT",
         {"r60", "r99", "r61", "r62", "r63", "r64", "trs", "r69"}},
    };
    return all;
}

const std::vector<std::string> regions = {"AUS", "RoW"};

/// The layouts know c1 to be first: three industries, the first of them "c1".
Edition with_first(Edition edition) {
    edition.codes.insert(edition.codes.begin(), edition.has_codes ? "A01" : "c1");
    edition.items.insert(edition.items.begin(), "c1");
    return edition;
}

constexpr std::size_t num_regions = 2;
constexpr std::size_t num_industries = 3;
constexpr std::size_t num_nodes = num_regions * num_industries;
constexpr std::size_t num_uses = 5;
constexpr std::size_t first_number = 4;

/// Numbers with all their digits.
double flow(std::size_t row, std::size_t column) {
    return 1.0 + static_cast<double>((7 * row + 3 * column) % 11) / 3.0;
}
double tax(std::size_t row, std::size_t column) {
    return static_cast<double>(row + column) / 7.0;
}

/// Row of the first industry in the sheet, from 0.
std::size_t first_row(const Edition& edition) {
    return edition.has_codes ? 6 : 7;
}

SheetCells header_of(const Edition& edition) {
    SheetCells rows = {{"Invented Input-Output Table"}, {"2 countries, in current prices"}};
    if (!edition.has_codes) rows.insert(rows.end(), {{"titles"}, {}});
    const std::size_t height = edition.has_codes ? 4 : 3;
    std::vector<std::vector<SheetCell>> head(height, std::vector<SheetCell>(first_number));
    const auto add = [&](const std::string& code, const std::string& name,
                         const std::string& country, const std::string& item) {
        if (edition.has_codes) head[0].emplace_back(code);
        head[height - 3].emplace_back(name);
        head[height - 2].emplace_back(country);
        head[height - 1].emplace_back(item);
    };
    for (const std::string& region : regions) {
        for (std::size_t i = 0; i < num_industries; ++i) {
            add(edition.codes[i], "name of " + edition.codes[i], region, edition.items[i]);
        }
    }
    for (const std::string& region : regions) {
        for (const std::string& use : edition.uses) add("use", "name of " + use, region, use);
    }
    if (!edition.total_item.empty()) add("GO", "Total output", "TOT", edition.total_item);
    rows.insert(rows.end(), head.begin(), head.end());
    return rows;
}

SheetCells cells_of(const Edition& edition) {
    SheetCells rows = header_of(edition);
    std::vector<double> output(num_nodes);
    for (std::size_t node = 0; node < num_nodes; ++node) {
        const std::size_t i = node % num_industries;
        std::vector<SheetCell> row = {SheetCell(), "name", regions[node / num_industries],
                                      edition.items[i]};
        if (edition.has_codes) row[0] = edition.codes[i];
        for (std::size_t c = 0; c < num_nodes + num_regions * num_uses; ++c) {
            output[node] += flow(node, c);
            row.emplace_back(flow(node, c));
        }
        row.emplace_back(output[node]);
        rows.push_back(row);
    }
    const std::vector<std::string> words = {
        "Total intermediate consumption",      "taxes less subsidies on products",
        "Cif/ fob adjustments on exports",     "Direct purchases abroad by residents",
        "Purchases on the domestic territory", "Value added at basic prices",
        "International Transport Margins",     "Output at basic prices"};
    for (std::size_t t = 0; t < words.size(); ++t) {
        std::vector<SheetCell> row = {SheetCell(), words[t], "TOT", edition.totals[t]};
        for (std::size_t c = 0; c < num_nodes; ++c) {
            double inputs = 0.0;
            for (std::size_t r = 0; r < num_nodes; ++r) inputs += flow(r, c);
            double taxes = 0.0;
            for (const std::size_t k : {1U, 2U, 3U, 4U, 6U}) taxes += tax(k, c);
            const double value_added = output[c] - inputs - taxes;
            row.emplace_back(t == 0   ? inputs
                             : t == 5 ? value_added
                             : t == 7 ? output[c]
                                      : tax(t, c));
        }
        rows.push_back(row);
    }
    rows.push_back({"a note below"});
    return rows;
}

InputSource source_of(const Edition& edition, const SheetCells& cells) {
    return {"memory", {{edition.file, test::workbook({{"notes", {{"x"}}}, {"table", cells}})}}};
}

IoTable read(const Edition& edition, const SheetCells& cells, const ReadOptions& options = {}) {
    return read_table(source_of(edition, cells), options);
}

void PrintTo(const Edition& edition, std::ostream* out) {
    *out << edition.key;
}

class WorldSheet : public testing::TestWithParam<Edition> {
  public:
    Edition edition() const { return with_first(GetParam()); }
    /// The message with which cells that were changed are refused.
    std::string refusal(const std::function<void(SheetCells&)>& change) const {
        SheetCells cells = cells_of(edition());
        change(cells);
        ReadOptions options;
        options.format = edition().key;
        return message_of<ParseError>([&] { read(edition(), cells, options); });
    }
    std::size_t first() const { return first_row(edition()); }
    std::size_t totals() const { return first() + num_nodes; }
};

TEST_P(WorldSheet, GivesBackEveryFigureToTheLastDigit) {
    const Edition layout = edition();
    const IoTable table = read(layout, cells_of(layout));

    EXPECT_NE(table.meta().layout.find(layout.key), std::string::npos);
    EXPECT_EQ(table.meta().year, layout.year);
    EXPECT_EQ(table.meta().unit, "million US dollars");
    EXPECT_TRUE(table.is_multi_regional());
    ASSERT_EQ(table.num_nodes(), static_cast<Index>(num_nodes));
    EXPECT_EQ(table.classification().label(1), "AUS_" + layout.codes[1]);
    EXPECT_EQ(table.classification().label(5), "RoW_" + layout.codes[2]);
    EXPECT_EQ(table.classification().sectors()[1].name, "name of " + layout.codes[1]);
    EXPECT_EQ(table.classification().sectors()[1].kind, SectorKind::goods);
    EXPECT_EQ(table.classification().sectors()[2].kind, SectorKind::services);
    ASSERT_EQ(table.F().cols(), static_cast<Index>(num_regions * num_uses));
    EXPECT_EQ(table.final_uses()[8].label(), "RoW_GFCF");
    EXPECT_EQ(table.value_added_names(), std::vector<std::string>{"VA"});
    EXPECT_EQ(table.tax_names(),
              (std::vector<std::string>{"TXSP", "EXP_adj", "PURR", "PURNR", "IntTTM"}));
    for (std::size_t r = 0; r < num_nodes; ++r) {
        const auto i = static_cast<Index>(r);
        for (std::size_t c = 0; c < num_nodes + num_regions * num_uses; ++c) {
            const auto j = static_cast<Index>(c);
            const bool is_use = c >= num_nodes;
            EXPECT_EQ(is_use ? table.F()(i, j - static_cast<Index>(num_nodes)) : table.Z()(i, j),
                      flow(r, c));
        }
        EXPECT_EQ(table.T()(0, i), tax(1, r));
        EXPECT_EQ(table.T()(4, i), tax(6, r));
    }
    EXPECT_TRUE(table.meta().findings.empty());
}

TEST_P(WorldSheet, ReadsRowsByTheirLabelsInAnyOrder) {
    const Edition layout = edition();
    SheetCells cells = cells_of(layout);
    std::swap(cells[first()], cells[first() + 4]);
    std::swap(cells[totals() + 1], cells[totals() + 5]);

    const IoTable straight = read(layout, cells_of(layout));
    const IoTable table = read(layout, cells);
    EXPECT_EQ(table.Z(), straight.Z());
    EXPECT_EQ(table.x(), straight.x());
    EXPECT_EQ(table.V(), straight.V());
    EXPECT_EQ(table.tax_names(),
              (std::vector<std::string>{"EXP_adj", "PURR", "PURNR", "TXSP", "IntTTM"}));
    EXPECT_EQ(table.T().row(3), straight.T().row(0));
    EXPECT_EQ(table.T().row(0), straight.T().row(1));
}

TEST_P(WorldSheet, SkipsARowOfNumbersAmongTheHeaders) {
    const Edition layout = edition();
    std::vector<SheetCell> numbers(first_number);
    for (int c = 1; c <= 16; ++c) numbers.emplace_back(static_cast<double>(c));
    const std::string expected = read(layout, cells_of(layout)).hash();
    for (const std::size_t below : {0U, 1U, 2U}) {
        SheetCells cells = cells_of(layout);
        cells.insert(cells.begin() + static_cast<std::ptrdiff_t>(first() - below), numbers);
        EXPECT_EQ(read(layout, cells).hash(), expected) << below;
    }
}

TEST_P(WorldSheet, TakesWhatIsMissingFromTheRest) {
    const Edition layout = edition();
    SheetCells cells = cells_of(layout);
    cells[first()].pop_back();  // the total of one row
    const IoTable by_row = read(layout, cells);
    EXPECT_EQ(by_row.meta().findings.front().code, "output-from-row");
    EXPECT_EQ(by_row.x(), read(layout, cells_of(layout)).x());

    cells.erase(cells.begin() + static_cast<std::ptrdiff_t>(totals() + 5));
    const IoTable without = read(layout, cells);
    EXPECT_EQ(without.meta().findings.back().code, "value-added-residual");
}

TEST_P(WorldSheet, RefusesAnotherYear) {
    const Edition layout = edition();
    ReadOptions options;
    options.year = layout.year;
    EXPECT_EQ(read(layout, cells_of(layout), options).meta().year, layout.year);
    options.year = 1999;
    expect_parts(message_of<YearsError>([&] { read(layout, cells_of(layout), options); }),
                 {std::to_string(layout.year), "1999"});
}

TEST_P(WorldSheet, ClosesAccountsThatAreOpenAndSaysSo) {
    const Edition layout = edition();
    SheetCells cells = cells_of(layout);
    double& number = std::get<double>(cells[first()][first_number]);
    number += 1.0;
    const IoTable table = read(layout, cells);
    ASSERT_EQ(table.meta().findings.size(), 2U);
    EXPECT_EQ(table.meta().findings[0].code, "residual-rows");
    EXPECT_EQ(table.meta().findings[1].code, "residual-columns");
}

TEST_P(WorldSheet, NamesThePlaceOfWhatIsNoNumber) {
    expect_parts(refusal([&](SheetCells& cells) { cells[first() + 1][first_number + 2] = "1,5"; }),
                 {edition().file, "sheet 'table'", ":" + std::to_string(first() + 2), "(G)",
                  "'1,5'", "expected a number"});
    expect_parts(refusal([&](SheetCells& cells) { cells[totals() + 5][first_number] = "1 000"; }),
                 {"(E)", "'1 000'", "expected a number"});
}

TEST_P(WorldSheet, RefusesRowsAndColumnsThatAreMissingRepeatedOrUnknown) {
    const auto at = [](std::size_t row) { return static_cast<std::ptrdiff_t>(row); };
    expect_parts(refusal([&](SheetCells& cells) { cells.erase(cells.begin() + at(first())); }),
                 {"no row of 'AUS_" + edition().codes[0]});
    expect_parts(refusal([&](SheetCells& cells) { cells[first() + 1] = cells[first()]; }),
                 {"a second row of 'AUS_" + edition().codes[0]});
    expect_parts(refusal([&](SheetCells& cells) { cells[first()][2] = "XYZ"; }), {"'XYZ_"});
    expect_parts(refusal([&](SheetCells& cells) { cells[totals() + 2] = cells[totals() + 1]; }),
                 {"a second row of 'TXSP'"});
    expect_parts(refusal([&](SheetCells& cells) { cells[totals()][3] = "r77"; }),
                 {"r77", "one of r"});
    const std::size_t codes = edition().has_codes ? first() - 4 : first() - 1;
    expect_parts(
        refusal([&](SheetCells& cells) { cells[codes][first_number + 1] = edition().codes[0]; }),
        {"a second column of 'AUS_" + edition().codes[0]});
    expect_parts(refusal([&](SheetCells& cells) { cells[first() - 1][first_number + 1] = "q7"; }),
                 {"'q7'", "an industry or a final use"});
    expect_parts(refusal([&](SheetCells& cells) { cells.resize(first() + 2); }), {"no row of"});
}

TEST_P(WorldSheet, SaysWhatItLookedForWhereTheLayoutIsAnother) {
    const std::string last = edition().uses.back();
    expect_parts(refusal([&](SheetCells& cells) { cells[first() - 1][first_number] = "x"; }),
                 {"no sheet of a world table", "'c1'", last, edition().key});
}

TEST_P(WorldSheet, IsRecognisedAsThisLayoutAlone) {
    const InputSource source = source_of(edition(), cells_of(edition()));
    for (const TableFormat& format : table_formats()) {
        EXPECT_EQ(format.recognises(source), format.key == edition().key) << format.key;
    }
}

INSTANTIATE_TEST_SUITE_P(Layouts, WorldSheet, testing::ValuesIn(editions()),
                         [](const auto& instance) {
                             std::string name = instance.param.key;
                             std::replace(name.begin(), name.end(), '-', '_');
                             return name;
                         });

TEST(WiodWorld, SaysHowToSaveABinaryWorkbook) {
    const InputSource source(
        "memory", {{"WIOT2014_Nov16_ROW.xlsb",
                    test::zip({{"[Content_Types].xml", "<Types/>"}, {"xl/workbook.bin", "x"}})}});
    expect_parts(message_of<FileError>([&] { read_table(source); }), {".xlsb", ".xlsx"});
}

TEST(WiodWorld, ReadsTheLayoutOfThePublishedFile) {
    const char* path = "data/layouts/wiod_mock/wiot09_row_sep12.xlsx";
    NARROWS_NEEDS_SHARED(path);
    const InputSource source(test::shared_path(path));
    // Its numbers are invented and do not add up. The sums are those of the sheet.
    const std::string message = message_of<BalanceError>([&] { read_table(source); });
    expect_parts(message, {"do not add up to gross output"});
    const IoTable table = read_table(source, {.acceptance = Acceptance::any});
    EXPECT_EQ(table.num_nodes(), 48);
    EXPECT_DOUBLE_EQ(table.Z().sum(), 38872616.883925326);
    EXPECT_DOUBLE_EQ(table.F().sum(), 3283795836.165649);
    EXPECT_DOUBLE_EQ(table.value_added().sum(), 2457275.59913);
    EXPECT_DOUBLE_EQ(table.x().sum(), 3322668453.049574);
}

}  // namespace
}  // namespace narrows
