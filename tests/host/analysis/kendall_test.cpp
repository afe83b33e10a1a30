#include "host/analysis/kendall.hpp"

#include <cmath>
#include <random>

#include <gtest/gtest.h>

#include "host/base/error.hpp"

namespace narrows {
namespace {

/// tau-b by its definition, over all pairs.
double by_definition(const std::vector<double>& a, const std::vector<double>& b) {
    double difference = 0.0;
    double untied_a = 0.0;
    double untied_b = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            const double of_a = a[i] < a[j] ? -1.0 : a[i] > a[j] ? 1.0 : 0.0;
            const double of_b = b[i] < b[j] ? -1.0 : b[i] > b[j] ? 1.0 : 0.0;
            difference += of_a * of_b;
            untied_a += std::abs(of_a);
            untied_b += std::abs(of_b);
        }
    }
    return difference / std::sqrt(untied_a * untied_b);
}

TEST(Kendall, IsOneForTheSameOrderAndMinusOneForTheReverse) {
    EXPECT_DOUBLE_EQ(*kendall_tau({1, 2, 3, 9}, {10, 20, 30, 31}), 1.0);
    EXPECT_DOUBLE_EQ(*kendall_tau({1, 2, 3, 9}, {4, 3, 2, 1}), -1.0);
    EXPECT_DOUBLE_EQ(*kendall_tau({1, 2, 3}, {1, 3, 2}), 1.0 / 3.0);
}

TEST(Kendall, IsThatOfTheDefinitionWithAndWithoutTies) {
    std::mt19937 random(3);
    for (int round = 0; round < 60; ++round) {
        const std::size_t count = 2 + random() % 90;
        const unsigned values = round % 2 == 0 ? 6 : 100000;
        std::vector<double> a;
        std::vector<double> b;
        for (std::size_t i = 0; i < count; ++i) {
            a.push_back(static_cast<double>(random() % values));
            b.push_back(random() % 3 == 0 ? a.back() : static_cast<double>(random() % values));
        }
        const auto tau = kendall_tau(a, b);
        if (tau) {
            EXPECT_NEAR(*tau, by_definition(a, b), 1e-14);
        }
    }
}

TEST(Kendall, IsNothingWhereAllAreTied) {
    EXPECT_FALSE(kendall_tau({}, {}));
    EXPECT_FALSE(kendall_tau({1}, {2}));
    EXPECT_FALSE(kendall_tau({1, 1, 1}, {1, 2, 3}));
    EXPECT_FALSE(kendall_tau({1, 2, 3}, {5, 5, 5}));
    EXPECT_THROW(kendall_tau({1, 2}, {1}), ArgumentError);
}

}  // namespace
}  // namespace narrows
