#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/common/block_inverse.hpp"
#include "kernels/cpu/block_ops.hpp"

namespace narrows::cpu {
namespace {

/// What one thread needs for one draw.
struct Scratch {
    explicit Scratch(std::int64_t n)
        : k(n * n),
          slack(2 * n),
          totals(n),
          weights(n),
          workspace(kernels::inverse_workspace(n, base_order)) {}
    HostArray k, slack, totals, weights, workspace;
};

/// K of one draw, off-diagonal only, with its slack and column totals.
void perturbed(const narrows_context& context, const narrows_batch& b, std::uint32_t draw,
               double* k, double* slack, double* totals) {
    const std::int64_t n = b.order;
    for (std::int64_t j = 0; j < n; ++j) {
        double* const column = k + j * n;
        totals[j] = b.slack[j] + context.isa->perturb(n, b.coefficients + j * n, b.spread + j * n,
                                                      static_cast<std::uint64_t>(j * n), b.seed,
                                                      b.stream, draw, column);
        for (std::int64_t i = 0; i < n; ++i) column[i] = -column[i] / totals[j];
        slack[j] = b.slack[j] / totals[j];
    }
}

void answer(const narrows_context& context, const narrows_batch& b, std::int64_t index,
            const Scratch& s) {
    const std::int64_t n = b.order;
    const double* const l = s.k.get();
    for (std::int64_t q = 0; q < b.num_weights; ++q) {
        for (std::int64_t i = 0; i < n; ++i) {
            const double w = b.weights[i + q * n];
            s.weights.get()[i] = b.weights_per_output != 0 ? w / s.totals.get()[i] : w;
        }
        double* const out = b.multipliers + (index * b.num_weights + q) * n;
        for (std::int64_t j = 0; j < n; ++j) out[j] = dot(n, l + j * n, s.weights.get());
    }
    if (b.num_demands > 0) {
        context.gemm(false, false, n, b.num_demands, n, 1.0, l, n, b.demands, n, 0.0,
                     b.outputs + index * b.num_demands * n, n);
    }
    if (b.inverses != nullptr) std::copy_n(l, n * n, b.inverses + index * n * n);
}

bool bad(const narrows_batch& b) {
    constexpr std::int64_t all_draws = std::int64_t{UINT32_MAX} + 1;
    const bool sizes = b.order < 0 || b.num_draws < 0 || b.num_draws > all_draws ||
                       b.first_draw < 0 || b.first_draw > all_draws - b.num_draws ||
                       b.num_weights < 0 || b.num_demands < 0;
    return sizes || b.coefficients == nullptr || b.slack == nullptr || b.spread == nullptr ||
           b.failed == nullptr ||
           (b.num_weights > 0 && (b.weights == nullptr || b.multipliers == nullptr)) ||
           (b.num_demands > 0 && (b.demands == nullptr || b.outputs == nullptr));
}

}  // namespace

std::int64_t batch_bytes(std::int64_t n) {
    return 8 * (n * n + kernels::inverse_workspace(n, base_order) + 4 * n);
}

narrows_status run_batch(narrows_context* context, const narrows_batch* batch) {
    if (context == nullptr || batch == nullptr || bad(*batch)) {
        return kernels::fail(context, NARROWS_BAD_ARGUMENT, "run_batch: bad argument");
    }
    return guarded(context, [&] {
        const narrows_batch& b = *batch;
        if (b.order == 0) {
            std::fill_n(b.failed, b.num_draws, 0);
            return NARROWS_OK;
        }
        std::vector<Scratch> scratch;
        scratch.reserve(static_cast<std::size_t>(context->threads->count()));
        for (int worker = 0; worker < context->threads->count(); ++worker) {
            scratch.emplace_back(b.order);
        }
        context->threads->run(b.num_draws, [&](std::int64_t index, int worker) {
            const Scratch& s = scratch[static_cast<std::size_t>(worker)];
            perturbed(*context, b, static_cast<std::uint32_t>(b.first_draw + index), s.k.get(),
                      s.slack.get(), s.totals.get());
            kernels::PivotInfo pivots{INFINITY, -1.0};
            BlockOps ops(*context, pivots, false);
            kernels::invert_blocks(ops, b.order, s.k.get(), b.order, s.slack.get(),
                                   s.workspace.get(), s.slack.get() + b.order);
            b.failed[index] = pivots.singular_at >= 0.0 ? 1 : 0;
            answer(*context, b, index, s);
        });
        return NARROWS_OK;
    });
}

}  // namespace narrows::cpu
