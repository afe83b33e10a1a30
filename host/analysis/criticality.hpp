#pragma once

#include <Eigen/Core>

#include "host/analysis/home_economy.hpp"

namespace narrows {

/// How critical input k is to user j, c_kj in [0, 1], s x s: 1 means that j's output falls by the
/// share of k that is missing, 0 that j does without. a_kj = U_kj / x_j is k's share of j's output;
/// the ramps keep c continuous in the data. Services are 0 in both rules.
///
/// survey:     c_kj = rating_kj min(1, a_kj / 0.005), ratings from an industry survey (Pichler,
///             Pangallo, del Rio-Chanona, Lafond & Farmer 2022) that the table carries. Throws
///             ArgumentError where it does not.
/// cost_share: c_kj = min(1, a_kj / 0.01).
Eigen::MatrixXd survey_criticality(const HomeEconomy& home);
Eigen::MatrixXd cost_share_criticality(const HomeEconomy& home);

}  // namespace narrows
