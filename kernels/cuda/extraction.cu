#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/common/cell_losses.hpp"
#include "kernels/common/reduction.hpp"
#include "kernels/cuda/context.cuh"
#include "kernels/cuda/launch.cuh"
#include "kernels/cuda/operations.cuh"
#include "kernels/cuda/products.cuh"

namespace narrows::cuda {
namespace {

constexpr int threads = 256;

/// One block per column of the chunk: column_sums_j = sum_i |I - L + A L|_ij.
void launch_residual(cudaStream_t stream, std::int64_t n, std::int64_t first, std::int64_t columns,
                     const double* l, const double* al, double* column_sums) {
    launch<threads>(
        "residual", stream, columns, threads, kernels::column_parts,
        [=] NARROWS_DEVICE(BlockExecutor & executor, std::int64_t block, double* partial) {
            const std::int64_t j = first + block;
            kernels::residual_column_sum(executor, partial, n, j, l + j * n, al + block * n,
                                         column_sums + j);
        });
}

/// One block per tile of 32 x 32 cells.
void launch_cell_losses(cudaStream_t stream, const kernels::CellLosses& losses) {
    const kernels::CellLosses p = losses;
    const std::int64_t tiles = kernels::num_tiles(p.n) * kernels::num_tiles(p.columns);
    launch<threads>(
        "cell_losses", stream, tiles, threads, kernels::tile_shared,
        [=] NARROWS_DEVICE(BlockExecutor & executor, std::int64_t tile, double* shared) {
            kernels::cell_losses_tile(executor, shared, tile, p);
        });
}

/// One block for all values.
void launch_smallest(cudaStream_t stream, std::int64_t count, const double* values,
                     double* result) {
    launch<threads>("smallest", stream, 1, threads, kernels::column_parts,
                    [=] NARROWS_DEVICE(BlockExecutor & executor, std::int64_t, double* partial) {
                        kernels::smallest_value(executor, partial, count, values, result);
                    });
}

/// What cell_losses needs beside L and A: g and x, and for each of two chunks the losses, the
/// smallest denominator of every tile and of all of them.
struct CellBuffers {
    CellBuffers(std::int64_t n, std::int64_t w)
        : width(w),
          tiles(kernels::num_tiles(n) * kernels::num_tiles(w)),
          vectors(2 * n),
          losses(2 * n * w),
          tile_smallest(2 * tiles),
          smallest(2) {}
    const std::int64_t width, tiles;
    const DeviceArray<double> vectors, losses, tile_smallest, smallest;
};

}  // namespace

narrows_status residual(narrows_context* context, const narrows_matrix* a, const narrows_matrix* l,
                        double* column_sums) {
    if (context == nullptr || !is_square(a) || !is_square(l) || a->rows != l->rows ||
        (column_sums == nullptr && l->rows > 0)) {
        return fail(context, NARROWS_BAD_ARGUMENT, "residual: bad argument");
    }
    const std::int64_t n = l->rows;
    if (n == 0) return NARROWS_OK;
    return guarded(context, [&] {
        const std::int64_t width = std::min(chunk_width(n), n);
        const DeviceArray<double> al(n * width);
        const DeviceArray<double> sums(n);
        const Lane& lane = context->lanes[0];
        for (std::int64_t first = 0; first < n; first += width) {
            const std::int64_t columns = std::min(width, n - first);
            multiply(lane, {n, columns, n, 1.0, a->values.get(), n, l->values.get() + first * n, n,
                            0.0, al.get(), n});
            launch_residual(lane.stream.get(), n, first, columns, l->values.get(), al.get(),
                            sums.get());
        }
        context->staging.to_host(column_sums, n, sums.get(), n, n, 1, lane.stream);
        return NARROWS_OK;
    });
}

narrows_status cell_losses(narrows_context* context, const narrows_matrix* l,
                           const narrows_matrix* a, const double* g, const double* x, double phi,
                           double* losses, int64_t ld, double* smallest) {
    if (context == nullptr || !is_square(l) || !is_square(a) || a->rows != l->rows ||
        ld < l->rows || smallest == nullptr ||
        (l->rows > 0 && (g == nullptr || x == nullptr || losses == nullptr))) {
        return fail(context, NARROWS_BAD_ARGUMENT, "cell_losses: bad argument");
    }
    *smallest = INFINITY;
    const std::int64_t n = l->rows;
    if (n == 0) return NARROWS_OK;
    return guarded(context, [&] {
        const CellBuffers buffers(n, std::min(chunk_width(n), n));
        const std::int64_t width = buffers.width;
        const Stream& stream = context->lanes[0].stream;
        context->staging.to_device(buffers.vectors.get(), n, g, n, n, 1, stream);
        context->staging.to_device(buffers.vectors.get() + n, n, x, n, n, 1, stream);
        double_buffered(
            *context, (n + width - 1) / width,
            [&](std::int64_t chunk, int buffer) {
                const std::int64_t first = chunk * width;
                const std::int64_t columns = std::min(width, n - first);
                double* const minima = buffers.tile_smallest.get() + buffer * buffers.tiles;
                launch_cell_losses(stream.get(),
                                   {n, l->values.get(), a->values.get(), buffers.vectors.get(),
                                    buffers.vectors.get() + n, phi, first, columns,
                                    buffers.losses.get() + buffer * n * width, minima});
                launch_smallest(stream.get(), kernels::num_tiles(n) * kernels::num_tiles(columns),
                                minima, buffers.smallest.get() + buffer);
            },
            [&](std::int64_t chunk, int buffer) {
                const std::int64_t first = chunk * width;
                double lowest = 0.0;
                context->staging.to_host(losses + first * ld, ld,
                                         buffers.losses.get() + buffer * n * width, n, n,
                                         std::min(width, n - first), context->copy_out);
                context->staging.to_host(&lowest, 1, buffers.smallest.get() + buffer, 1, 1, 1,
                                         context->copy_out);
                *smallest = std::min(*smallest, lowest);
            });
        return NARROWS_OK;
    });
}

}  // namespace narrows::cuda
