#pragma once

#include <algorithm>
#include <cstdint>

#include "kernels/cuda/failure.cuh"

// Everything that CUDA hands out and wants back, each with its scope.
namespace narrows::cuda {

/// Device memory.
template <class T>
class DeviceArray {
  public:
    explicit DeviceArray(std::int64_t count) : count_(count) {
        check(cudaMalloc(&data_, sizeof(T) * static_cast<size_t>(std::max<int64_t>(count, 1))),
              "cudaMalloc");
    }
    ~DeviceArray() { cudaFree(data_); }
    DeviceArray(const DeviceArray&) = delete;
    DeviceArray& operator=(const DeviceArray&) = delete;
    T* get() const { return data_; }
    size_t bytes() const { return sizeof(T) * static_cast<size_t>(count_); }

  private:
    T* data_ = nullptr;
    std::int64_t count_;
};

/// Page-locked host memory: what a device copies from and to at full rate, without the host.
class PinnedArray {
  public:
    explicit PinnedArray(std::int64_t count) {
        check(cudaHostAlloc(reinterpret_cast<void**>(&data_),
                            sizeof(double) * static_cast<size_t>(count), cudaHostAllocDefault),
              "cudaHostAlloc");
    }
    ~PinnedArray() { cudaFreeHost(data_); }
    PinnedArray(const PinnedArray&) = delete;
    PinnedArray& operator=(const PinnedArray&) = delete;
    double* get() const { return data_; }

  private:
    double* data_ = nullptr;
};

/// A library's handle, destroyed by `Destroy`.
template <class Handle, auto Destroy>
class Owned {
  public:
    Owned() = default;
    ~Owned() { reset(); }
    Owned(const Owned&) = delete;
    Owned& operator=(const Owned&) = delete;
    Handle get() const { return handle_; }
    /// Where a create function puts a new handle.
    Handle* out() {
        reset();
        return &handle_;
    }
    void reset() {
        if (handle_ != nullptr) Destroy(handle_);
        handle_ = nullptr;
    }

  private:
    Handle handle_ = nullptr;
};

class Stream : public Owned<cudaStream_t, cudaStreamDestroy> {
  public:
    Stream() { check(cudaStreamCreateWithFlags(out(), cudaStreamNonBlocking), "cudaStreamCreate"); }
    void synchronize() const { check(cudaStreamSynchronize(get()), "cudaStreamSynchronize"); }
};

class Event : public Owned<cudaEvent_t, cudaEventDestroy> {
  public:
    Event() { check(cudaEventCreateWithFlags(out(), cudaEventDisableTiming), "cudaEventCreate"); }
    void record(const Stream& stream) const {
        check(cudaEventRecord(get(), stream.get()), "cudaEventRecord");
    }
    void hold_back(const Stream& stream) const {
        check(cudaStreamWaitEvent(stream.get(), get(), 0), "cudaStreamWaitEvent");
    }
    void synchronize() const { check(cudaEventSynchronize(get()), "cudaEventSynchronize"); }
};

using Graph = Owned<cudaGraph_t, cudaGraphDestroy>;
using GraphExec = Owned<cudaGraphExec_t, cudaGraphExecDestroy>;

}  // namespace narrows::cuda
