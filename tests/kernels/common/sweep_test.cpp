#include "kernels/common/sweep.hpp"

#include <Eigen/Core>

#include "tests/kernels/common/thread_orders.hpp"

namespace narrows::kernels {
namespace {

using Eigen::MatrixXd;

class SweepSizes : public testing::TestWithParam<int> {};

INSTANTIATE_TEST_SUITE_P(Orders, SweepSizes, testing::Values(1, 15, 16, 17, 31, 33, 129, 257));

TEST_P(SweepSizes, GivesSumsOverRowsAndOverColumns) {
    const int n = GetParam();
    const MatrixXd l = MatrixXd::Random(n, n), weights = MatrixXd::Random(n, sweep_weights);
    const MatrixXd flows = MatrixXd::Random(n, sweep_flows);
    const std::int64_t groups = sweep_groups(n), stride = n * sweep_flows;

    const auto result = same_in_every_order([&](auto& executor) {
        std::vector<double> sums = shared_memory(2 * stride),
                            partial = shared_memory(stride * groups);
        auto shared = shared_memory(sweep_shared);
        auto row_shared = shared_memory(row_block * row_parts);
        for (std::int64_t group = 0; group < groups; ++group) {
            sweep_group(
                executor, shared.data(), group,
                SweepSlice{n, l.data(), weights.data(), sums.data(), flows.data(), partial.data()});
        }
        for (int r = 0; r < sweep_flows; ++r) {
            for (int block = 0; block * row_block < n; ++block) {
                add_groups(executor, row_shared.data(), block, n, groups, partial.data() + r * n,
                           stride, sums.data() + stride + r * n);
            }
        }
        return sums;
    });

    const Eigen::Map<const MatrixXd> column_sums(result.data(), n, sweep_weights);
    const Eigen::Map<const MatrixXd> row_sums(result.data() + stride, n, sweep_flows);
    EXPECT_LE((column_sums - l.transpose() * weights).cwiseAbs().maxCoeff(), 1e-13);
    EXPECT_LE((row_sums - l * flows).cwiseAbs().maxCoeff(), 1e-13);
}

TEST(Sweep, LeavesPartialRowsAloneWithoutFlows) {
    const MatrixXd l = MatrixXd::Random(20, 20), weights = MatrixXd::Random(20, sweep_weights);

    const auto result = same_in_every_order([&](auto& executor) {
        std::vector<double> sums = shared_memory(20 * sweep_weights);
        auto shared = shared_memory(sweep_shared);
        for (int group = 0; group < 2; ++group) {
            sweep_group(executor, shared.data(), group,
                        SweepSlice{20, l.data(), weights.data(), sums.data(), nullptr, nullptr});
        }
        return sums;
    });

    const Eigen::Map<const MatrixXd> column_sums(result.data(), 20, sweep_weights);
    EXPECT_LE((column_sums - l.transpose() * weights).cwiseAbs().maxCoeff(), 1e-14);
}

}  // namespace
}  // namespace narrows::kernels
