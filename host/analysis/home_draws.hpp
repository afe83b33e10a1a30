#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <Eigen/Core>

#include "host/analysis/chokepoints.hpp"
#include "host/analysis/draw_model.hpp"

namespace narrows {

/// What home's users buy: a row for every product of home and of each origin that sells any, home's
/// products first, then origin by origin.
struct Purchases {
    Eigen::MatrixXd flows;        // rows x s
    std::vector<Index> products;  // by row
    std::vector<Index> origins;   // by row; -1: home
};
Purchases purchases(const HomeEconomy& home);

/// Standard errors of the logarithms of purchases, twice as large where the split between home and
/// imports is proportional (MODEL A.3). Throws as cell_spreads of any flows does.
Eigen::MatrixXd cell_spreads(const HomeEconomy& home, const CellErrors& errors);

/// Draws of a home economy and the GDP at risk of pairs in them. In a draw
///
///   purchases  every flow z becomes z exp(s xi - s^2 / 2), mean preserving, and RAS brings back
///              what each product of each origin sells to home's users and what each user buys: so
///              imports by product and origin, outputs and value added are those of the table;
///   c          follows purchases, ratings and ramp are those of drawn_ratings;
///   lambda     is drawn_lambda.
///
/// All pairs see the same draw (common random numbers), so ranks within one are comparable.
class HomeDraws {
  public:
    using RowMajorMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

    /// The flows of a draw as far as the equations need them.
    struct Flows {
        Eigen::MatrixXd total_use;       // U, s x s
        Eigen::MatrixXd domestic_share;  // d, s x s
        RowMajorMatrix blocked_share;    // beta, users x pairs whose product is rated
    };

    /// `home` has no flow below 0; `pairs` have their gar of the base case. Throws as cell_spreads
    /// does; ArgumentError for ratings of another shape and a concentration below 1.
    HomeDraws(const HomeEconomy& home, const ChokepointQuery& query,
              const std::vector<Chokepoint>& pairs, DrawModel model);

    const Eigen::MatrixXd& spreads() const { return spreads_; }
    const Margins& margins() const { return margins_; }
    const Flows& base_flows() const { return base_flows_; }

    /// Balanced purchases of a draw. Throws NumericalError where RAS fails.
    Eigen::MatrixXd purchases_of(std::uint32_t draw) const;
    Flows flows_of(const Eigen::MatrixXd& balanced) const;

    /// Nothing where RAS fails.
    std::optional<Flows> flows(std::uint32_t draw) const;
    Eigen::MatrixXd criticality(std::uint32_t draw, const Flows& flows) const;
    double lambda(std::uint32_t draw) const { return drawn_lambda(model_, lambda_, draw); }

    /// GDP at risk of every pair: that of the base case plus what the draw adds to it, so that a
    /// draw that changes nothing is the base case to the bit, however the equations were solved.
    Eigen::VectorXd gar(const Flows& flows, const Eigen::MatrixXd& criticality,
                        double lambda) const;

  private:
    Eigen::VectorXd closed_form_gar(const Flows& flows, const Eigen::MatrixXd& criticality,
                                    double lambda) const;

    Eigen::VectorXd x_, value_added_;
    double share_, lambda_;
    DrawModel model_;
    /// Pairs whose product is critical to somebody; GDP at risk of the others is 0.
    std::vector<Index> rated_pairs_;
    std::vector<Index> products_;              // of rated pairs
    std::vector<std::vector<Index>> sellers_;  // of rated pairs: rows of purchases
    Purchases purchases_;
    Eigen::MatrixXd spreads_;
    Margins margins_;
    Flows base_flows_;
    Eigen::VectorXd base_gar_;          // of the ranking
    Eigen::VectorXd base_closed_form_;  // the same to within rounding
};

}  // namespace narrows
