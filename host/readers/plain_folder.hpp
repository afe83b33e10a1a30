#pragma once

#include <filesystem>

#include "host/base/output.hpp"
#include "host/table/io_table.hpp"

namespace narrows {

/// Is `folder` a table in the plain format, that is: does it hold a meta.json?
bool is_plain_folder(const std::filesystem::path& folder);

/// Reads a table in the plain format, a folder of CSV files and meta.json (data/README.md says what
/// is in each). Throws FileError, ParseError, BalanceError.
IoTable read_plain_folder(const std::filesystem::path& folder,
                          Acceptance acceptance = Acceptance::balanced_only);

/// Writes a table in the plain format into a new folder, complete or not at all; reading it back
/// gives the same bits. Throws FileError, also where `folder` exists already.
void write_plain_folder(const IoTable& table, const std::filesystem::path& folder);

}  // namespace narrows
