#include "host/readers/csv.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <unordered_map>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/readers/grid.hpp"

namespace narrows {
namespace {

/// Bytes of the UTF-8 letter that begins at text[at], 0 where there is none.
std::size_t utf8_length(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = byte(at);
    const std::size_t length = lead < 0x80          ? 1
                               : lead >> 5U == 0x6  ? 2
                               : lead >> 4U == 0xE  ? 3
                               : lead >> 3U == 0x1E ? 4
                                                    : 0;
    if (length == 0 || at + length > text.size()) return 0;
    for (std::size_t i = 1; i < length; ++i) {
        if (byte(at + i) >> 6U != 0x2) return 0;
    }
    if (length == 1) return 1;
    // Overlong forms, surrogates and what lies beyond U+10FFFF.
    const unsigned char second = byte(at + 1);
    const bool bad = lead < 0xC2 || (lead == 0xE0 && second < 0xA0) ||
                     (lead == 0xED && second >= 0xA0) || (lead == 0xF0 && second < 0x90) ||
                     lead > 0xF4 || (lead == 0xF4 && second >= 0x90);
    return bad ? 0 : length;
}

/// Names end up in reports and in JSON, which is UTF-8.
void require_utf8(const std::string& path, const std::string& text) {
    const std::size_t at = utf8_prefix(text);
    if (at == text.size()) return;
    const auto line =
        1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n');
    throw ParseError(
        path, line, 0, "",
        fmt::format("byte 0x{:02X} at offset {}", static_cast<unsigned char>(text[at]), at),
        "UTF-8 text");
}

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace

std::size_t utf8_prefix(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t length = text[at] == '\0' ? 0 : utf8_length(text, at);
        if (length == 0) break;
        at += length;
    }
    return at;
}

std::optional<double> parse_number(std::string_view text) {
    text = trimmed(text);
    if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
    double value = 0.0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) {
        return std::nullopt;
    }
    return value;
}

CsvFile::CsvFile(const std::filesystem::path& path) : CsvFile(InputFile(path)) {}

CsvFile::CsvFile(const InputFile& file, char separator)
    : path_(file.path()), text_(file.bytes()), separator_(separator) {
    if (text_.compare(0, 3, "\xEF\xBB\xBF") == 0) at_ = 3;
    require_utf8(path_, text_);
}

bool CsvFile::next_record(std::vector<std::string_view>& fields) {
    fields.clear();
    while (at_ < text_.size() && (text_[at_] == '\n' || text_[at_] == '\r')) {
        line_ += text_[at_++] == '\n' ? 1 : 0;
    }
    if (at_ >= text_.size()) return false;
    record_line_ = line_;
    for (;;) {
        if (at_ < text_.size() && text_[at_] == '"') {
            fields.push_back(quoted_field());
        } else {
            const char ends[] = {separator_, '\n'};
            const auto end = std::min(text_.find_first_of(ends, at_, 2), text_.size());
            auto field = std::string_view(text_).substr(at_, end - at_);
            if (!field.empty() && field.back() == '\r') field.remove_suffix(1);
            fields.push_back(trimmed(field));
            at_ = end;
        }
        if (at_ >= text_.size()) return true;
        if (text_[at_] == '\n') {
            ++at_;
            ++line_;
            return true;
        }
        if (text_[at_] != separator_) {
            fail(fields.size() - 1, "", in_quotes(text_.substr(at_, 20)),
                 "a comma or the end of the line after the closing quote");
        }
        ++at_;
    }
}

/// Reads the quoted field at at_ and leaves at_ behind it. Doubled quotes are undone in place.
std::string_view CsvFile::quoted_field() {
    const std::size_t begin = ++at_;
    std::size_t out = begin;
    for (; at_ < text_.size(); ++at_) {
        if (text_[at_] == '"') {
            if (at_ + 1 >= text_.size() || text_[at_ + 1] != '"') break;
            ++at_;
        } else if (text_[at_] == '\n') {
            ++line_;
        }
        text_[out++] = text_[at_];
    }
    if (at_ >= text_.size()) {
        throw ParseError(path_, record_line_, 0, "", "an opening quote without its closing quote",
                         "'\"'");
    }
    ++at_;
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\r')) ++at_;
    return std::string_view(text_).substr(begin, out - begin);
}

std::vector<std::string> CsvFile::header(const std::vector<std::string>& expected) {
    std::vector<std::string_view> fields;
    if (!next_record(fields)) throw ParseError(path_, 1, 0, "", "an empty file", "a header");
    for (std::size_t i = 0; i < expected.size(); ++i) {
        if (i >= fields.size() || fields[i] != expected[i]) {
            fail(i, "", i < fields.size() ? in_quotes(fields[i]) : "the end of the line",
                 in_quotes(expected[i]));
        }
    }
    return {fields.begin(), fields.end()};
}

void CsvFile::fail(std::size_t column, std::string_view column_name, std::string_view found,
                   std::string_view expected) const {
    throw ParseError(path_, record_line_, static_cast<std::int64_t>(column) + 1, column_name, found,
                     expected);
}

double CsvFile::number(std::string_view field, std::size_t column,
                       std::string_view column_name) const {
    const std::optional<double> value = parse_number(field);
    if (!value) fail(column, column_name, in_quotes(field), "a number");
    return *value;
}

void CsvFile::require_fields(const std::vector<std::string_view>& fields, std::size_t count) const {
    if (fields.size() == count) return;
    throw ParseError(path_, record_line_, 0, "", fmt::format("{} fields", fields.size()),
                     fmt::format("{}", count));
}

namespace {

/// The beginning of a file up to the end of its first record.
InputFile first_record(const InputFile& file) {
    const std::string_view text = file.bytes();
    std::size_t at = text.substr(0, 3) == "\xEF\xBB\xBF" ? 3 : 0;
    bool is_quoted = false;
    for (bool is_blank = true; at < text.size(); ++at) {
        if (text[at] == '"') is_quoted = !is_quoted;
        if (text[at] == '\n' && !is_quoted && !is_blank) break;
        if (text[at] != '\n' && text[at] != '\r') is_blank = false;
    }
    return {file.path(), std::string(text.substr(0, at))};
}

/// Where labels of a file go; nothing where they are not `labels`, each once.
std::optional<std::vector<GridTarget>> targets_of(const std::vector<std::string>& in_file,
                                                  const std::vector<std::string>& labels) {
    if (in_file.size() != labels.size()) return std::nullopt;
    std::unordered_map<std::string_view, Index> index;
    for (const std::string& label : labels) index.emplace(label, static_cast<Index>(index.size()));
    if (index.size() != labels.size()) return std::nullopt;
    std::vector<bool> seen(labels.size());
    std::vector<GridTarget> targets;
    for (const std::string& label : in_file) {
        const auto found = index.find(label);
        if (found == index.end() || seen[static_cast<std::size_t>(found->second)]) {
            return std::nullopt;
        }
        seen[static_cast<std::size_t>(found->second)] = true;
        targets.push_back({0, found->second});
    }
    return targets;
}

/// read_matrix() for files in which all is well and no label holds a line break: in parallel.
/// Nothing for others, which CsvFile reads or explains.
std::optional<Eigen::MatrixXd> read_plain_matrix(const InputFile& input, const Labels& rows,
                                                 const Labels& columns, const Range& range) {
    try {
        const Grid grid(input, {});
        const auto row_targets = targets_of(grid.labels(), rows.names);
        const auto column_targets = targets_of(grid.header(), columns.names);
        if (!row_targets || !column_targets) return std::nullopt;
        Eigen::MatrixXd values(grid.num_rows(), grid.num_columns());
        grid.read(*row_targets, *column_targets, {{&values}});
        const bool in_range = values.size() == 0 ||
                              (values.minCoeff() >= range.low && values.maxCoeff() <= range.high);
        if (in_range) return values;
    } catch (const ParseError&) {
    }
    return std::nullopt;
}

}  // namespace

LabelMatcher::LabelMatcher(const Labels& labels) : labels_(labels), seen_(labels.names.size()) {
    for (std::size_t i = 0; i < labels.names.size(); ++i) index_.emplace(labels.names[i], i);
}

Index LabelMatcher::match(const CsvFile& file, std::string_view name, std::size_t column) {
    const auto found = index_.find(std::string(name));
    if (found == index_.end()) {
        const std::string near = nearest(name, labels_.names);
        file.fail(column, "", "unknown " + labels_.what + " " + in_quotes(name),
                  expected_label(near));
    }
    if (seen_[found->second]) {
        file.fail(column, "", "duplicate " + labels_.what + " " + in_quotes(name),
                  "each " + labels_.what + " once");
    }
    seen_[found->second] = true;
    return static_cast<Index>(found->second);
}

void LabelMatcher::require_all(const CsvFile& file) const {
    std::size_t missing = 0;
    std::size_t first = 0;
    for (std::size_t i = seen_.size(); i-- > 0;) {
        if (seen_[i]) continue;
        ++missing;
        first = i;
    }
    if (missing == 0) return;
    throw ParseError(
        file.path(), file.line(), 0, "",
        fmt::format("{} of {} {}s", seen_.size() - missing, seen_.size(), labels_.what),
        fmt::format("also {}", in_quotes(labels_.names[first])));
}

std::string LabelMatcher::expected_label(const std::string& near) const {
    if (!near.empty()) return in_quotes(near);
    return labels_.names.size() == 1 ? in_quotes(labels_.names.front())
                                     : "a " + labels_.what + " of the table";
}

std::vector<std::string> read_column_labels(const InputFile& input) {
    CsvFile file(first_record(input));
    std::vector<std::string> labels = file.header({});
    labels.erase(labels.begin());
    return labels;
}

std::vector<std::string> read_row_labels(const InputFile& input) {
    CsvFile file(input);
    file.header({});
    std::vector<std::string> labels;
    for (std::vector<std::string_view> fields; file.next_record(fields);) {
        labels.emplace_back(fields.front());
    }
    return labels;
}

Eigen::MatrixXd read_matrix(const InputFile& input, const Labels& rows, const Labels& columns,
                            const Range& range) {
    if (auto values = read_plain_matrix(input, rows, columns, range)) return *std::move(values);
    CsvFile file(input);
    const std::vector<std::string> header = file.header({});
    LabelMatcher column_matcher(columns);
    std::vector<Index> column_of;
    for (std::size_t i = 1; i < header.size(); ++i) {
        column_of.push_back(column_matcher.match(file, header[i], i));
    }
    column_matcher.require_all(file);

    LabelMatcher row_matcher(rows);
    const auto num_rows = static_cast<Index>(rows.names.size());
    const auto num_columns = static_cast<Index>(columns.names.size());
    // A file too short for its numbers ends in an error; it must not cost memory before.
    const bool can_hold =
        2 * num_columns <= static_cast<Index>(input.bytes().size()) / std::max<Index>(1, num_rows);
    Eigen::MatrixXd values;
    if (can_hold) values.resize(num_rows, num_columns);
    for (std::vector<std::string_view> fields; file.next_record(fields);) {
        const Index row = row_matcher.match(file, fields.front(), 0);
        file.require_fields(fields, header.size());
        for (std::size_t i = 1; i < fields.size(); ++i) {
            const double value = file.number(fields[i], i, header[i]);
            if (value < range.low || value > range.high) {
                file.fail(i, header[i], in_quotes(fields[i]),
                          fmt::format("a number in [{}, {}]", range.low, range.high));
            }
            if (can_hold) values(row, column_of[i - 1]) = value;
        }
    }
    row_matcher.require_all(file);
    return values;
}

}  // namespace narrows
