#pragma once

#include <stdint.h>

// What a test tells the emulated CUDA module (C functions beside narrows_backend_get).
//
// The module's sources are compiled by the host's compiler and linked with a fake CUDA runtime:
// streams are queues that nothing empties before somebody waits, then in an order chosen here among
// those that events allow, so that a missing event shows; kernels run thread after thread in a
// shuffled order; memory is counted, and filled with NaN when it is handed out and taken back.
#pragma GCC visibility push(default)
extern "C" {

/// Everything handed out and not taken back: memory, streams, events, graphs, handles.
int64_t emulated_live(void);
/// Device memory in use, and the most since the last emulated_reset_peak.
int64_t emulated_device_bytes(void);
int64_t emulated_peak_bytes(void);
void emulated_reset_peak(void);

/// The k-th creation from now fails, once: of memory, a stream, an event, a graph, a handle.
/// k = 0: none. Is it still to come?
void emulated_fail_creation(int64_t k);
/// The k-th other call from now fails, once: a copy, a launch, a product, a wait.
void emulated_fail_call(int64_t k);
int64_t emulated_failure_to_come(void);
/// Is an error left that cudaGetLastError would still report?
int32_t emulated_error_left(void);

/// In which order streams that could all go on do: 0 as created, 1 backward, others: at random.
void emulated_order(uint32_t order);

/// 0: no device; -1: no driver.
void emulated_set_devices(int32_t count);
void emulated_set_memory(int64_t bytes);
/// Does the module have code for the device?
void emulated_set_code(int32_t has_code);

/// Graphs launched since the module was loaded.
int64_t emulated_graph_launches(void);

}  // extern "C"
#pragma GCC visibility pop
