#pragma once

#include <functional>
#include <vector>

#include "host/analysis/draw_model.hpp"
#include "host/invest/gap_filling.hpp"

namespace narrows {

/// The same economy in a draw (MODEL E): purchases, ratings and ramp as in HomeDraws.
struct DrawnHome {
    HomeEconomy home;
    Eigen::MatrixXd criticality;
    double lambda = 0.0;
};
/// `spreads` are cell_spreads(home, model.cell_errors). Throws NumericalError where RAS fails.
DrawnHome drawn_home(const HomeEconomy& home, const DrawModel& model,
                     const Eigen::MatrixXd& spreads, double lambda, std::uint32_t draw);

/// GDP at risk of an allocation over the draws; quantiles interpolate between order statistics.
struct DrawnRisk {
    double median = 0.0, q05 = 0.0, q95 = 0.0;
};

/// What the draws say of several allocations.
struct FillDraws {
    Index num_draws = 0;
    Index num_failed = 0;        // that RAS could not balance: in no figure
    std::vector<DrawnRisk> gar;  // by allocation
    double p_lowest = 0.0;       // share of draws in which no allocation is below the first
};

/// How allocations, found for the table as it is, fare in draws that they were not fitted to. All
/// allocations see the same draws. `amounts` are by investment of `result`, the first the one that
/// p_lowest is about. Throws NumericalError where every draw fails, ArgumentError as cell_spreads
/// does.
FillDraws fill_draws(const HomeEconomy& home, const FillQuery& query, const FillResult& result,
                     const DrawModel& model, const std::vector<Eigen::VectorXd>& amounts,
                     Index num_draws,
                     const std::function<void(std::int64_t, std::int64_t)>& progress = {});

}  // namespace narrows
