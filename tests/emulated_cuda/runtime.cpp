// The functions of the CUDA runtime that the module uses, on the emulated device.
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <unordered_map>
#include <utility>

#include "tests/emulated_cuda/device.hpp"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(start, size) ((void)(start), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(start, size) ((void)(start), (void)(size))
#endif

using narrows::emulated::Capture;
using narrows::emulated::Device;
using narrows::emulated::device;
using narrows::emulated::Operation;
using narrows::emulated::Queue;

namespace {

/// Freed device memory by size: like a driver, the next allocation of the size gets it again. Never
/// destroyed: a leak checker finds the blocks through it.
std::unordered_map<size_t, std::vector<char*>>& free_blocks() {
    static auto* const blocks = new std::unordered_map<size_t, std::vector<char*>>;
    return *blocks;
}

char* take_block(size_t bytes) {
    auto& free = free_blocks()[bytes];
    if (free.empty()) return static_cast<char*>(std::malloc(bytes));
    char* const block = free.back();
    free.pop_back();
    ASAN_UNPOISON_MEMORY_REGION(block, bytes);
    return block;
}

/// Not allowed while a stream is captured.
bool in_capture() {
    return device().capture != nullptr;
}

cudaError_t wait_for_all() {
    if (in_capture()) return cudaErrorStreamCaptureUnsupported;
    device().run_all();
    return cudaSuccess;
}

/// The extent of a copied block, in bytes.
std::int64_t extent(size_t pitch, size_t width, size_t height) {
    return height == 0 ? 0 : static_cast<std::int64_t>(pitch * (height - 1) + width);
}

}  // namespace

cudaError_t cudaGetDeviceCount(int* count) {
    const int num_devices = device().num_devices;
    *count = num_devices > 0 ? num_devices : 0;
    if (num_devices < 0) return cudaErrorInsufficientDriver;
    return num_devices == 0 ? cudaErrorNoDevice : cudaSuccess;
}

cudaError_t cudaSetDevice(int number) {
    return number >= 0 && number < device().num_devices ? cudaSuccess : cudaErrorInvalidDevice;
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int) {
    std::memset(static_cast<void*>(properties), 0, sizeof *properties);
    std::strcpy(properties->name, "Emulated device");
    properties->major = 9;
    properties->totalGlobalMem = static_cast<size_t>(device().memory);
    return device().call() ? cudaSuccess : cudaErrorUnknown;
}

cudaError_t cudaDriverGetVersion(int* version) {
    *version = 13000;
    return device().call() ? cudaSuccess : cudaErrorUnknown;
}

cudaError_t cudaFuncGetAttributes(cudaFuncAttributes*, const void*) {
    return device().has_code ? cudaSuccess : cudaErrorNoKernelImageForDevice;
}

cudaError_t cudaGetLastError() {
    return std::exchange(device().error_left, false) ? cudaErrorUnknown : cudaSuccess;
}

const char* cudaGetErrorString(cudaError_t error) {
    switch (error) {
        case cudaErrorNoDevice:
            return "no CUDA-capable device is detected";
        case cudaErrorInsufficientDriver:
            return "CUDA driver version is insufficient for CUDA runtime version";
        case cudaErrorMemoryAllocation:
            return "out of memory";
        default:
            return "emulated error";
    }
}

cudaError_t cudaMemGetInfo(size_t* free, size_t* total) {
    *total = static_cast<size_t>(device().memory);
    *free = static_cast<size_t>(device().memory - device().bytes);
    return device().call() ? cudaSuccess : cudaErrorUnknown;
}

cudaError_t cudaMalloc(void** pointer, size_t bytes) {
    Device& d = device();
    if (in_capture()) return cudaErrorStreamCaptureUnsupported;
    const auto size = static_cast<std::int64_t>(bytes);
    if (size > d.memory - d.bytes || !d.create()) return cudaErrorMemoryAllocation;
    char* const block = take_block(bytes);
    std::memset(block, 0xFF, bytes);  // NaN
    d.device_memory[block] = size;
    d.bytes += size;
    d.peak = std::max(d.peak, d.bytes);
    *pointer = block;
    return cudaSuccess;
}

cudaError_t cudaFree(void* pointer) {
    Device& d = device();
    if (pointer == nullptr) return cudaSuccess;
    if (const cudaError_t result = wait_for_all(); result != cudaSuccess) return result;
    const auto block = d.device_memory.find(static_cast<char*>(pointer));
    if (block == d.device_memory.end()) return cudaErrorInvalidValue;
    const auto bytes = static_cast<size_t>(block->second);
    std::memset(pointer, 0xFF, bytes);
    ASAN_POISON_MEMORY_REGION(pointer, bytes);
    free_blocks()[bytes].push_back(static_cast<char*>(pointer));
    d.bytes -= block->second;
    d.device_memory.erase(block);
    --d.live;
    return cudaSuccess;
}

cudaError_t cudaHostAlloc(void** pointer, size_t bytes, unsigned) {
    Device& d = device();
    if (!d.create()) return cudaErrorMemoryAllocation;
    char* const block = static_cast<char*>(std::malloc(bytes));
    std::memset(block, 0xFF, bytes);
    d.pinned_memory[block] = static_cast<std::int64_t>(bytes);
    *pointer = block;
    return cudaSuccess;
}

cudaError_t cudaFreeHost(void* pointer) {
    if (pointer == nullptr) return cudaSuccess;
    if (const cudaError_t result = wait_for_all(); result != cudaSuccess) return result;
    device().pinned_memory.erase(static_cast<char*>(pointer));
    std::free(pointer);
    --device().live;
    return cudaSuccess;
}

/// Between page-locked and device memory only: a copy from pageable memory would not overlap.
cudaError_t cudaMemcpy2DAsync(void* to, size_t to_pitch, const void* from, size_t from_pitch,
                              size_t width, size_t height, cudaMemcpyKind kind,
                              cudaStream_t stream) {
    Device& d = device();
    if (!d.call()) return cudaErrorUnknown;
    constexpr size_t most = (size_t{1} << 31) - 1;  // cudaDevAttrMaxPitch
    if (width > to_pitch || width > from_pitch) return cudaErrorInvalidPitchValue;
    if (height > 1 && std::max(to_pitch, from_pitch) > most) return cudaErrorInvalidPitchValue;
    const std::int64_t to_extent = extent(to_pitch, width, height);
    const std::int64_t from_extent = extent(from_pitch, width, height);
    const bool fine =
        kind == cudaMemcpyHostToDevice   ? d.on_device(to, to_extent) && d.pinned(from, from_extent)
        : kind == cudaMemcpyDeviceToHost ? d.pinned(to, to_extent) && d.on_device(from, from_extent)
                                         : false;
    if (!fine) return cudaErrorInvalidValue;
    d.enqueue(stream, {[=] {
                           for (size_t c = 0; c < height; ++c) {
                               std::memcpy(static_cast<char*>(to) + c * to_pitch,
                                           static_cast<const char*>(from) + c * from_pitch, width);
                           }
                       },
                       nullptr});
    return cudaSuccess;
}

cudaError_t cudaMemcpyAsync(void* to, const void* from, size_t count, cudaMemcpyKind kind,
                            cudaStream_t stream) {
    return cudaMemcpy2DAsync(to, count, from, count, count, 1, kind, stream);
}

cudaError_t cudaMemsetAsync(void* to, int value, size_t count, cudaStream_t stream) {
    Device& d = device();
    if (!d.call()) return cudaErrorUnknown;
    if (!d.on_device(to, static_cast<std::int64_t>(count))) return cudaErrorInvalidValue;
    d.enqueue(stream, {[=] { std::memset(to, value, count); }, nullptr});
    return cudaSuccess;
}

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned) {
    if (!device().create()) return cudaErrorUnknown;
    *stream = new CUstream_st;
    device().streams.push_back(*stream);
    return cudaSuccess;
}

cudaError_t cudaStreamDestroy(cudaStream_t stream) {
    device().run_all();
    std::erase(device().streams, stream);
    delete stream;
    --device().live;
    return cudaSuccess;
}

cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
    if (in_capture()) return cudaErrorStreamCaptureUnsupported;
    if (!device().call()) return cudaErrorUnknown;
    std::vector<Queue*> queues;
    for (const cudaStream_t each : device().streams) queues.push_back(&each->queue);
    device().run_until(queues, [&] { return stream->queue.empty(); });
    return cudaSuccess;
}

cudaError_t cudaDeviceSynchronize() {
    return wait_for_all();
}

cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned) {
    if (!device().create()) return cudaErrorUnknown;
    *event = new CUevent_st;
    return cudaSuccess;
}

cudaError_t cudaEventDestroy(cudaEvent_t event) {
    delete event;
    --device().live;
    return cudaSuccess;
}

cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
    Device& d = device();
    if (!d.call()) return cudaErrorUnknown;
    const auto ticket = std::make_shared<bool>(false);
    const bool captured = d.captured(stream);
    d.enqueue(stream, {[ticket] { *ticket = true; }, nullptr});
    *event = {ticket, captured ? d.capture->number : 0, stream,
              captured ? d.capture->operations[stream] : 0};
    if (captured) d.capture->graph->tickets.push_back(ticket);
    return cudaSuccess;
}

cudaError_t cudaEventSynchronize(cudaEvent_t event) {
    if (in_capture()) return cudaErrorStreamCaptureUnsupported;
    if (!device().call()) return cudaErrorUnknown;
    if (event->ticket == nullptr) return cudaSuccess;
    if (event->capture != 0) return cudaErrorCapturedEvent;
    std::vector<Queue*> queues;
    for (const cudaStream_t each : device().streams) queues.push_back(&each->queue);
    device().run_until(queues, [&] { return *event->ticket; });
    return cudaSuccess;
}

cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned) {
    Device& d = device();
    if (!d.call()) return cudaErrorUnknown;
    if (event->ticket == nullptr) return cudaSuccess;
    if (event->capture == 0 && d.captured(stream)) return cudaErrorStreamCaptureIsolation;
    if (event->capture != 0) {
        if (!in_capture() || event->capture != d.capture->number) return cudaErrorCapturedEvent;
        d.capture->operations.try_emplace(stream, 0);  // the stream takes part from here on
        if (stream == d.capture->origin) d.capture->joined[event->stream] = event->operations;
    }
    d.enqueue(stream, {nullptr, event->ticket});
    return cudaSuccess;
}

cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode) {
    Device& d = device();
    if (!d.call()) return cudaErrorUnknown;
    if (in_capture()) return cudaErrorIllegalState;
    d.capture.reset(
        new Capture{++d.num_captures, stream, std::make_unique<CUgraph_st>(), {{stream, 0}}, {}});
    return cudaSuccess;
}

cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* graph) {
    Device& d = device();
    *graph = nullptr;
    if (!in_capture() || d.capture->origin != stream) return cudaErrorIllegalState;
    const std::unique_ptr<Capture> ended = std::move(d.capture);
    for (const auto& [each, operations] : ended->operations) {
        if (each != stream && ended->joined[each] != operations) {
            return cudaErrorStreamCaptureUnjoined;
        }
    }
    if (!d.create()) return cudaErrorMemoryAllocation;
    *graph = ended->graph.release();
    return cudaSuccess;
}

cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
    delete graph;
    --device().live;
    return cudaSuccess;
}

cudaError_t cudaGraphInstantiate(cudaGraphExec_t* exec, cudaGraph_t graph, unsigned long long) {
    if (!device().create()) return cudaErrorMemoryAllocation;
    *exec = new CUgraphExec_st{*graph};
    return cudaSuccess;
}

cudaError_t cudaGraphExecDestroy(cudaGraphExec_t exec) {
    device().run_all();
    delete exec;
    --device().live;
    return cudaSuccess;
}

cudaError_t cudaGraphLaunch(cudaGraphExec_t exec, cudaStream_t stream) {
    Device& d = device();
    if (!d.call()) return cudaErrorUnknown;
    ++d.graph_launches;
    d.enqueue(stream, {[exec, &d] {
                           for (const auto& ticket : exec->graph.tickets) *ticket = false;
                           auto queues = exec->graph.queues;
                           std::vector<Queue*> all;
                           for (auto& [each, queue] : queues) all.push_back(&queue);
                           d.run_until(all, [&] {
                               return std::all_of(all.begin(), all.end(), [](const Queue* queue) {
                                   return queue->empty();
                               });
                           });
                       },
                       nullptr});
    return cudaSuccess;
}
