#include "host/readers/archive.hpp"

#include <algorithm>
#include <archive.h>
#include <archive_entry.h>
#include <cerrno>
#include <filesystem>
#include <new>
#include <zlib.h>

#include <fmt/format.h>

#include "host/base/error.hpp"

namespace narrows {
namespace {

constexpr std::size_t max_name = 4096;
constexpr std::size_t block_size = std::size_t{1} << 20;

[[noreturn]] void refuse_expansion(const std::string& shown) {
    throw FileError(shown,
                    "expands to more than 256 MiB and 100 times its size, expected a table; unpack "
                    "it to read it all the same");
}

}  // namespace

std::uint64_t most_expanded(std::size_t compressed_size) {
    return std::max(std::uint64_t{256} << 20, std::uint64_t{100} * compressed_size);
}

Gunzip::Gunzip(std::string_view compressed, std::string shown)
    : rest_(compressed),
      limit_(most_expanded(compressed.size())),
      shown_(std::move(shown)),
      stream_(std::make_unique<z_stream_s>()) {
    constexpr int gzip_only = 16;
    if (inflateInit2(stream_.get(), MAX_WBITS + gzip_only) != Z_OK) throw std::bad_alloc();
}

Gunzip::~Gunzip() {
    inflateEnd(stream_.get());
}

/// Gives zlib what comes next; its sizes have 32 bits.
void Gunzip::feed() {
    const std::size_t size = std::min(rest_.size(), std::size_t{1} << 30);
    stream_->next_in =
        reinterpret_cast<Bytef*>(const_cast<char*>(rest_.data()));  // NOLINT: zlib only reads it
    stream_->avail_in = static_cast<uInt>(size);
    rest_.remove_prefix(size);
}

/// Behind a member: goes on to the next one; true where there is none but zeros, which pad tapes.
bool Gunzip::at_end() {
    if (stream_->avail_in == 0) feed();
    if (stream_->avail_in == 0) return true;
    if (*stream_->next_in == 0x1F) {
        inflateReset(stream_.get());
        return false;
    }
    const std::string_view fed(reinterpret_cast<const char*>(stream_->next_in), stream_->avail_in);
    for (const std::string_view part : {fed, rest_}) {
        if (part.find_first_not_of('\0') != std::string_view::npos) {
            damaged("something else behind its end");
        }
    }
    return true;
}

std::size_t Gunzip::read(char* out, std::size_t size) {
    std::size_t done = 0;
    while (done < size && !ended_) {
        if (stream_->avail_in == 0) feed();
        const auto room = static_cast<uInt>(std::min(size - done, std::size_t{1} << 30));
        stream_->next_out = reinterpret_cast<Bytef*>(out + done);
        stream_->avail_out = room;
        const int status = inflate(stream_.get(), Z_NO_FLUSH);
        done += room - stream_->avail_out;
        if (status == Z_MEM_ERROR) throw std::bad_alloc();
        if (status == Z_STREAM_END) {
            ended_ = at_end();
        } else if (status == Z_BUF_ERROR) {
            damaged("it ends too early");
        } else if (status != Z_OK) {
            damaged(stream_->msg != nullptr ? stream_->msg : "no gzip data");
        }
    }
    total_ += done;
    if (total_ > limit_) refuse_expansion(shown_);
    return done;
}

void Gunzip::damaged(std::string_view why) const {
    throw FileError(shown_, fmt::format("damaged gzip file: {}", why));
}

std::string gunzip(std::string_view compressed, const std::string& shown, std::size_t limit) {
    Gunzip unpacked(compressed, shown);
    std::string bytes;
    while (bytes.size() < limit) {
        const std::size_t old = bytes.size();
        bytes.resize(old + std::min(limit - old, block_size));
        const std::size_t got = unpacked.read(bytes.data() + old, bytes.size() - old);
        const bool ended = old + got < bytes.size();
        bytes.resize(old + got);
        if (ended) break;
    }
    return bytes;
}

Archive::Archive(std::string_view bytes, std::string path, Kind kind)
    : path_(std::move(path)),
      limit_(most_expanded(bytes.size())),
      archive_(archive_read_new(), archive_read_free) {
    if (archive_ == nullptr) throw std::bad_alloc();
    int status = ARCHIVE_OK;
    if (kind == Kind::zip) {
        // By its central directory only: a zip without one is truncated.
        archive_read_support_format_zip_seekable(archive_.get());
        status = archive_read_open_memory(archive_.get(), bytes.data(), bytes.size());
    } else {
        archive_read_support_format_tar(archive_.get());
        unpacked_ = std::make_unique<Gunzip>(bytes, path_);
        block_.resize(block_size);
        status = archive_read_open(archive_.get(), this, nullptr, read_unpacked, nullptr);
    }
    if (status != ARCHIVE_OK) fail(path_);
}

std::ptrdiff_t Archive::read_unpacked(archive* handle, void* self, const void** block) {
    Archive& us = *static_cast<Archive*>(self);
    try {
        *block = us.block_.data();
        return static_cast<std::ptrdiff_t>(us.unpacked_->read(us.block_.data(), us.block_.size()));
    } catch (...) {
        us.error_ = std::current_exception();
        archive_set_error(handle, EIO, "gzip");
        return -1;
    }
}

bool Archive::next() {
    for (;;) {
        const int status = archive_read_next_header(archive_.get(), &entry_);
        if (status == ARCHIVE_EOF) {
            // Behind a tar's end are only zeros, but the sums of its gzip file stand there.
            while (unpacked_ != nullptr && unpacked_->read(block_.data(), block_.size()) > 0) {
            }
            return false;
        }
        if (status != ARCHIVE_OK && status != ARCHIVE_WARN) fail(path_);  // WARN: odd names
        read_name();
        // A tar's entries are unpacked to be skipped.
        if (unpacked_ != nullptr) check(path_, 0);
        if (archive_entry_filetype(entry_) == AE_IFREG) return true;
    }
}

/// Refuses names that lead out of the archive; nothing is unpacked, but such an archive is hostile.
void Archive::read_name() {
    const char* utf8 = archive_entry_pathname_utf8(entry_);
    const char* name = utf8 != nullptr ? utf8 : archive_entry_pathname(entry_);
    if (name == nullptr) throw FileError(path_, "damaged archive: a file without a name");
    name_ = name;
    if (archive_entry_filetype(entry_) == AE_IFLNK || archive_entry_hardlink(entry_) != nullptr) {
        throw FileError(path_, "holds the link " + in_quotes(name_) + ", expected files only");
    }
    bool outside = name_.empty() || name_.front() == '/' || name_.size() > max_name ||
                   name_.find('\\') != std::string::npos;
    if (!outside) {
        for (const std::filesystem::path& part : std::filesystem::path(name_)) {
            outside |= part == "..";
        }
    }
    if (outside) {
        throw FileError(
            path_, "holds the name " + in_quotes(name_) + ", expected names inside the archive");
    }
}

void Archive::check(const std::string& shown, std::uint64_t expanded) const {
    const bool declared = archive_entry_size_is_set(entry_) != 0;
    const la_int64_t size = declared ? archive_entry_size(entry_) : 0;
    if (size < 0) throw FileError(shown, "damaged archive: a negative size");
    if (std::max(expanded, static_cast<std::uint64_t>(size)) > limit_) refuse_expansion(shown);
}

std::string Archive::content(const std::string& shown, std::size_t limit) {
    std::string bytes;
    if (limit == 0) return bytes;
    stream(shown, [&](std::string_view block) {
        bytes.append(block.substr(0, limit - bytes.size()));
        return bytes.size() < limit;
    });
    return bytes;
}

void Archive::stream(const std::string& shown, const std::function<bool(std::string_view)>& use) {
    if (archive_entry_is_encrypted(entry_) != 0) {
        throw FileError(shown, "is encrypted, expected a file without a password; unpack it first");
    }
    check(shown, 0);
    std::uint64_t done = 0;
    for (;;) {
        const void* block = nullptr;
        std::size_t size = 0;
        la_int64_t offset = 0;
        const int status = archive_read_data_block(archive_.get(), &block, &size, &offset);
        if (status == ARCHIVE_EOF) return;
        if (status != ARCHIVE_OK) fail(shown);  // a wrong sum is only a warning to libarchive
        const auto begin = static_cast<std::uint64_t>(offset);
        if (begin < done) {
            throw FileError(shown, "damaged archive: a block lies before its predecessor");
        }
        if (begin > limit_ || begin + size > limit_) refuse_expansion(shown);
        // A hole in a sparse file, piece by piece.
        for (const std::string zeros(std::min<std::uint64_t>(begin - done, block_size), '\0');
             done < begin;) {
            const auto piece = std::min<std::uint64_t>(begin - done, zeros.size());
            if (!use(std::string_view(zeros).substr(0, piece))) return;
            done += piece;
        }
        if (size > 0 && !use({static_cast<const char*>(block), size})) return;
        done += size;
    }
}

void Archive::fail(const std::string& shown) const {
    if (error_) std::rethrow_exception(error_);
    if (archive_errno(archive_.get()) == ENOMEM) throw std::bad_alloc();
    const char* what = archive_error_string(archive_.get());
    throw FileError(shown, fmt::format("damaged archive: {}",
                                       what != nullptr ? what : "neither .zip nor .tar.gz"));
}

}  // namespace narrows
