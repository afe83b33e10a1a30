#pragma once

#include <filesystem>

#include "host/table/io_table.hpp"

namespace narrows {

/// Writes a table as pymrio's IOSystem.save_all does (file_parameters.json, metadata.json, Z, Y, x,
/// unit, tab-separated), into a new folder, complete or not at all; pymrio.load_all() reads it.
///
/// Extension value_added has V and T in F, index (account, component); a national table has its
/// region as the only one and extension imports: M in F, MF in F_Y, by product; extension satellite
/// has satellite accounts. What pymrio has no
/// place for (names, kinds, licence, criticality, origins of imports) goes to narrows.json and CSV
/// files, which it ignores; with them reading back gives the same bits and the same hash.
/// Throws FileError, also where `folder` exists already.
void write_pymrio_folder(const IoTable& table, const std::filesystem::path& folder);

}  // namespace narrows
