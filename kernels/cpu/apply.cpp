// Products with a resident matrix: many columns, few columns, sparse columns, and the residual.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "kernels/cpu/context.hpp"

namespace narrows::cpu {
namespace {

// Every product has this shape, the last one padded with zeros, and the width is a multiple of
// every width that OpenBLAS's and Eigen's kernels work in (4, 6, 8, 12, 24): no column falls into a
// remainder loop, which may add up in another order, and a column gives the same bits in any
// batch.
constexpr std::int64_t apply_width = 192;
constexpr std::int64_t apply_height = 1024;
constexpr std::int64_t residual_width = 256;

bool bad_apply(const narrows_context* context, const narrows_matrix* matrix, int64_t num_rhs,
               int64_t ldx) {
    return context == nullptr || !is_square(matrix) || num_rhs < 0 || ldx < matrix->rows;
}

/// Rows [first, first + height) of op(M) Y for one block of columns.
void apply_tile(const narrows_context& context, const narrows_matrix& m, bool transposed,
                std::int64_t first, std::int64_t height, const double* y, std::int64_t ldy,
                double* x, std::int64_t ldx) {
    context.gemm(transposed, false, height, apply_width, m.rows, 1.0,
                 m.data + (transposed ? first * m.ld : first), m.ld, y, ldy, 0.0, x + first, ldx);
}

/// The last columns, fewer than apply_width, with zero columns up to it.
struct PaddedBlock {
    PaddedBlock(std::int64_t n, std::int64_t columns, const double* values, std::int64_t ld)
        : y(n * apply_width), x(n * apply_width) {
        std::fill(y.get() + n * columns, y.get() + n * apply_width, 0.0);
        for (std::int64_t c = 0; c < columns; ++c) {
            std::copy_n(values + c * ld, n, y.get() + c * n);
        }
    }
    HostArray y, x;
};

/// y = M x, M' x in parts of 256 rows or columns: each part is one task, and adds up its columns in
/// their order.
constexpr std::int64_t part = 256;

void multiply_part(const narrows_matrix& m, std::int64_t first, std::int64_t last, const double* y,
                   double* x) {
    std::fill(x + first, x + last, 0.0);
    for (std::int64_t j = 0; j < m.columns; ++j) {
        const double* column = m.data + j * m.ld;
        const double factor = y[j];
        for (std::int64_t i = first; i < last; ++i) x[i] += column[i] * factor;
    }
}

}  // namespace

narrows_status multiply_matrices(narrows_context* context, const narrows_matrix* a,
                                 const narrows_matrix* b, narrows_matrix* c) {
    if (context == nullptr || a == nullptr || b == nullptr || c == nullptr ||
        a->columns != b->rows || c->rows != a->rows || c->columns != b->columns || !c->own) {
        return kernels::fail(context, NARROWS_BAD_ARGUMENT, "multiply: shapes do not fit");
    }
    if (c->rows == 0 || c->columns == 0) return NARROWS_OK;
    return guarded(context, [&] {
        const kernels::Product product{a->rows, b->columns,    a->columns, 1.0,
                                       a->data, a->ld,         b->data,    b->ld,
                                       0.0,     c->writable(), c->ld};
        multiply(*context, &product, 1);
        return NARROWS_OK;
    });
}

narrows_status apply(narrows_context* context, const narrows_matrix* matrix, int32_t transposed,
                     int64_t num_rhs, const double* y, int64_t ldy, double* x, int64_t ldx) {
    if (bad_apply(context, matrix, num_rhs, ldx) || ldy < matrix->rows) {
        return kernels::fail(context, NARROWS_BAD_ARGUMENT, "apply: bad argument");
    }
    const std::int64_t n = matrix->rows;
    if (num_rhs == 0 || n == 0) return NARROWS_OK;
    return guarded(context, [&] {
        const std::int64_t whole = num_rhs / apply_width;
        const std::int64_t rest = num_rhs - whole * apply_width;
        const PaddedBlock last(rest > 0 ? n : 0, rest, y + whole * apply_width * ldy, ldy);
        const std::int64_t heights = (n + apply_height - 1) / apply_height;
        const std::int64_t blocks = whole + (rest > 0 ? 1 : 0);
        context->threads->run(blocks * heights, [&](std::int64_t task, int) {
            const std::int64_t block = task / heights;
            const std::int64_t first = task % heights * apply_height;
            const std::int64_t height = std::min(apply_height, n - first);
            if (block < whole) {
                apply_tile(*context, *matrix, transposed != 0, first, height,
                           y + block * apply_width * ldy, ldy, x + block * apply_width * ldx, ldx);
            } else {
                apply_tile(*context, *matrix, transposed != 0, first, height, last.y.get(), n,
                           last.x.get(), n);
            }
        });
        for (std::int64_t c = 0; c < rest; ++c) {
            std::copy_n(last.x.get() + c * n, n, x + (whole * apply_width + c) * ldx);
        }
        return NARROWS_OK;
    });
}

narrows_status apply_each(narrows_context* context, const narrows_matrix* matrix,
                          int32_t transposed, int64_t num_rhs, const double* y, int64_t ldy,
                          double* x, int64_t ldx) {
    if (bad_apply(context, matrix, num_rhs, ldx) || ldy < matrix->rows) {
        return kernels::fail(context, NARROWS_BAD_ARGUMENT, "apply_each: bad argument");
    }
    const std::int64_t n = matrix->rows;
    return guarded(context, [&] {
        for (std::int64_t c = 0; c < num_rhs; ++c) {
            const double* const in = y + c * ldy;
            double* const out = x + c * ldx;
            for_ranges(*context, n, part, [&](std::int64_t first, std::int64_t last) {
                if (transposed == 0) {
                    multiply_part(*matrix, first, last, in, out);
                    return;
                }
                for (std::int64_t j = first; j < last; ++j) {
                    out[j] = dot(n, matrix->data + j * matrix->ld, in);
                }
            });
        }
        return NARROWS_OK;
    });
}

narrows_status apply_sparse(narrows_context* context, const narrows_matrix* matrix, int64_t num_rhs,
                            const int64_t* starts, const int64_t* rows, const double* values,
                            double* x, int64_t ldx) {
    if (bad_apply(context, matrix, num_rhs, ldx) || (starts == nullptr && num_rhs > 0)) {
        return kernels::fail(context, NARROWS_BAD_ARGUMENT, "apply_sparse: bad argument");
    }
    const std::int64_t n = matrix->rows;
    for (std::int64_t entry = 0; num_rhs > 0 && entry < starts[num_rhs]; ++entry) {
        if (rows[entry] < 0 || rows[entry] >= n) {
            return kernels::fail(context, NARROWS_BAD_ARGUMENT, "apply_sparse: row out of range");
        }
    }
    return guarded(context, [&] {
        context->threads->run(num_rhs, [&](std::int64_t c, int) {
            double* const out = x + c * ldx;
            std::fill_n(out, n, 0.0);
            for (std::int64_t entry = starts[c]; entry < starts[c + 1]; ++entry) {
                const double* column = matrix->data + rows[entry] * matrix->ld;
                const double value = values[entry];
                for (std::int64_t i = 0; i < n; ++i) out[i] += column[i] * value;
            }
        });
        return NARROWS_OK;
    });
}

std::int64_t residual_bytes(std::int64_t n) {
    return 8 * n * residual_width;
}

narrows_status residual(narrows_context* context, const narrows_matrix* a, const narrows_matrix* l,
                        double* column_sums) {
    if (context == nullptr || !is_square(a) || !is_square(l) || a->rows != l->rows ||
        (column_sums == nullptr && a->rows > 0)) {
        return kernels::fail(context, NARROWS_BAD_ARGUMENT, "residual: shapes do not fit");
    }
    const std::int64_t n = a->rows;
    return guarded(context, [&] {
        const HostArray al(n * std::min(n, residual_width));
        for (std::int64_t first = 0; first < n; first += residual_width) {
            const std::int64_t width = std::min(residual_width, n - first);
            const kernels::Product product{
                n, width, n, 1.0, a->data, a->ld, l->data + first * l->ld, l->ld, 0.0, al.get(), n};
            multiply(*context, &product, 1);
            for_ranges(*context, width, 16, [&](std::int64_t from, std::int64_t to) {
                for (std::int64_t c = from; c < to; ++c) {
                    const double* const al_column = al.get() + c * n;
                    const double* const l_column = l->data + (first + c) * l->ld;
                    double sum = 0.0;
                    for (std::int64_t i = 0; i < n; ++i) {
                        const double identity = i == first + c ? 1.0 : 0.0;
                        sum += std::abs((identity - l_column[i]) + al_column[i]);
                    }
                    column_sums[first + c] = sum;
                }
            });
        }
        return NARROWS_OK;
    });
}

}  // namespace narrows::cpu
