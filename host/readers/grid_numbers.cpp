#include <algorithm>
#include <cctype>
#include <optional>
#include <sys/mman.h>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/base/parallel.hpp"
#include "host/readers/csv.hpp"
#include "host/readers/decimal.hpp"
#include "host/readers/delimited.hpp"
#include "host/readers/grid.hpp"

namespace narrows {

void Grid::fail_number(Index row, Index column, std::string_view text) const {
    if (text.empty()) fail(row, column, "an empty field", "a number");
    if (text.find('\0') != std::string_view::npos) fail(row, column, "byte 0x00", "a number");
    std::string plain;
    for (const char c : text) {
        const bool groups = c == ',' || c == '\'' || c == ' ' || c == '_';
        if (!groups && static_cast<unsigned char>(c) < 0x80) plain.push_back(c);
    }
    const auto points = std::count(text.begin(), text.end(), '.');
    if (points > 1) std::erase(plain, '.');
    const bool grouped = plain.size() != text.size();
    if (grouped && parse_number(plain)) {
        const bool comma = points == 0 && std::count(text.begin(), text.end(), ',') == 1;
        fail(row, column, in_quotes(text),
             fmt::format("a number without {}, with a point before decimals",
                         comma ? "decimal comma or thousands separators" : "thousands separators"));
    }
    std::string letters(text);
    for (char& c : letters) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    const bool special = letters.find("nan") != std::string::npos ||
                         letters.find("inf") != std::string::npos || letters == "na";
    fail(row, column, in_quotes(text), special ? "a finite number" : "a number");
}

/// A row that is being read.
struct Grid::Cursor {
    Index row;
    const char* begin;
    const char* end;
    const char* fast_end;  // ShortNumbers may be asked before it
    double* out;
};

/// Reads the field at `at` the general way; returns the end of the row or what is behind the
/// separator.
const char* Grid::read_field(const Cursor& row, const char* at, std::size_t column,
                             bool wanted) const {
    if (wanted) {
        while (at != row.end && *at == ' ') ++at;
        const char* const after = parse_decimal(at, row.end, row.out[column]);
        if (after == row.end) return after;
        if (after != nullptr && *after == format_.separator) return after + 1;
    }
    const std::string_view text(at, static_cast<std::size_t>(row.end - at));
    std::size_t next = 0;
    const auto field = next_field(text, next, format_.separator);
    const char* const after = next == std::string_view::npos ? row.end : at + next;
    if (!wanted) return after;
    const std::string_view number = unquoted(*field);
    if (number.empty() && format_.blank_is_zero) {
        row.out[column] = 0.0;
        return after;
    }
    const std::optional<double> value = parse_number(number);
    if (!value) fail_number(row.row, static_cast<Index>(column), number);
    row.out[column] = *value;
    return after;
}

/// The wanted numbers of some rows, column by column: where a number begins is known only when the
/// one before it has been read, and with several rows the processor has other work meanwhile.
template <std::size_t size>
void Grid::parse_rows(const std::array<Cursor, size>& rows, const std::vector<char>& wanted) const {
    std::array<const char*, size> at;
    for (std::size_t i = 0; i < size; ++i) at[i] = rows[i].begin;
    const char* const wants = wanted.data();
    const std::size_t width = wanted.size();
#ifdef __SSE2__
    const decimal::ShortNumbers numbers(format_.separator);
#endif
    for (std::size_t c = 0; c < width; ++c) {
#pragma GCC unroll 4
        for (std::size_t i = 0; i < size; ++i) {
#ifdef __SSE2__
            if (wants[c] != 0 && at[i] < rows[i].fast_end) {
                if (const char* const after = numbers.parse(at[i], rows[i].out[c])) {
                    at[i] = after + 1;
                    continue;
                }
            }
#endif
            at[i] = read_field(rows[i], at[i], c, wants[c] != 0);
        }
    }
}

/// The wanted numbers of `count` rows, each at a multiple of `width` in `values`.
void Grid::parse_tile(Index row, Index count, const std::vector<char>& wanted,
                      double* values) const {
    const auto width = static_cast<Index>(wanted.size());
    const auto cursor_of = [&](Index r) -> Cursor {
        const Line& line = lines_[static_cast<std::size_t>(r)];
        const char* const text = file_.bytes().data();
        const std::size_t around = decimal::readable;
        const bool fast = line.begin >= around && line.end - line.begin > around;
        return {r, text + line.begin, text + line.end,
                text + (fast ? line.end - around : line.begin), values + (r - row) * width};
    };
    const auto one = [&](Index r) { parse_rows(std::array{cursor_of(r)}, wanted); };
    Index r = row;
    for (; r + 1 < row + count; r += 2) {
        try {
            parse_rows(std::array{cursor_of(r), cursor_of(r + 1)}, wanted);
        } catch (const ParseError&) {  // the first row's error is the one to report
            one(r);
            one(r + 1);
        }
    }
    if (r < row + count) one(r);
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

/// Stores rows of numbers (`width` each) whose targets lie one below the other from `to` on: down
/// every column, because that is how matrices lie in memory.
void store(const double* values, Index num_rows, GridTarget to, bool add,
           const Destinations& columns, const std::vector<Eigen::MatrixXd*>& blocks) {
    const std::size_t width = columns.targets.size();
    const auto place_of = [&](std::size_t c) -> double* {
        const GridTarget& column = columns.targets[c];
        if (column.group < 0) return nullptr;
        Eigen::MatrixXd* block = blocks[static_cast<std::size_t>(column.group)];
        if (block == nullptr) return nullptr;
        return block->data() + column.index * block->rows() + to.index;
    };
    constexpr std::size_t ahead = 16;  // columns lie too far apart for the processor to foresee
    for (std::size_t c = 0; c < width; ++c) {
        if (c + ahead < width) {
            if (const double* const next = place_of(c + ahead)) {
                for (Index r = 0; r < num_rows; r += 8) __builtin_prefetch(next + r, 1);
                __builtin_prefetch(next + num_rows - 1, 1);
            }
        }
        double* const out = place_of(c);
        if (out == nullptr) continue;
        const double* in = values + c;
        const bool adds = add || columns.repeats[c];
        for (Index r = 0; r < num_rows; ++r, in += width) out[r] = adds ? out[r] + *in : *in;
    }
}

/// Rows that are stored together: whole cache lines of a column, while their numbers fit a cache.
Index tile_rows(std::size_t width) {
    constexpr std::size_t most_numbers = 96 * 1024;
    for (const std::size_t rows : {16, 8}) {
        if (width * rows <= most_numbers) return static_cast<Index>(rows);
    }
    return 1;
}

/// Fewer page faults while a new matrix is filled. What cannot be is left.
void use_large_pages(const Eigen::MatrixXd& matrix) {
    constexpr std::uintptr_t large = 2U << 20U;
    const auto begin = reinterpret_cast<std::uintptr_t>(matrix.data());
    const std::uintptr_t end = begin + static_cast<std::size_t>(matrix.size()) * sizeof(double);
    const std::uintptr_t first = (begin + large - 1) / large * large;
    const std::uintptr_t last = end / large * large;
    if (last > first) ::madvise(reinterpret_cast<void*>(first), last - first, MADV_HUGEPAGE);
}

}  // namespace

void Grid::read(const std::vector<GridTarget>& rows, const std::vector<GridTarget>& columns,
                const GridBlocks& blocks, int num_threads) const {
    const Destinations row_to(rows);
    const Destinations column_to(columns);
    const auto width = static_cast<std::size_t>(num_columns_);
    for (const auto& group : blocks) {
        for (const Eigen::MatrixXd* block : group) {
            if (block != nullptr) use_large_pages(*block);
        }
    }
    const auto blocks_of = [&](Index row) -> const std::vector<Eigen::MatrixXd*>& {
        return blocks[static_cast<std::size_t>(rows[static_cast<std::size_t>(row)].group)];
    };
    std::vector<std::vector<char>> wanted;  // by row group
    for (const auto& group : blocks) {
        wanted.emplace_back();
        for (const GridTarget& column : columns) {
            wanted.back().push_back(column.group >= 0 &&
                                    group[static_cast<std::size_t>(column.group)] != nullptr);
        }
    }
    const auto wanted_by = [&](Index row) -> const std::vector<char>& {
        return wanted[static_cast<std::size_t>(rows[static_cast<std::size_t>(row)].group)];
    };
    // First targets in parallel; what adds to them after that, in the order of the file.
    const auto adds = [&](Index row) { return row_to.repeats[static_cast<std::size_t>(row)]; };
    const Index tile = tile_rows(width);
    const auto read_tile = [&](Index t, double* values) {
        const Index begin = t * tile;
        const Index end = std::min(num_rows(), begin + tile);
        for (Index row = begin; row < end;) {
            const GridTarget to = rows[static_cast<std::size_t>(row)];
            Index count = 1;  // of rows that go one below the other
            for (; row + count < end; ++count) {
                const GridTarget& next = rows[static_cast<std::size_t>(row + count)];
                if (next.group != to.group || next.index != to.index + count) break;
                if (adds(row + count) != adds(row)) break;
            }
            if (to.group >= 0) parse_tile(row, count, wanted_by(row), values);
            if (to.group >= 0 && !adds(row)) {
                store(values, count, to, false, column_to, blocks_of(row));
            }
            row += count;
        }
        const std::size_t from = lines_[static_cast<std::size_t>(begin)].begin;
        const std::size_t last = lines_[static_cast<std::size_t>(end - 1)].end;
        file_.release(file_.bytes().substr(from, last - from));
    };
    in_parallel((num_rows() + tile - 1) / tile, num_threads, [&] {
        return [&, values = std::vector<double>(width * static_cast<std::size_t>(tile))](
                   Index t) mutable { read_tile(t, values.data()); };
    });

    std::vector<double> values(width);
    for (Index row = 0; row < num_rows(); ++row) {
        if (!adds(row)) continue;
        parse_tile(row, 1, wanted_by(row), values.data());
        store(values.data(), 1, rows[static_cast<std::size_t>(row)], true, column_to,
              blocks_of(row));
    }
}

}  // namespace narrows
