#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace narrows {

/// The bytes of one file: mapped where it lies uncompressed on disk, in memory otherwise. Copies
/// share the bytes.
class InputFile {
  public:
    /// Throws FileError for what cannot be read or is not a regular file; never blocks.
    InputFile(const std::filesystem::path& path);
    /// `path` is what messages call it.
    InputFile(std::string path, std::string bytes);

    const std::string& path() const { return path_; }
    std::string_view bytes() const { return bytes_; }

    /// Tells the system that `part` of bytes() need not stay in memory; reading it again is fine.
    void release(std::string_view part) const;

  private:
    struct Mapping;

    std::string path_;
    std::shared_ptr<const Mapping> mapping_;
    std::shared_ptr<const std::string> owned_;
    std::string_view bytes_;
};

/// What a table is read from: a file, a folder, or a .zip, .tar.gz or .gz of either. Files go by
/// name: '/' between folders, relative to the folder or archive (or the one folder that holds all
/// of the archive), without .gz. A single file goes by its own name. Nothing is unpacked to disk;
/// an .xlsx is a file, not an archive.
///
/// Hidden files are left out, and so are folders more than five deep and links to folders. Throws
/// FileError for a path that cannot be read, an archive that is damaged (sums are checked), is
/// encrypted, holds links or names that lead out of it ("../", "/"), for no file, two of one
/// name, more than 20,000, and compressed data that expands to more than 256 MiB and 100 times its
/// size.
class InputSource {
  public:
    InputSource(const std::filesystem::path& path);
    /// A file or an archive that is open already.
    explicit InputSource(const InputFile& file);
    /// Files that are in memory already, by name.
    InputSource(std::string path, std::map<std::string, std::string> files);

    /// As given, for messages.
    const std::string& path() const { return path_; }
    /// Sorted; at least one.
    const std::vector<std::string>& names() const { return names_; }
    /// Is this one file rather than a folder or an archive of several?
    bool is_single_file() const { return names_.size() == 1; }

    /// The file whose name is `name` or ends in "/`name`", letters in either case; the least deep
    /// of several, then the first in order. Nothing where there is none.
    std::optional<std::string> find(std::string_view name) const;
    bool has(std::string_view name) const { return find(name).has_value(); }

    /// `name` is one of names(). Throws FileError, also for a name that is not there. A file behind
    /// others in a .tar.gz costs unpacking those, every time.
    InputFile open(const std::string& name) const;
    /// Opens the file that find() finds; throws FileError where there is none.
    InputFile open_found(std::string_view name) const;

    /// Up to `size` first bytes, for recognising a format. Throws FileError as open() does.
    std::string head(const std::string& name, std::size_t size = 4096) const;

    /// The folder that holds `name`, as a source whose names begin behind it.
    InputSource folder_of(const std::string& name) const;

  private:
    enum class Kind { single, folder, zip, tar, memory };
    InputSource() = default;

    void list_folder(const std::filesystem::path& folder);
    void list_archive();
    void add(const std::string& name, std::string place);
    void sort_names();
    InputFile packed(const std::string& name, std::size_t limit) const;

    std::string path_;
    Kind kind_ = Kind::folder;
    std::vector<std::string> names_;
    std::map<std::string, std::string> places_;   // name -> path on disk, or name in the archive
    std::map<std::string, std::string> heads_;    // place -> first bytes, in a .tar.gz
    std::shared_ptr<const InputFile> container_;  // the file, or the archive
    std::shared_ptr<const std::map<std::string, std::string>> memory_;
};

/// Does this begin like an Excel workbook (.xlsx) rather than like any other zip?
bool is_workbook(std::string_view head);

}  // namespace narrows
