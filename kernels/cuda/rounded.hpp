#pragma once

#include <cstdint>

namespace narrows::cuda {

constexpr std::int64_t rounded(std::int64_t value, std::int64_t to) {
    return (value + to - 1) / to * to;
}

}  // namespace narrows::cuda
