#pragma once

#include <filesystem>

#include "host/base/output.hpp"
#include "host/readers/input_source.hpp"
#include "host/table/io_table.hpp"

namespace narrows {

/// Does it hold a table in the plain format, that is: a meta.json?
bool is_plain_folder(const InputSource& source);

/// Reads a table in the plain format, CSV files and meta.json (data/README.md says what is in
/// each). Throws FileError, ParseError, BalanceError.
IoTable read_plain_folder(const InputSource& folder,
                          Acceptance acceptance = Acceptance::balanced_only);

/// Writes a table in the plain format into a new folder, complete or not at all; reading it back
/// gives the same bits. Throws FileError, also where `folder` exists already.
void write_plain_folder(const IoTable& table, const std::filesystem::path& folder);

}  // namespace narrows
