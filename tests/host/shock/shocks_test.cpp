#include "host/shock/shocks.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace narrows {
namespace {

constexpr double forever = std::numeric_limits<double>::infinity();

TEST(StrengthOn, IsOneFromStartToTheEndOfTheDuration) {
    const ShockTiming timing{3.0, 4.0, 0.0, 0.0, RecoveryShape::linear};
    double days = 0.0;
    for (int day = 0; day < 20; ++day) days += strength_on(timing, day);
    EXPECT_EQ(days, 4.0);
    EXPECT_EQ(strength_on(timing, 2.999), 0.0);
    EXPECT_EQ(strength_on(timing, 3.0), 1.0);
    EXPECT_EQ(strength_on(timing, 6.999), 1.0);
    EXPECT_EQ(strength_on(timing, 7.0), 0.0);
}

TEST(StrengthOn, RisesInALine) {
    const ShockTiming timing{10.0, forever, 4.0, 0.0, RecoveryShape::linear};
    EXPECT_EQ(strength_on(timing, 10.0), 0.0);
    EXPECT_EQ(strength_on(timing, 11.0), 0.25);
    EXPECT_EQ(strength_on(timing, 13.0), 0.75);
    EXPECT_EQ(strength_on(timing, 14.0), 1.0);
    EXPECT_EQ(strength_on(timing, 1e6), 1.0);
}

TEST(StrengthOn, RecoversByItsShape) {
    ShockTiming timing{0.0, 2.0, 0.0, 8.0, RecoveryShape::linear};
    EXPECT_EQ(strength_on(timing, 2.0), 1.0);
    EXPECT_EQ(strength_on(timing, 4.0), 0.75);
    EXPECT_EQ(strength_on(timing, 10.0), 0.0);
    timing.shape = RecoveryShape::fast_first;
    EXPECT_EQ(strength_on(timing, 2.0), 1.0);
    EXPECT_EQ(strength_on(timing, 4.0), 0.5625);
    EXPECT_EQ(strength_on(timing, 8.0), 0.0625);
    timing.shape = RecoveryShape::slow_first;
    EXPECT_EQ(strength_on(timing, 2.0), 1.0);
    EXPECT_EQ(strength_on(timing, 4.0), 0.9375);
    EXPECT_EQ(strength_on(timing, 8.0), 0.4375);
    EXPECT_EQ(strength_on(timing, 11.0), 0.0);
}

}  // namespace
}  // namespace narrows
