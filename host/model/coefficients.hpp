#pragma once

#include <string>
#include <vector>

#include <Eigen/Core>

#include "host/table/io_table.hpp"

namespace narrows {

/// Coefficients of a table, dimensionless, per unit of gross output (1/x_j := 0 where x_j = 0):
///   A = Z x^-1 (n x n),  v = 1'V x^-1,  m = 1'M x^-1,  tau = 1'T x^-1 (n each).
/// On every column with output, 1'A + m + tau + v = 1'.
struct Coefficients {
    Eigen::MatrixXd A;
    Eigen::VectorXd v;
    Eigen::VectorXd m;
    Eigen::VectorXd tau;
    Eigen::VectorXd x;

    /// What the columns leave beside A: v + m + tau, taken from the accounts and never as 1 - 1'A.
    Eigen::VectorXd primary() const { return v + m + tau; }
};

Coefficients coefficients(const IoTable& table);

/// A = Z x^-1 with 1/0 := 0.
Eigen::MatrixXd input_coefficients(const Eigen::MatrixXd& z, const Eigen::VectorXd& x);
/// flows / x, n, with 1/0 := 0.
Eigen::VectorXd per_output(const Eigen::VectorXd& flows, const Eigen::VectorXd& x);
/// B = x^-1 Z, the allocation (Ghosh) coefficients, with 1/0 := 0.
Eigen::MatrixXd allocation_coefficients(const Eigen::MatrixXd& z, const Eigen::VectorXd& x);

/// Bounds on the spectral radius of |A| by Collatz and Wielandt: with w > 0,
/// min_j (w'|A|)_j / w_j <= rho <= max_j (w'|A|)_j / w_j, the minimum over any set of sectors that
/// buy from each other. Power iteration on I + |A| tightens them until they agree to `tolerance`,
/// stop moving by that much, or `max_steps` are done; the bounds hold whenever it stops.
struct SpectralRadius {
    double lower = 0.0;
    double upper = 0.0;
};
SpectralRadius spectral_radius(const Eigen::MatrixXd& a, double tolerance = 1e-10,
                               int max_steps = 10000);

/// The sets of sectors that feed each other (strongly connected components of the graph of A) and
/// whose own block of |A| has spectral radius >= 1: each makes the table non-productive by itself.
/// Within a set, the sector with the largest column sum comes first.
std::vector<std::vector<Index>> unproductive_sets(const Eigen::MatrixXd& a);

}  // namespace narrows
