#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <Eigen/Core>

#include "host/readers/input_source.hpp"
#include "host/table/classification.hpp"

namespace narrows {

/// How numbers stand in a delimited text: header lines, then one line per row that begins with its
/// labels. A header line may be shorter than the rows: what lacks is empty.
struct GridFormat {
    char separator = ',';
    Index header_rows = 1;
    Index label_columns = 1;
    bool blank_is_zero = false;  // an empty field is 0 rather than an error
};

/// Where the numbers of one row or column go: matrix `group` (of rows or columns) at `index`.
struct GridTarget {
    Index group = -1;  // below 0: nowhere; its numbers are skipped
    Index index = 0;
};

/// Matrices by row group, then column group; a null pointer skips those numbers. Shapes must hold
/// every target.
using GridBlocks = std::vector<std::vector<Eigen::MatrixXd*>>;

/// A large matrix of numbers in a text file, read in parallel and independent of the locale.
///
/// Lines end in LF or CR LF; a UTF-8 byte-order mark is skipped; labels and numbers may stand in
/// double quotes, which may hold separators but no line breaks; blank lines are skipped. Numbers
/// are rounded correctly. Throws ParseError, with line and column, first for the first line with
/// too few or too many fields, a quote without its end, UTF-16, or other text than UTF-8 in labels;
/// then, in read(), for the first field that should be a finite number and is none. Every row has
/// num_columns() numbers: rows times columns are bounded by the size of the file.
class Grid {
  public:
    /// Finds the lines and reads the labels. `num_threads` 0: as many as the machine has.
    Grid(InputFile file, const GridFormat& format, int num_threads = 0);

    const std::string& path() const { return file_.path(); }
    Index num_rows() const { return static_cast<Index>(lines_.size()); }
    Index num_columns() const { return num_columns_; }

    /// Header line `line`, one text per column (without the fields above the labels).
    const std::vector<std::string>& header(Index line = 0) const;
    /// The fields above the labels in header line `line`.
    const std::vector<std::string>& corner(Index line = 0) const;
    /// Label column `column`, one text per row.
    const std::vector<std::string>& labels(Index column = 0) const;

    /// Sets every target to the number there, or adds them up, in the order of the file, where
    /// several rows or columns have the same target. Targets that nothing goes to keep their value.
    /// Gives the same bits for any number of threads.
    void read(const std::vector<GridTarget>& rows, const std::vector<GridTarget>& columns,
              const GridBlocks& blocks, int num_threads = 0) const;

    /// Throws ParseError about the field of `row` and `column` (both from 0, without header and
    /// labels); `column` below 0 means label column -1 - column.
    [[noreturn]] void fail(Index row, Index column, std::string_view found,
                           std::string_view expected) const;
    /// The same about a field of the header.
    [[noreturn]] void fail_header(Index line, Index column, std::string_view found,
                                  std::string_view expected) const;

  private:
    struct Line {
        std::size_t begin;  // of the first number
        std::size_t end;
        std::int64_t number;  // in the file, from 1
    };
    struct Part;
    struct Cursor;

    std::size_t read_header(std::int64_t& lines);
    void read_part(std::size_t begin, std::size_t end, Part& part) const;
    std::string_view read_labels(std::string_view line, Part& part) const;
    void parse_tile(Index row, Index count, const std::vector<char>& wanted, double* values) const;
    template <std::size_t size>
    void parse_rows(const std::array<Cursor, size>& rows, const std::vector<char>& wanted) const;
    const char* read_field(const Cursor& row, const char* at, std::size_t column,
                           bool wanted) const;
    [[noreturn]] void fail_number(Index row, Index column, std::string_view text) const;

    InputFile file_;
    GridFormat format_;
    std::vector<std::vector<std::string>> header_;
    std::vector<std::vector<std::string>> corner_;
    std::vector<std::int64_t> header_lines_;
    std::vector<std::vector<std::string>> labels_;
    std::vector<Line> lines_;
    Index num_columns_ = 0;
};

}  // namespace narrows
