#pragma once

#include <bit>
#include <cstdint>
#include <utility>

#include "kernels/common/host_device.hpp"

// Counter-based random numbers: a value depends only on (seed, stream, draw, cell), hence not on
// threads, devices or the order of work. The functions are written out, without libm, so that a
// loop over cells vectorises and CPU and GPU differ by rounding only.
namespace narrows::kernels {

/// f(0), f(1), ..., f(Count - 1), written out: a loop around it vectorises.
template <int Count, class F>
NARROWS_HOST_DEVICE void unrolled(F f) {
    [&]<int... I>(std::integer_sequence<int, I...>) {
        (f(I), ...);
    }
    (std::make_integer_sequence<int, Count>{});
}

struct Words {
    std::uint32_t w[4];
};

/// Philox 4x32-10 (Salmon, Moraes, Dror & Shaw 2011).
NARROWS_HOST_DEVICE Words philox4x32_10(Words counter, std::uint32_t key0, std::uint32_t key1) {
    std::uint32_t c0 = counter.w[0], c1 = counter.w[1], c2 = counter.w[2], c3 = counter.w[3];
    unrolled<10>([&](int) {
        const std::uint64_t p0 = std::uint64_t{0xD2511F53U} * c0;
        const std::uint64_t p1 = std::uint64_t{0xCD9E8D57U} * c2;
        c0 = static_cast<std::uint32_t>(p1 >> 32) ^ c1 ^ key0;
        c2 = static_cast<std::uint32_t>(p0 >> 32) ^ c3 ^ key1;
        c1 = static_cast<std::uint32_t>(p1);
        c3 = static_cast<std::uint32_t>(p0);
        key0 += 0x9E3779B9U;
        key1 += 0xBB67AE85U;
    });
    return {{c0, c1, c2, c3}};
}

// A double of this size has an integer's bits as its own last ones: converts between the two in
// either direction with instructions that every vector unit has.
inline constexpr double integer_bias = 0x1p52;
inline constexpr double rounding_bias = 0x1.8p52;  // adding it rounds to an integer, of either sign

/// 0 <= k < 2^52 as a double.
NARROWS_HOST_DEVICE double to_double(std::uint64_t k) {
    return std::bit_cast<double>(k | std::bit_cast<std::uint64_t>(integer_bias)) - integer_bias;
}

/// A double in (0, 1) from 64 random bits: (2 k + 1) / 2^53 with k their upper 52.
NARROWS_HOST_DEVICE double uniform(std::uint32_t high, std::uint32_t low) {
    return (to_double((std::uint64_t{high} << 20) | (low >> 12)) + 0.5) * 0x1p-52;
}

inline constexpr double ln2_high = 0x1.62e42fefa38p-1;  // times a small integer it is exact
inline constexpr double ln2_low = 0x1.ef35793c7673p-45;

/// ln x for a normal positive x, to 2 units in the last place: x = 2^e m with m in
/// [sqrt(1/2), sqrt(2)), ln m = 2 artanh((m - 1) / (m + 1)).
NARROWS_HOST_DEVICE double natural_log(double x) {
    constexpr std::uint64_t bias = 1023;
    constexpr std::uint64_t root_half = 0x3FE6A09E667F3BCD;
    const auto bits = std::bit_cast<std::uint64_t>(x);
    const std::uint64_t exponent = (bits - root_half + (bias << 52)) >> 52;  // e + bias
    const double m = std::bit_cast<double>(bits - ((exponent - bias) << 52));
    const double s = (m - 1.0) / (m + 1.0);
    const double q = s * s;
    double series = 1.0 / 21.0;
    unrolled<9>([&](int i) { series = series * q + 1.0 / (19 - 2 * i); });
    const double e = to_double(exponent) - static_cast<double>(bias);
    return e * ln2_high + (2.0 * s + (2.0 * s * (q * series) + e * ln2_low));
}

/// e^x for |x| < 700, to 2 units in the last place: x = k ln 2 + r, |r| <= ln(2) / 2.
NARROWS_HOST_DEVICE double exponential(double x) {
    const double shifted = x * 0x1.71547652b82fep+0 + rounding_bias;
    const double k = shifted - rounding_bias;
    const double r = (x - k * ln2_high) - k * ln2_low;
    double series = 1.0;
    unrolled<14>([&](int i) { series = 1.0 + series * r * (1.0 / (14 - i)); });
    return series * std::bit_cast<double>((std::bit_cast<std::uint64_t>(shifted) + 1023U) << 52);
}

/// cos(2 pi u) for u in [0, 1): a quarter turn is taken off, the rest is a Taylor series on
/// [-pi/4, pi/4].
NARROWS_HOST_DEVICE double cosine_of_turns(double u) {
    const double shifted = 4.0 * u + rounding_bias;
    const double quarter = shifted - rounding_bias;
    const double y = (4.0 * u - quarter) * 0x1.921fb54442d18p+0;  // times pi / 2
    const double q = y * y;
    double cosine = 1.0;
    double sine = 1.0;
    unrolled<8>([&](int i) {
        const int k = 8 - i;
        cosine = 1.0 - cosine * q * (1.0 / ((2 * k - 1) * (2 * k)));
        sine = 1.0 - sine * q * (1.0 / ((2 * k) * (2 * k + 1)));
    });
    // Without branches: the sine after an odd number of quarters, minus after the first and second.
    const auto turn = std::bit_cast<std::uint64_t>(shifted);
    const std::uint64_t odd = 0U - (turn & 1U);
    const std::uint64_t minus = ((turn + 1U) & 2U) << 62;
    return std::bit_cast<double>(((std::bit_cast<std::uint64_t>(sine * y) & odd) |
                                  (std::bit_cast<std::uint64_t>(cosine) & ~odd)) ^
                                 minus);
}

/// Box and Muller's two halves for one cell of one draw: a standard normal is
/// sqrt(radius2) cos(2 pi turns).
NARROWS_HOST_DEVICE void normal_parts(std::uint64_t seed, std::uint32_t stream, std::uint32_t draw,
                                      std::uint64_t cell, double& radius2, double& turns) {
    const Words words = philox4x32_10(
        {{static_cast<std::uint32_t>(cell), static_cast<std::uint32_t>(cell >> 32), draw, stream}},
        static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32));
    radius2 = -2.0 * natural_log(uniform(words.w[0], words.w[1]));
    turns = uniform(words.w[2], words.w[3]);
}

/// exp(s xi - s^2 / 2) for the normal xi of those parts.
NARROWS_HOST_DEVICE double factor_of(double spread, double radius2, double turns) {
    const double xi = __builtin_sqrt(radius2) * cosine_of_turns(turns);
    return exponential(spread * xi - 0.5 * spread * spread);
}

NARROWS_HOST_DEVICE double normal(std::uint64_t seed, std::uint32_t stream, std::uint32_t draw,
                                  std::uint64_t cell) {
    double radius2 = 0.0;
    double turns = 0.0;
    normal_parts(seed, stream, draw, cell, radius2, turns);
    return __builtin_sqrt(radius2) * cosine_of_turns(turns);
}

/// What the flow in `cell` is multiplied with in a draw: lognormal with mean 1 (MODEL E.1).
NARROWS_HOST_DEVICE double perturbation(std::uint64_t seed, std::uint32_t stream,
                                        std::uint32_t draw, std::uint64_t cell, double spread) {
    double radius2 = 0.0;
    double turns = 0.0;
    normal_parts(seed, stream, draw, cell, radius2, turns);
    return factor_of(spread, radius2, turns);
}

}  // namespace narrows::kernels
