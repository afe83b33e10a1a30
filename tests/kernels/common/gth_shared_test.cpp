#include "kernels/common/gth_shared.hpp"

#include <Eigen/LU>

#include "tests/kernels/common/thread_orders.hpp"

namespace narrows::kernels {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

class GthSharedSizes : public testing::TestWithParam<int> {};

INSTANTIATE_TEST_SUITE_P(Orders, GthSharedSizes, testing::Values(1, 2, 31, 33, 64));

TEST_P(GthSharedSizes, InvertsInPlaceAndLeavesTheRestAlone) {
    const int n = GetParam();
    const MatrixXd a = MatrixXd::Random(n, n).cwiseAbs() / n * 0.9;
    const VectorXd slack = (1.0 - a.colwise().sum().array()).matrix();
    MatrixXd k = MatrixXd::Constant(n + 3, n, 7.0);
    k.topRows(n) = -a;

    const auto result = same_in_every_order([&](auto& executor) {
        std::vector<double> values(k.data(), k.data() + k.size());
        auto shared = shared_memory(gth_shared_size(n));
        PivotInfo info{INFINITY, -1.0};
        gth_invert_shared(executor, shared.data(), n, values.data(), n + 3, slack.data(), 5, &info);
        values.push_back(info.min_pivot);
        values.push_back(info.singular_at);
        return values;
    });

    const Eigen::Map<const MatrixXd> inverse(result.data(), n + 3, n);
    const MatrixXd expected = (MatrixXd::Identity(n, n) - a).inverse();
    EXPECT_LE((inverse.topRows(n) - expected).cwiseAbs().maxCoeff(), 1e-13 * expected.maxCoeff());
    EXPECT_EQ(inverse.bottomRows(3), k.bottomRows(3));
    EXPECT_GT(result[result.size() - 2], 0.0);
    EXPECT_EQ(result.back(), -1.0);
}

TEST_P(GthSharedSizes, TellsTheStepOfABadPivot) {
    const int n = GetParam();
    const VectorXd slack = VectorXd::Zero(n);

    const auto result = same_in_every_order([&](auto& executor) {
        std::vector<double> values(static_cast<std::size_t>(n * n), 0.0);
        auto shared = shared_memory(gth_shared_size(n));
        PivotInfo info{INFINITY, -1.0};
        gth_invert_shared(executor, shared.data(), n, values.data(), n, slack.data(), 5, &info);
        return std::vector<double>{info.min_pivot, info.singular_at};
    });

    EXPECT_EQ(result, (std::vector<double>{0.0, 5.0}));
}

}  // namespace
}  // namespace narrows::kernels
