#include "kernels/common/reduction.hpp"

#include <Eigen/Core>

#include "tests/kernels/common/thread_orders.hpp"

namespace narrows::kernels {
namespace {

using Eigen::VectorXd;

class ReductionSizes : public testing::TestWithParam<int> {};

INSTANTIATE_TEST_SUITE_P(Rows, ReductionSizes, testing::Values(0, 1, 31, 33, 255, 256, 257, 1000));

TEST_P(ReductionSizes, SubtractsAColumnSum) {
    const int n = GetParam();
    const VectorXd column = VectorXd::Random(n), weights = VectorXd::Random(n);
    const double start = 3.0;
    const auto sum = [&](const double* w) {
        return same_in_every_order([&](auto& executor) {
            auto partial = shared_memory(column_parts);
            std::vector<double> result{NAN};
            subtract_column_sum(executor, partial.data(), n, column.data(), w, &start,
                                result.data());
            return result;
        })[0];
    };

    EXPECT_NEAR(sum(nullptr), 3.0 - column.sum(), 1e-13);
    EXPECT_NEAR(sum(weights.data()), 3.0 - weights.dot(column), 1e-13);
}

TEST_P(ReductionSizes, SubtractsInPlace) {
    const int n = GetParam();
    const VectorXd column = VectorXd::Ones(n);

    const auto result = same_in_every_order([&](auto& executor) {
        auto partial = shared_memory(column_parts);
        std::vector<double> value{5000.0};
        subtract_column_sum(executor, partial.data(), n, column.data(), nullptr, value.data(),
                            value.data());
        return value;
    });

    EXPECT_EQ(result[0], 5000.0 - n);
}

TEST_P(ReductionSizes, AddsUpAResidualColumn) {
    const int n = GetParam();
    const VectorXd l = VectorXd::Random(n), al = VectorXd::Random(n);
    for (const int j : {0, n / 2}) {
        if (j >= n) continue;

        const auto result = same_in_every_order([&](auto& executor) {
            auto partial = shared_memory(column_parts);
            std::vector<double> sum{NAN};
            residual_column_sum(executor, partial.data(), n, j, l.data(), al.data(), sum.data());
            return sum;
        });

        EXPECT_NEAR(result[0], (VectorXd::Unit(n, j) - l + al).cwiseAbs().sum(), 1e-11);
    }
}

TEST_P(ReductionSizes, FindsTheSmallest) {
    const int n = GetParam();
    const VectorXd values = VectorXd::Random(n);

    const auto result = same_in_every_order([&](auto& executor) {
        auto partial = shared_memory(column_parts);
        std::vector<double> smallest{NAN};
        smallest_value(executor, partial.data(), n, values.data(), smallest.data());
        return smallest;
    });

    EXPECT_EQ(result[0], n == 0 ? INFINITY : values.minCoeff());
}

}  // namespace
}  // namespace narrows::kernels
