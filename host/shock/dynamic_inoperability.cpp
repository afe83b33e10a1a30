#include "host/shock/dynamic_inoperability.hpp"

#include <cmath>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/shock/case_effects.hpp"
#include "host/shock/model_kinds.hpp"

namespace narrows {
namespace {

constexpr double days_of_year = 365.0;

void check_resilience(const ShockEconomy& economy, const Eigen::VectorXd& resilience) {
    if (resilience.size() != economy.num_nodes()) {
        throw ArgumentError(fmt::format("resilience has {} values, expected {}", resilience.size(),
                                        economy.num_nodes()));
    }
    for (Index i = 0; i < resilience.size(); ++i) {
        if (resilience[i] > 0.0 && resilience[i] <= 1.0) continue;
        throw ArgumentError(fmt::format("resilience of {} is {}, expected a number in (0, 1]",
                                        economy.label(i), resilience[i]));
    }
}

}  // namespace

Eigen::VectorXd resilience_of_recovery(const LeontiefModel& model, double days, double remaining) {
    if (!(days > 0.0)) {
        throw ArgumentError(fmt::format("recovery takes {} days, expected more than 0", days));
    }
    if (!(remaining > 0.0 && remaining < 1.0)) {
        throw ArgumentError(fmt::format(
            "what remains of inoperability is {}, expected a number between 0 and 1", remaining));
    }
    const Eigen::ArrayXd own = model.coefficients().A.diagonal().array();
    return std::log(1.0 / remaining) / (days * (1.0 - own));
}

Eigen::MatrixXd next_losses(const LeontiefModel& model, const Eigen::VectorXd& resilience,
                            const Eigen::MatrixXd& losses, const Eigen::MatrixXd& lost_demand) {
    const Eigen::MatrixXd needed = model.coefficient_matrix().apply(losses);
    return losses + resilience.asDiagonal() * (needed + lost_demand - losses);
}

std::vector<ShockOutcome> dynamic_inoperability_outcomes(const ShockEconomy& economy,
                                                         const LeontiefModel& model,
                                                         const ShockBatch& batch,
                                                         const std::vector<Index>& cases,
                                                         const Eigen::VectorXd& resilience) {
    require_expressible("dynamic-inoperability", batch, economy.world);
    check_resilience(economy, resilience);
    const auto count = static_cast<Index>(cases.size());
    std::vector<Eigen::VectorXd> demand;  // by target
    for (const ShockTarget& target : batch.targets) demand.push_back(demand_of(economy, target));
    std::vector<ShockOutcome> outcomes(cases.size());
    for (ShockOutcome& outcome : outcomes) {
        outcome.model = "dynamic-inoperability";
        outcome.years = static_cast<double>(batch.days) / days_of_year;
        outcome.output_loss = Eigen::VectorXd::Zero(economy.num_nodes());
    }
    const double gdp = economy.gdp();
    Eigen::MatrixXd losses = Eigen::MatrixXd::Zero(economy.num_nodes(), count);
    Eigen::MatrixXd lost = losses;
    for (int day = 0; day < batch.days; ++day) {
        lost.setZero();
        for (Index c = 0; c < count; ++c) {
            ShockOutcome& outcome = outcomes[static_cast<std::size_t>(c)];
            outcome.output_loss += losses.col(c) / days_of_year;
            const double share = gdp != 0.0 ? model.coefficients().v.dot(losses.col(c)) / gdp : 0.0;
            if (share > outcome.peak_share) {
                outcome.peak_share = share;
                outcome.peak_day = day;
            }
            const Index of_case = cases[static_cast<std::size_t>(c)];
            for (Index t = 0; t < batch.num_targets(); ++t) {
                const double amount =
                    batch.amounts(t, of_case) * strength_of(batch, t, of_case, day);
                if (amount != 0.0) lost.col(c) -= amount * demand[static_cast<std::size_t>(t)];
            }
        }
        losses = next_losses(model, resilience, losses, lost);
    }
    for (ShockOutcome& outcome : outcomes) {
        outcome.value_added_loss = model.coefficients().v.cwiseProduct(outcome.output_loss);
        outcome.iterations = batch.days;
    }
    return outcomes;
}

}  // namespace narrows
