#pragma once

#include "kernels/cpu/closed_bottleneck.hpp"
#include "kernels/cpu/isa_kernels.hpp"
#include "kernels/cpu/threads.hpp"

namespace narrows {

/// What Monte Carlo draws are made with, on the CPU whatever the backend.
using ClosedBottleneck = cpu::ClosedBottleneck;
using Threads = cpu::Threads;

/// result_i = z_i times its perturbation in this draw, cell i, count cells; see
/// kernels::perturbation.
inline void perturb(std::int64_t count, const double* z, const double* spread, std::uint64_t seed,
                    std::uint32_t stream, std::uint32_t draw, double* result) {
    cpu::best_kernels().perturb(count, z, spread, 0, seed, stream, draw, result);
}

}  // namespace narrows
