#include "host/base/output.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <system_error>
#include <unistd.h>

#include "host/base/error.hpp"
#include "host/base/interrupt.hpp"

namespace narrows {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& path, const std::string& action, int error) {
    throw FileError(path.string(), "cannot " + action + ": " + std::strerror(error));
}

fs::path temporary_name(const fs::path& path) {
    fs::path name = path;
    name += ".tmp." + std::to_string(getpid());
    return name;
}

/// What others wrote goes to the disk.
void flush(const fs::path& path, const fs::path& shown) {
    const int file = open(path.c_str(), O_RDONLY);
    const bool flushed = file >= 0 && fsync(file) == 0;
    const int error = errno;
    if (file >= 0) close(file);
    if (!flushed) fail(shown, "write", error);
}

/// Writes and flushes to the disk, so that a rename never exposes an empty file after a crash.
void write_through(const fs::path& path, std::string_view content, const fs::path& shown) {
    try {
        TextFile file(path, shown);
        file.write(content);
        file.close();
        flush(path, shown);
    } catch (...) {
        std::error_code ignored;
        fs::remove(path, ignored);
        throw;
    }
}

/// `write` makes a file beside `target`, which then takes its place; messages call it `shown`.
void put_in_place(const fs::path& target, const fs::path& shown,
                  const std::function<void(const fs::path&)>& write) {
    const DeferInterrupts defer_interrupts;
    const fs::path temporary = temporary_name(target);
    try {
        TextFile(temporary, shown).close();  // fails with the system's reason
        write(temporary);
        flush(temporary, shown);
        DeferInterrupts::throw_if_waiting();
        if (std::rename(temporary.c_str(), target.c_str()) != 0) fail(shown, "write", errno);
    } catch (...) {
        std::error_code ignored;
        fs::remove(temporary, ignored);
        throw;
    }
}

}  // namespace

TextFile::TextFile(const fs::path& path, const fs::path& shown)
    : file_(std::fopen(path.c_str(), "wb")), shown_(shown) {
    if (file_ == nullptr) fail();
}

void TextFile::write(std::string_view content) {
    if (std::fwrite(content.data(), 1, content.size(), file_.get()) != content.size()) fail();
}

void TextFile::close() {
    if (std::fclose(file_.release()) != 0) fail();
}

void TextFile::fail() const {
    narrows::fail(shown_, "write", errno);
}

void replace_file(const fs::path& path, const std::function<void(const fs::path&)>& write) {
    std::error_code status_error;
    const fs::file_status status = fs::status(path, status_error);
    if (fs::is_directory(status)) throw FileError(path.string(), "cannot write: is a folder");
    if (fs::exists(status) && !fs::is_regular_file(status)) return write(path);
    // A link stays a link: what it names is replaced.
    const fs::path target = fs::is_symlink(path) && fs::exists(status) ? fs::canonical(path) : path;
    put_in_place(target, path, write);
}

void write_file(const fs::path& path, std::string_view content) {
    replace_file(path, [&](const fs::path& to) {
        TextFile file(to, path);
        file.write(content);
        file.close();
    });
}

void create_file(const fs::path& path, const std::function<void(const fs::path&)>& write) {
    std::error_code ignored;
    if (path.empty()) throw ArgumentError("the name of the file to create is empty");
    if (fs::exists(fs::symlink_status(path, ignored))) {
        throw FileError(path.string(), "already exists");
    }
    put_in_place(path, path, write);
}

std::string csv_field(const std::string& text) {
    const auto is_space = [](char c) { return c == ' ' || c == '\t'; };
    const bool trimmed_by_readers =
        !text.empty() && (is_space(text.front()) || is_space(text.back()));
    if (!trimmed_by_readers && text.find_first_of(",\"\r\n") == std::string::npos) return text;
    std::string out = "\"";
    for (const char c : text) out += c == '"' ? "\"\"" : std::string(1, c);
    return out + "\"";
}

OutputFolder::OutputFolder(fs::path path) : path_(std::move(path)) {
    // "out/" names the same folder as "out".
    if (!path_.has_filename()) path_ = path_.parent_path();
    if (path_.empty()) throw ArgumentError("the name of the folder to create is empty");
    temporary_ = temporary_name(path_);
    std::error_code error;
    if (fs::exists(path_, error)) throw FileError(path_.string(), "already exists");
    if (!fs::create_directory(temporary_, error)) {
        fail(path_, "create", error ? error.value() : EEXIST);
    }
}

OutputFolder::~OutputFolder() {
    std::error_code ignored;
    if (!committed_) fs::remove_all(temporary_, ignored);
}

void OutputFolder::write(const std::string& file_name, std::string_view content) const {
    DeferInterrupts::throw_if_waiting();
    write_through(temporary_ / file_name, content, path_ / file_name);
}

void OutputFolder::add_folder(const std::string& name) const {
    std::error_code error;
    if (!fs::create_directory(temporary_ / name, error)) {
        fail(path_ / name, "create", error ? error.value() : EEXIST);
    }
}

void OutputFolder::commit() {
    if (std::rename(temporary_.c_str(), path_.c_str()) != 0) fail(path_, "create", errno);
    committed_ = true;
}

}  // namespace narrows
