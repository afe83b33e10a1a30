#include <gtest/gtest.h>

#include "kernels/cpu/context.hpp"

namespace narrows::cpu {
namespace {

constexpr std::int64_t large = 1 << 20;

TEST(SpareMemory, GivesBackWhatFits) {
    SpareMemory spare;
    auto first = spare.take(large);
    auto second = spare.take(2 * large);
    const double* const addresses[] = {first->get(), second->get()};
    spare.give(std::move(first));
    spare.give(std::move(second));
    EXPECT_EQ(spare.bytes(), 8 * 3 * large);

    EXPECT_EQ(spare.take(large)->get(), addresses[0]);
    EXPECT_EQ(spare.take(2 * large - 100)->get(), addresses[1]);
    EXPECT_EQ(spare.bytes(), 0);
}

TEST(SpareMemory, IsFreedForWhatDoesNotFit) {
    SpareMemory spare;
    spare.give(spare.take(large));

    const auto other = spare.take(2 * large);

    EXPECT_EQ(other->count(), 2 * large);
    EXPECT_EQ(spare.bytes(), 0);
}

TEST(SpareMemory, KeepsTwoLargeArraysAndNothingSmall) {
    SpareMemory spare;
    for (const std::int64_t count : {3 * large, 2 * large, large, std::int64_t{100}}) {
        spare.give(std::make_unique<HostArray>(count));
    }
    EXPECT_EQ(spare.bytes(), 8 * 5 * large);

    EXPECT_EQ(spare.take(100)->count(), 100);
    EXPECT_EQ(spare.bytes(), 8 * 5 * large);
    spare.give(nullptr);
}

}  // namespace
}  // namespace narrows::cpu
