#include <memory>

#include "kernels/cuda/context.cuh"
#include "kernels/cuda/operations.cuh"
#include "kernels/cuda/products.cuh"

namespace narrows::cuda {

narrows_status upload(narrows_context* context, int64_t rows, int64_t columns, const double* data,
                      int64_t ld, narrows_matrix** matrix) {
    if (matrix != nullptr) *matrix = nullptr;
    if (context == nullptr || matrix == nullptr || rows < 0 || columns < 0 || ld < rows ||
        (data == nullptr && rows > 0 && columns > 0)) {
        return fail(context, NARROWS_BAD_ARGUMENT, "upload: bad argument");
    }
    return guarded(context, [&] {
        auto result = std::make_unique<narrows_matrix>(rows, columns);
        context->staging.to_device(result->values.get(), rows, data, ld, rows, columns,
                                   context->copy_in);
        context->copy_in.synchronize();
        *matrix = result.release();
        return NARROWS_OK;
    });
}

narrows_status create(narrows_context* context, int64_t rows, int64_t columns,
                      narrows_matrix** matrix) {
    if (matrix != nullptr) *matrix = nullptr;
    if (context == nullptr || matrix == nullptr || rows < 0 || columns < 0) {
        return fail(context, NARROWS_BAD_ARGUMENT, "create: bad argument");
    }
    return guarded(context, [&] {
        auto result = std::make_unique<narrows_matrix>(rows, columns);
        const Stream& stream = context->lanes[0].stream;
        check(cudaMemsetAsync(result->values.get(), 0, result->values.bytes(), stream.get()),
              "cudaMemsetAsync");
        stream.synchronize();
        *matrix = result.release();
        return NARROWS_OK;
    });
}

narrows_status download(narrows_context* context, const narrows_matrix* matrix, int64_t first_row,
                        int64_t first_column, int64_t rows, int64_t columns, double* data,
                        int64_t ld) {
    if (context == nullptr || matrix == nullptr || first_row < 0 || first_column < 0 || rows < 0 ||
        columns < 0 || first_row > matrix->rows - rows ||
        first_column > matrix->columns - columns || ld < rows ||
        (data == nullptr && rows > 0 && columns > 0)) {
        return fail(context, NARROWS_BAD_ARGUMENT, "download: bad argument");
    }
    return guarded(context, [&] {
        context->staging.to_host(data, ld,
                                 matrix->values.get() + first_row + first_column * matrix->rows,
                                 matrix->rows, rows, columns, context->copy_out);
        return NARROWS_OK;
    });
}

const double* host_view(const narrows_matrix*, int64_t*) {
    return nullptr;
}

void release_matrix(narrows_context* context, narrows_matrix* matrix) {
    if (context != nullptr) cudaSetDevice(context->device);
    delete matrix;
}

narrows_status multiply(narrows_context* context, const narrows_matrix* a, const narrows_matrix* b,
                        narrows_matrix* c) {
    if (context == nullptr || a == nullptr || b == nullptr || c == nullptr ||
        a->columns != b->rows || c->rows != a->rows || c->columns != b->columns || c == a ||
        c == b) {
        return fail(context, NARROWS_BAD_ARGUMENT, "multiply: shapes do not fit");
    }
    if (c->rows == 0 || c->columns == 0) return NARROWS_OK;
    return guarded(context, [&] {
        const Stream& stream = context->lanes[0].stream;
        if (a->columns == 0) {
            check(cudaMemsetAsync(c->values.get(), 0, c->values.bytes(), stream.get()),
                  "cudaMemsetAsync");
        } else {
            multiply(context->lanes[0],
                     {a->rows, b->columns, a->columns, 1.0, a->values.get(), a->rows,
                      b->values.get(), b->rows, 0.0, c->values.get(), c->rows});
        }
        stream.synchronize();
        return NARROWS_OK;
    });
}

}  // namespace narrows::cuda
