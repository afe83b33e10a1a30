// Finds and loads backend modules. "Not usable here" is a normal answer with a reason.
#include <array>
#include <dlfcn.h>
#include <system_error>

#include <fmt/format.h>

#include "kernels/backend_api.h"

#include "host/backend/backend.hpp"
#include "host/base/build_info.hpp"
#include "host/base/error.hpp"
#include "host/base/locations.hpp"

namespace narrows {
namespace {

constexpr const char* cuda_module_name = "narrows_cuda.so";

std::string loader_message() {
    const char* message = dlerror();
    return message == nullptr ? "unknown reason" : message;
}

}  // namespace

LoadedModule load_module(const std::filesystem::path& path) {
    void* module = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (module == nullptr) return {nullptr, "cannot load the module: " + loader_message()};
    void* symbol = dlsym(module, NARROWS_BACKEND_SYMBOL);
    if (symbol == nullptr) {
        return {nullptr,
                fmt::format("{} does not export {}", path.string(), NARROWS_BACKEND_SYMBOL)};
    }
    const auto get = reinterpret_cast<narrows_backend_get_function>(symbol);
    const narrows_backend_api* api = get();
    if (api == nullptr) return {nullptr, path.string() + " gives no function table"};
    if (api->abi != NARROWS_BACKEND_ABI ||
        api->struct_size != static_cast<std::int32_t>(sizeof(narrows_backend_api))) {
        return {nullptr,
                fmt::format("{} has backend ABI {} (table of {} bytes), expected {} ({} bytes)",
                            path.string(), api->abi, api->struct_size, NARROWS_BACKEND_ABI,
                            sizeof(narrows_backend_api))};
    }
    std::array<char, 512> reason{};
    std::int32_t num_devices = 0;
    if (api->probe(&num_devices, reason.data(), reason.size()) != NARROWS_OK) {
        return {nullptr, reason.data()};
    }
    return {api, ""};
}

LoadedModule load_cuda_module() {
    std::error_code error;
    for (const std::filesystem::path& folder : module_folders()) {
        const std::filesystem::path path = folder / cuda_module_name;
        if (!std::filesystem::exists(path, error)) continue;
        // The driver comes with a GPU's machine; looking for it takes 0.1 ms, loading cuBLAS and
        // cuSOLVER only to find no GPU takes the better part of a second.
        if (dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL) == nullptr) {
            return {nullptr, "no NVIDIA driver (libcuda.so.1 not found)"};
        }
        return load_module(path);
    }
    return {nullptr, build_info::has_cuda_module ? "module narrows_cuda.so not found"
                                                 : "narrows was built without CUDA"};
}

BackendChoice choose_backend(BackendRequest request, const BackendOptions& options) {
    if (request == BackendRequest::cpu) return {Backend::cpu(options), ""};
    return choose_backend(request, load_cuda_module(), options);
}

BackendChoice choose_backend(BackendRequest request, const LoadedModule& cuda,
                             const BackendOptions& options) {
    std::string reason = cuda.reason;
    if (cuda.api != nullptr) {
        try {
            return {Backend::open(*cuda.api, options), ""};
        } catch (const BackendUnavailable& error) {
            reason = error.what();
        }
    }
    if (request == BackendRequest::cuda) {
        throw BackendUnavailable("backend cuda is not usable: " + reason);
    }
    return {Backend::cpu(options), "cuda is not usable: " + reason};
}

}  // namespace narrows
