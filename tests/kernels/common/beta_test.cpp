#include "kernels/common/beta.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace narrows::kernels {
namespace {

constexpr std::uint32_t count = 40000;

std::vector<double> variates(double mean, double concentration) {
    std::vector<double> values;
    for (std::uint32_t draw = 0; draw < count; ++draw) {
        values.push_back(beta_variate({11, 3, draw, 17}, mean, concentration));
    }
    return values;
}

TEST(Beta, HasTheMomentsOfItsDistribution) {
    for (const double concentration : {1.0, 2.0, 10.0, 200.0}) {
        for (const double mean : {0.02, 0.3, 0.5, 0.9}) {
            double sum = 0.0, squares = 0.0;
            for (const double value : variates(mean, concentration)) {
                ASSERT_GE(value, 0.0);
                ASSERT_LE(value, 1.0);
                sum += value;
                squares += (value - mean) * (value - mean);
            }
            const double variance = mean * (1.0 - mean) / (concentration + 1.0);
            EXPECT_NEAR(sum / count, mean, 4.0 * std::sqrt(variance / count))
                << mean << " " << concentration;
            EXPECT_NEAR(squares / count / variance, 1.0, 0.08) << mean << " " << concentration;
        }
    }
}

/// Largest distance between the empirical and the exact distribution function.
template <class Exact>
double kolmogorov_distance(std::vector<double> values, Exact exact) {
    std::sort(values.begin(), values.end());
    double largest = 0.0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const double below = static_cast<double>(i) / count;
        largest = std::max({largest, std::abs(exact(values[i]) - below),
                            std::abs(exact(values[i]) - below - 1.0 / count)});
    }
    return largest;
}

TEST(Beta, FollowsDistributionsKnownInClosedForm) {
    const double allowed = 1.95 / std::sqrt(static_cast<double>(count));  // one in a thousand
    const double pi = std::acos(-1.0);
    EXPECT_LE(kolmogorov_distance(variates(0.5, 2.0), [](double x) { return x; }), allowed);
    EXPECT_LE(kolmogorov_distance(variates(0.5, 1.0),
                                  [&](double x) { return 2.0 / pi * std::asin(std::sqrt(x)); }),
              allowed);
    EXPECT_LE(kolmogorov_distance(variates(1.0 / 3.0, 3.0),
                                  [](double x) { return 1.0 - (1.0 - x) * (1.0 - x); }),
              allowed);
}

TEST(Beta, LeavesZeroAndOneWhereTheyAre) {
    for (std::uint32_t draw = 0; draw < 100; ++draw) {
        EXPECT_EQ(beta_variate({1, 2, draw, 3}, 0.0, 10.0), 0.0);
        EXPECT_EQ(beta_variate({1, 2, draw, 3}, 1.0, 10.0), 1.0);
    }
}

TEST(Beta, DependsOnSeedStreamDrawAndCellAlone) {
    const RandomCell cell{1, 2, 3, 4};
    const double value = beta_variate(cell, 0.5, 10.0);
    EXPECT_EQ(beta_variate(cell, 0.5, 10.0), value);
    for (const RandomCell other :
         {RandomCell{2, 2, 3, 4}, RandomCell{1, 3, 3, 4}, RandomCell{1, 2, 4, 4},
          RandomCell{1, 2, 3, 5}, RandomCell{(1ULL << 32) + 1, 2, 3, 4}}) {
        EXPECT_NE(beta_variate(other, 0.5, 10.0), value);
    }
}

}  // namespace
}  // namespace narrows::kernels
