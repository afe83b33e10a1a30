#include <Eigen/LU>

#include "tests/kernels/cuda/module.hpp"
#include "tests/kernels/cuda/reference.hpp"

namespace narrows::cuda_tests {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

class Inverse : public CudaTest, public testing::WithParamInterface<int> {
  protected:
    MatrixXd invert(const MatrixXd& a, const VectorXd& slack, const double* weights = nullptr) {
        const Matrix device_a(context, a);
        Matrix inverse(context);
        narrows_factor_info info{};
        EXPECT_EQ(api->invert(context, device_a.get(), weights, slack.data(), inverse.out(), &info),
                  NARROWS_OK)
            << api->error_message(context);
        EXPECT_EQ(info.singular_at, -1);
        EXPECT_GT(info.min_pivot, 0.0);
        EXPECT_EQ(device_a.download(a.rows(), a.cols()), a);
        return inverse.download(a.rows(), a.cols());
    }
};

INSTANTIATE_TEST_SUITE_P(Orders, Inverse, testing::Values(1, 31, 33, 64, 65, 130, 257));

TEST_P(Inverse, IsExactInEveryCellHoweverSmallTheSlack) {
    for (const double slack : {0.3, 1e-6, 1e-12}) {
        const Table table = random_table(GetParam(), slack);

        const MatrixXd inverse = invert(table.a, table.slack);

        EXPECT_LE(relative_error(inverse, exact_inverse(table.a, table.slack)), 1e-14) << slack;
    }
}

TEST_P(Inverse, WeightsScaleRowsOfKAndColumnsOfTheInverse) {
    const Table table = random_table(GetParam(), 1e-6);
    const VectorXd weights = VectorXd::Random(GetParam()).array() + 1.5;

    const MatrixXd inverse = invert(table.a, table.slack, weights.data());

    const LongMatrix exact = exact_inverse(weights.asDiagonal() * table.a, table.slack) *
                             weights.cast<long double>().asDiagonal();
    EXPECT_LE(relative_error(inverse, exact), 1e-14);
    EXPECT_EQ(invert(table.a, table.slack, VectorXd::Ones(GetParam()).eval().data()),
              invert(table.a, table.slack));
}

TEST_P(Inverse, DoesNotUseTheDiagonalOfA) {
    Table table = random_table(GetParam(), 0.2);
    const MatrixXd inverse = invert(table.a, table.slack);

    table.a.diagonal().setConstant(7.0);

    EXPECT_EQ(invert(table.a, table.slack), inverse);
}

TEST_P(Inverse, GivesTheSameBitsStraightAndFromAGraph) {
    const Table table = random_table(GetParam(), 0.2);
    const int64_t before = module().emulated ? control.graph_launches() : 0;

    const MatrixXd first = invert(table.a, table.slack);

    for (int run = 0; run < 4; ++run) EXPECT_EQ(invert(table.a, table.slack), first);
    if (!module().emulated) return;
    EXPECT_EQ(control.graph_launches() - before, 4);
}

TEST_P(Inverse, GraphFollowsAnotherMatrixOfTheSameOrderAndOfAnother) {
    const Table one = random_table(GetParam(), 0.2, 1);
    const Table two = random_table(GetParam(), 0.2, 2);
    const Table other = random_table(GetParam() + 3, 0.2, 3);
    const MatrixXd first = invert(one.a, one.slack);
    invert(one.a, one.slack);

    const MatrixXd second = invert(two.a, two.slack);
    const MatrixXd third = invert(other.a, other.slack);

    EXPECT_LE(relative_error(second, exact_inverse(two.a, two.slack)), 1e-14);
    EXPECT_LE(relative_error(third, exact_inverse(other.a, other.slack)), 1e-14);
    EXPECT_EQ(invert(one.a, one.slack), first);
}

TEST_P(Inverse, GraphIsNotReplayedOnAnotherInversesMemory) {
    const Eigen::Index n = GetParam();
    const Table table = random_table(n, 0.2);
    const Matrix a(context, table.a);
    narrows_factor_info info{};
    Matrix first(context), second(context), third(context);

    for (Matrix* inverse : {&first, &second, &third}) {
        ASSERT_EQ(api->invert(context, a.get(), nullptr, table.slack.data(), inverse->out(), &info),
                  NARROWS_OK);
    }

    EXPECT_EQ(second.download(n, n), first.download(n, n));
    EXPECT_EQ(third.download(n, n), first.download(n, n));
}

TEST_P(Inverse, SaysWhichStepIsSingular) {
    const Eigen::Index n = GetParam();
    Table table = random_table(n, 0.2);
    table.a.setZero();
    table.slack.setConstant(0.5);
    table.slack[n - 1] = 0.0;
    const Matrix a(context, table.a);
    Matrix inverse(context);
    narrows_factor_info info{};

    EXPECT_EQ(api->invert(context, a.get(), nullptr, table.slack.data(), inverse.out(), &info),
              NARROWS_SINGULAR);

    EXPECT_EQ(inverse.get(), nullptr);
    EXPECT_EQ(info.singular_at, n - 1);
    EXPECT_EQ(info.min_pivot, 0.0);
}

TEST_P(Inverse, RefusesWhatIsNotFinite) {
    Table table = random_table(GetParam(), 0.2);
    table.slack[0] = NAN;
    const Matrix a(context, table.a);
    Matrix inverse(context);
    narrows_factor_info info{};

    EXPECT_EQ(api->invert(context, a.get(), nullptr, table.slack.data(), inverse.out(), &info),
              NARROWS_SINGULAR);
    EXPECT_GE(info.singular_at, 0);
}

TEST_P(Inverse, OrderOfTheStreamsDoesNotMatter) {
    if (!module().emulated) GTEST_SKIP() << "not the emulated module";
    const Table table = random_table(GetParam(), 0.2);
    const MatrixXd first = invert(table.a, table.slack);

    for (const uint32_t order : {0U, 1U, 3U, 4U, 5U}) {
        control.order(order);
        EXPECT_EQ(invert(table.a, table.slack), first) << order;
    }
}

class LuSizes : public CudaTest, public testing::WithParamInterface<int> {};

INSTANTIATE_TEST_SUITE_P(Orders, LuSizes, testing::Values(1, 31, 33, 65, 130, 257));

TEST_P(LuSizes, SolvesBothWaysAndInverts) {
    const Eigen::Index n = GetParam();
    const MatrixXd a = 0.5 * MatrixXd::Random(n, n);
    const MatrixXd k = MatrixXd::Identity(n, n) - a;
    const MatrixXd exact = k.inverse();
    const double tolerance = 1e-13 * static_cast<double>(n) * exact.norm() * k.norm();
    const Matrix device_a(context, a);
    Factor factor(context);
    narrows_factor_info info{};
    ASSERT_EQ(api->factor(context, device_a.get(), factor.out(), &info), NARROWS_OK);
    EXPECT_EQ(info.singular_at, -1);
    EXPECT_GT(info.min_pivot, 0.0);

    for (const Eigen::Index num_rhs : {1, 3, 65}) {
        const MatrixXd rhs = MatrixXd::Random(n + 2, num_rhs);
        MatrixXd x = rhs, y = rhs;
        ASSERT_EQ(api->solve(context, factor.get(), 0, num_rhs, x.data(), n + 2), NARROWS_OK);
        ASSERT_EQ(api->solve(context, factor.get(), 1, num_rhs, y.data(), n + 2), NARROWS_OK);
        EXPECT_LE((x.topRows(n) - exact * rhs.topRows(n)).norm(), tolerance * rhs.norm());
        EXPECT_LE((y.topRows(n) - exact.transpose() * rhs.topRows(n)).norm(),
                  tolerance * rhs.norm());
        EXPECT_EQ(x.bottomRows(2), rhs.bottomRows(2));
    }
    Matrix inverse(context);
    ASSERT_EQ(api->invert_factor(context, factor.get(), inverse.out()), NARROWS_OK);
    EXPECT_LE((inverse.download(n, n) - exact).norm(), tolerance * exact.norm());
}

TEST_P(LuSizes, SolutionHasTheSameBitsInAnyBatch) {
    const Eigen::Index n = GetParam();
    const Table table = random_table(n, 0.2);
    const Matrix a(context, table.a);
    Factor factor(context);
    narrows_factor_info info{};
    ASSERT_EQ(api->factor(context, a.get(), factor.out(), &info), NARROWS_OK);
    const MatrixXd rhs = MatrixXd::Random(n, 70);
    MatrixXd together = rhs;
    ASSERT_EQ(api->solve(context, factor.get(), 0, 70, together.data(), n), NARROWS_OK);

    for (const Eigen::Index c : {0, 1, 63, 64, 69}) {
        VectorXd alone = rhs.col(c);
        ASSERT_EQ(api->solve(context, factor.get(), 0, 1, alone.data(), n), NARROWS_OK);
        EXPECT_EQ(alone, together.col(c)) << c;
    }
}

TEST_P(LuSizes, SaysThatIdentityMinusIdentityIsSingular) {
    const Eigen::Index n = GetParam();
    const Matrix a(context, MatrixXd::Identity(n, n));
    Factor factor(context);
    narrows_factor_info info{};

    EXPECT_EQ(api->factor(context, a.get(), factor.out(), &info), NARROWS_SINGULAR);

    EXPECT_EQ(factor.get(), nullptr);
    EXPECT_EQ(info.singular_at, 0);
    EXPECT_EQ(info.min_pivot, 0.0);
}

}  // namespace
}  // namespace narrows::cuda_tests
