#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <tuple>
#include <vector>

#include <Eigen/Core>
#include <gtest/gtest.h>

#include "kernels/common/random.hpp"
#include "kernels/cpu/backend_cpu.hpp"

#include "host/backend/backend.hpp"
#include "host/base/error.hpp"

#include "tests/support/matrices.hpp"

namespace narrows {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;
using test::worst_relative_error;

constexpr std::uint64_t seed = 0x123456789abcdefULL;
constexpr std::uint32_t stream = 3;

/// A batch with its data and its answers.
struct Draws {
    Draws(Index n, std::int64_t first, std::int64_t count, double slack = 0.2)
        : order(n), num_draws(count) {
        std::tie(a, r) = test::productive(n, slack, 1);
        spread = 0.4 * test::random_matrix(n, n, 2).cwiseAbs().cwiseMin(2.0);
        weights = test::random_matrix(n, 2, 3).cwiseAbs();
        demands = test::random_matrix(n, 3, 4).cwiseAbs();
        multipliers = MatrixXd::Constant(n, 2 * count, NAN);
        outputs = MatrixXd::Constant(n, 3 * count, NAN);
        inverses = MatrixXd::Constant(n, n * count, NAN);
        failed.assign(static_cast<std::size_t>(count), -1);
        batch.order = n;
        batch.seed = seed;
        batch.stream = stream;
        batch.first_draw = first;
        batch.num_draws = count;
        batch.num_weights = 2;
        batch.num_demands = 3;
        point();
    }
    Draws(const Draws&) = delete;
    Draws& operator=(const Draws&) = delete;

    void point() {
        batch.coefficients = a.data();
        batch.slack = r.data();
        batch.spread = spread.data();
        batch.weights = weights.data();
        batch.multipliers = multipliers.data();
        batch.demands = demands.data();
        batch.outputs = outputs.data();
        batch.inverses = inverses.data();
        batch.failed = failed.data();
    }
    MatrixXd inverse(Index draw) const { return inverses.middleCols(draw * order, order); }

    Index order, num_draws;
    MatrixXd a, spread, weights, demands;
    VectorXd r;
    MatrixXd multipliers, outputs, inverses;
    std::vector<std::int32_t> failed;
    narrows_batch batch{};
};

struct ByHand {
    ByHand(const Draws& d, std::int64_t draw) {
        MatrixXd flows = d.a;
        for (Index cell = 0; cell < flows.size(); ++cell) {
            flows.reshaped()[cell] *=
                kernels::perturbation(seed, stream, static_cast<std::uint32_t>(draw),
                                      static_cast<std::uint64_t>(cell), d.spread.reshaped()[cell]);
        }
        totals = flows.colwise().sum().transpose() + d.r;
        inverse = test::exact_inverse(flows * totals.cwiseInverse().asDiagonal(),
                                      d.r.cwiseQuotient(totals));
    }
    VectorXd totals;
    MatrixXd inverse;
};

class BatchOf : public testing::TestWithParam<std::tuple<const char*, int>> {
  protected:
    void SetUp() override {
        try {
            backend_.push_back(Backend::cpu({.product = std::get<0>(GetParam())}));
        } catch (const BackendUnavailable& error) {
            GTEST_SKIP() << error.what();
        }
    }
    static Index n() { return std::get<1>(GetParam()); }
    const Backend& backend() const { return backend_.front(); }

  private:
    std::vector<Backend> backend_;
};

TEST_P(BatchOf, GivesWhatInvertingEveryPerturbedTableGives) {
    Draws draws(n(), 5, 3);

    backend().run_batch(draws.batch);

    for (Index d = 0; d < 3; ++d) {
        const ByHand expected(draws, 5 + d);
        EXPECT_LE(worst_relative_error(draws.inverse(d), expected.inverse), 1e-13);
        EXPECT_LE(worst_relative_error(draws.multipliers.middleCols(2 * d, 2),
                                       expected.inverse.transpose() * draws.weights),
                  1e-13);
        EXPECT_LE(worst_relative_error(draws.outputs.middleCols(3 * d, 3),
                                       expected.inverse * draws.demands),
                  1e-13);
        EXPECT_EQ(draws.failed[static_cast<std::size_t>(d)], 0);
    }
}

TEST_P(BatchOf, DividesWeightsOfBaseOutputByTheNewTotal) {
    Draws draws(n(), 0, 2);
    draws.batch.weights_per_output = 1;

    backend().run_batch(draws.batch);

    for (Index d = 0; d < 2; ++d) {
        const ByHand expected(draws, d);
        const MatrixXd weights = expected.totals.cwiseInverse().asDiagonal() * draws.weights;
        EXPECT_LE(worst_relative_error(draws.multipliers.middleCols(2 * d, 2),
                                       expected.inverse.transpose() * weights),
                  1e-13);
    }
}

TEST_P(BatchOf, DoesNotDependOnHowDrawsAreSplitIntoCalls) {
    Draws together(n(), 10, 7);
    Draws first(n(), 10, 3);
    Draws second(n(), 13, 4);

    for (Draws* draws : {&together, &first, &second}) backend().run_batch(draws->batch);

    EXPECT_EQ(together.inverses.leftCols(3 * n()), first.inverses);
    EXPECT_EQ(together.inverses.rightCols(4 * n()), second.inverses);
    EXPECT_EQ(together.multipliers.rightCols(8), second.multipliers);
    EXPECT_EQ(together.outputs.rightCols(12), second.outputs);
}

TEST_P(BatchOf, LeavesTheTableAloneWithoutSpread) {
    Draws draws(n(), 0, 2);
    draws.spread.setZero();

    backend().run_batch(draws.batch);

    EXPECT_LE(worst_relative_error(draws.inverse(0), test::exact_inverse(draws.a, draws.r)), 1e-13);
    EXPECT_EQ(draws.inverse(0), draws.inverse(1));
}

INSTANTIATE_TEST_SUITE_P(Orders, BatchOf,
                         testing::Combine(testing::Values("openblas", "eigen", "eigen-sse2"),
                                          testing::Values(1, 40, 100, 168, 257)),
                         [](const auto& test) {
                             std::string name = std::get<0>(test.param);
                             if (name == "eigen-sse2") name = "eigen_sse2";
                             return name + "_" + std::to_string(std::get<1>(test.param));
                         });

TEST(Batch, FlagsTheDrawsOfATableThatLeavesNothing) {
    Draws draws(40, 0, 3);
    draws.r.setZero();

    Backend::cpu().run_batch(draws.batch);

    EXPECT_EQ(draws.failed, (std::vector<std::int32_t>{1, 1, 1}));
}

TEST(Batch, FlagsOnlyTheDrawsThatFail) {
    // A flow that some draws take beyond the largest number.
    Draws draws(40, 0, 50);
    draws.a.setZero();
    draws.a(1, 0) = 1.5e308;
    draws.a(0, 1) = 0.1;
    draws.r.setOnes();
    draws.spread.setZero();
    draws.spread(1, 0) = 1.0;

    Backend::cpu().run_batch(draws.batch);

    const auto num_failed = std::count(draws.failed.begin(), draws.failed.end(), 1);
    EXPECT_GT(num_failed, 0);
    EXPECT_LT(num_failed, 50);
    for (Index d = 0; d < 50; ++d) {
        if (draws.failed[static_cast<std::size_t>(d)] == 0) {
            EXPECT_TRUE(draws.inverse(d).allFinite()) << d;
        }
    }
}

TEST(Batch, TakesTheLastDrawThereIs) {
    Draws draws(5, (std::int64_t{1} << 32) - 2, 2);

    Backend::cpu().run_batch(draws.batch);

    EXPECT_LE(worst_relative_error(draws.inverse(1), ByHand(draws, 0xffffffff).inverse), 1e-13);
}

TEST(Batch, NeedsNoInversesNoWeightsAndNoDemands) {
    Draws draws(5, 0, 2);
    draws.batch.inverses = nullptr;
    draws.batch.num_weights = draws.batch.num_demands = 0;
    draws.batch.weights = draws.batch.demands = nullptr;
    draws.batch.multipliers = draws.batch.outputs = nullptr;

    Backend::cpu().run_batch(draws.batch);

    EXPECT_EQ(draws.failed, (std::vector<std::int32_t>{0, 0}));
    EXPECT_TRUE(draws.inverses.array().isNaN().all());
}

TEST(Batch, RefusesWhatMakesNoSense) {
    const Backend backend = Backend::cpu();
    const auto refused = [&](const auto& spoil) {
        Draws draws(5, 0, 2);
        spoil(draws.batch);
        EXPECT_THROW(backend.run_batch(draws.batch), ArgumentError);
        EXPECT_EQ(draws.failed, (std::vector<std::int32_t>{-1, -1}));
    };

    refused([](narrows_batch& b) { b.order = -1; });
    refused([](narrows_batch& b) { b.num_draws = -1; });
    refused([](narrows_batch& b) { b.num_draws = std::numeric_limits<std::int64_t>::max(); });
    refused([](narrows_batch& b) { b.first_draw = -1; });
    refused([](narrows_batch& b) { b.first_draw = (std::int64_t{1} << 32) - 1; });
    refused([](narrows_batch& b) { b.first_draw = std::numeric_limits<std::int64_t>::max(); });
    refused([](narrows_batch& b) { b.num_weights = -1; });
    refused([](narrows_batch& b) { b.num_demands = -1; });
    refused([](narrows_batch& b) { b.coefficients = nullptr; });
    refused([](narrows_batch& b) { b.slack = nullptr; });
    refused([](narrows_batch& b) { b.spread = nullptr; });
    refused([](narrows_batch& b) { b.weights = nullptr; });
    refused([](narrows_batch& b) { b.multipliers = nullptr; });
    refused([](narrows_batch& b) { b.demands = nullptr; });
    refused([](narrows_batch& b) { b.outputs = nullptr; });
    refused([](narrows_batch& b) { b.failed = nullptr; });
    EXPECT_EQ(cpu::backend()->run_batch(nullptr, nullptr), NARROWS_BAD_ARGUMENT);
}

TEST(Batch, OfEmptyTablesIsDone) {
    Draws draws(5, 0, 2);
    draws.batch.order = 0;

    Backend::cpu().run_batch(draws.batch);

    EXPECT_EQ(draws.failed, (std::vector<std::int32_t>{0, 0}));
}

TEST(Batch, OfNoDrawsIsDone) {
    Draws draws(5, 0, 1);
    draws.batch.num_draws = 0;

    EXPECT_NO_THROW(Backend::cpu().run_batch(draws.batch));
    EXPECT_EQ(draws.failed, std::vector<std::int32_t>{-1});
}

}  // namespace
}  // namespace narrows
