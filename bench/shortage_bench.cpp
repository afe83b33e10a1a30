// The bottleneck equations (rank --scope world, and of one region alone) by nodes, in scenarios per
// second, with the rate of their multiplications and additions beside that of a matrix product on
// the same backend: the sums over regions are as many as those of a product, the maxima few.
#include <atomic>
#include <chrono>
#include <cmath>
#include <map>
#include <optional>
#include <random>
#include <string>

#include <benchmark/benchmark.h>

#include "host/backend/backend.hpp"

namespace narrows {
namespace {

using Index = Eigen::Index;

/// Every region makes every product; each user needs all of them, critically the first `num_goods`,
/// each of which is withheld from region 0 in as many ways.
struct World {
    std::vector<std::int64_t> starts{0};
    std::vector<std::int64_t> home;
    std::vector<std::int64_t> withheld;
    Eigen::MatrixXd w, direct, delivered;
    double operations = 0.0;  // multiplications and additions of a sweep, counted as one

    World(Index regions, Index products, Index num_goods, Index ways) {
        std::mt19937 random(1);
        std::uniform_real_distribution<double> unit(0.0, 1.0);
        const Index n = regions * products;
        operations = static_cast<double>(n * num_goods * regions);
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
        // Half of what one other region delivers; of one region alone, half of some imports.
        const Index count = num_goods * ways;
        direct.resize(products, count);
        delivered = Eigen::MatrixXd::Ones(regions, count);
        for (Index s = 0; s < count; ++s) {
            const Index good = s % num_goods;
            const Index region = regions > 1 ? 1 + s / num_goods % (regions - 1) : 0;
            if (regions > 1) delivered(region, s) = 0.5;
            for (Index u = 0; u < products; ++u) {
                const double share =
                    regions > 1 ? w(good * regions + region, u * regions) : 0.2 * unit(random);
                direct(u, s) = 0.5 * share;
            }
            withheld.push_back(good);
        }
    }

    narrows_shortage shortage(const std::vector<double>& lambdas) const {
        return shortage_of(starts, w, home, withheld, direct, delivered, lambdas);
    }
};

/// Multiplications and additions per second of C = A B of order n, counted as one.
double product_rate(const Backend& backend, Index n) {
    const Eigen::MatrixXd values = Eigen::MatrixXd::Random(n, n);
    const BackendMatrix a = backend.upload(values);
    BackendMatrix c = backend.zeros(n, n);
    double best = 1e300;
    for (int i = 0; i < 5; ++i) {
        const auto start = std::chrono::steady_clock::now();
        backend.multiply(a, a, c);
        c.download(0, 0, 1, 1);  // waits
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
        best = std::min(best, took.count());
    }
    return std::pow(static_cast<double>(n), 3.0) / best;
}

void shortage(benchmark::State& state, const std::string& backend_name) {
    std::optional<Backend> backend;
    try {
        backend = choose_backend(parse_backend_request(backend_name)).backend;
    } catch (const std::exception& error) {
        state.SkipWithError(error.what());
        return;
    }
    const World world(state.range(0), state.range(1), state.range(2), state.range(3));
    const std::vector<double> lambdas = {0.5};
    std::atomic<std::int64_t> sweeps{0};
    for ([[maybe_unused]] auto _ : state) {
        backend->solve_shortage(
            world.shortage(lambdas),
            [&](const narrows_shortage_result& result) { sweeps += result.sweeps; });
    }
    const auto solved =
        static_cast<double>(state.iterations()) * static_cast<double>(world.withheld.size());
    state.counters["scenarios"] = benchmark::Counter(solved, benchmark::Counter::kIsRate);
    state.counters["sweeps"] = static_cast<double>(sweeps) / solved;
    const double operations = static_cast<double>(sweeps) * world.operations;
    state.counters["operations"] = benchmark::Counter(operations, benchmark::Counter::kIsRate);
    // The least: w read once for all scenarios of a sweep, losses read and written once each.
    const auto scenarios = static_cast<double>(world.withheld.size());
    const double bytes = static_cast<double>(sweeps) * (8.0 * world.operations / scenarios +
                                                        16.0 * static_cast<double>(world.w.rows()));
    state.counters["least_bytes"] = benchmark::Counter(bytes, benchmark::Counter::kIsRate);
    static std::map<std::string, double> products;
    double& product = products[backend_name];
    if (product == 0.0) product = product_rate(*backend, 2000);
    state.counters["of_product"] =
        benchmark::Counter(operations / product, benchmark::Counter::kIsRate);
    state.SetLabel(backend->operations());
}

/// Regions, products, goods, ways to withhold a good.
void sizes(benchmark::internal::Benchmark* bench) {
    bench->ArgNames({"regions", "products", "goods", "ways"})
        ->Args({13, 24, 15, 12})
        ->Args({41, 35, 16, 4})
        ->Args({41, 35, 16, 40})
        ->Args({77, 32, 32, 76})
        ->Args({1, 35, 35, 4000})
        ->Args({1, 56, 56, 18000})
        ->Unit(benchmark::kMillisecond)
        ->UseRealTime();
}

BENCHMARK_CAPTURE(shortage, cpu, "cpu")->Apply(sizes);
BENCHMARK_CAPTURE(shortage, cuda, "cuda")->Apply(sizes);

}  // namespace
}  // namespace narrows
