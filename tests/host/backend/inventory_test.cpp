#include <algorithm>
#include <cmath>
#include <map>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include "host/backend/backend.hpp"
#include "host/base/error.hpp"

#include "tests/host/backend/open_backend.hpp"
#include "tests/support/inventory_reference.hpp"

namespace narrows {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;
using test::InventoryCase;
using test::InventoryOutcome;

std::map<std::int64_t, InventoryOutcome> run_on(const Backend& backend, const InventoryCase& of) {
    std::map<std::int64_t, InventoryOutcome> outcomes;
    std::mutex mutex;
    const narrows_inventory in = of.view();
    backend.run_inventory(in, [&](const narrows_inventory_result& result) {
        InventoryOutcome outcome;
        outcome.output = VectorXd::Map(result.output, in.n);
        outcome.unmet = VectorXd::Map(result.unmet, in.n);
        outcome.value_added = VectorXd::Map(result.value_added, in.num_steps);
        if (result.num_kept > 0) {
            outcome.kept_output = MatrixXd::Map(result.kept_output, in.n, result.num_kept);
            outcome.kept_bound = Eigen::MatrixXi::Map(result.kept_bound, in.n, result.num_kept);
            outcome.kept_fill = MatrixXd::Map(result.kept_fill, in.num_channels, result.num_kept);
        }
        const std::lock_guard lock(mutex);
        EXPECT_TRUE(outcomes.emplace(result.scenario, std::move(outcome)).second);
    });
    EXPECT_EQ(outcomes.size(), static_cast<std::size_t>(in.num_scenarios));
    return outcomes;
}

/// Every way in which the equations can be put together, by name.
InventoryCase varied(InventoryCase of, const std::string& way) {
    if (way == "added" || way == "ces" || way == "cobb-douglas") {
        of.slope = way == "added" ? of.inputs : of.goals;
        for (Eigen::Index j = 0; j < of.inputs.cols(); ++j) {
            const double sum = of.inputs.col(j).sum();
            for (Eigen::Index k = 0; k < of.inputs.rows(); ++k) {
                const double a = of.inputs(k, j);
                of.slope(k, j) = way == "added" ? 1.0 / sum : a > 0.0 ? 1.0 / (a * of.x0[j]) : 0.0;
                of.offset(k, j) = way == "added" ? 0.0 : a / sum;
            }
        }
        of.of.bound = way == "added" ? NARROWS_ADDED : NARROWS_CES;
        of.of.exponent = way == "ces" ? -1.5 : 0.0;
    }
    if (way == "ario" || way == "ario-reweighted") {
        of.of.orders_follow_output = 1;
        of.of.reweighted = way == "ario-reweighted";
        of.of.alpha_base = 1.0;
        of.of.alpha_max = 1.25;
        of.of.alpha_steps = 20.0;
        of.slope /= 0.8 * 5.0;
    }
    if (way == "labour") {
        of.of.hire = 1.0 / 30.0;
        of.of.fire = 1.0 / 15.0;
        of.of.rho = 0.99;
        of.of.m = 0.82;
    }
    if (way == "intermediate-first") of.of.rationing = NARROWS_INTERMEDIATE_FIRST;
    if (way == "largest-first") of.of.rationing = NARROWS_LARGEST_FIRST;
    if (way == "random-priority" || way == "ario-random-priority") {
        if (way != "random-priority") of = varied(std::move(of), "ario-reweighted");
        of.of.rationing = NARROWS_RANDOM_PRIORITY;
    }
    return of;
}

class InventoryOn : public ::testing::TestWithParam<std::string> {
  protected:
    void SetUp() override {
        try {
            backend_ = test::open_backend(GetParam());
        } catch (const BackendUnavailable& unavailable) {
            GTEST_SKIP() << unavailable.what();
        }
    }
    const Backend& backend() const { return *backend_; }
    std::optional<Backend> backend_;
};

void expect_near(const MatrixXd& value, const MatrixXd& expected, double relative,
                 const std::string& what) {
    ASSERT_EQ(value.rows(), expected.rows()) << what;
    ASSERT_EQ(value.cols(), expected.cols()) << what;
    const double scale = std::max(1.0, expected.cwiseAbs().maxCoeff());
    EXPECT_LE((value - expected).cwiseAbs().maxCoeff(), relative * scale) << what;
}

void expect_equations(const Backend& backend, const InventoryCase& of, const std::string& way) {
    for (const auto& [scenario, outcome] : run_on(backend, of)) {
        const InventoryOutcome expected = test::run_reference(of, scenario);
        const std::string what =
            way + ", n " + std::to_string(of.x0.size()) + ", scenario " + std::to_string(scenario);
        expect_near(outcome.output, expected.output, 1e-12, what + " output");
        expect_near(outcome.unmet, expected.unmet, 1e-11, what + " unmet");
        expect_near(outcome.value_added, expected.value_added, 1e-12, what + " va");
        expect_near(outcome.kept_output, expected.kept_output, 1e-11, what + " kept");
        expect_near(outcome.kept_fill, expected.kept_fill, 1e-11, what + " fill");
    }
}

TEST_P(InventoryOn, DoesWhatTheEquationsSay) {
    for (const char* way : {"plain", "added", "ces", "cobb-douglas", "ario", "ario-reweighted",
                            "labour", "intermediate-first"}) {
        for (const int n : {1, 7, 33}) {
            const InventoryCase of = varied(test::random_inventory(n, std::min(n, 5), 19, 3), way);
            expect_equations(backend(), of, way);
        }
    }
}

TEST_P(InventoryOn, ServesOrdersOneByOne) {
    for (const char* way : {"largest-first", "random-priority", "ario-random-priority"}) {
        for (const int n : {1, 7, 17}) {
            const InventoryCase of = varied(test::random_inventory(n, std::min(n, 5), 9, 3), way);
            try {
                expect_equations(backend(), of, way);
            } catch (const BackendUnavailable& unavailable) {
                GTEST_SKIP() << unavailable.what();
            }
        }
    }
}

/// One scenario by itself.
InventoryCase alone(InventoryCase of, std::int64_t scenario) {
    const auto at = static_cast<std::size_t>(scenario);
    of.tau = of.tau.segment(scenario, 1).eval();
    of.stock = of.stock.segment(scenario, 1).eval();
    of.seeds = {of.seeds[at]};
    of.entries = {of.entries.begin() + of.entry_starts[at],
                  of.entries.begin() + of.entry_starts[at + 1]};
    of.entry_starts = {0, static_cast<std::int64_t>(of.entries.size())};
    return of;
}

TEST_P(InventoryOn, ServesOrdersOneByOneTheSameInAnyBatchAndAsOthersWhereSupplySuffices) {
    for (const char* way : {"largest-first", "random-priority"}) {
        const InventoryCase plain = test::random_inventory(9, 3, 7, 11);
        const InventoryCase of = varied(plain, way);
        try {
            const auto together = run_on(backend(), of);
            for (std::int64_t s = 0; s < 7; ++s) {
                const InventoryOutcome by_itself = run_on(backend(), alone(of, s)).at(0);
                EXPECT_EQ(by_itself.output, together.at(s).output);
                EXPECT_EQ(by_itself.unmet, together.at(s).unmet);
                EXPECT_EQ(by_itself.kept_fill, together.at(s).kept_fill);
            }
            // The first has no shocks.
            const InventoryOutcome expected = run_on(backend(), plain).at(0);
            expect_near(together.at(0).output, expected.output, 1e-12, way);
            expect_near(together.at(0).kept_fill, expected.kept_fill, 1e-12, way);
        } catch (const BackendUnavailable& unavailable) {
            GTEST_SKIP() << unavailable.what();
        }
    }
}

TEST_P(InventoryOn, DeliversWhatThereIsAndNobodyMoreThanOrdered) {
    for (const char* way : {"largest-first", "random-priority"}) {
        InventoryCase of = alone(varied(test::random_inventory(9, 3, 1, 12), way), 0);
        // In the only step everybody orders what it uses; node 2 makes 0.6 of that.
        of.profiles = MatrixXd::Ones(1, 1);
        of.entries = {{NARROWS_CAPACITY, 0, 2, 0.4}};
        of.entry_starts = {0, 1};
        of.of.keep_every = 1;
        try {
            const InventoryOutcome outcome = run_on(backend(), of).at(0);
            EXPECT_NEAR(outcome.output[2], 0.6 * of.x0[2], 1e-12 * of.x0[2]);
            double delivered = of.households[2] + of.other[2] - outcome.unmet[2];
            for (Eigen::Index c = 0; c < of.base.size(); ++c) {
                const double fill = outcome.kept_fill(c, 0);
                EXPECT_GE(fill, 0.0);
                EXPECT_LE(fill, 1.0 + 1e-15);
                if (of.source[static_cast<std::size_t>(c)] == 2) {
                    delivered += fill * of.base[c];
                    EXPECT_LT(fill, 1.0);
                } else {
                    EXPECT_NEAR(fill, 1.0, 1e-14);
                }
            }
            EXPECT_NEAR(delivered, outcome.output[2], 1e-12 * of.x0[2]) << way;
        } catch (const BackendUnavailable& unavailable) {
            GTEST_SKIP() << unavailable.what();
        }
    }
}

TEST_P(InventoryOn, GivesNodesWhatComesOutOfStocksWhereTheyAreFirst) {
    InventoryCase of = test::random_inventory(4, 2, 1, 5);
    of.of.rationing = NARROWS_INTERMEDIATE_FIRST;
    // Node 1 makes 10 less than others take of it, with the same inputs; nothing is shocked.
    double taken = 0.0;
    for (std::size_t c = 0; c < of.source.size(); ++c) {
        if (of.source[c] == 1) taken += of.base[static_cast<Eigen::Index>(c)];
    }
    of.households[1] = 0.0;
    of.other[1] = -10.0;
    of.inputs.col(1) *= of.x0[1] / (taken - 10.0);
    of.slope.col(1) *= (taken - 10.0) / of.x0[1];
    of.x0[1] = taken - 10.0;
    const InventoryOutcome outcome = run_on(backend(), of).at(0);
    for (Eigen::Index i = 0; i < 4; ++i) {
        EXPECT_NEAR(outcome.output[i], 40.0 * of.x0[i], 1e-9 * of.x0[i]) << i;
    }
    EXPECT_GT(outcome.kept_fill.minCoeff(), 1.0 - 1e-12);
}

INSTANTIATE_TEST_SUITE_P(Backends, InventoryOn,
                         ::testing::Values("eigen-sse2", "eigen-avx2", "eigen-avx512"),
                         [](const auto& of) {
                             std::string name = of.param;
                             std::replace(name.begin(), name.end(), '-', '_');
                             return name;
                         });

}  // namespace
}  // namespace narrows
