#include "host/analysis/criticality.hpp"

#include <utility>

#include "host/base/error.hpp"

namespace narrows {
namespace {

CriticalityRatings goods_only(const HomeEconomy& home, Eigen::MatrixXd ratings, double ramp_end) {
    for (Index k = 0; k < ratings.rows(); ++k) {
        if (home.sectors[static_cast<std::size_t>(k)].kind == SectorKind::services) {
            ratings.row(k).setZero();
        }
    }
    return {std::move(ratings), ramp_end};
}

}  // namespace

CriticalityRatings survey_ratings(const HomeEconomy& home) {
    if (home.ratings.size() == 0) {
        throw ArgumentError(
            "criticality survey: the table's folder has no criticality.csv, expected ratings of "
            "inputs; use cost-share or a file");
    }
    return goods_only(home, home.ratings, 0.005);
}

CriticalityRatings cost_share_ratings(const HomeEconomy& home) {
    const Index s = home.x.size();
    return goods_only(home, Eigen::MatrixXd::Ones(s, s), 0.01);
}

Eigen::MatrixXd criticality_of(const CriticalityRatings& rated, const Eigen::MatrixXd& total_use,
                               const Eigen::VectorXd& x) {
    if (rated.ramp_end == 0.0) return rated.ratings;
    const Eigen::MatrixXd a = input_coefficients(total_use, x);
    return (a / rated.ramp_end).cwiseMin(1.0).cwiseMax(0.0).cwiseProduct(rated.ratings);
}

Eigen::MatrixXd survey_criticality(const HomeEconomy& home) {
    return criticality_of(survey_ratings(home), home.total_use, home.x);
}

Eigen::MatrixXd cost_share_criticality(const HomeEconomy& home) {
    return criticality_of(cost_share_ratings(home), home.total_use, home.x);
}

}  // namespace narrows
