#include "host/shock/shock_table.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace narrows {

namespace {

/// Node by node, so that a set of nodes has just what they have in their order.
double sum_of(const Eigen::MatrixXd& sums, Index sum, const Eigen::VectorXd& losses) {
    double total = 0.0;
    for (Index node = 0; node < losses.size(); ++node) {
        if (sums(sum, node) != 0.0) total += sums(sum, node) * losses[node];
    }
    return total;
}

}  // namespace

std::vector<AccountIntensity> account_intensities(const ShockEconomy& economy,
                                                  const std::vector<Index>& places) {
    std::vector<AccountIntensity> intensities;
    for (const Index place : places) {
        const SatelliteAccount& account = economy.satellites[static_cast<std::size_t>(place)];
        intensities.push_back({account.name, account.unit, per_output(account.values, economy.x)});
    }
    return intensities;
}

ShockTable::ShockTable(std::vector<std::string> models, Index num_nodes, Index num_cases,
                       Eigen::MatrixXd sums, std::vector<AccountIntensity> accounts)
    : models_(std::move(models)),
      accounts_(std::move(accounts)),
      num_nodes_(num_nodes),
      sums_(std::move(sums)),
      values_(Eigen::MatrixXd::Zero(num_models() * rows_of_model(), num_cases)),
      warnings_(models_.size()) {}

void ShockTable::set(Index model, Index of_case, const ShockOutcome& outcome) {
    auto column = values_.col(of_case).segment(model * rows_of_model(), rows_of_model());
    column[value_added_loss] = outcome.total_value_added_loss();
    column[output_loss] = outcome.total_output_loss();
    column[years] = outcome.years;
    column[peak_share] = outcome.peak_share;
    column[peak_day] = outcome.peak_day;
    column[unmet_demand] = outcome.unmet_demand;
    column[final_cost] = outcome.final_cost;
    column[residual] = outcome.residual;
    column[iterations] = static_cast<double>(outcome.iterations);
    for (Index sum = 0; sum < sums_.rows(); ++sum) {
        column[num_measures + sum] = sum_of(sums_, sum, outcome.value_added_loss);
        column[num_measures + sums_.rows() + sum] = sum_of(sums_, sum, outcome.output_loss);
    }
    for (Index k = 0; k < num_accounts(); ++k) {
        const Eigen::VectorXd lost =
            accounts_[static_cast<std::size_t>(k)].per_output.cwiseProduct(outcome.output_loss);
        column[first_account() + k] = lost.sum();
    }
    if (num_nodes_ == 0) return;
    column.segment(first_node(), num_nodes_) = outcome.value_added_loss;
    column.segment(first_node() + num_nodes_, num_nodes_) = outcome.output_loss;
}

void ShockTable::set_unanswered(Index model, Index of_case) {
    values_.col(of_case)
        .segment(model * rows_of_model(), rows_of_model())
        .setConstant(std::numeric_limits<double>::quiet_NaN());
}

Eigen::VectorXd ShockTable::totals(Measure measure, Index model, Index num_cases) const {
    return values_.row(model * rows_of_model() + measure).head(num_cases);
}

Eigen::VectorXd ShockTable::account_losses(Index account, Index model, Index num_cases) const {
    return values_.row(model * rows_of_model() + first_account() + account).head(num_cases);
}

Eigen::VectorXd ShockTable::value_added_sums(Index sum, Index model, Index num_cases) const {
    return values_.row(model * rows_of_model() + num_measures + sum).head(num_cases);
}

Eigen::VectorXd ShockTable::output_sums(Index sum, Index model, Index num_cases) const {
    return values_.row(model * rows_of_model() + num_measures + sums_.rows() + sum).head(num_cases);
}

Eigen::VectorXd ShockTable::mean(Index first_row, Index num_cases) const {
    Eigen::VectorXd sum = Eigen::VectorXd::Zero(num_nodes_);
    for (Index c = 0; c < num_cases; ++c) sum += values_.col(c).segment(first_row, num_nodes_);
    return num_cases == 0 ? sum : Eigen::VectorXd(sum / static_cast<double>(num_cases));
}

Eigen::VectorXd ShockTable::mean_value_added_loss(Index model, Index num_cases) const {
    return mean(model * rows_of_model() + first_node(), num_cases);
}

Eigen::VectorXd ShockTable::mean_output_loss(Index model, Index num_cases) const {
    return mean(model * rows_of_model() + first_node() + num_nodes_, num_cases);
}

void ShockTable::warn(Index model, const std::string& warning) {
    std::vector<std::string>& known = warnings_[static_cast<std::size_t>(model)];
    const auto at = std::lower_bound(known.begin(), known.end(), warning);
    if (at == known.end() || *at != warning) known.insert(at, warning);
}

double quantile(Eigen::VectorXd values, double p) {
    std::sort(values.begin(), values.end());
    const double at = p * static_cast<double>(values.size() - 1);
    const auto below = static_cast<Index>(std::floor(at));
    const Index above = std::min<Index>(below + 1, values.size() - 1);
    return values[below] + (at - static_cast<double>(below)) * (values[above] - values[below]);
}

}  // namespace narrows
