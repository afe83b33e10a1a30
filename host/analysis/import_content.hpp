#pragma once

#include <vector>

#include <Eigen/Core>

#include "host/model/leontief_model.hpp"

namespace narrows {

/// Total import content m'L of a unit of final demand, n, and the share of imports in exports e
/// (n): vertical specialisation VS = m'L e / 1'e (Hummels, Ishii & Yi 2001).
struct ImportContent {
    Eigen::VectorXd by_sector;
    double vertical_specialisation_share = 0.0;
};
ImportContent import_content(const LeontiefModel& domestic, const Eigen::VectorXd& import_share,
                             const Eigen::VectorXd& exports);

/// Look-through exposure of every buyer j to every supplier i (Baldwin, Freeman & Theodorakopoulos
/// 2022), n x n, columns sum to 1:
///   with the unit of own output:  L_ij / 1'L_.j        against (I + A)_ij / 1'L_.j at face value
///   intermediate inputs only:     N_ij / 1'N_.j        against A_ij / 1'A_.j,  N = L - I
/// (0/0 := 0). Hidden exposure is look-through minus face value; with own output it is >= 0.
struct Exposure {
    Eigen::MatrixXd look_through;
    Eigen::MatrixXd face_value;
};
Exposure exposure_with_own_output(const Eigen::MatrixXd& a, const Eigen::MatrixXd& l);
Exposure exposure_of_inputs(const Eigen::MatrixXd& a, const Eigen::MatrixXd& l);

/// Share of each column that comes from another region than the buyer's; `region` by node.
Eigen::VectorXd foreign_share(const Eigen::MatrixXd& shares, const std::vector<Index>& region);

}  // namespace narrows
