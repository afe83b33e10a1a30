#include "host/base/error.hpp"

#include <algorithm>
#include <cctype>
#include <numeric>

namespace narrows {
namespace {

/// At most 60 bytes, without the rest of a UTF-8 letter that is cut.
std::string_view shortened(std::string_view text) {
    std::size_t length = 60;
    if (text.size() <= length) return text;
    while (length > 0 && (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80) --length;
    return text.substr(0, length);
}

std::string position(const std::string& path, std::int64_t line, std::int64_t column,
                     std::string_view column_name) {
    std::string text = path;
    if (line > 0) text.append(":").append(std::to_string(line));
    if (column > 0) {
        text.append(": column ").append(std::to_string(column));
        if (!column_name.empty()) text.append(" (").append(shortened(column_name)).append(")");
    }
    return text;
}

char lower(char c) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
}

/// Levenshtein distance, letter case ignored.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t substitute = diagonal + (lower(a[i]) == lower(b[j]) ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({substitute, row[j] + 1, row[j + 1] + 1});
        }
    }
    return row.back();
}

}  // namespace

std::string one_line(std::string text) {
    for (char& c : text) {
        if (std::iscntrl(static_cast<unsigned char>(c)) != 0) c = ' ';
    }
    return text;
}

ParseError::ParseError(const std::string& path, std::int64_t line, std::int64_t column,
                       std::string_view column_name, std::string_view found,
                       std::string_view expected)
    : Error(ExitCode::data, position(path, line, column, column_name) + ": found " +
                                std::string(found) + ", expected " + std::string(expected)) {}

std::string nearest(std::string_view text, const std::vector<std::string>& candidates) {
    text = text.substr(0, 100);  // the work is quadratic, and no code is that long
    std::string best;
    std::size_t best_distance = text.size() / 2 + 1;
    if (text.empty()) return best;
    for (const std::string& candidate : candidates) {
        const std::size_t distance = edit_distance(text, candidate);
        if (distance < best_distance) {
            best = candidate;
            best_distance = distance;
        }
    }
    return best;
}

std::string in_quotes(std::string_view text) {
    const std::string_view shown = shortened(text);
    std::string out = "'";
    for (const char c : shown) {
        out += std::isprint(static_cast<unsigned char>(c)) != 0 || (c & 0x80) != 0 ? c : '?';
    }
    return out + (text.size() > shown.size() ? "...'" : "'");
}

}  // namespace narrows
