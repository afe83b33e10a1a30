#include "host/analysis/criticality.hpp"

#include "host/base/error.hpp"

namespace narrows {
namespace {

/// min(1, a_kj / full_at) for goods k, 0 for services.
Eigen::MatrixXd ramp(const HomeEconomy& home, double full_at) {
    const Eigen::MatrixXd a = input_coefficients(home.total_use, home.x);
    Eigen::MatrixXd c = (a / full_at).cwiseMin(1.0).cwiseMax(0.0);
    for (Index k = 0; k < c.rows(); ++k) {
        if (home.sectors[static_cast<std::size_t>(k)].kind == SectorKind::services) {
            c.row(k).setZero();
        }
    }
    return c;
}

}  // namespace

Eigen::MatrixXd survey_criticality(const HomeEconomy& home) {
    if (home.ratings.size() == 0) {
        throw ArgumentError(
            "criticality survey: the table's folder has no criticality.csv, expected ratings of "
            "inputs; use cost-share or a file");
    }
    return ramp(home, 0.005).cwiseProduct(home.ratings);
}

Eigen::MatrixXd cost_share_criticality(const HomeEconomy& home) {
    return ramp(home, 0.01);
}

}  // namespace narrows
