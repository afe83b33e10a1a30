#include "kernels/common/elementwise.hpp"

#include <algorithm>
#include <numeric>
#include <random>
#include <vector>

#include <Eigen/Core>
#include <gtest/gtest.h>

namespace narrows::kernels {
namespace {

/// All cells in a shuffled order, as threads of a GPU would come.
std::vector<std::int64_t> shuffled(std::int64_t count) {
    std::vector<std::int64_t> cells(static_cast<std::size_t>(count));
    std::iota(cells.begin(), cells.end(), std::int64_t{0});
    std::shuffle(cells.begin(), cells.end(), std::mt19937(1));
    return cells;
}

class ElementwiseSizes : public testing::TestWithParam<int> {};

TEST_P(ElementwiseSizes, IdentityMinusMatchesEigen) {
    const std::int64_t n = GetParam();
    const Eigen::MatrixXd a = Eigen::MatrixXd::Random(n, n);
    Eigen::MatrixXd k = Eigen::MatrixXd::Constant(n, n, NAN);

    for (const std::int64_t cell : shuffled(n * n))
        identity_minus_cell(cell, n, a.data(), k.data());

    EXPECT_EQ(k, Eigen::MatrixXd(Eigen::MatrixXd::Identity(n, n) - a));
}

TEST_P(ElementwiseSizes, NegativeOffDiagonalIsWeightedByRowsAndHasAZeroDiagonal) {
    const std::int64_t n = GetParam();
    const Eigen::MatrixXd a = Eigen::MatrixXd::Random(n, n);
    const Eigen::VectorXd weights = Eigen::VectorXd::Random(n).array() + 1.5;
    Eigen::MatrixXd k = Eigen::MatrixXd::Constant(n, n, NAN);

    for (const std::int64_t cell : shuffled(n * n))
        negative_off_diagonal_cell(cell, n, a.data(), nullptr, k.data());

    Eigen::MatrixXd expected = -a;
    expected.diagonal().setZero();
    EXPECT_EQ(k, expected);
    for (const std::int64_t cell : shuffled(n * n))
        negative_off_diagonal_cell(cell, n, a.data(), weights.data(), k.data());
    EXPECT_EQ(k, Eigen::MatrixXd(weights.asDiagonal() * expected));
    for (const std::int64_t cell : shuffled(n * n))
        scale_column_cell(cell, n, weights.data(), k.data());
    EXPECT_EQ(k, Eigen::MatrixXd(weights.asDiagonal() * expected * weights.asDiagonal()));
}

TEST_P(ElementwiseSizes, GathersPartsOfColumnsAndSparseProducts) {
    const std::int64_t n = GetParam();
    const Eigen::MatrixXd m = Eigen::MatrixXd::Random(n, n);
    const std::int64_t first = n / 3, count = n - first;
    Eigen::VectorXd part = Eigen::VectorXd::Constant(count + 2, -1.0);
    const std::int64_t rows[] = {n - 1, 0, n - 1};
    const double values[] = {NAN, 2.0, -3.0};

    for (const std::int64_t t : shuffled(5))
        gather_column_part(t, 5, {n - 1, first, count, 2}, n, m.data(), part.data());

    EXPECT_EQ(part.tail(count), m.col(n - 1).tail(count));
    EXPECT_EQ(part.head(2), Eigen::VectorXd::Constant(2, -1.0));
    for (std::int64_t i = 0; i < n; ++i) {
        EXPECT_EQ(sparse_product_cell(i, n, m.data(), 1, 3, rows, values),
                  0.0 + m(i, 0) * 2.0 + m(i, n - 1) * -3.0);
        EXPECT_EQ(sparse_product_cell(i, n, m.data(), 1, 1, rows, values), 0.0);
    }
}

TEST_P(ElementwiseSizes, IdentityAndDiagonalMatchEigen) {
    const std::int64_t n = GetParam();
    const Eigen::MatrixXd a = Eigen::MatrixXd::Random(n, n);
    Eigen::MatrixXd identity = Eigen::MatrixXd::Constant(n, n, NAN);
    Eigen::VectorXd diagonal = Eigen::VectorXd::Constant(n, NAN);

    for (const std::int64_t cell : shuffled(n * n)) identity_cell(cell, n, identity.data());
    for (const std::int64_t i : shuffled(n)) diagonal_cell(i, n, a.data(), diagonal.data());

    EXPECT_EQ(identity, Eigen::MatrixXd(Eigen::MatrixXd::Identity(n, n)));
    EXPECT_EQ(diagonal, Eigen::VectorXd(a.diagonal()));
}

INSTANTIATE_TEST_SUITE_P(Awkward, ElementwiseSizes, testing::Values(1, 2, 31, 33));

}  // namespace
}  // namespace narrows::kernels
