#pragma once

#include <Eigen/Core>

#include "host/model/leontief_model.hpp"

namespace narrows {

/// Linkages of every sector, all dimensionless, n each.
struct Linkages {
    Eigen::VectorXd backward_direct;  // Chenery & Watanabe (1958): 1'A
    Eigen::VectorXd forward_direct;   // B1
    Eigen::VectorXd power;            // Rasmussen (1956), power of dispersion: n 1'L / 1'L1
    Eigen::VectorXd sensitivity;      // Rasmussen, sensitivity of dispersion: n L1 / 1'L1
    Eigen::VectorXd forward_ghosh;    // Jones (1976): n G1 / 1'G1, the recommended forward linkage
    Eigen::VectorXd power_variation;  // coefficient of variation of L's columns, n - 1
    Eigen::VectorXd sensitivity_variation;  // of L's rows
    Eigen::VectorXd upstreamness;           // Antras, Chor, Fally & Hillberry (2012): U = G1 >= 1
    Eigen::VectorXd downstreamness;         // Antras & Chor (2013): D = L'1 >= 1

    /// Key sectors: power and forward_ghosh both above 1.
    bool is_key(Index sector) const { return power[sector] > 1.0 && forward_ghosh[sector] > 1.0; }
};
Linkages linkages(const LeontiefModel& model, const Eigen::MatrixXd& z);

/// Average propagation lengths (Dietzenbacher, Romero & Bosma 2005): with N = L - I = A + A^2 + ...
/// and H = A + 2 A^2 + 3 A^3 + ... = L N, APL_ij = H_ij / N_ij: the mean number of steps by which
/// final demand for j reaches i; >= 1, n x n each. H costs one product on the model's backend.
struct PropagationLengths {
    Eigen::MatrixXd
        linkage;  // N, its diagonal as A L gives it, without the loss of digits of L - I
    /// NaN where N_ij is 0; where A has negative coefficients, not above the error bound of L.
    Eigen::MatrixXd length;
};
PropagationLengths average_propagation_lengths(const LeontiefModel& model);

/// Multiplier product matrix (Sonis & Hewings 1999): (L1)(1'L) / 1'L1, n x n.
Eigen::MatrixXd multiplier_product_matrix(
    const Eigen::Ref<const Eigen::MatrixXd>& leontief_inverse);

}  // namespace narrows
