#pragma once

#include <algorithm>
#include <cstdint>

#include "kernels/common/block_inverse.hpp"

// How a batch of draws lies in device memory: `wave` draws at a time, a record of doubles each, and
// two waves, one of them on its way to the host.
namespace narrows::cuda {

/// Most doubles of a wave: 256 MiB. Few where the module is emulated: several waves in the tests.
#ifdef NARROWS_EMULATE_CUDA
inline constexpr std::int64_t wave_budget = std::int64_t{1} << 18;
#else
inline constexpr std::int64_t wave_budget = std::int64_t{1} << 25;
#endif

/// The largest order whose draw fits the registers of a block of threads.
inline constexpr std::int64_t most_small_order = 127;
inline constexpr std::int64_t batch_base = 64;

struct BatchPlan {
    std::int64_t wave;    // draws
    std::int64_t record;  // doubles of a draw
    // Offsets in a record.
    std::int64_t inverse, totals, slack, multipliers, outputs, weights;
};

/// A draw that is inverted in registers: its flows, in whose place the inverse comes, its totals
/// and results. Its bits depend on nothing around it, so the wave is as large as fits.
inline BatchPlan small_plan(std::int64_t n, std::int64_t num_weights, std::int64_t num_demands,
                            std::int64_t num_draws) {
    BatchPlan plan{};
    plan.totals = n * n;
    plan.multipliers = plan.totals + n;
    plan.outputs = plan.multipliers + n * num_weights;
    plan.record = plan.outputs + n * num_demands;
    plan.wave = std::clamp<std::int64_t>(wave_budget / plan.record, 1, 4096);
    plan.wave = std::min(plan.wave, num_draws);
    return plan;
}

/// A draw in device memory: K, the recursion's workspace, which later holds the results, the slack
/// and its workspace, the totals. The wave depends on the order only, and the last one is filled
/// up: cuBLAS may choose its kernels by the number of matrices, and a draw's bits must not depend
/// on how many others there are.
inline BatchPlan large_plan(std::int64_t n, std::int64_t num_weights, std::int64_t num_demands) {
    const std::int64_t recursion = kernels::inverse_workspace(n, batch_base);
    const auto record = [n](std::int64_t workspace) { return n * n + workspace + 3 * n; };
    BatchPlan plan{};
    plan.multipliers = n * n;
    plan.outputs = plan.multipliers + n * num_weights;
    plan.weights = plan.outputs + n * num_demands;
    const std::int64_t results = plan.weights + n * num_weights - n * n;
    plan.slack = n * n + std::max(recursion, results);
    plan.totals = plan.slack + n + kernels::slack_workspace(n);
    plan.record = record(std::max(recursion, results));
    plan.wave = std::clamp<std::int64_t>(wave_budget / record(recursion), 1, 512);
    return plan;
}

}  // namespace narrows::cuda
