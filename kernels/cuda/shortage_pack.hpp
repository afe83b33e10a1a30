#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "kernels/backend_api.h"
#include "kernels/common/shortage.hpp"
#include "kernels/common/shortage_sweep.hpp"
#include "kernels/cuda/rounded.hpp"

namespace narrows::cuda {

/// Where everything lies for the kernels; see shortage_sweep.hpp.
struct ShortageLayout {
    std::vector<std::int64_t> first_place;  // of every product, and one more
    std::vector<std::int64_t> place_of, home_of;
    std::vector<std::int64_t> first_run, first_weight;  // of every tile
    std::vector<std::int64_t> runs;                     // kernels::ShortageRun, one after the other
    std::vector<std::int64_t> rows;                     // kernels::ShortageRow

    explicit ShortageLayout(const narrows_shortage& shortage)
        : first_place{0}, home_of(static_cast<size_t>(shortage.n), -1), first_run{0} {
        for (std::int64_t g = 0; g < shortage.num_products; ++g) {
            const std::int64_t count = shortage.starts[g + 1] - shortage.starts[g];
            for (std::int64_t r = 0; r < count; ++r) place_of.push_back(first_place.back() + r);
            first_place.push_back(first_place.back() + rounded(count, kernels::shortage_places));
        }
        for (std::int64_t h = 0; h < shortage.num_home; ++h) {
            home_of[static_cast<size_t>(shortage.home[h])] = h;
        }
        for (std::int64_t first = 0; first < shortage.n; first += kernels::shortage_tile) {
            add_tile(shortage, first);
        }
    }

    std::int64_t places() const { return first_place.back(); }
    std::int64_t tiles() const { return static_cast<std::int64_t>(first_weight.size()); }
    std::int64_t weights() const { return num_rows() * kernels::shortage_row; }

  private:
    std::int64_t num_rows() const { return static_cast<std::int64_t>(rows.size()) / 3; }

    /// The products that any user of the tile needs.
    void add_tile(const narrows_shortage& shortage, std::int64_t first_user) {
        const std::int64_t end = std::min(shortage.n, first_user + kernels::shortage_tile);
        first_weight.push_back(weights());
        for (std::int64_t g = 0; g < shortage.num_products; ++g) {
            const std::int64_t begin = shortage.starts[g];
            const std::int64_t count = shortage.starts[g + 1] - begin;
            if (!kernels::is_needed(shortage, g, first_user, end)) continue;
            constexpr std::int64_t depth = kernels::shortage_places;
            const std::int64_t first = first_place[static_cast<size_t>(g)] / depth;
            runs.insert(runs.end(), {first, rounded(count, depth) / depth});
            for (std::int64_t r = 0; r < count; r += depth) {
                rows.insert(rows.end(), {first_user, begin + r, std::min(depth, count - r)});
            }
        }
        first_run.push_back(static_cast<std::int64_t>(runs.size()) / 2);
    }
};

}  // namespace narrows::cuda
