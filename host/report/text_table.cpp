#include "host/report/text_table.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace narrows {
namespace {

using Row = std::vector<std::string>;

constexpr std::size_t gap = 2;           // blanks between columns
constexpr std::size_t least_text = 12;   // columns that text is cut to before columns are left out
constexpr std::size_t longest_bar = 12;  // columns

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

/// With `decimals`, or two digits where that would show next to nothing.
std::string fixed(double value, int decimals) {
    const bool shows = value == 0.0 || std::abs(value) >= std::pow(10.0, -decimals);
    return shows ? fmt::format("{:.{}f}", value, decimals) : fmt::format("{:.1e}", value);
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

std::string shown_flow(double value) {
    const double size = std::abs(value);
    if (size != 0.0 && size < 1.0) return fixed(value, 3);
    return grouped(value, size >= 100.0 || size == 0.0 ? 0 : 1);
}

std::string shown_number(double value, Style style) {
    if (!std::isfinite(value)) return "-";
    switch (style) {
        case Style::flow:
            return shown_flow(value);
        case Style::percent:
            return fixed(value * 100.0, 2) + "%";
        case Style::bound:
            return fmt::format("{:.1e}", value);
        case Style::ratio:
            return fixed(value, 1);
        case Style::coefficient:
            return fixed(value, 4);
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

/// Length in bytes of the character of UTF-8 at the beginning of `text`, 0 where it is none.
std::size_t character_bytes(std::string_view text) {
    const auto first = static_cast<unsigned char>(text.front());
    const std::size_t bytes = first < 0x80              ? 1
                              : (first & 0xE0U) == 0xC0 ? 2
                              : (first & 0xF0U) == 0xE0 ? 3
                              : (first & 0xF8U) == 0xF0 ? 4
                                                        : 0;
    if (bytes == 0 || bytes > text.size()) return 0;
    for (std::size_t i = 1; i < bytes; ++i) {
        if ((static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80) return 0;
    }
    return bytes;
}

/// Characters that a terminal obeys instead of showing them: C0, C1, DEL, changes of direction.
bool is_obeyed(std::string_view character) {
    if (character.size() == 1) return character[0] < ' ' || character[0] == '\x7F';
    if (character.size() == 2) return character[0] == '\xC2' && character[1] < '\xA0';
    constexpr std::array<std::string_view, 11> directions = {"\u200E", "\u200F", "\u202A", "\u202B",
                                                             "\u202C", "\u202D", "\u202E", "\u2066",
                                                             "\u2067", "\u2068", "\u2069"};
    return std::find(directions.begin(), directions.end(), character) != directions.end();
}

std::string printable(std::string_view text, bool utf8) {
    std::string result;
    while (!text.empty()) {
        const std::size_t bytes = character_bytes(text);
        const std::string_view character = text.substr(0, std::max<std::size_t>(bytes, 1));
        if (bytes == 0 || is_obeyed(character)) {
            result += utf8 ? "\uFFFD" : "?";
        } else if (bytes > 1 && !utf8) {
            result += '?';
        } else {
            result += character;
        }
        text.remove_prefix(character.size());
    }
    return result;
}

/// Columns on screen, as fmt counts them: two for the wide characters of East Asia. It tells by
/// how many blanks it adds to reach a width that is never too small.
std::size_t width(std::string_view text) {
    const auto is_ascii = [](char c) { return (static_cast<unsigned char>(c) & 0x80U) == 0; };
    if (std::all_of(text.begin(), text.end(), is_ascii)) return text.size();
    const std::size_t enough = 2 * text.size();
    return text.size() + enough - fmt::formatted_size("{:<{}}", text, enough);
}

std::string padded(const std::string& text, std::size_t to, bool right) {
    const std::string space(to - std::min(to, width(text)), ' ');
    return right ? space + text : text + space;
}

/// The beginning of `text` that fits, with dots where something is missing.
std::string cut(const std::string& text, std::size_t most, bool utf8) {
    if (width(text) <= most) return text;
    const std::string dots = utf8 ? "\u2026" : "...";
    const std::size_t left = most - std::min(most, width(dots));
    std::size_t end = 0;
    for (std::size_t next = 0; next < text.size();) {
        next += std::max<std::size_t>(character_bytes(std::string_view(text).substr(next)), 1);
        if (width(std::string_view(text).substr(0, next)) > left) break;
        end = next;
    }
    return text.substr(0, end) + dots;
}

/// Lines of at most `most` columns, broken at blanks where there are any; all but the first are
/// indented.
std::string wrapped(const std::string& text, std::size_t most, std::size_t indent) {
    if (width(text) <= most) return text;
    std::string result;
    std::size_t used = 0;  // columns of the line
    for (std::size_t at = 0; at <= text.size();) {
        const std::size_t end = std::min(text.find(' ', at), text.size());
        const std::string word = text.substr(at, end - at);
        if (at > 0 && used > indent && used + 1 + width(word) > most) {
            result += "\n" + std::string(indent, ' ');
            used = indent;
        } else if (at > 0) {
            result += ' ';
            ++used;
        }
        result += word;
        used += width(word);
        at = end + 1;
    }
    return result;
}

std::string bold(const std::string& text, bool colour) {
    return colour ? "\033[1m" + text + "\033[0m" : text;
}

/// A bar of `share` of the longest, in eighths of a column or, in ASCII, whole ones.
std::string bar(double share, bool utf8) {
    if (!(share > 0.0)) return "";
    if (!utf8) return std::string(static_cast<std::size_t>(std::lround(share * longest_bar)), '#');
    constexpr std::array<std::string_view, 8> eighths = {"",       "\u258F", "\u258E", "\u258D",
                                                         "\u258C", "\u258B", "\u258A", "\u2589"};
    const auto total = static_cast<std::size_t>(std::lround(share * longest_bar * 8));
    std::string text;
    for (std::size_t i = 0; i < total / 8; ++i) text += "\u2588";
    return text + std::string(eighths[total % 8]);
}

/// A column as it will be on screen.
struct Shown {
    std::string name;                  // empty: the bars of the column before
    std::vector<std::string> heading;  // lines
    std::vector<std::string> cells;
    bool is_text = false;
    std::size_t width = 0;

    void measure() {
        width = 0;
        for (const std::string& line : heading) width = std::max(width, narrows::width(line));
        for (const std::string& cell : cells) width = std::max(width, narrows::width(cell));
    }

    /// As narrow as the cells and the longest word of the heading are.
    void break_heading() {
        heading.assign(1, "");
        measure();
        for (std::string_view rest = name; !rest.empty();) {
            const std::string_view word = rest.substr(0, rest.find(' '));
            rest.remove_prefix(std::min(word.size() + 1, rest.size()));
            const std::size_t used = narrows::width(heading.back());
            if (used > 0 && used + 1 + narrows::width(word) <= width) {
                heading.back() += ' ';
            } else if (used > 0) {
                heading.emplace_back();
            }
            heading.back() += word;
            width = std::max(width, narrows::width(word));
        }
    }
};

std::string shown(const Cell& cell, const Column& column, bool utf8) {
    struct Visitor {
        const Column& column;
        bool utf8;
        std::string operator()(std::monostate) const { return "-"; }
        std::string operator()(std::int64_t value) const {
            if (column.style == Style::bytes) return shown_bytes(static_cast<double>(value));
            return fmt::format("{}", value);
        }
        std::string operator()(double value) const { return shown_number(value, column.style); }
        std::string operator()(bool value) const { return value ? "yes" : "no"; }
        std::string operator()(const std::string& value) const { return printable(value, utf8); }
        std::string operator()(const std::vector<std::string>& value) const {
            return printable(fmt::format("{}", fmt::join(value, column.separator)), utf8);
        }
        std::string operator()(const std::vector<double>& values) const {
            std::vector<std::string> texts;
            for (const double value : values) texts.push_back(shown_number(value, column.style));
            return fmt::format("{}", fmt::join(texts, column.separator));
        }
    };
    return std::visit(Visitor{column, utf8}, cell);
}

Shown bars_of(const Sheet& sheet, std::size_t column, std::size_t num_rows, bool utf8) {
    std::vector<double> values;
    for (std::size_t r = 0; r < num_rows; ++r) {
        const double* value = std::get_if<double>(&sheet.rows[r][column]);
        values.push_back(value != nullptr && std::isfinite(*value) ? *value : 0.0);
    }
    const double largest = values.empty() ? 0.0 : *std::max_element(values.begin(), values.end());
    Shown result;
    result.is_text = true;  // to the left
    for (const double value : values) {
        result.cells.push_back(largest > 0.0 ? bar(value / largest, utf8) : "");
    }
    result.width = longest_bar;
    return result;
}

std::vector<Shown> columns_of(const Sheet& sheet, std::size_t num_rows, const TextLayout& layout) {
    std::vector<Shown> result;
    for (std::size_t c = 0; c < sheet.columns.size(); ++c) {
        const Column& column = sheet.columns[c];
        if (column.heading.empty()) continue;
        Shown one;
        one.name = printable(column.heading, layout.utf8);
        one.heading = {one.name};
        one.is_text = column.style == Style::text;
        for (std::size_t r = 0; r < num_rows; ++r) {
            one.cells.push_back(shown(sheet.rows[r][c], column, layout.utf8));
        }
        one.measure();
        result.push_back(std::move(one));
        if (layout.bars && column.bar) {
            result.push_back(bars_of(sheet, c, num_rows, layout.utf8));
        }
    }
    return result;
}

std::size_t total_width(const std::vector<Shown>& columns) {
    std::size_t total = 0;
    for (const Shown& column : columns) total += column.width + gap;
    return total - std::min(total, gap);
}

/// Cuts text columns, the widest first, until all fit or nothing is left to cut.
void cut_text(std::vector<Shown>& columns, const TextLayout& layout) {
    while (total_width(columns) > layout.width) {
        Shown* widest = nullptr;
        for (Shown& column : columns) {
            const bool can = column.is_text && !column.name.empty() && column.width > least_text;
            if (can && (widest == nullptr || column.width > widest->width)) widest = &column;
        }
        if (widest == nullptr) break;
        --widest->width;
    }
    for (Shown& column : columns) {
        for (std::string& cell : column.cells) cell = cut(cell, column.width, layout.utf8);
        for (std::string& line : column.heading) line = cut(line, column.width, layout.utf8);
    }
}

/// Makes the columns fit; returns the names of those left out.
std::vector<std::string> fit(std::vector<Shown>& columns, const TextLayout& layout) {
    if (total_width(columns) <= layout.width) return {};
    for (Shown& column : columns) {
        if (!column.name.empty()) column.break_heading();
    }
    std::vector<Shown> without_bars = columns;
    std::erase_if(without_bars, [](const Shown& column) { return column.name.empty(); });
    cut_text(columns, layout);
    if (total_width(columns) > layout.width) {
        columns = std::move(without_bars);
        cut_text(columns, layout);
    }
    std::vector<std::string> left_out;
    while (columns.size() > 1 && total_width(columns) > layout.width) {
        left_out.insert(left_out.begin(), columns.back().name);
        columns.pop_back();
    }
    return left_out;
}

std::string render_sheet(const Sheet& sheet, std::size_t most_rows, const TextLayout& layout) {
    const std::size_t num_rows = std::min(most_rows, sheet.rows.size());
    std::vector<Shown> columns = columns_of(sheet, num_rows, layout);
    const std::vector<std::string> left_out = fit(columns, layout);
    const auto line = [&](auto cell_of) {
        std::string text;
        for (const Shown& column : columns) {
            text += &column == &columns.front() ? "" : std::string(gap, ' ');
            text += padded(cell_of(column), column.width, !column.is_text);
        }
        return text.substr(0, text.find_last_not_of(' ') + 1);
    };
    std::string text;
    if (!sheet.heading.empty()) {
        text += bold(printable(sheet.heading, layout.utf8), layout.colour) + "\n";
    }
    std::size_t height = 1;
    for (const Shown& column : columns) height = std::max(height, column.heading.size());
    for (std::size_t h = height; h > 0; --h) {
        const auto heading_line = [&](const Shown& column) {
            const std::size_t lines = column.heading.size();
            return h > lines ? std::string() : column.heading[lines - h];
        };
        text += bold(line(heading_line), layout.colour) + "\n";
    }
    for (std::size_t r = 0; r < num_rows; ++r) {
        text += line([&](const Shown& column) { return column.cells[r]; }) + "\n";
    }
    if (num_rows < sheet.rows.size()) {
        text += fmt::format("... {} more rows\n", sheet.rows.size() - num_rows);
    }
    if (!left_out.empty()) {
        const std::string what = fmt::format("too narrow for: {}", fmt::join(left_out, ", "));
        text += wrapped(what, layout.width, gap) + "\n";
    }
    return text;
}

std::string render_fields(const std::vector<Field>& fields, const TextLayout& layout) {
    std::size_t widest = 0;
    for (const Field& field : fields) widest = std::max(widest, width(field.heading));
    std::string text;
    for (const Field& field : fields) {
        if (field.heading.empty()) continue;
        const Column as_column{field.key, "", field.style, ", "};
        const std::string line = padded(field.heading, widest, false) + std::string(gap, ' ') +
                                 shown(field.value, as_column, layout.utf8);
        text += wrapped(line, layout.width, widest + gap) + "\n";
    }
    return text;
}

}  // namespace

std::string render_text(const Document& document, const TextLayout& layout) {
    std::string text =
        bold(wrapped(printable(document.title, layout.utf8), layout.width, 0), layout.colour) +
        "\n" + render_fields(document.fields, layout);
    for (std::size_t i = 0; i < document.sheets.size(); ++i) {
        if (document.sheets[i].rows.empty() || (i == 0 && document.text_rows == 0)) continue;
        text +=
            "\n" + render_sheet(document.sheets[i], i == 0 ? document.text_rows : SIZE_MAX, layout);
    }
    if (!document.notes.empty()) text += "\n";
    for (const std::string& note : document.notes) {
        text += wrapped(printable(note, layout.utf8), layout.width, 0) + "\n";
    }
    return text;
}

}  // namespace narrows
