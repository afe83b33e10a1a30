#include "host/readers/input_source.hpp"

#include <algorithm>
#include <archive.h>
#include <archive_entry.h>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "host/base/error.hpp"

namespace narrows {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_files = 20000;
constexpr std::int64_t always_allowed = 256LL << 20;  // expanded bytes
constexpr std::int64_t max_expansion = 100;           // times the compressed size

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return result;
}

bool ends_in(std::string_view text, std::string_view ending) {
    return text.size() >= ending.size() &&
           lower(text.substr(text.size() - ending.size())) == ending;
}

std::string without_gz(const std::string& name) {
    return ends_in(name, ".gz") ? name.substr(0, name.size() - 3) : name;
}

bool is_gzip(std::string_view head) {
    return head.substr(0, 2) == "\x1f\x8b";
}
bool is_zip(std::string_view head) {
    return head.substr(0, 4) == std::string_view("PK\x03\x04", 4) ||
           head.substr(0, 4) == std::string_view("PK\x05\x06", 4);
}

/// First bytes of a file on disk.
std::string first_bytes(const fs::path& path, std::size_t size) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) throw FileError(path.string(), std::string("cannot read: ") + strerror(errno));
    std::string bytes(size, '\0');
    std::size_t done = 0;
    while (done < size) {
        const ssize_t got = ::read(file, bytes.data() + done, size - done);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        done += static_cast<std::size_t>(got);
    }
    ::close(file);
    bytes.resize(done);
    return bytes;
}

/// libarchive's reader for zip, tar.gz and gz; closes itself.
class Archive {
  public:
    Archive(const fs::path& path) : path_(path.string()), archive_(archive_read_new()) {
        if (archive_ == nullptr) throw std::bad_alloc();
        archive_read_support_filter_gzip(archive_);
        archive_read_support_format_zip(archive_);
        archive_read_support_format_tar(archive_);
        archive_read_support_format_raw(archive_);  // a single .gz
        archive_read_support_format_empty(archive_);
        std::error_code error;
        size_ = static_cast<std::int64_t>(fs::file_size(path, error));
        if (archive_read_open_filename(archive_, path_.c_str(), 1 << 20) != ARCHIVE_OK) fail();
    }
    ~Archive() { archive_read_free(archive_); }
    Archive(const Archive&) = delete;
    Archive& operator=(const Archive&) = delete;

    /// The next entry, or nullptr at the end.
    archive_entry* next() {
        archive_entry* entry = nullptr;
        const int status = archive_read_next_header(archive_, &entry);
        if (status == ARCHIVE_EOF) return nullptr;
        if (status != ARCHIVE_OK && status != ARCHIVE_WARN) fail();
        return entry;
    }
    bool is_raw() const { return archive_format(archive_) == ARCHIVE_FORMAT_RAW; }

    /// The content of the current entry, up to `limit` bytes. `shown` is its name for messages.
    std::string content(const std::string& shown, std::size_t limit) {
        std::string bytes;
        for (;;) {
            const void* block = nullptr;
            std::size_t size = 0;
            la_int64_t offset = 0;
            const int status = archive_read_data_block(archive_, &block, &size, &offset);
            if (status == ARCHIVE_EOF) return bytes;
            if (status != ARCHIVE_OK && status != ARCHIVE_WARN) fail(shown);
            if (offset < static_cast<la_int64_t>(bytes.size())) {
                throw FileError(shown, "damaged archive: a block lies before its predecessor");
            }
            const auto end = offset + static_cast<la_int64_t>(size);
            if (end > always_allowed && end > max_expansion * size_) {
                throw FileError(shown,
                                fmt::format("expands to more than {} times the {} bytes of {}, "
                                            "expected a table; unpack it to read it all the same",
                                            max_expansion, size_, path_));
            }
            bytes.resize(static_cast<std::size_t>(offset), '\0');  // a hole in a sparse file
            bytes.append(static_cast<const char*>(block), size);
            if (bytes.size() >= limit) {
                bytes.resize(limit);
                return bytes;
            }
        }
    }

  private:
    [[noreturn]] void fail(const std::string& shown = "") {
        if (archive_errno(archive_) == ENOMEM) throw std::bad_alloc();
        const char* what = archive_error_string(archive_);
        throw FileError(shown.empty() ? path_ : shown,
                        std::string("damaged archive: ") +
                            (what != nullptr ? what : "not a .zip, .tar.gz or .gz file"));
    }

    std::string path_;
    archive* archive_;
    std::int64_t size_ = 0;
};

/// Refuses names that lead out of the archive; nothing is unpacked, but such an archive is hostile.
void check_member(const std::string& archive, const std::string& name, archive_entry* entry) {
    if (archive_entry_filetype(entry) == AE_IFLNK || archive_entry_hardlink(entry) != nullptr) {
        throw FileError(archive, "holds the link " + in_quotes(name) + ", expected files only");
    }
    bool outside = name.empty() || name.front() == '/' || name.find('\\') != std::string::npos;
    for (const fs::path& part : fs::path(name)) outside |= part == "..";
    if (outside) {
        throw FileError(
            archive, "holds the name " + in_quotes(name) + ", expected names inside the archive");
    }
}

bool is_hidden(const std::string& name) {
    for (const fs::path& part : fs::path(name)) {
        const std::string text = part.string();
        if ((!text.empty() && text.front() == '.') || text == "__MACOSX") return true;
    }
    return false;
}

}  // namespace

struct InputFile::Mapping {
    Mapping(void* begin, std::size_t size) : address(begin), length(size) {}
    ~Mapping() {
        if (length > 0) ::munmap(address, length);
    }
    Mapping(const Mapping&) = delete;
    Mapping& operator=(const Mapping&) = delete;
    void* address;
    std::size_t length;
};

InputFile::InputFile(const fs::path& path) : path_(path.string()) {
    std::error_code error;
    if (fs::is_directory(path, error)) throw FileError(path_, "cannot read: is a folder");
    const int file = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) throw FileError(path_, std::string("cannot read: ") + strerror(errno));
    struct stat status = {};
    if (::fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) {
        ::close(file);
        throw FileError(path_, "cannot read: not a regular file");
    }
    const auto size = static_cast<std::size_t>(status.st_size);
    void* address = size == 0 ? nullptr : ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0);
    const int reason = errno;
    ::close(file);
    if (address == MAP_FAILED) {
        throw FileError(path_, std::string("cannot read: ") + strerror(reason));
    }
    mapping_ = std::make_shared<Mapping>(address, size);
    bytes_ = {static_cast<const char*>(address), size};
}

InputFile::InputFile(std::string path, std::string bytes)
    : path_(std::move(path)),
      owned_(std::make_shared<const std::string>(std::move(bytes))),
      bytes_(*owned_) {}

InputFile InputFile::renamed(std::string path) const {
    InputFile other = *this;
    other.path_ = std::move(path);
    return other;
}

void InputFile::release(std::string_view part) const {
    if (mapping_ == nullptr || part.empty()) return;
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    const auto begin = static_cast<std::size_t>(part.data() - bytes_.data());
    const std::size_t first = (begin + page - 1) / page * page;
    const std::size_t last = (begin + part.size()) / page * page;
    if (last <= first) return;
    ::madvise(static_cast<char*>(mapping_->address) + first, last - first, MADV_DONTNEED);
}

bool is_workbook(std::string_view head) {
    // Excel and most libraries write this part or the workbook's first; both have these names.
    return is_zip(head) && (head.find("[Content_Types].xml") != std::string_view::npos ||
                            head.find("xl/") != std::string_view::npos ||
                            head.find("docProps/") != std::string_view::npos ||
                            head.find("_rels/.rels") != std::string_view::npos);
}

InputSource::InputSource(const fs::path& path) : path_(path.string()), container_(path) {
    std::error_code error;
    if (fs::is_directory(path, error)) {
        list_folder(path);
        return;
    }
    const std::string head = first_bytes(path, 4096);
    if ((is_zip(head) && !is_workbook(head)) || is_gzip(head)) {
        kind_ = Kind::archive;
        list_archive();
    } else {
        add(path.filename().string(), path_);
    }
}

InputSource::InputSource(std::string path, std::map<std::string, std::string> files)
    : path_(std::move(path)), kind_(Kind::memory) {
    for (const auto& [name, bytes] : files) add(name, name);
    memory_ = std::make_shared<const std::map<std::string, std::string>>(std::move(files));
}

void InputSource::add(const std::string& name, std::string place) {
    if (is_hidden(name)) return;
    if (names_.size() >= max_files) {
        throw FileError(path_, fmt::format("more than {} files, expected a table", max_files));
    }
    const std::string shown = without_gz(name);
    if (!places_.emplace(shown, std::move(place)).second) {
        throw FileError(path_, "two files " + in_quotes(shown) + ", expected one");
    }
    names_.insert(std::lower_bound(names_.begin(), names_.end(), shown), shown);
}

void InputSource::list_folder(const fs::path& folder) {
    std::error_code error;
    fs::recursive_directory_iterator at(folder, error);
    for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
        const std::string name = at->path().lexically_relative(folder).generic_string();
        std::error_code ignored;
        // A folder where a file belongs is listed, so that reading it fails.
        const bool is_folder = at->is_directory(ignored) && at->path().extension() != ".csv";
        if (is_folder) {
            constexpr int deepest = 4;
            if (at.depth() >= deepest || is_hidden(name)) at.disable_recursion_pending();
        } else {
            add(name, at->path().string());
        }
    }
    if (error) throw FileError(path_, "cannot read: " + error.message());
}

/// Names in the archive; a folder that holds everything is left out of them.
void InputSource::list_archive() {
    Archive archive(container_);
    std::vector<std::string> files;
    std::size_t entries = 0;
    while (archive_entry* entry = archive.next()) {
        if (++entries > max_files) {
            throw FileError(path_, fmt::format("more than {} files, expected a table", max_files));
        }
        if (archive.is_raw()) {
            add(fs::path(path_).filename().string(), "");
            return;
        }
        const char* utf8 = archive_entry_pathname_utf8(entry);
        const char* raw = utf8 != nullptr ? utf8 : archive_entry_pathname(entry);
        if (raw == nullptr) throw FileError(path_, "damaged archive: a file without a name");
        const std::string name = raw;
        check_member(path_, name, entry);
        if (archive_entry_filetype(entry) == AE_IFREG && !is_hidden(name)) files.push_back(name);
    }
    const std::string folder = files.empty() ? "" : files[0].substr(0, files[0].find('/') + 1);
    const bool common = std::all_of(files.begin(), files.end(), [&](const std::string& name) {
        return name.compare(0, folder.size(), folder) == 0;
    });
    for (const std::string& name : files) add(common ? name.substr(folder.size()) : name, name);
}

InputFile InputSource::read_member(const std::string& place, const std::string& shown) const {
    Archive archive(container_);
    while (archive_entry* entry = archive.next()) {
        if (!archive.is_raw()) {
            const char* utf8 = archive_entry_pathname_utf8(entry);
            const char* raw = utf8 != nullptr ? utf8 : archive_entry_pathname(entry);
            if (raw == nullptr || place != raw) continue;
        }
        return InputFile(shown, archive.content(shown, std::string::npos));
    }
    throw FileError(shown, "vanished from the archive");
}

InputFile InputSource::open(const std::string& name) const {
    const auto found = places_.find(name);
    if (found == places_.end()) throw FileError(path_, in_quotes(name) + " is missing");
    const std::string& place = found->second;
    const std::string shown = place.empty() ? path_ : path_ + "/" + name;  // "": a plain .gz
    if (kind_ == Kind::memory) return {shown, memory_->at(place)};
    if (kind_ == Kind::archive) return read_member(place, shown);
    if (is_gzip(first_bytes(place, 2))) {
        Archive archive{fs::path(place)};
        if (archive.next() == nullptr) return {place, ""};
        return {place, archive.content(place, std::string::npos)};
    }
    return InputFile(fs::path(place));
}

InputFile InputSource::open_found(std::string_view name) const {
    const std::optional<std::string> found = find(name);
    if (!found) {
        throw FileError(path_ + "/" + std::string(name),
                        std::string("cannot read: ") + strerror(ENOENT));
    }
    return open(*found);
}

std::string InputSource::head(const std::string& name, std::size_t size) const {
    const auto found = places_.find(name);
    if (found == places_.end()) throw FileError(path_, in_quotes(name) + " is missing");
    const std::string& place = found->second;
    if (kind_ == Kind::memory) return memory_->at(place).substr(0, size);
    if (kind_ == Kind::files) {
        std::string bytes = first_bytes(place, size);
        if (!is_gzip(bytes)) return bytes;
    }
    Archive archive(kind_ == Kind::files ? fs::path(place) : container_);
    while (archive_entry* entry = archive.next()) {
        if (kind_ == Kind::archive && !archive.is_raw()) {
            const char* utf8 = archive_entry_pathname_utf8(entry);
            const char* raw = utf8 != nullptr ? utf8 : archive_entry_pathname(entry);
            if (raw == nullptr || place != raw) continue;
        }
        return archive.content(path_, size);
    }
    return "";
}

std::optional<std::string> InputSource::find(std::string_view name) const {
    const std::string wanted = lower(name);
    std::optional<std::string> best;
    std::ptrdiff_t best_depth = 0;
    for (const std::string& candidate : names_) {
        const std::string text = lower(candidate);
        if (text != wanted && !ends_in(text, "/" + wanted)) continue;
        const auto depth = std::count(candidate.begin(), candidate.end(), '/');
        if (best && depth >= best_depth) continue;
        best = candidate;
        best_depth = depth;
    }
    return best;
}

InputSource InputSource::folder_of(const std::string& name) const {
    const auto slash = name.rfind('/');
    if (slash == std::string::npos) return *this;
    const std::string prefix = name.substr(0, slash + 1);
    InputSource inner;
    inner.path_ = path_ + "/" + name.substr(0, slash);
    inner.container_ = container_;
    inner.kind_ = kind_;
    inner.memory_ = memory_;
    for (const auto& [full, place] : places_) {
        if (full.compare(0, prefix.size(), prefix) == 0)
            inner.add(full.substr(prefix.size()), place);
    }
    return inner;
}

}  // namespace narrows
