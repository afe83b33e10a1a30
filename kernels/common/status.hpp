#pragma once

#include <cstdio>
#include <string>

#include "kernels/backend_api.h"

namespace narrows::kernels {

/// Copies a text across the contract, cut to what fits.
inline void copy_text(const std::string& text, char* out, size_t size) {
    if (out != nullptr && size > 0) std::snprintf(out, size, "%s", text.c_str());
}

/// Keeps the message in the context and hands the status on.
template <class Context>
narrows_status fail(Context* context, narrows_status status, const std::string& message) {
    try {
        if (context != nullptr) context->error = message;
    } catch (...) {  // the message is lost, the status is not
    }
    return status;
}

}  // namespace narrows::kernels
