#include "host/analysis/kendall.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>

#include "host/base/error.hpp"

namespace narrows {
namespace {

using Values = std::vector<double>;

std::int64_t pairs_of(std::int64_t count) {
    return count * (count - 1) / 2;
}

/// Pairs of neighbours in `order` that are the same.
template <class Same>
std::int64_t tied_pairs(const std::vector<std::size_t>& order, const Same& same) {
    std::int64_t pairs = 0;
    std::int64_t run = 1;
    for (std::size_t i = 1; i <= order.size(); ++i) {
        if (i < order.size() && same(order[i - 1], order[i])) {
            ++run;
            continue;
        }
        pairs += pairs_of(run);
        run = 1;
    }
    return pairs;
}

/// Sorts [begin, end) and returns how many pairs stood in the wrong order.
std::int64_t sort_counting(Values& values, Values& scratch, std::size_t begin, std::size_t end) {
    if (end - begin < 2) return 0;
    const std::size_t middle = begin + (end - begin) / 2;
    std::int64_t inversions =
        sort_counting(values, scratch, begin, middle) + sort_counting(values, scratch, middle, end);
    std::size_t left = begin;
    std::size_t right = middle;
    for (std::size_t to = begin; to < end; ++to) {
        const bool from_right = left == middle || (right < end && values[right] < values[left]);
        if (from_right) inversions += static_cast<std::int64_t>(middle - left);
        scratch[to] = from_right ? values[right++] : values[left++];
    }
    std::copy(scratch.begin() + static_cast<std::ptrdiff_t>(begin),
              scratch.begin() + static_cast<std::ptrdiff_t>(end),
              values.begin() + static_cast<std::ptrdiff_t>(begin));
    return inversions;
}

}  // namespace

std::optional<double> kendall_tau(const Values& a, const Values& b) {
    if (a.size() != b.size()) throw ArgumentError("kendall_tau: lists of different length");
    std::vector<std::size_t> order(a.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto same_a = [&](std::size_t i, std::size_t j) { return a[i] == a[j]; };
    const auto same_b = [&](std::size_t i, std::size_t j) { return b[i] == b[j]; };
    std::sort(order.begin(), order.end(),
              [&](std::size_t i, std::size_t j) { return b[i] < b[j]; });
    const std::int64_t ties_b = tied_pairs(order, same_b);
    std::sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) {
        return a[i] != a[j] ? a[i] < a[j] : b[i] < b[j];
    });
    const std::int64_t ties_a = tied_pairs(order, same_a);
    const std::int64_t ties_both = tied_pairs(
        order, [&](std::size_t i, std::size_t j) { return same_a(i, j) && same_b(i, j); });
    Values in_order;
    for (const std::size_t i : order) in_order.push_back(b[i]);
    Values scratch(in_order.size());
    const std::int64_t discordant = sort_counting(in_order, scratch, 0, in_order.size());
    const std::int64_t all = pairs_of(static_cast<std::int64_t>(a.size()));
    if (all == ties_a || all == ties_b) return std::nullopt;
    const auto difference = static_cast<double>(all - ties_a - ties_b + ties_both - 2 * discordant);
    return difference /
           std::sqrt(static_cast<double>(all - ties_a) * static_cast<double>(all - ties_b));
}

}  // namespace narrows
