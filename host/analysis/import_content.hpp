#pragma once

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

}  // namespace narrows
