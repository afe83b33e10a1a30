#include "host/analysis/import_content.hpp"

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

}  // namespace

ImportContent import_content(const LeontiefModel& domestic, const Eigen::VectorXd& import_share,
                             const Eigen::VectorXd& exports) {
    ImportContent result;
    result.by_sector = domestic.solve_prices(import_share);
    const double total = exports.sum();
    result.vertical_specialisation_share =
        total != 0.0 ? result.by_sector.dot(exports) / total : 0.0;
    return result;
}

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

}  // namespace narrows
