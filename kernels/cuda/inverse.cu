#include <cmath>
#include <memory>

#include "kernels/common/elementwise.hpp"
#include "kernels/cuda/capture.cuh"
#include "kernels/cuda/context.cuh"
#include "kernels/cuda/launch.cuh"
#include "kernels/cuda/operations.cuh"
#include "kernels/cuda/products.cuh"

namespace narrows::cuda {
namespace {

/// One thread per cell: 16 bytes. `weights` may be null.
void launch_negative_off_diagonal(cudaStream_t stream, std::int64_t n, const double* a,
                                  const double* weights, double* k) {
    launch_cells("negative_off_diagonal", stream, n * n, [=] NARROWS_DEVICE(std::int64_t cell) {
        kernels::negative_off_diagonal_cell(cell, n, a, weights, k);
    });
}

/// One thread per cell: 16 bytes.
void launch_scale_columns(cudaStream_t stream, std::int64_t n, const double* weights,
                          double* matrix) {
    launch_cells("scale_columns", stream, n * n, [=] NARROWS_DEVICE(std::int64_t cell) {
        kernels::scale_column_cell(cell, n, weights, matrix);
    });
}

void launch_reset(cudaStream_t stream, kernels::PivotInfo* pivots) {
    launch_cells("reset_pivots", stream, 1, [=] NARROWS_DEVICE(std::int64_t) {
        *pivots = {__builtin_inf(), -1.0};
    });
}

/// Runs the recursion: on the streams for memory that comes for the first time, as it may never
/// come again and a graph takes longer to make than to save; as a graph, made once, when the same
/// memory comes again. Same kernels, same bits.
template <class Recursion>
void run(narrows_context& context, const InverseGraph::Key& key, Recursion recursion) {
    const Stream& stream = context.lanes[0].stream;
    InverseGraph& last = context.inverse;
    if (key != last.key) {
        last.graph.reset();
        last.key = {};
        recursion();
        last.key = key;
        return;
    }
    if (last.graph.get() == nullptr) {
        Graph graph;
        Capture capture(stream);
        recursion();
        capture.end(graph);
        check(cudaGraphInstantiate(last.graph.out(), graph.get(), 0), "cudaGraphInstantiate");
    }
    check(cudaGraphLaunch(last.graph.get(), stream.get()), "cudaGraphLaunch");
}

/// The inverse of what is left of K^ in k, in place.
kernels::PivotInfo invert_in_place(narrows_context& context, std::int64_t n, double* k,
                                   const double* slack) {
    const Stream& stream = context.lanes[0].stream;
    const DeviceArray<double> workspace(kernels::inverse_workspace(n, Base::order));
    const DeviceArray<double> slacks(n + kernels::slack_workspace(n));
    context.staging.to_device(slacks.get(), n, slack, n, n, 1, stream);
    launch_reset(stream.get(), context.pivots.get());
    run(context, {n, k, workspace.get(), slacks.get()}, [&] {
        BlockOps ops(context, 1, 0, context.pivots.get());
        kernels::invert_blocks(ops, n, k, n, slacks.get(), workspace.get(), slacks.get() + n);
    });
    double pivots[2];
    static_assert(sizeof pivots == sizeof(kernels::PivotInfo));
    context.staging.to_host(pivots, 2, &context.pivots.get()->min_pivot, 2, 2, 1, stream);
    return {pivots[0], pivots[1]};
}

/// L into `l`; null weights are 1.
narrows_factor_info invert_weighted(narrows_context& context, const narrows_matrix& a,
                                    const double* weights, const double* slack, double* l) {
    const std::int64_t n = a.rows;
    const Stream& stream = context.lanes[0].stream;
    const DeviceArray<double> space(weights == nullptr ? 0 : n);
    const double* const device_weights = weights == nullptr ? nullptr : space.get();
    if (weights != nullptr) {
        context.staging.to_device(space.get(), n, weights, n, n, 1, stream);
    }
    launch_negative_off_diagonal(stream.get(), n, a.values.get(), device_weights, l);
    const kernels::PivotInfo pivots = invert_in_place(context, n, l, slack);
    if (weights != nullptr) {
        launch_scale_columns(stream.get(), n, device_weights, l);
        stream.synchronize();
    }
    return {pivots.min_pivot, static_cast<int64_t>(pivots.singular_at)};
}

}  // namespace

narrows_status invert(narrows_context* context, const narrows_matrix* a, const double* weights,
                      const double* slack, narrows_matrix** inverse, narrows_factor_info* info) {
    if (inverse != nullptr) *inverse = nullptr;
    if (context == nullptr || !is_square(a) || inverse == nullptr || info == nullptr ||
        (slack == nullptr && a->rows > 0)) {
        return fail(context, NARROWS_BAD_ARGUMENT, "invert: bad argument");
    }
    return guarded(context, [&] {
        auto result = std::make_unique<narrows_matrix>(a->rows, a->rows);
        *info = {1.0, -1};
        if (a->rows > 0) {
            *info = invert_weighted(*context, *a, weights, slack, result->values.get());
        }
        if (info->singular_at >= 0 || !std::isfinite(info->min_pivot)) {
            return fail(context, NARROWS_SINGULAR, "I - A has a pivot that is not positive");
        }
        *inverse = result.release();
        return NARROWS_OK;
    });
}

}  // namespace narrows::cuda
