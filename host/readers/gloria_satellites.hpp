#pragma once

// Internal to the reader of GLORIA: its ReadMe workbook, and the accounts that it names.
#include <string>
#include <vector>

#include "host/readers/grid.hpp"
#include "host/readers/input_source.hpp"
#include "host/readers/satellites.hpp"

namespace narrows {

/// GLORIA_ReadMe_EDITION.xlsx, where it lies with the data.
struct GloriaReadMe {
    struct Account {
        std::string name;  // "Material / Rice"; the second of a name has its number behind it
        std::string unit;
    };
    std::vector<Region> regions;
    std::vector<std::string> sectors;
    std::vector<Account> accounts;  // in the order of the lines of TQ
};
/// Empty where there is none. Throws ParseError for a region without code or that is there twice,
/// and an account without name or unit.
GloriaReadMe read_gloria_read_me(const InputSource& source);

/// Adds the accounts asked for: lines of TQ, whose `columns` are nodes (group 0) and products
/// (group 1), and of YQ, whose columns are final uses, where there is one. Throws ParseError where
/// the workbook does not name every line.
void read_gloria_satellites(const Grid& of_nodes, const Grid* of_uses,
                            const std::vector<GridTarget>& columns, const GloriaReadMe& labels,
                            SatelliteSelection& selection, TableData& data);

}  // namespace narrows
