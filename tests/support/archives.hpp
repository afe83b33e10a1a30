#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace narrows::test {

/// One entry of an archive. What is optional is what a zip claims instead of the truth.
struct Member {
    std::string name;
    std::string content = {};
    enum class Kind { file, folder, symbolic_link, hard_link, pipe } kind = Kind::file;
    bool encrypted = false;                    // zip: the flag alone
    std::optional<std::uint32_t> size = {};    // zip: of the content
    std::optional<std::string> deflated = {};  // zip: the content as it is stored
};

/// A .zip of these, deflated. Links have their target as content.
std::string zip(const std::vector<Member>& members);
/// A .tar of these, not compressed.
std::string tar(const std::vector<Member>& members);
/// The bytes as one gzip member.
std::string gzip(std::string_view bytes);
std::string tar_gz(const std::vector<Member>& members);

/// Raw deflate of `size` zero bytes, made of repetitions so that it costs no time.
std::string deflated_zeros(std::size_t size);

/// The most memory that this process has had since the last reset, in MiB.
double peak_mib();
void reset_peak();

}  // namespace narrows::test
