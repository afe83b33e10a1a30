#pragma once

#include <string>
#include <vector>

#include "host/table/io_table.hpp"

namespace narrows {

/// Reads the table that `name` means: a path that exists, or the name of an embedded table
/// ("world-2011", "textbook/miller-blair-2009"). Throws FileError with the nearest name or the
/// place looked at, ArgumentError for an empty name, and what the reader of the format throws.
IoTable read_table(const std::string& name, Acceptance acceptance = Acceptance::balanced_only);

/// Names of the embedded tables that are installed, sorted.
std::vector<std::string> embedded_tables();

}  // namespace narrows
