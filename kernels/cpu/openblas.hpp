#pragma once

#include <string>

#include "kernels/cpu/isa_kernels.hpp"

namespace narrows::cpu {

/// OpenBLAS's product where the machine has the library, run on one thread: the threads are ours.
struct OpenBlas {
    Gemm gemm = nullptr;
    std::string description;  // "OpenBLAS 0.3.21 (Haswell)", or why there is none
    int most_threads = 0;     // that may call it at a time: it has buffers for so many
};

/// Looks for libopenblas once. OpenBLAS picks its kernels when it is loaded, and some releases take
/// processors they do not know for a Prescott of 2004, four to five times too slow. So where the
/// user has not set OPENBLAS_CORETYPE, it is set from the processor's own features for the time of
/// loading.
const OpenBlas& openblas();

}  // namespace narrows::cpu
