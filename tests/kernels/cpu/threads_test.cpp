#include "kernels/cpu/threads.hpp"

#include <atomic>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace narrows::cpu {
namespace {

class ThreadsOf : public testing::TestWithParam<int> {
  protected:
    Threads threads_{GetParam()};
};

TEST_P(ThreadsOf, RunEveryTaskOnce) {
    for (const int num_tasks : {0, 1, 2, 3, 7, 1000}) {
        std::vector<std::atomic<int>> times(static_cast<std::size_t>(num_tasks));

        threads_.run(num_tasks, [&](std::int64_t i, int) { ++times[static_cast<std::size_t>(i)]; });

        for (const auto& time : times) EXPECT_EQ(time, 1);
    }
}

TEST_P(ThreadsOf, NumberTheirWorkersFromZero) {
    EXPECT_EQ(threads_.count(), GetParam());
    // Two tasks of one worker never run at the same time: scratch space may go by its number.
    std::vector<std::atomic<int>> busy(static_cast<std::size_t>(GetParam()));
    std::atomic<bool> fine = true;

    threads_.run(2000, [&](std::int64_t, int worker) {
        if (worker < 0 || worker >= GetParam()) {
            fine = false;
            return;
        }
        if (busy[static_cast<std::size_t>(worker)]++ != 0) fine = false;
        --busy[static_cast<std::size_t>(worker)];
    });

    EXPECT_TRUE(fine);
}

TEST_P(ThreadsOf, HaveSeenEveryWriteWhenTheyReturn) {
    std::vector<int> values(500);

    for (int round = 1; round <= 200; ++round) {
        threads_.run(500, [&](std::int64_t i, int) { values[static_cast<std::size_t>(i)] += 1; });
        for (const int value : values) ASSERT_EQ(value, round);
    }
}

TEST_P(ThreadsOf, PassOnAnExceptionAndGoOnWorking) {
    for (int round = 0; round < 20; ++round) {
        try {
            threads_.run(100, [&](std::int64_t i, int) {
                if (i == round) throw std::runtime_error("task " + std::to_string(i));
            });
            FAIL() << "nothing was thrown";
        } catch (const std::runtime_error& error) {
            EXPECT_EQ(error.what(), "task " + std::to_string(round));
        }
        std::atomic<int> done = 0;
        threads_.run(100, [&](std::int64_t, int) { ++done; });
        EXPECT_EQ(done, 100);
    }
}

TEST_P(ThreadsOf, PassOnOneExceptionWhereAllTasksFail) {
    EXPECT_THROW(threads_.run(50, [](std::int64_t, int) { throw std::bad_alloc(); }),
                 std::bad_alloc);
}

INSTANTIATE_TEST_SUITE_P(Counts, ThreadsOf, testing::Values(1, 2, 3, 4));

}  // namespace
}  // namespace narrows::cpu
