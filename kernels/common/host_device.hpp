#pragma once

// Single source for CPU and GPU. Host copies have internal linkage: the same header is compiled for
// several instruction sets, and the linker must never put one in the place of another.
#if defined(__CUDACC__)
#define NARROWS_HOST_DEVICE __host__ __device__ inline
#else
#define NARROWS_HOST_DEVICE static inline
#endif
