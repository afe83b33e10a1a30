#pragma once

#include <cstdint>

namespace narrows::kernels {

/// The bottleneck system of many regions, on n nodes ordered by product: product g has the nodes
/// [starts[g], starts[g + 1]), one per region that makes it. In scenario s
///
///   delta_j = max_g ( lambda sum_{r in g} w_rj delta_r ),   w >= 0,
///
/// but for some users j ("home") of the withheld product g_s
///
///   delta_j = max of that and  direct_j + lambda sum_{r in g_s} w_rj delivered_r delta_r.
///
/// Because w carries the users' criticality and delivered_r <= 1, direct_j makes up for what is not
/// delivered, and the maximum over all products may keep the full sum of g_s. With sums of w over a
/// product at most 1 the right-hand side is a sup-norm contraction with modulus lambda < 1.
struct ShortageScenario {
    std::int64_t product = 0;           // g_s
    const double* direct = nullptr;     // one value in [0, 1] for each home user
    const double* delivered = nullptr;  // one value in [0, 1] for each node of the product
};

/// What a scenario ends with for one lambda.
struct ShortageResult {
    const double* loss = nullptr;  // delta, n values
    double error = 0.0;            // bound on max |delta - exact delta|
    std::int64_t sweeps = 0;       // passes over w
};

}  // namespace narrows::kernels
