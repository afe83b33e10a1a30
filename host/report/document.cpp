#include "host/report/document.hpp"

#include <cmath>
#include <set>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/base/output.hpp"
#include "host/report/text_table.hpp"

namespace narrows {
namespace {

using nlohmann::ordered_json;

std::string joined(const std::vector<std::string>& codes, const std::string& separator) {
    return fmt::format("{}", fmt::join(codes, separator));
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

}  // namespace

OutputFormat parse_output_format(const std::string& text, const std::string& expected) {
    if (text == "table") return OutputFormat::table;
    if (text == "csv") return OutputFormat::csv;
    if (text == "json") return OutputFormat::json;
    throw ArgumentError("unknown output format " + in_quotes(text) + ", expected " + expected);
}

std::string render(const Document& document, OutputFormat format, const TextLayout& layout) {
    if (format == OutputFormat::json) return render_json(document);
    if (format == OutputFormat::csv) return render_csv(document);
    return render_text(document, layout);
}

void require_distinct_keys(const Sheet& sheet) {
    std::set<std::string> seen;
    for (const Column& column : sheet.columns) {
        if (seen.insert(column.key).second) continue;
        throw ArgumentError("two columns of the result would be called " + in_quotes(column.key) +
                            ", expected another name of the account, set or parameter");
    }
}

ordered_json to_json(const Sheet& sheet) {
    require_distinct_keys(sheet);
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
    require_distinct_keys(sheet);
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
