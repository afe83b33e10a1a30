#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <vector>

#include "kernels/common/elementwise.hpp"
#include "kernels/cuda/context.cuh"
#include "kernels/cuda/launch.cuh"
#include "kernels/cuda/operations.cuh"

struct narrows_factor {
    explicit narrows_factor(std::int64_t order) : n(order), lu(n * n), pivots(n) {}
    const std::int64_t n;
    const narrows::cuda::DeviceArray<double> lu;
    const narrows::cuda::DeviceArray<std::int64_t> pivots;
};

namespace narrows::cuda {
namespace {

// Right-hand sides are solved in blocks of one fixed width, the last one padded with zeros: the
// library then runs the same kernels on every block, and a right-hand side gives the same bits in
// any batch.
constexpr std::int64_t solve_width = 64;

void launch_identity_minus(cudaStream_t stream, std::int64_t n, const double* a, double* k) {
    launch_cells("identity_minus", stream, n * n, [=] NARROWS_DEVICE(std::int64_t cell) {
        kernels::identity_minus_cell(cell, n, a, k);
    });
}

void launch_identity(cudaStream_t stream, std::int64_t n, double* k) {
    launch_cells("identity", stream, n * n,
                 [=] NARROWS_DEVICE(std::int64_t cell) { kernels::identity_cell(cell, n, k); });
}

void launch_diagonal(cudaStream_t stream, std::int64_t n, const double* matrix, double* diagonal) {
    launch_cells("diagonal", stream, n, [=] NARROWS_DEVICE(std::int64_t i) {
        kernels::diagonal_cell(i, n, matrix, diagonal);
    });
}

/// The library's verdict: negative for a bad argument, which would be a defect of this file. `word`
/// is its int, alone in eight zero bytes.
int read_info(narrows_context& context, const DeviceArray<double>& word, const char* call) {
    double bits = 0.0;
    context.staging.to_host(&bits, 1, word.get(), 1, 1, 1, context.lanes[0].stream);
    int info[2];
    std::memcpy(info, &bits, sizeof info);
    if (info[0] < 0) {
        throw Failure{NARROWS_DEVICE_FAILURE,
                      std::string(call) + ": bad argument " + std::to_string(-info[0])};
    }
    return info[0];
}

void clear(const DeviceArray<double>& array, const Stream& stream) {
    check(cudaMemsetAsync(array.get(), 0, array.bytes(), stream.get()), "cudaMemsetAsync");
}

/// LU with partial pivoting of what is in factor.lu; returns the first zero pivot counted from 1,
/// or 0.
int factorise(narrows_context& context, const narrows_factor& factor) {
    const std::int64_t n = factor.n;
    size_t device_bytes = 0;
    size_t host_bytes = 0;
    check(cusolverDnXgetrf_bufferSize(context.solver.get(), context.parameters.get(), n, n,
                                      CUDA_R_64F, factor.lu.get(), n, CUDA_R_64F, &device_bytes,
                                      &host_bytes),
          "cusolverDnXgetrf_bufferSize");
    const DeviceArray<char> workspace(static_cast<std::int64_t>(device_bytes));
    std::vector<char> host_workspace(host_bytes);
    const DeviceArray<double> info(1);
    clear(info, context.lanes[0].stream);
    check(cusolverDnXgetrf(context.solver.get(), context.parameters.get(), n, n, CUDA_R_64F,
                           factor.lu.get(), n, factor.pivots.get(), CUDA_R_64F, workspace.get(),
                           device_bytes, host_workspace.data(), host_bytes,
                           reinterpret_cast<int*>(info.get())),
          "cusolverDnXgetrf");
    return read_info(context, info, "cusolverDnXgetrf");
}

std::vector<double> pivots_of(narrows_context& context, const narrows_factor& factor) {
    const DeviceArray<double> diagonal(factor.n);
    const Stream& stream = context.lanes[0].stream;
    launch_diagonal(stream.get(), factor.n, factor.lu.get(), diagonal.get());
    std::vector<double> pivots(static_cast<size_t>(factor.n));
    context.staging.to_host(pivots.data(), factor.n, diagonal.get(), factor.n, factor.n, 1, stream);
    return pivots;
}

narrows_factor_info factor_info(const std::vector<double>& pivots, int first_zero) {
    narrows_factor_info info{pivots.empty() ? 1.0 : INFINITY, std::int64_t{first_zero} - 1};
    for (size_t step = 0; step < pivots.size(); ++step) {
        const double pivot = std::abs(pivots[step]);
        if (!(pivot > 0.0 && std::isfinite(pivot)) && info.singular_at < 0) {
            info.singular_at = static_cast<std::int64_t>(step);
        }
        info.min_pivot = std::min(info.min_pivot, pivot);
    }
    return info;
}

/// Solves in place on the device: b is n x num_rhs, leading dimension n.
void solve_on_device(narrows_context& context, const narrows_factor& factor, bool transposed,
                     std::int64_t num_rhs, double* b, const DeviceArray<double>& info) {
    check(cusolverDnXgetrs(context.solver.get(), context.parameters.get(),
                           transposed ? CUBLAS_OP_T : CUBLAS_OP_N, factor.n, num_rhs, CUDA_R_64F,
                           factor.lu.get(), factor.n, factor.pivots.get(), CUDA_R_64F, b, factor.n,
                           reinterpret_cast<int*>(info.get())),
          "cusolverDnXgetrs");
}

}  // namespace

narrows_status factor(narrows_context* context, const narrows_matrix* a, narrows_factor** factor,
                      narrows_factor_info* info) {
    if (factor != nullptr) *factor = nullptr;
    if (context == nullptr || !is_square(a) || factor == nullptr || info == nullptr) {
        return fail(context, NARROWS_BAD_ARGUMENT, "factor: bad argument");
    }
    return guarded(context, [&] {
        const std::int64_t n = a->rows;
        auto result = std::make_unique<narrows_factor>(n);
        *info = factor_info({}, 0);
        if (n > 0) {
            launch_identity_minus(context->lanes[0].stream.get(), n, a->values.get(),
                                  result->lu.get());
            const int first_zero = factorise(*context, *result);
            *info = factor_info(pivots_of(*context, *result), first_zero);
        }
        if (info->singular_at >= 0) {
            return fail(context, NARROWS_SINGULAR, "I - A is singular");
        }
        *factor = result.release();
        return NARROWS_OK;
    });
}

void release_factor(narrows_context* context, narrows_factor* factor) {
    if (context != nullptr) cudaSetDevice(context->device);
    delete factor;
}

narrows_status solve(narrows_context* context, const narrows_factor* factor, int32_t transposed,
                     int64_t num_rhs, double* rhs, int64_t ld) {
    if (context == nullptr || factor == nullptr || num_rhs < 0 || ld < factor->n ||
        (rhs == nullptr && num_rhs > 0 && factor->n > 0)) {
        return fail(context, NARROWS_BAD_ARGUMENT, "solve: bad argument");
    }
    if (num_rhs == 0 || factor->n == 0) return NARROWS_OK;
    return guarded(context, [&] {
        const std::int64_t n = factor->n;
        const DeviceArray<double> block(n * solve_width);
        const DeviceArray<double> info(1);
        const Stream& stream = context->lanes[0].stream;
        clear(info, stream);
        for (std::int64_t first = 0; first < num_rhs; first += solve_width) {
            const std::int64_t width = std::min(solve_width, num_rhs - first);
            double* const host = rhs + first * ld;
            if (width < solve_width) clear(block, stream);
            context->staging.to_device(block.get(), n, host, ld, n, width, stream);
            solve_on_device(*context, *factor, transposed != 0, solve_width, block.get(), info);
            context->staging.to_host(host, ld, block.get(), n, n, width, stream);
        }
        read_info(*context, info, "cusolverDnXgetrs");
        return NARROWS_OK;
    });
}

narrows_status invert_factor(narrows_context* context, const narrows_factor* factor,
                             narrows_matrix** inverse) {
    if (inverse != nullptr) *inverse = nullptr;
    if (context == nullptr || factor == nullptr || inverse == nullptr) {
        return fail(context, NARROWS_BAD_ARGUMENT, "invert_factor: bad argument");
    }
    return guarded(context, [&] {
        const std::int64_t n = factor->n;
        auto result = std::make_unique<narrows_matrix>(n, n);
        if (n > 0) {
            const DeviceArray<double> info(1);
            const Stream& stream = context->lanes[0].stream;
            clear(info, stream);
            launch_identity(stream.get(), n, result->values.get());
            solve_on_device(*context, *factor, false, n, result->values.get(), info);
            read_info(*context, info, "cusolverDnXgetrs");
        }
        *inverse = result.release();
        return NARROWS_OK;
    });
}

}  // namespace narrows::cuda
