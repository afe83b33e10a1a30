#pragma once

#include <string>

#include "host/backend/backend.hpp"
#include "host/base/error.hpp"

namespace narrows::test {

/// The CUDA module as it is built for a machine without a GPU (tests/emulated_cuda).
inline LoadedModule emulated_cuda() {
#if defined(NARROWS_EMULATED_CUDA)
    return load_module(NARROWS_EMULATED_CUDA);
#else
    return {nullptr, "no CUDA toolkit to build the emulation with"};
#endif
}

/// "cuda", "emulated-cuda", or the name of a product of the CPU backend. Throws BackendUnavailable
/// with the reason.
inline Backend open_backend(const std::string& name) {
    if (name != "cuda" && name != "emulated-cuda") return Backend::cpu({.product = name});
    const LoadedModule module = name == "cuda" ? load_cuda_module() : emulated_cuda();
    if (module.api == nullptr) throw BackendUnavailable(name + ": " + module.reason);
    return Backend::open(*module.api);
}

}  // namespace narrows::test
