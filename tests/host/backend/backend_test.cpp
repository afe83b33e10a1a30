// Every backend against the CPU, at awkward sizes. Without a GPU the CUDA cases skip with the
// loader's reason.
#include "host/backend/backend.hpp"

#include <cmath>
#include <optional>
#include <random>

#include <Eigen/LU>
#include <gtest/gtest.h>

#include "host/base/error.hpp"

namespace narrows {
namespace {

using Eigen::MatrixXd;

/// Nonnegative with column sums between .3 and .8: a productive A.
MatrixXd productive(Index n, unsigned seed) {
    std::mt19937 random(seed);
    std::exponential_distribution<double> size(1.0);
    std::uniform_real_distribution<double> sum(0.3, 0.8);
    MatrixXd a(n, n);
    for (double& cell : a.reshaped()) cell = size(random);
    for (Index j = 0; j < n; ++j) a.col(j) *= sum(random) / a.col(j).sum();
    return a;
}

MatrixXd random_rhs(Index n, Index k, unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<double> value;
    MatrixXd rhs(n, k);
    for (double& cell : rhs.reshaped()) cell = value(random);
    return rhs;
}

/// The largest difference, relative to the largest magnitude: what LU promises.
double difference(const MatrixXd& a, const MatrixXd& b) {
    return (a - b).cwiseAbs().maxCoeff() / std::max(1.0, b.cwiseAbs().maxCoeff());
}

class EveryBackend : public testing::TestWithParam<std::tuple<const char*, int>> {
  protected:
    void SetUp() override {
        const std::string name = std::get<0>(GetParam());
        if (name == "cpu") {
            backend_ = Backend::cpu();
            return;
        }
        const LoadedModule module = load_cuda_module();
        if (module.api == nullptr) GTEST_SKIP() << "no CUDA: " << module.reason;
        backend_ = Backend::open(*module.api, 0);
    }
    Index n() const { return std::get<1>(GetParam()); }
    const Backend& backend() const { return *backend_; }

  private:
    std::optional<Backend> backend_;
};

TEST_P(EveryBackend, SolvesWhatItFactorised) {
    const MatrixXd a = productive(n(), 1);
    const MatrixXd k = MatrixXd::Identity(n(), n()) - a;
    const Factor factor = backend().factor(a);

    for (const Index num_rhs : {1, 3, 65}) {
        const MatrixXd x = random_rhs(n(), num_rhs, 2);
        EXPECT_LT(difference(factor.solve(k * x), x), 1e-13) << num_rhs;
        EXPECT_LT(difference(factor.solve_transposed(k.transpose() * x), x), 1e-13) << num_rhs;
    }
}

TEST_P(EveryBackend, AgreesWithTheCpu) {
    const MatrixXd a = productive(n(), 3);
    const MatrixXd rhs = random_rhs(n(), 65, 4);
    const Factor expected = Backend::cpu().factor(a);

    const Factor factor = backend().factor(a);

    EXPECT_LT(difference(factor.solve(rhs), expected.solve(rhs)), 1e-13);
    EXPECT_LT(difference(factor.solve_transposed(rhs), expected.solve_transposed(rhs)), 1e-13);
    EXPECT_LT(difference(factor.inverse(), expected.inverse()), 1e-13);
    EXPECT_NEAR(factor.min_pivot(), expected.min_pivot(), 1e-12);
}

TEST_P(EveryBackend, InvertsTheIdentityMinusA) {
    const MatrixXd a = productive(n(), 5);
    const MatrixXd k = MatrixXd::Identity(n(), n()) - a;

    const MatrixXd l = backend().factor(a).inverse();

    EXPECT_LT(difference(k * l, MatrixXd::Identity(n(), n())), 1e-13);
    EXPECT_GE(l.minCoeff(), -1e-15);
}

TEST_P(EveryBackend, GivesTheSameBitsForARightHandSideInAnyBatch) {
    const Factor factor = backend().factor(productive(n(), 6));
    const MatrixXd rhs = random_rhs(n(), 65, 7);

    const MatrixXd together = factor.solve(rhs);
    const MatrixXd together_transposed = factor.solve_transposed(rhs);

    for (const Index column : {0, 17, 64}) {
        EXPECT_EQ(factor.solve(rhs.col(column)), together.col(column));
        EXPECT_EQ(factor.solve_transposed(rhs.col(column)), together_transposed.col(column));
    }
}

TEST_P(EveryBackend, CallsASingularMatrixSingular) {
    MatrixXd a = MatrixXd::Zero(n(), n());
    a(n() - 1, n() - 1) = 1.0;

    EXPECT_THROW(backend().factor(a), NumericalError);
}

TEST_P(EveryBackend, RefusesShapesThatDoNotFit) {
    const Factor factor = backend().factor(productive(n(), 8));

    EXPECT_THROW(factor.solve(MatrixXd::Zero(n() + 1, 1)), ArgumentError);
    EXPECT_THROW(backend().factor(MatrixXd::Zero(n(), n() + 1)), ArgumentError);
    EXPECT_EQ(factor.solve(MatrixXd(n(), 0)).cols(), 0);
}

TEST_P(EveryBackend, SaysWhatItIs) {
    EXPECT_EQ(backend().name(), std::get<0>(GetParam()));
    EXPECT_FALSE(backend().operations().empty());
    EXPECT_FALSE(backend().device().empty());
}

INSTANTIATE_TEST_SUITE_P(Sizes, EveryBackend,
                         testing::Combine(testing::Values("cpu", "cuda"),
                                          testing::Values(1, 31, 33, 257)),
                         [](const auto& test) {
                             return std::string(std::get<0>(test.param)) + "_" +
                                    std::to_string(std::get<1>(test.param));
                         });

}  // namespace
}  // namespace narrows
