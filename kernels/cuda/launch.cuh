#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>

#include "kernels/common/executor.hpp"
#include "kernels/cuda/failure.cuh"

// Kernels are lambdas, body(executor, block, shared), over the bodies in kernels/common. Under nvcc
// a block of threads runs one; where the tests compile the module with the host's compiler, the
// fake runtime does, thread after thread in a shuffled order (tests/emulated_cuda).
#ifdef NARROWS_EMULATE_CUDA
#define NARROWS_DEVICE
#else
#define NARROWS_DEVICE __device__
#endif

namespace narrows::cuda {

#ifdef NARROWS_EMULATE_CUDA

using BlockExecutor = kernels::HostExecutor;
using EmulatedKernel = std::function<void(BlockExecutor&, std::int64_t block, double* shared)>;

/// Of the fake runtime: queues a kernel.
cudaError_t emulated_launch(cudaStream_t stream, std::int64_t blocks, int threads,
                            std::int64_t shared_doubles, EmulatedKernel kernel);

template <int most_threads, int least_blocks = 1, class Body>
void launch(const char* name, cudaStream_t stream, std::int64_t blocks, int threads,
            std::int64_t shared_doubles, Body body) {
    if (blocks == 0) return;
    check(emulated_launch(stream, blocks, threads, shared_doubles, body), name);
}

inline void code_probe() {}

#else

/// A block of threads of the device.
struct BlockExecutor {
    template <class T>
    class PerThread {
      public:
        NARROWS_DEVICE explicit PerThread(const BlockExecutor&) {}
        NARROWS_DEVICE T& operator[](int) { return value_; }

      private:
        T value_;
    };

    template <class Phase>
    NARROWS_DEVICE void phase(Phase body) const {
        body(static_cast<int>(threadIdx.x), static_cast<int>(blockDim.x));
        __syncthreads();
    }
};

template <int most_threads, int least_blocks, class Body>
__global__ void __launch_bounds__(most_threads, least_blocks) kernel(Body body) {
    extern __shared__ __align__(16) double shared[];
    BlockExecutor executor;
    body(executor, static_cast<std::int64_t>(blockIdx.x), shared);
}

/// `threads` <= most_threads; least_blocks is how many blocks a multiprocessor has to hold: both
/// bound the registers of a thread. Every device has 48 KiB of shared memory for a block.
template <int most_threads, int least_blocks = 1, class Body>
void launch(const char* name, cudaStream_t stream, std::int64_t blocks, int threads,
            std::int64_t shared_doubles, Body body) {
    if (blocks == 0) return;
    const size_t bytes = sizeof(double) * static_cast<size_t>(shared_doubles);
    const auto* const function =
        reinterpret_cast<const void*>(&kernel<most_threads, least_blocks, Body>);
    void* arguments[] = {&body};
    check(cudaLaunchKernel(function, dim3(static_cast<unsigned>(blocks)),
                           dim3(static_cast<unsigned>(threads)), arguments, bytes, stream),
          name);
}

/// Asked for its attributes, to see whether the module has code for a device.
static __global__ void code_probe() {}

#endif

/// body(cell) for every cell of [0, count): one thread per cell, grid-stride. Bound by memory.
template <int least_blocks = 4, class Body>
void launch_cells(const char* name, cudaStream_t stream, std::int64_t count, Body body) {
    constexpr int threads = 256;
    const std::int64_t blocks = std::min<std::int64_t>((count + threads - 1) / threads, 1 << 16);
    launch<threads, least_blocks>(
        name, stream, blocks, threads, 0,
        [=] NARROWS_DEVICE(BlockExecutor & executor, std::int64_t block, double*) {
            executor.phase([=](int t, int num_threads) {
                const std::int64_t stride = blocks * num_threads;
                for (std::int64_t cell = block * num_threads + t; cell < count; cell += stride) {
                    body(cell);
                }
            });
        });
}

}  // namespace narrows::cuda
