#pragma once

#include <cstdint>
#include <vector>

#include <Eigen/Core>

#include "host/shock/case_effects.hpp"
#include "host/shock/economy.hpp"

namespace narrows {

/// Loss rates as they were solved.
struct LossRates {
    Eigen::VectorXd delta;  // n
    double error = 0.0;     // bound on max |delta - exact delta|
    std::int64_t sweeps = 0;
};

/// What the equations of bottleneck_outcomes share between cases. Refers to the economy.
class BottleneckSystem {
  public:
    BottleneckSystem(const ShockEconomy& economy, double lambda);

    double lambda() const { return lambda_; }
    /// w, n x n: share_ij Z_ij / U_kj of seller i, which makes k, in what j uses of it; 0 where
    /// i = j.
    const Eigen::MatrixXd& shares() const { return shares_; }
    /// c_kj w_ij, n x n.
    const Eigen::MatrixXd& weights() const { return weights_; }

    /// beta, P x n: cut shares of what nodes use.
    Eigen::MatrixXd cut_shares(const std::vector<FlowCut>& cuts) const;

    /// Sweeps from the floor a until nothing moves beyond rounding.
    LossRates solve(const std::vector<FlowCut>& cuts, const Eigen::VectorXd& floor) const;

  private:
    const ShockEconomy& economy_;
    double lambda_;
    Eigen::MatrixXd total_use_, shares_, weights_;
    std::int64_t longest_;  // nodes of a product
};

}  // namespace narrows
