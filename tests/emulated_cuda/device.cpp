#include "tests/emulated_cuda/device.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <limits>

#include "kernels/cuda/launch.cuh"

#include "tests/emulated_cuda/emulated_cuda.hpp"

namespace narrows::emulated {
namespace {

bool fails_now(std::int64_t& counter) {
    return counter > 0 && --counter == 0;
}

bool inside(const std::map<const char*, std::int64_t>& blocks, const void* start,
            std::int64_t size) {
    const char* const first = static_cast<const char*>(start);
    auto block = blocks.upper_bound(first);
    if (block == blocks.begin()) return false;
    --block;
    return first + size <= block->first + block->second;
}

}  // namespace

Device& device() {
    static Device the_device;
    return the_device;
}

bool Device::create() {
    if (fails_now(fail_creation)) {
        error_left = true;
        return false;
    }
    ++live;
    return true;
}

bool Device::call() {
    const bool fails = fails_now(fail_call);
    error_left |= fails;
    return !fails;
}

bool Device::on_device(const void* start, std::int64_t size) const {
    return inside(device_memory, start, size);
}

bool Device::pinned(const void* start, std::int64_t size) const {
    return inside(pinned_memory, start, size);
}

bool Device::captured(cudaStream_t stream) const {
    return capture != nullptr && capture->operations.count(stream) > 0;
}

void Device::enqueue(cudaStream_t stream, Operation operation) {
    if (captured(stream)) {
        ++capture->operations[stream];
        capture->graph->queues[stream].push_back(std::move(operation));
    } else {
        stream->queue.push_back(std::move(operation));
    }
}

void Device::run_until(const std::vector<Queue*>& queues, const std::function<bool()>& done) {
    std::vector<Queue*> ready;
    while (!done()) {
        ready.clear();
        for (Queue* queue : queues) {
            if (queue->empty()) continue;
            const auto& ticket = queue->front().ticket;
            if (ticket == nullptr || *ticket) ready.push_back(queue);
        }
        if (ready.empty()) {
            std::fprintf(stderr, "emulated CUDA: streams wait for each other\n");
            std::abort();
        }
        const size_t last = ready.size() - 1;
        const size_t next = order == 0   ? 0
                            : order == 1 ? last
                                         : std::uniform_int_distribution<size_t>(0, last)(random);
        const Operation operation = std::move(ready[next]->front());
        ready[next]->pop_front();
        if (operation.run) operation.run();
    }
}

void Device::run_all() {
    std::vector<Queue*> queues;
    for (const cudaStream_t stream : streams) queues.push_back(&stream->queue);
    run_until(queues, [&] {
        return std::all_of(queues.begin(), queues.end(),
                           [](const Queue* queue) { return queue->empty(); });
    });
}

}  // namespace narrows::emulated

namespace narrows::cuda {

cudaError_t emulated_launch(cudaStream_t stream, std::int64_t blocks, int threads,
                            std::int64_t shared_doubles, EmulatedKernel kernel) {
    auto& device = emulated::device();
    if (!device.call()) return cudaErrorLaunchFailure;
    constexpr std::int64_t most_shared = 48 * 1024;  // what every device has
    if (blocks > std::numeric_limits<int>::max() || threads > 1024 ||
        8 * shared_doubles > most_shared) {
        return cudaErrorInvalidConfiguration;
    }
    device.enqueue(
        stream, {[=, &device] {
                     kernels::HostExecutor executor(threads, kernels::HostExecutor::Order::shuffled,
                                                    static_cast<unsigned>(device.random()));
                     for (std::int64_t block = blocks - 1; block >= 0; --block) {
                         std::vector<double> shared(static_cast<size_t>(shared_doubles),
                                                    std::numeric_limits<double>::quiet_NaN());
                         kernel(executor, block, shared.data());
                     }
                 },
                 nullptr});
    return cudaSuccess;
}

}  // namespace narrows::cuda

using narrows::emulated::device;

int64_t emulated_live(void) {
    return device().live;
}
int64_t emulated_device_bytes(void) {
    return device().bytes;
}
int64_t emulated_peak_bytes(void) {
    return device().peak;
}
void emulated_reset_peak(void) {
    device().peak = device().bytes;
}
void emulated_fail_creation(int64_t k) {
    device().fail_creation = k;
}
void emulated_fail_call(int64_t k) {
    device().fail_call = k;
}
int64_t emulated_failure_to_come(void) {
    return device().fail_creation + device().fail_call;
}
int32_t emulated_error_left(void) {
    return device().error_left ? 1 : 0;
}
void emulated_order(uint32_t order) {
    device().order = order;
    device().random.seed(order);
}
void emulated_set_devices(int32_t count) {
    device().num_devices = count;
}
void emulated_set_memory(int64_t bytes) {
    device().memory = bytes;
}
void emulated_set_code(int32_t has_code) {
    device().has_code = has_code != 0;
}
int64_t emulated_graph_launches(void) {
    return device().graph_launches;
}
