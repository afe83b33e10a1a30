#pragma once

#include <cstdint>

#include "kernels/common/host_device.hpp"

namespace narrows::kernels {

/// What became of the pivots, in the backend's own memory.
struct PivotInfo {
    double min_pivot;
    double singular_at;  // step of the first pivot that is not positive and finite, or -1
};

/// Partial sums of a pivot column, added in one fixed order whatever the number of threads.
inline constexpr int gth_parts = 8;

/// Doubles of scratch that gth_invert needs.
NARROWS_HOST_DEVICE constexpr std::int64_t gth_scratch(std::int64_t n) {
    return 2 * n + gth_parts;
}

/// K^-1 in place by Gauss-Jordan elimination of K, n x n with leading dimension ld, off-diagonal
/// entries <= 0 and columns summing to slack >= 0 (n; overwritten). The diagonal of K is not read:
/// every pivot is rebuilt as slack_k + sum of |k_ik| over the rows not yet eliminated, so that all
/// sums are of one sign and every entry comes out to a relative error of O(n) roundings, however
/// small the slack (Grassmann, Taksar & Heyman 1985; MODEL H.2). `first_step` is the number of the
/// first pivot, for the message.
///
/// A block of threads, any number: thread t takes rows t mod 32, columns t / 32 in the rank-one
/// update. k, slack, scratch are shared by the block. gth_tile.hpp is for a device.
template <class Executor>
NARROWS_HOST_DEVICE void gth_invert(Executor& executor, std::int64_t n, double* k, std::int64_t ld,
                                    double* slack, double* scratch, std::int64_t first_step,
                                    PivotInfo* info) {
    double* const row = scratch;
    double* const column = scratch + n;
    double* const partial = scratch + 2 * n;
    for (std::int64_t s = 0; s < n; ++s) {
        executor.phase([=](int t, int num_threads) {
            for (int part = t; part < gth_parts; part += num_threads) {
                double sum = 0.0;
                for (std::int64_t i = s + 1 + part; i < n; i += gth_parts) sum -= k[i + s * ld];
                partial[part] = sum;
            }
        });
        executor.phase([=](int t, int num_threads) {
            double pivot = slack[s];
            for (int part = 0; part < gth_parts; ++part) pivot += partial[part];
            for (std::int64_t j = t; j < n; j += num_threads) {
                column[j] = k[j + s * ld];
                row[j] = k[s + j * ld] / pivot;
                if (j > s) slack[j] -= slack[s] * row[j];
            }
            if (t == 0) {
                if (pivot < info->min_pivot) info->min_pivot = pivot;
                const bool fine = pivot > 0.0 && pivot <= 1.7e308;
                if (!fine && info->singular_at < 0.0) {
                    info->singular_at = static_cast<double>(first_step + s);
                }
            }
        });
        executor.phase([=](int t, int num_threads) {
            double pivot = slack[s];
            for (int part = 0; part < gth_parts; ++part) pivot += partial[part];
            const int num_rows = num_threads < 32 ? num_threads : 32;
            const int num_columns = num_threads / num_rows;
            if (t >= num_rows * num_columns) return;
            for (std::int64_t j = t / num_rows; j < n; j += num_columns) {
                double* const cells = k + j * ld;
                if (j == s) {
                    for (std::int64_t i = t % num_rows; i < n; i += num_rows) {
                        cells[i] = (i == s ? 1.0 : -column[i]) / pivot;
                    }
                    continue;
                }
                const double factor = row[j];
                for (std::int64_t i = t % num_rows; i < n; i += num_rows) {
                    cells[i] = i == s ? factor : cells[i] - column[i] * factor;
                }
            }
        });
    }
}

}  // namespace narrows::kernels
