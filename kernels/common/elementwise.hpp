#pragma once

#include <cstdint>

#include "kernels/common/host_device.hpp"

// Bodies of elementwise kernels, one source for CPU and GPU: the CUDA kernels call them per thread,
// and the CPU tests call them in a loop, so that their logic is tested without a GPU.
namespace narrows::kernels {

/// K = I - A for one cell of an n x n column-major matrix; `k` may be `a`.
NARROWS_HOST_DEVICE void identity_minus_cell(std::int64_t cell, std::int64_t n, const double* a,
                                             double* k) {
    const std::int64_t column = cell / n;
    const double identity = cell - column * n == column ? 1.0 : 0.0;
    k[cell] = identity - a[cell];
}

/// The off-diagonal of diag(w) (I - A), a zero diagonal: what invert_blocks starts from. w = 1
/// where `weights` is null.
NARROWS_HOST_DEVICE void negative_off_diagonal_cell(std::int64_t cell, std::int64_t n,
                                                    const double* a, const double* weights,
                                                    double* k) {
    const std::int64_t column = cell / n;
    const std::int64_t row = cell - column * n;
    const double weight = weights == nullptr ? 1.0 : weights[row];
    k[cell] = row == column ? 0.0 : -(weight * a[cell]);
}

/// M diag(w) for one cell of an n x n column-major matrix.
NARROWS_HOST_DEVICE void scale_column_cell(std::int64_t cell, std::int64_t n, const double* weights,
                                           double* matrix) {
    matrix[cell] *= weights[cell / n];
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

/// Part of a column of an n-row matrix, and where it goes in a dense result.
struct ColumnPart {
    std::int64_t column, first_row, rows, offset;
};

/// Copies the rows of `part` that start at t and are T apart.
NARROWS_HOST_DEVICE void gather_column_part(std::int64_t t, std::int64_t num_threads,
                                            const ColumnPart& part, std::int64_t n,
                                            const double* matrix, double* result) {
    const double* const from = matrix + part.column * n + part.first_row;
    for (std::int64_t i = t; i < part.rows; i += num_threads) result[part.offset + i] = from[i];
}

/// Row i of M y for a sparse y: entries [first, last) of `rows` and `values`, added in their order.
/// Neighbouring rows read neighbouring cells of the same columns.
NARROWS_HOST_DEVICE double sparse_product_cell(std::int64_t i, std::int64_t n, const double* matrix,
                                               std::int64_t first, std::int64_t last,
                                               const std::int64_t* rows, const double* values) {
    double sum = 0.0;
    for (std::int64_t e = first; e < last; ++e) sum += matrix[i + rows[e] * n] * values[e];
    return sum;
}

}  // namespace narrows::kernels
