#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

struct archive;
struct archive_entry;
struct z_stream_s;

namespace narrows {

/// Most bytes that compressed data of this size may expand to.
std::uint64_t most_expanded(std::size_t compressed_size);

/// Undoes gzip, also of several members in a row, and checks its sums. Throws FileError, naming
/// `shown`, for damaged data and for what expands to more than most_expanded().
class Gunzip {
  public:
    Gunzip(std::string_view compressed, std::string shown);
    ~Gunzip();
    Gunzip(const Gunzip&) = delete;
    Gunzip& operator=(const Gunzip&) = delete;

    /// Writes the next bytes to `out`: `size` of them, fewer only at the end.
    std::size_t read(char* out, std::size_t size);

  private:
    void feed();
    bool at_end();
    [[noreturn]] void damaged(std::string_view why) const;

    std::string_view rest_;  // what zlib was not given yet
    std::uint64_t limit_;
    std::uint64_t total_ = 0;
    std::string shown_;
    std::unique_ptr<z_stream_s> stream_;
    bool ended_ = false;
};

/// All of a gzip file's content, or its first `limit` bytes.
std::string gunzip(std::string_view compressed, const std::string& shown,
                   std::size_t limit = std::string::npos);

/// The files in a .zip or .tar.gz, one after the other. `bytes` must outlive this; `path` is for
/// messages. Throws FileError for what is damaged, encrypted, expands to more than most_expanded()
/// and for entries that are links or have names that lead out of the archive.
class Archive {
  public:
    enum class Kind { zip, tar_gz };
    Archive(std::string_view bytes, std::string path, Kind kind);
    Archive(const Archive&) = delete;
    Archive& operator=(const Archive&) = delete;

    /// Goes to the next entry that is a file; false at the end.
    bool next();
    /// The name of the current entry as it stands in the archive.
    const std::string& name() const { return name_; }
    /// The content of the current entry, up to `limit` bytes. `shown` is its name for messages.
    std::string content(const std::string& shown, std::size_t limit = std::string::npos);
    /// The same block by block, in order, until `use` returns false.
    void stream(const std::string& shown, const std::function<bool(std::string_view)>& use);

  private:
    static std::ptrdiff_t read_unpacked(archive* handle, void* self, const void** block);
    void check(const std::string& shown, std::uint64_t expanded) const;
    void read_name();
    [[noreturn]] void fail(const std::string& shown) const;

    std::string path_;
    std::uint64_t limit_;
    std::unique_ptr<Gunzip> unpacked_;  // a tar's bytes
    std::string block_;
    std::exception_ptr error_;  // what read_unpacked() could not throw through C
    std::string name_;
    archive_entry* entry_ = nullptr;
    std::unique_ptr<archive, int (*)(archive*)> archive_;
};

}  // namespace narrows
