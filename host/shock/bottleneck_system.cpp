#include "host/shock/bottleneck_system.hpp"

#include <algorithm>
#include <cmath>

#include "kernels/common/shortage.hpp"

#include "host/analysis/chokepoints.hpp"

namespace narrows {

BottleneckSystem::BottleneckSystem(const ShockEconomy& economy, double lambda)
    : economy_(economy), lambda_(lambda), total_use_(economy.total_use()) {
    const Index n = economy.num_nodes();
    shares_.setZero(n, n);
    weights_.setZero(n, n);
    for (Index j = 0; j < n; ++j) {
        for (Index i = 0; i < n; ++i) {
            if (i == j) continue;
            const Index product = economy.product[static_cast<std::size_t>(i)];
            shares_(i, j) = use_share(economy.Z(i, j), total_use_(product, j));
            weights_(i, j) = economy.criticality(product, j) * shares_(i, j);
        }
    }
    std::vector<std::int64_t> makers(static_cast<std::size_t>(economy.num_products()), 0);
    for (const Index product : economy.product) ++makers[static_cast<std::size_t>(product)];
    longest_ = n > 0 ? *std::max_element(makers.begin(), makers.end()) : 0;
}

Eigen::MatrixXd BottleneckSystem::cut_shares(const std::vector<FlowCut>& cuts) const {
    Eigen::MatrixXd blocked = Eigen::MatrixXd::Zero(total_use_.rows(), total_use_.cols());
    for (const FlowCut& cut : cuts) blocked(cut.product, cut.user) += cut.share * cut.flow;
    for (Index j = 0; j < blocked.cols(); ++j) {
        for (Index k = 0; k < blocked.rows(); ++k) {
            if (blocked(k, j) > 0.0) blocked(k, j) = use_share(blocked(k, j), total_use_(k, j));
        }
    }
    return blocked;
}

LossRates BottleneckSystem::solve(const std::vector<FlowCut>& cuts,
                                  const Eigen::VectorXd& floor) const {
    const Index n = economy_.num_nodes();
    const Eigen::MatrixXd direct = cut_shares(cuts).cwiseProduct(economy_.criticality);
    Eigen::MatrixXd weights = weights_;
    if (economy_.world) {
        for (const FlowCut& cut : cuts) weights(cut.supplier, cut.user) *= 1.0 - cut.share;
    }
    LossRates result{floor, 0.0, 0};
    Eigen::VectorXd passed_on(economy_.num_products());
    kernels::ShortageProgress progress{false, 0.0};
    while (!progress.settled) {
        ++result.sweeps;
        double change = 0.0;
        for (Index j = 0; j < n; ++j) {
            passed_on.setZero();
            for (Index i = 0; i < n; ++i) {
                passed_on[economy_.product[static_cast<std::size_t>(i)]] +=
                    weights(i, j) * result.delta[i];
            }
            const double lost =
                std::max(floor[j], (direct.col(j) + lambda_ * passed_on).maxCoeff());
            change = std::max(change, std::abs(lost - result.delta[j]));
            result.delta[j] = lost;
        }
        const double largest = n > 0 ? result.delta.maxCoeff() : 0.0;
        progress = kernels::shortage_progress(lambda_, change, largest, longest_);
    }
    result.error = progress.error;
    return result;
}

}  // namespace narrows
