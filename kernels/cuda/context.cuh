#pragma once

#include <cstdint>
#include <new>
#include <string>

#include "kernels/backend_api.h"
#include "kernels/common/gth_block.hpp"
#include "kernels/common/status.hpp"
#include "kernels/cuda/memory.cuh"
#include "kernels/cuda/staging.cuh"

namespace narrows::cuda {

/// A compute stream with its own cuBLAS handle and workspace: products on two lanes run side by
/// side, and each gives the same bits as alone.
struct Lane {
    Lane();
    Stream stream;
    DeviceArray<char> workspace;
    Owned<cublasHandle_t, cublasDestroy> blas;
};

/// The recursion of the last inverse: worth a graph when the same memory comes a second time.
struct InverseGraph {
    struct Key {
        std::int64_t n = -1;
        const void* matrix = nullptr;
        const void* workspace = nullptr;
        const void* slack = nullptr;
        bool operator==(const Key&) const = default;
    };
    Key key;
    GraphExec graph;
};

}  // namespace narrows::cuda

struct narrows_context {
    /// The device must be the current one.
    explicit narrows_context(int number);
    const int device;
    std::string error;
    narrows::cuda::Lane lanes[2];
    narrows::cuda::Stream copy_in, copy_out;
    narrows::cuda::Event fork, join;   // of the two lanes
    narrows::cuda::Event arrived;      // on copy_in
    narrows::cuda::Event produced[2];  // on lane 0, one per buffer
    narrows::cuda::Staging staging;
    narrows::cuda::DeviceArray<narrows::kernels::PivotInfo> pivots{1};
    narrows::cuda::Owned<cusolverDnHandle_t, cusolverDnDestroy> solver;
    narrows::cuda::Owned<cusolverDnParams_t, cusolverDnDestroyParams> parameters;
    narrows::cuda::InverseGraph inverse;
};

struct narrows_matrix {
    narrows_matrix(std::int64_t r, std::int64_t c) : rows(r), columns(c), values(r * c) {}
    const std::int64_t rows, columns;
    const narrows::cuda::DeviceArray<double> values;  // column-major, leading dimension `rows`
};

namespace narrows::cuda {

using kernels::fail;

/// Runs `body`; nothing throws across the contract. On a failure, `message` says which.
template <class Body>
narrows_status caught(std::string& message, Body body) {
    narrows_status status = NARROWS_DEVICE_FAILURE;
    try {
        try {
            return body();
        } catch (const Failure& failure) {
            status = failure.status;
            message = failure.message;
        } catch (const std::bad_alloc&) {
            status = NARROWS_OUT_OF_MEMORY;
            message = "not enough host memory";
        }
    } catch (...) {  // another failure; or the message could not be copied
    }
    return status;
}

/// Runs `body` on the context's device. Nothing is left running after a failure.
template <class Body>
narrows_status guarded(narrows_context* context, Body body) {
    return caught(context->error, [&] {
        try {
            check(cudaSetDevice(context->device), "cudaSetDevice");
            return body();
        } catch (...) {
            cudaDeviceSynchronize();
            cudaGetLastError();
            throw;
        }
    });
}

inline bool is_square(const narrows_matrix* matrix) {
    return matrix != nullptr && matrix->rows == matrix->columns;
}

/// Chunks [0, num_chunks) through two buffers: produce(chunk, buffer) queues work on lane 0;
/// drain(chunk, buffer) brings its result to the host by copy_out and returns when it is there,
/// while the device produces the next. A buffer is free again once it is drained.
template <class Produce, class Drain>
void double_buffered(narrows_context& context, std::int64_t num_chunks, Produce produce,
                     Drain drain) {
    const auto drain_chunk = [&](std::int64_t chunk) {
        context.produced[chunk % 2].hold_back(context.copy_out);
        drain(chunk, static_cast<int>(chunk % 2));
    };
    for (std::int64_t chunk = 0; chunk < num_chunks; ++chunk) {
        produce(chunk, static_cast<int>(chunk % 2));
        context.produced[chunk % 2].record(context.lanes[0].stream);
        if (chunk > 0) drain_chunk(chunk - 1);
    }
    if (num_chunks > 0) drain_chunk(num_chunks - 1);
}

/// Columns of a chunk. It depends on n only: the products of all chunks have one shape (the last
/// is padded with zeros), so the library runs the same kernels on all of them, and a column gives
/// the same bits in any batch. Wide enough for the full rate of a product; 80 MB at n = 9800.
constexpr std::int64_t chunk_width(std::int64_t n) {
    return n <= 16384 ? 1024 : 512;
}

}  // namespace narrows::cuda
