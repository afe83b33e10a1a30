#pragma once

#include <cstdint>

#include "kernels/common/block_inverse.hpp"
#include "kernels/common/gth_tile.hpp"
#include "kernels/cuda/context.cuh"

namespace narrows::cuda {

inline cublasOperation_t operation(bool transposed) {
    return transposed ? CUBLAS_OP_T : CUBLAS_OP_N;
}

/// Queues C = alpha op(A) op(B) + beta C.
inline void multiply(const Lane& lane, const kernels::Product& p) {
    check(cublasDgemm_64(lane.blas.get(), operation(p.transpose_a), operation(p.transpose_b), p.m,
                         p.n, p.k, &p.alpha, p.a, p.lda, p.b, p.ldb, &p.beta, p.c, p.ldc),
          "cublasDgemm_64");
}

/// Doubles from a matrix to the next.
struct Strides {
    std::int64_t a, b, c;
};

/// The same for `count` matrices.
inline void multiply_batched(const Lane& lane, const kernels::Product& p, std::int64_t count,
                             const Strides& strides) {
    check(cublasDgemmStridedBatched_64(lane.blas.get(), operation(p.transpose_a),
                                       operation(p.transpose_b), p.m, p.n, p.k, &p.alpha, p.a,
                                       p.lda, strides.a, p.b, p.ldb, strides.b, &p.beta, p.c, p.ldc,
                                       strides.c, count),
          "cublasDgemmStridedBatched_64");
}

/// Base blocks, of order 64: on an H100 faster than blocks of 128 but at n = 500.
using Base = kernels::GthTile<8, 16, 9, 4, true>;

/// The work of kernels::invert_blocks on the device, for one matrix or for many of one order: every
/// pointer is the first matrix's, and the others' lie `stride` doubles further each.
class BlockOps {
  public:
    BlockOps(narrows_context& context, std::int64_t count, std::int64_t stride,
             kernels::PivotInfo* pivots)
        : context_(context), count_(count), stride_(stride), pivots_(pivots) {}

    std::int64_t base() const { return Base::order; }
    void invert_base(std::int64_t n, double* k, std::int64_t ld, double* slack,
                     std::int64_t first_step);
    /// A second product runs on the second lane, beside the first.
    void products(const kernels::Product* products, int count);
    void inner_slack(std::int64_t h, std::int64_t g, const double* k21, std::int64_t ld,
                     const double* slack, double* result);
    void schur_slack(std::int64_t h, std::int64_t g, const double* slack1, const double* t1,
                     std::int64_t ld, double* slack2);

  private:
    void multiply_on(int lane, const kernels::Product& product);

    narrows_context& context_;
    std::int64_t count_, stride_;
    kernels::PivotInfo* pivots_;  // one per matrix
};

}  // namespace narrows::cuda
