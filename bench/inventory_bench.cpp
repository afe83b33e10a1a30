// Economies with stocks (narrows shock, the pbl- and ario models) by nodes, products, channels per
// product and scenarios: steps of scenarios per second, and the rate at which stocks are read and
// written once each, the least that a step moves.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <limits>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "host/backend/backend.hpp"

namespace narrows {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr Index num_steps = 365;

/// Every region makes every product; products come from `regions` nodes and, where there is only
/// one, half of them from outside too. Each scenario takes half of a node's capacity for a month.
struct Economy {
    Index n, num_products;
    std::vector<std::int64_t> starts{0}, source, region, entry_starts{0};
    MatrixXd shares, inputs, goals, slope, offset;
    VectorXd base, x0, value_added, households, other, tau, stock, profile;
    std::vector<narrows_shock_entry> entries;

    Economy(Index regions, Index products, Index num_scenarios)
        : n(regions * products), num_products(products) {
        std::mt19937 random(1);
        std::uniform_real_distribution<double> unit(0.1, 1.0);
        add_channels(regions);
        shares = MatrixXd::NullaryExpr(static_cast<Index>(source.size()), n,
                                       [&] { return unit(random); });
        inputs = MatrixXd::NullaryExpr(products, n, [&] { return unit(random); });
        inputs *= 0.8 / static_cast<double>(products);
        for (Index k = 0; k < products; ++k) {
            const auto at = static_cast<std::size_t>(k);
            auto rows = shares.middleRows(starts[at], starts[at + 1] - starts[at]);
            const VectorXd sums = rows.colwise().sum();
            rows.array().rowwise() /= sums.transpose().array();
        }
        x0 = VectorXd::NullaryExpr(n, [&] { return 50.0 + 50.0 * unit(random); });
        goals = 10.0 * inputs * x0.asDiagonal();
        slope = inputs.cwiseInverse();
        offset = MatrixXd::Zero(products, n);
        balance();
        for (Index i = 0; i < n; ++i) region.push_back(i / products);
        add_scenarios(num_scenarios);
    }

    narrows_inventory inventory(Index num_regions) const {
        narrows_inventory in{};
        in.n = n;
        in.num_products = num_products;
        in.num_channels = base.size();
        in.starts = starts.data();
        in.source = source.data();
        in.shares = shares.data();
        in.base = base.data();
        in.inputs = inputs.data();
        in.goals = goals.data();
        in.slope = slope.data();
        in.offset = offset.data();
        in.x0 = x0.data();
        in.value_added = value_added.data();
        in.households = households.data();
        in.other = other.data();
        in.num_regions = num_regions;
        in.region = region.data();
        in.hire = 1.0 / 30.0;
        in.fire = 1.0 / 15.0;
        in.rho = 0.99;
        in.m = 0.82;
        in.num_steps = num_steps;
        in.num_profiles = 1;
        in.profiles = profile.data();
        in.num_scenarios = tau.size();
        in.tau = tau.data();
        in.stock = stock.data();
        in.entry_starts = entry_starts.data();
        in.entries = entries.data();
        return in;
    }

  private:
    void add_channels(Index regions) {
        for (Index k = 0; k < num_products; ++k) {
            for (Index r = 0; r < regions; ++r) source.push_back(r * num_products + k);
            if (regions == 1 && k % 2 == 0) source.push_back(-1);
            starts.push_back(static_cast<std::int64_t>(source.size()));
        }
    }

    /// Final demand and base flows, so that nothing moves without shocks.
    void balance() {
        base.resize(shares.rows());
        VectorXd ordered = VectorXd::Zero(n);
        for (Index k = 0; k < num_products; ++k) {
            const VectorXd flow = inputs.row(k).transpose().cwiseProduct(x0);
            for (auto c = starts[static_cast<std::size_t>(k)];
                 c < starts[static_cast<std::size_t>(k) + 1]; ++c) {
                base[c] = shares.row(c).dot(flow);
                const std::int64_t from = source[static_cast<std::size_t>(c)];
                if (from >= 0) ordered[from] += base[c];
            }
        }
        const VectorXd left = (x0 - ordered).cwiseMax(1.0);
        households = 0.6 * left;
        other = left - households;
        value_added = 0.5 * x0;
    }

    void add_scenarios(Index num_scenarios) {
        tau = VectorXd::Constant(num_scenarios, 10.0);
        stock = VectorXd::Ones(num_scenarios);
        profile = VectorXd::Zero(num_steps);
        profile.segment(5, 30).setOnes();
        for (Index s = 0; s < num_scenarios; ++s) {
            entries.push_back({NARROWS_CAPACITY, 0, s % n, 0.5});
            entry_starts.push_back(s + 1);
        }
    }
};

/// Bytes per second at which the backend reads a matrix of order n for one product with a vector:
/// what memory gives.
double read_rate(const Backend& backend, Index n) {
    const MatrixXd values = MatrixXd::Constant(n, n, 1e-4);
    const VectorXd vector = VectorXd::Ones(n);
    const BackendMatrix matrix = backend.upload(values);
    double best = std::numeric_limits<double>::infinity();
    for (int i = 0; i < 5; ++i) {
        const auto start = std::chrono::steady_clock::now();
        benchmark::DoNotOptimize(matrix.apply_each(vector));
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
        best = std::min(best, took.count());
    }
    return 8.0 * static_cast<double>(n) * static_cast<double>(n) / best;
}

void inventory(benchmark::State& state, const std::string& backend_name) {
    std::optional<Backend> backend;
    try {
        backend = choose_backend(parse_backend_request(backend_name)).backend;
    } catch (const std::exception& error) {
        state.SkipWithError(error.what());
        return;
    }
    const Economy economy(state.range(0), state.range(1), state.range(2));
    std::atomic<std::int64_t> done{0};
    for ([[maybe_unused]] auto _ : state) {
        backend->run_inventory(economy.inventory(state.range(0)),
                               [&](const narrows_inventory_result&) { ++done; });
    }
    const double steps = static_cast<double>(done) * static_cast<double>(num_steps);
    state.counters["scenario_steps"] = benchmark::Counter(steps, benchmark::Counter::kIsRate);
    const double bytes = steps * 16.0 * static_cast<double>(economy.inputs.size());
    state.counters["least_bytes"] = benchmark::Counter(bytes, benchmark::Counter::kIsRate);
    static std::map<std::string, double> rates;
    double& rate = rates[backend_name];
    if (rate == 0.0) rate = read_rate(*backend, 12000);
    state.counters["of_memory"] = benchmark::Counter(bytes / rate, benchmark::Counter::kIsRate);
    state.SetLabel(backend->operations());
}

/// Regions, products, scenarios: national tables, world tables.
void sizes(benchmark::internal::Benchmark* bench) {
    bench->ArgNames({"regions", "products", "scenarios"})
        ->Args({1, 15, 10000})
        ->Args({3, 5, 10000})
        ->Args({1, 56, 10000})
        ->Args({3, 16, 10000})
        ->Args({25, 20, 1000})
        ->Args({44, 56, 256})
        ->Unit(benchmark::kMillisecond)
        ->UseRealTime();
}

BENCHMARK_CAPTURE(inventory, cpu, "cpu")->Apply(sizes);
BENCHMARK_CAPTURE(inventory, cuda, "cuda")->Apply(sizes);

}  // namespace
}  // namespace narrows
