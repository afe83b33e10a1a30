#pragma once

#include <cstdint>

namespace narrows::kernels {

/// C = alpha op(A) op(B) + beta C, op(A) m x k, op(B) k x n, C m x n; op transposes where the flag
/// says so. Column-major in the backend's memory; beta is 0 or 1.
struct Product {
    std::int64_t m, n, k;
    double alpha;
    const double* a;
    std::int64_t lda;
    const double* b;
    std::int64_t ldb;
    double beta;
    double* c;
    std::int64_t ldc;
    bool transpose_a = false;
    bool transpose_b = false;
};

/// How many rows the first part of a block of order n gets: about half, whole base blocks.
constexpr std::int64_t first_part(std::int64_t n, std::int64_t base) {
    const std::int64_t blocks = (n + base - 1) / base;
    return blocks / 2 * base;
}

/// Doubles of matrix workspace that invert_blocks needs: T1 of every level down the second halves,
/// about n^2 / 3. A first half is done before its level's T1 is there, and needs less.
constexpr std::int64_t inverse_workspace(std::int64_t n, std::int64_t base) {
    std::int64_t total = 0;
    while (n > base) {
        const std::int64_t h = first_part(n, base);
        total += h * (n - h);
        n -= h;
    }
    return total;
}

/// Doubles of slack workspace: a copy for every level of first halves, below n in sum.
constexpr std::int64_t slack_workspace(std::int64_t n) {
    return n;
}

/// K^-1 in place, for K = I - A with off-diagonal entries <= 0 and columns summing to slack >= 0
/// (n, overwritten; both in the backend's memory). With K = [K11 K12; K21 K22]:
///   R = K11^-1, T1 = R K12, S = K22 - K21 T1, T2 = K21 R, S^-1 by the same,
///   L22 = S^-1, L21 = -S^-1 T2, L11 = R - T1 L21, L12 = -T1 S^-1:
/// six products on every level, 2 n^3 operations in all, nothing else of that order. T2 is kept
/// transposed in the place of K12, so that only T1 needs memory. No pivoting is needed: K is an
/// M-matrix, column diagonally dominant. Diagonals are never subtracted from: the slack of K11 is
/// slack_1 - 1'K21, that of S is slack_2 - slack_1 T1, both sums of one sign, and the base blocks
/// rebuild their diagonal from it (gth_block.hpp). The blocks' diagonals in between are not used
/// (MODEL H.2; NUMERICS 1.2).
///
/// `Ops` does the work on a backend:
///   base()                                      order of the base blocks
///   invert_base(n, k, ld, slack, first_step)    gth_invert
///   products(p, count)                          `count` <= 2 products, independent of each other
///   inner_slack(h, g, k21, ld, slack, result)   result_j = slack_j - sum_i k21_ij, g x h
///   schur_slack(h, g, slack1, t1, ld, slack2)   slack2_j -= sum_i slack1_i t1_ij, h x g
template <class Ops>
void invert_blocks(Ops& ops, std::int64_t n, double* k, std::int64_t ld, double* slack,
                   double* workspace, double* slack_space, std::int64_t first_step = 0) {
    if (n <= ops.base()) {
        ops.invert_base(n, k, ld, slack, first_step);
        return;
    }
    const std::int64_t h = first_part(n, ops.base());
    const std::int64_t g = n - h;
    double* const k11 = k;
    double* const k21 = k + h;
    double* const k12 = k + h * ld;
    double* const k22 = k12 + h;
    double* const t1 = workspace;
    ops.inner_slack(h, g, k21, ld, slack, slack_space);
    invert_blocks(ops, h, k11, ld, slack_space, workspace, slack_space + h, first_step);

    const Product t1_product[] = {{h, g, h, 1.0, k11, ld, k12, ld, 0.0, t1, h}};
    ops.products(t1_product, 1);
    ops.schur_slack(h, g, slack, t1, h, slack + h);
    const Product middle[] = {{g, g, h, -1.0, k21, ld, t1, h, 1.0, k22, ld},
                              {h, g, h, 1.0, k11, ld, k21, ld, 0.0, k12, ld, true, true}};
    ops.products(middle, 2);
    invert_blocks(ops, g, k22, ld, slack + h, t1 + h * g, slack_space, first_step + h);

    const Product l21_product[] = {{g, h, g, -1.0, k22, ld, k12, ld, 0.0, k21, ld, false, true}};
    ops.products(l21_product, 1);
    const Product last[] = {{h, h, g, -1.0, t1, h, k21, ld, 1.0, k11, ld},
                            {h, g, g, -1.0, t1, h, k22, ld, 0.0, k12, ld}};
    ops.products(last, 2);
}

}  // namespace narrows::kernels
