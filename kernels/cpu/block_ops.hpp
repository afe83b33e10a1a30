#pragma once

#include "kernels/cpu/context.hpp"

namespace narrows::cpu {

// Larger base blocks run longer at the speed of scalar code, smaller ones make more small products;
// 16 to 64 differ by 2 % at n = 2000.
inline constexpr std::int64_t base_order = 32;

/// The work of kernels::invert_blocks on the CPU, on all threads or (for one matrix of a batch) on
/// the calling one.
class BlockOps {
  public:
    BlockOps(narrows_context& context, kernels::PivotInfo& info, bool parallel)
        : context_(context), info_(info), parallel_(parallel) {}

    static std::int64_t base() { return base_order; }

    void invert_base(std::int64_t n, double* k, std::int64_t ld, double* slack,
                     std::int64_t first_step) {
        double scratch[kernels::gth_scratch(base_order)];
        context_.isa->gth_invert(n, k, ld, slack, scratch, first_step, &info_);
    }

    void products(const kernels::Product* products, int count) {
        if (parallel_) {
            multiply(context_, products, count);
            return;
        }
        for (int i = 0; i < count; ++i) {
            const kernels::Product& p = products[i];
            context_.gemm(p.transpose_a, p.transpose_b, p.m, p.n, p.k, p.alpha, p.a, p.lda, p.b,
                          p.ldb, p.beta, p.c, p.ldc);
        }
    }

    void inner_slack(std::int64_t h, std::int64_t g, const double* k21, std::int64_t ld,
                     const double* slack, double* result) {
        for_columns(h, g, [=](std::int64_t j) {
            const double* column = k21 + j * ld;
            double sum = slack[j];
            for (std::int64_t i = 0; i < g; ++i) sum -= column[i];
            result[j] = sum;
        });
    }

    void schur_slack(std::int64_t h, std::int64_t g, const double* slack1, const double* t1,
                     std::int64_t ld, double* slack2) {
        for_columns(g, h, [=](std::int64_t j) {
            const double* column = t1 + j * ld;
            double sum = slack2[j];
            for (std::int64_t i = 0; i < h; ++i) sum -= slack1[i] * column[i];
            slack2[j] = sum;
        });
    }

  private:
    template <class Body>
    void for_columns(std::int64_t columns, std::int64_t rows, Body body) {
        constexpr std::int64_t smallest_work = 1 << 16;
        constexpr std::int64_t columns_per_task = 64;
        const auto range = [&](std::int64_t first, std::int64_t last) {
            for (std::int64_t j = first; j < last; ++j) body(j);
        };
        if (!parallel_ || columns * rows < smallest_work) {
            range(0, columns);
        } else {
            for_ranges(context_, columns, columns_per_task, range);
        }
    }

    narrows_context& context_;
    kernels::PivotInfo& info_;
    bool parallel_;
};

}  // namespace narrows::cpu
