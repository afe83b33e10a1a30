#pragma once

#include <Eigen/Core>

#include "host/table/classification.hpp"

namespace narrows {

/// A productive table of no economy, for measurements: the same figures on every machine.
struct SyntheticTable {
    Eigen::MatrixXd A;      // input coefficients, n x n, nonnegative and skewed as published ones
    Eigen::VectorXd slack;  // r = 1 - 1'A, n, between .3 and .7; drawn first, A scaled to 1 - r
};

/// The table of order n. Draw k is u = (splitmix64's output number k of the seed n 2^40) / 2^64
/// with 53 bits: r_j = .3 + .4 u for the draws 0 to n - 1, then a_ij proportional to u^8, column by
/// column.
SyntheticTable synthetic_table(Index n);

}  // namespace narrows
