// The bottleneck system of the ranking, by number of sectors and of scenarios, in scenarios per
// second; and one scenario by plain sweeps to 1e-12 as a yardstick for policy iteration.
#include <thread>

#include <benchmark/benchmark.h>

#include "host/analysis/chokepoints.hpp"

#include "bench/random_home.hpp"

namespace narrows {
namespace {

/// Both lambdas for `num_scenarios` pairs of the first goods and one origin each.
void rank(benchmark::State& state) {
    const Index s = state.range(0);
    const Index num_scenarios = state.range(1);
    const Index num_origins = std::max<Index>(1, num_scenarios / s);
    const HomeEconomy home = bench::random_home(s, num_origins);
    const LeontiefModel model(Backend::cpu(), home.coefficients());
    ChokepointQuery query;
    query.coalitions = each_origin(home);
    query.criticality = cost_share_criticality(home);
    query.num_threads = static_cast<int>(std::thread::hardware_concurrency());
    for (auto _ : state) {
        benchmark::DoNotOptimize(rank_chokepoints(home, model, query).max_error_bound);
    }
    state.counters["scenarios"] = benchmark::Counter(static_cast<double>(s * num_origins),
                                                     benchmark::Counter::kIsIterationInvariantRate);
}

BENCHMARK(rank)
    ->ArgNames({"n", "scenarios"})
    ->Args({100, 100})
    ->Args({100, 1000})
    ->Args({100, 10000})
    ->Args({500, 500})
    ->Args({500, 5000})
    ->Args({1000, 1000})
    ->Args({2000, 2000})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

/// One scenario at lambda .9 by sweeping delta <- F(delta) until the bound is 1e-12.
void plain_sweeps(benchmark::State& state) {
    const Index s = state.range(0);
    const HomeEconomy home = bench::random_home(s, 1);
    const Eigen::MatrixXd c = cost_share_criticality(home);
    constexpr double lambda = 0.9;
    Eigen::MatrixXd w = lambda * c.array() * home.domestic.array() / home.total_use.array();
    w.diagonal().setZero();
    const Eigen::VectorXd direct =
        0.5 * (c.row(0).array() * home.imports[0].row(0).array() / home.total_use.row(0).array());
    for (auto _ : state) {
        Eigen::VectorXd loss = Eigen::VectorXd::Zero(s);
        for (double change = 1.0; lambda * change > 1e-12 * (1.0 - lambda);) {
            Eigen::VectorXd next(s);
            for (Index j = 0; j < s; ++j) {
                next[j] =
                    std::max(w.col(j).cwiseProduct(loss).maxCoeff(), direct[j] + w(0, j) * loss[0]);
            }
            change = (next - loss).cwiseAbs().maxCoeff();
            loss = next;
        }
        benchmark::DoNotOptimize(loss.data());
    }
}

BENCHMARK(plain_sweeps)->ArgName("n")->Arg(100)->Arg(500)->Arg(1000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace narrows
