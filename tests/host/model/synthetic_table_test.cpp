#include "host/model/synthetic_table.hpp"

#include <gtest/gtest.h>

namespace narrows {
namespace {

TEST(SyntheticTable, HasTheSlackThatWasDrawn) {
    const SyntheticTable table = synthetic_table(60);

    EXPECT_GE(table.A.minCoeff(), 0.0);
    EXPECT_GE(table.slack.minCoeff(), 0.3);
    EXPECT_LE(table.slack.maxCoeff(), 0.7);
    const Eigen::VectorXd sums = table.A.colwise().sum().transpose() + table.slack;
    EXPECT_LT((sums.array() - 1.0).abs().maxCoeff(), 1e-14);
}

TEST(SyntheticTable, IsTheSameEverywhere) {
    // Computed in Python, as in bench/compare_peers.py.
    const SyntheticTable table = synthetic_table(3);

    EXPECT_EQ(table.A, synthetic_table(3).A);
    EXPECT_DOUBLE_EQ(table.slack[0], 0.6545601023484429);
    EXPECT_NEAR(table.A(2, 1), 0.29310115424008387, 1e-16);
}

}  // namespace
}  // namespace narrows
