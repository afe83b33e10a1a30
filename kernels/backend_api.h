/* THE CONTRACT between the host layer and a numerical backend.
 *
 * A backend is one table of C functions. The CPU backend is linked into the program; the CUDA
 * backend is a module loaded at run time, and its only exported symbol is narrows_backend_get.
 *
 * Rules on both sides:
 *  - matrices are double, sizes are int64_t; data in host memory is column-major, and element (i,
 * j) of a matrix with leading dimension ld is at data[i + j * ld];
 *  - handles are opaque. A narrows_matrix may live in host memory, on a device or be spread over
 *    several memories; the host only ever sees blocks of it;
 *  - nothing below this line throws, prints, exits or reads the environment. Every function returns
 *    a status; narrows_backend_api.error_message tells what went wrong last in a context;
 *  - a numerical outcome (a singular matrix) is a status, not a bad argument;
 *  - a context is used by one thread at a time;
 *  - the same input gives the same bits, whatever the number of threads.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Grows with every change of this header that an older module would not survive. */
#define NARROWS_BACKEND_ABI 1
#define NARROWS_BACKEND_SYMBOL "narrows_backend_get"

typedef enum narrows_status {
    NARROWS_OK = 0,
    NARROWS_BAD_ARGUMENT = 1,  /* a null handle, a negative size, a leading dimension too small */
    NARROWS_OUT_OF_MEMORY = 2, /* on the host or on the device */
    NARROWS_SINGULAR = 3,      /* an exactly zero or non-finite pivot; see narrows_factor_info */
    NARROWS_UNAVAILABLE = 4,   /* this machine cannot run the backend: no driver, no device */
    NARROWS_DEVICE_FAILURE = 5 /* the device or one of its libraries reported an error */
} narrows_status;

typedef struct narrows_context narrows_context; /* one device, its streams and workspaces */
typedef struct narrows_matrix narrows_matrix;   /* a matrix in the backend's own memory */
typedef struct narrows_factor narrows_factor;   /* a factorisation of K = I - A */

typedef struct narrows_factor_info {
    double min_pivot;    /* smallest |pivot| of the factorisation of K */
    int64_t singular_at; /* 0-based elimination step of the zero pivot, -1 if there is none */
} narrows_factor_info;

typedef struct narrows_backend_api {
    int32_t abi;            /* NARROWS_BACKEND_ABI of the backend's build */
    int32_t struct_size;    /* sizeof(narrows_backend_api) of the backend's build */
    const char* name;       /* "cpu", "cuda" */
    const char* operations; /* what does the work, for the record: "Eigen 3.4.0", "cuSOLVER 12.0" */

    /* Can this machine run the backend? NARROWS_OK with the number of devices, or
     * NARROWS_UNAVAILABLE with the reason in `reason`. */
    narrows_status (*probe)(int32_t* num_devices, char* reason, size_t reason_size);

    /* Opens a device; where that fails, the reason is in `reason` and *context is null. */
    narrows_status (*open)(int32_t device, narrows_context** context, char* reason,
                           size_t reason_size);
    void (*close)(narrows_context* context);
    const char* (*error_message)(const narrows_context* context);
    narrows_status (*describe)(narrows_context* context, char* text, size_t text_size);
    narrows_status (*memory)(narrows_context* context, int64_t* free_bytes, int64_t* total_bytes);

    /* Memory that an operation takes beyond what already exists, in bytes, so that the host can
     * refuse before anything is allocated. */
    int64_t (*matrix_bytes)(int64_t rows, int64_t columns);
    int64_t (*factor_bytes)(int64_t n);
    int64_t (*solve_bytes)(int64_t n, int64_t num_rhs);
    int64_t (*inverse_bytes)(int64_t n);

    /* Copies a host matrix into the backend, and a block of a backend matrix to the host. */
    narrows_status (*upload)(narrows_context* context, int64_t rows, int64_t columns,
                             const double* data, int64_t ld, narrows_matrix** matrix);
    narrows_status (*download)(narrows_context* context, const narrows_matrix* matrix,
                               int64_t first_row, int64_t first_column, int64_t rows,
                               int64_t columns, double* data, int64_t ld);
    void (*release_matrix)(narrows_context* context, narrows_matrix* matrix);

    /* Factorises K = I - A, A n x n. NARROWS_SINGULAR leaves *factor null and fills *info. */
    narrows_status (*factor)(narrows_context* context, const narrows_matrix* a,
                             narrows_factor** factor, narrows_factor_info* info);
    void (*release_factor)(narrows_context* context, narrows_factor* factor);

    /* Solves K X = R (transposed == 0) or K' X = R (otherwise) in place: `rhs` is n x num_rhs in
     * host memory, holds R on entry and X on return. */
    narrows_status (*solve)(narrows_context* context, const narrows_factor* factor,
                            int32_t transposed, int64_t num_rhs, double* rhs, int64_t ld);

    /* L = K^-1 as a backend matrix. */
    narrows_status (*inverse)(narrows_context* context, const narrows_factor* factor,
                              narrows_matrix** inverse);
} narrows_backend_api;

/* The one exported symbol of a backend module. The table lives as long as the module. */
typedef const narrows_backend_api* (*narrows_backend_get_function)(void);

#ifdef __cplusplus
}
#endif
