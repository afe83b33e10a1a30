#include "kernels/common/inventory_wave.hpp"

#include <Eigen/Core>

#include "tests/kernels/common/missing_barrier.hpp"
#include "tests/kernels/common/thread_orders.hpp"

namespace narrows::kernels {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

/// Value added of three regions, the second without nodes, in two groups of scenarios.
struct Incomes {
    const std::vector<std::int64_t> nodes_of{0, 21, 21, 24};
    std::vector<std::int64_t> nodes;
    VectorXd per_output = VectorXd::Random(24);
    MatrixXd output = MatrixXd::Random(2 * inventory_lanes, 24);  // a column per node

    Incomes() {
        for (std::int64_t i = 0; i < 24; ++i) nodes.push_back(23 - i);
    }

    template <class Executor>
    std::vector<double> operator()(Executor& executor) {
        std::vector<double> income(static_cast<std::size_t>(3 * output.rows()), NAN);
        InventoryWave wave{};
        wave.of.nodes_of = nodes_of.data();
        wave.of.nodes = nodes.data();
        wave.of.per_output = per_output.data();
        wave.width = output.rows();
        wave.output = output.data();
        wave.income = income.data();
        for (std::int64_t block = 0; block < 6; ++block) {
            auto shared = shared_memory(income_threads);
            inventory_income(executor, shared.data(), wave, block);
        }
        return income;
    }
};

TEST(InventoryWave, AddsUpValueAddedOfRegionsInEveryOrderOfThreads) {
    Incomes incomes;
    const auto sums = same_in_every_order(income_threads, [&](auto& e) { return incomes(e); });

    for (int b = 0; b < 2 * inventory_lanes; ++b) {
        const VectorXd value_added =
            incomes.output.row(b).transpose().cwiseProduct(incomes.per_output);
        const auto at = static_cast<std::size_t>(b);
        const std::size_t width = 2 * inventory_lanes;
        EXPECT_NEAR(sums[at], value_added.tail(21).sum(), 1e-14) << b;
        EXPECT_EQ(sums[at + width], 0.0) << b;
        EXPECT_NEAR(sums[at + 2 * width], value_added.head(3).sum(), 1e-14) << b;
    }
}

TEST(InventoryWave, AMissingBarrierShows) {
    Incomes incomes;
    HostExecutor whole(income_threads);
    const auto expected = incomes(whole);
    MissingBarrier without(HostExecutor(income_threads), 2, 0);
    EXPECT_NE(incomes(without), expected);
}

TEST(InventoryWave, FewChannelsAreAddedUpInPlace) {
    const MatrixXd shares = MatrixXd::Random(4, 2);  // two slots of two products
    MatrixXd order = MatrixXd::Random(32, 4);        // products x users
    const MatrixXd fill = MatrixXd::Random(32, 4);
    MatrixXd orders = MatrixXd::Constant(32, 4, NAN);
    InventoryWave wave{};
    wave.of.n = wave.of.num_products = wave.of.longest = 2;
    wave.of.shares = shares.data();
    wave.width = 32;
    wave.order = order.data();
    wave.orders = orders.data();
    for (std::int64_t cell = 0; cell < 64; ++cell) inventory_orders(wave, cell);

    for (int k = 0; k < 2; ++k) {
        const MatrixXd of_product = shares.middleRows(2 * k, 2);
        EXPECT_LE(
            (orders.middleCols(2 * k, 2) - order.middleCols(2 * k, 2) * of_product.transpose())
                .cwiseAbs()
                .maxCoeff(),
            1e-15);
        for (int j = 0; j < 2; ++j) {
            for (int b = 0; b < 32; ++b) {
                EXPECT_NEAR(over_channels(wave, fill.data(), k, j, b),
                            fill.row(b).segment(2 * k, 2).dot(of_product.col(j)), 1e-15);
            }
        }
    }
}

}  // namespace
}  // namespace narrows::kernels
