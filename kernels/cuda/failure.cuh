#pragma once

#include <string>

#include <cublas_v2.h>
#include <cuda_runtime.h>
#include <cusolverDn.h>

#include "kernels/backend_api.h"

namespace narrows::cuda {

/// A failed call of CUDA or of one of its libraries; turned into a status before it leaves the
/// module.
struct Failure {
    narrows_status status;
    std::string message;
};

inline void check(cudaError_t result, const char* call) {
    if (result == cudaSuccess) return;
    cudaGetLastError();  // clears what is not sticky
    throw Failure{
        result == cudaErrorMemoryAllocation ? NARROWS_OUT_OF_MEMORY : NARROWS_DEVICE_FAILURE,
        std::string(call) + ": " + cudaGetErrorString(result)};
}

inline void check(cublasStatus_t result, const char* call) {
    if (result == CUBLAS_STATUS_SUCCESS) return;
    cudaGetLastError();
    throw Failure{
        result == CUBLAS_STATUS_ALLOC_FAILED ? NARROWS_OUT_OF_MEMORY : NARROWS_DEVICE_FAILURE,
        std::string(call) + ": cuBLAS status " + std::to_string(result)};
}

inline void check(cusolverStatus_t result, const char* call) {
    if (result == CUSOLVER_STATUS_SUCCESS) return;
    cudaGetLastError();
    throw Failure{
        result == CUSOLVER_STATUS_ALLOC_FAILED ? NARROWS_OUT_OF_MEMORY : NARROWS_DEVICE_FAILURE,
        std::string(call) + ": cuSOLVER status " + std::to_string(result)};
}

}  // namespace narrows::cuda
