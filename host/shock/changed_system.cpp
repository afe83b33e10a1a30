#include "host/shock/changed_system.hpp"

#include <algorithm>

#include <Eigen/LU>
#include <fmt/format.h>

#include "host/base/error.hpp"

namespace narrows {
namespace {

Eigen::MatrixXd changed_coefficients(const LeontiefModel& model, const CoefficientChange& change) {
    Eigen::MatrixXd a = model.coefficients().A;
    a(change.rows, change.users) += change.change;
    return a;
}

Eigen::MatrixXd solve_again(const LeontiefModel& model, const CoefficientChange& change,
                            const Eigen::MatrixXd& rhs, bool transposed) {
    const Eigen::MatrixXd a = changed_coefficients(model, change);
    const BackendMatrix uploaded = model.backend().upload(a);
    const Factor factor = model.backend().factor(uploaded);
    Eigen::MatrixXd result(rhs.rows(), rhs.cols());
    // Column by column: each gives the same bits in any batch.
    for (Index column = 0; column < rhs.cols(); ++column) {
        result.col(column) =
            transposed ? factor.solve_transposed(rhs.col(column)) : factor.solve(rhs.col(column));
    }
    return result;
}

}  // namespace

Eigen::MatrixXd solve_changed(const LeontiefModel& model, const CoefficientChange& change,
                              const Eigen::MatrixXd& rhs, const Eigen::MatrixXd& solved,
                              bool transposed) {
    if (change.empty()) return solved;
    const Index n = model.order();
    if (4 * std::min(change.change.rows(), change.change.cols()) > n) {
        return solve_again(model, change, rhs, transposed);
    }
    const std::vector<Index>& rows = transposed ? change.users : change.rows;
    const std::vector<Index>& users = transposed ? change.rows : change.users;
    Eigen::MatrixXd d = change.change;
    if (transposed) d.transposeInPlace();
    const Eigen::Map<const Eigen::MatrixXd> inverse = model.leontief_inverse();
    const Eigen::MatrixXd l = transposed ? Eigen::MatrixXd(inverse(rows, Eigen::all).transpose())
                                         : Eigen::MatrixXd(inverse(Eigen::all, rows));
    const Eigen::MatrixXd used = solved(users, Eigen::all);
    if (d.cols() < d.rows()) {
        const Eigen::MatrixXd lu = l * d;  // U = D, V' takes the users
        const Eigen::MatrixXd k =
            Eigen::MatrixXd::Identity(d.cols(), d.cols()) - lu(users, Eigen::all);
        return solved + lu * k.partialPivLu().solve(used);
    }
    const Eigen::MatrixXd k =  // U takes the rows, V' = D
        Eigen::MatrixXd::Identity(d.rows(), d.rows()) - d * l(users, Eigen::all);
    return solved + l * k.partialPivLu().solve(d * used);
}

void require_productive(const LeontiefModel& model, const CoefficientChange& change,
                        const std::string& what) {
    if (change.empty() || (change.change.array() <= 0.0).all()) return;
    // A column that still leaves something in the weights of the structure proves it.
    const Structure& structure = model.structure();
    const Eigen::VectorXd& w = structure.weights;
    const Eigen::VectorXd used = model.coefficients().A(Eigen::all, change.users).transpose() * w +
                                 change.change.transpose() * w(change.rows);
    if ((used.array() < w(change.users).array() * (1.0 - 1e-12)).all()) return;
    const double radius = spectral_radius(changed_coefficients(model, change)).upper;
    if (radius < 1.0) return;
    throw NumericalError(
        fmt::format("{} makes the table not productive: the spectral radius of A becomes {:.6g}, "
                    "expected below 1",
                    what, radius),
        {});
}

}  // namespace narrows
