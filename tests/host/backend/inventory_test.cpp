#include <algorithm>
#include <atomic>
#include <cmath>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

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

/// What bound output is the same but for ties: where demand, capacity and stocks ask for the same.
void expect_bound_alike(const InventoryOutcome& outcome, const InventoryOutcome& expected,
                        const std::string& what) {
    const auto differ = (outcome.kept_bound.array() != expected.kept_bound.array()).count();
    EXPECT_LE(differ, expected.kept_bound.size() / 5) << what << " bound";
}

void expect_equations(const Backend& backend, const InventoryCase& of, const std::string& way) {
    for (const auto& [scenario, outcome] : run_on(backend, of)) {
        const InventoryOutcome expected = test::run_reference(of, scenario);
        const std::string what =
            way + ", n " + std::to_string(of.x0.size()) + ", " + std::to_string(scenario);
        expect_near(outcome.output, expected.output, 1e-12, what + " output");
        expect_near(outcome.unmet, expected.unmet, 1e-11, what + " unmet");
        expect_near(outcome.value_added, expected.value_added, 1e-12, what + " va");
        expect_near(outcome.kept_output, expected.kept_output, 1e-11, what + " kept");
        expect_near(outcome.kept_fill, expected.kept_fill, 1e-11, what + " fill");
        expect_bound_alike(outcome, expected, what);
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

/// Does the backend serve orders one by one? If not, it says so and what does.
bool serves_one_by_one(const Backend& backend) {
    const InventoryCase of = varied(test::random_inventory(3, 2, 1, 3), "largest-first");
    try {
        run_on(backend, of);
    } catch (const BackendUnavailable& unavailable) {
        EXPECT_NE(std::string(unavailable.what()).find("--backend cpu"), std::string::npos)
            << unavailable.what();
        EXPECT_NE(backend.name(), "cpu");
        return false;
    }
    return true;
}

TEST_P(InventoryOn, ServesOrdersOneByOne) {
    if (!serves_one_by_one(backend())) GTEST_SKIP() << "this backend rations in shares only";
    for (const char* way : {"largest-first", "random-priority", "ario-random-priority"}) {
        for (const int n : {1, 7, 17}) {
            const InventoryCase of = varied(test::random_inventory(n, std::min(n, 5), 9, 3), way);
            expect_equations(backend(), of, way);
        }
    }
}

TEST_P(InventoryOn, OrdersOneByOneAreNoMatterWhereSupplySuffices) {
    if (!serves_one_by_one(backend())) GTEST_SKIP() << "this backend rations in shares only";
    const InventoryCase plain = test::random_inventory(9, 3, 7, 11);
    const InventoryOutcome expected = run_on(backend(), plain).at(0);  // which has no shocks
    for (const char* way : {"largest-first", "random-priority"}) {
        const InventoryOutcome outcome = run_on(backend(), varied(plain, way)).at(0);
        expect_near(outcome.output, expected.output, 1e-12, way);
        expect_near(outcome.kept_fill, expected.kept_fill, 1e-12, way);
    }
}

TEST_P(InventoryOn, DeliversWhatThereIsAndNobodyMoreThanOrdered) {
    if (!serves_one_by_one(backend())) GTEST_SKIP() << "this backend rations in shares only";
    for (const char* way : {"largest-first", "random-priority"}) {
        InventoryCase of = varied(test::random_inventory(9, 3, 1, 12), way);
        // In the only step everybody orders what it uses; node 2 makes 0.6 of that.
        of.profiles = MatrixXd::Ones(1, 1);
        of.entries = {{NARROWS_CAPACITY, 0, 2, 0.4}};
        of.entry_starts = {0, 1};
        of.of.keep_every = 1;
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

/// Scenarios [first, first + count) alone.
InventoryCase part(const InventoryCase& of, std::int64_t first, std::int64_t count) {
    InventoryCase result = of;
    result.tau = of.tau.segment(first, count);
    result.stock = of.stock.segment(first, count);
    result.seeds.assign(of.seeds.begin() + first, of.seeds.begin() + first + count);
    const auto starts = of.entry_starts.begin() + first;
    result.entries.assign(of.entries.begin() + starts[0], of.entries.begin() + starts[count]);
    result.entry_starts.clear();
    for (std::int64_t s = 0; s <= count; ++s) {
        result.entry_starts.push_back(starts[s] - starts[0]);
    }
    return result;
}

void expect_same_bits(const InventoryOutcome& a, const InventoryOutcome& b) {
    EXPECT_EQ(a.output, b.output);
    EXPECT_EQ(a.unmet, b.unmet);
    EXPECT_EQ(a.value_added, b.value_added);
    EXPECT_EQ(a.kept_output, b.kept_output);
    EXPECT_EQ(a.kept_fill, b.kept_fill);
    EXPECT_EQ(a.kept_bound, b.kept_bound);
}

TEST_P(InventoryOn, AScenarioHasTheSameBitsHoweverTheOthersAreSplit) {
    std::vector<const char*> ways = {"plain", "labour", "ario-reweighted"};
    if (serves_one_by_one(backend())) {
        ways.insert(ways.end(), {"largest-first", "random-priority"});
    }
    for (const char* way : ways) {
        for (const int n : {7, 33}) {  // few channels per product, and many
            const InventoryCase all = varied(test::random_inventory(n, 5, 150, 4), way);
            const auto together = run_on(backend(), all);
            std::int64_t first = 0;
            for (const std::int64_t count : {1, 2, 31, 66, 50}) {
                for (const auto& [scenario, outcome] : run_on(backend(), part(all, first, count))) {
                    SCOPED_TRACE(std::string(way) + " " + std::to_string(first + scenario));
                    expect_same_bits(outcome, together.at(first + scenario));
                }
                first += count;
            }
        }
    }
}

TEST_P(InventoryOn, KeepsWhatIsAskedForAndTheSameSumsWithoutIt) {
    InventoryCase of = test::random_inventory(7, 5, 3, 5);
    of.of.keep_every = 1;
    const auto kept = run_on(backend(), of);
    of.of.keep_every = 0;
    const auto sums = run_on(backend(), of);
    for (const auto& [scenario, outcome] : kept) {
        EXPECT_EQ(outcome.kept_output.cols(), of.profiles.rows());
        expect_near(outcome.kept_output.rowwise().sum(), outcome.output, 1e-14, "sum");
        EXPECT_EQ(outcome.output, sums.at(scenario).output);
        EXPECT_EQ(outcome.unmet, sums.at(scenario).unmet);
        EXPECT_EQ(sums.at(scenario).kept_output.size(), 0);
    }
}

TEST_P(InventoryOn, ShocksOfOneRowAddUp) {
    InventoryCase once = test::random_inventory(7, 5, 2, 6);
    once.entry_starts = {0, 1, 2};
    once.entries = {{NARROWS_CAPACITY, 0, 3, 0.5}, {NARROWS_HOUSEHOLDS, 1, 2, 0.25}};
    InventoryCase twice = once;
    twice.entry_starts = {0, 3, 5};
    twice.entries = {{NARROWS_CAPACITY, 0, 3, 0.25},
                     {NARROWS_OTHER, 0, 1, 0.0},
                     {NARROWS_CAPACITY, 0, 3, 0.25},
                     {NARROWS_HOUSEHOLDS, 1, 2, 0.125},
                     {NARROWS_HOUSEHOLDS, 1, 2, 0.125}};
    const auto expected = run_on(backend(), once);
    for (const auto& [scenario, outcome] : run_on(backend(), twice)) {
        expect_same_bits(outcome, expected.at(scenario));
        EXPECT_GT(expected.at(scenario).unmet.sum(), 0.0) << scenario;
    }
}

TEST_P(InventoryOn, ExceptionsOfTheCallerComeThroughAndEndTheWork) {
    const InventoryCase of = test::random_inventory(7, 5, 200, 7);
    std::atomic<int> answers = 0;
    const auto enough = [&](const narrows_inventory_result&) {
        if (++answers == 3) throw std::runtime_error("enough");
    };
    EXPECT_THROW(backend().run_inventory(of.view(), enough), std::runtime_error);
    EXPECT_LT(answers, 200);
    EXPECT_EQ(run_on(backend(), of).size(), 200U);  // it works on
}

TEST_P(InventoryOn, NothingToDoIsDone) {
    InventoryCase of = part(test::random_inventory(7, 5, 3, 8), 0, 0);
    EXPECT_TRUE(run_on(backend(), of).empty());
    of = test::random_inventory(7, 5, 3, 8);
    of.profiles.conservativeResize(0, 3);
    for (const auto& [scenario, outcome] : run_on(backend(), of)) {
        EXPECT_EQ(outcome.output, VectorXd::Zero(7)) << scenario;
        EXPECT_EQ(outcome.value_added.size(), 0) << scenario;
    }
}

TEST_P(InventoryOn, WhatIsNoEconomyIsRefused) {
    const InventoryCase of = test::random_inventory(7, 5, 3, 9);
    const auto refused = [&](const std::function<void(narrows_inventory&)>& change) {
        narrows_inventory bad = of.view();
        change(bad);
        EXPECT_THROW(backend().run_inventory(bad, [](const narrows_inventory_result&) {}),
                     ArgumentError);
    };
    using In = narrows_inventory;
    refused([](In& in) { in.n = -1; });
    refused([](In& in) { in.num_channels -= 1; });
    refused([](In& in) { in.num_regions = 1; });
    refused([](In& in) { in.starts = nullptr; });
    refused([](In& in) { in.shares = nullptr; });
    refused([](In& in) { in.goals = nullptr; });
    refused([](In& in) { in.profiles = nullptr; });
    refused([](In& in) { in.tau = nullptr; });
    refused([](In& in) { in.entries = nullptr; });
    refused([](In& in) { in.num_profiles = 0; });
    refused([](In& in) { in.keep_every = -1; });
    refused([](In& in) { in.bound = static_cast<narrows_input_bound>(3); });
    const VectorXd none = VectorXd::Zero(7), below = VectorXd::Constant(7, -1.0);
    refused([&](In& in) { in.tau = none.data(); });
    refused([&](In& in) { in.stock = below.data(); });
    refused([&](In& in) { in.x0 = below.data(); });
    std::vector<std::int64_t> source = of.source;
    source.back() = 7;
    refused([&](In& in) { in.source = source.data(); });
    for (const narrows_shock_entry& entry :
         {narrows_shock_entry{4, 0, 0, 0.1}, {0, 0, 7, 0.1}, {0, 3, 0, 0.1}, {0, 0, 0, NAN}}) {
        std::vector<narrows_shock_entry> entries = of.entries;
        entries.front() = entry;
        refused([&](In& in) { in.entries = entries.data(); });
    }
}

INSTANTIATE_TEST_SUITE_P(Backends, InventoryOn,
                         ::testing::Values("eigen-sse2", "eigen-avx2", "eigen-avx512",
                                           "emulated-cuda", "cuda"),
                         [](const auto& of) {
                             std::string name = of.param;
                             std::replace(name.begin(), name.end(), '-', '_');
                             return name;
                         });

}  // namespace
}  // namespace narrows
