#include "kernels/common/random.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/shared_files.hpp"

namespace narrows::kernels {
namespace {

void expect_words(const Words& found, const Words& expected) {
    for (int i = 0; i < 4; ++i) EXPECT_EQ(found.w[i], expected.w[i]) << i;
}

// Random123, kat_vectors: philox 4x32 10.
TEST(Philox, GivesTheKnownAnswers) {
    expect_words(philox4x32_10({{0, 0, 0, 0}}, 0, 0),
                 {{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}});
    constexpr std::uint32_t f = 0xffffffff;
    expect_words(philox4x32_10({{f, f, f, f}}, f, f),
                 {{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}});
}

TEST(Philox, GivesTheKnownAnswersOfOracle25) {
    NARROWS_NEEDS_SHARED("spec/oracles/25_philox4x32_10_kat.json");
    const auto oracle = test::read_oracle("25_philox4x32_10_kat");
    const auto words = [](const nlohmann::json& texts) {
        std::vector<std::uint32_t> result;
        for (const std::string text : texts) {
            result.push_back(static_cast<std::uint32_t>(std::stoul(text, nullptr, 16)));
        }
        return result;
    };

    ASSERT_FALSE(oracle["vectors"].empty());
    for (const auto& vector : oracle["vectors"]) {
        const auto counter = words(vector["ctr"]);
        const auto key = words(vector["key"]);
        const auto out = words(vector["out"]);
        expect_words(
            philox4x32_10({{counter[0], counter[1], counter[2], counter[3]}}, key[0], key[1]),
            {{out[0], out[1], out[2], out[3]}});
    }
}

TEST(Uniform, StaysInsideZeroAndOne) {
    EXPECT_EQ(uniform(0, 0), 0x1p-53);
    EXPECT_EQ(uniform(0xffffffff, 0xffffffff), 1.0 - 0x1p-53);
    EXPECT_NEAR(uniform(0x80000000, 0), 0.5, 0x1p-52);
}

/// The distance in units of the last place of the exact value.
double ulps(double found, long double exact) {
    const double rounded = std::abs(static_cast<double>(exact));
    const double ulp = std::nextafter(rounded, INFINITY) - rounded;
    return static_cast<double>(std::abs(found - exact) / ulp);
}

constexpr double allowed_ulps = 4.0;

TEST(NaturalLog, IsRightFromTheSmallestToTheLargestNormalNumber) {
    const auto check = [](double x) {
        ASSERT_LE(ulps(natural_log(x), std::log(static_cast<long double>(x))), allowed_ulps) << x;
    };
    for (int i = 0; i < 400000; ++i) check((i + 0.5) / 200000.0);
    for (int exponent = -1022; exponent < 1024; ++exponent) {
        for (const double m : {1.0, 1.2, std::sqrt(2.0), 1.7, 2.0 - 0x1p-52}) {
            check(std::ldexp(m, exponent));
        }
    }
    for (int i = 1; i < 54; ++i) {  // close to 1, where the result is small
        check(1.0 - std::ldexp(1.0, -i));
        if (i < 53) check(1.0 + std::ldexp(1.0, -i));
    }
    EXPECT_EQ(natural_log(1.0), 0.0);
    check(std::numeric_limits<double>::min());
    check(std::numeric_limits<double>::max());
}

TEST(Exponential, IsRightBetweenMinusAndPlus700) {
    const auto check = [](double x) {
        ASSERT_LE(ulps(exponential(x), std::exp(static_cast<long double>(x))), allowed_ulps) << x;
    };
    for (int i = -350000; i <= 350000; ++i) check(i / 501.0);
    for (int i = -200000; i <= 200000; ++i) check(i / 100003.0);
    for (int i = 1; i < 80; ++i) {
        check(std::ldexp(1.0, -i));
        check(-std::ldexp(1.0, -i));
    }
    EXPECT_EQ(exponential(0.0), 1.0);
    check(699.999);
    check(-699.999);
}

TEST(CosineOfTurns, IsRightAllAroundTheCircle) {
    const auto check = [](double u) {
        // Taken off before pi comes in, a quarter turn is exact.
        const long double quarter = std::nearbyint(4.0L * u);
        const long double y = (4.0L * u - quarter) * 1.57079632679489661923132169163975144L;
        const int turn = static_cast<int>(quarter) % 4;
        const long double values[] = {std::cos(y), -std::sin(y), -std::cos(y), std::sin(y)};
        ASSERT_LE(ulps(cosine_of_turns(u), values[turn]), allowed_ulps) << u;
    };
    for (int i = 0; i < 400000; ++i) check(i / 400000.0);
    for (int i = 3; i < 54; ++i) {
        for (const double centre : {0.25, 0.5, 0.75}) {
            check(centre + std::ldexp(1.0, -i));
            check(centre - std::ldexp(1.0, -i));
        }
        check(std::ldexp(1.0, -i));
        check(1.0 - std::ldexp(1.0, -i));
    }
    EXPECT_EQ(cosine_of_turns(0.0), 1.0);
    EXPECT_EQ(cosine_of_turns(1.0), 1.0);
    EXPECT_EQ(cosine_of_turns(0.5), -1.0);
    EXPECT_EQ(cosine_of_turns(0.25), 0.0);
}

constexpr std::uint64_t seed = 20260101;
constexpr int num_cells = 1000000;

std::vector<double> normals(std::uint32_t stream = 0, std::uint32_t draw = 0,
                            std::uint64_t first_cell = 0) {
    std::vector<double> values(num_cells);
    for (std::uint64_t i = 0; i < num_cells; ++i) {
        values[i] = normal(seed, stream, draw, first_cell + i);
    }
    return values;
}

TEST(Normal, HasTheMomentsOfAStandardNormal) {
    const std::vector<double> values = normals();
    double moments[5] = {};
    for (const double value : values) {
        for (int k = 1; k <= 4; ++k) moments[k] += std::pow(value, k) / num_cells;
    }

    // Five standard errors each.
    const double root = std::sqrt(static_cast<double>(num_cells));
    EXPECT_NEAR(moments[1], 0.0, 5.0 / root);
    EXPECT_NEAR(moments[2], 1.0, 5.0 * std::sqrt(2.0) / root);
    EXPECT_NEAR(moments[3], 0.0, 5.0 * std::sqrt(15.0) / root);
    EXPECT_NEAR(moments[4], 3.0, 5.0 * std::sqrt(96.0) / root);
}

TEST(Normal, HasTheDistributionOfAStandardNormal) {
    std::vector<double> values = normals();
    std::sort(values.begin(), values.end());
    double distance = 0.0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const double exact = 0.5 * std::erfc(-values[i] / std::sqrt(2.0));
        const double below = static_cast<double>(i) / num_cells;
        distance = std::max({distance, exact - below, below + 1.0 / num_cells - exact});
    }

    // Kolmogorov and Smirnov: exceeded by chance once in a thousand times.
    EXPECT_LT(distance, 1.95 / std::sqrt(static_cast<double>(num_cells)));
}

TEST(Normal, DoesNotRepeatItselfInAnotherStreamDrawOrCell) {
    const std::vector<double> base = normals();

    for (const auto& other :
         {normals(1, 0, 0), normals(0, 1, 0), normals(0, 0, 1), normals(0, 0, 1ULL << 32)}) {
        double correlation = 0.0;
        for (std::size_t i = 0; i < num_cells; ++i) correlation += base[i] * other[i] / num_cells;
        EXPECT_LT(std::abs(correlation), 5.0 / std::sqrt(static_cast<double>(num_cells)));
    }
}

TEST(Normal, DependsOnEveryBitOfSeedStreamDrawAndCell) {
    const double value = normal(seed, 3, 5, 7);

    for (int bit = 0; bit < 64; ++bit) {
        EXPECT_NE(normal(seed ^ (1ULL << bit), 3, 5, 7), value) << bit;
        EXPECT_NE(normal(seed, 3, 5, 7 ^ (1ULL << bit)), value) << bit;
        if (bit >= 32) continue;
        EXPECT_NE(normal(seed, 3U ^ (1U << bit), 5, 7), value) << bit;
        EXPECT_NE(normal(seed, 3, 5U ^ (1U << bit), 7), value) << bit;
    }
}

TEST(Perturbation, HasMeanOneAndTheSpreadAskedFor) {
    for (const double spread : {0.05, 0.3, 0.8}) {
        double mean = 0.0;
        double log_variance = 0.0;
        for (std::uint64_t i = 0; i < num_cells; ++i) {
            const double value = perturbation(seed, 0, 0, i, spread);
            ASSERT_GT(value, 0.0);
            mean += value / num_cells;
            const double log_deviation = std::log(value) + 0.5 * spread * spread;
            log_variance += log_deviation * log_deviation / num_cells;
        }
        const double deviation = std::sqrt(std::exp(spread * spread) - 1.0);
        EXPECT_NEAR(mean, 1.0, 5.0 * deviation / std::sqrt(static_cast<double>(num_cells)));
        EXPECT_NEAR(std::sqrt(log_variance), spread, 0.005 * spread);
    }
    EXPECT_EQ(perturbation(seed, 0, 0, 1, 0.0), 1.0);
}

}  // namespace
}  // namespace narrows::kernels
