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

Eigen::MatrixXd average_propagation_lengths(
    const Eigen::Ref<const Eigen::MatrixXd>& leontief_inverse) {
    const Index n = leontief_inverse.rows();
    Eigen::MatrixXd indirect = leontief_inverse;
    indirect.diagonal().array() -= 1.0;
    const Eigen::MatrixXd h = leontief_inverse * indirect;
    Eigen::MatrixXd lengths(n, n);
    for (Index j = 0; j < n; ++j) {
        for (Index i = 0; i < n; ++i) {
            const double base = indirect(i, j);
            lengths(i, j) = base != 0.0 ? h(i, j) / base : std::numeric_limits<double>::quiet_NaN();
        }
    }
    return lengths;
}

Eigen::MatrixXd field_of_influence(const Eigen::Ref<const Eigen::MatrixXd>& leontief_inverse,
                                   Index i, Index j) {
    return leontief_inverse.col(i) * leontief_inverse.row(j);
}

Eigen::MatrixXd multiplier_product_matrix(
    const Eigen::Ref<const Eigen::MatrixXd>& leontief_inverse) {
    const Eigen::VectorXd rows = leontief_inverse.rowwise().sum();
    const Eigen::RowVectorXd columns = leontief_inverse.colwise().sum();
    return rows * columns / leontief_inverse.sum();
}

}  // namespace narrows
