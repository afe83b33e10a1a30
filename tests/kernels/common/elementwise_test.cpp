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
