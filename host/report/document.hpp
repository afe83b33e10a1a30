#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "host/report/run_record.hpp"

namespace narrows {

/// A cell of a report: nothing, a count, a number, text, or a list of codes or of numbers.
using Cell = std::variant<std::monostate, std::int64_t, double, bool, std::string,
                          std::vector<std::string>, std::vector<double>>;

/// A row made cell by cell. Copying a cell, as a list in braces does, ends the program where it
/// finds no memory: std::variant of GCC 12 then destroys what was never there.
template <class... Values>
std::vector<Cell> cells_of(Values&&... values) {
    std::vector<Cell> row;
    row.reserve(sizeof...(values));
    (row.emplace_back(std::forward<Values>(values)), ...);
    return row;
}

/// How a column is shown to people. CSV and JSON always carry every digit.
enum class Style { text, count, flow, coefficient, ratio, percent, bound, seconds, bytes };

/// A column of a Sheet.
struct Column {
    std::string key;      // in JSON and CSV
    std::string heading;  // in text; empty: not shown there
    Style style = Style::text;
    std::string separator = " > ";  // between the items of a list
    bool bar = false;               // also as a bar on a terminal
};

/// A table of results; every row has a cell for each column.
struct Sheet {
    std::string key;      // of the array in JSON; the main sheet's is "rows"; empty: not in JSON
    std::string heading;  // above the sheet in text; may be empty
    std::vector<Column> columns;
    std::vector<std::vector<Cell>> rows;
};

/// A named value above the sheets.
struct Field {
    std::string key;      // empty: text only
    std::string heading;  // empty: JSON only
    Style style = Style::text;
    Cell value;
};

/// A result ready to be printed. Text, CSV and JSON are all made from it.
struct Document {
    std::string schema;  // "narrows.rank/1"
    RunRecord run;
    std::string title;
    std::vector<Field> fields;
    /// Values of JSON that are neither fields nor sheets, by key, between the two.
    nlohmann::ordered_json structures = nlohmann::ordered_json::object();
    std::vector<Sheet> sheets;
    bool csv_of_fields = false;        // CSV prints the fields; otherwise the first sheet
    std::vector<std::string> notes;    // below the sheets, text only
    std::size_t text_rows = SIZE_MAX;  // rows of the first sheet that text shows; 0: not it
};

enum class OutputFormat { table, csv, json };

/// "table", "csv" or "json". Throws ArgumentError, which says what is `expected`.
OutputFormat parse_output_format(const std::string& text,
                                 const std::string& expected = "table, csv or json");

/// Where a document is shown as text. The default is for files and pipes: all columns, all text.
struct TextLayout {
    std::size_t width = SIZE_MAX;  // columns of the screen
    bool colour = false;           // headings are bold
    bool bars = false;             // beside the numbers of columns that have them
    bool utf8 = true;              // otherwise what is not ASCII is shown as ?
};

/// The document in a format; text as `layout` has it (render_text).
std::string render(const Document& document, OutputFormat format, const TextLayout& layout = {});

/// Throws ArgumentError where two columns have one key: names of satellite accounts, sets and
/// parameters of scenarios are parts of keys, and one figure would hide another.
void require_distinct_keys(const Sheet& sheet);

/// The document as JSON prints it, and the rows of one sheet. Throws as require_distinct_keys().
nlohmann::ordered_json to_json(const Document& document);
nlohmann::ordered_json to_json(const Sheet& sheet);

/// A sheet in CSV, piece by piece: the line of column keys, and the rows. Throws as
/// require_distinct_keys().
std::string csv_header(const Sheet& sheet);
std::string csv_rows(const Sheet& sheet);

}  // namespace narrows
