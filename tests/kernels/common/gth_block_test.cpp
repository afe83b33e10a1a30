#include "kernels/common/gth_block.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include <Eigen/Core>
#include <gtest/gtest.h>

#include "kernels/common/executor.hpp"

#include "tests/kernels/common/missing_barrier.hpp"
#include "tests/support/matrices.hpp"

namespace narrows::kernels {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;
using Order = HostExecutor::Order;

constexpr Order every_order[] = {Order::forward, Order::backward, Order::shuffled};

struct Inverted {
    MatrixXd l;
    PivotInfo info;
};

template <class Executor>
Inverted invert(Executor executor, const MatrixXd& a, const VectorXd& slack,
                std::int64_t first_step = 0) {
    // What is not read must not matter: the diagonal and the padding are NaN.
    const std::int64_t n = a.rows();
    const std::int64_t ld = n + 3;
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    MatrixXd k = MatrixXd::Constant(ld, n, nan);
    k.topRows(n) = -a;
    k.diagonal().setConstant(nan);
    VectorXd slack_left = slack;
    std::vector<double> scratch(static_cast<std::size_t>(gth_scratch(n)), nan);
    Inverted result{MatrixXd(), {INFINITY, -1.0}};
    gth_invert(executor, n, k.data(), ld, slack_left.data(), scratch.data(), first_step,
               &result.info);
    if constexpr (requires { executor.finish(); }) executor.finish();
    result.l = k.topRows(n);
    return result;
}

class GthBlock : public testing::TestWithParam<int> {};

TEST_P(GthBlock, GivesTheSameBitsWithAnyNumberOfThreadsInAnyOrder) {
    const auto [a, r] = test::productive(GetParam(), 1e-8, 1);
    const Inverted serial = invert(SerialExecutor(), a, r);

    for (const int num_threads : {1, 8, 32, 33, 64, 256}) {
        for (const Order order : every_order) {
            const Inverted parallel = invert(HostExecutor(num_threads, order), a, r);
            EXPECT_EQ(parallel.l, serial.l) << num_threads << " threads";
            EXPECT_EQ(parallel.info.min_pivot, serial.info.min_pivot);
        }
    }
}

TEST_P(GthBlock, IsAccurateInEveryEntryHoweverSmallTheSlack) {
    for (const double slack : {0.3, 1e-8, 1e-12}) {
        const auto [a, r] = test::productive(GetParam(), slack, 2);

        const Inverted result = invert(HostExecutor(64, Order::shuffled), a, r);

        EXPECT_LE(test::worst_relative_error(result.l, test::exact_inverse(a, r)), 1e-14) << slack;
        EXPECT_EQ(result.info.singular_at, -1.0);
    }
}

INSTANTIATE_TEST_SUITE_P(Orders, GthBlock, testing::Values(1, 2, 31, 33, 64));

TEST(GthBlockPivots, TheSmallestIsKept) {
    MatrixXd a = MatrixXd::Zero(3, 3);
    a(1, 0) = 0.25;
    const VectorXd slack = Eigen::Vector3d(0.5, 0.125, 2.0);

    // Pivots .5 + .25, then .125 (row 0 is empty), then 2.
    const PivotInfo info = invert(SerialExecutor(), a, slack).info;

    EXPECT_EQ(info.min_pivot, 0.125);
    EXPECT_EQ(info.singular_at, -1.0);
}

TEST(GthBlockPivots, TheFirstThatIsZeroNegativeOrNotFiniteIsNamed) {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    for (const double bad : {0.0, -1e-3, nan, HUGE_VAL}) {
        for (const int at : {0, 3, 5}) {
            VectorXd slack = VectorXd::Ones(6);
            slack[at] = bad;
            if (at == 3) slack[5] = bad;

            const PivotInfo info =
                invert(HostExecutor(33, Order::shuffled), MatrixXd::Zero(6, 6), slack, 40).info;

            EXPECT_EQ(info.singular_at, 40.0 + at) << bad;
        }
    }
}

TEST(GthBlockBarriers, AreAllNeededAndTheExecutorNotices) {
    const auto [a, r] = test::productive(31, 0.3, 3);
    const MatrixXd right = invert(SerialExecutor(), a, r).l;

    for (const int missing : {0, 1, 2}) {
        const auto broken = [&, &a = a, &r = r](Order order) {
            return invert(MissingBarrier(HostExecutor(32, order), 3, missing), a, r).l;
        };
        const MatrixXd forward = broken(Order::forward);
        // Not equal, for a NaN is not.
        EXPECT_FALSE((forward.array() == broken(Order::shuffled).array()).all()) << missing;
        EXPECT_FALSE((broken(Order::backward).array() == right.array()).all()) << missing;
    }
    EXPECT_EQ(invert(MissingBarrier(HostExecutor(32), 3, -1), a, r).l, right);
}

}  // namespace
}  // namespace narrows::kernels
