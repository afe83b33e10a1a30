#include "host/readers/input_source.hpp"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/readers/archive.hpp"

namespace narrows {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_files = 20000;
constexpr std::size_t head_size = 4096;  // kept of the files in a .tar.gz
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

/// A .tar.gz, by the mark that every tar since 1988 has, or by its name.
bool is_tar_gz(const InputFile& file) {
    if (!is_gzip(file.bytes())) return false;
    const std::string head = gunzip(file.bytes(), file.path(), 512);
    return (head.size() == 512 && head.compare(257, 5, "ustar") == 0) ||
           ends_in(file.path(), ".tar.gz") || ends_in(file.path(), ".tgz");
}

/// Is the file itself, or a folder that it is in, hidden?
bool is_hidden(const std::string& name) {
    for (const fs::path& part : fs::path(name)) {
        const std::string text = part.string();
        const bool dots = text == "." || text == "..";
        if ((text.substr(0, 1) == "." && !dots) || text == "__MACOSX") return true;
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
    // Without O_NONBLOCK, opening a pipe waits for its other end.
    const int file = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) throw FileError(path_, std::string("cannot read: ") + strerror(errno));
    struct stat status = {};
    if (::fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) {
        ::close(file);
        throw FileError(path_, S_ISDIR(status.st_mode) ? "cannot read: is a folder"
                                                       : "cannot read: not a regular file");
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
    constexpr std::size_t name_at = 30;  // in the header of a zip's first file
    if (!is_zip(head) || head.size() < name_at) return false;
    const std::string_view name = head.substr(name_at);
    const auto begins = [&](std::string_view with) { return name.substr(0, with.size()) == with; };
    return begins("[Content_Types].xml") || begins("_rels/") || begins("docProps/") ||
           begins("xl/");
}

InputSource::InputSource(const fs::path& path) {
    std::error_code error;
    if (!fs::is_directory(path, error)) {
        *this = InputSource(InputFile(path));
        return;
    }
    path_ = path.string();
    list_folder(path);
    sort_names();
}

InputSource::InputSource(const InputFile& file)
    : path_(file.path()), kind_(Kind::single), container_(std::make_shared<const InputFile>(file)) {
    const std::string_view bytes = file.bytes();
    if (is_zip(bytes) && !is_workbook(bytes)) kind_ = Kind::zip;
    if (is_tar_gz(file)) kind_ = Kind::tar;
    if (kind_ == Kind::single) {
        add(fs::path(path_).filename().string(), "");
    } else {
        list_archive();
    }
    sort_names();
}

InputSource::InputSource(std::string path, std::map<std::string, std::string> files)
    : path_(std::move(path)), kind_(Kind::memory) {
    for (const auto& [name, bytes] : files) add(name, name);
    sort_names();
    memory_ = std::make_shared<const std::map<std::string, std::string>>(std::move(files));
}

void InputSource::add(const std::string& name, std::string place) {
    if (kind_ != Kind::single && is_hidden(name)) return;
    if (places_.size() >= max_files) {
        throw FileError(path_, fmt::format("more than {} files, expected a table", max_files));
    }
    const std::string shown = without_gz(name);
    if (!places_.emplace(shown, std::move(place)).second) {
        throw FileError(path_, "two files " + in_quotes(shown) + ", expected one");
    }
}
void InputSource::sort_names() {
    if (places_.empty()) throw FileError(path_, "holds no file, expected a table");
    for (const auto& [name, place] : places_) names_.push_back(name);
}

void InputSource::list_folder(const fs::path& folder) {
    constexpr int deepest = 4;
    std::error_code error;
    fs::recursive_directory_iterator at(folder, error);
    for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
        const std::string name = at->path().lexically_relative(folder).generic_string();
        std::error_code ignored;
        const bool is_folder = at->is_directory(ignored);
        // A folder where a file belongs is listed, so that reading it fails.
        const bool is_misplaced = is_folder && at->path().extension() == ".csv";
        if (is_folder && (is_misplaced || at.depth() >= deepest || is_hidden(name))) {
            at.disable_recursion_pending();
        }
        if (!is_folder || is_misplaced) add(name, at->path().string());
    }
    if (error) throw FileError(path_, "cannot read: " + error.message());
}

/// Names in the archive; a folder that holds everything is left out of them.
void InputSource::list_archive() {
    const auto kind = kind_ == Kind::zip ? Archive::Kind::zip : Archive::Kind::tar_gz;
    Archive archive(container_->bytes(), path_, kind);
    std::vector<std::pair<std::string, std::string>> files;  // name, place
    while (archive.next()) {
        const std::string name = fs::path(archive.name()).lexically_normal().generic_string();
        if (is_hidden(name)) continue;
        files.emplace_back(name, archive.name());
        // Kept: to come back to it, everything before it would have to be unpacked.
        if (kind_ == Kind::tar) heads_[archive.name()] = archive.content(path_, head_size);
    }
    const std::string folder =
        files.empty() ? "" : files[0].first.substr(0, files[0].first.find('/') + 1);
    const bool common = std::all_of(files.begin(), files.end(), [&](const auto& file) {
        return file.first.compare(0, folder.size(), folder) == 0;
    });
    for (auto& [name, place] : files) add(common ? name.substr(folder.size()) : name, place);
}

/// A file as it lies there, perhaps still under gzip; of one in an archive only `limit` bytes.
InputFile InputSource::packed(const std::string& name, std::size_t limit) const {
    const auto found = places_.find(name);
    if (found == places_.end()) throw FileError(path_, in_quotes(name) + " is missing");
    const std::string& place = found->second;
    const std::string shown = path_ + "/" + name;
    if (kind_ == Kind::single) return *container_;
    if (kind_ == Kind::folder) return InputFile(fs::path(place));
    if (kind_ == Kind::memory) return {shown, memory_->at(place)};
    const auto kind = kind_ == Kind::zip ? Archive::Kind::zip : Archive::Kind::tar_gz;
    Archive archive(container_->bytes(), path_, kind);
    while (archive.next()) {
        if (archive.name() == place) return {shown, archive.content(shown, limit)};
    }
    throw FileError(shown, "vanished from the archive");
}

InputFile InputSource::open(const std::string& name) const {
    InputFile file = packed(name, std::string::npos);
    if (!is_gzip(file.bytes())) return file;
    return {file.path(), gunzip(file.bytes(), file.path())};
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
    const auto place = places_.find(name);
    if (kind_ == Kind::tar && place != places_.end() && size <= head_size) {
        const std::string& kept = heads_.at(place->second);
        if (!is_gzip(kept)) return kept.substr(0, size);
    }
    InputFile file = packed(name, size);
    if (!is_gzip(file.bytes())) return std::string(file.bytes().substr(0, size));
    const bool is_cut = kind_ == Kind::zip || kind_ == Kind::tar;
    if (is_cut) file = packed(name, std::string::npos);
    return gunzip(file.bytes(), file.path(), size);
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
    inner.heads_ = heads_;
    for (const auto& [full, place] : places_) {
        if (full.compare(0, prefix.size(), prefix) == 0) {
            inner.add(full.substr(prefix.size()), place);
        }
    }
    inner.sort_names();
    return inner;
}

}  // namespace narrows
