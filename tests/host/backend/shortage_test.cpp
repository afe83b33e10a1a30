// The bottleneck equations of many regions on every backend and instruction set, against their
// definition. Without a GPU the CUDA cases skip with the loader's reason.
#include <algorithm>
#include <cmath>
#include <mutex>
#include <optional>
#include <random>
#include <stdexcept>

#include <Eigen/Core>
#include <gtest/gtest.h>

#include "kernels/common/bottleneck.hpp"

#include "host/base/error.hpp"

#include "tests/host/backend/open_backend.hpp"

namespace narrows {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

/// Products of several regions, not all of them made everywhere.
struct System {
    std::vector<std::int64_t> starts{0};
    MatrixXd w;
    std::vector<std::int64_t> home;
    MatrixXd direct;                     // home users x scenarios
    MatrixXd delivered;                  // longest product x scenarios
    std::vector<std::int64_t> products;  // withheld, one per scenario

    narrows_shortage shortage(const std::vector<double>& lambdas) const {
        return shortage_of(starts, w, home, products, direct, delivered, lambdas);
    }
};

System random_system(int num_products, int most_regions, int num_scenarios, unsigned seed) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> unit(0.0, 1.0);
    System system;
    for (int g = 0; g < num_products; ++g) {
        const auto more = static_cast<unsigned>(most_regions);
        system.starts.push_back(system.starts.back() + 1 + random() % more);
    }
    const Index n = system.starts.back();
    system.w = MatrixXd::Zero(n, n);
    for (Index j = 0; j < n; ++j) {
        if (random() % 3 == 0) system.home.push_back(j);
        for (int g = 0; g < num_products; ++g) {
            const Index begin = system.starts[static_cast<std::size_t>(g)];
            const Index rows = system.starts[static_cast<std::size_t>(g) + 1] - begin;
            if (random() % 3 == 0) continue;  // not critical
            VectorXd shares = VectorXd::NullaryExpr(rows, [&] { return unit(random); });
            system.w.col(j).segment(begin, rows) = unit(random) * shares / shares.sum();
        }
        system.w(j, j) = 0.0;
    }
    // What is not delivered is lost directly.
    const auto users = static_cast<Index>(system.home.size());
    system.direct.resize(users, num_scenarios);
    std::int64_t longest = 0;
    for (std::size_t g = 0; g + 1 < system.starts.size(); ++g) {
        longest = std::max(longest, system.starts[g + 1] - system.starts[g]);
    }
    system.delivered = MatrixXd::NullaryExpr(
        longest, num_scenarios, [&] { return random() % 3 == 0 ? 1.0 : unit(random); });
    for (Index s = 0; s < num_scenarios; ++s) {
        const auto product = random() % static_cast<unsigned>(num_products);
        const Index begin = system.starts[product];
        const Index rows = system.starts[product + 1] - begin;
        const VectorXd withheld = 1.0 - system.delivered.col(s).head(rows).array();
        for (Index u = 0; u < users; ++u) {
            const Index user = system.home[static_cast<std::size_t>(u)];
            system.direct(u, s) = system.w.col(user).segment(begin, rows).dot(withheld);
        }
        system.products.push_back(static_cast<std::int64_t>(product));
    }
    return system;
}

/// The definition, swept from 0 in long double until nothing moves.
VectorXd by_definition(const System& system, Index scenario, double lambda) {
    using Long = long double;
    const Index n = system.w.rows();
    const std::int64_t product = system.products[static_cast<std::size_t>(scenario)];
    std::vector<Long> loss(static_cast<std::size_t>(n), 0.0L);
    for (int sweep = 0; sweep < 3000; ++sweep) {
        std::vector<Long> next(loss.size(), 0.0L);
        for (Index j = 0; j < n; ++j) {
            const auto home = std::find(system.home.begin(), system.home.end(), j);
            for (std::size_t g = 0; g + 1 < system.starts.size(); ++g) {
                Long sum = 0.0L;
                const bool withheld =
                    static_cast<std::int64_t>(g) == product && home != system.home.end();
                const Long direct =
                    withheld ? system.direct(home - system.home.begin(), scenario) : 0.0;
                const bool counts = withheld && direct > 0.0L;
                for (auto r = system.starts[g]; r < system.starts[g + 1]; ++r) {
                    const Long delivered =
                        counts ? system.delivered(r - system.starts[g], scenario) : 1.0;
                    sum += system.w(r, j) * delivered * loss[static_cast<std::size_t>(r)];
                }
                Long& value = next[static_cast<std::size_t>(j)];
                value = std::max(value, direct + lambda * sum);
            }
        }
        if (next == loss) break;
        loss = std::move(next);
    }
    VectorXd result(n);
    for (Index j = 0; j < n; ++j) {
        result[j] = static_cast<double>(loss[static_cast<std::size_t>(j)]);
    }
    return result;
}

struct Answer {
    MatrixXd loss;  // n x scenarios
    VectorXd error;
};

/// One answer per lambda.
std::vector<Answer> solve(const Backend& backend, const System& system,
                          const std::vector<double>& lambdas) {
    const auto count = static_cast<Index>(system.products.size());
    std::vector<Answer> answers(lambdas.size());
    for (Answer& answer : answers) {
        answer = {MatrixXd::Constant(system.w.rows(), count, -1.0), VectorXd::Zero(count)};
    }
    std::mutex mutex;
    backend.solve_shortage(system.shortage(lambdas), [&](const narrows_shortage_result& result) {
        const std::lock_guard lock(mutex);
        Answer& answer = answers[static_cast<std::size_t>(result.lambda)];
        EXPECT_EQ(answer.loss(0, result.scenario), -1.0) << "answered twice";
        EXPECT_GT(result.sweeps, 0);
        answer.loss.col(result.scenario) = Eigen::Map<const VectorXd>(result.loss, system.w.rows());
        answer.error[result.scenario] = result.error;
    });
    return answers;
}

class ShortageOn : public testing::TestWithParam<const char*> {
  protected:
    void SetUp() override {
        try {
            backend_ = test::open_backend(GetParam());
        } catch (const BackendUnavailable& error) {
            GTEST_SKIP() << error.what();
        }
    }
    bool is_cpu() const { return backend_->name() == "cpu"; }
    const Backend& backend() const { return *backend_; }

  private:
    std::optional<Backend> backend_;
};

INSTANTIATE_TEST_SUITE_P(Backends, ShortageOn,
                         testing::Values("eigen-sse2", "eigen-avx2", "eigen-avx512",
                                         "emulated-cuda", "cuda"),
                         [](const auto& name) {
                             std::string text = name.param;
                             std::replace(text.begin(), text.end(), '-', '_');
                             return text;
                         });

TEST_P(ShortageOn, IsThatOfTheDefinitionWithinItsBound) {
    const std::vector<double> lambdas = {0.0, 0.5, 0.9};
    for (unsigned seed = 0; seed < 12; ++seed) {
        const System system =
            random_system(1 + static_cast<int>(seed) % 6, seed < 3 ? 1 : 9, 31, seed);
        const std::vector<Answer> answers = solve(backend(), system, lambdas);
        for (std::size_t l = 0; l < lambdas.size(); ++l) {
            for (Index s = 0; s < answers[l].loss.cols(); ++s) {
                const VectorXd expected = by_definition(system, s, lambdas[l]);
                const double error = (answers[l].loss.col(s) - expected).cwiseAbs().maxCoeff();
                EXPECT_LE(error, answers[l].error[s]) << "seed " << seed << ", scenario " << s;
                EXPECT_LE(answers[l].error[s], 1e-13 * expected.maxCoeff());
            }
        }
    }
}

TEST_P(ShortageOn, MoreUsersAndScenariosThanATileHasAreAllAnswered) {
    // Some 150 nodes and more scenarios than the emulated device has slots.
    const System system = random_system(20, 14, 150, 42);
    const std::vector<Answer> answers = solve(backend(), system, {0.4, 0.6});
    for (const Index s : {Index{0}, Index{77}, Index{149}}) {
        for (const std::size_t l : {std::size_t{0}, std::size_t{1}}) {
            const VectorXd expected = by_definition(system, s, l == 0 ? 0.4 : 0.6);
            EXPECT_LE((answers[l].loss.col(s) - expected).cwiseAbs().maxCoeff(),
                      answers[l].error[s]);
        }
    }
    EXPECT_GE(answers[0].loss.minCoeff(), 0.0);
    EXPECT_GE((answers[1].loss - answers[0].loss).minCoeff(), -1e-15);  // more is passed on
}

TEST_P(ShortageOn, OfOneRegionIsTheBottleneckOfHomeScope) {
    constexpr Index n = 23;
    std::mt19937 random(4);
    std::uniform_real_distribution<double> unit(0.0, 1.0);
    const auto any = [&] { return random() % 4 == 0 ? 0.0 : unit(random); };
    const MatrixXd c = MatrixXd::NullaryExpr(n, n, any);
    const MatrixXd d = MatrixXd::NullaryExpr(n, n, any);
    // beta + d <= 1: a user's need is blocked or met at home, at most.
    MatrixXd beta = MatrixXd::NullaryExpr(n, 2 * n, any);
    for (Index s = 0; s < 2 * n; ++s) {
        beta.col(s).array() *= 1.0 - d.row(s % n).transpose().array();
    }
    System system;
    system.w = c.cwiseProduct(d);
    system.w.diagonal().setZero();
    system.direct.resize(n, 2 * n);
    system.delivered = MatrixXd::Ones(1, 2 * n);
    std::vector<kernels::BottleneckScenario> scenarios;
    MatrixXd expected(n, 2 * n);
    Eigen::Matrix<std::int64_t, Eigen::Dynamic, Eigen::Dynamic> binding(n, 2 * n);
    for (Index j = 0; j < n; ++j) {
        system.starts.push_back(j + 1);
        system.home.push_back(j);
    }
    for (Index s = 0; s < 2 * n; ++s) {
        const Index product = s % n;
        system.products.push_back(product);
        system.direct.col(s) = c.row(product).transpose().cwiseProduct(beta.col(s));
        kernels::BottleneckScenario scenario;
        scenario.product = product;
        scenario.blocked_share = beta.col(s).data();
        scenario.loss_share = expected.col(s).data();
        scenario.binding_input = binding.col(s).data();
        scenarios.push_back(scenario);
    }
    kernels::Bottleneck(n, c.data(), d.data()).solve(scenarios, 0.7, 1);

    const Answer answer = solve(backend(), system, {0.7})[0];

    for (Index s = 0; s < 2 * n; ++s) {
        const double bound =
            answer.error[s] + scenarios[static_cast<std::size_t>(s)].loss_share_error;
        EXPECT_LE((answer.loss.col(s) - expected.col(s)).cwiseAbs().maxCoeff(), bound) << s;
        EXPECT_LE(bound, 1e-13);
    }
}

TEST_P(ShortageOn, AScenarioHasTheSameBitsInAnyBatchOnAnyThreads) {
    System system = random_system(5, 7, 100, 77);
    const std::vector<double> lambdas = {0.5, 0.9};
    const std::vector<Answer> all = solve(backend(), system, lambdas);
    if (is_cpu()) {
        for (const int threads : {1, 3}) {
            const Backend other = Backend::cpu({.num_threads = threads, .product = GetParam()});
            const std::vector<Answer> again = solve(other, system, lambdas);
            EXPECT_EQ(again[0].loss, all[0].loss);
            EXPECT_EQ(again[1].loss, all[1].loss);
        }
    }
    const System whole = system;
    for (std::size_t s = 0; s < whole.products.size(); s += 13) {
        const auto column = static_cast<Index>(s);
        system.products = {whole.products[s]};
        system.direct = whole.direct.col(column);
        system.delivered = whole.delivered.col(column);
        const std::vector<Answer> alone = solve(backend(), system, lambdas);
        EXPECT_EQ(alone[0].loss.col(0), all[0].loss.col(column));
        EXPECT_EQ(alone[1].loss.col(0), all[1].loss.col(column));
    }
}

TEST_P(ShortageOn, NothingWithheldIsNothingLost) {
    System system = random_system(3, 4, 5, 5);
    system.direct.setZero();
    EXPECT_EQ(solve(backend(), system, {0.9})[0].loss, MatrixXd::Zero(system.w.rows(), 5));
}

TEST_P(ShortageOn, NoScenariosNoLambdasAreNoWork) {
    System system = random_system(3, 4, 5, 6);
    EXPECT_TRUE(solve(backend(), system, {}).empty());
    system.products.clear();
    EXPECT_EQ(solve(backend(), system, {0.5})[0].loss.cols(), 0);
}

TEST_P(ShortageOn, ExceptionsOfTheCallerComeThroughAndEndTheWork) {
    const System system = random_system(3, 4, 200, 7);
    const std::vector<double> lambdas = {0.5};
    const auto enough = [](const narrows_shortage_result&) { throw std::runtime_error("enough"); };
    EXPECT_THROW(backend().solve_shortage(system.shortage(lambdas), enough), std::runtime_error);
    EXPECT_EQ(solve(backend(), system, lambdas)[0].loss.cols(), 200);  // it works on
}

TEST_P(ShortageOn, WhatIsNoSystemIsRefused) {
    const System system = random_system(3, 4, 5, 8);
    const std::vector<double> lambdas = {0.5, 0.9};
    const std::vector<double> falling = {0.9, 0.5}, one = {1.0};
    const std::vector<std::int64_t> no_product(5, 3), no_node(1, system.w.rows()), twice(2, 0);
    const auto refused = [&](const std::function<void(narrows_shortage&)>& change) {
        narrows_shortage bad = system.shortage(lambdas);
        change(bad);
        EXPECT_THROW(backend().solve_shortage(bad, [](const narrows_shortage_result&) {}),
                     ArgumentError);
    };
    refused([](narrows_shortage& all) { all.n = -1; });
    refused([](narrows_shortage& all) { all.n += 1; });
    refused([](narrows_shortage& all) { all.weights = nullptr; });
    refused([](narrows_shortage& all) { all.direct = nullptr; });
    refused([](narrows_shortage& all) { all.delivered = nullptr; });
    refused([&](narrows_shortage& all) { all.products = no_product.data(); });
    refused([&](narrows_shortage& all) { all.home = no_node.data(), all.num_home = 1; });
    refused([&](narrows_shortage& all) { all.home = twice.data(), all.num_home = 2; });
    refused([&](narrows_shortage& all) { all.lambdas = falling.data(); });
    refused([&](narrows_shortage& all) { all.lambdas = one.data(), all.num_lambdas = 1; });
}

}  // namespace
}  // namespace narrows
