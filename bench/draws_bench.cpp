// Monte Carlo draws of a ranking in home scope, by sectors, origins and draws: the whole, and its
// two steps alone. A draw has n (1 + origins) n flows, each one lognormal variate and some passes
// of RAS; its fixed points take n^3 multiplications with maxima for the paths and n^2 for each
// pair.
#include <thread>

#include <benchmark/benchmark.h>

#include "host/analysis/ranking_uncertainty.hpp"

#include "bench/random_home.hpp"

namespace narrows {
namespace {

struct Problem {
    HomeEconomy home;
    ChokepointQuery query;
    ChokepointRanking ranking;
    DrawModel model;

    Problem(Index s, Index num_origins) : home(bench::random_home(s, num_origins)) {
        query.coalitions = each_origin(home);
        query.criticality = cost_share_criticality(home);
        ranking = rank_chokepoints(home, LeontiefModel(Backend::cpu(), home.coefficients()), query);
        model.criticality = cost_share_ratings(home);
    }
    double num_pairs() const { return static_cast<double>(ranking.rows.size()); }
};

benchmark::Counter rate(double per_iteration) {
    return {per_iteration, benchmark::Counter::kIsIterationInvariantRate};
}

/// All draws with their quantiles, on every processor.
void draws(benchmark::State& state) {
    const Problem problem(state.range(0), state.range(1));
    UncertaintyQuery query;
    query.model = problem.model;
    query.num_draws = state.range(2);
    query.num_threads = static_cast<int>(std::thread::hardware_concurrency());
    for (auto _ : state) {
        benchmark::DoNotOptimize(
            ranking_uncertainty(problem.home, problem.query, problem.ranking, query).num_failed);
    }
    state.counters["fixed_points"] =
        rate(static_cast<double>(query.num_draws) * problem.num_pairs());
}

BENCHMARK(draws)
    ->ArgNames({"n", "origins", "draws"})
    ->Args({35, 40, 100})
    ->Args({35, 40, 1000})
    ->Args({35, 1, 1000})
    ->Args({127, 1, 1000})
    ->Args({200, 10, 50})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

/// The flows of one draw on one thread, in flows per second.
void flows(benchmark::State& state) {
    const Problem problem(state.range(0), state.range(1));
    const HomeDraws all(problem.home, problem.query, problem.ranking.rows, problem.model);
    std::uint32_t draw = 0;
    for (auto _ : state) benchmark::DoNotOptimize(all.flows(draw++));
    state.counters["flows"] = rate(static_cast<double>(all.spreads().size()));
}

BENCHMARK(flows)
    ->ArgNames({"n", "origins"})
    ->Args({35, 40})
    ->Args({127, 1})
    ->Args({200, 10})
    ->Unit(benchmark::kMicrosecond);

/// The fixed points of one draw on one thread; operations are multiplications with a maximum.
void fixed_points(benchmark::State& state) {
    const Problem problem(state.range(0), state.range(1));
    const HomeDraws all(problem.home, problem.query, problem.ranking.rows, problem.model);
    for (auto _ : state) {
        benchmark::DoNotOptimize(
            all.gar(all.base_flows(), problem.query.criticality, problem.query.lambda));
    }
    const auto n = static_cast<double>(state.range(0));
    double critical = 0.0;  // pairs of products that nobody needs are not solved
    for (const Chokepoint& row : problem.ranking.rows) {
        critical += problem.query.criticality.row(row.product).maxCoeff() > 0.0 ? 1.0 : 0.0;
    }
    state.counters["pairs"] = rate(problem.num_pairs());
    state.counters["operations"] = rate(n * n * n + critical * n * n);
}

BENCHMARK(fixed_points)
    ->ArgNames({"n", "origins"})
    ->Args({35, 40})
    ->Args({127, 1})
    ->Args({200, 10})
    ->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace narrows
