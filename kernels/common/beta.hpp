#pragma once

#include "kernels/common/random.hpp"

// Beta variates by rejection, each attempt with numbers of its own: the value still depends only on
// (seed, stream, draw, cell).
namespace narrows::kernels {

/// Where the random numbers of one variate come from.
struct RandomCell {
    std::uint64_t seed = 0;
    std::uint32_t stream = 0;
    std::uint32_t draw = 0;
    std::uint32_t cell = 0;
};

NARROWS_HOST_DEVICE Words words_of(const RandomCell& cell, std::uint32_t block) {
    return philox4x32_10({{cell.cell, block, cell.draw, cell.stream}},
                         static_cast<std::uint32_t>(cell.seed),
                         static_cast<std::uint32_t>(cell.seed >> 32));
}

/// A standard gamma variate (Marsaglia & Tsang 2000) from the blocks first_block on. A shape below
/// 1 is that of one more, times u^(1 / shape).
NARROWS_HOST_DEVICE double gamma_variate(const RandomCell& cell, std::uint32_t first_block,
                                         double shape) {
    const double d = (shape < 1.0 ? shape + 1.0 : shape) - 1.0 / 3.0;
    const double c = 1.0 / __builtin_sqrt(9.0 * d);
    for (std::uint32_t block = first_block;; block += 2) {
        const Words point = words_of(cell, block);
        const double xi = __builtin_sqrt(-2.0 * natural_log(uniform(point.w[0], point.w[1]))) *
                          cosine_of_turns(uniform(point.w[2], point.w[3]));
        const double root = 1.0 + c * xi;
        if (root <= 0.0) continue;
        const double v = root * root * root;
        const Words words = words_of(cell, block + 1);
        const double accept = uniform(words.w[0], words.w[1]);
        if (natural_log(accept) > 0.5 * xi * xi + d - d * v + d * natural_log(v)) continue;
        if (shape >= 1.0) return d * v;
        const double power = natural_log(uniform(words.w[2], words.w[3])) / shape;
        return power > -700.0 ? d * v * exponential(power) : 0.0;
    }
}

/// A variate of Beta(mean concentration, (1 - mean) concentration), whose variance is
/// mean (1 - mean) / (concentration + 1). mean in [0, 1]; 0 and 1 are always themselves.
/// concentration >= 1.
NARROWS_HOST_DEVICE double beta_variate(const RandomCell& cell, double mean, double concentration) {
    if (mean <= 0.0 || mean >= 1.0) return mean;
    constexpr std::uint32_t other_half = 0x80000000U;
    const double a = gamma_variate(cell, 0, mean * concentration);
    const double b = gamma_variate(cell, other_half, (1.0 - mean) * concentration);
    return a / (a + b);
}

}  // namespace narrows::kernels
