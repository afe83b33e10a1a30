#pragma once

// Single source for CPU and GPU. Host copies have internal linkage: the same header is compiled for
// several instruction sets, and the linker must never put one in the place of another. Members of
// classes cannot have it: NARROWS_MEMBER is for headers that are not compiled so. NARROWS_UNROLL
// stands before loops over arrays that a device keeps in registers.
#if defined(__CUDACC__)
#define NARROWS_HOST_DEVICE __host__ __device__ inline
#define NARROWS_MEMBER __host__ __device__
#else
#define NARROWS_HOST_DEVICE static inline
#define NARROWS_MEMBER
#endif
#if defined(__CUDA_ARCH__)
#define NARROWS_UNROLL _Pragma("unroll")
#else
#define NARROWS_UNROLL
#endif
