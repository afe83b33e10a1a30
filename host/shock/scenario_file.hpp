#pragma once

#include "host/readers/input_source.hpp"
#include "host/shock/scenario.hpp"

namespace narrows {

/// Reads a scenario file: JSON with // and /* */ comments, in the form of
/// data/scenarios/scenario.schema.json. Throws ParseError at the first mistake, in one line with
/// its place: an unknown key (the nearest is named), a value of another kind or out of its range, a
/// variable that is not defined, defined twice or not used, a ramp longer than its shock, a shock
/// that starts beyond the horizon, more than 10^7 cases. Codes wait for a table: shock_batch().
Scenario read_scenario(const InputFile& file);

}  // namespace narrows
