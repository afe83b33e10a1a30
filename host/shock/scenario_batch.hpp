#pragma once

#include "host/shock/economy.hpp"
#include "host/shock/scenario.hpp"
#include "host/shock/shocks.hpp"

namespace narrows {

/// A scenario resolved against an economy, which decides scope and home: all its cases, and the
/// files of amounts and bulk series it names. Deliveries within a region are no imports: a cut of
/// several regions' imports becomes a target for each where its origins are among them. Amounts
/// become a target for every code that is not zero, a series one for every column that is not;
/// rises and falls of demand in one column become two.
///
/// Throws ParseError, in one line with the place in the file, for an unknown code (the nearest is
/// named), a pattern that nothing matches, a region other than home in home scope, import cuts
/// that cap the same deliveries at the same time, another shock on a node that is extracted, more
/// than 10^8 targets times cases; and what scenario_cases(), read_numbers_by_code(),
/// read_daily_series() and read_sector_sets() throw.
ShockBatch shock_batch(const Scenario& scenario, const ShockEconomy& economy);

/// The parameters of one case of `batch`, which is the scenario's.
ShockParameters case_parameters(const Scenario& scenario, const ShockBatch& batch, Index of_case);

}  // namespace narrows
