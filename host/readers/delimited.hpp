#pragma once

#include <optional>
#include <string_view>

namespace narrows {

/// A field without blanks and quotes around it.
inline std::string_view unquoted(std::string_view field) {
    while (!field.empty() && (field.back() == ' ' || field.back() == '\r')) field.remove_suffix(1);
    while (!field.empty() && field.front() == ' ') field.remove_prefix(1);
    if (field.size() >= 2 && field.front() == '"' && field.back() == '"') {
        field.remove_prefix(1);
        field.remove_suffix(1);
    }
    return field;
}

/// The field that begins at text[at], with its quotes; `at` moves behind its separator, or to npos
/// at the end of the line. Nothing where a quote does not end.
inline std::optional<std::string_view> next_field(std::string_view text, std::size_t& at,
                                                  char separator) {
    const std::size_t begin = at;
    if (begin < text.size() && text[begin] == '"') {
        std::size_t close = begin + 1;
        for (;; ++close) {
            close = text.find('"', close);
            if (close == std::string_view::npos) return std::nullopt;
            if (close + 1 >= text.size() || text[close + 1] != '"') break;
            ++close;
        }
        at = close + 1;
    }
    const std::size_t end = text.find(separator, at);
    if (end == std::string_view::npos) {
        at = std::string_view::npos;
        return text.substr(begin);
    }
    at = end + 1;
    return text.substr(begin, end - begin);
}

}  // namespace narrows
