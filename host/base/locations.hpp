#pragma once

#include <filesystem>
#include <vector>

namespace narrows {

/// Folder of the running program, or an empty path where the system does not tell.
std::filesystem::path executable_folder();

/// Where embedded tables are looked for, in this order: $NARROWS_DATA_DIR, share/narrows beside the
/// executable's folder (build tree and relocated installs), the install folder.
std::vector<std::filesystem::path> data_folders();

/// Where backend modules are looked for, in this order: $NARROWS_BACKEND_DIR, the executable's
/// folder, lib/narrows beside it, the install folder. Never the current folder.
std::vector<std::filesystem::path> module_folders();

}  // namespace narrows
