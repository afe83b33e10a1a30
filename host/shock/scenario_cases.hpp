#pragma once

#include <string>
#include <vector>

#include <Eigen/Core>

#include "host/shock/scenario.hpp"

namespace narrows {

/// The variables of a scenario in all its cases: every combination of the grid (the last variable
/// changes first), in each of them the draws. Draw d of variable v is made from (seed, d, v) by
/// Philox: it is the same for any number of draws and in every combination of the grid.
struct ScenarioCases {
    std::vector<std::string> variables;  // of the grid, then drawn
    Eigen::MatrixXd values;              // variables x cases
    Eigen::Index num_cases() const { return values.cols(); }
    /// A number in every case.
    Eigen::VectorXd numbers(const ScenarioNumber& number) const;
};

/// Combinations of the grid times draws; not cut to what scenario_cases() takes.
double count_cases(const Scenario& scenario);

/// Throws ParseError for more than 10^7 cases or 10^8 values, and where a number is out of its
/// range in some case, a ramp longer than its shock or a start beyond the horizon.
ScenarioCases scenario_cases(const Scenario& scenario);

/// "cut=0.2 weeks=4 draw=17"; "scenario" where there is one case only.
std::vector<std::string> case_names(const Scenario& scenario, const ScenarioCases& cases);

}  // namespace narrows
