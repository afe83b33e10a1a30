#pragma once

#include "kernels/backend_api.h"

namespace narrows::cpu {

/// The CPU backend's function table: linked in, always available.
const narrows_backend_api* backend();

}  // namespace narrows::cpu
