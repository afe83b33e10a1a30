#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "kernels/backend_api.h"
#include "kernels/common/shortage_sweep.hpp"

namespace narrows::cuda {

constexpr std::int64_t rounded(std::int64_t value, std::int64_t to) {
    return (value + to - 1) / to * to;
}

/// w as the kernels want it; see shortage_sweep.hpp.
struct PackedShortage {
    std::vector<std::int64_t> first_place;  // of every product, and one more
    std::vector<std::int64_t> place_of, home_of;
    std::vector<std::int64_t> first_run, first_weight;  // of every tile
    std::vector<std::int64_t> runs;                     // pairs: kernels::ShortageRun
    std::vector<double> weights, home_weights;

    explicit PackedShortage(const narrows_shortage& shortage)
        : first_place{0}, home_of(static_cast<size_t>(shortage.n), -1), first_run{0} {
        const std::int64_t n = shortage.n;
        for (std::int64_t g = 0; g < shortage.num_products; ++g) {
            const std::int64_t rows = shortage.starts[g + 1] - shortage.starts[g];
            for (std::int64_t r = 0; r < rows; ++r) place_of.push_back(first_place.back() + r);
            first_place.push_back(first_place.back() + rounded(rows, kernels::shortage_places));
        }
        for (std::int64_t h = 0; h < shortage.num_home; ++h) {
            const std::int64_t user = shortage.home[h];
            home_of[static_cast<size_t>(user)] = h;
            const double* const w = shortage.weights + user * n;
            home_weights.insert(home_weights.end(), w, w + n);
        }
        for (std::int64_t first = 0; first < n; first += kernels::shortage_tile)
            add_tile(shortage, first);
    }

    std::int64_t places() const { return first_place.back(); }
    std::int64_t tiles() const { return static_cast<std::int64_t>(first_weight.size()); }

  private:
    void add_tile(const narrows_shortage& shortage, std::int64_t first_user) {
        const std::int64_t n = shortage.n;
        const std::int64_t end = std::min(n, first_user + kernels::shortage_tile);
        first_weight.push_back(static_cast<std::int64_t>(weights.size()));
        for (std::int64_t g = 0; g < shortage.num_products; ++g) {
            const std::int64_t begin = shortage.starts[g];
            const std::int64_t rows = shortage.starts[g + 1] - begin;
            bool needed = false;
            for (std::int64_t j = first_user; j < end && !needed; ++j) {
                const double* const column = shortage.weights + j * n + begin;
                needed = std::any_of(column, column + rows, [](double w) { return w != 0.0; });
            }
            if (!needed) continue;
            constexpr std::int64_t depth = kernels::shortage_places;
            const std::int64_t first = first_place[static_cast<size_t>(g)] / depth;
            const std::int64_t count = rounded(rows, depth) / depth;
            runs.push_back(first);
            runs.push_back(count);
            const size_t start = weights.size();
            weights.resize(start + static_cast<size_t>(count * depth * kernels::shortage_tile),
                           0.0);
            for (std::int64_t j = first_user; j < end; ++j) {
                for (std::int64_t r = 0; r < rows; ++r) {
                    const std::int64_t fragment =
                        r / depth * (kernels::shortage_tile / kernels::shortage_side) +
                        (j - first_user) / kernels::shortage_side;
                    const std::int64_t lane =
                        (j - first_user) % kernels::shortage_side * depth + r % depth;
                    weights[start + static_cast<size_t>(fragment * 32 + lane)] =
                        shortage.weights[begin + r + j * n];
                }
            }
        }
        first_run.push_back(static_cast<std::int64_t>(runs.size()) / 2);
    }
};

}  // namespace narrows::cuda
