#pragma once

#include <cstdint>

#include "kernels/common/host_device.hpp"

// Sums over a column of a matrix by one block of threads. The partial sums are as many as `parts`
// says, whatever the number of threads, and are added in one tree: the bits depend on `parts` only.
namespace narrows::kernels {

/// Partial sums of one column; a power of two. Doubles of shared memory of the bodies below.
inline constexpr int column_parts = 256;

/// partial[0] = sum of partial[0 .. parts), a power of two.
template <class Executor>
NARROWS_HOST_DEVICE void add_parts(Executor& executor, int parts, double* partial) {
    for (int half = parts / 2; half > 0; half /= 2) {
        executor.phase([=](int t, int num_threads) {
            for (int i = t; i < half; i += num_threads) partial[i] += partial[i + half];
        });
    }
}

/// result = start - sum_i w_i column_i, w = 1 where `weights` is null. Threads take neighbouring
/// rows; bound by memory: the column is read once.
template <class Executor>
NARROWS_HOST_DEVICE void subtract_column_sum(Executor& executor, double* partial, std::int64_t rows,
                                             const double* column, const double* weights,
                                             const double* start, double* result) {
    executor.phase([=](int t, int num_threads) {
        for (int part = t; part < column_parts; part += num_threads) {
            double sum = 0.0;
            for (std::int64_t i = part; i < rows; i += column_parts) {
                sum += weights == nullptr ? column[i] : weights[i] * column[i];
            }
            partial[part] = sum;
        }
    });
    add_parts(executor, column_parts, partial);
    executor.phase([=](int t, int) {
        if (t == 0) *result = *start - partial[0];
    });
}

/// *result = sum_i |I - L + A L|_ij for column j, given columns j of L and of A L.
template <class Executor>
NARROWS_HOST_DEVICE void residual_column_sum(Executor& executor, double* partial, std::int64_t n,
                                             std::int64_t j, const double* l, const double* al,
                                             double* result) {
    executor.phase([=](int t, int num_threads) {
        for (int part = t; part < column_parts; part += num_threads) {
            double sum = 0.0;
            for (std::int64_t i = part; i < n; i += column_parts) {
                const double cell = (i == j ? 1.0 : 0.0) - l[i] + al[i];
                sum += cell < 0.0 ? -cell : cell;
            }
            partial[part] = sum;
        }
    });
    add_parts(executor, column_parts, partial);
    executor.phase([=](int t, int) {
        if (t == 0) *result = partial[0];
    });
}

/// *result = the smallest of values[0 .. count), +infinity where there is none.
template <class Executor>
NARROWS_HOST_DEVICE void smallest_value(Executor& executor, double* partial, std::int64_t count,
                                        const double* values, double* result) {
    executor.phase([=](int t, int num_threads) {
        for (int part = t; part < column_parts; part += num_threads) {
            double smallest = __builtin_inf();
            for (std::int64_t i = part; i < count; i += column_parts) {
                smallest = values[i] < smallest ? values[i] : smallest;
            }
            partial[part] = smallest;
        }
    });
    executor.phase([=](int t, int) {
        if (t != 0) return;
        double smallest = partial[0];
        for (int i = 1; i < column_parts; ++i) {
            smallest = partial[i] < smallest ? partial[i] : smallest;
        }
        *result = smallest;
    });
}

}  // namespace narrows::kernels
