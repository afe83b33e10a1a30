#pragma once

#include <vector>

#include "host/backend/backend.hpp"
#include "host/shock/economy.hpp"
#include "host/shock/outcome.hpp"
#include "host/shock/shocks.hpp"

namespace narrows {

/// The bottleneck system of an economy (MODEL C.9, C.11), an outcome for each of `cases`. The loss
/// rates of nodes are the least solution of
///   delta_j = max(a_j, max_k c_kj (beta_kj + lambda sum_{i makes k} w_ij delta_i)),
/// a the lost capacity, beta_kj the cut share of what j uses of product k, and w_ij the share of
/// node i in it: 0 in what j buys from itself, and of a cut delivery only what still comes. Losses
/// are x delta and va delta; `residual` bounds |error| of delta.
///
/// A case in which one target cuts one product is solved by kernels::Bottleneck (home scope) or
/// Backend::solve_shortage (world scope), every other by sweeps from 0 until nothing moves beyond
/// rounding. A case gives the same bits in any batch, on any number of threads.
///
/// Throws ArgumentError for lambda outside [0, 1), an economy without criticality or with some
/// outside [0, 1], a target that is no import_cut or capacity_loss.
std::vector<ShockOutcome> bottleneck_outcomes(const ShockEconomy& economy, const Backend& backend,
                                              const ShockBatch& batch,
                                              const std::vector<Index>& cases, double lambda,
                                              int num_threads = 1);

}  // namespace narrows
