#include <string_view>

#include "kernels/cpu/isa_kernels.hpp"

namespace narrows::cpu {

const IsaKernels* find_kernels(const char* name) {
    const std::string_view wanted = name;
#if defined(__x86_64__)
    if (wanted == "avx512" && __builtin_cpu_supports("avx512f") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")) {
        return &kernels_avx512();
    }
    if (wanted == "avx2" && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        return &kernels_avx2();
    }
#endif
    return wanted == "sse2" ? &kernels_sse2() : nullptr;
}

const IsaKernels& best_kernels() {
    for (const char* name : {"avx512", "avx2"}) {
        if (const IsaKernels* found = find_kernels(name)) return *found;
    }
    return kernels_sse2();
}

}  // namespace narrows::cpu
