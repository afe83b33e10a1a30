// Factorising I - A and solving, by order n and number of right-hand sides, on every backend that
// runs here. The counter flops/s counts 2/3 n^3 for the factorisation, 2 n^2 k for k right-hand
// sides and 2 n^3 for factorisation and inverse.
#include <benchmark/benchmark.h>

#include "host/backend/backend.hpp"

#include "bench/random_table.hpp"

namespace narrows {
namespace {

Backend backend_number(std::int64_t number) {
    return number == 0 ? Backend::cpu() : Backend::open(*load_cuda_module().api, 0);
}

void report(benchmark::State& state, const Backend& backend, double flops) {
    state.SetLabel(backend.name());
    state.counters["flops"] =
        benchmark::Counter(flops, benchmark::Counter::kIsIterationInvariantRate);
}

void factor(benchmark::State& state) {
    const Backend backend = backend_number(state.range(0));
    const Index n = state.range(1);
    const Eigen::MatrixXd a = bench::productive_coefficients(n);
    for (auto _ : state) benchmark::DoNotOptimize(backend.factor(a).min_pivot());
    const auto d = static_cast<double>(n);
    report(state, backend, 2.0 / 3.0 * d * d * d);
}

void inverse(benchmark::State& state) {
    const Backend backend = backend_number(state.range(0));
    const Index n = state.range(1);
    const Eigen::MatrixXd a = bench::productive_coefficients(n);
    for (auto _ : state) benchmark::DoNotOptimize(backend.factor(a).inverse().data());
    const auto d = static_cast<double>(n);
    report(state, backend, 2.0 * d * d * d);
}

void solve(benchmark::State& state) {
    const Backend backend = backend_number(state.range(0));
    const Index n = state.range(1);
    const Index k = state.range(2);
    const Factor factor = backend.factor(bench::productive_coefficients(n));
    const Eigen::MatrixXd rhs = Eigen::MatrixXd::Random(n, k);
    for (auto _ : state) benchmark::DoNotOptimize(factor.solve(rhs).data());
    report(state, backend, 2.0 * static_cast<double>(n * n * k));
}

std::vector<std::int64_t> backends() {
    return load_cuda_module().api == nullptr ? std::vector<std::int64_t>{0}
                                             : std::vector<std::int64_t>{0, 1};
}

const std::vector<std::int64_t> sizes{100, 500, 1000, 2000};

[[maybe_unused]] const bool registered = [] {
    benchmark::RegisterBenchmark("factor", factor)
        ->ArgsProduct({backends(), sizes})
        ->ArgNames({"backend", "n"})
        ->Unit(benchmark::kMillisecond)
        ->UseRealTime();
    benchmark::RegisterBenchmark("inverse", inverse)
        ->ArgsProduct({backends(), sizes})
        ->ArgNames({"backend", "n"})
        ->Unit(benchmark::kMillisecond)
        ->UseRealTime();
    benchmark::RegisterBenchmark("solve", solve)
        ->ArgsProduct({backends(), sizes, {1, 100, 1000}})
        ->ArgNames({"backend", "n", "rhs"})
        ->Unit(benchmark::kMillisecond)
        ->UseRealTime();
    return true;
}();

}  // namespace
}  // namespace narrows
