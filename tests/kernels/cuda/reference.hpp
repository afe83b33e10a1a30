#pragma once

#include <cstdint>

#include <Eigen/Core>

#include "kernels/backend_api.h"

namespace narrows::cuda_tests {

/// A table's coefficients and slack: A >= 0, columns of A summing to 1 - slack.
struct Table {
    Eigen::MatrixXd a;
    Eigen::VectorXd slack;
};
Table random_table(Eigen::Index n, double slack, unsigned seed = 1);

using LongMatrix = Eigen::Matrix<long double, Eigen::Dynamic, Eigen::Dynamic>;

/// (I - A)^-1 in long double by the elimination of Grassmann, Taksar and Heyman, from the
/// off-diagonal of A and the slack.
LongMatrix exact_inverse(const Eigen::MatrixXd& a, const Eigen::VectorXd& slack);

/// The largest of |computed - exact| / |exact| over the cells.
double relative_error(const Eigen::MatrixXd& computed, const LongMatrix& exact);

/// The perturbed table of a draw, by the formulas at narrows_batch.
struct Draw {
    Eigen::MatrixXd a;  // coefficients
    Eigen::VectorXd slack, totals;
};
Draw perturbed_table(const narrows_batch& batch, std::int64_t draw);

}  // namespace narrows::cuda_tests
