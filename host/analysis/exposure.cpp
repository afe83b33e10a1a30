#include "host/analysis/exposure.hpp"

#include "host/base/error.hpp"

namespace narrows {
namespace {

/// Rows of the users, each divided by its value in `totals`, 0/0 := 0.
Eigen::MatrixXd shares_of(const Eigen::MatrixXd& values, const Eigen::VectorXd& totals) {
    Eigen::MatrixXd shares = Eigen::MatrixXd::Zero(values.rows(), values.cols());
    for (Index u = 0; u < values.rows(); ++u) {
        if (totals[u] != 0.0) shares.row(u) = values.row(u) / totals[u];
    }
    return shares;
}

}  // namespace

HomeExposure home_exposure(const IoTable& table, const std::string& home,
                           const LeontiefModel& world) {
    if (!table.is_multi_regional()) {
        throw ArgumentError("a national table knows no origins: exposure needs a world table");
    }
    const Classification& classes = table.classification();
    const Index region = classes.region(home);
    const auto num_regions = static_cast<Index>(classes.regions().size());
    Eigen::MatrixXd of_region = Eigen::MatrixXd::Zero(table.num_nodes(), num_regions);
    for (Index i = 0; i < table.num_nodes(); ++i) of_region(i, classes.region_of(i)) = 1.0;
    const Eigen::MatrixXd called = world.solve_prices(of_region);  // sums of L's columns
    const Eigen::MatrixXd& a = world.coefficients().A;

    HomeExposure result;
    result.users = classes.nodes_of_region(region);
    const auto num_users = static_cast<Index>(result.users.size());
    Eigen::MatrixXd through(num_users, num_regions);
    Eigen::MatrixXd direct(num_users, num_regions);
    for (Index u = 0; u < num_users; ++u) {
        const Index j = result.users[static_cast<std::size_t>(u)];
        through.row(u) = called.row(j);
        direct.row(u) = a.col(j).transpose() * of_region;
    }
    const Eigen::VectorXd all = through.rowwise().sum();
    Eigen::MatrixXd with_own = direct;
    with_own.col(region).array() += 1.0;
    result.with_own_output = {shares_of(through, all), shares_of(with_own, all)};
    through.col(region).array() -= 1.0;
    result.of_inputs = {shares_of(through, through.rowwise().sum()),
                        shares_of(direct, direct.rowwise().sum())};
    return result;
}

std::optional<double> foreign_concentration(const Eigen::VectorXd& shares, Index home) {
    const double foreign = shares.sum() - shares[home];
    if (!(foreign > 0.0)) return std::nullopt;
    double sum = 0.0;
    for (Index c = 0; c < shares.size(); ++c) {
        if (c != home) sum += shares[c] / foreign * (shares[c] / foreign);
    }
    return sum;
}

}  // namespace narrows
