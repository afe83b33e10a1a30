#include "kernels/cpu/shortage.hpp"

#include <cmath>
#include <mutex>
#include <numeric>
#include <random>

#include <Eigen/Core>
#include <gtest/gtest.h>

namespace narrows::cpu {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

/// Products of several regions, not all of them made everywhere.
struct System {
    std::vector<std::int64_t> starts{0};
    MatrixXd w;
    std::vector<std::int64_t> home;
    MatrixXd direct;     // home users x scenarios
    MatrixXd delivered;  // longest product x scenarios
    std::vector<kernels::ShortageScenario> scenarios;
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
    system.delivered = MatrixXd::NullaryExpr(
        most_regions, num_scenarios, [&] { return random() % 3 == 0 ? 1.0 : unit(random); });
    for (Index s = 0; s < num_scenarios; ++s) {
        const auto product = random() % static_cast<unsigned>(num_products);
        const Index begin = system.starts[product];
        const Index rows = system.starts[product + 1] - begin;
        const VectorXd withheld = 1.0 - system.delivered.col(s).head(rows).array();
        for (Index u = 0; u < users; ++u) {
            const Index user = system.home[static_cast<std::size_t>(u)];
            system.direct(u, s) = system.w.col(user).segment(begin, rows).dot(withheld);
        }
        system.scenarios.push_back({static_cast<std::int64_t>(product), system.direct.col(s).data(),
                                    system.delivered.col(s).data()});
    }
    return system;
}

/// The definition, swept from 0 in long double until nothing moves.
VectorXd by_definition(const System& system, std::size_t scenario, double lambda) {
    using Long = long double;
    const Index n = system.w.rows();
    const kernels::ShortageScenario& given = system.scenarios[scenario];
    std::vector<Long> loss(static_cast<std::size_t>(n), 0.0L);
    for (int sweep = 0; sweep < 3000; ++sweep) {
        std::vector<Long> next(loss.size(), 0.0L);
        for (Index j = 0; j < n; ++j) {
            const auto home = std::find(system.home.begin(), system.home.end(), j);
            for (std::size_t g = 0; g + 1 < system.starts.size(); ++g) {
                Long sum = 0.0L;
                const bool withheld =
                    static_cast<std::int64_t>(g) == given.product && home != system.home.end();
                const Long direct = withheld ? given.direct[home - system.home.begin()] : 0.0;
                const bool counts = withheld && direct > 0.0L;
                for (auto r = system.starts[g]; r < system.starts[g + 1]; ++r) {
                    const Long delivered = counts ? given.delivered[r - system.starts[g]] : 1.0;
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
std::vector<Answer> solve(const System& system, const std::vector<double>& lambdas, int threads,
                          const IsaKernels& kernels = best_kernels()) {
    const auto count = static_cast<Index>(system.scenarios.size());
    std::vector<Answer> answers(
        lambdas.size(), {MatrixXd::Constant(system.w.rows(), count, -1.0), VectorXd::Zero(count)});
    std::mutex mutex;
    const Shortage shortage(system.w.rows(), system.w.data(), system.starts, system.home, kernels);
    shortage.solve(system.scenarios, lambdas, threads,
                   [&](std::int64_t s, std::int64_t lambda, const kernels::ShortageResult& result) {
                       const std::lock_guard lock(mutex);
                       Answer& answer = answers[static_cast<std::size_t>(lambda)];
                       EXPECT_EQ(answer.loss(0, s), -1.0) << "answered twice";
                       EXPECT_GT(result.sweeps, 0);
                       answer.loss.col(s) =
                           Eigen::Map<const VectorXd>(result.loss, system.w.rows());
                       answer.error[s] = result.error;
                   });
    return answers;
}

class ShortageOf : public testing::TestWithParam<const char*> {
  public:
    void SetUp() override {
        kernels_ = find_kernels(GetParam());
        if (kernels_ == nullptr) GTEST_SKIP() << "this processor has no " << GetParam();
    }
    const IsaKernels* kernels_ = nullptr;
};
INSTANTIATE_TEST_SUITE_P(Instructions, ShortageOf, testing::Values("sse2", "avx2", "avx512"),
                         [](const auto& name) { return std::string(name.param); });

TEST_P(ShortageOf, RandomSystemsIsThatOfTheDefinitionWithinItsBound) {
    const std::vector<double> lambdas = {0.0, 0.5, 0.9};
    for (unsigned seed = 0; seed < 12; ++seed) {
        const System system =
            random_system(1 + static_cast<int>(seed) % 6, seed < 3 ? 1 : 9, 31, seed);
        const std::vector<Answer> answers = solve(system, lambdas, 2, *kernels_);
        for (std::size_t l = 0; l < lambdas.size(); ++l) {
            for (std::size_t s = 0; s < system.scenarios.size(); ++s) {
                const VectorXd expected = by_definition(system, s, lambdas[l]);
                const auto column = static_cast<Index>(s);
                const double error = (answers[l].loss.col(column) - expected).cwiseAbs().maxCoeff();
                EXPECT_LE(error, answers[l].error[column]) << "seed " << seed << ", scenario " << s;
                EXPECT_LE(answers[l].error[column], 1e-13 * expected.maxCoeff());
            }
        }
    }
}

TEST_P(ShortageOf, AScenarioHasTheSameBitsInAnyBatchOnAnyThreads) {
    System system = random_system(5, 7, 100, 77);
    const std::vector<Answer> all = solve(system, {0.5, 0.9}, 1, *kernels_);
    for (const int threads : {2, 3}) {
        const std::vector<Answer> again = solve(system, {0.5, 0.9}, threads, *kernels_);
        EXPECT_EQ(again[0].loss, all[0].loss);
        EXPECT_EQ(again[1].loss, all[1].loss);
    }
    const System whole = system;
    for (std::size_t s = 0; s < whole.scenarios.size(); s += 13) {
        system.scenarios = {whole.scenarios[s]};
        const std::vector<Answer> alone = solve(system, {0.5, 0.9}, 1, *kernels_);
        EXPECT_EQ(alone[0].loss.col(0), all[0].loss.col(static_cast<Index>(s)));
        EXPECT_EQ(alone[1].loss.col(0), all[1].loss.col(static_cast<Index>(s)));
    }
}

TEST(Shortage, NothingWithheldIsNothingLost) {
    System system = random_system(3, 4, 5, 5);
    system.direct.setZero();
    EXPECT_EQ(solve(system, {0.9}, 1)[0].loss, MatrixXd::Zero(system.w.rows(), 5));
}

TEST(Shortage, NoScenariosNoLambdasAreNoWork) {
    System system = random_system(3, 4, 5, 6);
    EXPECT_TRUE(solve(system, {}, 2).empty());
    system.scenarios.clear();
    EXPECT_EQ(solve(system, {0.5}, 2)[0].loss.cols(), 0);
}

TEST(Shortage, ExceptionsOfTheCallerComeThrough) {
    const System system = random_system(3, 4, 200, 7);
    const Shortage shortage(system.w.rows(), system.w.data(), system.starts, system.home);
    EXPECT_THROW(shortage.solve(system.scenarios, {0.5}, 2,
                                [](std::int64_t, std::int64_t, const kernels::ShortageResult&) {
                                    throw std::runtime_error("enough");
                                }),
                 std::runtime_error);
}

}  // namespace
}  // namespace narrows::cpu
