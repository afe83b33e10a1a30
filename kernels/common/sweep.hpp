#pragma once

#include <cstdint>

#include "kernels/common/host_device.hpp"

// One pass over L for L'W and L Z together. A block of threads takes sweep_columns columns of L and
// all rows; a part takes every sweep_parts-th row, holds its sums over rows in registers and writes
// its sums over columns out. Bound by memory: L is read once, and n / 16 partial rows per flow are
// written and read (an eighth of L for two flows).
namespace narrows::kernels {

inline constexpr int sweep_columns = 16;  // columns of a group
inline constexpr int sweep_parts = 128;   // partial sums per column
inline constexpr int sweep_weights = 2;   // weights of one pass; unused ones are zero
inline constexpr int sweep_flows = 2;     // flows of one pass; unused ones are zero

/// Doubles of shared memory that sweep_group needs.
inline constexpr int sweep_shared = sweep_columns * sweep_weights * sweep_parts;

constexpr std::int64_t sweep_groups(std::int64_t n) {
    return (n + sweep_columns - 1) / sweep_columns;
}

struct SweepSlice {
    std::int64_t n;
    const double* l;        // n x n
    const double* weights;  // n x sweep_weights
    double* column_sums;    // n x sweep_weights: L'W
    const double* flows;    // n x sweep_flows; null: no sums over columns
    double* partial;        // n x sweep_flows x groups: a group's share of L Z
};

/// The cells of one row in the group, zero beyond the last column: independent loads.
struct SweepRow {
    double cells[sweep_columns];
};

NARROWS_HOST_DEVICE SweepRow load_sweep_row(const double* l, std::int64_t n, int columns,
                                            std::int64_t i) {
    SweepRow row;
    for (int c = 0; c < sweep_columns; ++c) row.cells[c] = c < columns ? l[i + c * n] : 0.0;
    return row;
}

/// What part `part` of a group does: its sums over rows go to shared[(c, q), part].
NARROWS_HOST_DEVICE void sweep_part(const SweepSlice& slice, std::int64_t group, int part,
                                    double* shared) {
    const std::int64_t n = slice.n;
    const std::int64_t first = group * sweep_columns;
    const int columns = static_cast<int>(n - first < sweep_columns ? n - first : sweep_columns);
    const double* const l = slice.l + first * n;
    double sums[sweep_columns][sweep_weights] = {};
    for (std::int64_t i = part; i < n; i += sweep_parts) {
        const SweepRow row = load_sweep_row(l, n, columns, i);
        for (int q = 0; q < sweep_weights; ++q) {
            const double weight = slice.weights[i + q * n];
            for (int c = 0; c < sweep_columns; ++c) sums[c][q] += row.cells[c] * weight;
        }
        if (slice.flows == nullptr) continue;
        for (int r = 0; r < sweep_flows; ++r) {
            double sum = 0.0;
            for (int c = 0; c < sweep_columns; ++c) {
                const double flow = c < columns ? slice.flows[first + c + r * n] : 0.0;
                sum += row.cells[c] * flow;
            }
            slice.partial[i + (group * sweep_flows + r) * n] = sum;
        }
    }
    for (int c = 0; c < sweep_columns; ++c) {
        for (int q = 0; q < sweep_weights; ++q) {
            shared[(c * sweep_weights + q) * sweep_parts + part] = sums[c][q];
        }
    }
}

/// One group of columns; shared memory of sweep_shared doubles.
template <class Executor>
NARROWS_HOST_DEVICE void sweep_group(Executor& executor, double* shared, std::int64_t group,
                                     SweepSlice slice) {
    executor.phase([=](int t, int num_threads) {
        for (int part = t; part < sweep_parts; part += num_threads) {
            sweep_part(slice, group, part, shared);
        }
    });
    constexpr int num_sums = sweep_columns * sweep_weights;
    for (int half = sweep_parts / 2; half > 0; half /= 2) {
        executor.phase([=](int t, int num_threads) {
            for (int cell = t; cell < half * num_sums; cell += num_threads) {
                double* const sum = shared + cell / half * sweep_parts + cell % half;
                *sum += sum[half];
            }
        });
    }
    executor.phase([=](int t, int num_threads) {
        for (int sum = t; sum < num_sums; sum += num_threads) {
            const std::int64_t j = group * sweep_columns + sum / sweep_weights;
            if (j < slice.n) {
                slice.column_sums[j + sum % sweep_weights * slice.n] = shared[sum * sweep_parts];
            }
        }
    });
}

inline constexpr int row_block = 32;  // rows that one block of threads adds up
inline constexpr int row_parts = 8;   // partial sums per row

/// row_sums_i = the sum of partial_ig over the groups, for 32 rows of one flow: a warp reads 32
/// neighbouring rows of one group. `partial` has n rows and one column per group, group_stride
/// apart; shared memory of row_block * row_parts doubles.
template <class Executor>
NARROWS_HOST_DEVICE void add_groups(Executor& executor, double* shared, std::int64_t block,
                                    std::int64_t n, std::int64_t num_groups, const double* partial,
                                    std::int64_t group_stride, double* row_sums) {
    executor.phase([=](int t, int num_threads) {
        for (int cell = t; cell < row_block * row_parts; cell += num_threads) {
            const std::int64_t i = block * row_block + cell % row_block;
            double sum = 0.0;
            for (std::int64_t g = cell / row_block; i < n && g < num_groups; g += row_parts) {
                sum += partial[i + g * group_stride];
            }
            shared[cell] = sum;
        }
    });
    executor.phase([=](int t, int num_threads) {
        for (int r = t; r < row_block; r += num_threads) {
            const std::int64_t i = block * row_block + r;
            double sum = 0.0;
            for (int part = 0; part < row_parts; ++part) sum += shared[r + part * row_block];
            if (i < n) row_sums[i] = sum;
        }
    });
}

}  // namespace narrows::kernels
