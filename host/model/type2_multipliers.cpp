#include "host/model/type2_multipliers.hpp"

#include <algorithm>

#include <Eigen/LU>
#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/model/multipliers.hpp"
#include "host/table/findings.hpp"

namespace narrows {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

/// The final uses that are consumption of households: those named, or all by name.
std::vector<std::string> household_categories(const IoTable& table,
                                              const std::vector<std::string>& named) {
    std::vector<std::string> all, households;
    for (const FinalUse& use : table.final_uses()) {
        if (std::find(all.begin(), all.end(), use.category) != all.end()) continue;
        all.push_back(use.category);
        if (is_household_category(use.category)) households.push_back(use.category);
    }
    for (const std::string& name : named) find_code("final use", name, all);
    if (!named.empty()) return named;
    if (households.empty()) {
        throw ArgumentError(fmt::format(
            "no final use is named as consumption of households, expected one of {} to be named",
            fmt::join(all, ", ")));
    }
    return households;
}

void require_shape(const char* what, Index rows, Index columns, const MatrixXd& found) {
    if (found.rows() == rows && found.cols() == columns) return;
    throw ArgumentError(fmt::format("{} is {} x {}, expected {} x {}", what, found.rows(),
                                    found.cols(), rows, columns));
}

/// W + H_r L H_c: income of one region's households (row) from a unit of another's.
MatrixXd income_from_income(const Households& households, const MatrixXd& income_content) {
    MatrixXd again = income_content.transpose() * households.consumption;
    if (households.own.size() > 0) again.diagonal() += households.own;
    return again;
}

void require_sense(const IoTable& table, const VectorXd& labour_income,
                   std::optional<double> income) {
    require_shape("labour income", table.num_nodes(), 1, labour_income);
    Index lowest = 0;
    if (labour_income.size() > 0 && labour_income.minCoeff(&lowest) < 0.0) {
        throw ArgumentError(fmt::format("labour income of {} is {}, expected 0 or more",
                                        table.classification().label(lowest),
                                        labour_income[lowest]));
    }
    if (income && table.is_multi_regional()) {
        throw ArgumentError("one income of households is for a national table, not for regions");
    }
    if (income && !(*income > 0.0)) {
        throw ArgumentError(
            fmt::format("income of households is {}, expected a number above 0", *income));
    }
}

/// What the households of every region buy of every node, n x r; adds their imports, which a
/// national table keeps apart, to `imports`, r.
MatrixXd consumption_by_region(const IoTable& table, const std::vector<std::string>& categories,
                               VectorXd& imports) {
    const Classification& classes = table.classification();
    MatrixXd bought = MatrixXd::Zero(table.num_nodes(), imports.size());
    for (std::size_t u = 0; u < table.final_uses().size(); ++u) {
        const FinalUse& use = table.final_uses()[u];
        if (std::find(categories.begin(), categories.end(), use.category) == categories.end()) {
            continue;
        }
        const Index region = use.region.empty() ? 0 : classes.region(use.region);
        const auto column = static_cast<Index>(u);
        bought.col(region) += table.F().col(column);
        if (table.MF().size() > 0) imports[region] += table.MF().col(column).sum();
    }
    return bought;
}

}  // namespace

HouseholdAccounts household_accounts(const IoTable& table, const VectorXd& labour_income,
                                     const std::vector<std::string>& categories,
                                     std::optional<double> income) {
    require_sense(table, labour_income, income);
    const Classification& classes = table.classification();
    const Index n = table.num_nodes();
    const auto r = static_cast<Index>(classes.regions().size());
    HouseholdAccounts accounts;
    accounts.categories = household_categories(table, categories);
    MatrixXd paid = MatrixXd::Zero(n, r);
    for (Index j = 0; j < n; ++j) paid(j, classes.region_of(j)) = labour_income[j];
    VectorXd imports = VectorXd::Zero(r);
    const MatrixXd bought = consumption_by_region(table, accounts.categories, imports);
    accounts.spending = bought.colwise().sum().transpose() + imports;
    accounts.labour_income = paid.colwise().sum().transpose();
    accounts.income = income ? VectorXd::Constant(r, *income)
                             : VectorXd(accounts.labour_income.cwiseMax(accounts.spending));
    Households& coefficients = accounts.coefficients;
    coefficients.labour_income.resize(n, r);
    coefficients.consumption = MatrixXd::Zero(n, r);
    for (Index region = 0; region < r; ++region) {
        coefficients.labour_income.col(region) = per_output(paid.col(region), table.x());
        if (!(accounts.income[region] > 0.0)) continue;
        coefficients.consumption.col(region) = bought.col(region) / accounts.income[region];
    }
    return accounts;
}

Type2Multipliers type2_multipliers(const LeontiefModel& model, const Households& households) {
    const Index n = model.order();
    const Index r = households.consumption.cols();
    require_shape("consumption", n, r, households.consumption);
    require_shape("labour income", n, r, households.labour_income);
    if (households.own.size() > 0) require_shape("own consumption", r, 1, households.own);
    const VectorXd& v = model.coefficients().v;
    require_shape("value added", n, 1, v);
    MatrixXd costs(n, r + 1);
    costs << v, households.labour_income;
    const MatrixXd content = model.solve_prices(costs);
    const MatrixXd income_content = content.rightCols(r);  // (H_r L)', n x r

    const MatrixXd again = income_from_income(households, income_content);
    const double radius = spectral_radius(again).upper;
    constexpr double smallest = 1e-8;  // of what is left of a unit of income, as of other pivots
    if (!(1.0 - radius > smallest)) {
        throw NumericalError(
            fmt::format("closed with households the table is not productive: a unit of their "
                        "income calls forth up to {:.6g} of it, expected less than 1",
                        radius),
            {});
    }
    const MatrixXd k = (MatrixXd::Identity(r, r) - again).partialPivLu().inverse();
    const MatrixXd earned = income_content * k.transpose();  // (K H_r L)', n x r
    const VectorXd h = households.labour_income.rowwise().sum();
    const VectorXd& open_output = model.output_multipliers();

    Type2Multipliers result;
    result.output = open_output + earned * (households.consumption.transpose() * open_output);
    result.income = earned.rowwise().sum();
    result.output_total = result.output + result.income;
    result.value_added =
        content.col(0) + earned * (households.consumption.transpose() * content.col(0));
    result.open_income = income_content.rowwise().sum();
    result.value_added_type2 = type1_multipliers(result.value_added, v);
    result.income_type1 = type1_multipliers(result.open_income, h);
    result.income_type2 = type1_multipliers(result.income, h);
    return result;
}

}  // namespace narrows
