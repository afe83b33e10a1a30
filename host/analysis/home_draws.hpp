#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include <Eigen/Core>

#include "host/analysis/chokepoints.hpp"
#include "host/table/balancing.hpp"

namespace narrows {

/// What is uncertain about a ranking.
enum class Source { data, criticality, lambda };
inline constexpr std::size_t num_sources = 3;
inline constexpr std::array<const char*, num_sources> source_names = {"data", "criticality",
                                                                      "lambda"};

/// Relative standard errors of flows, larger for smaller ones (Lenzen, Wood & Wiedmann 2010): with
/// T the sum of all flows,
///   r(z) = large (max(1, 0.01 T / z))^exponent.
struct CellErrors {
    double large = 0.05;  // of flows of 1 % of the total or more
    /// Without a value: such that the smallest flow has ten times the error of a large one.
    std::optional<double> exponent = {};
};

/// How draws differ from the base case (MODEL E). Numbers come from Philox 4x32-10, each source
/// from a stream of its own: a draw depends on seed and number of the draw only.
struct DrawModel {
    std::uint64_t seed = 1;
    std::array<bool, num_sources> varies = {true, true, true};  // by Source
    CellErrors cell_errors;
    CriticalityRatings criticality;  // of the base case
    /// Ratings are Beta(rating nu, (1 - rating) nu), with standard deviation
    /// sqrt(rating (1 - rating) / (nu + 1)): 0 and 1 stay. At least 1.
    double rating_concentration = 10.0;
    BalancingOptions balancing = {
        .tolerance = 1e-9, .relative_to_each = true, .max_iterations = 1000};
};

/// The exponent of r: the given one, or what the smallest flow asks for. Throws ArgumentError for a
/// number below 0.
double cell_error_exponent(const HomeEconomy& home, const CellErrors& errors);

/// What home's users buy: a row for every product of home and of each origin that sells any, home's
/// products first, then origin by origin.
struct Purchases {
    Eigen::MatrixXd flows;        // rows x s
    std::vector<Index> products;  // by row
    std::vector<Index> origins;   // by row; -1: home
};
Purchases purchases(const HomeEconomy& home);

/// Standard errors of the logarithms of purchases, ln(1 + r(z)), twice that where the split between
/// home and imports is proportional (MODEL A.3); 0 where z is 0. Throws as cell_error_exponent
/// does; ArgumentError for a standard error above 10.
Eigen::MatrixXd cell_spreads(const HomeEconomy& home, const CellErrors& errors);

/// What lambda is drawn from, evenly: 0.3 to either side of the base case, within [0, 0.95].
struct LambdaRange {
    double low, high;
};
LambdaRange lambda_range(double lambda);

/// Draws of a home economy and the GDP at risk of pairs in them. In a draw
///
///   purchases  every flow z becomes z exp(s xi - s^2 / 2), mean preserving, and RAS brings back
///              what each product of each origin sells to home's users and what each user buys: so
///              imports by product and origin, outputs and value added are those of the table;
///   c          follows purchases; ratings are Beta variates, the end of the ramp is log-uniform in
///              [1/2, 2] times its base value, one for all cells;
///   lambda     is uniform in lambda_range.
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
    double lambda(std::uint32_t draw) const;

    /// GDP at risk of every pair: that of the base case plus what the draw adds to it, so that a
    /// draw that changes nothing is the base case to the bit, however the equations were solved.
    Eigen::VectorXd gar(const Flows& flows, const Eigen::MatrixXd& criticality,
                        double lambda) const;

  private:
    bool varies(Source source) const { return model_.varies[static_cast<std::size_t>(source)]; }
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
