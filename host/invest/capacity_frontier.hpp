#pragma once

#include <vector>

#include "host/invest/fill.hpp"

namespace narrows {

/// Capacity over which each unit of capital removes the same GDP at risk.
struct CapacityPiece {
    Index investment = 0;
    double amount = 0.0;  // flow
    double cost = 0.0;    // capital
    double slope = 0.0;   // GDP at risk removed per unit of capital
};

/// Does every blockade withhold one product only? Then capacity for a product lowers GDP at risk
/// whatever is done about others, and CapacityFrontier is exact.
bool is_separable(const std::vector<Blockade>& blockades);

/// The lowest weighted mean of GDP at risk for every budget where each blockade withholds a single
/// product. GDP at risk is proportional to what is withheld (MODEL C.9), so capacity z for product
/// k has
///   gar_w(z) = gar_w(0) max(0, 1 - z / M^w_k),
/// whose sum over blockades of k is convex with a kink at every M^w_k. Merging the pieces of all
/// products, steepest per unit of capital first, ties in the order of products, solves the problem.
class CapacityFrontier {
  public:
    /// The investments of `losses` are capacities; goal.cvar_level is 0. Throws ArgumentError
    /// otherwise.
    CapacityFrontier(const BlockadeLosses& losses, const FillGoal& goal, int num_threads = 1);

    double base() const { return points_.front().gar; }
    const std::vector<CapacityPiece>& pieces() const { return pieces_; }
    /// From no budget to the one at which nothing is left to gain; a straight line in between.
    const std::vector<FrontierPoint>& points() const { return points_; }
    /// The best allocation of a budget; its dual is the slope to the right of it.
    Fill fill(double budget) const;

  private:
    Index num_investments_;
    std::vector<CapacityPiece> pieces_;
    std::vector<FrontierPoint> points_;
};

}  // namespace narrows
