#include <algorithm>

#include "kernels/common/cell_losses.hpp"
#include "kernels/common/sweep.hpp"
#include "kernels/cuda/batch_plan.hpp"
#include "kernels/cuda/context.cuh"
#include "kernels/cuda/operations.cuh"
#include "kernels/cuda/products.cuh"

// Device memory of every operation beside what open() takes: the pieces for the bus in page-locked
// host memory, 64 MiB, and cuBLAS's workspaces, 64 MiB on the device.
namespace narrows::cuda {
namespace {

/// What small arrays and the allocator's rounding may take.
constexpr std::int64_t slop = std::int64_t{1} << 20;

std::int64_t sweep_doubles(std::int64_t n, std::int64_t count) {
    const std::int64_t partial = n * kernels::sweep_flows * kernels::sweep_groups(n);
    const std::int64_t gathered = std::max(staging_piece, n) + (std::int64_t{1} << 14);
    return count > 0 ? std::max(partial + 8 * n, gathered) : gathered;
}

/// For up to n / 4 weights and as many demands.
std::int64_t batch_doubles(std::int64_t n, std::int64_t count) {
    const std::int64_t some = n / 4;
    const BatchPlan large = large_plan(n, some, some);
    std::int64_t wave = large.wave * (large.record + 2);
    if (n <= most_small_order && n > 0) {
        const BatchPlan small = small_plan(n, some, some, std::max<std::int64_t>(count, 1));
        wave = std::max(wave, small.wave * (small.record + 2));
    }
    return 2 * n * n + n + 2 * n * some + 2 * wave + 4 * 4096;
}

}  // namespace

int64_t bytes(narrows_operation operation, int64_t n, int64_t count) {
    const std::int64_t width = chunk_width(n);
    switch (operation) {
        case NARROWS_UPLOAD:
        case NARROWS_CREATE:
            return 8 * n * count;
        case NARROWS_MULTIPLY:
            return 0;
        case NARROWS_INVERT:
            return 8 * (n * n + kernels::inverse_workspace(n, Base::order) + 3 * n) + slop;
        // K, its pivots, and cuSOLVER's panels and workspace, which it keeps within some 1024
        // columns.
        case NARROWS_FACTOR:
            return 8 * n * n + 8 * n * 1026 + (std::int64_t{32} << 20);
        case NARROWS_INVERT_FACTOR:
            return 8 * n * n + slop;
        case NARROWS_SOLVE:
            return 8 * 4 * n * width + slop;
        case NARROWS_RESIDUAL:
            return 8 * n * (std::min(width, n) + 1) + slop;
        case NARROWS_SWEEP:
            return 8 * sweep_doubles(n, count) + slop;
        case NARROWS_CELLS:
            return 8 * (2 * n * std::min(width, n) + 2 * n +
                        2 * kernels::num_tiles(n) * kernels::num_tiles(std::min(width, n))) +
                   slop;
        case NARROWS_BATCH:
            return 8 * batch_doubles(n, count) + slop;
        case NARROWS_SHORTAGE:
            return shortage_bytes(n, count) + slop;
        case NARROWS_INVENTORY:
            return inventory_bytes(n, count) + slop;
    }
    return 0;
}

const char* formula(narrows_operation operation) {
    switch (operation) {
        case NARROWS_UPLOAD:
        case NARROWS_CREATE:
            return "8 n columns bytes";
        case NARROWS_MULTIPLY:
            return "nothing";
        case NARROWS_INVERT:
            return "10.7 n^2 bytes";
        case NARROWS_FACTOR:
            return "8 n^2 + 8200 n bytes + 32 MiB";
        case NARROWS_INVERT_FACTOR:
            return "8 n^2 bytes";
        case NARROWS_SOLVE:
            return "32 n w bytes, w = 1024 columns, 512 from n = 16385";
        case NARROWS_RESIDUAL:
            return "8 n w bytes, w = 1024 columns, 512 from n = 16385";
        case NARROWS_SWEEP:
            return "n^2 bytes with flows, at least 16 MiB";
        case NARROWS_CELLS:
            return "16 n w bytes, w = 1024 columns, 512 from n = 16385";
        case NARROWS_BATCH:
            return "16 n^2 bytes + two waves of draws, 256 MiB or one draw each";
        case NARROWS_SHORTAGE:
            return "at most 40 n^2 + 16 n scenarios bytes + 1 GiB";
        case NARROWS_INVENTORY:
            return "at most 16 shares + 1100 stocks bytes + 1 GiB";
    }
    return "";
}

}  // namespace narrows::cuda
