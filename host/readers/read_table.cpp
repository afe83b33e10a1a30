#include "host/readers/read_table.hpp"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/base/locations.hpp"
#include "host/readers/formats.hpp"
#include "host/readers/plain_folder.hpp"
#include "host/readers/satellites.hpp"

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

std::vector<std::string> format_keys() {
    std::vector<std::string> keys;
    for (const TableFormat& format : table_formats()) keys.emplace_back(format.key);
    return keys;
}

const TableFormat& format_of(const InputSource& source, const std::string& wish) {
    const std::vector<TableFormat>& formats = table_formats();
    if (!wish.empty()) {
        return formats[static_cast<std::size_t>(find_code("format", wish, format_keys()))];
    }
    const auto found = std::find_if(formats.begin(), formats.end(), [&](const TableFormat& format) {
        return format.recognises(source);
    });
    if (found == formats.end()) {
        throw FileError(source.path(),
                        "not a table in a format that narrows recognises (`narrows doctor` lists "
                        "them; --input-format takes one of them all the same)");
    }
    return *found;
}

}  // namespace

const std::vector<TableFormat>& table_formats() {
    static const std::vector<TableFormat> all = {
        formats::plain_folder(),
        formats::netcdf(),
        formats::bea(),
        formats::eurostat(),
        formats::oecd_icio(),
        formats::exiobase3(),
        formats::pymrio(),
        formats::eora26(),
        formats::gloria(),
        formats::figaro(),
        formats::wiod2016_national(),
        formats::wiod2016_world(),
        formats::wiod2013_world(),
        formats::adb_mrio(),
        formats::labelled_csv(),
        formats::generic_csv(),
    };
    return all;
}

IoTable read_table(const InputSource& source, const ReadOptions& options) {
    // A mapping says that no published format is meant.
    const bool mapped = options.format.empty() && !options.mapping.empty();
    IoTable table = format_of(source, mapped ? "csv" : options.format).read(source, options);
    for (const std::string& name : options.accounts) {
        if (name != all_satellites) table.satellite(name);
    }
    return table;
}

IoTable read_table(const std::string& name, const ReadOptions& options) {
    if (name.empty()) throw ArgumentError("the name of the table is empty");
    std::error_code error;
    const fs::path path(name);
    if (fs::exists(path, error)) return read_table(InputSource(path), options);
    const fs::path embedded = data_folder() / path;
    if (path.is_relative() && fs::exists(embedded / "meta.json", error)) {
        return read_table(InputSource(embedded), options);
    }
    std::string message = "no such table";
    if (const std::string near = nearest(name, embedded_tables()); !near.empty()) {
        message += ", did you mean the embedded table " + in_quotes(near) + "?";
    } else {
        message += ": neither a file, a folder nor an embedded table in " + data_folder().string();
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
