#include "host/invest/baselines.hpp"

#include <algorithm>

namespace narrows {
namespace {

constexpr int greedy_steps = 50;

double cost_of_all_capacity(const std::vector<Investment>& investments) {
    double cost = 0.0;
    for (const Investment& each : investments) {
        if (each.is_capacity()) cost += each.unit_cost * each.limit;
    }
    return cost;
}

}  // namespace

Eigen::VectorXd greedy_amounts(const BlockadeLosses& losses, const FillGoal& goal, double budget) {
    const std::vector<Investment>& investments = losses.investments();
    Eigen::VectorXd amounts = Eigen::VectorXd::Zero(static_cast<Index>(investments.size()));
    const double step = std::min(budget, cost_of_all_capacity(investments)) / greedy_steps;
    double reached = risk(goal, losses.gar(amounts));
    for (int taken = 0; taken < greedy_steps; ++taken) {
        // What is no more than rounding is nothing.
        double lowest = reached * (1.0 - 1e-12);
        Eigen::VectorXd best = amounts;
        for (std::size_t i = 0; i < investments.size(); ++i) {
            if (!investments[i].is_capacity()) continue;
            Eigen::VectorXd tried = amounts;
            double& amount = tried[static_cast<Index>(i)];
            amount = std::min(amount + step / investments[i].unit_cost, investments[i].limit);
            const double gar = risk(goal, losses.gar(tried));
            if (!(gar < lowest)) continue;
            lowest = gar;
            best = std::move(tried);
        }
        if (best == amounts) break;
        reached = lowest;
        amounts = std::move(best);
    }
    return amounts;
}

Eigen::VectorXd proportional_amounts(const std::vector<Investment>& investments, double budget) {
    const double cost = cost_of_all_capacity(investments);
    const double share = cost > 0.0 ? std::min(1.0, budget / cost) : 0.0;
    Eigen::VectorXd amounts = Eigen::VectorXd::Zero(static_cast<Index>(investments.size()));
    for (std::size_t i = 0; i < investments.size(); ++i) {
        if (investments[i].is_capacity()) {
            amounts[static_cast<Index>(i)] = share * investments[i].limit;
        }
    }
    return amounts;
}

}  // namespace narrows
