#include <memory>

#include "kernels/cuda/context.cuh"
#include "kernels/cuda/launch.cuh"
#include "kernels/cuda/operations.cuh"

namespace narrows::cuda {

using kernels::copy_text;

namespace {

constexpr size_t workspace_bytes = size_t{32} << 20;  // what cuBLAS asks for on Hopper

cudaDeviceProp properties_of(int device) {
    cudaDeviceProp properties{};
    check(cudaGetDeviceProperties(&properties, device), "cudaGetDeviceProperties");
    return properties;
}

std::string version(int major, int minor) {
    return std::to_string(major) + "." + std::to_string(minor);
}

/// Throws where the module holds no code for the current device: neither machine code nor PTX to
/// compile.
void require_code(int device) {
    cudaFuncAttributes attributes{};
    if (cudaFuncGetAttributes(&attributes, reinterpret_cast<const void*>(&code_probe)) ==
        cudaSuccess) {
        return;
    }
    cudaGetLastError();
    const cudaDeviceProp properties = properties_of(device);
    throw Failure{NARROWS_UNAVAILABLE, std::string(properties.name) + " has compute capability " +
                                           version(properties.major, properties.minor) +
                                           ", which this build has no code for"};
}

void require_device(int device, int num_devices) {
    if (device < num_devices) return;
    throw Failure{NARROWS_UNAVAILABLE, "there is no device " + std::to_string(device) + ", only " +
                                           std::to_string(num_devices) + " of them from 0"};
}

}  // namespace

Lane::Lane() : workspace(static_cast<int64_t>(workspace_bytes)) {
    check(cublasCreate(blas.out()), "cublasCreate");
    check(cublasSetStream(blas.get(), stream.get()), "cublasSetStream");
    // After the stream, which takes a workspace away again. With one of its own a lane allocates
    // nothing while a graph is captured, and shares nothing with the other lane.
    check(cublasSetWorkspace(blas.get(), workspace.get(), workspace_bytes), "cublasSetWorkspace");
    // Set though it is the default: native FP64, whatever CUBLAS_EMULATE_DOUBLE_PRECISION says.
    check(cublasSetMathMode(blas.get(), CUBLAS_DEFAULT_MATH), "cublasSetMathMode");
    check(cublasSetAtomicsMode(blas.get(), CUBLAS_ATOMICS_NOT_ALLOWED), "cublasSetAtomicsMode");
}

}  // namespace narrows::cuda

narrows_context::narrows_context(int number) : device(number) {
    using narrows::cuda::check;
    check(cusolverDnCreate(solver.out()), "cusolverDnCreate");
    check(cusolverDnSetStream(solver.get(), lanes[0].stream.get()), "cusolverDnSetStream");
    check(cusolverDnCreateParams(parameters.out()), "cusolverDnCreateParams");
}

namespace narrows::cuda {

narrows_status probe(int32_t* num_devices, char* reason, size_t reason_size) {
    int count = 0;
    const cudaError_t result = cudaGetDeviceCount(&count);
    if (result != cudaSuccess || count == 0) {
        cudaGetLastError();
        const char* text = result != cudaSuccess ? cudaGetErrorString(result) : "no CUDA device";
        if (reason != nullptr && reason_size > 0) std::snprintf(reason, reason_size, "%s", text);
        return NARROWS_UNAVAILABLE;
    }
    if (num_devices != nullptr) *num_devices = count;
    if (reason != nullptr && reason_size > 0) *reason = '\0';
    return NARROWS_OK;
}

narrows_status open(const narrows_open_options* options, narrows_context** context, char* reason,
                    size_t reason_size) {
    if (reason != nullptr && reason_size > 0) *reason = '\0';
    if (context == nullptr) return NARROWS_BAD_ARGUMENT;
    *context = nullptr;
    if (options == nullptr || options->device < 0) return NARROWS_BAD_ARGUMENT;
    int32_t num_devices = 0;
    const narrows_status found = probe(&num_devices, reason, reason_size);
    if (found != NARROWS_OK) return found;
    std::string message;
    const narrows_status status = caught(message, [&] {
        require_device(options->device, num_devices);
        check(cudaSetDevice(options->device), "cudaSetDevice");
        require_code(options->device);
        *context = std::make_unique<narrows_context>(options->device).release();
        return NARROWS_OK;
    });
    if (status != NARROWS_OK && reason != nullptr && reason_size > 0) {
        std::snprintf(reason, reason_size, "%s", message.c_str());
    }
    return status;
}

void close(narrows_context* context) {
    if (context == nullptr) return;
    cudaSetDevice(context->device);
    delete context;
}

const char* error_message(const narrows_context* context) {
    return context == nullptr ? "" : context->error.c_str();
}

narrows_status describe(narrows_context* context, char* operations, size_t operations_size,
                        char* device, size_t device_size) {
    if (context == nullptr) return NARROWS_BAD_ARGUMENT;
    return guarded(context, [&] {
        int blas[2], solver[2], driver = 0;
        const libraryPropertyType parts[2] = {MAJOR_VERSION, MINOR_VERSION};
        for (int i = 0; i < 2; ++i) {
            check(cublasGetProperty(parts[i], &blas[i]), "cublasGetProperty");
            check(cusolverGetProperty(parts[i], &solver[i]), "cusolverGetProperty");
        }
        check(cudaDriverGetVersion(&driver), "cudaDriverGetVersion");
        const cudaDeviceProp properties = properties_of(context->device);
        copy_text(
            "cuBLAS " + version(blas[0], blas[1]) + ", cuSOLVER " + version(solver[0], solver[1]),
            operations, operations_size);
        copy_text(std::string(properties.name) + ", sm_" + std::to_string(properties.major) +
                      std::to_string(properties.minor) + ", " +
                      std::to_string(properties.totalGlobalMem >> 30) + " GiB, driver " +
                      version(driver / 1000, driver % 1000 / 10),
                  device, device_size);
        return NARROWS_OK;
    });
}

narrows_status memory(narrows_context* context, int64_t* free_bytes, int64_t* total_bytes) {
    if (context == nullptr || free_bytes == nullptr || total_bytes == nullptr) {
        return fail(context, NARROWS_BAD_ARGUMENT, "memory: bad argument");
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

}  // namespace narrows::cuda
