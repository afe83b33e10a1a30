// The contract on CUDA with cuSOLVER: LU with partial pivoting, a plain first version that the CPU
// backend is the reference for.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include <cuda_runtime.h>
#include <cusolverDn.h>

#include "kernels/backend_api.h"
#include "kernels/common/elementwise.hpp"
#include "kernels/common/status.hpp"

struct narrows_context {
    int device = 0;
    cudaStream_t stream = nullptr;
    cusolverDnHandle_t solver = nullptr;
    cusolverDnParams_t parameters = nullptr;
    std::string error;
};

namespace narrows::cuda {
namespace {

/// A failed CUDA or cuSOLVER call; turned into a status before it leaves this file.
struct Failure {
    narrows_status status;
    std::string message;
};

void check(cudaError_t result, const char* call) {
    if (result == cudaSuccess) return;
    const bool memory = result == cudaErrorMemoryAllocation;
    cudaGetLastError();  // clears what is not sticky
    throw Failure{memory ? NARROWS_OUT_OF_MEMORY : NARROWS_DEVICE_FAILURE,
                  std::string(call) + ": " + cudaGetErrorString(result)};
}

void check(cusolverStatus_t result, const char* call) {
    if (result == CUSOLVER_STATUS_SUCCESS) return;
    throw Failure{
        result == CUSOLVER_STATUS_ALLOC_FAILED ? NARROWS_OUT_OF_MEMORY : NARROWS_DEVICE_FAILURE,
        std::string(call) + ": cuSOLVER status " + std::to_string(result)};
}

/// Device memory that goes with its scope.
template <class T>
class DeviceArray {
  public:
    explicit DeviceArray(int64_t count) : count_(count) {
        const auto bytes = static_cast<size_t>(std::max<int64_t>(count, 1)) * sizeof(T);
        check(cudaMalloc(&data_, bytes), "cudaMalloc");
    }
    ~DeviceArray() { cudaFree(data_); }
    DeviceArray(const DeviceArray&) = delete;
    DeviceArray& operator=(const DeviceArray&) = delete;
    T* get() const { return data_; }
    size_t bytes() const { return static_cast<size_t>(count_) * sizeof(T); }

  private:
    T* data_ = nullptr;
    int64_t count_;
};

}  // namespace
}  // namespace narrows::cuda

struct narrows_matrix {
    int64_t rows, columns;
    narrows::cuda::DeviceArray<double> values;
    narrows_matrix(int64_t r, int64_t c) : rows(r), columns(c), values(r * c) {}
};

struct narrows_factor {
    int64_t n;
    narrows::cuda::DeviceArray<double> lu;
    narrows::cuda::DeviceArray<int64_t> pivots;
    explicit narrows_factor(int64_t order) : n(order), lu(order * order), pivots(order) {}
};

namespace narrows::cuda {
namespace {

// Right-hand sides are solved in blocks of one fixed width, the last one padded with zeros: the
// library then runs the same kernels on every block, and a right-hand side gives the same bits in
// any batch.
constexpr int64_t solve_width = 64;

constexpr int block_size = 256;

int grid_size(int64_t count) {
    constexpr int64_t most_blocks = 1 << 16;
    return static_cast<int>(
        std::clamp<int64_t>((count + block_size - 1) / block_size, 1, most_blocks));
}

/// One thread per cell, grid-stride; bound by memory: one read and one write per cell.
__global__ void identity_minus_kernel(int64_t n, const double* a, double* k) {
    const int64_t stride = static_cast<int64_t>(gridDim.x) * blockDim.x;
    for (int64_t cell = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; cell < n * n;
         cell += stride) {
        kernels::identity_minus_cell(cell, n, a, k);
    }
}

/// One thread per cell, grid-stride; bound by memory: one write per cell.
__global__ void identity_kernel(int64_t n, double* k) {
    const int64_t stride = static_cast<int64_t>(gridDim.x) * blockDim.x;
    for (int64_t cell = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; cell < n * n;
         cell += stride) {
        kernels::identity_cell(cell, n, k);
    }
}

/// One thread per diagonal element, grid-stride; n scattered reads.
__global__ void diagonal_kernel(int64_t n, const double* matrix, double* diagonal) {
    const int64_t stride = static_cast<int64_t>(gridDim.x) * blockDim.x;
    for (int64_t i = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < n;
         i += stride) {
        kernels::diagonal_cell(i, n, matrix, diagonal);
    }
}

using kernels::copy_text;
using kernels::fail;

/// Runs `body` on the context's device; nothing may throw across the contract.
template <class Body>
narrows_status guarded(narrows_context* context, Body body) {
    try {
        check(cudaSetDevice(context->device), "cudaSetDevice");
        return body();
    } catch (const Failure& failure) {
        return fail(context, failure.status, failure.message);
    } catch (const std::bad_alloc&) {
        return fail(context, NARROWS_OUT_OF_MEMORY, "not enough host memory");
    } catch (...) {
        return fail(context, NARROWS_DEVICE_FAILURE, "unknown failure");
    }
}

narrows_status probe(int32_t* num_devices, char* reason, size_t reason_size) {
    int count = 0;
    const cudaError_t result = cudaGetDeviceCount(&count);
    if (result != cudaSuccess || count == 0) {
        cudaGetLastError();
        copy_text(result != cudaSuccess ? cudaGetErrorString(result) : "no CUDA device", reason,
                  reason_size);
        return NARROWS_UNAVAILABLE;
    }
    if (num_devices != nullptr) *num_devices = count;
    copy_text("", reason, reason_size);
    return NARROWS_OK;
}

void close(narrows_context* context) {
    if (context == nullptr) return;
    cudaSetDevice(context->device);
    if (context->parameters != nullptr) cusolverDnDestroyParams(context->parameters);
    if (context->solver != nullptr) cusolverDnDestroy(context->solver);
    if (context->stream != nullptr) cudaStreamDestroy(context->stream);
    delete context;
}

/// Throws where the module holds no code for the device: neither machine code nor PTX to compile.
void require_code(int device) {
    cudaFuncAttributes attributes{};
    if (cudaFuncGetAttributes(&attributes, identity_kernel) == cudaSuccess) return;
    cudaGetLastError();
    cudaDeviceProp properties{};
    check(cudaGetDeviceProperties(&properties, device), "cudaGetDeviceProperties");
    throw Failure{NARROWS_UNAVAILABLE, std::string(properties.name) + " has compute capability " +
                                           std::to_string(properties.major) + "." +
                                           std::to_string(properties.minor) +
                                           ", which this build has no code for"};
}

narrows_status open(int32_t device, narrows_context** context, char* reason, size_t reason_size) {
    if (context == nullptr || device < 0) return NARROWS_BAD_ARGUMENT;
    *context = nullptr;
    auto* opened = new (std::nothrow) narrows_context;
    copy_text(opened == nullptr ? "not enough host memory" : "", reason, reason_size);
    if (opened == nullptr) return NARROWS_OUT_OF_MEMORY;
    opened->device = device;
    const narrows_status status = guarded(opened, [&] {
        require_code(device);
        check(cudaStreamCreateWithFlags(&opened->stream, cudaStreamNonBlocking),
              "cudaStreamCreate");
        check(cusolverDnCreate(&opened->solver), "cusolverDnCreate");
        check(cusolverDnSetStream(opened->solver, opened->stream), "cusolverDnSetStream");
        check(cusolverDnCreateParams(&opened->parameters), "cusolverDnCreateParams");
        return NARROWS_OK;
    });
    if (status != NARROWS_OK) {
        copy_text(opened->error, reason, reason_size);
        close(opened);
        return status;
    }
    *context = opened;
    return NARROWS_OK;
}

const char* error_message(const narrows_context* context) {
    return context == nullptr ? "" : context->error.c_str();
}

narrows_status describe(narrows_context* context, char* text, size_t text_size) {
    if (context == nullptr) return NARROWS_BAD_ARGUMENT;
    return guarded(context, [&] {
        cudaDeviceProp properties{};
        int driver = 0;
        check(cudaGetDeviceProperties(&properties, context->device), "cudaGetDeviceProperties");
        check(cudaDriverGetVersion(&driver), "cudaDriverGetVersion");
        copy_text(std::string(properties.name) + ", sm_" + std::to_string(properties.major) +
                      std::to_string(properties.minor) + ", " +
                      std::to_string(properties.totalGlobalMem >> 30) + " GiB, driver " +
                      std::to_string(driver / 1000) + "." + std::to_string(driver % 1000 / 10),
                  text, text_size);
        return NARROWS_OK;
    });
}

narrows_status memory(narrows_context* context, int64_t* free_bytes, int64_t* total_bytes) {
    if (context == nullptr || free_bytes == nullptr || total_bytes == nullptr) {
        return NARROWS_BAD_ARGUMENT;
    }
    return guarded(context, [&] {
        size_t free = 0;
        size_t total = 0;
        check(cudaMemGetInfo(&free, &total), "cudaMemGetInfo");
        *free_bytes = static_cast<int64_t>(free);
        *total_bytes = static_cast<int64_t>(total);
        return NARROWS_OK;
    });
}

int64_t matrix_bytes(int64_t rows, int64_t columns) {
    return 8 * rows * columns;
}
// K, its pivots, and cuSOLVER's panels and workspace, which it keeps within some 1024 columns.
int64_t factor_bytes(int64_t n) {
    return 8 * n * n + 8 * n * 1025 + (int64_t{32} << 20);
}
int64_t solve_bytes(int64_t n, int64_t) {
    return 8 * n * solve_width;
}
int64_t inverse_bytes(int64_t n) {
    return 8 * n * n;
}

/// cudaMemcpy2D takes its sizes in bytes and refuses a pitch of 0.
void copy_block(double* to, int64_t to_ld, const double* from, int64_t from_ld, int64_t rows,
                int64_t columns, cudaMemcpyKind kind, cudaStream_t stream) {
    if (rows == 0 || columns == 0) return;
    const auto bytes = [](int64_t count) { return static_cast<size_t>(count) * sizeof(double); };
    check(cudaMemcpy2DAsync(to, bytes(to_ld), from, bytes(from_ld), bytes(rows),
                            static_cast<size_t>(columns), kind, stream),
          "cudaMemcpy2DAsync");
}

void wait(narrows_context* context) {
    check(cudaStreamSynchronize(context->stream), "cudaStreamSynchronize");
}

narrows_status upload(narrows_context* context, int64_t rows, int64_t columns, const double* data,
                      int64_t ld, narrows_matrix** matrix) {
    if (context == nullptr || matrix == nullptr || rows < 0 || columns < 0 || ld < rows ||
        (data == nullptr && rows * columns > 0)) {
        return fail(context, NARROWS_BAD_ARGUMENT, "upload: bad argument");
    }
    return guarded(context, [&] {
        auto result = std::make_unique<narrows_matrix>(rows, columns);
        copy_block(result->values.get(), rows, data, ld, rows, columns, cudaMemcpyHostToDevice,
                   context->stream);
        wait(context);
        *matrix = result.release();
        return NARROWS_OK;
    });
}

narrows_status download(narrows_context* context, const narrows_matrix* matrix, int64_t first_row,
                        int64_t first_column, int64_t rows, int64_t columns, double* data,
                        int64_t ld) {
    if (context == nullptr || matrix == nullptr || first_row < 0 || first_column < 0 || rows < 0 ||
        columns < 0 || first_row + rows > matrix->rows ||
        first_column + columns > matrix->columns || ld < rows) {
        return fail(context, NARROWS_BAD_ARGUMENT, "download: bad argument");
    }
    return guarded(context, [&] {
        copy_block(data, ld, matrix->values.get() + first_row + first_column * matrix->rows,
                   matrix->rows, rows, columns, cudaMemcpyDeviceToHost, context->stream);
        wait(context);
        return NARROWS_OK;
    });
}

void release_matrix(narrows_context* context, narrows_matrix* matrix) {
    if (context != nullptr) cudaSetDevice(context->device);
    delete matrix;
}

/// The library's verdict: negative for a bad argument, which would be a defect of this file.
int read_info(narrows_context* context, const DeviceArray<int>& device_info, const char* call) {
    int info = 0;
    check(cudaMemcpyAsync(&info, device_info.get(), sizeof info, cudaMemcpyDeviceToHost,
                          context->stream),
          "cudaMemcpyAsync");
    wait(context);
    if (info < 0) {
        throw Failure{NARROWS_DEVICE_FAILURE,
                      std::string(call) + ": bad argument " + std::to_string(-info)};
    }
    return info;
}

/// LU with partial pivoting of what is in factor.lu; returns the first zero pivot counted from 1,
/// or 0.
int factorise(narrows_context* context, narrows_factor& factor) {
    const int64_t n = factor.n;
    size_t device_bytes = 0;
    size_t host_bytes = 0;
    check(cusolverDnXgetrf_bufferSize(context->solver, context->parameters, n, n, CUDA_R_64F,
                                      factor.lu.get(), n, CUDA_R_64F, &device_bytes, &host_bytes),
          "cusolverDnXgetrf_bufferSize");
    const DeviceArray<char> workspace(static_cast<int64_t>(device_bytes));
    std::vector<char> host_workspace(host_bytes);
    const DeviceArray<int> device_info(1);
    check(cusolverDnXgetrf(context->solver, context->parameters, n, n, CUDA_R_64F, factor.lu.get(),
                           n, factor.pivots.get(), CUDA_R_64F, workspace.get(), device_bytes,
                           host_workspace.data(), host_bytes, device_info.get()),
          "cusolverDnXgetrf");
    return read_info(context, device_info, "cusolverDnXgetrf");
}

std::vector<double> pivots_of(narrows_context* context, const narrows_factor& factor) {
    const DeviceArray<double> diagonal(factor.n);
    diagonal_kernel<<<grid_size(factor.n), block_size, 0, context->stream>>>(
        factor.n, factor.lu.get(), diagonal.get());
    check(cudaGetLastError(), "diagonal_kernel");
    std::vector<double> pivots(static_cast<size_t>(factor.n));
    check(cudaMemcpyAsync(pivots.data(), diagonal.get(), diagonal.bytes(), cudaMemcpyDeviceToHost,
                          context->stream),
          "cudaMemcpyAsync");
    wait(context);
    return pivots;
}

narrows_status factor(narrows_context* context, const narrows_matrix* a, narrows_factor** factor,
                      narrows_factor_info* info) {
    if (context == nullptr || a == nullptr || factor == nullptr || info == nullptr ||
        a->rows != a->columns) {
        return fail(context, NARROWS_BAD_ARGUMENT, "factor: A must be square");
    }
    *factor = nullptr;
    return guarded(context, [&] {
        const int64_t n = a->rows;
        auto result = std::make_unique<narrows_factor>(n);
        *info = {n == 0 ? 1.0 : INFINITY, -1};
        if (n > 0) {
            identity_minus_kernel<<<grid_size(n * n), block_size, 0, context->stream>>>(
                n, a->values.get(), result->lu.get());
            check(cudaGetLastError(), "identity_minus_kernel");
            info->singular_at = factorise(context, *result) - 1;
            const std::vector<double> pivots = pivots_of(context, *result);
            for (int64_t step = 0; step < n; ++step) {
                const double pivot = std::abs(pivots[static_cast<size_t>(step)]);
                if (!(pivot > 0.0 && std::isfinite(pivot)) && info->singular_at < 0) {
                    info->singular_at = step;
                }
                info->min_pivot = std::min(info->min_pivot, pivot);
            }
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

/// Solves in place on the device: b is n x num_rhs, leading dimension n.
void solve_on_device(narrows_context* context, const narrows_factor& factor, bool transposed,
                     int64_t num_rhs, double* b, int* device_info) {
    check(cusolverDnXgetrs(context->solver, context->parameters,
                           transposed ? CUBLAS_OP_T : CUBLAS_OP_N, factor.n, num_rhs, CUDA_R_64F,
                           factor.lu.get(), factor.n, factor.pivots.get(), CUDA_R_64F, b, factor.n,
                           device_info),
          "cusolverDnXgetrs");
}

narrows_status solve(narrows_context* context, const narrows_factor* factor, int32_t transposed,
                     int64_t num_rhs, double* rhs, int64_t ld) {
    if (context == nullptr || factor == nullptr || num_rhs < 0 || ld < factor->n) {
        return fail(context, NARROWS_BAD_ARGUMENT, "solve: bad argument");
    }
    if (num_rhs == 0 || factor->n == 0) return NARROWS_OK;
    return guarded(context, [&] {
        const int64_t n = factor->n;
        const DeviceArray<double> block(n * solve_width);
        const DeviceArray<int> info(1);
        for (int64_t first = 0; first < num_rhs; first += solve_width) {
            const int64_t width = std::min(solve_width, num_rhs - first);
            double* host = rhs + first * ld;
            check(cudaMemsetAsync(block.get(), 0, block.bytes(), context->stream),
                  "cudaMemsetAsync");
            copy_block(block.get(), n, host, ld, n, width, cudaMemcpyHostToDevice, context->stream);
            solve_on_device(context, *factor, transposed != 0, solve_width, block.get(),
                            info.get());
            copy_block(host, ld, block.get(), n, n, width, cudaMemcpyDeviceToHost, context->stream);
        }
        read_info(context, info, "cusolverDnXgetrs");
        return NARROWS_OK;
    });
}

narrows_status inverse(narrows_context* context, const narrows_factor* factor,
                       narrows_matrix** inverse) {
    if (context == nullptr || factor == nullptr || inverse == nullptr) {
        return fail(context, NARROWS_BAD_ARGUMENT, "inverse: bad argument");
    }
    return guarded(context, [&] {
        const int64_t n = factor->n;
        auto result = std::make_unique<narrows_matrix>(n, n);
        if (n > 0) {
            identity_kernel<<<grid_size(n * n), block_size, 0, context->stream>>>(
                n, result->values.get());
            check(cudaGetLastError(), "identity_kernel");
            const DeviceArray<int> info(1);
            solve_on_device(context, *factor, false, n, result->values.get(), info.get());
            read_info(context, info, "cusolverDnXgetrs");
        }
        *inverse = result.release();
        return NARROWS_OK;
    });
}

#define NARROWS_TEXT_OF(x) #x
#define NARROWS_TEXT(x) NARROWS_TEXT_OF(x)

const narrows_backend_api api = {
    NARROWS_BACKEND_ABI,
    static_cast<int32_t>(sizeof(narrows_backend_api)),
    "cuda",
    "cuSOLVER " NARROWS_TEXT(CUSOLVER_VER_MAJOR) "." NARROWS_TEXT(CUSOLVER_VER_MINOR),
    probe,
    open,
    close,
    error_message,
    describe,
    memory,
    matrix_bytes,
    factor_bytes,
    solve_bytes,
    inverse_bytes,
    upload,
    download,
    release_matrix,
    factor,
    release_factor,
    solve,
    inverse,
};

}  // namespace
}  // namespace narrows::cuda

extern "C" __attribute__((visibility("default"))) const narrows_backend_api* narrows_backend_get(
    void) {
    return &narrows::cuda::api;
}
