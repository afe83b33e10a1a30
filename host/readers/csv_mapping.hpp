#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "host/readers/input_source.hpp"

namespace narrows {

/// Which rows or columns: labels, "PREFIX*", or "FIRST..LAST" in the order of the file.
using Selectors = std::vector<std::string>;

/// The mapping file of a csv of one's own; data/README.md, "Your own csv", describes the keys.
struct CsvMapping {
    bool is_long = false;
    bool is_multi_regional = false;
    std::string name;
    std::string unit;
    int year = 0;
    std::string region;  // of a national table
    char separator = ',';
    char decimal = '.';
    char thousands = '\0';  // none
    char label_separator = '_';
    bool region_first = true;                  // "REGION_SECTOR" rather than "SECTOR_REGION"
    std::map<std::string, Selectors> rows;     // sectors, imports, taxes, value_added, output
    std::map<std::string, Selectors> columns;  // sectors, final_use, output
    /// Of a long csv: names of its columns for row, column, value, row_region, column_region, year.
    std::map<std::string, std::string> fields;
};

/// Throws ParseError for what is no such object, for an unknown key with the nearest valid one, and
/// for a value that does not fit its key.
CsvMapping read_csv_mapping(const InputFile& file);

}  // namespace narrows
