// The bottleneck equations of many regions (rank --scope world) by nodes, in scenarios per second,
// with the rate of their multiplications and additions beside that of a matrix product: the sums
// over regions are as many as those of a product, the maxima few.
#include <atomic>
#include <chrono>
#include <cmath>
#include <random>
#include <thread>

#include <benchmark/benchmark.h>

#include "host/backend/backend.hpp"
#include "host/backend/shortage.hpp"

namespace narrows {
namespace {

using Index = Eigen::Index;

/// Every region makes every product; each user needs all of them, critically the first `num_goods`.
struct World {
    std::vector<std::int64_t> starts{0};
    std::vector<std::int64_t> home;
    Eigen::MatrixXd w, direct, delivered;
    std::vector<kernels::ShortageScenario> scenarios;

    World(Index regions, Index products, Index num_goods) {
        std::mt19937 random(1);
        std::uniform_real_distribution<double> unit(0.0, 1.0);
        const Index n = regions * products;
        for (Index g = 0; g < products; ++g) starts.push_back((g + 1) * regions);
        for (Index g = 0; g < products; ++g) home.push_back(g * regions);  // region 0
        w = Eigen::MatrixXd::Zero(n, n);
        for (Index j = 0; j < n; ++j) {
            for (Index g = 0; g < num_goods; ++g) {
                auto shares = w.col(j).segment(g * regions, regions);
                for (double& share : shares) share = std::pow(unit(random), 4.0);
                shares *= unit(random) / shares.sum();
            }
            w(j, j) = 0.0;
        }
        // Every other region withholds half of every good.
        const Index count = num_goods * (regions - 1);
        direct.resize(products, count);
        delivered = Eigen::MatrixXd::Ones(regions, count);
        for (Index s = 0; s < count; ++s) {
            const Index good = s % num_goods;
            const Index region = 1 + s / num_goods;
            delivered(region, s) = 0.5;
            for (Index u = 0; u < products; ++u) {
                direct(u, s) = 0.5 * w(good * regions + region, home[static_cast<std::size_t>(u)]);
            }
            scenarios.push_back({good, direct.col(s).data(), delivered.col(s).data()});
        }
    }
};

int all_threads() {
    return static_cast<int>(std::thread::hardware_concurrency());
}

/// Multiplications and additions per second of C = A B of order n, counted as one.
double product_rate(Index n) {
    const Backend backend = Backend::cpu();
    const Eigen::MatrixXd values = Eigen::MatrixXd::Random(n, n);
    const BackendMatrix a = backend.upload(values);
    BackendMatrix c = backend.zeros(n, n);
    double best = 1e300;
    for (int i = 0; i < 5; ++i) {
        const auto start = std::chrono::steady_clock::now();
        backend.multiply(a, a, c);
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
        best = std::min(best, took.count());
    }
    return std::pow(static_cast<double>(n), 3.0) / best;
}

void world(benchmark::State& state) {
    const World world(state.range(0), state.range(1), state.range(2));
    const Shortage shortage(world.w.rows(), world.w.data(), world.starts, world.home);
    std::atomic<std::int64_t> sweeps{0};
    for ([[maybe_unused]] auto _ : state) {
        shortage.solve(world.scenarios, {0.5}, all_threads(),
                       [&](std::int64_t, std::int64_t, const kernels::ShortageResult& result) {
                           sweeps += result.sweeps;
                       });
    }
    const auto solved =
        static_cast<double>(state.iterations()) * static_cast<double>(world.scenarios.size());
    state.counters["scenarios"] = benchmark::Counter(solved, benchmark::Counter::kIsRate);
    state.counters["sweeps"] = static_cast<double>(sweeps) / solved;
    const double operations =
        static_cast<double>(sweeps) * static_cast<double>(shortage.operations_per_sweep());
    static const double product = product_rate(2000);
    state.counters["of_product"] =
        benchmark::Counter(operations / product, benchmark::Counter::kIsRate);
}

BENCHMARK(world)
    ->ArgNames({"regions", "products", "goods"})
    ->Args({13, 24, 15})
    ->Args({41, 35, 16})
    ->Args({44, 56, 22})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace
}  // namespace narrows
