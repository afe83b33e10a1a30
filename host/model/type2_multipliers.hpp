#pragma once

#include <optional>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "host/model/leontief_model.hpp"
#include "host/table/io_table.hpp"

namespace narrows {

/// Households as one sector per region that earns wages and buys, r of them; one in a national
/// table. Coefficients without unit, each with its denominator.
struct Households {
    /// H_r', n x r: labour income that sector j pays to the households of r, over its output x_j.
    Eigen::MatrixXd labour_income;
    /// H_c, n x r: what the households of r buy of product i in the table, over their income.
    Eigen::MatrixXd consumption;
    /// What households buy of each other's labour over their income, r; empty: nothing.
    Eigen::VectorXd own = {};
};

/// The accounts behind them, flows in the unit of the table.
struct HouseholdAccounts {
    Households coefficients;
    std::vector<std::string> categories;  // of final use that are theirs
    Eigen::VectorXd labour_income;        // of each region's households, r
    Eigen::VectorXd spending;             // domestic and imported, r
    Eigen::VectorXd income;               // the denominator of consumption, r
};

/// Households of a table whose sectors pay `labour_income` (n, flow). `categories` of final use are
/// their consumption; none: by is_household_category. Every region's households earn what its own
/// sectors pay. `income` is what all of them have, from work or not (national tables only); absent:
/// labour income, or where they spend more than that (on imports too), what they spend, so that
/// nobody spends what he does not have. Throws ArgumentError for shapes, labour income below 0, an
/// unknown category or none, an income that is not above 0 or that is given for a world table.
HouseholdAccounts household_accounts(const IoTable& table, const Eigen::VectorXd& labour_income,
                                     const std::vector<std::string>& categories = {},
                                     std::optional<double> income = std::nullopt);

/// Multipliers of the model closed with respect to households, n each (Miller & Blair 2009, 6.2;
/// Miyazawa 1976). Abar = [A H_c; H_r W]; with L of the open model and K = (I - W - H_r L H_c)^-1,
/// r x r, the inverse of I - Abar has the blocks
///   L + L H_c K H_r L  (sectors, n x n: the truncated one)   and   K H_r L  (households, r x n),
/// so that no larger system is solved. Per unit of final demand.
struct Type2Multipliers {
    Eigen::VectorXd output;                                // truncated: output of all sectors
    Eigen::VectorXd output_total;                          // that and the income of households
    Eigen::VectorXd value_added;                           // v' times the truncated block: GDP
    Eigen::VectorXd income;                                // of households from work: 1'K H_r L
    Eigen::VectorXd open_income;                           // the same of the open model: 1'H_r L
    std::vector<std::optional<double>> value_added_type2;  // value_added_j / v_j
    std::vector<std::optional<double>> income_type1;       // open_income_j / h_j, h = 1'H_r
    std::vector<std::optional<double>> income_type2;       // income_j / h_j
};

/// Throws ArgumentError for shapes; NumericalError where a unit of household income calls forth a
/// unit of it or more: spectral radius of W + H_r L H_c not proved below 1 - 1e-8.
Type2Multipliers type2_multipliers(const LeontiefModel& model, const Households& households);

}  // namespace narrows
