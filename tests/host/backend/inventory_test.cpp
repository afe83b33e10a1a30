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

TEST_P(InventoryOn, DoesWhatTheEquationsSay) {
    for (const char* way : {"plain", "added", "ces", "cobb-douglas", "ario", "ario-reweighted",
                            "labour", "intermediate-first"}) {
        for (const int n : {1, 7, 33}) {
            const int num_products = std::min(n, 5);
            const InventoryCase of = varied(test::random_inventory(n, num_products, 19, 3), way);
            const auto outcomes = run_on(backend(), of);
            for (const auto& [scenario, outcome] : outcomes) {
                const InventoryOutcome expected = test::run_reference(of, scenario);
                const std::string what =
                    std::string(way) + ", n " + std::to_string(n) + ", " + std::to_string(scenario);
                expect_near(outcome.output, expected.output, 1e-12, what + " output");
                expect_near(outcome.unmet, expected.unmet, 1e-11, what + " unmet");
                expect_near(outcome.value_added, expected.value_added, 1e-12, what + " va");
                expect_near(outcome.kept_output, expected.kept_output, 1e-11, what + " kept");
                expect_near(outcome.kept_fill, expected.kept_fill, 1e-11, what + " fill");
            }
        }
    }
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
