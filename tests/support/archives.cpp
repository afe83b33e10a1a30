#include "tests/support/archives.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fstream>
#include <stdexcept>
#include <sys/stat.h>
#include <zlib.h>

namespace narrows::test {
namespace {

void put(std::string& out, std::uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i) & 0xFFU);
}

/// zlib's deflate of everything; `window` as deflateInit2 has it.
std::string deflated(std::string_view bytes, int window, int flush) {
    z_stream stream = {};
    if (deflateInit2(&stream, 6, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
        throw std::runtime_error("deflateInit2");
    }
    std::string out(bytes.size() + bytes.size() / 100 + 1000, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, flush);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

std::uint32_t mode_of(Member::Kind kind) {
    switch (kind) {
        case Member::Kind::folder:
            return S_IFDIR | 0755U;
        case Member::Kind::symbolic_link:
            return S_IFLNK | 0777U;
        case Member::Kind::pipe:
            return S_IFIFO | 0644U;
        default:
            return S_IFREG | 0644U;
    }
}

}  // namespace

std::string zip(const std::vector<Member>& members) {
    std::string files;
    std::string directory;
    for (const Member& member : members) {
        const std::string stored =
            member.deflated ? *member.deflated : deflated(member.content, -MAX_WBITS, Z_FINISH);
        const auto size = static_cast<std::uint32_t>(member.content.size());
        std::string header;
        put(header, 20, 2);                        // version needed
        put(header, member.encrypted ? 1 : 0, 2);  // flags
        put(header, 8, 2);                         // deflate
        put(header, 0, 4);                         // time and date
        put(header,
            static_cast<std::uint32_t>(
                crc32(0, reinterpret_cast<const Bytef*>(member.content.data()), size)),
            4);
        put(header, static_cast<std::uint32_t>(stored.size()), 4);
        put(header, member.size.value_or(size), 4);
        put(header, static_cast<std::uint32_t>(member.name.size()), 2);
        put(header, 0, 2);  // extra
        directory += "PK\x01\x02";
        put(directory, 20 | 3 << 8, 2);  // made by Unix
        directory += header;
        put(directory, 0, 6);  // comment, disk, internal attributes
        put(directory, mode_of(member.kind) << 16, 4);
        put(directory, static_cast<std::uint32_t>(files.size()), 4);
        directory += member.name;
        files += "PK\x03\x04" + header + member.name + stored;
    }
    std::string end = "PK\x05\x06";
    put(end, 0, 4);
    put(end, static_cast<std::uint32_t>(members.size()), 2);
    put(end, static_cast<std::uint32_t>(members.size()), 2);
    put(end, static_cast<std::uint32_t>(directory.size()), 4);
    put(end, static_cast<std::uint32_t>(files.size()), 4);
    put(end, 0, 2);
    return files + directory + end;
}

std::string tar(const std::vector<Member>& members) {
    std::string out;
    archive* writer = archive_write_new();
    archive_write_set_format_gnutar(writer);
    const auto append = [](archive*, void* to, const void* bytes, std::size_t size) {
        static_cast<std::string*>(to)->append(static_cast<const char*>(bytes), size);
        return static_cast<la_ssize_t>(size);
    };
    if (archive_write_open(writer, &out, nullptr, append, nullptr) != ARCHIVE_OK) {
        throw std::runtime_error("archive_write_open");
    }
    archive_entry* entry = archive_entry_new();
    for (const Member& member : members) {
        archive_entry_clear(entry);
        archive_entry_set_pathname(entry, member.name.c_str());
        archive_entry_set_mode(entry, mode_of(member.kind));
        const bool is_file = member.kind == Member::Kind::file;
        archive_entry_set_size(entry, is_file ? static_cast<la_int64_t>(member.content.size()) : 0);
        if (member.kind == Member::Kind::symbolic_link) {
            archive_entry_set_symlink(entry, member.content.c_str());
        }
        if (member.kind == Member::Kind::hard_link) {
            archive_entry_set_hardlink(entry, member.content.c_str());
        }
        if (archive_write_header(writer, entry) < ARCHIVE_WARN) {
            throw std::runtime_error(archive_error_string(writer));
        }
        if (is_file) archive_write_data(writer, member.content.data(), member.content.size());
    }
    archive_entry_free(entry);
    archive_write_free(writer);
    return out;
}

std::string gzip(std::string_view bytes) {
    constexpr int gzip_header = 16;
    return deflated(bytes, MAX_WBITS + gzip_header, Z_FINISH);
}

std::string tar_gz(const std::vector<Member>& members) {
    return gzip(tar(members));
}

std::string deflated_zeros(std::size_t size) {
    constexpr std::size_t part = std::size_t{16} << 20;
    const std::string once = deflated(std::string(part, '\0'), -MAX_WBITS, Z_FULL_FLUSH);
    std::string out;
    for (std::size_t done = 0; done < size; done += part) out += once;
    return out + std::string("\x03\0", 2);  // a last block, empty
}

double peak_mib() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.rfind("VmHWM:", 0) == 0) return std::stod(line.substr(6)) / 1024.0;
    }
    return 0.0;
}

void reset_peak() {
    std::ofstream("/proc/self/clear_refs") << "5\n";
}

}  // namespace narrows::test
