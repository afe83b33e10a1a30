// The functions of cuBLAS and cuSOLVER that the module uses, by Eigen, on the emulated device.
#include <algorithm>

#include <Eigen/Core>
#include <Eigen/LU>
#include <cublas_v2.h>
#include <cusolverDn.h>

#include "tests/emulated_cuda/device.hpp"

using narrows::emulated::Device;
using narrows::emulated::device;

struct cublasContext {
    cudaStream_t stream = nullptr;
    bool own_workspace = false;
};
struct cusolverDnContext {
    cudaStream_t stream = nullptr;
};
struct cusolverDnParams {
    int unused = 0;
};

namespace {

using Matrix = Eigen::Map<Eigen::MatrixXd, 0, Eigen::OuterStride<>>;
using ConstMatrix = Eigen::Map<const Eigen::MatrixXd, 0, Eigen::OuterStride<>>;

/// C = alpha op(A) op(B) + beta C for a batch; C is not read where beta is zero.
struct Gemm {
    bool transpose_a, transpose_b;
    std::int64_t m, n, k;
    double alpha;
    const double* a;
    std::int64_t lda, stride_a;
    const double* b;
    std::int64_t ldb, stride_b;
    double beta;
    double* c;
    std::int64_t ldc, stride_c, count;

    bool valid() const {
        const auto covers = [this](const double* start, std::int64_t rows, std::int64_t columns,
                                   std::int64_t ld, std::int64_t stride) {
            const std::int64_t cells = stride * (count - 1) + ld * (columns - 1) + rows;
            return rows > 0 && columns > 0 && ld >= rows && device().on_device(start, 8 * cells);
        };
        return covers(a, transpose_a ? k : m, transpose_a ? m : k, lda, stride_a) &&
               covers(b, transpose_b ? n : k, transpose_b ? k : n, ldb, stride_b) &&
               covers(c, m, n, ldc, stride_c);
    }

    void run() const {
        for (std::int64_t i = 0; i < count; ++i) {
            const ConstMatrix left(a + i * stride_a, transpose_a ? k : m, transpose_a ? m : k,
                                   Eigen::OuterStride<>(lda));
            const ConstMatrix right(b + i * stride_b, transpose_b ? n : k, transpose_b ? k : n,
                                    Eigen::OuterStride<>(ldb));
            Matrix result(c + i * stride_c, m, n, Eigen::OuterStride<>(ldc));
            if (beta == 0.0) {
                result.setZero();
            } else if (beta != 1.0) {
                result *= beta;
            }
            if (transpose_a && transpose_b) {
                result.noalias() += alpha * left.transpose() * right.transpose();
            } else if (transpose_a) {
                result.noalias() += alpha * left.transpose() * right;
            } else if (transpose_b) {
                result.noalias() += alpha * left * right.transpose();
            } else {
                result.noalias() += alpha * left * right;
            }
        }
    }
};

cublasStatus_t enqueue(cublasHandle_t handle, const Gemm& gemm) {
    Device& d = device();
    if (!d.call()) return CUBLAS_STATUS_EXECUTION_FAILED;
    if (!gemm.valid()) return CUBLAS_STATUS_INVALID_VALUE;
    if (!handle->own_workspace) return CUBLAS_STATUS_NOT_SUPPORTED;  // would allocate in a graph
    d.enqueue(handle->stream, {[gemm] { gemm.run(); }, nullptr});
    return CUBLAS_STATUS_SUCCESS;
}

template <class Handle>
bool create(Handle** handle) {
    if (!device().create()) return false;
    *handle = new Handle;
    return true;
}

template <class Handle>
void destroy(Handle* handle) {
    delete handle;
    --device().live;
}

}  // namespace

cublasStatus_t cublasCreate_v2(cublasHandle_t* handle) {
    return create(handle) ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_NOT_INITIALIZED;
}

cublasStatus_t cublasDestroy_v2(cublasHandle_t handle) {
    destroy(handle);
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasSetStream_v2(cublasHandle_t handle, cudaStream_t stream) {
    *handle = {stream, false};
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasSetWorkspace_v2(cublasHandle_t handle, void* workspace, size_t bytes) {
    handle->own_workspace = device().on_device(workspace, static_cast<std::int64_t>(bytes));
    return handle->own_workspace ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_INVALID_VALUE;
}

cublasStatus_t cublasSetMathMode(cublasHandle_t, cublasMath_t mode) {
    return mode == CUBLAS_DEFAULT_MATH ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_NOT_SUPPORTED;
}

cublasStatus_t cublasSetAtomicsMode(cublasHandle_t, cublasAtomicsMode_t mode) {
    return mode == CUBLAS_ATOMICS_NOT_ALLOWED ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_NOT_SUPPORTED;
}

cublasStatus_t cublasGetProperty(libraryPropertyType type, int* value) {
    *value = type == MAJOR_VERSION ? CUBLAS_VER_MAJOR : CUBLAS_VER_MINOR;
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasDgemm_v2_64(cublasHandle_t handle, cublasOperation_t op_a,
                                 cublasOperation_t op_b, int64_t m, int64_t n, int64_t k,
                                 const double* alpha, const double* a, int64_t lda, const double* b,
                                 int64_t ldb, const double* beta, double* c, int64_t ldc) {
    return enqueue(handle, {op_a == CUBLAS_OP_T, op_b == CUBLAS_OP_T, m, n, k, *alpha, a, lda, 0, b,
                            ldb, 0, *beta, c, ldc, 0, 1});
}

cublasStatus_t cublasDgemmStridedBatched_64(cublasHandle_t handle, cublasOperation_t op_a,
                                            cublasOperation_t op_b, int64_t m, int64_t n, int64_t k,
                                            const double* alpha, const double* a, int64_t lda,
                                            long long stride_a, const double* b, int64_t ldb,
                                            long long stride_b, const double* beta, double* c,
                                            int64_t ldc, long long stride_c, int64_t count) {
    return enqueue(handle, {op_a == CUBLAS_OP_T, op_b == CUBLAS_OP_T, m, n, k, *alpha, a, lda,
                            stride_a, b, ldb, stride_b, *beta, c, ldc, stride_c, count});
}

cublasStatus_t cublasDgemv_v2_64(cublasHandle_t handle, cublasOperation_t op, int64_t m, int64_t n,
                                 const double* alpha, const double* a, int64_t lda, const double* x,
                                 int64_t, const double* beta, double* y, int64_t) {
    const bool transposed = op == CUBLAS_OP_T;
    const int64_t inner = transposed ? m : n;
    const int64_t outer = transposed ? n : m;
    return enqueue(handle, {transposed, false, outer, 1, inner, *alpha, a, lda, 0, x, inner, 0,
                            *beta, y, outer, 0, 1});
}

cusolverStatus_t cusolverDnCreate(cusolverDnHandle_t* handle) {
    return create(handle) ? CUSOLVER_STATUS_SUCCESS : CUSOLVER_STATUS_NOT_INITIALIZED;
}

cusolverStatus_t cusolverDnDestroy(cusolverDnHandle_t handle) {
    destroy(handle);
    return CUSOLVER_STATUS_SUCCESS;
}

cusolverStatus_t cusolverDnSetStream(cusolverDnHandle_t handle, cudaStream_t stream) {
    handle->stream = stream;
    return CUSOLVER_STATUS_SUCCESS;
}

cusolverStatus_t cusolverDnCreateParams(cusolverDnParams_t* parameters) {
    return create(parameters) ? CUSOLVER_STATUS_SUCCESS : CUSOLVER_STATUS_ALLOC_FAILED;
}

cusolverStatus_t cusolverDnDestroyParams(cusolverDnParams_t parameters) {
    destroy(parameters);
    return CUSOLVER_STATUS_SUCCESS;
}

cusolverStatus_t cusolverGetProperty(libraryPropertyType type, int* value) {
    *value = type == MAJOR_VERSION ? CUSOLVER_VER_MAJOR : CUSOLVER_VER_MINOR;
    return CUSOLVER_STATUS_SUCCESS;
}

cusolverStatus_t cusolverDnXgetrf_bufferSize(cusolverDnHandle_t, cusolverDnParams_t, int64_t,
                                             int64_t n, cudaDataType, const void*, int64_t,
                                             cudaDataType, size_t* device_bytes,
                                             size_t* host_bytes) {
    *device_bytes = static_cast<size_t>(n) * 64;
    *host_bytes = 64;
    return device().call() ? CUSOLVER_STATUS_SUCCESS : CUSOLVER_STATUS_INTERNAL_ERROR;
}

/// `pivots` gets the permutation, which only getrs below reads.
cusolverStatus_t cusolverDnXgetrf(cusolverDnHandle_t handle, cusolverDnParams_t, int64_t, int64_t n,
                                  cudaDataType, void* a, int64_t lda, int64_t* pivots, cudaDataType,
                                  void* workspace, size_t device_bytes, void*, size_t, int* info) {
    Device& d = device();
    if (!d.call()) return CUSOLVER_STATUS_EXECUTION_FAILED;
    if (!d.on_device(workspace, static_cast<std::int64_t>(device_bytes)) ||
        !d.on_device(a, 8 * lda * n) || !d.on_device(pivots, 8 * n) || !d.on_device(info, 4)) {
        return CUSOLVER_STATUS_INVALID_VALUE;
    }
    d.enqueue(handle->stream,
              {[=] {
                   Matrix matrix(static_cast<double*>(a), n, n, Eigen::OuterStride<>(lda));
                   const Eigen::PartialPivLU<Eigen::MatrixXd> lu{Eigen::MatrixXd(matrix)};
                   matrix = lu.matrixLU();
                   *info = 0;
                   for (int64_t i = n - 1; i >= 0; --i) {
                       pivots[i] = lu.permutationP().indices()[i];
                       if (matrix(i, i) == 0.0) *info = static_cast<int>(i + 1);
                   }
               },
               nullptr});
    return CUSOLVER_STATUS_SUCCESS;
}

cusolverStatus_t cusolverDnXgetrs(cusolverDnHandle_t handle, cusolverDnParams_t,
                                  cublasOperation_t op, int64_t n, int64_t num_rhs, cudaDataType,
                                  const void* a, int64_t lda, const int64_t* pivots, cudaDataType,
                                  void* b, int64_t ldb, int* info) {
    Device& d = device();
    if (!d.call()) return CUSOLVER_STATUS_EXECUTION_FAILED;
    if (!d.on_device(a, 8 * lda * n) || !d.on_device(b, 8 * ldb * num_rhs) ||
        !d.on_device(info, 4)) {
        return CUSOLVER_STATUS_INVALID_VALUE;
    }
    d.enqueue(handle->stream,
              {[=] {
                   const ConstMatrix lu(static_cast<const double*>(a), n, n,
                                        Eigen::OuterStride<>(lda));
                   Matrix x(static_cast<double*>(b), n, num_rhs, Eigen::OuterStride<>(ldb));
                   Eigen::PermutationMatrix<Eigen::Dynamic> p(n);
                   for (int64_t i = 0; i < n; ++i) p.indices()[i] = static_cast<int>(pivots[i]);
                   if (op == CUBLAS_OP_N) {
                       x = p * Eigen::MatrixXd(x);
                       lu.triangularView<Eigen::UnitLower>().solveInPlace(x);
                       lu.triangularView<Eigen::Upper>().solveInPlace(x);
                   } else {
                       lu.transpose().triangularView<Eigen::Lower>().solveInPlace(x);
                       lu.transpose().triangularView<Eigen::UnitUpper>().solveInPlace(x);
                       x = p.transpose() * Eigen::MatrixXd(x);
                   }
                   *info = 0;
               },
               nullptr});
    return CUSOLVER_STATUS_SUCCESS;
}
