#pragma once

#include <string>
#include <vector>

#include <Eigen/Core>

#include "host/shock/economy.hpp"
#include "host/shock/outcome.hpp"
#include "host/table/classification.hpp"

namespace narrows {

/// A satellite account per unit of output, n: what stands on lost output is lost with it.
struct AccountIntensity {
    std::string name;
    std::string unit;
    Eigen::VectorXd per_output;
};
/// Of accounts at these places among the economy's.
std::vector<AccountIntensity> account_intensities(const ShockEconomy& economy,
                                                  const std::vector<Index>& places);

/// What models say of the cases of a scenario, as numbers: a column per case, which a checkpoint
/// keeps as it is.
class ShockTable {
  public:
    enum Measure : Index {
        value_added_loss,  // see ShockOutcome
        output_loss,
        years,
        peak_share,
        peak_day,
        unmet_demand,
        final_cost,
        residual,
        iterations,
        num_measures
    };

    /// `num_nodes` 0: losses by node are not kept. `sums`, a row for each: weighted sums of the
    /// losses by node that are, see set_sums().
    ShockTable(std::vector<std::string> models, Index num_nodes, Index num_cases,
               Eigen::MatrixXd sums = {}, std::vector<AccountIntensity> accounts = {});

    const std::vector<std::string>& models() const { return models_; }
    Index num_models() const { return static_cast<Index>(models_.size()); }
    Index num_nodes() const { return num_nodes_; }
    const std::vector<AccountIntensity>& accounts() const { return accounts_; }
    Index num_accounts() const { return static_cast<Index>(accounts_.size()); }

    /// Different cases may be set from different threads at once.
    void set(Index model, Index of_case, const ShockOutcome& outcome);
    /// The model has no answer: every measure is NaN.
    void set_unanswered(Index model, Index of_case);
    double total(Measure measure, Index model, Index of_case) const {
        return values_(model * rows_of_model() + measure, of_case);
    }
    /// A sum of losses of value added or of output over the nodes, in their order, and the same in
    /// the first `num_cases` cases.
    double value_added_sum(Index sum, Index model, Index of_case) const {
        return values_(model * rows_of_model() + num_measures + sum, of_case);
    }
    Eigen::VectorXd value_added_sums(Index sum, Index model, Index num_cases) const;
    Eigen::VectorXd output_sums(Index sum, Index model, Index num_cases) const;
    /// One measure in the first `num_cases` cases.
    Eigen::VectorXd totals(Measure measure, Index model, Index num_cases) const;
    /// What is lost of an account, in its unit: in a case, in the first `num_cases` cases.
    double account_loss(Index account, Index model, Index of_case) const {
        return values_(model * rows_of_model() + first_account() + account, of_case);
    }
    Eigen::VectorXd account_losses(Index account, Index model, Index num_cases) const;
    /// Means over the first `num_cases` cases of the losses of value added and of output, n.
    Eigen::VectorXd mean_value_added_loss(Index model, Index num_cases) const;
    Eigen::VectorXd mean_output_loss(Index model, Index num_cases) const;

    /// Warnings are kept by model, each once, in order of the text.
    void warn(Index model, const std::string& warning);
    const std::vector<std::string>& warnings(Index model) const {
        return warnings_[static_cast<std::size_t>(model)];
    }

    Eigen::MatrixXd& values() { return values_; }

  private:
    Index first_account() const { return num_measures + 2 * sums_.rows(); }
    Index first_node() const { return first_account() + num_accounts(); }
    Index rows_of_model() const { return first_node() + 2 * num_nodes_; }
    Eigen::VectorXd mean(Index first_row, Index num_cases) const;

    std::vector<std::string> models_;
    std::vector<AccountIntensity> accounts_;
    Index num_nodes_;
    Eigen::MatrixXd sums_;
    Eigen::MatrixXd values_;
    std::vector<std::vector<std::string>> warnings_;
};

/// The value below which the share `p` of the values lies, between neighbours in a line.
double quantile(Eigen::VectorXd values, double p);

}  // namespace narrows
