// The same bits whatever the number of threads, at orders above every threshold from which the work
// is shared.
#include <functional>
#include <optional>
#include <vector>

#include <Eigen/Core>
#include <gtest/gtest.h>

#include "host/backend/backend.hpp"
#include "host/base/error.hpp"

#include "tests/support/matrices.hpp"

namespace narrows {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;
using test::productive;
using test::random_matrix;

class Determinism : public testing::TestWithParam<std::tuple<const char*, int>> {
  protected:
    void SetUp() override {
        try {
            Backend::cpu({.product = product()});
        } catch (const BackendUnavailable& error) {
            GTEST_SKIP() << error.what();
        }
    }
    static const char* product() { return std::get<0>(GetParam()); }
    static Index n() { return std::get<1>(GetParam()); }

    using Operation = std::function<MatrixXd(const Backend&)>;
    static void expect_same_bits(const Operation& operation) {
        const auto with_threads = [&](int num_threads) {
            return operation(Backend::cpu({.num_threads = num_threads, .product = product()}));
        };
        const MatrixXd one = with_threads(1);
        ASSERT_TRUE(one.allFinite());
        EXPECT_EQ(with_threads(2), one);
        EXPECT_EQ(with_threads(3), one);
    }
};

TEST_P(Determinism, OfTheInverse) {
    const auto [a, r] = productive(n(), 1e-3, 1);

    expect_same_bits([&a = a, &r = r](const Backend& backend) {
        return backend.invert(backend.upload(a), r).download();
    });
}

TEST_P(Determinism, OfTheWeightedInverse) {
    const auto [a, r] = productive(n(), 0.2, 2);
    const VectorXd w = VectorXd::Constant(n(), 3.0);

    expect_same_bits([&, &a = a, &r = r](const Backend& backend) {
        return backend.invert(backend.upload(a), 3.0 * r, w).download();
    });
}

TEST_P(Determinism, OfAProduct) {
    const MatrixXd a = random_matrix(n(), n() + 7, 3);
    const MatrixXd b = random_matrix(n() + 7, n() - 5, 4);

    expect_same_bits([&](const Backend& backend) {
        return backend.multiply(backend.upload(a), backend.upload(b)).download();
    });
}

TEST_P(Determinism, OfProductsWithRightHandSides) {
    const MatrixXd m = random_matrix(n(), n(), 5);
    const MatrixXd y = random_matrix(n(), 400, 6);
    const MatrixXd few = y.leftCols(3);

    for (const bool transposed : {false, true}) {
        expect_same_bits(
            [&](const Backend& backend) { return backend.upload(m).apply(y, transposed); });
        expect_same_bits(
            [&](const Backend& backend) { return backend.upload(m).apply_each(few, transposed); });
    }
    MatrixXd sparse = MatrixXd::Zero(n(), 40);
    for (Index c = 0; c < 40; ++c) sparse(17 * c % n(), c) = sparse(c, c) = 1.5;
    expect_same_bits([&](const Backend& backend) {
        return backend.upload(m).apply_sparse(sparse.sparseView());
    });
}

TEST_P(Determinism, OfTheFactorAndItsSolutions) {
    const MatrixXd a = productive(n(), 0.2, 7).first;
    const MatrixXd y = random_matrix(n(), 9, 8);

    expect_same_bits([&](const Backend& backend) {
        const Factor factor = backend.factor(backend.upload(a));
        MatrixXd all(n(), n() + 18);
        all << factor.solve(y), factor.solve_transposed(y), factor.inverse().download();
        return all;
    });
}

TEST_P(Determinism, OfTheResidual) {
    const MatrixXd a = random_matrix(n(), n(), 9);
    const MatrixXd l = random_matrix(n(), n(), 10);

    expect_same_bits(
        [&](const Backend& backend) { return backend.upload(l).residual_sums(backend.upload(a)); });
}

TEST_P(Determinism, OfThePassOverTheInverse) {
    const MatrixXd l = random_matrix(n(), n(), 11);
    const MatrixXd w = random_matrix(n(), 3, 12);
    const MatrixXd z = random_matrix(n(), 4, 13);
    const std::vector<std::int64_t> starts{0, n() / 2, n()};

    expect_same_bits([&](const Backend& backend) {
        MatrixXd sums(n(), 8);
        VectorXd blocks((n() / 2) * (n() / 2) + (n() - n() / 2) * (n() - n() / 2));
        backend.upload(l).sweep({3, w.data(), sums.data(), 4, z.data(), sums.col(3).data(),
                                 sums.col(7).data(), 2, starts.data(), blocks.data()});
        MatrixXd all(8 * n() + blocks.size(), 1);
        all << sums.reshaped(), blocks;
        return all;
    });
}

TEST_P(Determinism, OfTheLossesOfCells) {
    const auto [a, r] = productive(n(), 0.2, 14);
    const MatrixXd l = random_matrix(n(), n(), 15).cwiseAbs();
    const VectorXd g = random_matrix(n(), 1, 16);
    const VectorXd x = random_matrix(n(), 1, 17);

    expect_same_bits([&, &a = a](const Backend& backend) {
        MatrixXd all(n(), n() + 1);
        double smallest = 0.0;
        all.leftCols(n()) = backend.upload(l).cell_losses(backend.upload(a), g, x, 0.5, smallest);
        all.col(n()).setConstant(smallest);
        return all;
    });
}

TEST_P(Determinism, OfABatchOfDraws) {
    const Index order = n() / 7;
    const auto [a, r] = productive(order, 0.2, 18);
    const MatrixXd spread = MatrixXd::Constant(order, order, 0.3);
    const MatrixXd w = random_matrix(order, 2, 19).cwiseAbs();

    expect_same_bits([&, &a = a, &r = r](const Backend& backend) {
        MatrixXd answers(order, 2 * 7 + 2 * 7);
        std::vector<std::int32_t> failed(7);
        narrows_batch batch{};
        batch.order = order;
        batch.coefficients = a.data();
        batch.slack = r.data();
        batch.spread = spread.data();
        batch.seed = 99;
        batch.num_draws = 7;
        batch.num_weights = batch.num_demands = 2;
        batch.weights = batch.demands = w.data();
        batch.multipliers = answers.data();
        batch.outputs = answers.col(14).data();
        batch.failed = failed.data();
        backend.run_batch(batch);
        return answers;
    });
}

INSTANTIATE_TEST_SUITE_P(Products, Determinism,
                         testing::Combine(testing::Values("openblas", "eigen"),
                                          testing::Values(700, 1100)),
                         [](const auto& test) {
                             return std::string(std::get<0>(test.param)) + "_" +
                                    std::to_string(std::get<1>(test.param));
                         });

}  // namespace
}  // namespace narrows
