#pragma once

#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <Eigen/Core>

#include "host/readers/input_source.hpp"
#include "host/table/classification.hpp"

namespace narrows {

/// Reads a comma-separated file record by record (RFC 4180: quoted fields, doubled quotes, CR LF or
/// LF; UTF-8, a byte-order mark is skipped; blank lines are skipped). Throws FileError where the
/// file cannot be read and ParseError, with line and field number, where it is malformed.
class CsvFile {
  public:
    explicit CsvFile(const std::filesystem::path& path);
    explicit CsvFile(const InputFile& file, char separator = ',');

    /// Fields of the next record, valid until the file object dies; false at the end.
    bool next_record(std::vector<std::string_view>& fields);

    /// Line on which the last record began.
    std::int64_t line() const { return record_line_; }
    const std::string& path() const { return path_; }

    /// Reads the header and requires `expected` as its first names; returns all names.
    std::vector<std::string> header(const std::vector<std::string>& expected);

    /// Throws ParseError about field `column` (from 0) of the last record.
    [[noreturn]] void fail(std::size_t column, std::string_view column_name, std::string_view found,
                           std::string_view expected) const;

    /// The field as a finite number; throws ParseError otherwise. An empty field is an error.
    double number(std::string_view field, std::size_t column, std::string_view column_name) const;

    /// Throws ParseError unless the record has `count` fields.
    void require_fields(const std::vector<std::string_view>& fields, std::size_t count) const;

  private:
    std::string_view quoted_field();

    std::string path_;
    std::string text_;
    char separator_ = ',';
    std::size_t at_ = 0;
    std::int64_t line_ = 1;
    std::int64_t record_line_ = 0;
};

/// A number in plain decimal or exponent notation, the whole of `text`, finite; nothing otherwise.
std::optional<double> parse_number(std::string_view text);

/// Bytes before the first that is NUL or not UTF-8; text.size() where there is none.
std::size_t utf8_prefix(std::string_view text);

/// Names along one side of a matrix file.
struct Labels {
    std::string what;  // "sector", "final use": for messages
    std::vector<std::string> names;
};

/// Positions of labels in the order in which a file gives them; each must be there once. Refers to
/// its labels.
class LabelMatcher {
  public:
    explicit LabelMatcher(const Labels& labels);
    /// Where among the labels `name` stands, a field in `column`; throws ParseError for one that is
    /// not there or came before.
    Index match(const CsvFile& file, std::string_view name, std::size_t column);
    /// Throws ParseError unless every label came.
    void require_all(const CsvFile& file) const;

  private:
    std::string expected_label(const std::string& near) const;

    const Labels& labels_;
    std::unordered_map<std::string, std::size_t> index_;
    std::vector<bool> seen_;
};

/// The labels in a matrix file's header, without the corner.
std::vector<std::string> read_column_labels(const InputFile& file);
/// The labels in a matrix file's first column, without the corner.
std::vector<std::string> read_row_labels(const InputFile& file);

/// The values that a matrix file may hold, both ends included.
struct Range {
    double low = -std::numeric_limits<double>::max();
    double high = std::numeric_limits<double>::max();
};

/// A matrix file: a header with the column labels, then one record per row that begins with its
/// label. Rows and columns may come in any order; every label must be there exactly once. Throws
/// ParseError for a missing, repeated or unknown label, a short or long record, text where a number
/// belongs, or a number out of `range`.
Eigen::MatrixXd read_matrix(const InputFile& file, const Labels& rows, const Labels& columns,
                            const Range& range = {});

}  // namespace narrows
