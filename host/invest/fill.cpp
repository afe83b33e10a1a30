#include "host/invest/fill.hpp"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "host/base/error.hpp"

namespace narrows {

double risk(const FillGoal& goal, const Eigen::VectorXd& gar) {
    if (goal.cvar_level == 0.0) return goal.weights.dot(gar);
    std::vector<Index> worst_first(static_cast<std::size_t>(gar.size()));
    std::iota(worst_first.begin(), worst_first.end(), Index{0});
    std::stable_sort(worst_first.begin(), worst_first.end(),
                     [&](Index a, Index b) { return gar[a] > gar[b]; });
    const double tail = 1.0 - goal.cvar_level;
    double left = tail;
    double sum = 0.0;
    for (const Index w : worst_first) {
        const double weight = std::min(goal.weights[w], left);
        sum += weight * gar[w];
        left -= weight;
    }
    return sum / tail;
}

double cost_of(const std::vector<Investment>& investments, const Eigen::VectorXd& amounts) {
    double cost = 0.0;
    for (std::size_t i = 0; i < investments.size(); ++i) {
        cost += investments[i].unit_cost * amounts[static_cast<Index>(i)];
    }
    return cost;
}

std::vector<Investment> capacities(const HomeEconomy& home, const std::vector<Blockade>& blockades,
                                   const Eigen::VectorXd& unit_costs) {
    Eigen::VectorXd limits = Eigen::VectorXd::Zero(home.x.size());
    for (const Blockade& blockade : blockades) {
        for (const WithheldProduct& withheld : blockade.withheld) {
            double& limit = limits[withheld.product];
            limit = std::max(limit, imports_from(home, blockade.coalition, withheld.product).sum());
        }
    }
    std::vector<Investment> result;
    for (Index k = 0; k < limits.size(); ++k) {
        if (!(limits[k] > 0.0)) continue;
        if (!(unit_costs[k] > 0.0)) {
            throw ArgumentError(fmt::format(
                "cost of {} is {}, expected a number above 0",
                in_quotes(home.sectors[static_cast<std::size_t>(k)].code), unit_costs[k]));
        }
        result.push_back({k, -1, -1, unit_costs[k], limits[k]});
    }
    return result;
}

}  // namespace narrows
