#pragma once

#include <functional>
#include <string>
#include <vector>

#include "host/backend/backend.hpp"
#include "host/model/synthetic_table.hpp"

namespace narrows::cli {

/// What `narrows bench` times on a table A of order n, L = (I - A)^-1:
///   inverse  L from A and the slack                                  2 n^3 operations
///   solve    X = L Y, from host memory to host memory, L formed      2 n^2 per column
///   extract  every sector's complete extraction, for two weights     4 n^2
///            (1 and v): one pass over a formed L, then O(n)
///   batch    perturbed tables: multipliers L'1 and outputs L f       2 n^3 per draw
enum class Operation { inverse, solve, extract, batch };

std::string to_string(Operation operation);
/// "inverse", "solve", "extract" or "batch". Throws ArgumentError.
Operation parse_operation(const std::string& text);
const std::vector<std::string>& all_operations();

struct Workload {
    Operation operation = Operation::inverse;
    Index order = 0;
    Index count = 1;  // solve: columns of Y; batch: draws

    double flops() const;  // counted, not measured
};

struct Measurement {
    double median = 0.0;  // seconds of one call
    double lowest = 0.0;
    double product = 0.0;  // median seconds of one product of two n x n matrices
    /// CPU: highest resident memory of the first call over what was resident before it (Linux
    /// resets that mark; where it refuses, only growth beyond the process's highest so far is
    /// seen). CUDA: device memory in use with the result of the first call still there.
    std::int64_t peak_bytes = 0;
};

/// Throws ArgumentError where the backend's free memory does not hold the workload.
void require_memory(const Backend& backend, const Workload& workload);

/// Times `repeat` samples of the workload and of the product in turn, after one call of each that
/// does not count; short calls are repeated within a sample. `sampled` is called after each pair.
Measurement measure(const Backend& backend, const Workload& workload, const SyntheticTable& table,
                    int repeat, const std::function<void()>& sampled);

/// What one quick product of order 1000 reaches, in Gflop/s.
double quick_product_gflops(const Backend& backend);

}  // namespace narrows::cli
