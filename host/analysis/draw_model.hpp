#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include <Eigen/Core>

#include "host/analysis/criticality.hpp"
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

    bool is_varying(Source source) const { return varies[static_cast<std::size_t>(source)]; }
};

/// Throws ArgumentError for ratings that are not s x s and a concentration below 1.
void check_draw_model(const DrawModel& model, Index s);

/// The exponent of r for these flows, none below 0: the given one, or what the smallest flow asks
/// for. Throws ArgumentError for a number below 0.
double cell_error_exponent(const Eigen::MatrixXd& flows, const CellErrors& errors);

/// Standard errors of the logarithms of flows, ln(1 + r(z)) times a factor by cell (none: 1); 0
/// where z is 0. Throws as cell_error_exponent does; ArgumentError for a standard error above 10.
Eigen::MatrixXd cell_spreads(const Eigen::MatrixXd& flows, const CellErrors& errors,
                             const Eigen::MatrixXd& factors = {});

/// What lambda is drawn from, evenly: 0.3 to either side of the base case, within [0, 0.95].
struct LambdaRange {
    double low, high;
};
LambdaRange lambda_range(double lambda);

/// Flows of a draw: z exp(s xi - s^2 / 2), mean preserving, brought back to their margins by RAS.
/// Throws NumericalError where that fails.
Eigen::MatrixXd drawn_flows(const DrawModel& model, const Eigen::MatrixXd& flows,
                            const Eigen::MatrixXd& spreads, const Margins& margins,
                            std::uint32_t draw);

/// Ratings of a draw, Beta variates; the end of the ramp is log-uniform in [1/2, 2] times its base
/// value, one for all cells. The base case where criticality does not vary.
CriticalityRatings drawn_ratings(const DrawModel& model, std::uint32_t draw);

/// Uniform in lambda_range; the base case where lambda does not vary.
double drawn_lambda(const DrawModel& model, double lambda, std::uint32_t draw);

}  // namespace narrows
