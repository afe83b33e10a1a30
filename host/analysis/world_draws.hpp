#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <Eigen/Core>

#include "host/analysis/draw_model.hpp"
#include "host/analysis/world_system.hpp"
#include "host/backend/backend.hpp"

namespace narrows {

/// Draws of a world table and what home loses in them (MODEL C.11, E). In a draw
///
///   Z          every flow between two nodes becomes z exp(s xi - s^2 / 2), mean preserving, and
///              RAS brings back what each node sells to and buys from others: so outputs, value
///              added and final demand are those of the table. Flows below 0 count as 0. Every flow
///              counts as observed, for world tables do not say how their imports were split;
///   c          follows Z; ratings and ramp are those of drawn_ratings, of product and using
///              sector, the same in all regions and in home scope;
///   lambda     is drawn_lambda.
///
/// All pairs see the same draw (common random numbers).
class WorldDraws {
  public:
    using Flows = WorldFlows;

    /// `home` is a region of `table`; `pairs` have their gar of the base case in world scope. The
    /// backend solves the base case at once. Throws as world_of, cell_spreads and check_draw_model
    /// do.
    WorldDraws(const IoTable& table, const HomeEconomy& home, const Backend& backend,
               const ChokepointQuery& query, const std::vector<Chokepoint>& pairs, DrawModel model);

    /// Balanced flows between the table's nodes in a draw, n x n. Throws NumericalError where RAS
    /// fails.
    Eigen::MatrixXd balanced(std::uint32_t draw) const;

    /// For how many draws flows are made side by side: one for each thread, within 1 GiB.
    Index at_once(int num_threads) const;

    /// Nothing where RAS fails.
    std::optional<Flows> flows(std::uint32_t draw) const;
    /// Products x places.
    Eigen::MatrixXd criticality(std::uint32_t draw, const Flows& flows) const;
    double lambda(std::uint32_t draw) const { return drawn_lambda(model_, lambda_, draw); }

    /// GDP at risk of home for every pair: that of the base case plus what the draw adds to it, so
    /// that a draw that changes nothing is the base case to the bit. One call at a time: it takes
    /// the backend's threads.
    Eigen::VectorXd gar(const Flows& flows, const Eigen::MatrixXd& criticality,
                        double lambda) const;

  private:
    Eigen::MatrixXd criticality_of_ratings(const CriticalityRatings& rated,
                                           const Flows& flows) const;
    Eigen::VectorXd solved_gar(const Flows& flows, const Eigen::MatrixXd& criticality,
                               double lambda) const;

    World world_;
    Backend backend_;
    double share_, lambda_;
    std::vector<Chokepoint> pairs_;
    DrawModel model_;
    Eigen::MatrixXd z_, spreads_;
    Margins margins_;
    Flows base_flows_;
    Eigen::VectorXd base_gar_;     // of the ranking
    Eigen::VectorXd base_solved_;  // the same to within rounding
};

}  // namespace narrows
