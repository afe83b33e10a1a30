#include "kernels/common/gth_tile.hpp"

#include <cmath>
#include <limits>

#include "tests/kernels/common/missing_barrier.hpp"
#include "tests/kernels/common/thread_orders.hpp"
#include "tests/support/matrices.hpp"

namespace narrows::kernels {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;
using Order = HostExecutor::Order;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

struct Inverted {
    MatrixXd l;
    PivotInfo info;
};

template <class Tile, class Executor>
Inverted invert(Executor& executor, const MatrixXd& a, const VectorXd& slack,
                std::int64_t first_step = 0, PivotInfo before = {INFINITY, -1.0}) {
    // What is not read must not matter: the diagonal and the padding are NaN.
    const std::int64_t n = a.rows();
    MatrixXd k = MatrixXd::Constant(n + 3, n, nan);
    k.topRows(n) = -a;
    k.diagonal().setConstant(nan);
    auto shared = shared_memory(Tile::shared_size);
    gth_invert_tile<Tile>(executor, shared.data(), n, k.data(), n + 3, slack.data(), first_step,
                          &before);
    EXPECT_TRUE(k.bottomRows(3).array().isNaN().all());
    return {k.topRows(n), before};
}

/// The tiles of the CUDA module, and small ones that are not square.
template <class Tile>
class GthTiles : public testing::Test {};
using Tiles = testing::Types<GthTile<8, 16, 9, 4, true>, GthTile<8, 32, 17, 4, true>,
                             GthTile<8, 16, 8, 4>, GthTile<8, 16, 13, 7>, GthTile<16, 32, 8, 4>,
                             GthTile<2, 4, 3, 5>, GthTile<2, 4, 6, 2, true>>;
TYPED_TEST_SUITE(GthTiles, Tiles);

/// Few and all; a turn of rows or columns more, less, and in the middle.
template <class Tile>
std::vector<int> orders_of() {
    std::vector<int> orders;
    for (const int n : {1, 2, Tile::grid_rows - 1, Tile::grid_rows, Tile::grid_rows + 1,
                        Tile::grid_columns, Tile::grid_columns + 1, Tile::order - 1, Tile::order}) {
        if (n <= Tile::order) orders.push_back(n);
    }
    return orders;
}

TYPED_TEST(GthTiles, AreAccurateInEveryEntryHoweverSmallTheSlack) {
    for (const int n : orders_of<TypeParam>()) {
        for (const double slack : {0.3, 1e-8, 1e-12}) {
            const auto [a, r] = test::productive(n, slack, 2);
            HostExecutor executor(TypeParam::threads, Order::shuffled);

            const Inverted result = invert<TypeParam>(executor, a, r);

            EXPECT_LE(test::worst_relative_error(result.l, test::exact_inverse(a, r)), 1e-14)
                << n << ", slack " << slack;
            EXPECT_EQ(result.info.singular_at, -1.0);
            EXPECT_GT(result.info.min_pivot, 0.0);
        }
    }
}

TYPED_TEST(GthTiles, GiveTheSameBitsInAnyOrderOfThreads) {
    for (const int n : orders_of<TypeParam>()) {
        const auto [a, r] = test::productive(n, 1e-8, 1);
        same_in_every_order(TypeParam::threads, [&, &a = a, &r = r](auto& executor) {
            const Inverted result = invert<TypeParam>(executor, a, r);
            std::vector<double> values(result.l.data(), result.l.data() + result.l.size());
            values.push_back(result.info.min_pivot);
            return values;
        });
    }
}

TYPED_TEST(GthTiles, HavePivotsOfTheSerialElimination) {
    const int n = TypeParam::order;
    const auto [a, r] = test::productive(n, 0.1, 4);
    MatrixXd k = -a;
    VectorXd slack = r;
    std::vector<double> scratch(static_cast<std::size_t>(gth_scratch(n)));
    PivotInfo expected{INFINITY, -1.0};
    SerialExecutor serial;
    gth_invert(serial, n, k.data(), n, slack.data(), scratch.data(), 0, &expected);
    HostExecutor executor(TypeParam::threads);

    const Inverted result = invert<TypeParam>(executor, a, r);

    EXPECT_NEAR(result.info.min_pivot, expected.min_pivot, 1e-14 * expected.min_pivot);
    EXPECT_LE(test::worst_relative_error(result.l, k), 1e-14);
}

TYPED_TEST(GthTiles, NameTheFirstPivotThatIsZeroNegativeOrNotFinite) {
    const int n = TypeParam::order;
    for (const double bad : {0.0, -1e-3, nan, HUGE_VAL}) {
        for (const int at : {0, TypeParam::grid_rows, n - 1}) {
            VectorXd slack = VectorXd::Ones(n);
            slack[at] = bad;
            slack[n - 1] = at == 0 ? bad : slack[n - 1];
            HostExecutor executor(TypeParam::threads, Order::shuffled);

            const PivotInfo info =
                invert<TypeParam>(executor, MatrixXd::Zero(n, n), slack, 40).info;

            EXPECT_EQ(info.singular_at, 40.0 + at) << bad;
        }
    }
}

TYPED_TEST(GthTiles, AddToWhatIsKnownOfEarlierPivots) {
    VectorXd slack = VectorXd::Constant(3, 0.5);
    slack[1] = 0.0;
    HostExecutor executor(TypeParam::threads);
    const auto after = [&](PivotInfo before) {
        return invert<TypeParam>(executor, MatrixXd::Zero(3, 3), slack, 10, before).info;
    };

    EXPECT_EQ(after({0.25, -1.0}).min_pivot, 0.0);
    EXPECT_EQ(after({0.25, -1.0}).singular_at, 11.0);
    EXPECT_EQ(after({-0.25, 4.0}).min_pivot, -0.25);
    EXPECT_EQ(after({-0.25, 4.0}).singular_at, 4.0);
}

TEST(GthTile, OverlappedGivesTheSameBits) {
    using Plain = GthTile<8, 16, 8, 4>;
    using Overlapped = GthTile<8, 16, 8, 4, true>;
    for (const int n : orders_of<Plain>()) {
        const auto [a, r] = test::productive(n, 1e-8, 5);
        HostExecutor executor(Plain::threads);
        const Inverted plain = invert<Plain>(executor, a, r);
        const Inverted overlapped = invert<Overlapped>(executor, a, r);
        EXPECT_EQ(overlapped.l, plain.l) << n;
        EXPECT_EQ(overlapped.info.min_pivot, plain.info.min_pivot) << n;
    }
}

TYPED_TEST(GthTiles, NeedEveryBarrierAndTheExecutorNotices) {
    const int n = TypeParam::order;
    const auto [a, r] = test::productive(n, 0.3, 3);
    // The last barrier belongs to whoever reads the result. One that is left out at a time.
    const int num_barriers = 1 + n;
    const auto inverse = [&, &a = a, &r = r](Order order, int missing) {
        MissingBarrier executor(HostExecutor(TypeParam::threads, order), num_barriers + 1, missing);
        return invert<TypeParam>(executor, a, r).l;
    };
    const MatrixXd right = inverse(Order::forward, -1);

    for (int missing = 0; missing + 1 < num_barriers; ++missing) {
        const MatrixXd forward = inverse(Order::forward, missing);
        const MatrixXd backward = inverse(Order::backward, missing);
        // Not equal, for a NaN is not.
        EXPECT_FALSE((forward.array() == right.array()).all() &&
                     (backward.array() == right.array()).all())
            << missing;
    }
}

}  // namespace
}  // namespace narrows::kernels
