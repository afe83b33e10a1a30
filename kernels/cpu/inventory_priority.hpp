#pragma once

#include "kernels/backend_api.h"
#include "kernels/cpu/threads.hpp"

namespace narrows::cpu {

/// Runs a narrows_inventory whose nodes serve one order after the other
/// (kernels::serves_one_by_one), scenario by scenario, number by number: orders have to be sorted
/// and what comes of them differs from user to user. Returns false where `done` asked to stop.
bool run_one_by_one(const narrows_inventory& inventory, Threads& threads);

}  // namespace narrows::cpu
