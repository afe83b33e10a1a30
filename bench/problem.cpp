#include "bench/problem.hpp"

#include <algorithm>
#include <chrono>
#include <memory>

#include <fmt/format.h>

namespace narrows::bench {
namespace {

/// The module once loaded; its reason where there is none.
const LoadedModule& cuda_module() {
    static const LoadedModule module = load_cuda_module();
    return module;
}

Backend open(const std::string& name) {
    return name == "cpu" ? Backend::cpu() : Backend::open(*cuda_module().api);
}

std::vector<std::string> backend_names() {
    if (cuda_module().api == nullptr) return {"cpu"};
    return {"cpu", "cuda"};
}

/// Median of three after one that does not count; a single one where that takes seconds.
double time_product(const Backend& backend, const BackendMatrix& a) {
    BackendMatrix c = backend.zeros(a.rows(), a.columns());
    const auto once = [&] {
        const auto start = std::chrono::steady_clock::now();
        backend.multiply(a, a, c);
        wait_for(c);
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    };
    const double first = once();
    if (first > 3.0) return first;
    std::vector<double> seconds{once(), once(), once()};
    std::sort(seconds.begin(), seconds.end());
    return seconds[1];
}

/// The last problem is kept: Google Benchmark calls a benchmark again with more iterations.
Problem& problem_of(const std::string& backend, Index n) {
    static std::unique_ptr<Problem> last;
    if (!last || last->n != n || last->backend.name() != backend) {
        last.reset();
        last = std::make_unique<Problem>(backend, n);
    }
    return *last;
}

void run(benchmark::State& state, const std::string& backend, const Registration& registration) {
    const auto n = static_cast<double>(state.range(0));
    const double columns =
        registration.argument.empty() ? 0.0 : static_cast<double>(state.range(1));
    const double needed = 8.0 * n * (registration.matrices * n + 2.0 * columns);
    // The table and its right-hand sides are made in host memory, whatever the backend.
    for (const std::string& memory : {std::string("cpu"), backend}) {
        const auto total = static_cast<double>(open(memory).total_bytes());
        if (needed <= 0.9 * total) continue;
        constexpr double gib = 1024.0 * 1024.0 * 1024.0;
        state.SkipWithError(fmt::format("needs {:.1f} GiB, backend {} has {:.1f} GiB", needed / gib,
                                        memory, total / gib)
                                .c_str());
        return;
    }
    try {
        Problem& problem = problem_of(backend, state.range(0));
        state.SetLabel(problem.backend.operations());
        registration.measure(state, problem);
    } catch (const std::exception& error) {
        state.SkipWithError(error.what());
    }
}

}  // namespace

Problem::Problem(const std::string& backend_name, Index order)
    : n(order),
      backend(open(backend_name)),
      table(synthetic_table(order)),
      a(backend.upload(table.A)),
      product_seconds(time_product(backend, a)) {}

const BackendMatrix& Problem::inverse() {
    if (!inverse_) inverse_.emplace(backend.invert(a, table.slack));
    return *inverse_;
}

void Problem::report(benchmark::State& state, double flops, double seconds) const {
    const double each =
        seconds / static_cast<double>(std::max<std::int64_t>(1, state.iterations()));
    const double order = static_cast<double>(n);
    state.counters["GFLOP/s"] = flops / each * 1e-9;
    state.counters["product_GFLOP/s"] = 2e-9 * order * order * order / product_seconds;
    state.counters["ratio_to_product"] = each / product_seconds;
}

void add(const Registration& registration) {
    const std::vector<std::int64_t> all{100, 200, 500, 1000, 2000, 4000, 9800, 20000, 38400};
    for (const std::string& backend : backend_names()) {
        const std::string name = registration.name + "/" + backend;
        auto* added = benchmark::RegisterBenchmark(
            name.c_str(), [=](benchmark::State& state) { run(state, backend, registration); });
        added->Unit(benchmark::kMillisecond)->UseRealTime();
        const auto& orders = registration.orders.empty() ? all : registration.orders;
        if (registration.argument.empty()) {
            added->ArgName("n");
            for (const std::int64_t n : orders) added->Arg(n);
        } else {
            added->ArgNames({"n", registration.argument});
            for (const std::int64_t n : orders) {
                for (const std::int64_t value : registration.values) added->Args({n, value});
            }
        }
    }
}

}  // namespace narrows::bench
