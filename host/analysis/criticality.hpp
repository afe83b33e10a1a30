#pragma once

#include <Eigen/Core>

#include "host/analysis/home_economy.hpp"

namespace narrows {

/// How critical input k is to user j, c_kj in [0, 1], s x s: 1 means that j's output falls by the
/// share of k that is missing, 0 that j does without. A rating in [0, 1] times a ramp that keeps c
/// continuous in the data,
///
///   c_kj = rating_kj min(1, a_kj / ramp_end),   a_kj = U_kj / x_j: k's share of j's output;
///
/// a ramp_end of 0 stands for no ramp, c = rating.
struct CriticalityRatings {
    Eigen::MatrixXd ratings;  // s x s
    double ramp_end = 0.0;
};

/// survey:     ratings from an industry survey (Pichler, Pangallo, del Rio-Chanona, Lafond & Farmer
///             2022) that the table carries, ramp_end 0.005. Throws ArgumentError where it does
///             not.
/// cost_share: 1, ramp_end 0.01.
/// Services are 0 in both.
CriticalityRatings survey_ratings(const HomeEconomy& home);
CriticalityRatings cost_share_ratings(const HomeEconomy& home);

/// c from its ratings, the total use U (s x s) and the output x (s).
Eigen::MatrixXd criticality_of(const CriticalityRatings& rated, const Eigen::MatrixXd& total_use,
                               const Eigen::VectorXd& x);

/// c by these rules.
Eigen::MatrixXd survey_criticality(const HomeEconomy& home);
Eigen::MatrixXd cost_share_criticality(const HomeEconomy& home);

}  // namespace narrows
