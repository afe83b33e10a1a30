#pragma once

#include <cstdint>

// Bodies of elementwise kernels, one source for CPU and GPU: the CUDA kernels call them per thread,
// and the CPU tests call them in a loop, so that their logic is tested without a GPU.
#if defined(__CUDACC__)
#define NARROWS_HOST_DEVICE __host__ __device__ inline
#else
#define NARROWS_HOST_DEVICE inline
#endif

namespace narrows::kernels {

/// K = I - A for one cell of an n x n column-major matrix; `k` may be `a`.
NARROWS_HOST_DEVICE void identity_minus_cell(std::int64_t cell, std::int64_t n, const double* a,
                                             double* k) {
    const std::int64_t column = cell / n;
    const double identity = cell - column * n == column ? 1.0 : 0.0;
    k[cell] = identity - a[cell];
}

/// I for one cell of an n x n column-major matrix.
NARROWS_HOST_DEVICE void identity_cell(std::int64_t cell, std::int64_t n, double* k) {
    const std::int64_t column = cell / n;
    k[cell] = cell - column * n == column ? 1.0 : 0.0;
}

/// diagonal[i] = matrix(i, i) of an n x n column-major matrix.
NARROWS_HOST_DEVICE void diagonal_cell(std::int64_t i, std::int64_t n, const double* matrix,
                                       double* diagonal) {
    diagonal[i] = matrix[i + i * n];
}

}  // namespace narrows::kernels
