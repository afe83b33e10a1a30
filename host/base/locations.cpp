#include "host/base/locations.hpp"

#include <cstdlib>
#include <system_error>

#include "host/base/build_info.hpp"

namespace narrows {
namespace fs = std::filesystem;

namespace {

/// What an environment variable names; empty counts as unset, lest it mean the current folder.
fs::path folder_from(const char* variable) {
    const char* value = std::getenv(variable);
    return value == nullptr ? "" : value;
}

}  // namespace

fs::path executable_folder() {
    std::error_code error;
    const fs::path executable = fs::read_symlink("/proc/self/exe", error);
    return error ? fs::path() : executable.parent_path();
}

std::vector<fs::path> data_folders() {
    std::vector<fs::path> folders;
    if (const fs::path named = folder_from("NARROWS_DATA_DIR"); !named.empty()) {
        folders.push_back(named);
    }
    if (const fs::path here = executable_folder(); !here.empty()) {
        folders.push_back((here / build_info::data_folder_from_bin).lexically_normal());
    }
    folders.emplace_back(build_info::installed_data_folder);
    return folders;
}

std::vector<fs::path> module_folders() {
    std::vector<fs::path> folders;
    if (const fs::path named = folder_from("NARROWS_BACKEND_DIR"); !named.empty()) {
        folders.push_back(named);
    }
    if (const fs::path here = executable_folder(); !here.empty()) {
        folders.push_back(here);
        folders.push_back((here / build_info::module_folder_from_bin).lexically_normal());
    }
    folders.emplace_back(build_info::installed_module_folder);
    return folders;
}

}  // namespace narrows
