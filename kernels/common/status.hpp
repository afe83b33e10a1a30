#pragma once

#include <cstdio>
#include <string>

#include "kernels/backend_api.h"

namespace narrows::kernels {

// With the text as it comes: making a std::string of it for the call would take memory, which may
// be what there is none of.

/// Copies a text across the contract, cut to what fits.
inline void copy_text(const char* text, char* out, size_t size) {
    if (out != nullptr && size > 0) std::snprintf(out, size, "%s", text);
}
inline void copy_text(const std::string& text, char* out, size_t size) {
    copy_text(text.c_str(), out, size);
}

/// Keeps the message in the context and hands the status on.
template <class Context>
narrows_status fail(Context* context, narrows_status status, const char* message) {
    if (context == nullptr) return status;
    try {
        context->error = message;
    } catch (...) {  // the message is lost, the status is not
        context->error.clear();
    }
    return status;
}
template <class Context>
narrows_status fail(Context* context, narrows_status status, const std::string& message) {
    return fail(context, status, message.c_str());
}

}  // namespace narrows::kernels
