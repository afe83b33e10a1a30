#pragma once

#include <bit>
#include <cstdint>

#include "kernels/common/host_device.hpp"

// Counter-based random numbers: a value depends only on (seed, stream, draw, cell), hence not on
// threads, devices or the order of work. The functions are written out, without libm, so that a
// loop over cells vectorises and CPU and GPU differ by rounding only.
namespace narrows::kernels {

struct Words {
    std::uint32_t w[4];
};

/// Philox 4x32-10 (Salmon, Moraes, Dror & Shaw 2011).
NARROWS_HOST_DEVICE Words philox4x32_10(Words counter, std::uint32_t key0, std::uint32_t key1) {
    std::uint32_t c0 = counter.w[0], c1 = counter.w[1], c2 = counter.w[2], c3 = counter.w[3];
    for (int round = 0; round < 10; ++round) {
        const std::uint64_t p0 = std::uint64_t{0xD2511F53U} * c0;
        const std::uint64_t p1 = std::uint64_t{0xCD9E8D57U} * c2;
        const auto high0 = static_cast<std::uint32_t>(p0 >> 32);
        const auto high1 = static_cast<std::uint32_t>(p1 >> 32);
        c0 = high1 ^ c1 ^ key0;
        c2 = high0 ^ c3 ^ key1;
        c1 = static_cast<std::uint32_t>(p1);
        c3 = static_cast<std::uint32_t>(p0);
        key0 += 0x9E3779B9U;
        key1 += 0xBB67AE85U;
    }
    return {{c0, c1, c2, c3}};
}

/// A double in (0, 1) from 64 random bits: (2 k + 1) / 2^54 with k their upper 53.
NARROWS_HOST_DEVICE double uniform(std::uint32_t high, std::uint32_t low) {
    const std::uint64_t k = (std::uint64_t{high} << 21) | (low >> 11);
    return (static_cast<double>(static_cast<std::int64_t>(k)) + 0.5) * 0x1p-53;
}

/// ln x for a normal positive x, to 2 units in the last place: x = 2^e m with m in
/// [sqrt(1/2), sqrt(2)), ln m = 2 artanh((m - 1) / (m + 1)).
NARROWS_HOST_DEVICE double natural_log(double x) {
    const auto bits = std::bit_cast<std::int64_t>(x);
    constexpr std::int64_t root_half = 0x3FE6A09E667F3BCD;
    const std::int64_t exponent = (bits - root_half) >> 52;
    const double m = std::bit_cast<double>(bits - exponent * (std::int64_t{1} << 52));
    const double s = (m - 1.0) / (m + 1.0);
    const double q = s * s;
    double series = 1.0 / 21.0;
    for (int k = 19; k >= 3; k -= 2) series = series * q + 1.0 / k;
    constexpr double ln2_high = 0x1.62e42fefa38p-1;  // exponent times this is exact
    constexpr double ln2_low = 0x1.ef35793c7673p-45;
    const auto e = static_cast<double>(exponent);
    return e * ln2_high + (2.0 * s + (2.0 * s * (q * series) + e * ln2_low));
}

/// e^x for |x| < 700, to 2 units in the last place: x = k ln 2 + r, |r| <= ln(2) / 2.
NARROWS_HOST_DEVICE double exponential(double x) {
    constexpr double to_integer = 0x1.8p52;  // adding it rounds to an integer
    const double k = (x * 0x1.71547652b82fep+0 + to_integer) - to_integer;
    const double r = (x - k * 0x1.62e42fefa38p-1) - k * 0x1.ef35793c7673p-45;
    double series = 1.0;
    for (int i = 14; i >= 1; --i) series = 1.0 + series * r * (1.0 / i);
    return series *
           std::bit_cast<double>((static_cast<std::int64_t>(k) + 1023) * (std::int64_t{1} << 52));
}

/// cos(2 pi u) for u in [0, 1): a quarter turn is taken off, the rest is a Taylor series on
/// [-pi/4, pi/4].
NARROWS_HOST_DEVICE double cosine_of_turns(double u) {
    constexpr double to_integer = 0x1.8p52;
    const double quarter = (4.0 * u + to_integer) - to_integer;
    const double y = (4.0 * u - quarter) * 0x1.921fb54442d18p+0;  // times pi / 2
    const double q = y * y;
    double cosine = 1.0;
    double sine = 1.0;
    for (int k = 8; k >= 1; --k) {
        cosine = 1.0 - cosine * q * (1.0 / ((2 * k - 1) * (2 * k)));
        sine = 1.0 - sine * q * (1.0 / ((2 * k) * (2 * k + 1)));
    }
    sine *= y;
    const auto turn = static_cast<std::int64_t>(quarter);
    const double value = (turn & 1) != 0 ? sine : cosine;
    return ((turn + 1) & 2) != 0 ? -value : value;
}

/// A standard normal by Box and Muller, for one cell of one draw.
NARROWS_HOST_DEVICE double normal(std::uint64_t seed, std::uint32_t stream, std::uint32_t draw,
                                  std::uint64_t cell) {
    const Words words = philox4x32_10(
        {{static_cast<std::uint32_t>(cell), static_cast<std::uint32_t>(cell >> 32), draw, stream}},
        static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32));
    const double radius2 = -2.0 * natural_log(uniform(words.w[0], words.w[1]));
    return __builtin_sqrt(radius2) * cosine_of_turns(uniform(words.w[2], words.w[3]));
}

/// exp(s xi - s^2 / 2), mean 1: what the flow in `cell` is multiplied with in a draw (MODEL E.1).
NARROWS_HOST_DEVICE double perturbation(std::uint64_t seed, std::uint32_t stream,
                                        std::uint32_t draw, std::uint64_t cell, double spread) {
    return exponential(spread * normal(seed, stream, draw, cell) - 0.5 * spread * spread);
}

}  // namespace narrows::kernels
