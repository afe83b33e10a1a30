#include "host/model/multipliers.hpp"

#include <Eigen/LU>
#include <fmt/format.h>

#include "host/base/error.hpp"

namespace narrows {

Eigen::VectorXd total_effects(const LeontiefModel& model, const Eigen::VectorXd& coefficients) {
    return model.solve_prices(coefficients);
}

std::vector<std::optional<double>> type1_multipliers(const Eigen::VectorXd& effects,
                                                     const Eigen::VectorXd& coefficients) {
    std::vector<std::optional<double>> result(static_cast<std::size_t>(effects.size()));
    for (Index j = 0; j < effects.size(); ++j) {
        if (coefficients[j] != 0.0) {
            result[static_cast<std::size_t>(j)] = effects[j] / coefficients[j];
        }
    }
    return result;
}

Eigen::MatrixXd close_households(const Eigen::MatrixXd& a, const Eigen::VectorXd& consumption,
                                 const Eigen::VectorXd& labour_income, double own) {
    const Index n = a.rows();
    if (consumption.size() != n || labour_income.size() != n) {
        throw ArgumentError(
            fmt::format("consumption has {} and labour income {} entries, expected {}",
                        consumption.size(), labour_income.size(), n));
    }
    Eigen::MatrixXd closed(n + 1, n + 1);
    closed.topLeftCorner(n, n) = a;
    closed.topRightCorner(n, 1) = consumption;
    closed.bottomLeftCorner(1, n) = labour_income.transpose();
    closed(n, n) = own;
    return closed;
}

Multipliers multipliers(const LeontiefModel& model) {
    const Coefficients& coefficients = model.coefficients();
    Multipliers result;
    result.output = model.output_multipliers();
    result.value_added = total_effects(model, coefficients.v);
    result.imports = total_effects(model, coefficients.m);
    result.value_added_type1 = type1_multipliers(result.value_added, coefficients.v);
    return result;
}

MixedSolution solve_mixed(const Backend& backend, const Eigen::MatrixXd& a,
                          const std::vector<Index>& exogenous,
                          const Eigen::VectorXd& exogenous_output,
                          const Eigen::VectorXd& endogenous_final_demand) {
    const Index n = a.rows();
    std::vector<bool> is_exogenous(static_cast<std::size_t>(n));
    for (const Index sector : exogenous) {
        if (sector < 0 || sector >= n || is_exogenous[static_cast<std::size_t>(sector)]) {
            throw ArgumentError(
                fmt::format("exogenous sector {} is out of range or given twice, expected 0 to {}",
                            sector, n - 1));
        }
        is_exogenous[static_cast<std::size_t>(sector)] = true;
    }
    std::vector<Index> endogenous;
    for (Index sector = 0; sector < n; ++sector) {
        if (!is_exogenous[static_cast<std::size_t>(sector)]) endogenous.push_back(sector);
    }
    if (exogenous_output.size() != static_cast<Index>(exogenous.size()) ||
        endogenous_final_demand.size() != static_cast<Index>(endogenous.size())) {
        throw ArgumentError(fmt::format("{} outputs and {} final demands given, expected {} and {}",
                                        exogenous_output.size(), endogenous_final_demand.size(),
                                        exogenous.size(), endogenous.size()));
    }
    const Eigen::MatrixXd a_rs = a(endogenous, exogenous);
    const LeontiefModel rest(backend, Eigen::MatrixXd(a(endogenous, endogenous)));
    const Eigen::VectorXd x_r =
        rest.solve_output(endogenous_final_demand + a_rs * exogenous_output);

    MixedSolution result{Eigen::VectorXd(n), Eigen::VectorXd(n)};
    result.output(exogenous) = exogenous_output;
    result.output(endogenous) = x_r;
    result.final_demand(endogenous) = endogenous_final_demand;
    const Eigen::MatrixXd a_s = a(exogenous, Eigen::all);
    result.final_demand(exogenous) = exogenous_output - a_s * result.output;
    return result;
}

Eigen::VectorXd output_after_update(const LeontiefModel& model, const Eigen::VectorXd& x,
                                    const Eigen::MatrixXd& u, const Eigen::MatrixXd& v) {
    if (u.rows() != model.order() || v.rows() != model.order() || u.cols() != v.cols()) {
        throw ArgumentError(fmt::format("U is {} x {} and V {} x {}, expected two {} x k", u.rows(),
                                        u.cols(), v.rows(), v.cols(), model.order()));
    }
    const Eigen::MatrixXd lu = model.solve_output(u);
    Eigen::MatrixXd core = v.transpose() * lu;
    core.diagonal().array() += 1.0;
    const Eigen::PartialPivLU<Eigen::MatrixXd> factor(core);
    if (core.size() > 0 && factor.rcond() < 1e-12) {
        throw NumericalError(
            fmt::format(
                "the updated table is not productive: I + V'LU has reciprocal condition {:g}",
                factor.rcond()),
            {});
    }
    return x - lu * factor.solve(Eigen::VectorXd(v.transpose() * x));
}

}  // namespace narrows
