#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/cpu/context.hpp"

struct narrows_factor {
    explicit narrows_factor(std::int64_t order)
        : n(order), lu(order * order), rows(static_cast<std::size_t>(order)) {}
    std::int64_t n;
    narrows::cpu::HostArray lu;
    std::vector<std::int32_t> rows;  // row i of L U is row rows[i] of K
};

namespace narrows::cpu {
namespace {

/// Unit vectors that invert_factor solves for at a time.
constexpr std::int64_t inverse_width = 64;

}  // namespace

narrows_status factor(narrows_context* context, const narrows_matrix* a, narrows_factor** factor,
                      narrows_factor_info* info) {
    if (context == nullptr || !is_square(a) || factor == nullptr || info == nullptr) {
        return kernels::fail(context, NARROWS_BAD_ARGUMENT, "factor: A must be square");
    }
    *factor = nullptr;
    return guarded(context, [&] {
        const std::int64_t n = a->rows;
        auto result = std::make_unique<narrows_factor>(n);
        double* const k = result->lu.get();
        for (std::int64_t j = 0; j < n; ++j) {
            for (std::int64_t i = 0; i < n; ++i) {
                k[i + j * n] = (i == j ? 1.0 : 0.0) - a->data[i + j * a->ld];
            }
        }
        if (n > 0) context->isa->lu_factor(n, k, result->rows.data());
        *info = {n == 0 ? 1.0 : INFINITY, -1};
        for (std::int64_t step = 0; step < n; ++step) {
            const double pivot = std::abs(k[step + step * n]);
            if (!(pivot > 0.0 && std::isfinite(pivot)) && info->singular_at < 0) {
                info->singular_at = step;
            }
            info->min_pivot = std::min(info->min_pivot, pivot);
        }
        if (info->singular_at >= 0) {
            return kernels::fail(context, NARROWS_SINGULAR, "I - A is singular");
        }
        *factor = result.release();
        return NARROWS_OK;
    });
}

void release_factor(narrows_context*, narrows_factor* factor) {
    delete factor;
}

narrows_status solve(narrows_context* context, const narrows_factor* factor, int32_t transposed,
                     int64_t num_rhs, double* rhs, int64_t ld) {
    if (context == nullptr || factor == nullptr || num_rhs < 0 || ld < factor->n ||
        (rhs == nullptr && num_rhs * factor->n > 0)) {
        return kernels::fail(context, NARROWS_BAD_ARGUMENT, "solve: bad argument");
    }
    if (num_rhs == 0 || factor->n == 0) return NARROWS_OK;
    return guarded(context, [&] {
        // Column by column: blocked products would round differently for different num_rhs.
        context->threads->run(num_rhs, [&](std::int64_t column, int) {
            context->isa->lu_solve(factor->n, factor->lu.get(), factor->rows.data(),
                                   transposed != 0, 1, rhs + column * ld, ld);
        });
        return NARROWS_OK;
    });
}

narrows_status invert_factor(narrows_context* context, const narrows_factor* factor,
                             narrows_matrix** inverse) {
    if (context == nullptr || factor == nullptr || inverse == nullptr) {
        return kernels::fail(context, NARROWS_BAD_ARGUMENT, "invert_factor: bad argument");
    }
    *inverse = nullptr;
    return guarded(context, [&] {
        const std::int64_t n = factor->n;
        auto result = std::make_unique<narrows_matrix>(n, n, context->spare.take(n * n));
        double* const l = result->writable();
        for_ranges(*context, n, inverse_width, [&](std::int64_t first, std::int64_t last) {
            std::fill(l + first * n, l + last * n, 0.0);
            for (std::int64_t j = first; j < last; ++j) l[j + j * n] = 1.0;
            context->isa->lu_solve(n, factor->lu.get(), factor->rows.data(), false, last - first,
                                   l + first * n, n);
        });
        *inverse = result.release();
        return NARROWS_OK;
    });
}

}  // namespace narrows::cpu
