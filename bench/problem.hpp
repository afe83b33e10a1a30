#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "host/backend/backend.hpp"
#include "host/model/synthetic_table.hpp"

namespace narrows::bench {

/// A synthetic table of order n on a backend, and what one plain product of that order takes there.
struct Problem {
    explicit Problem(const std::string& backend_name, Index n);

    /// L, formed when first asked for.
    const BackendMatrix& inverse();
    /// Adds the counters of a measurement of `flops` counted operations per iteration that took
    /// `seconds` in all: GFLOP/s, those of the product, and the ratio of the two times.
    void report(benchmark::State& state, double flops, double seconds) const;

    Index n;
    Backend backend;
    SyntheticTable table;
    BackendMatrix a;
    double product_seconds = 0.0;

  private:
    std::optional<BackendMatrix> inverse_;
};

/// What a benchmark does with range(0) = n and, where there is a second range, range(1).
using Measure = void (*)(benchmark::State& state, Problem& problem);

/// Registers NAME/BACKEND/n:N[/ARGUMENT:K] for every backend that runs here, ascending in n, with
/// the orders 100 to 38400 unless `orders` says otherwise. An order is skipped, saying so, where
/// `matrices` matrices of n x n (K columns counted twice beside them) do not fit the free memory.
struct Registration {
    std::string name;
    Measure measure;
    double matrices;
    std::string argument;
    std::vector<std::int64_t> values;
    std::vector<std::int64_t> orders;
};
void add(const Registration& registration);

/// Runs `body` in the benchmark's loop; returns the seconds it took.
template <class Body>
double timed(benchmark::State& state, Body body) {
    const auto start = std::chrono::steady_clock::now();
    for (auto _ : state) body();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Waits until a device has computed `matrix`: it works behind the caller's back otherwise.
inline void wait_for(const BackendMatrix& matrix) {
    benchmark::DoNotOptimize(matrix.download(0, 0, 1, 1));
}

}  // namespace narrows::bench
