#include "kernels/cpu/closed_bottleneck.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include <Eigen/Core>
#include <gtest/gtest.h>

#include "kernels/common/bottleneck.hpp"

#include "tests/support/shared_files.hpp"

namespace narrows::cpu {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

using Scenarios = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

struct System {
    MatrixXd c, d;
    std::vector<Scenarios> beta;  // by product: users x scenarios
    double lambda = 0.5;
};

/// Zeros of every kind; with `coarse` values few numbers, so that many paths tie.
System random_system(Index n, Index count, double lambda, bool coarse, unsigned seed) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> unit(0.0, 1.0);
    const auto value = [&] { return coarse ? std::floor(5.0 * unit(random)) / 4.0 : unit(random); };
    const auto filled = [&](auto& matrix) {
        for (Index i = 0; i < matrix.size(); ++i) {
            matrix.data()[i] = unit(random) < 0.3 ? 0.0 : std::min(1.0, value());
        }
    };
    System system{MatrixXd(n, n), MatrixXd(n, n), {}, lambda};
    filled(system.c);
    filled(system.d);
    for (Index product = 0; product < n; ++product) {
        Scenarios beta(n, count);
        filled(beta);
        for (Index j = 0; j < n; ++j) beta.row(j) *= 1.0 - system.d(product, j);
        system.beta.push_back(beta);
    }
    return system;
}

/// delta by product: users x scenarios.
std::vector<Scenarios> solve(const System& system, const IsaKernels& kernels = best_kernels()) {
    ClosedBottleneck closed(system.c.rows(), kernels);
    closed.set_matrix(system.c.data(), system.d.data(), system.lambda);
    std::vector<Scenarios> loss;
    for (Index product = 0; product < system.c.rows(); ++product) {
        const Scenarios& beta = system.beta[static_cast<std::size_t>(product)];
        const std::vector<std::int64_t> products(static_cast<std::size_t>(beta.cols()), product);
        loss.emplace_back(beta.rows(), beta.cols());
        closed.solve(beta.cols(), products.data(), beta.data(), loss.back().data());
    }
    return loss;
}

/// The definition, iterated from 0 in long double until nothing moves.
VectorXd by_plain_sweeps(const System& system, Index product, Index scenario) {
    const Index n = system.c.rows();
    const Scenarios& beta = system.beta[static_cast<std::size_t>(product)];
    std::vector<long double> loss(static_cast<std::size_t>(n), 0.0L);
    for (bool moved = true; moved;) {
        std::vector<long double> next(loss.size(), 0.0L);
        for (Index j = 0; j < n; ++j) {
            long double& largest = next[static_cast<std::size_t>(j)];
            for (Index k = 0; k < n; ++k) {
                long double value = k == product ? beta(j, scenario) : 0.0;
                if (k != j) {
                    value += static_cast<long double>(system.lambda) * system.d(k, j) *
                             loss[static_cast<std::size_t>(k)];
                }
                largest = std::max(largest, system.c(k, j) * value);
            }
        }
        moved = false;
        for (std::size_t j = 0; j < loss.size(); ++j) moved |= next[j] > loss[j] * (1 + 1e-18L);
        loss = next;
    }
    return Eigen::Map<Eigen::Matrix<long double, -1, 1>>(loss.data(), n).cast<double>();
}

/// The bound of the header.
double allowed(const System& system) {
    constexpr double unit_roundoff = std::numeric_limits<double>::epsilon() / 2.0;
    return (4.0 * static_cast<double>(system.c.rows()) + 8.0) * unit_roundoff /
           (1.0 - system.lambda * system.lambda);
}

class ClosedForms : public testing::TestWithParam<std::tuple<int, double, bool>> {};

TEST_P(ClosedForms, AgreeWithTheDefinition) {
    const auto [n, lambda, coarse] = GetParam();
    for (unsigned seed = 1; seed <= 6; ++seed) {
        const System system = random_system(n, 5, lambda, coarse, seed);
        const std::vector<Scenarios> loss = solve(system);
        for (Index product = 0; product < n; ++product) {
            for (Index scenario = 0; scenario < 5; ++scenario) {
                const VectorXd expected = by_plain_sweeps(system, product, scenario);
                const VectorXd found = loss[static_cast<std::size_t>(product)].col(scenario);
                for (Index j = 0; j < n; ++j) {
                    EXPECT_NEAR(found[j], expected[j], allowed(system) * expected[j]);
                }
            }
        }
    }
}

TEST_P(ClosedForms, AgreeWithPolicyIteration) {
    const auto [n, lambda, coarse] = GetParam();
    const System system = random_system(n, 30, lambda, coarse, 77);
    const std::vector<Scenarios> loss = solve(system);
    const kernels::Bottleneck bottleneck(n, system.c.data(), system.d.data());
    for (Index product = 0; product < n; ++product) {
        const MatrixXd beta = system.beta[static_cast<std::size_t>(product)];
        MatrixXd expected(n, beta.cols());
        std::vector<std::int64_t> binding(static_cast<std::size_t>(beta.size()));
        std::vector<kernels::BottleneckScenario> scenarios;
        for (Index s = 0; s < beta.cols(); ++s) {
            scenarios.push_back(
                {product, beta.col(s).data(), expected.col(s).data(), binding.data() + s * n});
        }
        bottleneck.solve(scenarios, lambda, 1);
        for (Index s = 0; s < beta.cols(); ++s) {
            const double error = scenarios[static_cast<std::size_t>(s)].loss_share_error;
            for (Index j = 0; j < n; ++j) {
                EXPECT_NEAR(loss[static_cast<std::size_t>(product)](j, s), expected(j, s),
                            error + allowed(system) * expected(j, s));
            }
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Awkward, ClosedForms,
                         testing::Combine(testing::Values(1, 2, 3, 8, 17),
                                          testing::Values(0.0, 0.5, 0.99), testing::Bool()));

TEST(ClosedBottleneck, GivesTheLossesOfOracle23) {
    NARROWS_NEEDS_SHARED("spec/oracles/23_lambda_bottleneck_3sector.json");
    const auto oracle = test::read_oracle("23_lambda_bottleneck_3sector");
    System system{test::matrix(oracle["c"]), test::matrix(oracle["D"]), {}, oracle["lam"]};
    const MatrixXd mu = test::matrix(oracle["mu"]);
    for (Index product = 0; product < 3; ++product) {
        system.beta.emplace_back(oracle["s"].get<double>() * mu.row(product).transpose());
    }
    const std::vector<Scenarios> loss = solve(system);
    const VectorXd value_added = test::vector(oracle["va"]);
    ASSERT_EQ(oracle["results"].size(), 3U);
    for (const auto& result : oracle["results"]) {
        const VectorXd found = loss[result["input"].get<std::size_t>()].col(0);
        EXPECT_LE(test::relative_difference(found, test::vector(result["delta"])), 1e-14);
        EXPECT_NEAR(value_added.dot(found), result["gar"].get<double>(), 1e-13);
    }
}

TEST(ClosedBottleneck, GivesTheSameBitsInAnyBatchAndOnAnyInstructionSet) {
    const System system = random_system(19, 61, 0.6, false, 5);
    const std::vector<Scenarios> whole = solve(system);
    for (const char* name : {"sse2", "avx2", "avx512"}) {
        const IsaKernels* kernels = find_kernels(name);
        if (kernels == nullptr) continue;
        EXPECT_EQ(solve(system, *kernels), whole) << name;
    }
    // Scenario 42 of every product side by side.
    Scenarios beta(19, 19), loss(19, 19);
    std::vector<std::int64_t> products;
    for (Index product = 0; product < 19; ++product) {
        products.push_back(product);
        beta.col(product) = system.beta[static_cast<std::size_t>(product)].col(42);
    }
    ClosedBottleneck closed(19);
    closed.set_matrix(system.c.data(), system.d.data(), system.lambda);
    closed.solve(19, products.data(), beta.data(), loss.data());
    for (Index product = 0; product < 19; ++product) {
        EXPECT_EQ(loss.col(product), whole[static_cast<std::size_t>(product)].col(42));
    }
}

}  // namespace
}  // namespace narrows::cpu
