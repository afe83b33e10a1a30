#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <Eigen/Core>

namespace narrows {

/// What one model says of one case. Losses are against the same model without the shock, in the
/// unit of the table, over `years`: a static model has the shock at full strength for one year, a
/// dynamic one adds up its days.
struct ShockOutcome {
    std::string model;
    double years = 1.0;
    Eigen::VectorXd output_loss;       // n by node; below 0: a gain
    Eigen::VectorXd value_added_loss;  // n
    double peak_share = 0.0;           // largest loss of value added in a day, share of what it was
    double peak_day = 0.0;             // when; 0 of a static model
    Eigen::VectorXd price_change;      // n, relative; empty where the model has no prices
    double unmet_demand = 0.0;         // final demand that is not served, exports too
    double final_cost = 0.0;           // more that final users pay, for the same goods
    double residual = 0.0;  // of the equations as solved, relative; 0 where solved in steps
    std::int64_t iterations = 0;
    std::vector<std::string> warnings;  // one sentence each

    double total_output_loss() const { return output_loss.sum(); }
    double total_value_added_loss() const { return value_added_loss.sum(); }
};

}  // namespace narrows
