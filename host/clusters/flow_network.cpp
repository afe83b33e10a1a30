#include "host/clusters/flow_network.hpp"

#include <algorithm>

#include "host/base/error.hpp"

namespace narrows {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

/// Every column less its mean and of length 1; 0 where all of it is the same.
MatrixXd standardised(const MatrixXd& profiles) {
    MatrixXd result(profiles.rows(), profiles.cols());
    for (Index j = 0; j < profiles.cols(); ++j) {
        const auto profile = profiles.col(j).array();
        const bool flat = profile.maxCoeff() == profile.minCoeff();
        result.col(j) = profile - profile.mean();
        result.col(j) /= flat ? 1.0 : result.col(j).norm();
        if (flat) result.col(j).setZero();
    }
    return result;
}

MatrixXd profile_correlations(const MatrixXd& flows) {
    const MatrixXd purchases = standardised(flows);
    const MatrixXd sales = standardised(flows.transpose());
    const MatrixXd crossed = purchases.transpose() * sales;
    MatrixXd largest = (purchases.transpose() * purchases).cwiseMax(sales.transpose() * sales);
    largest = largest.cwiseMax(crossed).cwiseMax(crossed.transpose());
    largest.diagonal().setOnes();
    for (Index j = 0; j < largest.cols(); ++j) {
        for (Index i = 0; i < j; ++i) {
            // Products of matrices may round (i, j) and (j, i) differently.
            largest(i, j) = std::clamp(std::max(largest(i, j), largest(j, i)), -1.0, 1.0);
            largest(j, i) = largest(i, j);
        }
    }
    return largest;
}

MatrixXd mean_shares(const MatrixXd& flows, const VectorXd& output) {
    MatrixXd links = MatrixXd::Zero(flows.rows(), flows.cols());
    for (Index j = 0; j < flows.cols(); ++j) {
        for (Index i = 0; i < j; ++i) {
            const double both = flows(i, j) + flows(j, i);
            links(i, j) = links(j, i) = (both / output[i] + both / output[j]) / 4.0;
        }
    }
    return links;
}

}  // namespace

FlowNetwork flow_network(const HomeEconomy& home, const std::vector<Index>& excluded) {
    FlowNetwork network;
    for (Index i = 0; i < home.x.size(); ++i) {
        if (std::find(excluded.begin(), excluded.end(), i) != excluded.end()) continue;
        (home.x[i] > 0.0 ? network.sectors : network.without_output).push_back(i);
    }
    if (network.sectors.size() < 2) {
        throw ArgumentError("clusters need two sectors with output or more, found " +
                            std::to_string(network.sectors.size()));
    }
    network.output = home.x(network.sectors);
    network.flows = home.domestic(network.sectors, network.sectors).cwiseMax(0.0);
    network.links = mean_shares(network.flows, network.output);
    network.correlations = profile_correlations(network.flows);
    return network;
}

}  // namespace narrows
