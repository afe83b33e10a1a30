#include "host/report/document.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/base/output.hpp"

namespace narrows {
namespace {

using nlohmann::ordered_json;

std::string joined(const std::vector<std::string>& codes, const std::string& separator) {
    return fmt::format("{}", fmt::join(codes, separator));
}

/// 1234567.8 as "1,234,568", with `decimals` digits after the point.
std::string grouped(double value, int decimals) {
    std::string text = fmt::format("{:.{}f}", std::abs(value), decimals);
    const std::size_t point = std::min(text.find('.'), text.size());
    for (std::size_t at = point; at > 3;) {
        at -= 3;
        text.insert(at, ",");
    }
    return (std::signbit(value) ? "-" : "") + text;
}

/// Three digits and the unit that suits.
std::string shown_seconds(double value) {
    const bool whole = value >= 1.0;
    const bool milli = value >= 1e-3;
    const double number = whole ? value : milli ? value * 1e3 : value * 1e6;
    const int decimals = number >= 100.0 ? 0 : number >= 10.0 ? 1 : 2;
    return fmt::format("{:.{}f} {}", number, decimals, whole ? "s" : milli ? "ms" : "us");
}

std::string shown_bytes(double value) {
    return grouped(value / (1024.0 * 1024.0), 1) + " MiB";
}

std::string shown_number(double value, Style style) {
    if (!std::isfinite(value)) return "-";
    switch (style) {
        case Style::flow: {
            const double size = std::abs(value);
            return grouped(value, size >= 100.0 || size == 0.0 ? 0 : size >= 1.0 ? 1 : 3);
        }
        case Style::percent:
            return fmt::format("{:.2f}%", value * 100.0);
        case Style::bound:
            return fmt::format("{:.1e}", value);
        case Style::ratio:
            return fmt::format("{:.1f}", value);
        case Style::coefficient:
            return fmt::format("{:.4f}", value);
        case Style::seconds:
            return shown_seconds(value);
        case Style::bytes:
            return shown_bytes(value);
        case Style::text:
        case Style::count:
            break;
    }
    return fmt::format("{}", value);
}

std::string shown(const Cell& cell, const Column& column) {
    struct Visitor {
        const Column& column;
        std::string operator()(std::monostate) const { return "-"; }
        std::string operator()(std::int64_t value) const {
            if (column.style == Style::bytes) return shown_bytes(static_cast<double>(value));
            return fmt::format("{}", value);
        }
        std::string operator()(double value) const { return shown_number(value, column.style); }
        std::string operator()(bool value) const { return value ? "yes" : "no"; }
        std::string operator()(const std::string& value) const { return value; }
        std::string operator()(const std::vector<std::string>& value) const {
            return joined(value, column.separator);
        }
        std::string operator()(const std::vector<double>& values) const {
            std::vector<std::string> texts;
            for (const double value : values) texts.push_back(shown_number(value, column.style));
            return joined(texts, column.separator);
        }
    };
    return std::visit(Visitor{column}, cell);
}

ordered_json json_of(const Cell& cell) {
    struct Visitor {
        ordered_json operator()(std::monostate) const { return nullptr; }
        ordered_json operator()(double value) const {
            return std::isfinite(value) ? ordered_json(value) : ordered_json();
        }
        ordered_json operator()(std::int64_t value) const { return value; }
        ordered_json operator()(bool value) const { return value; }
        ordered_json operator()(const std::string& value) const { return value; }
        ordered_json operator()(const std::vector<std::string>& value) const { return value; }
        ordered_json operator()(const std::vector<double>& values) const {
            auto list = ordered_json::array();
            for (const double value : values) list.push_back((*this)(value));
            return list;
        }
    };
    return std::visit(Visitor{}, cell);
}

/// Lists are joined with their column's separator without its blanks.
std::string csv_cell(const Cell& cell, const std::string& separator) {
    struct Visitor {
        std::string tight;
        std::string operator()(std::monostate) const { return ""; }
        std::string operator()(double value) const {
            return std::isfinite(value) ? fmt::format("{}", value) : "";
        }
        std::string operator()(std::int64_t value) const { return fmt::format("{}", value); }
        std::string operator()(bool value) const { return value ? "true" : "false"; }
        std::string operator()(const std::string& value) const { return value; }
        std::string operator()(const std::vector<std::string>& value) const {
            return joined(value, tight);
        }
        std::string operator()(const std::vector<double>& values) const {
            std::vector<std::string> texts;
            for (const double value : values) texts.push_back((*this)(value));
            return joined(texts, tight);
        }
    };
    std::string tight = separator;
    std::erase(tight, ' ');
    return csv_field(std::visit(Visitor{tight}, cell));
}

std::string render_json(const Document& document) {
    // A path on the command line need not be UTF-8; what is not becomes U+FFFD.
    return to_json(document).dump(1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

std::string render_csv(const Document& document) {
    std::string text;
    if (document.csv_of_fields) {
        text = "field,value\n";
        for (const Field& field : document.fields) {
            if (!field.key.empty())
                text += csv_field(field.key) + "," + csv_cell(field.value, ";") + "\n";
        }
        return text;
    }
    return csv_header(document.sheets.front()) + csv_rows(document.sheets.front());
}

/// Columns on screen: code points, not bytes (names are UTF-8).
std::size_t width(const std::string& text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string padded(const std::string& text, std::size_t to, bool right) {
    const std::string space(to - std::min(to, width(text)), ' ');
    return right ? space + text : text + space;
}

std::string bold(const std::string& text, bool colour) {
    return colour ? "\033[1m" + text + "\033[0m" : text;
}

std::string render_sheet(const Sheet& sheet, std::size_t most_rows, bool colour) {
    const std::size_t num_rows = std::min(most_rows, sheet.rows.size());
    std::vector<std::vector<std::string>> cells(num_rows);
    std::vector<std::size_t> widths;
    for (const Column& column : sheet.columns) widths.push_back(width(column.heading));
    for (std::size_t r = 0; r < num_rows; ++r) {
        for (std::size_t i = 0; i < sheet.columns.size(); ++i) {
            cells[r].push_back(shown(sheet.rows[r][i], sheet.columns[i]));
            widths[i] = std::max(widths[i], width(cells[r][i]));
        }
    }
    const auto line = [&](auto cell_at) {
        std::string text;
        for (std::size_t i = 0; i < sheet.columns.size(); ++i) {
            if (sheet.columns[i].heading.empty()) continue;
            const bool right = sheet.columns[i].style != Style::text;
            text += (i == 0 ? "" : "  ") + padded(cell_at(i), widths[i], right);
        }
        return text.substr(0, text.find_last_not_of(' ') + 1);
    };
    std::string text;
    if (!sheet.heading.empty()) text += bold(sheet.heading, colour) + "\n";
    text += bold(line([&](std::size_t i) { return sheet.columns[i].heading; }), colour) + "\n";
    for (const auto& row : cells) {
        text += line([&](std::size_t i) { return row[i]; }) + "\n";
    }
    if (num_rows < sheet.rows.size()) {
        text += fmt::format("... {} more rows\n", sheet.rows.size() - num_rows);
    }
    return text;
}

std::string render_table(const Document& document, bool colour) {
    std::string text = bold(document.title, colour) + "\n";
    std::size_t widest = 0;
    for (const Field& field : document.fields) widest = std::max(widest, width(field.heading));
    for (const Field& field : document.fields) {
        if (field.heading.empty()) continue;
        const std::string value = shown(field.value, {field.key, "", field.style, ", "});
        text += padded(field.heading, widest, false) + "  " + value + "\n";
    }
    for (std::size_t i = 0; i < document.sheets.size(); ++i) {
        if (document.sheets[i].rows.empty() || (i == 0 && document.text_rows == 0)) continue;
        text +=
            "\n" + render_sheet(document.sheets[i], i == 0 ? document.text_rows : SIZE_MAX, colour);
    }
    if (!document.notes.empty()) text += "\n";
    for (const std::string& note : document.notes) text += note + "\n";
    return text;
}

}  // namespace

OutputFormat parse_output_format(const std::string& text, const std::string& expected) {
    if (text == "table") return OutputFormat::table;
    if (text == "csv") return OutputFormat::csv;
    if (text == "json") return OutputFormat::json;
    throw ArgumentError("unknown output format " + in_quotes(text) + ", expected " + expected);
}

std::string render(const Document& document, OutputFormat format, bool colour) {
    if (format == OutputFormat::json) return render_json(document);
    if (format == OutputFormat::csv) return render_csv(document);
    return render_table(document, colour);
}

ordered_json to_json(const Sheet& sheet) {
    ordered_json rows = ordered_json::array();
    for (const auto& row : sheet.rows) {
        ordered_json object;
        for (std::size_t i = 0; i < row.size(); ++i) {
            object[sheet.columns[i].key] = json_of(row[i]);
        }
        rows.push_back(std::move(object));
    }
    return rows;
}

ordered_json to_json(const Document& document) {
    ordered_json json;
    json["schema"] = document.schema;
    json["run"] = document.run.to_json();
    for (const Field& field : document.fields) {
        if (!field.key.empty()) json[field.key] = json_of(field.value);
    }
    json.update(document.structures);
    for (const Sheet& sheet : document.sheets) {
        if (!sheet.key.empty()) json[sheet.key] = to_json(sheet);
    }
    return json;
}

std::string csv_header(const Sheet& sheet) {
    std::string text;
    for (const Column& column : sheet.columns) {
        text += (&column == &sheet.columns.front() ? "" : ",") + csv_field(column.key);
    }
    return text + '\n';
}

std::string csv_rows(const Sheet& sheet) {
    std::string text;
    for (const auto& row : sheet.rows) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            text += (i == 0 ? "" : ",") + csv_cell(row[i], sheet.columns[i].separator);
        }
        text += '\n';
    }
    return text;
}

}  // namespace narrows
