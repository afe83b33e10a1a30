#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <Eigen/Core>

#include "host/invest/blockade_losses.hpp"

namespace narrows {

/// What is to be as low as possible: with cvar_level a above 0, GDP at risk in the worst 1 - a of
/// all that may happen (conditional value at risk, Rockafellar & Uryasev 2000),
///   min over eta of eta + sum_w weight_w max(0, gar_w - eta) / (1 - a);
/// with 0 its weighted mean.
struct FillGoal {
    Eigen::VectorXd weights;  // by blockade, sum 1
    double cvar_level = 0.0;  // a, [0, 1)
};
double risk(const FillGoal& goal, const Eigen::VectorXd& gar);

/// An allocation of capital.
struct Fill {
    Eigen::VectorXd amounts;  // by investment
    double spent = 0.0;       // capital
    double gar = 0.0;         // the goal, at `amounts`
    /// GDP at risk that a further unit of capital removes; nothing where whole sectors are chosen.
    std::optional<double> dual;
    double lower_bound = 0.0;  // proven: no allocation has a lower gar
    std::int64_t rounds = 0;   // linear programmes solved
};

/// A point of the frontier: the lowest GDP at risk that a budget can buy.
struct FrontierPoint {
    double budget = 0.0;
    double gar = 0.0;
};

/// Capital that `amounts` take.
double cost_of(const std::vector<Investment>& investments, const Eigen::VectorXd& amounts);

/// Domestic capacity for every product that a blockade withholds, at a cost per unit by product
/// (s); the limit is what the largest coalition delivers, max_w M^w_k. Throws ArgumentError for a
/// cost that is not above 0.
std::vector<Investment> capacities(const HomeEconomy& home, const std::vector<Blockade>& blockades,
                                   const Eigen::VectorXd& unit_costs);

}  // namespace narrows
