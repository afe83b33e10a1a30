#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace narrows {
namespace decimal {

constexpr std::ptrdiff_t readable = 32;  // bytes around a number that ShortNumbers may read

__extension__ using Wide = unsigned __int128;

constexpr std::array<double, 23> exact_powers = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                 1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                                 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

constexpr int smallest_power = -27;  // 5^27 fits 64 bits, 5^55 fits 128: one product decides
constexpr int largest_power = 55;

/// The leading 128 bits of 5^q: exact for q >= 0, rounded up for q < 0.
constexpr Wide leading_bits_of_power(int q) {
    Wide power = 1;
    for (int i = 0; i < (q < 0 ? -q : q); ++i) power *= 5;
    if (q >= 0) {
        while ((power >> 127U) == 0) power <<= 1U;
        return power;
    }
    // floor(2^(z + 127) / 5^-q) + 1 with 2^z the next power of two, by long division.
    int z = 0;
    while ((Wide{1} << static_cast<unsigned>(z)) < power) ++z;
    Wide quotient = 0;
    Wide remainder = 1;
    for (int bit = 0; bit < z + 127; ++bit) {
        remainder <<= 1U;
        quotient <<= 1U;
        if (remainder >= power) {
            remainder -= power;
            quotient |= 1U;
        }
    }
    return quotient + 1;
}

constexpr auto powers_of_five = [] {
    std::array<Wide, largest_power - smallest_power + 1> powers = {};
    for (int q = smallest_power; q <= largest_power; ++q) {
        powers[static_cast<std::size_t>(q - smallest_power)] = leading_bits_of_power(q);
    }
    return powers;
}();

/// w * 10^q, correctly rounded, for w > 0 and smallest_power <= q <= largest_power: the algorithm
/// of Eisel and Lemire (Lemire, Number parsing at a gigabyte per second, 2021), which needs no
/// second look in this range of q.
inline double scaled(std::uint64_t w, int q) {
    const int zeros = std::countl_zero(w);
    w <<= static_cast<unsigned>(zeros);
    const Wide power = powers_of_five[static_cast<std::size_t>(q - smallest_power)];
    const Wide first = Wide{w} * static_cast<std::uint64_t>(power >> 64U);
    auto high = static_cast<std::uint64_t>(first >> 64U);
    auto low = static_cast<std::uint64_t>(first);
    constexpr std::uint64_t undecided = 0x1FF;
    if ((high & undecided) == undecided) {
        const Wide second = Wide{w} * static_cast<std::uint64_t>(power);
        const auto carry = static_cast<std::uint64_t>(second >> 64U);
        low += carry;
        if (low < carry) ++high;
    }
    const auto top = static_cast<unsigned>(high >> 63U);
    std::uint64_t mantissa = high >> (top + 9U);
    // Exactly between two doubles: to even.
    if (low <= 1 && q >= -4 && q <= 23 && (mantissa & 3U) == 1 &&
        (mantissa << (top + 9U)) == high) {
        mantissa &= ~std::uint64_t{1};
    }
    mantissa = (mantissa + (mantissa & 1U)) >> 1U;
    // floor(q log2(10)) + 63
    int exponent = ((217706 * q) >> 16) + 63 + static_cast<int>(top) - zeros + 1023;
    constexpr std::uint64_t hidden_bit = std::uint64_t{1} << 52U;
    if (mantissa >= 2 * hidden_bit) {
        mantissa = hidden_bit;
        ++exponent;
    }
    return std::bit_cast<double>((mantissa & ~hidden_bit) | static_cast<std::uint64_t>(exponent)
                                                                << 52U);
}

/// Eight digits (bytes 0 to 9, the first one lowest) as a number: pairs, then fours, then eight.
inline std::uint64_t eight_digits(std::uint64_t v) {
    v = v * 10 + (v >> 8U);
    return (((v & 0x000000FF000000FFU) * 0x000F424000000064U) +
            (((v >> 16U) & 0x000000FF000000FFU) * 0x0000271000000001U)) >>
           32U;
}

/// Appends the digits at `at` to `w` (modulo 2^64) and returns the end of them.
inline const char* add_digits(const char* at, const char* end, std::uint64_t& w) {
    if constexpr (std::endian::native == std::endian::little) {
        constexpr std::array<std::uint64_t, 9> shift = {1,      10,      100,      1000,     10000,
                                                        100000, 1000000, 10000000, 100000000};
        while (end - at >= 8) {
            std::uint64_t v = 0;
            std::memcpy(&v, at, 8);
            v ^= 0x3030303030303030U;  // digits become 0 to 9
            const std::uint64_t others = ((v + 0x7676767676767676U) | v) & 0x8080808080808080U;
            const unsigned count =
                others == 0 ? 8U : static_cast<unsigned>(std::countr_zero(others)) / 8U;
            if (count == 0) return at;
            v <<= 8U * (8U - count);  // leading zeros in place of what follows the digits
            w = w * shift[count] + eight_digits(v);
            at += count;
            if (count < 8) return at;
        }
    }
    for (; at != end && *at >= '0' && *at <= '9'; ++at) {
        w = w * 10 + static_cast<std::uint64_t>(*at - '0');
    }
    return at;
}

#ifdef __SSE2__
/// parse_decimal() for up to 31 digits and point, without sign and exponent, before a separator.
/// Almost without branches, because the lengths of numbers are unpredictable: the last 16 digits
/// are taken from two views of the text, one shifted by the point, and added up in pairs.
class ShortNumbers {
  public:
    explicit ShortNumbers(char separator) : separator_(_mm_set1_epi8(separator)) {}

    /// The end of the number; nullptr for all else. `readable` bytes must be there before and
    /// behind `at`.
    const char* parse(const char* at, double& value) const {
        const __m128i text = load(at);
        const __m128i digits = _mm_sub_epi8(text, _mm_set1_epi8('0'));
        auto end = static_cast<unsigned>(std::countr_zero(separators(text) | 0x10000U));
        unsigned others = others_in(digits);
        unsigned points = points_in(digits);
        if (end == 16) {
            const __m128i more = load(at + 16);
            const __m128i more_digits = _mm_sub_epi8(more, _mm_set1_epi8('0'));
            end += static_cast<unsigned>(std::countr_zero(separators(more) | 0x10000U));
            others |= others_in(more_digits) << 16U;
            points |= points_in(more_digits) << 16U;
            if (end == 32) return nullptr;
        }
        others &= (1U << end) - 1U;
        const unsigned point = (0U - others) >> 31U;  // 1 where there is one, without a branch
        const unsigned count = end - point;
        const unsigned wrong = (others & (others - 1U)) | (others & ~points);
        if (count == 0 || wrong != 0) return nullptr;
        const auto first = static_cast<unsigned>(std::countr_zero(others | 1U << end));
        const unsigned decimals = (end - first - 1U) & (0U - point);
        const unsigned tail = end - ((first + 1U) & (0U - point));  // behind the point, or all
        std::uint64_t w = last_digits(at + end, tail, count);
        if (count > 15) {
            if (count > 20) return nullptr;
            const std::uint64_t lead = lead_digits(at + end, tail, count);
            if (lead > 999) return nullptr;  // beyond 64 bits
            w += lead * 10000000000000000U;
            const int power = -static_cast<int>(decimals);
            if (w == 0 || power < smallest_power) return nullptr;
            value = scaled(w, power);
            return at + end;
        }
        value = static_cast<double>(static_cast<std::int64_t>(w)) / exact_powers[decimals];
        return at + end;
    }

  private:
    static __m128i load(const void* from) {
        return _mm_loadu_si128(static_cast<const __m128i*>(from));
    }
    static unsigned bits(__m128i bytes) { return static_cast<unsigned>(_mm_movemask_epi8(bytes)); }
    unsigned separators(__m128i text) const { return bits(_mm_cmpeq_epi8(text, separator_)); }
    static unsigned others_in(__m128i digits) {
        return bits(_mm_cmpeq_epi8(_mm_max_epu8(digits, _mm_set1_epi8(10)), digits));
    }
    static unsigned points_in(__m128i digits) {
        return bits(_mm_cmpeq_epi8(digits, _mm_set1_epi8('.' - '0')));
    }

    /// Windows of bytes whose last ones are set: `size` bytes from data[k] on have the last k set.
    template <std::size_t size, std::size_t most>
    static constexpr auto masks = [] {
        std::array<std::uint8_t, most + size> bytes = {};
        for (std::size_t i = size; i < bytes.size(); ++i) bytes[i] = 0xFF;
        return bytes;
    }();

    /// The last 16 of `count` digits before `end`, `tail` of them behind the point.
    static std::uint64_t last_digits(const char* end, unsigned tail, unsigned count) {
        const std::uint8_t* const mask = masks<16, 32>.data();
        const __m128i tail_mask = load(mask + tail);
        const __m128i before = _mm_and_si128(load(end - 17), load(mask + count));
        const __m128i text = _mm_or_si128(_mm_and_si128(load(end - 16), tail_mask),
                                          _mm_andnot_si128(tail_mask, before));
        const __m128i digits = _mm_subs_epu8(text, _mm_set1_epi8('0'));  // what is masked stays 0
        // (a + 256 b) (10 * 256 + 1) = a + 256 (10 a + b) modulo 2^16.
        const __m128i pairs =
            _mm_srli_epi16(_mm_mullo_epi16(digits, _mm_set1_epi16(10 * 256 + 1)), 8);
        const __m128i fours = _mm_madd_epi16(pairs, _mm_set1_epi32(100 | 1 << 16));
        const __m128i eights =
            _mm_madd_epi16(_mm_packs_epi32(fours, fours), _mm_set1_epi32(10000 | 1 << 16));
        const auto both = static_cast<std::uint64_t>(_mm_cvtsi128_si64(eights));
        return (both & 0xFFFFFFFFU) * 100000000U + (both >> 32U);
    }

    /// The up to four digits before those, from the same two views.
    static std::uint64_t lead_digits(const char* end, unsigned tail, unsigned count) {
        const auto word = [](const void* from) {
            std::uint32_t bytes = 0;
            std::memcpy(&bytes, from, sizeof bytes);
            return bytes;
        };
        constexpr std::uint32_t zeros = 0x30303030U;
        const std::uint8_t* const mask = masks<20, 32>.data();
        const std::uint32_t tail_mask = word(mask + tail);
        const std::uint32_t digits = ((word(end - 20) ^ zeros) & tail_mask) |
                                     ((word(end - 21) ^ zeros) & ~tail_mask & word(mask + count));
        const std::uint32_t pairs = digits * 10 + (digits >> 8U);
        return (pairs & 0xFFU) * 100 + ((pairs >> 16U) & 0xFFU);
    }

    __m128i separator_;
};
#endif

}  // namespace decimal

/// Reads the number at `at`, correctly rounded, and returns its end; nullptr for what is no number
/// or takes more than this fast way: more than 19 digits, a sign +, a large exponent.
inline const char* parse_decimal(const char* at, const char* end, double& value) {
    const bool negative = at != end && *at == '-';
    if (negative) ++at;
    const char* const begin = at;
    std::uint64_t w = 0;
    at = decimal::add_digits(at, end, w);
    std::ptrdiff_t digits = at - begin;
    std::ptrdiff_t exponent = 0;
    if (at != end && *at == '.') {
        const char* const fraction = ++at;
        at = decimal::add_digits(at, end, w);
        exponent = fraction - at;
        digits += at - fraction;
    }
    if (digits == 0) return nullptr;
    constexpr std::ptrdiff_t most_digits = 19;  // of 64 bits
    if (digits > most_digits) {
        for (const char* zero = begin; zero != at && (*zero == '0' || *zero == '.'); ++zero) {
            if (*zero == '0') --digits;
        }
        if (digits > most_digits) return nullptr;
    }
    if (at != end && (*at == 'e' || *at == 'E')) {
        ++at;
        const bool below = at != end && *at == '-';
        if (at != end && (*at == '-' || *at == '+')) ++at;
        std::uint64_t power = 0;
        const char* const power_begin = at;
        at = decimal::add_digits(at, end, power);
        if (at == power_begin || at - power_begin > 4) return nullptr;
        exponent +=
            below ? -static_cast<std::ptrdiff_t>(power) : static_cast<std::ptrdiff_t>(power);
    }
    if (w == 0) {
        value = 0.0;
    } else if (constexpr std::ptrdiff_t exact = 22;
               w <= std::uint64_t{1} << 53U && exponent >= -exact && exponent <= exact) {
        const auto whole = static_cast<double>(w);
        value = exponent < 0 ? whole / decimal::exact_powers[static_cast<std::size_t>(-exponent)]
                             : whole * decimal::exact_powers[static_cast<std::size_t>(exponent)];
    } else if (exponent >= decimal::smallest_power && exponent <= decimal::largest_power) {
        value = decimal::scaled(w, static_cast<int>(exponent));
    } else {
        return nullptr;
    }
    if (negative) value = -value;
    return at;
}

}  // namespace narrows
