#include "kernels/common/bottleneck.hpp"

#include <algorithm>
#include <cmath>
#include <random>

#include <Eigen/Core>
#include <gtest/gtest.h>

namespace narrows::kernels {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

struct System {
    MatrixXd c, d, beta_by_product;  // beta_by_product: row i blocks product i
    double lambda = 0.5;
};

/// c, d and beta with d + beta <= 1 and the zeros of real tables.
System random_system(Eigen::Index n, double lambda, unsigned seed) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> unit(0.0, 1.0);
    System system{MatrixXd(n, n), MatrixXd(n, n), MatrixXd(n, n), lambda};
    for (Eigen::Index j = 0; j < n; ++j) {
        for (Eigen::Index k = 0; k < n; ++k) {
            const double domestic = unit(random);
            system.d(k, j) = domestic;
            system.beta_by_product(k, j) = 0.5 * (1.0 - domestic) * unit(random);
            system.c(k, j) = unit(random) < 0.4 ? 0.0 : unit(random);
        }
    }
    return system;
}

struct Solution {
    MatrixXd loss;
    std::vector<std::int64_t> binding;
    std::vector<double> error;
};

Solution solve(const System& system, const std::vector<std::int64_t>& products, int threads = 1) {
    const Eigen::Index n = system.c.rows();
    const MatrixXd beta = system.beta_by_product.transpose();
    Solution solution;
    solution.loss.resize(n, static_cast<Eigen::Index>(products.size()));
    solution.binding.resize(static_cast<std::size_t>(n) * products.size());
    std::vector<BottleneckScenario> scenarios(products.size());
    for (std::size_t i = 0; i < products.size(); ++i) {
        scenarios[i].product = products[i];
        scenarios[i].blocked_share = beta.col(products[i]).data();
        scenarios[i].loss_share = solution.loss.col(static_cast<Eigen::Index>(i)).data();
        scenarios[i].binding_input = &solution.binding[i * static_cast<std::size_t>(n)];
    }
    Bottleneck(n, system.c.data(), system.d.data()).solve(scenarios, system.lambda, threads);
    for (const BottleneckScenario& scenario : scenarios) {
        solution.error.push_back(scenario.loss_share_error);
    }
    return solution;
}

/// The definition, iterated from 0 in long double until nothing moves.
VectorXd by_plain_sweeps(const System& system, Eigen::Index product) {
    const Eigen::Index n = system.c.rows();
    std::vector<long double> loss(static_cast<std::size_t>(n), 0.0L);
    for (int sweep = 0; sweep < 5000; ++sweep) {
        std::vector<long double> next(loss.size(), 0.0L);
        for (Eigen::Index j = 0; j < n; ++j) {
            for (Eigen::Index k = 0; k < n; ++k) {
                long double value = k == product ? system.beta_by_product(k, j) : 0.0;
                if (k != j) {
                    value += static_cast<long double>(system.lambda) * system.d(k, j) *
                             loss[static_cast<std::size_t>(k)];
                }
                next[static_cast<std::size_t>(j)] =
                    std::max(next[static_cast<std::size_t>(j)], system.c(k, j) * value);
            }
        }
        if (next == loss) break;
        loss = next;
    }
    VectorXd result(n);
    for (Eigen::Index j = 0; j < n; ++j) {
        result[j] = static_cast<double>(loss[static_cast<std::size_t>(j)]);
    }
    return result;
}

std::vector<std::int64_t> all_products(std::int64_t n) {
    std::vector<std::int64_t> products;
    for (std::int64_t i = 0; i < n; ++i) products.push_back(i);
    return products;
}

class BottleneckSizes : public testing::TestWithParam<std::tuple<int, double>> {};

TEST_P(BottleneckSizes, AgreesWithPlainSweepsWithinItsOwnBound) {
    const auto [n, lambda] = GetParam();
    const System system = random_system(n, lambda, static_cast<unsigned>(n) + 7);

    const Solution solution = solve(system, all_products(n));

    for (Eigen::Index product = 0; product < n; ++product) {
        const VectorXd expected = by_plain_sweeps(system, product);
        const double difference = (solution.loss.col(product) - expected).cwiseAbs().maxCoeff();
        const double bound = solution.error[static_cast<std::size_t>(product)];
        EXPECT_LE(difference, bound) << "product " << product;
        EXPECT_LE(bound, 1e-12);
    }
}

INSTANTIATE_TEST_SUITE_P(Awkward, BottleneckSizes,
                         testing::Combine(testing::Values(1, 2, 7, 8, 9, 33),
                                          testing::Values(0.0, 0.25, 0.5, 0.9, 0.99)));

/// A chain 0 -> 1 -> ... of which policy iteration settles one link a round, with a tail whose
/// first sector takes the long way only once that has become the worse one.
System long_chain(Eigen::Index length, Eigen::Index tail, double lambda) {
    const Eigen::Index n = length + tail;
    System system{MatrixXd::Zero(n, n), MatrixXd::Zero(n, n), MatrixXd::Zero(n, n), lambda};
    system.beta_by_product(0, 0) = 1.0;
    system.c(0, 0) = 1.0;
    for (Eigen::Index j = 1; j < n; ++j) {
        system.c(j - 1, j) = 1.0;
        system.d(j - 1, j) = 1.0;
    }
    // A shortcut that pays a little less than the whole chain, seen from the first round on.
    system.c(0, length) = 1.0;
    system.d(0, length) = 0.9 * std::pow(lambda, static_cast<double>(length) - 1.0);
    return system;
}

TEST(Bottleneck, FollowsChainsOfAnyLength) {
    for (const Eigen::Index length : {10, 63, 64, 65, 70, 200}) {
        for (const double lambda : {0.5, 0.9, 0.99, 0.999}) {
            const System system = long_chain(length, 20, lambda);

            const Solution solution = solve(system, {0});

            double expected = 1.0;
            for (Eigen::Index j = 0; j < length + 20; ++j, expected *= lambda) {
                EXPECT_NEAR(solution.loss(j, 0), expected, 1e-15 * static_cast<double>(j + 1))
                    << length << " " << lambda << " " << j;
            }
            EXPECT_LE(solution.error[0], 1e-12);
        }
    }
}

TEST(Bottleneck, IsScaleFree) {
    System system = random_system(33, 0.9, 21);
    const Solution whole = solve(system, all_products(33));
    system.beta_by_product *= std::pow(2.0, -60.0);

    const Solution tiny = solve(system, all_products(33));

    EXPECT_EQ(tiny.loss * std::pow(2.0, 60.0), whole.loss);
}

TEST(Bottleneck, AnswersTheHandExampleOfThreeSectors) {
    System system;
    system.c.resize(3, 3);
    system.c << 0, 1, .5, 1, 0, 0, 0, .5, 0;
    system.d.resize(3, 3);
    system.d << 0, .5, .8, .9, 0, .25, 0, .6, 0;
    MatrixXd import_share(3, 3);
    import_share << 0, .5, .2, .1, 0, .75, 0, .4, 0;
    system.beta_by_product = 0.4 * import_share;
    const Eigen::Vector3d value_added(50, 30, 20);

    const Solution solution = solve(system, {0, 1, 2});

    // delta_2 = .2 + .25 delta_1 and delta_1 = .45 delta_2, hence delta_2 = .2 / (1 - .1125).
    EXPECT_NEAR(solution.loss(1, 0), 0.2 / (1.0 - 0.1125), 1e-15);
    EXPECT_NEAR(solution.loss(0, 0), 0.45 * 0.2 / (1.0 - 0.1125), 1e-15);
    EXPECT_NEAR(value_added.dot(solution.loss.col(0)), 13.036619718309859, 1e-12);
    EXPECT_NEAR(value_added.dot(solution.loss.col(1)), 2.7718310, 1e-7);
    EXPECT_NEAR(value_added.dot(solution.loss.col(2)), 4.4034465, 1e-7);
}

TEST(Bottleneck, GivesTheSameBitsForAnyBatchAndThreadCount) {
    const System system = random_system(33, 0.9, 3);
    const auto products = all_products(33);
    const Solution alone_first = solve(system, {0});

    const Solution one_thread = solve(system, products, 1);
    const Solution four_threads = solve(system, products, 4);
    std::vector<std::int64_t> reversed(products.rbegin(), products.rend());
    const Solution backwards = solve(system, reversed, 2);

    EXPECT_EQ(one_thread.loss, four_threads.loss);
    EXPECT_EQ(one_thread.binding, four_threads.binding);
    EXPECT_EQ(one_thread.loss.col(0), alone_first.loss.col(0));
    EXPECT_EQ(one_thread.loss, MatrixXd(backwards.loss.rowwise().reverse()));
}

TEST(Bottleneck, LosesNothingWhenNothingIsBlocked) {
    System system = random_system(9, 0.9, 5);
    system.beta_by_product.setZero();

    const Solution solution = solve(system, all_products(9));

    EXPECT_EQ(solution.loss, MatrixXd::Zero(9, 9));
    EXPECT_TRUE(std::all_of(solution.binding.begin(), solution.binding.end(),
                            [](std::int64_t input) { return input == -1; }));
}

TEST(Bottleneck, BindingInputsExplainTheLossExactly) {
    const System system = random_system(33, 0.5, 11);

    const Solution solution = solve(system, {4});

    for (Eigen::Index j = 0; j < 33; ++j) {
        const std::int64_t input = solution.binding[static_cast<std::size_t>(j)];
        if (solution.loss(j, 0) == 0.0) continue;
        ASSERT_GE(input, 0);
        double value = input == 4 ? system.beta_by_product(4, j) : 0.0;
        if (input != j) value += 0.5 * system.d(input, j) * solution.loss(input, 0);
        EXPECT_NEAR(solution.loss(j, 0), system.c(input, j) * value, 1e-15);
    }
}

/// Why a sector's own product is left out of the second term and lambda stays below 1: a sector
/// that uses its own product would lose the whole blocked share, whatever it imports.
TEST(Bottleneck, OwnUseDoesNotAmplifyTheLoss) {
    System system;
    system.c = MatrixXd::Ones(1, 1);
    system.d = MatrixXd::Constant(1, 1, 0.95);
    system.beta_by_product = MatrixXd::Constant(1, 1, 0.3 * 0.05);
    system.lambda = 0.999;

    const Solution solution = solve(system, {0});

    EXPECT_DOUBLE_EQ(solution.loss(0, 0), 0.3 * 0.05);
}

}  // namespace
}  // namespace narrows::kernels
