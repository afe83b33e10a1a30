#include <algorithm>
#include <vector>

#include "kernels/common/elementwise.hpp"
#include "kernels/common/sweep.hpp"
#include "kernels/cuda/context.cuh"
#include "kernels/cuda/launch.cuh"
#include "kernels/cuda/operations.cuh"

namespace narrows::cuda {
namespace {

/// One block per group of 16 columns; a thread takes every 128th row. Four blocks share a
/// multiprocessor, 128 registers a thread: enough loads on their way to keep the memory busy.
void launch_sweep(cudaStream_t stream, const kernels::SweepSlice& of) {
    const kernels::SweepSlice slice = of;
    launch<kernels::sweep_parts, 4>(
        "sweep", stream, kernels::sweep_groups(slice.n), kernels::sweep_parts,
        kernels::sweep_shared,
        [=] NARROWS_DEVICE(BlockExecutor & executor, std::int64_t group, double* shared) {
            kernels::sweep_group(executor, shared, group, slice);
        });
}

/// One block per 32 rows.
void launch_add_groups(cudaStream_t stream, std::int64_t n, const double* partial,
                       std::int64_t group_stride, double* row_sums) {
    constexpr int threads = kernels::row_block * kernels::row_parts;
    const std::int64_t groups = kernels::sweep_groups(n);
    launch<threads>(
        "add_groups", stream, (n + kernels::row_block - 1) / kernels::row_block, threads, threads,
        [=] NARROWS_DEVICE(BlockExecutor & executor, std::int64_t block, double* shared) {
            kernels::add_groups(executor, shared, block, n, groups, partial, group_stride,
                                row_sums);
        });
}

/// One block per part of a column.
void launch_gather(cudaStream_t stream, std::int64_t n, const double* matrix, std::int64_t count,
                   const kernels::ColumnPart* parts, double* result) {
    constexpr int threads = 128;
    launch<threads>("gather", stream, count, threads, 0,
                    [=] NARROWS_DEVICE(BlockExecutor & executor, std::int64_t block, double*) {
                        executor.phase([=](int t, int num_threads) {
                            kernels::gather_column_part(t, num_threads, parts[block], n, matrix,
                                                        result);
                        });
                    });
}

/// Columns [first, first + slice) of an n x count host matrix, zeros beyond the last.
void send_slice(narrows_context& context, std::int64_t n, std::int64_t count, std::int64_t first,
                std::int64_t slice, const double* from, const DeviceArray<double>& to) {
    const Stream& stream = context.lanes[0].stream;
    check(cudaMemsetAsync(to.get(), 0, to.bytes(), stream.get()), "cudaMemsetAsync");
    const std::int64_t columns = std::min(slice, count - first);
    if (columns > 0) {
        context.staging.to_device(to.get(), n, from + first * n, n, n, columns, stream);
    }
}

/// L'W and L Z: one pass over L for two weights and two flows, and so on.
void column_and_row_sums(narrows_context& context, const narrows_matrix& l,
                         const narrows_sweep& sweep) {
    using kernels::sweep_flows;
    using kernels::sweep_weights;
    const std::int64_t n = l.rows;
    const std::int64_t stride = n * sweep_flows;  // of a group
    const DeviceArray<double> weights(n * sweep_weights);
    const DeviceArray<double> column_sums(n * sweep_weights);
    const DeviceArray<double> flows(n * sweep_flows);
    const DeviceArray<double> row_sums(n * sweep_flows);
    const DeviceArray<double> partial(sweep.num_flows > 0 ? stride * kernels::sweep_groups(n) : 0);
    const Stream& stream = context.lanes[0].stream;
    std::int64_t first_weight = 0;
    std::int64_t first_flow = 0;
    while (first_weight < sweep.num_weights || first_flow < sweep.num_flows) {
        const bool any_flow = first_flow < sweep.num_flows;
        send_slice(context, n, sweep.num_weights, first_weight, sweep_weights, sweep.weights,
                   weights);
        send_slice(context, n, sweep.num_flows, first_flow, sweep_flows, sweep.flows, flows);
        launch_sweep(stream.get(), {n, l.values.get(), weights.get(), column_sums.get(),
                                    any_flow ? flows.get() : nullptr, partial.get()});
        for (std::int64_t r = 0; any_flow && r < sweep_flows; ++r) {
            launch_add_groups(stream.get(), n, partial.get() + r * n, stride,
                              row_sums.get() + r * n);
        }
        const auto bring = [&](std::int64_t first, std::int64_t count, std::int64_t slice,
                               double* to, const double* from) {
            const std::int64_t columns = std::min(slice, count - first);
            if (columns > 0) {
                context.staging.to_host(to + first * n, n, from, n, n, columns, stream);
            }
        };
        bring(first_weight, sweep.num_weights, sweep_weights, sweep.column_sums, column_sums.get());
        bring(first_flow, sweep.num_flows, sweep_flows, sweep.row_sums, row_sums.get());
        first_weight += sweep_weights;
        first_flow += sweep_flows;
    }
}

/// Dense results gathered from parts of columns, a buffer full at a time.
class Gatherer {
  public:
    Gatherer(narrows_context& context, const narrows_matrix& matrix)
        : context_(context),
          matrix_(matrix),
          capacity_(std::max(staging_piece, matrix.rows)),
          buffer_(capacity_),
          device_parts_(most_parts * part_words) {
        parts_.reserve(most_parts);
    }
    /// Appends rows [first_row, first_row + rows) of a column to what goes to `to`.
    void add(std::int64_t column, std::int64_t first_row, std::int64_t rows, double*& to) {
        if (filled_ + rows > capacity_ || parts_.size() == most_parts) flush(to);
        parts_.push_back({column, first_row, rows, filled_});
        filled_ += rows;
    }
    /// Brings what has been added to `to`, and moves it on.
    void flush(double*& to) {
        if (parts_.empty()) return;
        const Stream& stream = context_.lanes[0].stream;
        const auto count = static_cast<std::int64_t>(parts_.size());
        context_.staging.to_device(device_parts_.get(), &parts_.data()->column, count * part_words,
                                   stream);
        launch_gather(stream.get(), matrix_.rows, matrix_.values.get(), count,
                      reinterpret_cast<const kernels::ColumnPart*>(device_parts_.get()),
                      buffer_.get());
        context_.staging.to_host(to, filled_, buffer_.get(), filled_, filled_, 1, stream);
        to += filled_;
        parts_.clear();
        filled_ = 0;
    }

  private:
    static constexpr size_t most_parts = 4096;
    static constexpr std::int64_t part_words = sizeof(kernels::ColumnPart) / sizeof(std::int64_t);
    narrows_context& context_;
    const narrows_matrix& matrix_;
    const std::int64_t capacity_;
    std::int64_t filled_ = 0;
    std::vector<kernels::ColumnPart> parts_;
    const DeviceArray<double> buffer_;
    const DeviceArray<std::int64_t> device_parts_;
};

/// The diagonal and the diagonal blocks: few reads beside a pass over L.
void gather_diagonal(narrows_context& context, const narrows_matrix& l,
                     const narrows_sweep& sweep) {
    Gatherer gatherer(context, l);
    if (sweep.diagonal != nullptr) {
        double* to = sweep.diagonal;
        for (std::int64_t i = 0; i < l.rows; ++i) gatherer.add(i, i, 1, to);
        gatherer.flush(to);
    }
    double* to = sweep.blocks;
    for (std::int64_t b = 0; b < sweep.num_blocks; ++b) {
        const std::int64_t first = sweep.block_starts[b];
        const std::int64_t last = sweep.block_starts[b + 1];
        for (std::int64_t j = first; j < last; ++j) gatherer.add(j, first, last - first, to);
    }
    gatherer.flush(to);
}

bool bad_sweep(const narrows_matrix* l, const narrows_sweep* sweep) {
    if (!is_square(l) || sweep == nullptr || sweep->num_weights < 0 || sweep->num_flows < 0 ||
        sweep->num_blocks < 0) {
        return true;
    }
    const auto lacks = [](std::int64_t count, const void* in, const void* out) {
        return count > 0 && (in == nullptr || out == nullptr);
    };
    if (l->rows > 0 && (lacks(sweep->num_weights, sweep->weights, sweep->column_sums) ||
                        lacks(sweep->num_flows, sweep->flows, sweep->row_sums))) {
        return true;
    }
    if (sweep->num_blocks == 0) return false;
    if (lacks(1, sweep->block_starts, sweep->blocks)) return true;
    const std::int64_t* const starts = sweep->block_starts;
    return starts[0] < 0 || starts[sweep->num_blocks] > l->rows ||
           !std::is_sorted(starts, starts + sweep->num_blocks + 1);
}

}  // namespace

narrows_status sweep(narrows_context* context, const narrows_matrix* l,
                     const narrows_sweep* sweep) {
    if (context == nullptr || bad_sweep(l, sweep)) {
        return fail(context, NARROWS_BAD_ARGUMENT, "sweep: bad argument");
    }
    if (l->rows == 0) return NARROWS_OK;
    return guarded(context, [&] {
        if (sweep->num_weights > 0 || sweep->num_flows > 0) {
            column_and_row_sums(*context, *l, *sweep);
        }
        if (sweep->diagonal != nullptr || sweep->num_blocks > 0) {
            gather_diagonal(*context, *l, *sweep);
        }
        return NARROWS_OK;
    });
}

}  // namespace narrows::cuda
