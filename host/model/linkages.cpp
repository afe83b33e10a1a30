#include "host/model/linkages.hpp"

#include <cmath>
#include <limits>

namespace narrows {
namespace {

/// Sample standard deviation over mean of each column; 0 for a single sector.
template <class Matrix>
Eigen::VectorXd column_variation(const Matrix& matrix) {
    const Eigen::RowVectorXd mean = matrix.colwise().mean();
    if (matrix.rows() < 2) return Eigen::VectorXd::Zero(matrix.cols());
    const Eigen::RowVectorXd variance =
        (matrix.rowwise() - mean).colwise().squaredNorm() / static_cast<double>(matrix.rows() - 1);
    return variance.cwiseSqrt().cwiseQuotient(mean).transpose();
}

Eigen::VectorXd normalised(const Eigen::VectorXd& sums) {
    return sums * (static_cast<double>(sums.size()) / sums.sum());
}

}  // namespace

Linkages linkages(const LeontiefModel& model, const Eigen::MatrixXd& z) {
    const auto l = model.leontief_inverse();
    const Eigen::VectorXd& x = model.coefficients().x;
    Linkages result;
    result.backward_direct = model.coefficients().A.colwise().sum().transpose();
    result.forward_direct = allocation_coefficients(z, x).rowwise().sum();
    result.downstreamness = l.colwise().sum().transpose();
    // G1 = x^-1 L x, without forming G; 1 where there is no output.
    const Eigen::VectorXd lx = l * x;
    result.upstreamness = Eigen::VectorXd::Ones(x.size());
    for (Index i = 0; i < x.size(); ++i) {
        if (x[i] != 0.0) result.upstreamness[i] = lx[i] / x[i];
    }
    result.power = normalised(result.downstreamness);
    result.sensitivity = normalised(l.rowwise().sum());
    result.forward_ghosh = normalised(result.upstreamness);
    result.power_variation = column_variation(l);
    result.sensitivity_variation = column_variation(l.transpose());
    return result;
}

PropagationLengths average_propagation_lengths(const LeontiefModel& model) {
    const auto l = model.leontief_inverse();
    const Eigen::MatrixXd& a = model.coefficients().A;
    PropagationLengths result;
    result.linkage = l;
    for (Index i = 0; i < model.order(); ++i) result.linkage(i, i) = a.row(i).dot(l.col(i));
    const Backend& backend = model.backend();
    result.length =
        backend.multiply(model.inverse_matrix(), backend.upload(result.linkage)).download();
    const double noise = model.structure().path == InversePath::pivoted_lu
                             ? model.certificate().inverse_error_bound.value_or(0.0)
                             : 0.0;
    result.length =
        (result.linkage.array().abs() > noise)
            .select(result.length.cwiseQuotient(result.linkage),
                    Eigen::MatrixXd::Constant(model.order(), model.order(),
                                              std::numeric_limits<double>::quiet_NaN()));
    return result;
}

Eigen::MatrixXd multiplier_product_matrix(
    const Eigen::Ref<const Eigen::MatrixXd>& leontief_inverse) {
    const Eigen::VectorXd rows = leontief_inverse.rowwise().sum();
    const Eigen::RowVectorXd columns = leontief_inverse.colwise().sum();
    return rows * columns / leontief_inverse.sum();
}

}  // namespace narrows
