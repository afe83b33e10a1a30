#pragma once

#include <Eigen/Core>

#include "host/shock/economy.hpp"
#include "host/shock/scenario.hpp"
#include "host/table/io_table.hpp"

namespace narrows {

/// The economy that a scenario is about: its scope and home in a table, and its parameters
/// `households`, `criticality` (in world scope every region's own, by the rules of a home economy)
/// and `inputs`: without imports they are outside costs, like taxes, so that columns close and GDP
/// stays. Throws ParseError for imports left out of the world, and what home_shock_economy(),
/// world_shock_economy(), survey_criticality() and read_criticality() do.
ShockEconomy scenario_economy(const IoTable& table, const Scenario& scenario);

/// Days of use n_j that stocks last by node, n, from the file that the parameter `stocks` names;
/// without one empty: all nodes have stock_days. Throws ParseError for less than a day, with which
/// output stops without any shock, and for a node with output that is not in the file.
Eigen::VectorXd scenario_stock_days(const Scenario& scenario, const ShockEconomy& economy);

}  // namespace narrows
