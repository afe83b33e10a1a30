// Every backend and every product of the CPU, at awkward sizes, against Eigen in the working
// precision or in a higher one. Without a GPU the CUDA cases skip with the loader's reason.
#include "host/backend/backend.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include <Eigen/LU>
#include <gtest/gtest.h>

#include "host/base/error.hpp"

#include "tests/host/backend/open_backend.hpp"
#include "tests/support/matrices.hpp"

namespace narrows {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;
using test::difference;
using test::exact_inverse;
using test::productive;
using test::random_matrix;
using test::worst_relative_error;

class EveryBackend : public testing::TestWithParam<std::tuple<const char*, int>> {
  protected:
    void SetUp() override {
        try {
            backend_ = test::open_backend(std::get<0>(GetParam()));
        } catch (const BackendUnavailable& error) {
            GTEST_SKIP() << error.what();
        }
    }
    Index n() const { return std::get<1>(GetParam()); }
    const Backend& backend() const { return *backend_; }

  private:
    std::optional<Backend> backend_;
};

TEST_P(EveryBackend, InvertsEntrywiseHoweverSmallTheSlack) {
    for (const double slack : {0.3, 1e-4, 1e-8, 1e-12}) {
        const auto [a, r] = productive(n(), slack, 1);
        const MatrixXd l = backend().invert(backend().upload(a), r).download();

        EXPECT_LE(worst_relative_error(l, exact_inverse(a, r)), 1e-14) << slack;
    }
}

TEST_P(EveryBackend, InvertsWithWeightsWhatHasSubsidisedColumns) {
    // Scaled to an ordinary table by w: columns of A itself sum to more than 1.
    const auto [scaled, slack] = productive(n(), 0.2, 2);
    const VectorXd w = (random_matrix(n(), 1, 3).cwiseAbs().array() + 0.5).matrix();
    const MatrixXd a = w.cwiseInverse().asDiagonal() * scaled * w.asDiagonal();
    const VectorXd r = slack.cwiseProduct(w);

    const MatrixXd l = backend().invert(backend().upload(a), r, w).download();

    const MatrixXd expected =
        w.cwiseInverse().asDiagonal() * exact_inverse(scaled, slack) * w.asDiagonal();
    EXPECT_LE(worst_relative_error(l, expected), 1e-13);
}

TEST_P(EveryBackend, SaysWhichPivotIsNotPositive) {
    MatrixXd a = MatrixXd::Zero(n(), n());
    VectorXd r = VectorXd::Ones(n());
    r[n() - 1] = 0.0;  // a column that neither buys nor leaves anything

    EXPECT_THROW(backend().invert(backend().upload(a), r), NumericalError);
    r[n() - 1] = 1.0;
    EXPECT_EQ(backend().invert(backend().upload(a), r).download(), MatrixXd::Identity(n(), n()));
}

TEST_P(EveryBackend, SolvesWhatItFactorised) {
    const MatrixXd a = productive(n(), 0.2, 4).first;
    const MatrixXd k = MatrixXd::Identity(n(), n()) - a;
    const BackendMatrix uploaded = backend().upload(a);
    const Factor factor = backend().factor(uploaded);

    for (const Index num_rhs : {1, 3, 65}) {
        const MatrixXd x = random_matrix(n(), num_rhs, 5);
        EXPECT_LT(difference(factor.solve(k * x), x), 1e-13) << num_rhs;
        EXPECT_LT(difference(factor.solve_transposed(k.transpose() * x), x), 1e-13) << num_rhs;
    }
    EXPECT_LT(difference(k * factor.inverse().download(), MatrixXd::Identity(n(), n())), 1e-13);
    EXPECT_GT(factor.min_pivot(), 0.0);
}

TEST_P(EveryBackend, CallsASingularMatrixSingular) {
    MatrixXd a = MatrixXd::Zero(n(), n());
    a(n() - 1, n() - 1) = 1.0;

    EXPECT_THROW(backend().factor(backend().upload(a)), NumericalError);
}

TEST_P(EveryBackend, MultipliesFromBothSides) {
    const MatrixXd m = random_matrix(n(), n(), 6);
    const BackendMatrix uploaded = backend().upload(m);

    for (const Index columns : {1, 3, 65, 257}) {
        const MatrixXd y = random_matrix(n(), columns, 7);
        EXPECT_LT(difference(uploaded.apply(y), m * y), 1e-13);
        EXPECT_LT(difference(uploaded.apply(y, true), m.transpose() * y), 1e-13);
        EXPECT_LT(difference(uploaded.apply_each(y), m * y), 1e-13);
        EXPECT_LT(difference(uploaded.apply_each(y, true), m.transpose() * y), 1e-13);
        EXPECT_LT(difference(backend().multiply(uploaded, backend().upload(y)).download(), m * y),
                  1e-13);
    }
    EXPECT_EQ(uploaded.apply(MatrixXd(n(), 0)).cols(), 0);
}

TEST_P(EveryBackend, GathersColumnsForSparseRightHandSides) {
    const MatrixXd m = random_matrix(n(), n(), 8);
    MatrixXd y = MatrixXd::Zero(n(), 5);
    y(0, 1) = 2.0;
    y(n() - 1, 1) += -3.0;
    y(n() / 2, 4) = 0.5;

    const MatrixXd x = backend().upload(m).apply_sparse(y.sparseView());

    EXPECT_LT(difference(x, m * y), 1e-15);
}

TEST_P(EveryBackend, GivesTheSameBitsForAColumnInAnyBatch) {
    const MatrixXd a = productive(n(), 0.2, 9).first;
    const BackendMatrix uploaded = backend().upload(a);
    const Factor factor = backend().factor(uploaded);
    const MatrixXd y = random_matrix(n(), 300, 10);

    for (const bool transposed : {false, true}) {
        const MatrixXd together = uploaded.apply(y, transposed);
        const MatrixXd each = uploaded.apply_each(y, transposed);
        const MatrixXd solved = transposed ? factor.solve_transposed(y) : factor.solve(y);
        EXPECT_EQ(uploaded.apply(y.middleCols(100, 150), transposed),
                  together.middleCols(100, 150));
        for (const Index column : {0, 17, 128, 299}) {
            const MatrixXd one = y.col(column);
            EXPECT_EQ(uploaded.apply(one, transposed), together.col(column));
            EXPECT_EQ(uploaded.apply_each(one, transposed), each.col(column));
            EXPECT_EQ(transposed ? factor.solve_transposed(one) : factor.solve(one),
                      solved.col(column));
        }
    }
}

TEST_P(EveryBackend, MeasuresTheResidualOfAnInverse) {
    const auto [a, r] = productive(n(), 0.2, 11);
    const MatrixXd wrong = exact_inverse(a, r) + 0.01 * random_matrix(n(), n(), 12);
    const BackendMatrix uploaded = backend().upload(a);

    const VectorXd sums = backend().upload(wrong).residual_sums(uploaded);

    const MatrixXd identity = MatrixXd::Identity(n(), n());
    const VectorXd expected =
        (identity - (identity - a) * wrong).cwiseAbs().colwise().sum().transpose();
    EXPECT_LT(difference(sums, expected), 1e-13);
}

TEST_P(EveryBackend, ReadsAllThatExtractionsNeedInOnePass) {
    const MatrixXd l = random_matrix(n(), n(), 13);
    const MatrixXd w = random_matrix(n(), 3, 14);
    const MatrixXd z = random_matrix(n(), 2, 15);
    MatrixXd column_sums(n(), 3);
    MatrixXd row_sums(n(), 2);
    VectorXd diagonal(n());
    const std::vector<std::int64_t> starts{0, n() / 3, n() / 3, n()};
    VectorXd blocks((n() / 3) * (n() / 3) + (n() - n() / 3) * (n() - n() / 3));

    backend().upload(l).sweep({3, w.data(), column_sums.data(), 2, z.data(), row_sums.data(),
                               diagonal.data(), 3, starts.data(), blocks.data()});

    EXPECT_LT(difference(column_sums, l.transpose() * w), 1e-13);
    EXPECT_LT(difference(row_sums, l * z), 1e-13);
    EXPECT_EQ(diagonal, l.diagonal());
    const Index first = n() / 3;
    EXPECT_EQ(blocks.head(first * first).reshaped(first, first), l.topLeftCorner(first, first));
    const Index rest = n() - first;
    EXPECT_EQ(blocks.tail(rest * rest).reshaped(rest, rest), l.bottomRightCorner(rest, rest));
}

TEST_P(EveryBackend, TakesOutEveryCellInOnePass) {
    const auto [a, r] = productive(n(), 0.2, 16);
    const MatrixXd l = exact_inverse(a, r);
    const VectorXd g = random_matrix(n(), 1, 17).cwiseAbs();
    const VectorXd x = random_matrix(n(), 1, 18).cwiseAbs();
    const BackendMatrix uploaded = backend().upload(a);
    double smallest = 0.0;

    const MatrixXd losses = backend().upload(l).cell_losses(uploaded, g, x, 0.7, smallest);

    const Eigen::ArrayXXd denominator = 1.0 + 0.7 * a.array() * l.transpose().array();
    const MatrixXd expected =
        ((g.asDiagonal() * a * x.asDiagonal()).array() * 0.7 / denominator).matrix();
    EXPECT_LE(worst_relative_error(losses, expected), 1e-14);
    EXPECT_DOUBLE_EQ(smallest, denominator.minCoeff());
}

TEST_P(EveryBackend, RepeatsItselfToTheBit) {
    const auto [a, r] = productive(n(), 0.1, 19);
    const BackendMatrix uploaded = backend().upload(a);

    EXPECT_EQ(backend().invert(uploaded, r).download(), backend().invert(uploaded, r).download());
}

TEST_P(EveryBackend, RefusesShapesThatDoNotFit) {
    const MatrixXd a = productive(n(), 0.2, 20).first;
    const BackendMatrix uploaded = backend().upload(a);
    const MatrixXd wide = MatrixXd::Zero(n(), n() + 1);
    const BackendMatrix not_square = backend().upload(wide);

    EXPECT_THROW(uploaded.apply(MatrixXd::Zero(n() + 1, 1)), ArgumentError);
    EXPECT_THROW(backend().factor(uploaded).solve(MatrixXd::Zero(n() + 1, 1)), ArgumentError);
    EXPECT_THROW(backend().factor(not_square), ArgumentError);
    EXPECT_THROW(backend().invert(not_square, VectorXd::Ones(n())), ArgumentError);
    EXPECT_THROW(backend().invert(uploaded, VectorXd::Ones(n() + 1)), ArgumentError);
    EXPECT_THROW(backend().multiply(not_square, uploaded), ArgumentError);
    EXPECT_THROW(uploaded.download(1, 0, n(), 1), ArgumentError);
}

TEST_P(EveryBackend, SaysWhatItIs) {
    EXPECT_FALSE(backend().operations().empty());
    EXPECT_FALSE(backend().device().empty());
    EXPECT_GT(backend().total_bytes(), backend().free_bytes() / 2);
    EXPECT_GE(backend().bytes_needed(NARROWS_INVERT, 1000), 8'000'000);
}

INSTANTIATE_TEST_SUITE_P(Sizes, EveryBackend,
                         testing::Combine(testing::Values("openblas", "eigen-sse2", "eigen-avx2",
                                                          "eigen-avx512", "cuda", "emulated-cuda"),
                                          testing::Values(1, 31, 33, 257)),
                         [](const auto& test) {
                             std::string name = std::get<0>(test.param);
                             std::replace(name.begin(), name.end(), '-', '_');
                             return name + "_" + std::to_string(std::get<1>(test.param));
                         });

}  // namespace
}  // namespace narrows
