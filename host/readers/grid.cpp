#include "host/readers/grid.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/base/parallel.hpp"
#include "host/readers/csv.hpp"
#include "host/readers/delimited.hpp"

namespace narrows {
namespace {

std::string text_of(std::string_view field) {
    std::string text(unquoted(field));
    for (auto at = text.find("\"\""); at != std::string::npos; at = text.find("\"\"", at + 1)) {
        text.erase(at, 1);
    }
    return text;
}

/// The line that begins at `at`, without its end; `at` moves to the next one.
std::string_view next_line(std::string_view text, std::size_t& at) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line = text.substr(at, end - at);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    at = end + 1;
    return line;
}

bool is_blank(std::string_view line) {
    return line.find_first_not_of("\r ") == std::string_view::npos;
}

/// Something wrong in a part of the file whose first line is not known yet.
struct Problem {
    std::int64_t line;  // in the part, from 1
    std::int64_t column;
    std::string found;
    std::string expected;
};

void require_utf8(std::string_view label, std::int64_t line, std::size_t column) {
    const std::size_t valid = utf8_prefix(label);
    if (valid == label.size()) return;
    throw Problem{line, static_cast<std::int64_t>(column) + 1,
                  fmt::format("byte 0x{:02X}", static_cast<unsigned char>(label[valid])),
                  "UTF-8 text"};
}

void refuse_utf16(const std::string& path, std::string_view text) {
    const std::string_view start = text.substr(0, 2);
    const bool marked = start == "\xFF\xFE" || start == "\xFE\xFF";
    const bool unmarked = start.size() == 2 && (start[0] == '\0') != (start[1] == '\0');
    if (marked || unmarked) throw ParseError(path, 1, 0, "", "UTF-16 text", "UTF-8 text");
}

/// All fields of a line, as texts. Throws Problem.
std::vector<std::string> texts_of(std::string_view line, std::int64_t number, char separator) {
    std::vector<std::string> texts;
    for (std::size_t at = 0; at != std::string_view::npos;) {
        const auto field = next_field(line, at, separator);
        if (!field) {
            throw Problem{number, static_cast<std::int64_t>(texts.size()) + 1,
                          "an opening quote without its closing quote", "'\"'"};
        }
        texts.push_back(text_of(*field));
        require_utf8(texts.back(), number, texts.size() - 1);
    }
    return texts;
}

/// How often `wanted` is in the text; counts in bytes, which vectorises better than std::count.
Index count_bytes(std::string_view text, char wanted) {
    constexpr std::size_t width = 32;
    constexpr std::size_t most = 255 * width;
    Index count = 0;
    while (text.size() >= width) {
        const std::size_t size = std::min(text.size(), most) / width * width;
        std::array<std::uint8_t, width> lanes = {};
        for (std::size_t at = 0; at < size; at += width) {
            for (std::size_t i = 0; i < width; ++i) {
                lanes[i] = static_cast<std::uint8_t>(lanes[i] + (text[at + i] == wanted ? 1 : 0));
            }
        }
        for (const std::uint8_t lane : lanes) count += lane;
        text.remove_prefix(size);
    }
    return count + std::count(text.begin(), text.end(), wanted);
}

/// Throws Problem where a quote does not end.
Index count_fields(std::string_view text, std::int64_t number, Index labels, char separator) {
    if (std::memchr(text.data(), '"', text.size()) == nullptr) {
        return 1 + count_bytes(text, separator);
    }
    Index count = 0;
    for (std::size_t at = 0; at != std::string_view::npos; ++count) {
        if (next_field(text, at, separator)) continue;
        throw Problem{number, labels + count + 1, "an opening quote without its closing quote",
                      "'\"'"};
    }
    return count;
}

}  // namespace

/// What one thread found between two places of the file.
struct Grid::Part {
    std::vector<Line> lines;  // numbered from the beginning of the part
    std::vector<std::vector<std::string>> labels;
    std::int64_t num_lines = 0;
    std::optional<Problem> problem;
};

// Two passes: this one finds the lines and reads the labels, read() the numbers.
Grid::Grid(InputFile file, const GridFormat& format, int num_threads)
    : file_(std::move(file)), format_(format) {
    const std::string_view text = file_.bytes();
    refuse_utf16(path(), text);
    std::int64_t num_lines = 0;
    const std::size_t begin = read_header(num_lines);
    constexpr std::size_t step = 4U << 20U;
    const auto num_parts = static_cast<Index>((text.size() - begin + step - 1) / step);
    std::vector<Part> parts(static_cast<std::size_t>(num_parts));
    const auto read = [&](Index i) {
        const std::size_t from = begin + static_cast<std::size_t>(i) * step;
        const std::size_t to = std::min(from + step, text.size());
        // The line that begins before a part belongs to the part before it.
        std::size_t first = from;
        if (i > 0) first = std::min(text.find('\n', from - 1), text.size() - 1) + 1;
        Part& part = parts[static_cast<std::size_t>(i)];
        try {
            read_part(first, to, part);
        } catch (Problem& problem) {
            part.problem = std::move(problem);
        }
        file_.release(text.substr(from, to - from));
    };
    in_parallel(num_parts, num_threads, [&] { return read; });

    labels_.resize(static_cast<std::size_t>(format_.label_columns));
    for (Part& part : parts) {
        if (part.problem) {
            throw ParseError(path(), num_lines + part.problem->line, part.problem->column, "",
                             part.problem->found, part.problem->expected);
        }
        for (Line line : part.lines) {
            line.number += num_lines;
            lines_.push_back(line);
        }
        for (std::size_t i = 0; i < labels_.size(); ++i) {
            std::move(part.labels[i].begin(), part.labels[i].end(), std::back_inserter(labels_[i]));
        }
        num_lines += part.num_lines;
    }
}

/// Reads the header and finds the number of columns; returns where the rows begin.
std::size_t Grid::read_header(std::int64_t& lines) {
    const std::string_view text = file_.bytes();
    std::size_t at = text.substr(0, 3) == "\xEF\xBB\xBF" ? 3 : 0;
    const auto num_labels = static_cast<std::size_t>(format_.label_columns);
    try {
        while (at < text.size() && static_cast<Index>(header_.size()) < format_.header_rows) {
            const std::string_view line = next_line(text, at);
            ++lines;
            if (is_blank(line)) continue;
            std::vector<std::string> fields = texts_of(line, lines, format_.separator);
            if (fields.size() < num_labels) fields.resize(num_labels);
            const auto labels_end = fields.begin() + format_.label_columns;
            corner_.emplace_back(fields.begin(), labels_end);
            header_.emplace_back(labels_end, fields.end());
            header_lines_.push_back(lines);
            num_columns_ = std::max(num_columns_, static_cast<Index>(header_.back().size()));
        }
        // Without a header the first row tells.
        std::int64_t number = lines;
        for (std::size_t next = at; next < text.size() && format_.header_rows == 0;) {
            const std::string_view line = next_line(text, next);
            ++number;
            if (is_blank(line)) continue;
            const Index fields = count_fields(line, number, 0, format_.separator);
            num_columns_ = std::max<Index>(0, fields - format_.label_columns);
            break;
        }
    } catch (const Problem& problem) {
        throw ParseError(path(), problem.line, problem.column, "", problem.found, problem.expected);
    }
    for (auto& header : header_) header.resize(static_cast<std::size_t>(num_columns_));
    return std::min(at, text.size());
}

/// The lines that begin in [begin, end). Throws Problem.
void Grid::read_part(std::size_t begin, std::size_t end, Part& part) const {
    const std::string_view text = file_.bytes();
    part.labels.resize(static_cast<std::size_t>(format_.label_columns));
    for (std::size_t at = begin; at < end;) {
        const std::string_view line = next_line(text, at);
        ++part.num_lines;
        if (is_blank(line)) continue;
        const std::string_view numbers = read_labels(line, part);
        const Index count =
            num_columns_ == 0 && numbers.empty()
                ? 0
                : count_fields(numbers, part.num_lines, format_.label_columns, format_.separator);
        if (count != num_columns_) {
            throw Problem{part.num_lines, 0,
                          fmt::format("{} fields", count + format_.label_columns),
                          fmt::format("{}{}", num_columns_ + format_.label_columns,
                                      count > num_columns_ && format_.separator == ','
                                          ? " (decimal commas and commas between thousands are not "
                                            "read)"
                                          : "")};
        }
        const auto first = static_cast<std::size_t>(numbers.data() - text.data());
        part.lines.push_back({first, first + numbers.size(), part.num_lines});
    }
}

/// Takes the labels off the line; what is left are its numbers.
std::string_view Grid::read_labels(std::string_view line, Part& part) const {
    std::size_t at = 0;
    for (std::size_t i = 0; i < part.labels.size(); ++i) {
        if (at == std::string_view::npos) {
            throw Problem{part.num_lines, 0, fmt::format("{} fields", i),
                          fmt::format("{}", num_columns_ + format_.label_columns)};
        }
        const auto field = next_field(line, at, format_.separator);
        if (!field) {
            throw Problem{part.num_lines, static_cast<std::int64_t>(i) + 1,
                          "an opening quote without its closing quote", "'\"'"};
        }
        std::string label = text_of(*field);
        require_utf8(label, part.num_lines, i);
        part.labels[i].push_back(std::move(label));
    }
    if (at != std::string_view::npos) return line.substr(at);
    if (num_columns_ > 0) {
        throw Problem{part.num_lines, 0, fmt::format("{} fields", format_.label_columns),
                      fmt::format("{}", num_columns_ + format_.label_columns)};
    }
    return line.substr(line.size());
}

const std::vector<std::string>& Grid::header(Index line) const {
    if (line >= static_cast<Index>(header_.size())) {
        throw ParseError(path(), 1, 0, "", fmt::format("{} lines", header_.size()), "a header");
    }
    return header_[static_cast<std::size_t>(line)];
}
const std::vector<std::string>& Grid::corner(Index line) const {
    header(line);
    return corner_[static_cast<std::size_t>(line)];
}
const std::vector<std::string>& Grid::labels(Index column) const {
    return labels_[static_cast<std::size_t>(column)];
}

void Grid::fail(Index row, Index column, std::string_view found, std::string_view expected) const {
    throw ParseError(path(), lines_[static_cast<std::size_t>(row)].number,
                     column < 0 ? -column : format_.label_columns + column + 1, "", found,
                     expected);
}
void Grid::fail_header(Index line, Index column, std::string_view found,
                       std::string_view expected) const {
    throw ParseError(path(), header_lines_[static_cast<std::size_t>(line)],
                     format_.label_columns + column + 1, "", found, expected);
}

}  // namespace narrows
