#pragma once

#include <dlfcn.h>
#include <initializer_list>
#include <string>

#include "host/backend/backend.hpp"
#include "host/base/error.hpp"

namespace narrows {

/// Opens the first of these solver libraries that is installed. They link LAPACK, which may be part
/// of OpenBLAS. Were they linked to this program, OpenBLAS would be there before the CPU backend
/// can choose its kernels and keep it from starting threads; so the backend loads OpenBLAS first.
/// Throws BackendUnavailable, which says what `needs` it.
inline void* open_solver(std::initializer_list<const char*> names, const std::string& needs) {
    Backend::cpu();
    for (const char* name : names) {
        if (void* library = dlopen(name, RTLD_NOW | RTLD_LOCAL)) return library;
    }
    throw BackendUnavailable(needs + ": " + *names.begin() + " not found");
}

/// Sets `function` to that of the library. Throws BackendUnavailable where it has none.
template <class Function>
void find_function(void* library, const char* name, Function& function) {
    function = reinterpret_cast<Function>(dlsym(library, name));
    if (function == nullptr) throw BackendUnavailable(std::string("the solver lacks ") + name);
}

}  // namespace narrows
