#include "kernels/common/shortage_sweep.hpp"

#include <algorithm>
#include <cmath>
#include <random>

#include <Eigen/Core>

#include "tests/kernels/common/thread_orders.hpp"

namespace narrows::kernels {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr std::int64_t slots = 128;

/// Two products of 3 and 6 makers (8 and, with padding, 12 places), 9 users.
struct Small {
    const Index n = 9;
    const std::vector<std::int64_t> place_of = {0, 1, 2, 4, 5, 6, 7, 8, 9};
    const std::vector<std::int64_t> home_of = {-1, 0, -1, -1, 1, -1, -1, -1, -1};
    const std::vector<std::int64_t> first_run = {0, 2}, first_weight = {0};
    const std::vector<ShortageRun> runs = {{0, 1}, {1, 2}};
    const std::int64_t places = 12;
    MatrixXd w, loss, direct;
    VectorXd lambda;
    std::vector<double> weights, losses;

    explicit Small(unsigned seed) {
        std::mt19937 random(seed);
        std::uniform_real_distribution<double> unit(0.0, 1.0);
        const auto any = [&] { return unit(random); };
        w = MatrixXd::NullaryExpr(n, n, any) / 9.0;
        loss = MatrixXd::NullaryExpr(n, slots, any);
        direct = MatrixXd::NullaryExpr(slots, 2, any) * 0.3;
        lambda = VectorXd::NullaryExpr(slots, any);
        weights.assign(static_cast<std::size_t>(places * shortage_tile), 0.0);
        losses.assign(static_cast<std::size_t>(places * slots), 0.0);
        for (Index r = 0; r < n; ++r) {
            const std::int64_t place = place_of[static_cast<std::size_t>(r)];
            for (Index j = 0; j < n; ++j) {
                // Fragments of 4 places and 8 users, users fastest; in one, users, then places.
                const auto fragment = place / 4 * (shortage_tile / 8) + j / 8;
                weights[static_cast<std::size_t>(fragment * 32 + j % 8 * 4 + place % 4)] = w(r, j);
            }
            for (Index s = 0; s < slots; ++s) {
                losses[static_cast<std::size_t>(shortage_cell(place, s, slots))] = loss(r, s);
            }
        }
    }
};

TEST(ShortageSweep, IsTheLargestSumOfAProductOrTheDirectLossInAnyThreadOrder) {
    const Small in(1);
    const std::int64_t cells = in.places * slots;

    const auto result = same_in_every_order([&](auto& executor) {
        std::vector<double> out = shared_memory(cells + 2 * slots);
        auto shared = shared_memory(shortage_shared);
        for (std::int64_t block = 0; block < slots / shortage_tile; ++block) {
            shortage_sweep(executor, shared.data(), block,
                           ShortageSweep{in.n, slots, in.first_run.data(), in.runs.data(),
                                         in.first_weight.data(), in.weights.data(),
                                         in.place_of.data(), in.home_of.data(), in.lambda.data(),
                                         in.direct.data(), in.losses.data(), out.data(),
                                         out.data() + cells, out.data() + cells + slots});
        }
        for (double& value : out) {
            if (std::isnan(value)) value = -7.0;  // not written
        }
        return out;
    });

    std::int64_t written = 0;
    for (Index s = 0; s < slots; ++s) {
        double change = 0.0;
        double largest = 0.0;
        for (Index j = 0; j < in.n; ++j) {
            const double first = in.w.col(j).head(3).dot(in.loss.col(s).head(3));
            const double second = in.w.col(j).tail(6).dot(in.loss.col(s).tail(6));
            double expected = in.lambda[s] * std::max(first, second);
            const std::int64_t home = in.home_of[static_cast<std::size_t>(j)];
            if (home >= 0) expected = std::max(expected, in.direct(s, home));
            const auto cell = shortage_cell(in.place_of[static_cast<std::size_t>(j)], s, slots);
            EXPECT_NEAR(result[static_cast<std::size_t>(cell)], expected, 1e-15);
            change = std::max(change, std::abs(expected - in.loss(j, s)));
            largest = std::max(largest, expected);
            ++written;
        }
        EXPECT_NEAR(result[static_cast<std::size_t>(cells + s)], change, 1e-15);
        EXPECT_NEAR(result[static_cast<std::size_t>(cells + slots + s)], largest, 1e-15);
    }
    // The places between products are left alone.
    EXPECT_EQ(std::count(result.begin(), result.end(), -7.0), cells - written);
}

TEST(ShortageDirectLoss, PassesOnWhatIsDeliveredAndIsNothingWithoutADirectLoss) {
    const Small in(2);
    const std::vector<std::int64_t> starts = {0, 3, 9}, first_place = {0, 4}, products = {1, 0};
    const std::vector<std::int64_t> home = {1, 4};
    MatrixXd direct(2, 2), delivered = MatrixXd::Constant(6, 2, 0.25);
    direct << 0.5, 0.125, 0.0, 0.25;
    std::vector<std::int64_t> scenario(slots, -1);
    scenario[3] = 0;
    scenario[70] = 1;
    std::vector<double> result = shared_memory(2 * slots);
    const ShortageDirect of{in.n,
                            slots,
                            2,
                            6,
                            starts.data(),
                            first_place.data(),
                            in.w.data(),
                            home.data(),
                            products.data(),
                            direct.data(),
                            delivered.data(),
                            scenario.data(),
                            in.lambda.data(),
                            in.losses.data(),
                            result.data()};

    for (std::int64_t cell = 0; cell < 2 * slots; ++cell) shortage_direct(of, cell);

    const auto passed_on = [&](Index user, Index slot, Index begin, Index count) {
        return in.lambda[slot] * 0.25 *
               in.w.col(home[static_cast<std::size_t>(user)])
                   .segment(begin, count)
                   .dot(in.loss.col(slot).segment(begin, count));
    };
    EXPECT_NEAR(result[3], 0.5 + passed_on(0, 3, 3, 6), 1e-15);
    EXPECT_EQ(result[slots + 3], 0.0);  // no direct loss
    EXPECT_NEAR(result[70], 0.125 + passed_on(0, 70, 0, 3), 1e-15);
    EXPECT_NEAR(result[slots + 70], 0.25 + passed_on(1, 70, 0, 3), 1e-15);
    EXPECT_EQ(std::count(result.begin(), result.end(), 0.0), 2 * slots - 3);
}

TEST(ShortageWeights, AreOfAFragmentsUsersAndPlacesAndZeroElsewhere) {
    const MatrixXd w = MatrixXd::Random(70, 70);  // a whole tile of users, and 6 more
    const std::vector<ShortageRow> rows = {{0, 10, 4}, {64, 14, 3}};
    std::vector<double> weights = shared_memory(2 * shortage_row);

    for (std::int64_t cell = 0; cell < 2 * shortage_row; ++cell) {
        pack_shortage_cell(cell, 70, rows.data(), w.data(), weights.data());
    }

    const auto at = [&](std::int64_t row, Index user, Index place) {
        const auto fragment = row * (shortage_tile / 8) + user / 8;
        return weights[static_cast<std::size_t>(fragment * 32 + user % 8 * 4 + place)];
    };
    EXPECT_EQ(at(0, 0, 0), w(10, 0));
    EXPECT_EQ(at(0, 63, 3), w(13, 63));
    EXPECT_EQ(at(1, 5, 2), w(16, 69));
    EXPECT_EQ(at(1, 5, 3), 0.0);  // no such node
    EXPECT_EQ(at(1, 6, 0), 0.0);  // no such user
}

TEST(ShortageMost, IsTheLargestOfAllTiles) {
    const std::vector<double> values = {1.0, 2.0, 3.0, 0.5, 7.0, 0.0};  // 2 slots, 3 tiles
    EXPECT_EQ(shortage_most(values.data(), 0, 2, 3), 7.0);
    EXPECT_EQ(shortage_most(values.data(), 1, 2, 3), 2.0);
}

}  // namespace
}  // namespace narrows::kernels
