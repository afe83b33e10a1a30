#pragma once

#include <cstdio>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "host/base/interrupt.hpp"

namespace narrows {

/// A file or device that is written piece by piece; messages call it `shown`. Throws FileError.
class TextFile {
  public:
    TextFile(const std::filesystem::path& path, const std::filesystem::path& shown);
    void write(std::string_view content);
    /// Without it what was written last may be lost.
    void close();

  private:
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    [[noreturn]] void fail() const;

    std::unique_ptr<std::FILE, Close> file_;
    std::filesystem::path shown_;
};

/// Makes the file at `path` by `write`, which is given another path beside it, so that `path` is
/// either complete or untouched; a device or a pipe, which no rename can replace, is given as it
/// is. Throws FileError and what `write` throws.
void replace_file(const std::filesystem::path& path,
                  const std::function<void(const std::filesystem::path&)>& write);

/// The same for `content`.
void write_file(const std::filesystem::path& path, std::string_view content);

/// As replace_file, but a `path` that exists already is an error.
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
