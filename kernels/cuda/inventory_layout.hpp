#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "kernels/backend_api.h"
#include "kernels/common/inventory_wave.hpp"
#include "kernels/cuda/rounded.hpp"

// How a narrows_inventory lies in device memory; see common/inventory_wave.hpp.
namespace narrows::cuda {

/// Most doubles of a wave, 1 GiB, and most scenarios: enough for full rates. Few where the module
/// is emulated: several waves in the tests.
#ifdef NARROWS_EMULATE_CUDA
inline constexpr std::int64_t inventory_budget = std::int64_t{1} << 18;
inline constexpr std::int64_t most_scenarios = 64, most_in_products = 32;
#else
inline constexpr std::int64_t inventory_budget = std::int64_t{1} << 27;
inline constexpr std::int64_t most_scenarios = 16384, most_in_products = 1024;
#endif

/// Rows of every node and of every slot, without stocks: those of InventoryWave, and a column to
/// the host.
inline constexpr std::int64_t rows_of_node = 19, rows_of_slot = 6;

struct InventoryLayout {
    std::int64_t longest = 0;  // slots of a product
    bool fused;
    std::vector<std::int64_t> slot;             // of every channel
    std::vector<std::int64_t> source;           // of every slot
    std::vector<double> base;                   // the same
    std::vector<std::int64_t> slots_of, slots;  // what nodes deliver through
    std::vector<std::int64_t> nodes_of, nodes;  // of the regions
    std::vector<double> per_output;
    std::vector<double> base_income;
    std::int64_t num_kept;

    explicit InventoryLayout(const narrows_inventory& in)
        : num_kept(in.keep_every > 0 ? (in.num_steps + in.keep_every - 1) / in.keep_every : 0) {
        for (std::int64_t k = 0; k < in.num_products; ++k) {
            longest = std::max(longest, in.starts[k + 1] - in.starts[k]);
        }
        fused = longest <= kernels::inventory_fused || in.n == 0;
        if (!fused) longest = rounded(longest, 4);  // where products have whole fragments
        place_channels(in);
        group_by_node(in);
        group_by_region(in);
    }

    std::int64_t num_slots() const { return static_cast<std::int64_t>(source.size()); }

    /// Scenarios of a wave. Where cuBLAS takes part, the same for any number of them, for it may
    /// choose its kernels by the width.
    std::int64_t width(const narrows_inventory& in) const {
        const std::int64_t stocks = in.num_products * in.n;
        const std::int64_t rows = (fused                ? 2
                                   : in.reweighted != 0 ? 4
                                                        : 3) *
                                      stocks +
                                  rows_of_node * in.n + rows_of_slot * num_slots() +
                                  2 * in.num_regions + 2 * in.num_steps + 2;
        const std::int64_t kept = num_kept * (2 * in.n + in.num_channels);
        constexpr std::int64_t lanes = kernels::inventory_lanes;
        const std::int64_t fits = inventory_budget / std::max(rows, kept) / lanes * lanes;
        const std::int64_t most =
            fused ? std::min(most_scenarios, rounded(in.num_scenarios, lanes)) : most_in_products;
        return std::clamp<std::int64_t>(fits, lanes, std::max(most, lanes));
    }

  private:
    void place_channels(const narrows_inventory& in) {
        source.assign(static_cast<size_t>(in.num_products * longest), kernels::no_channel);
        base.assign(source.size(), 0.0);
        for (std::int64_t k = 0; k < in.num_products; ++k) {
            for (std::int64_t c = in.starts[k]; c < in.starts[k + 1]; ++c) {
                const std::int64_t at = k * longest + c - in.starts[k];
                slot.push_back(at);
                source[static_cast<size_t>(at)] = in.source[c];
                base[static_cast<size_t>(at)] = in.base[c];
            }
        }
    }

    void group_by_node(const narrows_inventory& in) {
        slots_of = {0};
        slots.resize(slot.size());
        std::vector<std::vector<std::int64_t>> of(static_cast<size_t>(in.n));
        for (std::int64_t c = 0; c < in.num_channels; ++c) {
            if (in.source[c] < 0) continue;
            of[static_cast<size_t>(in.source[c])].push_back(slot[static_cast<size_t>(c)]);
        }
        append(of, slots_of, slots);
    }

    void group_by_region(const narrows_inventory& in) {
        nodes_of = {0};
        std::vector<std::vector<std::int64_t>> of(static_cast<size_t>(in.num_regions));
        base_income.assign(of.size(), 0.0);
        for (std::int64_t i = 0; i < in.n; ++i) {
            const auto r = static_cast<size_t>(in.region[i]);
            of[r].push_back(i);
            base_income[r] += in.value_added[i];
            per_output.push_back(in.x0[i] > 0.0 ? in.value_added[i] / in.x0[i] : 0.0);
        }
        append(of, nodes_of, nodes);
    }

    static void append(const std::vector<std::vector<std::int64_t>>& lists,
                       std::vector<std::int64_t>& starts, std::vector<std::int64_t>& all) {
        all.clear();
        for (const auto& list : lists) {
            all.insert(all.end(), list.begin(), list.end());
            starts.push_back(static_cast<std::int64_t>(all.size()));
        }
    }
};

/// The shocks of scenarios [first, first + count) of a wave: entries of the same cell together, in
/// their order.
struct InventoryEntries {
    std::vector<std::int64_t> cell, first{0}, profile;
    std::vector<double> amount;

    InventoryEntries(const narrows_inventory& in, const InventoryLayout& layout,
                     std::int64_t first_scenario, std::int64_t count, std::int64_t width) {
        for (std::int64_t b = 0; b < count; ++b) {
            const std::int64_t begin = in.entry_starts[first_scenario + b];
            std::vector<narrows_shock_entry> entries(
                in.entries + begin, in.entries + in.entry_starts[first_scenario + b + 1]);
            const auto row = [&](const narrows_shock_entry& entry) {
                const std::int64_t of_kind = entry.kind == NARROWS_CHANNEL
                                                 ? layout.slot[static_cast<size_t>(entry.row)]
                                                 : entry.row;
                return kernels::shocked_row(entry.kind, in.n, layout.num_slots()) + of_kind;
            };
            std::stable_sort(entries.begin(), entries.end(),
                             [&](const auto& a, const auto& c) { return row(a) < row(c); });
            std::int64_t last = -1;
            for (const narrows_shock_entry& entry : entries) {
                if (row(entry) != last) {
                    last = row(entry);
                    cell.push_back(last * width + b);
                    first.push_back(first.back());
                }
                ++first.back();
                profile.push_back(entry.profile);
                amount.push_back(entry.amount);
            }
        }
    }
    std::int64_t num_cells() const { return static_cast<std::int64_t>(cell.size()); }
};

/// At which steps a profile's strength is not that of the step before, which before the first is 0.
inline std::vector<bool> strength_changes(const narrows_inventory& in) {
    std::vector<bool> changes(static_cast<size_t>(in.num_steps), false);
    for (std::int64_t p = 0; p < in.num_profiles; ++p) {
        double before = 0.0;
        for (std::int64_t t = 0; t < in.num_steps; ++t) {
            const double strength = in.profiles[t + p * in.num_steps];
            if (strength != before) changes[static_cast<size_t>(t)] = true;
            before = strength;
        }
    }
    return changes;
}

}  // namespace narrows::cuda
