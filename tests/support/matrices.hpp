#pragma once

#include <utility>

#include <Eigen/Core>

#include "host/table/classification.hpp"

namespace narrows::test {

/// A random A >= 0 with zeros in it and what its columns leave, between 1 and 2 times `slack`; the
/// two agree to rounding.
std::pair<Eigen::MatrixXd, Eigen::VectorXd> productive(Index n, double slack, unsigned seed);

/// Standard normal entries.
Eigen::MatrixXd random_matrix(Index rows, Index columns, unsigned seed);

/// L from the off-diagonal of A and the slack in 80-bit numbers, scalar by scalar (MODEL H.2): more
/// than four digits better than a double.
Eigen::MatrixXd exact_inverse(const Eigen::MatrixXd& a, const Eigen::VectorXd& slack);

/// The largest difference, relative to the largest magnitude or 1.
double difference(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b);

/// max |a_ij - b_ij| / |b_ij|; infinite where only one of them is 0.
double worst_relative_error(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b);

}  // namespace narrows::test
