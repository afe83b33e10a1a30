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

using Small = GthTile<8, 16, 8, 4>;
using Middle = GthTile<8, 16, 13, 7>;
using Large = GthTile<16, 32, 8, 4>;

/// Draw 9 as a small draw: totals, multipliers, outputs and the inverse.
template <class Tile>
std::vector<double> small_draw_9(const Base& base) {
    const int n = static_cast<int>(base.totals.size());
    return same_in_every_order(Tile::threads, [&](auto& executor) {
        auto values = shared_memory(n + 2 * n + 3 * n + n * n);
        auto shared = shared_memory(DrawMemory<Tile>::size());
        PivotInfo info{};
        double* const cells = values.data() + 6 * n;
        perturbed_flows(executor, base.table, 9, cells);
        small_draw<Tile>(
            executor, shared.data(), base.table,
            {cells, values.data(), values.data() + n, values.data() + 3 * n, &info, true});
        EXPECT_EQ(info.singular_at, -1.0);
        EXPECT_GT(info.min_pivot, 0.0);
        return values;
    });
}

void expect_draw_9(const Base& base, const std::vector<double>& result) {
    const Eigen::Index n = base.totals.size();
    const MatrixXd l = (MatrixXd::Identity(n, n) - base.drawn).inverse();
    const MatrixXd weights = base.totals.asDiagonal().inverse() * base.weights;
    const double* const at = result.data();
    EXPECT_LE((VectorXd::Map(at, n) - base.totals).norm(), 1e-14 * base.totals.norm());
    EXPECT_LE((MatrixXd::Map(at + n, n, 2) - l.transpose() * weights).norm(), 1e-12);
    EXPECT_LE((MatrixXd::Map(at + 3 * n, n, 3) - l * base.demands).norm(), 1e-12);
    EXPECT_LE((MatrixXd::Map(at + 6 * n, n, n) - l).norm(), 1e-12);
}

class PerturbedSizes : public testing::TestWithParam<int> {};

INSTANTIATE_TEST_SUITE_P(Orders, PerturbedSizes, testing::Values(1, 2, 31, 40, 63, 64, 103, 127));

TEST_P(PerturbedSizes, SmallDrawGivesInverseMultipliersAndOutputs) {
    const int n = GetParam();
    const Base base(n);
    if (n <= Small::order) expect_draw_9(base, small_draw_9<Small>(base));
    if (n <= Middle::order) expect_draw_9(base, small_draw_9<Middle>(base));
    expect_draw_9(base, small_draw_9<Large>(base));
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

    const auto result = same_in_every_order(Small::threads, [&](auto& executor) {
        auto shared = shared_memory(DrawMemory<Small>::size());
        std::vector<double> totals(3), flows(9);
        PivotInfo info{};
        small_draw<Small>(executor, shared.data(), table,
                          {flows.data(), totals.data(), nullptr, nullptr, &info, false});
        EXPECT_EQ(flows, std::vector<double>(9, 0.0));
        return std::vector<double>{info.singular_at};
    });

    EXPECT_EQ(result[0], 0.0);
}

}  // namespace
}  // namespace narrows::kernels
