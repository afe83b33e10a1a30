#pragma once

#include <cstdint>

#include "kernels/common/gth_block.hpp"
#include "kernels/common/host_device.hpp"

namespace narrows::kernels {

/// Odd, so that a row of a matrix in shared memory lies in different banks, as a column does.
NARROWS_HOST_DEVICE constexpr std::int64_t shared_ld(std::int64_t n) {
    return n | 1;
}

/// Doubles of shared memory that gth_invert_shared needs: the matrix, its slack, scratch.
NARROWS_HOST_DEVICE constexpr std::int64_t gth_shared_size(std::int64_t n) {
    return shared_ld(n) * n + n + gth_scratch(n);
}

/// gth_invert of a matrix in device memory: copied to shared memory and back.
template <class Executor>
NARROWS_HOST_DEVICE void gth_invert_shared(Executor& executor, double* shared, std::int64_t n,
                                           double* k, std::int64_t ld, const double* slack,
                                           std::int64_t first_step, PivotInfo* info) {
    const std::int64_t sld = shared_ld(n);
    double* const shared_slack = shared + sld * n;
    executor.phase([=](int t, int num_threads) {
        for (std::int64_t cell = t; cell < n * n; cell += num_threads) {
            const std::int64_t j = cell / n;
            shared[cell - j * n + j * sld] = k[cell - j * n + j * ld];
        }
        for (std::int64_t j = t; j < n; j += num_threads) shared_slack[j] = slack[j];
    });
    gth_invert(executor, n, shared, sld, shared_slack, shared_slack + n, first_step, info);
    executor.phase([=](int t, int num_threads) {
        for (std::int64_t cell = t; cell < n * n; cell += num_threads) {
            const std::int64_t j = cell / n;
            k[cell - j * n + j * ld] = shared[cell - j * n + j * sld];
        }
    });
}

}  // namespace narrows::kernels
