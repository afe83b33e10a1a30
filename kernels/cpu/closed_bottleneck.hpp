#pragma once

#include <cstdint>
#include <vector>

#include "kernels/cpu/aligned_doubles.hpp"
#include "kernels/cpu/isa_kernels.hpp"

namespace narrows::cpu {

/// The system of kernels::Bottleneck in closed form, for many scenarios of one small matrix. With
/// W_kj = lambda c_kj d_kj (k != j, else 0), e_j = c_ij beta_j for the withheld product i, and W*
/// the largest product of W along any path from k to j (the empty one has 1), found once,
///
///   delta_i = max_k e_k W*_ki / (1 - W_ik W*_ki),   delta_j = max_k (e_k + delta_i W_ik) W*_kj.
///
/// For delta is the largest e discounted along a path, except that a user k of the withheld product
/// itself loses e_k + W_ik delta_i: a maximum of lines in delta_i with slopes below lambda^2, whose
/// least fixed point is the largest of their fixed points. Only products, quotients and sums of
/// numbers of 0 or more: with u the rounding unit, delta is within a factor
/// 1 +- (4 n + 8) u / (1 - lambda^2) of exact.
///
/// n^3 operations for the matrix, n^2 for a scenario. A scenario's bits depend on that scenario and
/// the matrix alone, not on the others and not on the instruction set.
class ClosedBottleneck {
  public:
    explicit ClosedBottleneck(std::int64_t n, const IsaKernels& kernels = best_kernels());

    /// c and d are n x n, column-major, row = input, column = user, in [0, 1]; 0 <= lambda < 1.
    void set_matrix(const double* criticality, const double* domestic_share, double lambda);

    /// products: of each scenario; beta and delta are count x n, scenario fastest.
    void solve(std::int64_t count, const std::int64_t* products, const double* blocked_share,
               double* loss);

  private:
    void close_paths();
    void pack_paths();
    void find_sources(std::int64_t product, std::int64_t count, const double* blocked_share,
                      double* source) const;

    std::int64_t n_;
    const IsaKernels& kernels_;
    std::vector<double> criticality_;  // c, user fastest
    std::vector<double> weights_;      // W, user fastest
    std::vector<double> paths_;        // W*, source fastest
    std::vector<double> back_;         // W*_ki / (1 - W_ik W*_ki), k fastest
    std::vector<double> tiles_;        // W* as IsaKernels::shortage reads it, tile after tile
    std::vector<ProductRows> rows_;    // every node a product of its own
    AlignedDoubles sources_;           // e_k + delta_i W_ik, n x lanes
    AlignedDoubles best_;              // delta of a tile
};

}  // namespace narrows::cpu
