// Filling gaps: every pair alone, by merging slopes; and 25 joint blockades (five coalitions by
// five shares) of 15 products, by linear programmes, with a frontier of 21 budgets. Sizes are those
// of world-2011 (24 products, 12 origins) and of WIOD 2013 (35 products, 40 origins).
#include <algorithm>
#include <thread>

#include <benchmark/benchmark.h>

#include "host/invest/gap_filling.hpp"

#include "bench/random_home.hpp"

namespace narrows {
namespace {

FillQuery query_of(const HomeEconomy& home, std::vector<Blockade> blockades) {
    FillQuery query;
    query.blockades = std::move(blockades);
    query.criticality = cost_share_criticality(home);
    query.unit_costs = Eigen::VectorXd::Ones(home.x.size());
    query.num_threads = static_cast<int>(std::thread::hardware_concurrency());
    for (const Investment& each : capacities(home, query.blockades, query.unit_costs)) {
        query.budget += 0.2 * each.limit;
    }
    return query;
}

void fill_pairs(benchmark::State& state) {
    const HomeEconomy home = bench::random_home(state.range(0), state.range(1));
    const FillQuery query = query_of(home, pair_blockades(home, each_origin(home), 0.5));
    for (auto _ : state) benchmark::DoNotOptimize(fill_gaps(home, query).fill.gar);
}

void fill_joint(benchmark::State& state) {
    const HomeEconomy home = bench::random_home(state.range(0), state.range(1));
    std::vector<Blockade> blockades;
    for (Index origin = 0; origin < 5; ++origin) {
        for (const double share : {0.1, 0.3, 0.5, 0.8, 1.0}) {
            Blockade blockade{"", {origin}, {}, 1.0};
            for (Index k = 0; k < 15; ++k) blockade.withheld.push_back({k, share});
            blockades.push_back(std::move(blockade));
        }
    }
    const FillQuery query = query_of(home, std::move(blockades));
    for (auto _ : state) benchmark::DoNotOptimize(fill_gaps(home, query).fill.gar);
}

BENCHMARK(fill_pairs)
    ->ArgNames({"n", "origins"})
    ->Args({24, 12})
    ->Args({35, 40})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK(fill_joint)
    ->ArgNames({"n", "origins"})
    ->Args({24, 12})
    ->Args({35, 40})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace
}  // namespace narrows
