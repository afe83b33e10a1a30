#include "host/readers/grid.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/readers/csv.hpp"

namespace narrows {
namespace {

std::string_view unquoted(std::string_view field) {
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
std::optional<std::string_view> next_field(std::string_view text, std::size_t& at, char separator) {
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

std::string text_of(std::string_view field) {
    std::string text(unquoted(field));
    if (const bool quoted = text.find("\"\"") != std::string::npos; quoted) {
        for (auto at = text.find("\"\""); at != std::string::npos; at = text.find("\"\"", at + 1)) {
            text.erase(at, 1);
        }
    }
    return text;
}

}  // namespace

// Two passes: this one finds the lines and reads the labels, read() the numbers.
Grid::Grid(InputFile file, const GridFormat& format) : file_(std::move(file)), format_(format) {
    std::string_view text = file_.bytes();
    if (text.substr(0, 2) == "\xFF\xFE" || text.substr(0, 2) == "\xFE\xFF") {
        throw ParseError(path(), 1, 0, "", "UTF-16 text", "UTF-8 text");
    }
    std::size_t at = text.substr(0, 3) == "\xEF\xBB\xBF" ? 3 : 0;
    std::size_t released = 0;
    labels_.resize(static_cast<std::size_t>(format_.label_columns));
    for (std::int64_t number = 1; at < text.size(); ++number) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        const std::string_view line = text.substr(at, end - at);
        const std::size_t begin = at;
        at = end + 1;
        if (line.find_first_not_of("\r ") == std::string_view::npos) continue;
        const bool is_header = static_cast<Index>(header_.size()) < format_.header_rows;
        std::vector<std::string> fields;
        std::size_t field_at = 0;
        while (field_at != std::string_view::npos &&
               (is_header || static_cast<Index>(fields.size()) < format_.label_columns)) {
            const auto field = next_field(line, field_at, format_.separator);
            if (!field) {
                throw ParseError(path(), number, static_cast<std::int64_t>(fields.size()) + 1, "",
                                 "an opening quote without its closing quote", "'\"'");
            }
            fields.push_back(text_of(*field));
        }
        if (static_cast<Index>(fields.size()) < format_.label_columns) {
            throw ParseError(path(), number, 0, "", fmt::format("{} fields", fields.size()),
                             fmt::format("{} labels and numbers", format_.label_columns));
        }
        const auto labels_end = fields.begin() + format_.label_columns;
        if (is_header) {
            corner_.emplace_back(fields.begin(), labels_end);
            header_.emplace_back(labels_end, fields.end());
            header_lines_.push_back(number);
            num_columns_ = std::max(num_columns_, static_cast<Index>(header_.back().size()));
            continue;
        }
        for (std::size_t i = 0; i < labels_.size(); ++i) labels_[i].push_back(std::move(fields[i]));
        const std::size_t numbers = field_at == std::string_view::npos ? end : begin + field_at;
        lines_.push_back({numbers, end, number});
        if (lines_.size() == 1 && format_.header_rows == 0) {
            num_columns_ = 1 + std::count(line.begin() + static_cast<std::ptrdiff_t>(field_at),
                                          line.end(), format_.separator);
        }
        constexpr std::size_t release_step = 16U << 20U;
        if (at - released > release_step) {
            file_.release(text.substr(released, at - released));
            released = at;
        }
    }
    for (auto& header : header_) header.resize(static_cast<std::size_t>(num_columns_));
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

namespace {

/// Targets in the order of the file, with a mark on those that were a target before.
struct Destinations {
    std::vector<GridTarget> targets;
    std::vector<bool> repeats;

    explicit Destinations(const std::vector<GridTarget>& from) : targets(from) {
        std::vector<std::vector<bool>> seen;
        for (const GridTarget& target : targets) {
            if (target.group < 0) {
                repeats.push_back(false);
                continue;
            }
            const auto group = static_cast<std::size_t>(target.group);
            const auto index = static_cast<std::size_t>(target.index);
            if (seen.size() <= group) seen.resize(group + 1);
            if (seen[group].size() <= index) seen[group].resize(index + 1);
            repeats.push_back(seen[group][index]);
            seen[group][index] = true;
        }
    }
};

}  // namespace

void Grid::read(const std::vector<GridTarget>& rows, const std::vector<GridTarget>& columns,
                const GridBlocks& blocks, int num_threads) const {
    const Destinations row_to(rows);
    const Destinations column_to(columns);
    const auto width = static_cast<std::size_t>(num_columns_);
    const auto block_at = [&](Index row_group, Index column_group) -> Eigen::MatrixXd* {
        if (row_group < 0 || column_group < 0) return nullptr;
        return blocks[static_cast<std::size_t>(row_group)][static_cast<std::size_t>(column_group)];
    };

    const auto parse_row = [&](Index row, double* out) {
        const Line& line = lines_[static_cast<std::size_t>(row)];
        const std::string_view text = file_.bytes().substr(line.begin, line.end - line.begin);
        std::size_t at = 0;
        for (std::size_t c = 0; c < width; ++c) {
            if (at == std::string_view::npos) {
                fail(row, static_cast<Index>(c), fmt::format("the end of the line"),
                     fmt::format("{} numbers", width));
            }
            const auto field = next_field(text, at, format_.separator);
            if (!field) fail(row, static_cast<Index>(c), "a quote without its end", "'\"'");
            if (block_at(rows[static_cast<std::size_t>(row)].group, columns[c].group) == nullptr) {
                continue;
            }
            const std::string_view number = unquoted(*field);
            if (number.empty() && format_.blank_is_zero) {
                out[c] = 0.0;
                continue;
            }
            const std::optional<double> value = parse_number(number);
            if (!value) fail(row, static_cast<Index>(c), in_quotes(number), "a number");
            out[c] = *value;
        }
        if (at != std::string_view::npos) {
            fail(row, static_cast<Index>(width), "more fields", fmt::format("{} numbers", width));
        }
    };
    const auto store = [&](Index row, const double* values, bool add_row) {
        const GridTarget& to = rows[static_cast<std::size_t>(row)];
        for (std::size_t c = 0; c < width; ++c) {
            Eigen::MatrixXd* block = block_at(to.group, columns[c].group);
            if (block == nullptr) continue;
            double& cell = (*block)(to.index, columns[c].index);
            cell = add_row || column_to.repeats[c] ? cell + values[c] : values[c];
        }
    };

    constexpr Index chunk = 16;
    const Index num_chunks = (num_rows() + chunk - 1) / chunk;
    std::atomic<Index> next{0};
    std::mutex mutex;
    std::exception_ptr first_error;
    Index first_error_chunk = num_chunks;
    const auto work = [&] {
        std::vector<double> values(width);
        for (Index c = next++; c < num_chunks; c = next++) {
            const Index begin = c * chunk;
            const Index end = std::min(num_rows(), begin + chunk);
            try {
                for (Index row = begin; row < end; ++row) {
                    const auto r = static_cast<std::size_t>(row);
                    if (rows[r].group < 0 || row_to.repeats[r]) continue;
                    parse_row(row, values.data());
                    store(row, values.data(), false);
                }
            } catch (...) {
                const std::lock_guard lock(mutex);
                if (c < first_error_chunk) {
                    first_error_chunk = c;
                    first_error = std::current_exception();
                }
                return;
            }
            const std::size_t from = lines_[static_cast<std::size_t>(begin)].begin;
            const std::size_t to = lines_[static_cast<std::size_t>(end - 1)].end;
            file_.release(file_.bytes().substr(from, to - from));
        }
    };
    const int wanted = num_threads > 0
                           ? num_threads
                           : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    std::vector<std::thread> threads;
    for (int t = 1; t < std::min<Index>(wanted, num_chunks); ++t) threads.emplace_back(work);
    work();
    for (std::thread& thread : threads) thread.join();
    if (first_error) std::rethrow_exception(first_error);

    std::vector<double> values(width);
    for (Index row = 0; row < num_rows(); ++row) {
        const auto r = static_cast<std::size_t>(row);
        if (rows[r].group < 0 || !row_to.repeats[r]) continue;
        parse_row(row, values.data());
        store(row, values.data(), true);
    }
}

}  // namespace narrows
