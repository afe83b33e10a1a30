#include "host/model/influence.hpp"

#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "host/base/error.hpp"

namespace narrows {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

void require_accounts(const LeontiefModel& model) {
    if (model.coefficients().x.size() == model.order()) return;
    throw ArgumentError("gross output is needed: build the model from a table");
}

}  // namespace

MatrixXd field_of_influence(const Eigen::Ref<const MatrixXd>& leontief_inverse, Index i, Index j) {
    return leontief_inverse.col(i) * leontief_inverse.row(j);
}

Influence influence(const LeontiefModel& model) {
    require_accounts(model);
    const Index n = model.order();
    return {model.output_multipliers(), model.solve_output(VectorXd(VectorXd::Ones(n))),
            model.solve_prices(model.coefficients().v), model.coefficients().x};
}

double with_feedback(const LeontiefModel& model, Index i, Index j, double change) {
    constexpr double smallest = 1e-8;
    const double denominator = 1.0 - change * model.leontief_inverse()(j, i);
    if (!(denominator > smallest)) {
        throw NumericalError(
            fmt::format("a change of {:g} makes the table non-productive: 1 - change L_ji is {:g}, "
                        "expected more than 1e-8",
                        change, denominator),
            {});
    }
    return change / denominator;
}

TolerableLimits tolerable_limits(const LeontiefModel& model, double share) {
    if (!(share > 0.0 && share <= 1.0)) {
        throw ArgumentError(
            fmt::format("share is {}, expected a number above 0, at most 1", share));
    }
    require_accounts(model);
    const Index n = model.order();
    const VectorXd& x = model.coefficients().x;
    const auto l = model.leontief_inverse();
    const auto size = static_cast<std::size_t>(n);
    TolerableLimits result{MatrixXd(n, n), std::vector<Index>(size, -1)};
    VectorXd largest = VectorXd::Zero(n);  // max_k |L_ki| / x_k: the buyer only scales it by x_j
    for (Index i = 0; i < n; ++i) {
        for (Index k = 0; k < n; ++k) {
            if (!(x[k] > 0.0) || !(std::abs(l(k, i)) / x[k] > largest[i])) continue;
            largest[i] = std::abs(l(k, i)) / x[k];
            result.first_moved[static_cast<std::size_t>(i)] = k;
        }
    }
    for (Index j = 0; j < n; ++j) {
        for (Index i = 0; i < n; ++i) {
            result.limit(i, j) = x[j] > 0.0 ? share / (largest[i] * x[j] + share * l(j, i))
                                            : std::numeric_limits<double>::quiet_NaN();
        }
    }
    return result;
}

}  // namespace narrows
