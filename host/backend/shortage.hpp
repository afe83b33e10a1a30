#pragma once

#include "kernels/cpu/shortage.hpp"

namespace narrows {

/// The bottleneck equations of many regions, solved on the CPU whatever the backend.
using Shortage = cpu::Shortage;

}  // namespace narrows
