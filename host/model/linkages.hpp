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

/// Average propagation lengths (Dietzenbacher, Romero & Bosma 2005): H = L (L - I),
/// APL_ij = H_ij / L_ij for i != j and H_ii / (L_ii - 1); NaN where the denominator is 0.
Eigen::MatrixXd average_propagation_lengths(
    const Eigen::Ref<const Eigen::MatrixXd>& leontief_inverse);

/// First-order field of influence of a_ij: dL / da_ij = L_.i L_j. (Sonis & Hewings 1992), n x n.
Eigen::MatrixXd field_of_influence(const Eigen::Ref<const Eigen::MatrixXd>& leontief_inverse,
                                   Index i, Index j);

/// Multiplier product matrix (Sonis & Hewings 1999): (L1)(1'L) / 1'L1, n x n.
Eigen::MatrixXd multiplier_product_matrix(
    const Eigen::Ref<const Eigen::MatrixXd>& leontief_inverse);

}  // namespace narrows
