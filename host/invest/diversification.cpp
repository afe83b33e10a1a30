#include "host/invest/diversification.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "host/base/error.hpp"

namespace narrows {
namespace {

/// The moves of one product away from `sources`.
void append_moves_of(const HomeEconomy& home, Index product, const std::set<Index>& sources,
                     const Diversification& diversification, std::vector<Investment>& investments,
                     std::vector<FillLimit>& limits) {
    const auto num_origins = static_cast<Index>(home.origins.size());
    Eigen::VectorXd sold(num_origins);
    for (Index origin = 0; origin < num_origins; ++origin) {
        sold[origin] = imports_from(home, {origin}, product).sum();
    }
    std::vector<FillLimit> away(home.origins.size()), into(home.origins.size());
    for (const Index from : sources) {
        for (Index to = 0; to < num_origins; ++to) {
            const double limit = std::min(sold[from], diversification.growth * sold[to]);
            if (to == from || !(limit > 0.0)) continue;
            const auto move = static_cast<Index>(investments.size());
            investments.push_back({product, from, to, diversification.unit_cost, limit});
            away[static_cast<std::size_t>(from)].terms.emplace_back(move, 1.0);
            into[static_cast<std::size_t>(to)].terms.emplace_back(move, 1.0);
        }
    }
    for (Index origin = 0; origin < num_origins; ++origin) {
        away[static_cast<std::size_t>(origin)].limit = sold[origin];
        into[static_cast<std::size_t>(origin)].limit = diversification.growth * sold[origin];
    }
    for (auto* list : {&away, &into}) {
        for (FillLimit& limit : *list) {
            // A single move is within its own limit.
            if (limit.terms.size() > 1) limits.push_back(std::move(limit));
        }
    }
}

}  // namespace

void append_moves(const HomeEconomy& home, const std::vector<Blockade>& blockades,
                  const Diversification& diversification, std::vector<Investment>& investments,
                  std::vector<FillLimit>& limits) {
    if (!(diversification.unit_cost > 0.0)) {
        throw ArgumentError(fmt::format("the cost of moving imports is {}, expected above 0",
                                        diversification.unit_cost));
    }
    if (!(diversification.growth >= 0.0)) {
        throw ArgumentError(fmt::format("the growth of other origins is {}, expected 0 or more",
                                        diversification.growth));
    }
    std::vector<std::set<Index>> sources(home.sectors.size());
    for (const Blockade& blockade : blockades) {
        for (const WithheldProduct& withheld : blockade.withheld) {
            sources[static_cast<std::size_t>(withheld.product)].insert(blockade.coalition.begin(),
                                                                       blockade.coalition.end());
        }
    }
    for (std::size_t k = 0; k < sources.size(); ++k) {
        append_moves_of(home, static_cast<Index>(k), sources[k], diversification, investments,
                        limits);
    }
}

}  // namespace narrows
