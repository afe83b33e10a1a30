#include "kernels/common/inventory.hpp"

#include <algorithm>
#include <cmath>

namespace narrows::kernels {
namespace {

bool lacks(std::int64_t count, const void* data) {
    return count > 0 && data == nullptr;
}

bool within(const std::int64_t* values, std::int64_t count, std::int64_t low, std::int64_t high) {
    return std::all_of(values, values + count,
                       [=](std::int64_t value) { return value >= low && value < high; });
}

bool has_bad_sizes(const narrows_inventory& of) {
    return of.n < 0 || of.num_products < 0 || of.num_channels < 0 || of.num_regions < 0 ||
           of.rationing < NARROWS_PROPORTIONAL || of.rationing > NARROWS_RANDOM_PRIORITY ||
           of.num_steps < 0 || of.num_profiles < 0 || of.num_scenarios < 0 || of.keep_every < 0 ||
           of.bound > NARROWS_CES || of.done == nullptr || of.starts == nullptr ||
           of.entry_starts == nullptr;
}

bool has_missing_arrays(const narrows_inventory& of) {
    const std::int64_t stocks = of.n * of.num_products;
    return lacks(of.num_channels, of.source) || lacks(of.num_channels, of.base) ||
           lacks(of.num_channels * of.n, of.shares) || lacks(stocks, of.inputs) ||
           lacks(stocks, of.goals) || lacks(stocks, of.slope) || lacks(stocks, of.offset) ||
           lacks(of.n, of.x0) || lacks(of.n, of.value_added) || lacks(of.n, of.households) ||
           lacks(of.n, of.other) || lacks(of.n, of.region) ||
           lacks(of.num_steps * of.num_profiles, of.profiles) || lacks(of.num_scenarios, of.tau) ||
           lacks(of.num_scenarios, of.stock) ||
           lacks(of.entry_starts[of.num_scenarios], of.entries);
}

bool has_bad_entries(const narrows_inventory& of) {
    const std::int64_t* const starts = of.entry_starts;
    if (starts[0] != 0 || !std::is_sorted(starts, starts + of.num_scenarios + 1)) return true;
    return !std::all_of(
        of.entries, of.entries + starts[of.num_scenarios], [&](const narrows_shock_entry& entry) {
            const std::int64_t rows = entry.kind == NARROWS_CHANNEL ? of.num_channels : of.n;
            return entry.kind >= NARROWS_CAPACITY && entry.kind <= NARROWS_OTHER &&
                   entry.row >= 0 && entry.row < rows && entry.profile >= 0 &&
                   entry.profile < of.num_profiles && std::isfinite(entry.amount);
        });
}

}  // namespace

bool bad_inventory(const narrows_inventory* inventory) {
    if (inventory == nullptr || has_bad_sizes(*inventory)) return true;
    const narrows_inventory& of = *inventory;
    if (of.entry_starts[of.num_scenarios] < 0 || has_missing_arrays(of)) return true;
    const std::int64_t* const starts = of.starts;
    const auto positive = [](double value) { return value > 0.0; };
    const auto not_negative = [](double value) { return value >= 0.0; };
    return starts[0] != 0 || starts[of.num_products] != of.num_channels ||
           !std::is_sorted(starts, starts + of.num_products + 1) ||
           !within(of.source, of.num_channels, -1, of.n) ||
           !within(of.region, of.n, 0, of.num_regions) ||
           !std::all_of(of.x0, of.x0 + of.n, not_negative) ||
           !std::all_of(of.tau, of.tau + of.num_scenarios, positive) ||
           !std::all_of(of.stock, of.stock + of.num_scenarios, not_negative) || has_bad_entries(of);
}

}  // namespace narrows::kernels
