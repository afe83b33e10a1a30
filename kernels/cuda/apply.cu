#include <algorithm>
#include <vector>

#include "kernels/common/elementwise.hpp"
#include "kernels/cuda/context.cuh"
#include "kernels/cuda/launch.cuh"
#include "kernels/cuda/operations.cuh"
#include "kernels/cuda/products.cuh"

// Products of a resident matrix with columns in host memory. While the device multiplies one chunk
// of columns, the chunk before is on its way back and the one after on its way in, on three
// streams: bound by the product, or by the bus (16 n bytes a column) where n is small.
namespace narrows::cuda {
namespace {

bool bad_product(const narrows_context* context, const narrows_matrix* matrix, int64_t num_rhs,
                 const double* x, int64_t ldx) {
    return context == nullptr || !is_square(matrix) || num_rhs < 0 || ldx < matrix->rows ||
           (x == nullptr && num_rhs > 0 && matrix->rows > 0);
}

struct Columns {
    std::int64_t first, count;
};

Columns chunk_columns(std::int64_t chunk, std::int64_t width, std::int64_t num_columns) {
    const std::int64_t first = chunk * width;
    return {first, std::min(width, num_columns - first)};
}

/// Queues columns of Y on copy_in, zeros beside them, and lets lane 0 wait for them.
void send_columns(narrows_context& context, std::int64_t n, std::int64_t width, Columns columns,
                  const double* y, std::int64_t ldy, double* device_y) {
    if (columns.count < width) {
        const auto padding = static_cast<size_t>(n * (width - columns.count));
        check(cudaMemsetAsync(device_y + n * columns.count, 0, sizeof(double) * padding,
                              context.copy_in.get()),
              "cudaMemsetAsync");
    }
    context.staging.to_device(device_y, n, y + columns.first * ldy, ldy, n, columns.count,
                              context.copy_in);
    context.arrived.record(context.copy_in);
    context.arrived.hold_back(context.lanes[0].stream);
}

/// One thread per cell of the chunk. Bound by reading M: 8 bytes and 2 operations per entry.
void launch_sparse_product(cudaStream_t stream, std::int64_t n, std::int64_t columns,
                           const double* matrix, const std::int64_t* starts,
                           const std::int64_t* rows, const double* values, double* x) {
    launch_cells("sparse_product", stream, n * columns, [=] NARROWS_DEVICE(std::int64_t cell) {
        const std::int64_t c = cell / n;
        const std::int64_t shift = starts[0];
        x[cell] = kernels::sparse_product_cell(cell - c * n, n, matrix, starts[c] - shift,
                                               starts[c + 1] - shift, rows, values);
    });
}

bool bad_sparse(std::int64_t n, std::int64_t num_rhs, const std::int64_t* starts,
                const std::int64_t* rows, const double* values) {
    if (num_rhs == 0) return false;
    if (starts == nullptr || starts[0] < 0) return true;
    for (std::int64_t c = 0; c < num_rhs; ++c) {
        if (starts[c + 1] < starts[c]) return true;
    }
    if (starts[num_rhs] == starts[0]) return false;
    if (rows == nullptr || values == nullptr) return true;
    return std::any_of(rows + starts[0], rows + starts[num_rhs],
                       [n](std::int64_t row) { return row < 0 || row >= n; });
}

/// Chunks of at most `width` columns and, but for a single column, n width / 2 entries.
std::vector<Columns> sparse_chunks(std::int64_t n, std::int64_t width, std::int64_t num_rhs,
                                   const std::int64_t* starts) {
    std::vector<Columns> chunks;
    const std::int64_t most_entries = n * width / 2;
    for (std::int64_t c = 0; c < num_rhs; ++c) {
        const bool fits = !chunks.empty() && chunks.back().count < width &&
                          starts[c + 1] - starts[chunks.back().first] <= most_entries;
        if (!fits) chunks.push_back({c, 0});
        ++chunks.back().count;
    }
    return chunks;
}

/// The entries of two chunks on the device.
class SparseEntries {
  public:
    SparseEntries(std::int64_t width, std::int64_t most_entries)
        : width_(width),
          most_entries_(most_entries),
          starts_(2 * (width + 1)),
          rows_(2 * most_entries),
          values_(2 * most_entries) {}
    const std::int64_t* starts(int buffer) const { return starts_.get() + buffer * (width_ + 1); }
    const std::int64_t* rows(int buffer) const { return rows_.get() + buffer * most_entries_; }
    const double* values(int buffer) const { return values_.get() + buffer * most_entries_; }

    /// Queues the entries of the columns on copy_in, and lets lane 0 wait for them.
    void send(narrows_context& context, int buffer, Columns columns, const std::int64_t* starts,
              const std::int64_t* rows, const double* values) const {
        const std::int64_t first = starts[columns.first];
        const std::int64_t entries = starts[columns.first + columns.count] - first;
        Staging& staging = context.staging;
        staging.to_device(starts_.get() + buffer * (width_ + 1), starts + columns.first,
                          columns.count + 1, context.copy_in);
        if (entries > 0) {
            staging.to_device(rows_.get() + buffer * most_entries_, rows + first, entries,
                              context.copy_in);
            staging.to_device(values_.get() + buffer * most_entries_, entries, values + first,
                              entries, entries, 1, context.copy_in);
        }
        context.arrived.record(context.copy_in);
        context.arrived.hold_back(context.lanes[0].stream);
    }

  private:
    const std::int64_t width_, most_entries_;
    const DeviceArray<std::int64_t> starts_, rows_;
    const DeviceArray<double> values_;
};

}  // namespace

narrows_status apply(narrows_context* context, const narrows_matrix* matrix, int32_t transposed,
                     int64_t num_rhs, const double* y, int64_t ldy, double* x, int64_t ldx) {
    if (bad_product(context, matrix, num_rhs, x, ldx) || ldy < matrix->rows ||
        (y == nullptr && x != nullptr)) {
        return fail(context, NARROWS_BAD_ARGUMENT, "apply: bad argument");
    }
    const std::int64_t n = matrix->rows;
    if (num_rhs == 0 || n == 0) return NARROWS_OK;
    return guarded(context, [&] {
        const std::int64_t width = chunk_width(n);
        const std::int64_t num_chunks = (num_rhs + width - 1) / width;
        const DeviceArray<double> device_y(2 * n * width);
        const DeviceArray<double> device_x(2 * n * width);
        double_buffered(
            *context, num_chunks,
            [&](std::int64_t chunk, int buffer) {
                double* const from = device_y.get() + buffer * n * width;
                send_columns(*context, n, width, chunk_columns(chunk, width, num_rhs), y, ldy,
                             from);
                multiply(context->lanes[0],
                         {n, width, n, 1.0, matrix->values.get(), n, from, n, 0.0,
                          device_x.get() + buffer * n * width, n, transposed != 0});
            },
            [&](std::int64_t chunk, int buffer) {
                const Columns columns = chunk_columns(chunk, width, num_rhs);
                context->staging.to_host(x + columns.first * ldx, ldx,
                                         device_x.get() + buffer * n * width, n, n, columns.count,
                                         context->copy_out);
            });
        return NARROWS_OK;
    });
}

narrows_status apply_each(narrows_context* context, const narrows_matrix* matrix,
                          int32_t transposed, int64_t num_rhs, const double* y, int64_t ldy,
                          double* x, int64_t ldx) {
    if (bad_product(context, matrix, num_rhs, x, ldx) || ldy < matrix->rows ||
        (y == nullptr && x != nullptr)) {
        return fail(context, NARROWS_BAD_ARGUMENT, "apply_each: bad argument");
    }
    const std::int64_t n = matrix->rows;
    if (num_rhs == 0 || n == 0) return NARROWS_OK;
    return guarded(context, [&] {
        const DeviceArray<double> columns(2 * n);
        const Lane& lane = context->lanes[0];
        const double one = 1.0;
        const double zero = 0.0;
        for (std::int64_t c = 0; c < num_rhs; ++c) {
            context->staging.to_device(columns.get(), n, y + c * ldy, n, n, 1, lane.stream);
            check(cublasDgemv_64(lane.blas.get(), operation(transposed != 0), n, n, &one,
                                 matrix->values.get(), n, columns.get(), 1, &zero,
                                 columns.get() + n, 1),
                  "cublasDgemv_64");
            context->staging.to_host(x + c * ldx, n, columns.get() + n, n, n, 1, lane.stream);
        }
        return NARROWS_OK;
    });
}

narrows_status apply_sparse(narrows_context* context, const narrows_matrix* matrix, int64_t num_rhs,
                            const int64_t* starts, const int64_t* rows, const double* values,
                            double* x, int64_t ldx) {
    if (bad_product(context, matrix, num_rhs, x, ldx) ||
        bad_sparse(matrix->rows, num_rhs, starts, rows, values)) {
        return fail(context, NARROWS_BAD_ARGUMENT, "apply_sparse: bad argument");
    }
    const std::int64_t n = matrix->rows;
    if (num_rhs == 0 || n == 0) return NARROWS_OK;
    return guarded(context, [&] {
        const std::int64_t width = std::min(chunk_width(n), num_rhs);
        const std::vector<Columns> chunks = sparse_chunks(n, width, num_rhs, starts);
        std::int64_t most_entries = 0;
        for (const Columns& chunk : chunks) {
            most_entries =
                std::max(most_entries, starts[chunk.first + chunk.count] - starts[chunk.first]);
        }
        const SparseEntries entries(width, most_entries);
        const DeviceArray<double> device_x(2 * n * width);
        double_buffered(
            *context, static_cast<std::int64_t>(chunks.size()),
            [&](std::int64_t chunk, int buffer) {
                const Columns& columns = chunks[static_cast<size_t>(chunk)];
                entries.send(*context, buffer, columns, starts, rows, values);
                launch_sparse_product(context->lanes[0].stream.get(), n, columns.count,
                                      matrix->values.get(), entries.starts(buffer),
                                      entries.rows(buffer), entries.values(buffer),
                                      device_x.get() + buffer * n * width);
            },
            [&](std::int64_t chunk, int buffer) {
                const Columns& columns = chunks[static_cast<size_t>(chunk)];
                context->staging.to_host(x + columns.first * ldx, ldx,
                                         device_x.get() + buffer * n * width, n, n, columns.count,
                                         context->copy_out);
            });
        return NARROWS_OK;
    });
}

}  // namespace narrows::cuda
