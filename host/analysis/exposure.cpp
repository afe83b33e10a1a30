#include "host/analysis/exposure.hpp"

#include <algorithm>
#include <numeric>

#include "host/base/error.hpp"

namespace narrows {
namespace {

/// Divides every column by `totals`, 0/0 := 0.
Eigen::MatrixXd column_shares(const Eigen::MatrixXd& values, const Eigen::RowVectorXd& totals) {
    Eigen::MatrixXd shares = Eigen::MatrixXd::Zero(values.rows(), values.cols());
    for (Index j = 0; j < values.cols(); ++j) {
        if (totals[j] != 0.0) shares.col(j) = values.col(j) / totals[j];
    }
    return shares;
}

HomeExposure rows_of(const HomeExposure& exposure, const std::vector<Index>& rows) {
    HomeExposure result;
    for (const Index row : rows) {
        result.users.push_back(exposure.users[static_cast<std::size_t>(row)]);
    }
    const auto kept = [&](const RegionShares& shares) {
        return RegionShares{shares.look_through(rows, Eigen::all),
                            shares.face_value(rows, Eigen::all)};
    };
    result.with_own_output = kept(exposure.with_own_output);
    result.of_inputs = kept(exposure.of_inputs);
    return result;
}

}  // namespace

Exposure exposure_with_own_output(const Eigen::MatrixXd& a, const Eigen::MatrixXd& l) {
    const Eigen::RowVectorXd totals = l.colwise().sum();
    Eigen::MatrixXd face = a;
    face.diagonal().array() += 1.0;
    return {column_shares(l, totals), column_shares(face, totals)};
}

Exposure exposure_of_inputs(const Eigen::MatrixXd& a, const Eigen::MatrixXd& l) {
    Eigen::MatrixXd inputs = l;
    inputs.diagonal().array() -= 1.0;
    return {column_shares(inputs, inputs.colwise().sum()), column_shares(a, a.colwise().sum())};
}

Eigen::VectorXd foreign_share(const Eigen::MatrixXd& shares, const std::vector<Index>& region) {
    Eigen::VectorXd result = Eigen::VectorXd::Zero(shares.cols());
    for (Index j = 0; j < shares.cols(); ++j) {
        for (Index i = 0; i < shares.rows(); ++i) {
            if (region[static_cast<std::size_t>(i)] != region[static_cast<std::size_t>(j)]) {
                result[j] += shares(i, j);
            }
        }
    }
    return result;
}

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
    Eigen::MatrixXd through(num_regions, num_users);  // as columns, like L and A
    Eigen::MatrixXd direct(num_regions, num_users);
    for (Index u = 0; u < num_users; ++u) {
        const Index j = result.users[static_cast<std::size_t>(u)];
        through.col(u) = called.row(j).transpose();
        direct.col(u) = of_region.transpose() * a.col(j);
    }
    const auto shares = [](const Eigen::MatrixXd& values, const Eigen::RowVectorXd& totals) {
        return Eigen::MatrixXd(column_shares(values, totals).transpose());
    };
    const Eigen::RowVectorXd all = through.colwise().sum();
    Eigen::MatrixXd with_own = direct;
    with_own.row(region).array() += 1.0;
    result.with_own_output = {shares(through, all), shares(with_own, all)};
    through.row(region).array() -= 1.0;
    result.of_inputs = {shares(through, through.colwise().sum()),
                        shares(direct, direct.colwise().sum())};
    return result;
}

HomeExposure of_sectors(const HomeExposure& exposure, const Classification& classes,
                        const std::vector<Index>& sectors) {
    std::vector<Index> rows;
    for (std::size_t u = 0; u < exposure.users.size(); ++u) {
        const Index sector = classes.sector_of(exposure.users[u]);
        if (!std::binary_search(sectors.begin(), sectors.end(), sector)) continue;
        rows.push_back(static_cast<Index>(u));
    }
    return rows_of(exposure, rows);
}

Eigen::VectorXd weighted_exposure(const HomeExposure& exposure, const Classification& classes,
                                  const Eigen::VectorXd& weights) {
    Eigen::VectorXd result(static_cast<Index>(exposure.users.size()));
    for (Index u = 0; u < result.size(); ++u) {
        const Index node = exposure.users[static_cast<std::size_t>(u)];
        const auto shares = exposure.of_inputs.look_through.row(u);
        result[u] =
            weights[classes.sector_of(node)] * (shares.sum() - shares[classes.region_of(node)]);
    }
    return result;
}

HomeExposure by_weight(const HomeExposure& exposure, const Classification& classes,
                       const Eigen::VectorXd& weights) {
    const Eigen::VectorXd weighted = weighted_exposure(exposure, classes, weights);
    std::vector<Index> rows(exposure.users.size());
    std::iota(rows.begin(), rows.end(), Index{0});
    std::stable_sort(rows.begin(), rows.end(),
                     [&](Index a, Index b) { return weighted[a] > weighted[b]; });
    return rows_of(exposure, rows);
}

std::optional<double> concentration(const Eigen::VectorXd& flows) {
    const double total = flows.sum();
    if (!(total > 0.0)) return std::nullopt;
    return (flows / total).squaredNorm();
}

std::optional<double> foreign_concentration(const Eigen::VectorXd& shares, Index home) {
    Eigen::VectorXd others = shares;
    others[home] = 0.0;
    return concentration(others);
}

}  // namespace narrows
