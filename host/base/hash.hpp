#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>

namespace narrows {

/// XXH3-128 of what is added to it: fast, and 128 bits long, to recognise data by; not meant to
/// withstand forgery.
class Hash {
  public:
    Hash();
    ~Hash();
    Hash(const Hash&) = delete;
    Hash& operator=(const Hash&) = delete;

    void add(const void* data, std::size_t size);
    /// "xxh128:" and 32 hexadecimal digits.
    std::string text() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Hash of a file's bytes; `xxhsum -H2 FILE` prints the same digits. Throws FileError.
std::string hash_file(const std::filesystem::path& path);

}  // namespace narrows
