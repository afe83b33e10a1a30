#include "host/shock/scenario_conflicts.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

#include <fmt/format.h>

#include "host/base/error.hpp"

namespace narrows {
namespace {

/// The first index in both, -1 where there is none; both ascend.
Index first_common(const std::vector<Index>& a, const std::vector<Index>& b) {
    for (auto i = a.begin(), j = b.begin(); i != a.end() && j != b.end();) {
        if (*i == *j) return *i;
        if (*i < *j) {
            ++i;
        } else {
            ++j;
        }
    }
    return -1;
}

/// Days [begin, end) on which a target works.
struct Active {
    double begin;
    double end;
};

Active active_days(const ShockBatch& batch, Index target, Index of_case) {
    const ShockTarget& shock = batch.targets[static_cast<std::size_t>(target)];
    if (shock.series < 0) {
        const ShockTiming& timing = batch.timing(target, of_case);
        return {timing.start, timing.start + timing.duration + timing.recovery};
    }
    const auto column = batch.series.col(shock.series);
    Index first = 0;
    Index last = column.size();
    while (first < last && column(first) == 0.0) ++first;
    while (last > first && column(last - 1) == 0.0) --last;
    return {static_cast<double>(first), static_cast<double>(last)};
}

/// The first case in which both work at the same time, -1 where there is none.
Index overlapping_case(const ShockBatch& batch, Index a, Index b) {
    for (Index c = 0; c < batch.num_cases(); ++c) {
        const Active x = active_days(batch, a, c);
        const Active y = active_days(batch, b, c);
        if (std::max(x.begin, y.begin) < std::min(x.end, y.end)) return c;
    }
    return -1;
}

void check_caps(const std::string& path, const ShockBatch& batch, Index a, Index b,
                const ShockEconomy& economy) {
    const ShockTarget& first = batch.targets[static_cast<std::size_t>(a)];
    const ShockTarget& second = batch.targets[static_cast<std::size_t>(b)];
    const Index origin = first_common(first.origins, second.origins);
    const Index product = first_common(first.products, second.products);
    if (origin < 0 || product < 0 || first_common(first.nodes, second.nodes) < 0) return;
    const Index of_case = overlapping_case(batch, a, b);
    if (of_case < 0) return;
    const auto at = static_cast<std::size_t>(origin);
    throw ParseError(
        fmt::format("{}: {}", path, second.name), 0, 0, "",
        fmt::format("a cap on {} from {} that {} caps at the same time{}",
                    economy.products[static_cast<std::size_t>(product)].code,
                    economy.world ? economy.regions[at].code : economy.origins[at], first.name,
                    batch.num_cases() > 1 ? fmt::format(" in case {}", of_case) : ""),
        "one cap at a time on what a user gets");
}

void check_extraction(const std::string& path, const ShockTarget& first, const ShockTarget& second,
                      const ShockEconomy& economy) {
    const Index node = first_common(first.nodes, second.nodes);
    if (node < 0) return;
    const auto i = static_cast<std::size_t>(node);
    const auto& product = economy.products[static_cast<std::size_t>(economy.product[i])];
    throw ParseError(fmt::format("{}: {}", path, second.name), 0, 0, "",
                     fmt::format("{} of {}, on which {} is {}", to_string(second.kind),
                                 product.code, first.name, to_string(first.kind)),
                     "no other shock on what is extracted");
}

}  // namespace

void check_conflicts(const std::string& path, const ShockBatch& batch,
                     const ShockEconomy& economy) {
    for (Index b = 0; b < batch.num_targets(); ++b) {
        const ShockTarget& second = batch.targets[static_cast<std::size_t>(b)];
        for (Index a = 0; a < b; ++a) {
            const ShockTarget& first = batch.targets[static_cast<std::size_t>(a)];
            if (first.name == second.name) continue;  // one shock, disjoint by construction
            if (first.kind == ShockKind::extraction || second.kind == ShockKind::extraction) {
                check_extraction(path, first, second, economy);
            } else if (first.kind == ShockKind::import_cut &&
                       second.kind == ShockKind::import_cut) {
                check_caps(path, batch, a, b, economy);
            }
        }
    }
}

}  // namespace narrows
