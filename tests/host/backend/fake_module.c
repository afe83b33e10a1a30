/* A backend module that is wrong in one way, chosen when it is compiled. */
#include <stdio.h>

#include "kernels/backend_api.h"

#define EXPORT __attribute__((visibility("default")))

#if defined(FAKE_NO_SYMBOL)

EXPORT int something_else(void) {
    return 0;
}

#else

static int64_t free_memory = 1000;

#if defined(FAKE_NEEDS_LIBRARY)
int narrows_absent(void);
#endif

static narrows_status probe(int32_t* num_devices, char* reason, size_t reason_size) {
    *num_devices = 1;
#if defined(FAKE_NEEDS_LIBRARY)
    *num_devices += narrows_absent();
#endif
#if defined(FAKE_PROBE_REFUSES)
    snprintf(reason, reason_size, "the fake device is asleep");
    return NARROWS_UNAVAILABLE;
#else
    snprintf(reason, reason_size, "%s", "");
    return NARROWS_OK;
#endif
}
static narrows_status open_device(const narrows_open_options* options, narrows_context** context,
                                  char* reason, size_t reason_size) {
    (void)options;
#if defined(FAKE_OPEN_FAILS)
    *context = NULL;
    snprintf(reason, reason_size, "the fake device is in use");
    return NARROWS_OUT_OF_MEMORY;
#else
    (void)reason, (void)reason_size;
    *context = (narrows_context*)&free_memory;
    return NARROWS_OK;
#endif
}
static void close_device(narrows_context* context) {
    (void)context;
}
static const char* error_message(const narrows_context* context) {
    (void)context;
    return "the fake device failed";
}
static narrows_status describe(narrows_context* context, char* operations, size_t operations_size,
                               char* device, size_t device_size) {
    (void)context;
    snprintf(operations, operations_size, "none");
    snprintf(device, device_size, "fake device");
    return NARROWS_OK;
}
static narrows_status memory(narrows_context* context, int64_t* free_bytes, int64_t* total_bytes) {
    *free_bytes = *(int64_t*)context;
    *total_bytes = 2000;
    return NARROWS_OK;
}
static int64_t bytes(narrows_operation operation, int64_t n, int64_t count) {
    return operation == NARROWS_UPLOAD ? 8 * n * count : 0;
}
static const char* formula(narrows_operation operation) {
    (void)operation;
    return "8 n k bytes";
}
static narrows_status upload(narrows_context* context, int64_t rows, int64_t columns,
                             const double* data, int64_t ld, narrows_matrix** matrix) {
    (void)context, (void)rows, (void)columns, (void)data, (void)ld;
    *matrix = NULL;
    return NARROWS_DEVICE_FAILURE;
}

static const narrows_backend_api api = {
#if defined(FAKE_WRONG_ABI)
    .abi = NARROWS_BACKEND_ABI + 1,
#else
    .abi = NARROWS_BACKEND_ABI,
#endif
    .struct_size = sizeof(narrows_backend_api),
    .name = "fake",
    .probe = probe,
    .open = open_device,
    .close = close_device,
    .error_message = error_message,
    .describe = describe,
    .memory = memory,
    .bytes = bytes,
    .formula = formula,
    .upload = upload,
};

EXPORT const narrows_backend_api* narrows_backend_get(void) {
#if defined(FAKE_NO_TABLE)
    return NULL;
#else
    return &api;
#endif
}

#endif
