#include "host/invest/gap_filling.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/invest/baselines.hpp"
#include "host/invest/capacity_frontier.hpp"
#include "host/invest/fill_program.hpp"

namespace narrows {
namespace {

using Eigen::VectorXd;

constexpr int frontier_steps = 20;
constexpr int whole_frontier_steps = 5;  // in whole numbers, which take longer

void check(const HomeEconomy& home, const FillQuery& query) {
    const auto in_range = [](const char* name, double value, double high, const char* expected) {
        if (value >= 0.0 && value < high) return;
        throw ArgumentError(fmt::format("{} is {}, expected {}", name, value, expected));
    };
    if (!(query.budget >= 0.0)) {
        throw ArgumentError(fmt::format("budget is {}, expected 0 or more", query.budget));
    }
    in_range("lambda", query.lambda, 1.0, "a number in [0, 1)");
    in_range("level of the tail", query.cvar_level, 1.0, "a number in [0, 1)");
    const Index s = home.x.size();
    if (query.criticality.rows() != s || query.criticality.cols() != s ||
        query.unit_costs.size() != s) {
        throw ArgumentError(fmt::format("criticality is {} x {} and costs are {}, expected {}",
                                        query.criticality.rows(), query.criticality.cols(),
                                        query.unit_costs.size(), s));
    }
}

std::vector<FillLimit> limits_of(const FillQuery& query,
                                 const std::vector<Investment>& investments) {
    std::vector<FillLimit> limits;
    for (const SetLimit& set : query.set_limits) {
        FillLimit ceiling, floor;
        for (std::size_t i = 0; i < investments.size(); ++i) {
            if (std::find(set.products.begin(), set.products.end(), investments[i].product) ==
                set.products.end()) {
                continue;
            }
            ceiling.terms.emplace_back(static_cast<Index>(i), investments[i].unit_cost);
            floor.terms.emplace_back(static_cast<Index>(i), -investments[i].unit_cost);
        }
        if (set.floor && *set.floor > 0.0 && floor.terms.empty()) {
            throw ArgumentError(fmt::format(
                "floor {} of set {}: no scenario withholds any of its products{}, so that there is "
                "nothing to invest in",
                *set.floor, in_quotes(set.set),
                query.products.empty() ? "" : " that capital may go to"));
        }
        if (set.floor) {
            floor.name = fmt::format("floor {} of set {}", *set.floor, in_quotes(set.set));
            floor.limit = -*set.floor;
            limits.push_back(std::move(floor));
        }
        if (set.ceiling) {
            ceiling.name = fmt::format("ceiling {} of set {}", *set.ceiling, in_quotes(set.set));
            ceiling.limit = *set.ceiling;
            limits.push_back(std::move(ceiling));
        }
    }
    return limits;
}

SectorChoice choice_of(const FillQuery& query, const std::vector<Investment>& investments) {
    SectorChoice choice;
    choice.most_sectors = query.most_sectors;
    if (query.least_scale.size() == 0) return choice;
    for (const Investment& each : investments) {
        choice.scales.push_back(each.is_capacity() ? query.least_scale[each.product] : 0.0);
    }
    return choice;
}

/// Budgets from nothing to the cost of all capacity, and the one asked for.
std::vector<double> frontier_budgets(const std::vector<Investment>& investments, double budget,
                                     int steps) {
    double all = 0.0;
    for (const Investment& each : investments) {
        if (each.is_capacity()) all += each.unit_cost * each.limit;
    }
    std::vector<double> budgets;
    for (int step = 0; step <= steps; ++step) {
        budgets.push_back(all * step / steps);
    }
    if (budget < all) budgets.push_back(budget);
    std::sort(budgets.begin(), budgets.end());
    budgets.erase(std::unique(budgets.begin(), budgets.end()), budgets.end());
    return budgets;
}

/// The least budget that keeps all floors; below it the frontier does not exist.
double least_budget(const std::vector<SetLimit>& sets) {
    double least = 0.0;
    for (const SetLimit& set : sets) least = std::max(least, set.floor.value_or(0.0));
    return least;
}

void solve_by_programmes(const BlockadeLosses& losses, const FillQuery& query,
                         std::vector<FillLimit> limits, FillResult& result) {
    FillProgram program(losses, result.goal, std::move(limits),
                        choice_of(query, result.investments), query.num_threads);
    result.fill = program.solve(query.budget);
    const int steps = result.fill.dual ? frontier_steps : whole_frontier_steps;
    for (const double budget : frontier_budgets(result.investments, query.budget, steps)) {
        if (budget < std::min(least_budget(query.set_limits), query.budget)) continue;
        result.frontier.push_back(
            {budget, budget == query.budget ? result.fill.gar : program.solve(budget).gar});
    }
}

std::vector<ProductFill> products_of(const BlockadeLosses& losses, const FillQuery& query,
                                     const FillResult& result) {
    std::vector<Blockade> alone;
    std::vector<double> weights;
    for (std::size_t w = 0; w < query.blockades.size(); ++w) {
        for (const WithheldProduct& withheld : query.blockades[w].withheld) {
            alone.push_back({"", query.blockades[w].coalition, {withheld}, 1.0});
            weights.push_back(result.goal.weights[static_cast<Index>(w)]);
        }
    }
    const BlockadeLosses each(losses.home(), query.criticality, query.lambda, std::move(alone),
                              result.investments);
    const VectorXd before = each.gar(VectorXd::Zero(result.fill.amounts.size()), query.num_threads);
    const VectorXd after = each.gar(result.fill.amounts, query.num_threads);
    std::vector<ProductFill> products;
    for (std::size_t i = 0; i < result.investments.size(); ++i) {
        const Investment& investment = result.investments[i];
        if (!investment.is_capacity()) continue;
        ProductFill product;
        product.product = investment.product;
        product.capacity = result.fill.amounts[static_cast<Index>(i)];
        product.cost = product.capacity * investment.unit_cost;
        for (std::size_t w = 0; w < each.blockades().size(); ++w) {
            if (each.blockades()[w].withheld.front().product != investment.product) continue;
            product.gar_before += weights[w] * before[static_cast<Index>(w)];
            product.gar_after += weights[w] * after[static_cast<Index>(w)];
        }
        products.push_back(product);
    }
    std::stable_sort(products.begin(), products.end(),
                     [](const ProductFill& a, const ProductFill& b) {
                         return a.cost != b.cost ? a.cost > b.cost : a.gar_before > b.gar_before;
                     });
    return products;
}

AccountFill account_fill(HomeEconomy home, const FillQuery& query, const FillResult& result,
                         Index account) {
    home.value_added = home.satellites[static_cast<std::size_t>(account)].values;
    const BlockadeLosses losses(std::move(home), query.criticality, query.lambda, query.blockades,
                                result.investments);
    const VectorXd none = VectorXd::Zero(result.fill.amounts.size());
    return {risk(result.goal, losses.gar(none, query.num_threads)),
            risk(result.goal, losses.gar(result.fill.amounts, query.num_threads))};
}

}  // namespace

FillResult fill_gaps(const HomeEconomy& home, const FillQuery& query) {
    check(home, query);
    FillResult result;
    result.goal = {blockade_weights(home, query.blockades), query.cvar_level};
    const std::vector<Blockade> open =
        query.products.empty() ? query.blockades : of_products(query.blockades, query.products);
    result.investments = capacities(home, open, query.unit_costs);
    if (result.investments.empty() && !query.products.empty()) {
        throw ArgumentError("no scenario withholds any of the products that capital may go to");
    }
    std::vector<FillLimit> limits;
    if (query.diversification) {
        append_moves(home, open, *query.diversification, result.investments, limits);
    }
    for (FillLimit& each : limits_of(query, result.investments)) {
        limits.push_back(std::move(each));
    }
    const BlockadeLosses losses(home, query.criticality, query.lambda, query.blockades,
                                result.investments);
    const auto gar_at = [&](const VectorXd& amounts) {
        return risk(result.goal, losses.gar(amounts, query.num_threads));
    };
    result.base = gar_at(VectorXd::Zero(static_cast<Index>(result.investments.size())));
    result.separable = is_separable(query.blockades) && query.cvar_level == 0.0 &&
                       !query.diversification && limits.empty() && !query.most_sectors &&
                       query.least_scale.size() == 0;
    if (result.separable) {
        const CapacityFrontier frontier(losses, result.goal, query.num_threads);
        result.fill = frontier.fill(query.budget);
        result.frontier = frontier.points();
    } else {
        solve_by_programmes(losses, query, std::move(limits), result);
    }
    result.products = products_of(losses, query, result);
    result.greedy.amounts = greedy_amounts(losses, result.goal, query.budget);
    result.greedy.gar = gar_at(result.greedy.amounts);
    result.proportional.amounts = proportional_amounts(result.investments, query.budget);
    result.proportional.gar = gar_at(result.proportional.amounts);
    for (const Index account : query.accounts) {
        result.accounts.push_back(account_fill(home, query, result, account));
    }
    return result;
}

}  // namespace narrows
