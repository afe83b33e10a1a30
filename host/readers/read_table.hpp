#pragma once

#include <string>
#include <vector>

#include "host/readers/input_source.hpp"
#include "host/table/io_table.hpp"
#include "host/table/supply_use.hpp"

namespace narrows {

/// How a table is to be read where its content alone does not say.
struct ReadOptions {
    std::string format = {};   // key of a format; empty: recognised from the content
    int year = 0;              // where there are several; 0: the only one
    std::string region = {};   // where there are several national tables; empty: the only one
    std::string mapping = {};  // file that says how a generic csv is laid out
    SutModel model = SutModel::fixed_product_sales;  // for supply and use tables
    Acceptance acceptance = Acceptance::balanced_only;
    /// Satellite accounts to read, by name; "all": all of them. The program's own formats are read
    /// with all in any case: what was written into them was chosen.
    std::vector<std::string> accounts = {};
};

/// A published format.
struct TableFormat {
    const char* key;          // for --input-format, "oecd-icio"
    const char* description;  // one line
    /// Cheap: looks at names and at the first bytes of files.
    bool (*recognises)(const InputSource& source);
    IoTable (*read)(const InputSource& source, const ReadOptions& options);
};

/// All formats, in the order in which they are tried.
const std::vector<TableFormat>& table_formats();

/// Reads the table that `name` means: a path that exists (file, folder, .zip, .gz), or the name of
/// an embedded table ("world-2011", "textbook/miller-blair-2009"). Throws FileError with the
/// nearest name or the place looked at, or where no format fits, ArgumentError for an empty name or
/// an unknown format, and what the reader of the format throws.
IoTable read_table(const std::string& name, const ReadOptions& options = {});

/// The same from an open source.
IoTable read_table(const InputSource& source, const ReadOptions& options = {});

/// Names of the embedded tables that are installed, sorted.
std::vector<std::string> embedded_tables();

}  // namespace narrows
