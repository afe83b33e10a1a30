#include "host/base/hash.hpp"

#include <array>
#include <fstream>

#include <fmt/format.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "host/base/error.hpp"

namespace narrows {

struct Hash::State {
    XXH3_state_t xxh3;
};

Hash::Hash() : state_(std::make_unique<State>()) {
    XXH3_INITSTATE(&state_->xxh3);
    XXH3_128bits_reset(&state_->xxh3);
}

Hash::~Hash() = default;

void Hash::add(const void* data, std::size_t size) {
    XXH3_128bits_update(&state_->xxh3, data, size);
}

std::string Hash::text() const {
    const XXH128_hash_t digest = XXH3_128bits_digest(&state_->xxh3);
    return fmt::format("xxh128:{:016x}{:016x}", digest.high64, digest.low64);
}

std::string hash_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw FileError(path.string(), "cannot read");
    Hash hash;
    std::array<char, 65536> block;
    while (file.read(block.data(), block.size()), file.gcount() > 0) {
        hash.add(block.data(), static_cast<std::size_t>(file.gcount()));
    }
    return hash.text();
}

}  // namespace narrows
