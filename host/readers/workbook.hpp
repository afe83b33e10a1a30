#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/readers/input_source.hpp"
#include "host/table/classification.hpp"

namespace narrows {

/// One row of a sheet while it streams by. Columns count from 0 (A is 0); cells may be absent.
class SheetRow {
  public:
    /// A cell that is not empty.
    struct Cell {
        Index column = 0;
        enum class Kind { number, text, error } kind = Kind::number;
        double number = 0.0;
        std::string text = {};  // of text and errors ("#REF!")
    };

    explicit SheetRow(std::string place) : place_(std::move(place)) {}

    Index number = 0;         // from 1, as Excel shows it
    std::vector<Cell> cells;  // ascending columns

    /// The cell, or null where it is absent.
    const Cell* cell(Index column) const;
    /// The text without blanks at its ends; "" where the cell is absent. Numbers as "2014".
    std::string text(Index column) const;
    /// The number; text that is a plain number counts. Absent and blank cells are `blank` where
    /// that is given. Throws ParseError otherwise, naming sheet, row and column.
    double require_number(Index column, std::optional<double> blank = 0.0) const;
    /// One past the last column with a cell.
    Index width() const { return cells.empty() ? 0 : cells.back().column + 1; }
    /// Throws ParseError about this cell.
    [[noreturn]] void fail(Index column, std::string_view found, std::string_view expected) const;

  private:
    std::string place_;  // "file.xlsx, sheet 'x'"
};

/// An Excel workbook (.xlsx), read row by row: a sheet is never in memory as a whole. Formulas
/// count with their stored values. Throws FileError or ParseError for what is no workbook, is
/// damaged, has a password, and for rows or columns beyond Excel's own limits (1,048,576 x 16,384).
class Workbook {
  public:
    explicit Workbook(InputFile file);
    ~Workbook();
    Workbook(Workbook&&) noexcept;
    Workbook& operator=(Workbook&&) noexcept;

    const std::string& path() const;
    /// Names of the sheets, in order.
    const std::vector<std::string>& sheets() const;
    /// Calls `use` with every row that has cells, top to bottom, until it returns false.
    void read(const std::string& sheet, const std::function<bool(const SheetRow&)>& use) const;

  private:
    struct Content;
    std::unique_ptr<Content> content_;
};

/// The source as a workbook where it is just that; throws what Workbook() throws.
std::optional<Workbook> only_workbook(const InputSource& source);

/// "A", "Z", "AA", ...: a column as Excel names it; `column` from 0.
std::string column_letters(Index column);

}  // namespace narrows
