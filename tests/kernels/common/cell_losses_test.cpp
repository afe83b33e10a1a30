#include "kernels/common/cell_losses.hpp"

#include <algorithm>

#include <Eigen/Core>

#include "tests/kernels/common/thread_orders.hpp"

namespace narrows::kernels {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

class CellLossesSizes : public testing::TestWithParam<int> {};

INSTANTIATE_TEST_SUITE_P(Orders, CellLossesSizes, testing::Values(1, 31, 32, 33, 65, 130));

TEST_P(CellLossesSizes, MatchTheFormulaInAnyChunkOfColumns) {
    const int n = GetParam();
    const MatrixXd l = MatrixXd::Random(n, n), a = MatrixXd::Random(n, n);
    const VectorXd g = VectorXd::Random(n), x = VectorXd::Random(n);
    const double phi = 0.8;
    const Eigen::ArrayXXd denominators = 1.0 + phi * a.array() * l.transpose().array();
    const MatrixXd expected = (phi * (g * x.transpose()).array() * a.array() / denominators);
    for (const int first : {0, n / 3}) {
        const int columns = n - first;
        const std::int64_t tiles = num_tiles(n) * num_tiles(columns);

        const auto result = same_in_every_order([&](auto& executor) {
            auto losses = shared_memory(n * columns + tiles);
            auto shared = shared_memory(tile_shared);
            for (std::int64_t tile = 0; tile < tiles; ++tile) {
                cell_losses_tile(executor, shared.data(), tile,
                                 CellLosses{n, l.data(), a.data(), g.data(), x.data(), phi, first,
                                            columns, losses.data(), losses.data() + n * columns});
            }
            return losses;
        });

        const Eigen::Map<const MatrixXd> losses(result.data(), n, columns);
        EXPECT_LE((losses - expected.rightCols(columns)).cwiseAbs().maxCoeff(),
                  1e-14 * (1.0 + expected.cwiseAbs().maxCoeff()));
        EXPECT_NEAR(*std::min_element(result.end() - tiles, result.end()),
                    denominators.rightCols(columns).minCoeff(), 1e-15);
    }
}

}  // namespace
}  // namespace narrows::kernels
