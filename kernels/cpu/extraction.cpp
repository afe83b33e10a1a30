#include <algorithm>
#include <cmath>
#include <mutex>
#include <vector>

#include "kernels/cpu/context.hpp"

namespace narrows::cpu {
namespace {

/// Columns of L are read in at most 64 groups, each by one task; what is summed over columns is
/// summed within the groups first.
constexpr std::int64_t most_groups = 64;

std::int64_t group_width(std::int64_t n) {
    return std::max<std::int64_t>(32, (n + most_groups - 1) / most_groups);
}

/// Where the diagonal blocks lie in the output, and which one a column crosses.
class Blocks {
  public:
    explicit Blocks(const narrows_sweep& sweep) : sweep_(sweep) {
        std::int64_t offset = 0;
        for (std::int64_t b = 0; b < sweep.num_blocks; ++b) {
            offsets_.push_back(offset);
            offset += size(b) * size(b);
        }
    }
    void copy(std::int64_t j, const double* column) const {
        if (sweep_.num_blocks == 0) return;
        const std::int64_t* const starts = sweep_.block_starts;
        const std::int64_t* const end = starts + sweep_.num_blocks + 1;
        const std::int64_t b = std::upper_bound(starts, end, j) - starts - 1;
        if (b < 0 || b >= sweep_.num_blocks) return;
        std::copy_n(
            column + starts[b], size(b),
            sweep_.blocks + offsets_[static_cast<std::size_t>(b)] + (j - starts[b]) * size(b));
    }

  private:
    std::int64_t size(std::int64_t b) const {
        return sweep_.block_starts[b + 1] - sweep_.block_starts[b];
    }
    const narrows_sweep& sweep_;
    std::vector<std::int64_t> offsets_;
};

void sweep_column(const narrows_matrix& l, const narrows_sweep& s, std::int64_t j,
                  double* partial) {
    const std::int64_t n = l.rows;
    const double* const column = l.data + j * l.ld;
    if (s.diagonal != nullptr) s.diagonal[j] = column[j];
    for (std::int64_t q = 0; q < s.num_weights; ++q) {
        s.column_sums[j + q * n] = dot(n, column, s.weights + q * n);
    }
    for (std::int64_t p = 0; p < s.num_flows; ++p) {
        const double flow = s.flows[j + p * n];
        double* const sums = partial + p * n;
        for (std::int64_t i = 0; i < n; ++i) sums[i] += column[i] * flow;
    }
}

bool bad_blocks(const narrows_sweep& s, std::int64_t n) {
    if (s.num_blocks == 0) return false;
    if (s.num_blocks < 0 || s.block_starts == nullptr || s.blocks == nullptr) return true;
    if (s.block_starts[0] < 0 || s.block_starts[s.num_blocks] > n) return true;
    return !std::is_sorted(s.block_starts, s.block_starts + s.num_blocks + 1);
}

}  // namespace

std::int64_t sweep_bytes(std::int64_t n, std::int64_t num_flows) {
    return 8 * most_groups * n * num_flows;
}

narrows_status sweep(narrows_context* context, const narrows_matrix* l,
                     const narrows_sweep* request) {
    if (context == nullptr || !is_square(l) || request == nullptr || request->num_weights < 0 ||
        request->num_flows < 0 || bad_blocks(*request, l->rows)) {
        return kernels::fail(context, NARROWS_BAD_ARGUMENT, "sweep: bad argument");
    }
    return guarded(context, [&] {
        const narrows_sweep& s = *request;
        const std::int64_t n = l->rows;
        const std::int64_t width = group_width(n);
        const std::int64_t groups = (n + width - 1) / width;
        const HostArray partial(groups * n * s.num_flows);
        const Blocks blocks(s);
        context->threads->run(groups, [&](std::int64_t group, int) {
            double* const sums = partial.get() + group * n * s.num_flows;
            std::fill_n(sums, n * s.num_flows, 0.0);
            for (std::int64_t j = group * width; j < std::min(n, (group + 1) * width); ++j) {
                sweep_column(*l, s, j, sums);
                blocks.copy(j, l->data + j * l->ld);
            }
        });
        for_ranges(*context, n * s.num_flows, 4096, [&](std::int64_t first, std::int64_t last) {
            std::fill(s.row_sums + first, s.row_sums + last, 0.0);
            for (std::int64_t group = 0; group < groups; ++group) {
                const double* const sums = partial.get() + group * n * s.num_flows;
                for (std::int64_t i = first; i < last; ++i) s.row_sums[i] += sums[i];
            }
        });
        return NARROWS_OK;
    });
}

narrows_status cell_losses(narrows_context* context, const narrows_matrix* l,
                           const narrows_matrix* a, const double* g, const double* x, double phi,
                           double* losses, int64_t ld, double* smallest) {
    if (context == nullptr || !is_square(l) || !is_square(a) || a->rows != l->rows ||
        ld < l->rows || smallest == nullptr) {
        return kernels::fail(context, NARROWS_BAD_ARGUMENT, "cell_losses: bad argument");
    }
    return guarded(context, [&] {
        constexpr std::int64_t edge = 64;
        const std::int64_t n = l->rows;
        *smallest = INFINITY;
        std::mutex mutex;
        for_ranges(*context, n, edge, [&](std::int64_t first, std::int64_t last) {
            double lowest = INFINITY;
            double transposed[edge][edge];  // L_ji with i running fastest
            for (std::int64_t i0 = 0; i0 < n; i0 += edge) {
                const std::int64_t rows = std::min(edge, n - i0);
                for (std::int64_t i = 0; i < rows; ++i) {
                    const double* const column = l->data + (i0 + i) * l->ld;
                    for (std::int64_t j = first; j < last; ++j)
                        transposed[j - first][i] = column[j];
                }
                for (std::int64_t j = first; j < last; ++j) {
                    const double* const cells = a->data + i0 + j * a->ld;
                    double* const out = losses + i0 + j * ld;
                    for (std::int64_t i = 0; i < rows; ++i) {
                        const double removed = phi * cells[i];
                        const double denominator = 1.0 + removed * transposed[j - first][i];
                        lowest = std::min(lowest, denominator);
                        out[i] = g[i0 + i] * removed * x[j] / denominator;
                    }
                }
            }
            const std::lock_guard<std::mutex> lock(mutex);
            *smallest = std::min(*smallest, lowest);
        });
        return NARROWS_OK;
    });
}

}  // namespace narrows::cpu
