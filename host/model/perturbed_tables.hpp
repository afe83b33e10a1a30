#pragma once

#include <cstdint>
#include <vector>

#include <Eigen/Core>

#include "host/model/leontief_model.hpp"

namespace narrows {

/// Random errors in the flows of a table (MODEL E.1). In draw d, every flow z_ij becomes
/// z_ij exp(s_ij xi - s_ij^2 / 2) with a standard normal xi of Philox 4x32-10, mean preserving;
/// what a column takes beside (primary inputs) stays, and output is the new column sum. A draw
/// depends on seed, stream, draw and cell only, not on threads, batches or device.
struct FlowErrors {
    Eigen::MatrixXd spread;  // s in [0, 10], n x n: standard error of the logarithm
    std::uint64_t seed = 0;
    std::uint32_t stream = 0;
    std::int64_t first_draw = 0;
    std::int64_t num_draws = 0;
};

/// One column per draw.
struct PerturbedAnswers {
    /// c'L, n q x draws: weights by weights, sectors fastest. The weights c are per unit of base
    /// output, as value added is, and follow output in every draw.
    Eigen::MatrixXd multipliers;
    Eigen::MatrixXd outputs;                 // L F, n k x draws: demand by demand, sectors fastest
    std::vector<std::int64_t> failed_draws;  // their columns mean nothing
};

/// Inverts every perturbed table by itself, many small ones at a time: tables of some hundred
/// sectors. weights n x q and demands n x k, either may have no columns. Throws ArgumentError for
/// shapes, a negative spread and tables with negative coefficients or columns that leave less than
/// nothing.
PerturbedAnswers solve_perturbed(const LeontiefModel& model, const FlowErrors& errors,
                                 const Eigen::MatrixXd& weights, const Eigen::MatrixXd& demands);

}  // namespace narrows
