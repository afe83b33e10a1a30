#include <cmath>
#include <vector>

#include "kernels/common/block_inverse.hpp"
#include "kernels/cpu/block_ops.hpp"

namespace narrows::cpu {

std::int64_t invert_bytes(std::int64_t n) {
    return 8 * (n * n + kernels::inverse_workspace(n, base_order) + 2 * n);
}

narrows_status invert(narrows_context* context, const narrows_matrix* a, const double* weights,
                      const double* slack, narrows_matrix** inverse, narrows_factor_info* info) {
    if (context == nullptr || !is_square(a) || (slack == nullptr && a->rows > 0) ||
        inverse == nullptr || info == nullptr) {
        return kernels::fail(context, NARROWS_BAD_ARGUMENT, "invert: A must be square");
    }
    *inverse = nullptr;
    return guarded(context, [&] {
        const std::int64_t n = a->rows;
        auto result = std::make_unique<narrows_matrix>(n, n, context->spare.take(n * n));
        auto workspace = context->spare.take(kernels::inverse_workspace(n, base_order));
        const HostArray slack_space(kernels::slack_workspace(n));
        std::vector<double> slack_left(slack, slack + n);
        double* const k = result->writable();
        for_ranges(*context, n, 64, [&](std::int64_t first, std::int64_t last) {
            for (std::int64_t j = first; j < last; ++j) {
                const double* const column = a->data + j * a->ld;
                for (std::int64_t i = 0; i < n; ++i) {
                    k[i + j * n] = weights == nullptr ? -column[i] : -weights[i] * column[i];
                }
            }
        });
        kernels::PivotInfo pivots{n == 0 ? 1.0 : INFINITY, -1.0};
        BlockOps ops(*context, pivots, true);
        if (n > 0) {
            kernels::invert_blocks(ops, n, k, n, slack_left.data(), workspace->get(),
                                   slack_space.get());
        }
        context->spare.give(std::move(workspace));
        *info = {pivots.min_pivot, static_cast<std::int64_t>(pivots.singular_at)};
        if (info->singular_at >= 0) {
            return kernels::fail(context, NARROWS_SINGULAR,
                                 "I - A has a pivot that is not positive");
        }
        if (weights != nullptr) {
            for_ranges(*context, n, 64, [&](std::int64_t first, std::int64_t last) {
                for (std::int64_t j = first; j < last; ++j) {
                    for (std::int64_t i = 0; i < n; ++i) k[i + j * n] *= weights[j];
                }
            });
        }
        *inverse = result.release();
        return NARROWS_OK;
    });
}

}  // namespace narrows::cpu
