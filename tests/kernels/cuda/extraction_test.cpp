#include <Eigen/LU>

#include "tests/kernels/cuda/module.hpp"
#include "tests/kernels/cuda/reference.hpp"

namespace narrows::cuda_tests {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

class Extraction : public CudaTest, public testing::WithParamInterface<int> {
  protected:
    void SetUp() override {
        CudaTest::SetUp();
        n = GetParam();
        a = random_table(n, 0.2).a;
        l = (MatrixXd::Identity(n, n) - a).inverse();
    }
    Index n = 0;
    MatrixXd a, l;
};

INSTANTIATE_TEST_SUITE_P(Orders, Extraction, testing::Values(1, 31, 33, 65, 130, 257));

TEST_P(Extraction, ResidualIsTheColumnSumsOfTheError) {
    l += 1e-3 * MatrixXd::Random(n, n);
    const Matrix device_a(context, a), device_l(context, l);
    VectorXd sums = VectorXd::Constant(n, NAN);

    ASSERT_EQ(api->residual(context, device_a.get(), device_l.get(), sums.data()), NARROWS_OK);

    const VectorXd expected =
        (MatrixXd::Identity(n, n) - l + a * l).cwiseAbs().colwise().sum().transpose();
    EXPECT_LE((sums - expected).cwiseAbs().maxCoeff(), 1e-14 * l.norm() * static_cast<double>(n));
}

TEST_P(Extraction, SweepGivesSumsDiagonalAndBlocks) {
    const Matrix device_l(context, l);
    for (const Index count : {0, 1, 2, 3, 5}) {
        const MatrixXd weights = MatrixXd::Random(n, count);
        const MatrixXd flows = MatrixXd::Random(n, 5 - count);
        MatrixXd column_sums = MatrixXd::Constant(n, count, NAN);
        MatrixXd row_sums = MatrixXd::Constant(n, 5 - count, NAN);
        VectorXd diagonal = VectorXd::Constant(n, NAN);
        narrows_sweep sweep{};
        sweep.num_weights = count;
        sweep.weights = weights.data();
        sweep.column_sums = column_sums.data();
        sweep.num_flows = 5 - count;
        sweep.flows = flows.data();
        sweep.row_sums = row_sums.data();
        sweep.diagonal = diagonal.data();

        ASSERT_EQ(api->sweep(context, device_l.get(), &sweep), NARROWS_OK);

        const double tolerance = 1e-14 * l.norm() * std::sqrt(static_cast<double>(n));
        if (count > 0) {
            EXPECT_LE((column_sums - l.transpose() * weights).cwiseAbs().maxCoeff(), tolerance);
        }
        if (count < 5) {
            EXPECT_LE((row_sums - l * flows).cwiseAbs().maxCoeff(), tolerance);
        }
        EXPECT_EQ(diagonal, l.diagonal());
    }
}

TEST_P(Extraction, SweepColumnDoesNotDependOnTheOthers) {
    const Matrix device_l(context, l);
    const MatrixXd weights = MatrixXd::Random(n, 5);
    MatrixXd together(n, 5), alone(n, 1);
    narrows_sweep sweep{};
    sweep.num_weights = 5;
    sweep.weights = weights.data();
    sweep.column_sums = together.data();
    ASSERT_EQ(api->sweep(context, device_l.get(), &sweep), NARROWS_OK);

    for (const Index c : {0, 1, 4}) {
        sweep.num_weights = 1;
        sweep.weights = weights.col(c).data();
        sweep.column_sums = alone.data();
        ASSERT_EQ(api->sweep(context, device_l.get(), &sweep), NARROWS_OK);
        EXPECT_EQ(alone.col(0), together.col(c)) << c;
    }
}

TEST_P(Extraction, SweepGathersDiagonalBlocks) {
    const Matrix device_l(context, l);
    const std::vector<std::vector<int64_t>> divisions = {
        {0, n}, {0, n / 2, n}, {n / 3, n / 3, n / 2, n - n / 4}};
    for (const auto& starts : divisions) {
        std::vector<double> expected;
        for (size_t b = 0; b + 1 < starts.size(); ++b) {
            const Index size = starts[b + 1] - starts[b];
            const MatrixXd block = l.block(starts[b], starts[b], size, size);
            expected.insert(expected.end(), block.data(), block.data() + block.size());
        }
        std::vector<double> blocks(expected.size() + 1, -1.0);
        expected.push_back(-1.0);
        narrows_sweep sweep{};
        sweep.num_blocks = static_cast<int64_t>(starts.size()) - 1;
        sweep.block_starts = starts.data();
        sweep.blocks = blocks.data();

        ASSERT_EQ(api->sweep(context, device_l.get(), &sweep), NARROWS_OK);

        EXPECT_EQ(blocks, expected);
    }
}

TEST_P(Extraction, CellLossesMatchTheFormula) {
    const Matrix device_a(context, a), device_l(context, l);
    const VectorXd g = VectorXd::Random(n), x = VectorXd::Random(n);
    for (const double phi : {1.0, -0.7}) {
        MatrixXd losses = MatrixXd::Constant(n + 1, n, -1.0);
        double smallest = NAN;

        ASSERT_EQ(api->cell_losses(context, device_l.get(), device_a.get(), g.data(), x.data(), phi,
                                   losses.data(), n + 1, &smallest),
                  NARROWS_OK);

        const Eigen::ArrayXXd denominators = 1.0 + phi * a.array() * l.transpose().array();
        const MatrixXd expected =
            (phi * (g * x.transpose()).array() * a.array() / denominators).matrix();
        EXPECT_LE((losses.topRows(n) - expected).cwiseAbs().maxCoeff(),
                  1e-14 * (1.0 + expected.cwiseAbs().maxCoeff()));
        EXPECT_EQ(losses.bottomRows(1), MatrixXd::Constant(1, n, -1.0));
        EXPECT_NEAR(smallest, denominators.minCoeff(), 1e-15);
    }
}

TEST_P(Extraction, OrderOfTheStreamsDoesNotMatter) {
    if (!module().emulated) GTEST_SKIP() << "not the emulated module";
    const Matrix device_a(context, a), device_l(context, l);
    const VectorXd ones = VectorXd::Ones(n);
    MatrixXd first(n, n), again(n, n);
    double smallest = 0.0;
    control.order(0);
    ASSERT_EQ(api->cell_losses(context, device_l.get(), device_a.get(), ones.data(), ones.data(),
                               1.0, first.data(), n, &smallest),
              NARROWS_OK);

    for (const uint32_t order : {1U, 3U, 4U}) {
        control.order(order);
        ASSERT_EQ(api->cell_losses(context, device_l.get(), device_a.get(), ones.data(),
                                   ones.data(), 1.0, again.data(), n, &smallest),
                  NARROWS_OK);
        EXPECT_EQ(again, first);
    }
}

TEST_F(CudaTest, CellLossesComeInSeveralChunks) {
    const Index n = 1100;  // a chunk has 1024 columns
    const MatrixXd a = MatrixXd::Random(n, n).cwiseAbs(), l = MatrixXd::Random(n, n).cwiseAbs();
    const VectorXd ones = VectorXd::Ones(n);
    const Matrix device_a(context, a), device_l(context, l);
    MatrixXd losses(n, n);
    double smallest = 0.0;

    ASSERT_EQ(api->cell_losses(context, device_l.get(), device_a.get(), ones.data(), ones.data(),
                               -0.5, losses.data(), n, &smallest),
              NARROWS_OK);

    const Eigen::ArrayXXd denominators = 1.0 - 0.5 * a.array() * l.transpose().array();
    EXPECT_LE((losses.array() + 0.5 * a.array() / denominators).abs().maxCoeff(), 1e-14);
    EXPECT_NEAR(smallest, denominators.minCoeff(), 1e-15);
}

}  // namespace
}  // namespace narrows::cuda_tests
