#include "host/readers/read_table.hpp"

#include <algorithm>
#include <filesystem>

#include "host/base/error.hpp"
#include "host/base/locations.hpp"
#include "host/readers/plain_folder.hpp"

namespace narrows {
namespace {

namespace fs = std::filesystem;

/// The first data folder that exists.
fs::path data_folder() {
    std::error_code error;
    for (const fs::path& folder : data_folders()) {
        if (fs::is_directory(folder, error)) return folder;
    }
    return {};
}

}  // namespace

IoTable read_table(const std::string& name, Acceptance acceptance) {
    if (name.empty()) throw ArgumentError("the name of the table is empty");
    std::error_code error;
    const fs::path path(name);
    if (is_plain_folder(path)) return read_plain_folder(path, acceptance);
    const fs::path embedded = data_folder() / path;
    if (path.is_relative() && is_plain_folder(embedded)) {
        return read_plain_folder(embedded, acceptance);
    }
    if (fs::exists(path, error)) {
        throw FileError(name, "not a table: expected a folder with meta.json (see data/README.md)");
    }
    std::string message = "no such table";
    if (const std::string near = nearest(name, embedded_tables()); !near.empty()) {
        message += ", did you mean the embedded table " + in_quotes(near) + "?";
    } else {
        message += ": neither a folder nor an embedded table in " + data_folder().string();
    }
    throw FileError(name, message);
}

std::vector<std::string> embedded_tables() {
    std::vector<std::string> names;
    const fs::path root = data_folder();
    std::error_code error;
    for (fs::recursive_directory_iterator at(root, fs::directory_options::skip_permission_denied,
                                             error);
         !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
        if (at->path().filename() == "meta.json") {
            names.push_back(at->path().parent_path().lexically_relative(root).generic_string());
        }
    }
    std::sort(names.begin(), names.end());
    return names;
}

}  // namespace narrows
