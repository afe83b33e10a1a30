#include "host/model/linkages.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "tests/support/matrices.hpp"
#include "tests/support/shared_files.hpp"

namespace narrows {
namespace {

using Eigen::MatrixXd;
using test::matrix;
using LongMatrix = Eigen::Matrix<long double, Eigen::Dynamic, Eigen::Dynamic>;

/// N = A + A^2 + ... and H = A + 2 A^2 + ..., summed until terms vanish.
struct Series {
    LongMatrix n, h;
    explicit Series(const MatrixXd& a)
        : n(LongMatrix::Zero(a.rows(), a.cols())), h(LongMatrix::Zero(a.rows(), a.cols())) {
        LongMatrix term = a.cast<long double>();
        for (int k = 1; term.cwiseAbs().maxCoeff() > 1e-30L && k < 5000; ++k) {
            n += term;
            h += static_cast<long double>(k) * term;
            term = term * a.cast<long double>();
        }
    }
    double length(Index i, Index j) const { return static_cast<double>(h(i, j) / n(i, j)); }
};

TEST(PropagationLengths, AreThoseOfTheSeries) {
    for (const unsigned seed : {1U, 2U, 3U}) {
        const MatrixXd a = test::productive(20, 0.3, seed).first;
        const Series series(a);

        const PropagationLengths found =
            average_propagation_lengths(LeontiefModel(Backend::cpu(), a));

        for (Index j = 0; j < 20; ++j) {
            for (Index i = 0; i < 20; ++i) {
                EXPECT_NEAR(found.length(i, j) / series.length(i, j), 1.0, 1e-13);
                EXPECT_NEAR(found.linkage(i, j) / static_cast<double>(series.n(i, j)), 1.0, 1e-13);
                EXPECT_GE(found.length(i, j), 1.0);
            }
        }
    }
}

TEST(PropagationLengths, AreNothingWhereNoChainLeads) {
    // One sells to two, two to three: nothing leads back, and nobody buys from himself.
    const MatrixXd a = matrix({{0, .5, 0}, {0, 0, .25}, {0, 0, 0}});

    const PropagationLengths found = average_propagation_lengths(LeontiefModel(Backend::cpu(), a));

    EXPECT_EQ(found.length(0, 1), 1.0);
    EXPECT_EQ(found.length(0, 2), 2.0);
    EXPECT_EQ(found.length(1, 2), 1.0);
    for (const auto& [i, j] : {std::pair{0, 0}, {1, 0}, {1, 1}, {2, 0}, {2, 1}, {2, 2}}) {
        EXPECT_TRUE(std::isnan(found.length(i, j))) << i << " " << j;
        EXPECT_EQ(found.linkage(i, j), 0.0);
    }
}

TEST(PropagationLengths, KeepTheirDigitsWhereASectorHardlyNeedsItself) {
    const MatrixXd a = matrix({{0, 1e-9}, {1e-8, .5}});
    const Series series(a);

    const PropagationLengths found = average_propagation_lengths(LeontiefModel(Backend::cpu(), a));

    EXPECT_NEAR(found.length(0, 0) / series.length(0, 0), 1.0, 1e-14);
    EXPECT_NEAR(found.linkage(0, 0) / static_cast<double>(series.n(0, 0)), 1.0, 1e-14);
}

TEST(PropagationLengths, OfATableWithNegativeCoefficientsAreThoseOfTheSeries) {
    MatrixXd a = test::productive(12, 0.4, 7).first;
    a(3, 5) = -0.05;
    const Series series(a);

    const PropagationLengths found = average_propagation_lengths(LeontiefModel(Backend::cpu(), a));

    for (Index j = 0; j < 12; ++j) {
        for (Index i = 0; i < 12; ++i) {
            const auto linkage = static_cast<double>(series.n(i, j));
            EXPECT_NEAR(found.length(i, j) * linkage, static_cast<double>(series.h(i, j)), 1e-13);
        }
    }
}

TEST(PropagationLengths, OfATableWithNegativeCoefficientsLeaveOutWhatIsNoise) {
    // Two and three buy from one what it is paid for by the other: what they need of it cancels.
    const MatrixXd a = matrix({{0, .3, -.1}, {0, 0, .1 / .3}, {0, 0, 0}});

    const PropagationLengths found = average_propagation_lengths(LeontiefModel(Backend::cpu(), a));

    EXPECT_TRUE(std::isnan(found.length(0, 2)));
    EXPECT_EQ(found.length(0, 1), 1.0);
}

}  // namespace
}  // namespace narrows
