#pragma once

#include <filesystem>
#include <string_view>

namespace narrows {

/// Writes `content` to `path` so that the file is either complete or untouched: written beside it
/// under a temporary name, then renamed. Throws FileError.
void write_file(const std::filesystem::path& path, std::string_view content);

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
    void commit();

  private:
    std::filesystem::path path_;
    std::filesystem::path temporary_;
    bool committed_ = false;
};

}  // namespace narrows
