#pragma once

#include <Eigen/Core>

#include "host/table/classification.hpp"

namespace narrows {

/// Sums of a matrix's rows and columns, and of their absolute values, from one pass in several
/// threads: matrices may be larger than any cache. The same bits for any number of threads.
struct MatrixTotals {
    Eigen::VectorXd rows;
    Eigen::VectorXd row_magnitudes;
    Eigen::VectorXd columns;
    Eigen::VectorXd column_magnitudes;
    Index num_negative = 0;

    /// `num_threads` 0: as many as the machine has.
    explicit MatrixTotals(const Eigen::MatrixXd& matrix, int num_threads = 0);
};

}  // namespace narrows
