#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <vector>

#include <cuda_runtime.h>

// The emulated device: one, used by one thread. Not for the tests, see emulated_cuda.hpp.
namespace narrows::emulated {

/// Something queued; it may run when `ticket`, if there is one, has been set.
struct Operation {
    std::function<void()> run;
    std::shared_ptr<const bool> ticket;
};
using Queue = std::deque<Operation>;

}  // namespace narrows::emulated

struct CUstream_st {
    narrows::emulated::Queue queue;
};

struct CUevent_st {
    std::shared_ptr<bool> ticket;   // of the last record; null: never recorded
    std::int64_t capture = 0;       // in which it was recorded, 0 for none
    cudaStream_t stream = nullptr;  // on which
    std::int64_t operations = 0;    // captured on that stream until then
};

struct CUgraph_st {
    std::map<cudaStream_t, narrows::emulated::Queue> queues;
    std::vector<std::shared_ptr<bool>> tickets;
};

struct CUgraphExec_st {
    CUgraph_st graph;
};

namespace narrows::emulated {

/// A capture in progress.
struct Capture {
    std::int64_t number;
    cudaStream_t origin;
    std::unique_ptr<CUgraph_st> graph;
    std::map<cudaStream_t, std::int64_t> operations;  // of the streams that take part
    std::map<cudaStream_t, std::int64_t> joined;      // how many of them the origin waits for
};

struct Device {
    int num_devices = 1;
    std::int64_t memory = std::int64_t{4} << 30;
    bool has_code = true;
    std::uint32_t order = 2;
    std::mt19937 random{1};

    std::int64_t live = 0;
    std::int64_t bytes = 0, peak = 0;
    std::int64_t fail_creation = 0, fail_call = 0;
    bool error_left = false;
    std::int64_t graph_launches = 0;

    std::map<const char*, std::int64_t> device_memory, pinned_memory;  // start -> bytes
    std::vector<cudaStream_t> streams;
    std::unique_ptr<Capture> capture;
    std::int64_t num_captures = 0;

    /// False where this creation has to fail; counts it otherwise.
    bool create();
    /// False where this call has to fail.
    bool call();
    bool on_device(const void* start, std::int64_t size) const;
    bool pinned(const void* start, std::int64_t size) const;

    /// Queues on the stream, or into the graph that it is captured in.
    void enqueue(cudaStream_t stream, Operation operation);
    bool captured(cudaStream_t stream) const;
    /// Runs what is queued until `done`.
    void run_until(const std::vector<Queue*>& queues, const std::function<bool()>& done);
    void run_all();
};

Device& device();

}  // namespace narrows::emulated
