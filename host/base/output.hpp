#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "host/base/interrupt.hpp"

namespace narrows {

/// Writes `content` to `path` so that the file is either complete or untouched: written beside it
/// under a temporary name, then renamed. Throws FileError.
void write_file(const std::filesystem::path& path, std::string_view content);

/// The same for a file that `write` makes at the path it is given. Throws FileError, also where
/// `path` exists already, and what `write` throws.
void create_file(const std::filesystem::path& path,
                 const std::function<void(const std::filesystem::path&)>& write);

/// `text` as a field of a CSV file: in quotes where it holds a comma, a quote, a line break or
/// blanks at its ends.
std::string csv_field(const std::string& text);

/// A folder that appears only when complete: files go to a temporary sibling, commit() renames it.
/// Without commit() the temporary folder is removed. Throws FileError; an existing `path` is an
/// error, nothing is overwritten. An empty `path` is an ArgumentError.
class OutputFolder {
  public:
    explicit OutputFolder(std::filesystem::path path);
    ~OutputFolder();
    OutputFolder(const OutputFolder&) = delete;
    OutputFolder& operator=(const OutputFolder&) = delete;

    void write(const std::string& file_name, std::string_view content) const;
    /// A folder in it, for files called "NAME/...".
    void add_folder(const std::string& name) const;
    void commit();

  private:
    DeferInterrupts defer_interrupts_;  // first in, last out: the folder is gone or done before
    std::filesystem::path path_;
    std::filesystem::path temporary_;
    bool committed_ = false;
};

}  // namespace narrows
