#include <vector>

#include "tests/kernels/cuda/module.hpp"
#include "tests/kernels/cuda/reference.hpp"

namespace narrows::cuda_tests {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;

/// A base table, and the results of its draws.
struct Batch {
    Batch(Index order, Index draws, bool with_inverses)
        : n(order),
          table(random_table(n, 0.3)),
          spread(0.2 * (MatrixXd::Random(n, n).array() + 1.0)),
          weights(MatrixXd::Random(n, 2)),
          demands(MatrixXd::Random(n, 3)),
          multipliers(MatrixXd::Constant(n * 2, draws, NAN)),
          outputs(MatrixXd::Constant(n * 3, draws, NAN)),
          inverses(MatrixXd::Constant(n * n, with_inverses ? draws : 0, NAN)),
          failed(static_cast<size_t>(draws), -1) {
        batch.order = n;
        batch.coefficients = table.a.data();
        batch.slack = table.slack.data();
        batch.spread = spread.data();
        batch.seed = 0x123456789abcdefU;
        batch.stream = 7;
        batch.first_draw = 100;
        batch.num_draws = draws;
        batch.num_weights = 2;
        batch.weights = weights.data();
        batch.weights_per_output = 1;
        batch.multipliers = multipliers.data();
        batch.num_demands = 3;
        batch.demands = demands.data();
        batch.outputs = outputs.data();
        batch.inverses = with_inverses ? inverses.data() : nullptr;
        batch.failed = failed.data();
    }
    Batch(const Batch&) = delete;

    Index n;
    Table table;
    MatrixXd spread, weights, demands, multipliers, outputs, inverses;
    std::vector<int32_t> failed;
    narrows_batch batch{};
};

void expect_draw(const Batch& b, Index d) {
    const Draw draw = perturbed_table(b.batch, d);
    const LongMatrix exact = exact_inverse(draw.a, draw.slack);
    const MatrixXd l = exact.cast<double>();
    MatrixXd weights = b.weights;
    if (b.batch.weights_per_output != 0) weights = draw.totals.asDiagonal().inverse() * weights;
    const MatrixXd multipliers = l.transpose() * weights, outputs = l * b.demands;

    EXPECT_EQ(b.failed[static_cast<size_t>(d)], 0);
    EXPECT_LE((b.multipliers.col(d) - multipliers.reshaped()).norm(),
              2e-14 * l.norm() * weights.norm());
    EXPECT_LE((b.outputs.col(d) - outputs.reshaped()).norm(), 2e-14 * l.norm() * b.demands.norm());
    if (b.inverses.cols() > 0) {
        EXPECT_LE(relative_error(b.inverses.col(d).reshaped(b.n, b.n), exact), 5e-14);
    }
}

class BatchOrders : public CudaTest, public testing::WithParamInterface<int> {};

// 63, 103 and 127 are the last orders of a kernel in registers.
INSTANTIATE_TEST_SUITE_P(Orders, BatchOrders,
                         testing::Values(1, 33, 40, 63, 64, 100, 103, 104, 127, 128, 200));

TEST_P(BatchOrders, EveryDrawMatchesItsOwnTable) {
    const Index draws = GetParam() <= 40 ? 20 : 4;  // 200: two waves of three
    Batch b(GetParam(), draws, true);

    ASSERT_EQ(api->run_batch(context, &b.batch), NARROWS_OK) << api->error_message(context);

    for (Index d = 0; d < draws; ++d) expect_draw(b, d);
}

TEST_P(BatchOrders, WeightsMayBelongToUnitsOfTheDraw) {
    Batch b(GetParam(), 2, false);
    b.batch.weights_per_output = 0;

    ASSERT_EQ(api->run_batch(context, &b.batch), NARROWS_OK);

    expect_draw(b, 0);
    expect_draw(b, 1);
}

TEST_P(BatchOrders, DrawHasTheSameBitsInAnyBatchAndRun) {
    const Index draws = 5;
    Batch b(GetParam(), draws, true), again(GetParam(), draws, false), last(GetParam(), 1, true);
    again.spread = b.spread;
    again.weights = last.weights = b.weights;
    again.demands = last.demands = b.demands;
    last.spread = b.spread;
    last.batch.first_draw += draws - 1;

    ASSERT_EQ(api->run_batch(context, &b.batch), NARROWS_OK);
    if (module().emulated) control.order(5);
    ASSERT_EQ(api->run_batch(context, &again.batch), NARROWS_OK);
    ASSERT_EQ(api->run_batch(context, &last.batch), NARROWS_OK);

    EXPECT_EQ(again.multipliers, b.multipliers);
    EXPECT_EQ(again.outputs, b.outputs);
    EXPECT_EQ(last.multipliers, b.multipliers.rightCols(1));
    EXPECT_EQ(last.outputs, b.outputs.rightCols(1));
    EXPECT_EQ(last.inverses, b.inverses.rightCols(1));
}

TEST_P(BatchOrders, RunsWithoutWeightsDemandsAndInverses) {
    Batch b(GetParam(), 2, false);
    b.batch.num_weights = 0;
    b.batch.num_demands = 0;
    b.batch.weights = b.batch.demands = nullptr;
    b.batch.multipliers = b.batch.outputs = nullptr;

    ASSERT_EQ(api->run_batch(context, &b.batch), NARROWS_OK);

    EXPECT_EQ(b.failed, (std::vector<int32_t>{0, 0}));
}

TEST_P(BatchOrders, SaysWhichDrawsFailed) {
    Batch b(GetParam(), 3, false);
    b.table.slack.setZero();
    b.spread.setZero();
    ASSERT_EQ(api->run_batch(context, &b.batch), NARROWS_OK);
    EXPECT_EQ(b.failed, (std::vector<int32_t>{1, 1, 1}));

    b.table.slack.setConstant(0.5);
    ASSERT_EQ(api->run_batch(context, &b.batch), NARROWS_OK);
    EXPECT_EQ(b.failed, (std::vector<int32_t>{0, 0, 0}));
}

TEST_F(EmulatedTest, SeveralWavesOfSmallDrawsMatchWithAndWithoutInverses) {
    const Index draws = 60;  // three waves of 24 draws
    Batch with(100, draws, true), without(100, draws, false);
    without.spread = with.spread;
    without.weights = with.weights;
    without.demands = with.demands;
    for (const uint32_t order : {0U, 1U, 3U}) {
        control.order(order);
        ASSERT_EQ(api->run_batch(context, &with.batch), NARROWS_OK);
        ASSERT_EQ(api->run_batch(context, &without.batch), NARROWS_OK);

        EXPECT_EQ(with.multipliers, without.multipliers);
        EXPECT_EQ(with.outputs, without.outputs);
        for (const Index d : {0, 23, 24, 59}) expect_draw(with, d);
    }
}

}  // namespace
}  // namespace narrows::cuda_tests
