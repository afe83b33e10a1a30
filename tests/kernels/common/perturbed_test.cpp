#include "kernels/common/perturbed.hpp"

#include <Eigen/LU>

#include "tests/kernels/common/thread_orders.hpp"

namespace narrows::kernels {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

/// A base table of order n, and draw 9 of it by the formulas at narrows_batch.
struct Base {
    explicit Base(int n)
        : a(MatrixXd::Random(n, n).cwiseAbs() / n * 0.9),
          spread(MatrixXd::Random(n, n).cwiseAbs() * 0.3),
          weights(MatrixXd::Random(n, 2)),
          demands(MatrixXd::Random(n, 3)),
          slack((1.0 - a.colwise().sum().array()).matrix()),
          table{n,    a.data(), slack.data(),  spread.data(), 42, 3, 2, weights.data(),
                true, 3,        demands.data()},
          drawn(n, n),
          totals(n) {
        a(n - 1, 0) = 0.0;
        for (int cell = 0; cell < n * n; ++cell) {
            drawn.data()[cell] =
                a.data()[cell] *
                perturbation(42, 3, 9, static_cast<unsigned>(cell), spread.data()[cell]);
        }
        totals = drawn.colwise().sum().transpose() + slack;
        drawn = drawn * totals.asDiagonal().inverse();
    }
    MatrixXd a, spread, weights, demands;
    VectorXd slack;
    PerturbedTable table;
    MatrixXd drawn;
    VectorXd totals;
};

class PerturbedSizes : public testing::TestWithParam<int> {};

INSTANTIATE_TEST_SUITE_P(Orders, PerturbedSizes, testing::Values(1, 2, 31, 40, 65));

TEST_P(PerturbedSizes, SmallDrawGivesInverseMultipliersAndOutputs) {
    const int n = GetParam();
    const Base base(n);

    const auto result = same_in_every_order([&](auto& executor) {
        auto values = shared_memory(n + 2 * n + 3 * n + n * n);
        auto shared = shared_memory(gth_shared_size(n));
        PivotInfo info{};
        small_draw(executor, shared.data(), base.table, 9,
                   DrawResults{values.data(), values.data() + n, values.data() + 3 * n,
                               values.data() + 6 * n, &info});
        EXPECT_EQ(info.singular_at, -1.0);
        return values;
    });

    const MatrixXd l = (MatrixXd::Identity(n, n) - base.drawn).inverse();
    const MatrixXd weights = base.totals.asDiagonal().inverse() * base.weights;
    const double* const at = result.data();
    EXPECT_LE((VectorXd::Map(at, n) - base.totals).norm(), 1e-14 * base.totals.norm());
    EXPECT_LE((MatrixXd::Map(at + n, n, 2) - l.transpose() * weights).norm(), 1e-12);
    EXPECT_LE((MatrixXd::Map(at + 3 * n, n, 3) - l * base.demands).norm(), 1e-12);
    EXPECT_LE((MatrixXd::Map(at + 6 * n, n, n) - l).norm(), 1e-12);
}

TEST_P(PerturbedSizes, ColumnOfALargeDrawIsTheSameTable) {
    const int n = GetParam();
    const Base base(n);

    const auto result = same_in_every_order([&](auto& executor) {
        auto values = shared_memory(n * n + 2 * n);
        auto partial = shared_memory(column_parts);
        for (int j = 0; j < n; ++j) {
            perturbed_column(executor, partial.data(), base.table, 9, j, values.data() + j * n,
                             values.data() + n * n + j, values.data() + n * n + n + j);
        }
        return values;
    });

    const double* const at = result.data();
    EXPECT_LE((MatrixXd::Map(at, n, n) + base.drawn).norm(), 1e-14);
    EXPECT_LE((VectorXd::Map(at + n * n, n) - base.slack.cwiseQuotient(base.totals)).norm(), 1e-14);
    EXPECT_LE((VectorXd::Map(at + n * n + n, n) - base.totals).norm(), 1e-13);
}

TEST(Perturbed, ColumnWithoutFlowsAndSlackIsABadPivot) {
    const MatrixXd zero = MatrixXd::Zero(3, 3);
    const PerturbedTable table{3, zero.data(), zero.data(), zero.data(), 1,      0,
                               0, nullptr,     false,       0,           nullptr};

    const auto result = same_in_every_order([&](auto& executor) {
        auto shared = shared_memory(gth_shared_size(3));
        std::vector<double> totals(3);
        PivotInfo info{};
        small_draw(executor, shared.data(), table, 0,
                   DrawResults{totals.data(), nullptr, nullptr, nullptr, &info});
        return std::vector<double>{info.singular_at};
    });

    EXPECT_EQ(result[0], 0.0);
}

}  // namespace
}  // namespace narrows::kernels
