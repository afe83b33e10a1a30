#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "host/readers/csv.hpp"
#include "host/readers/grid.hpp"

namespace narrows {

/// Region and code of a row or column; the region is empty where the file has no column for it.
using LongLabel = std::pair<std::string, std::string>;

/// Where a record of a long csv has what, fields from 0.
struct LongColumns {
    std::size_t row = 0;
    std::size_t column = 0;
    std::size_t value = 0;
    std::optional<std::size_t> row_region;
    std::optional<std::size_t> column_region;
    std::optional<std::size_t> year;
};

/// A table of which every record is a cell.
struct LongTable {
    std::vector<LongLabel> rows;  // in the order of their first cell
    std::vector<LongLabel> columns;
    int year = 0;  // 0 where the file has no column for it

    /// As Grid::read(), each target set once; cells that are not in the file are 0. Throws
    /// ParseError for a cell that is there twice.
    void fill(const std::vector<GridTarget>& row_targets,
              const std::vector<GridTarget>& column_targets, const GridBlocks& blocks) const;

    struct Cell {
        std::int32_t row;
        std::int32_t column;
        double value;
    };
    std::vector<Cell> cells;
    std::string path;
};

/// Reads the records that follow `header` in `csv`, those of `year` (0: of the only one). Throws
/// ParseError, also where labels are too many for the cells: more than 64 places for each.
LongTable read_long_csv(CsvFile& csv, const std::vector<std::string>& header,
                        const LongColumns& columns, int year,
                        const std::function<std::optional<double>(std::string_view)>& number);

}  // namespace narrows
