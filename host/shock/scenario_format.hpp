#pragma once

#include <string>
#include <vector>

#include "host/shock/scenario.hpp"

// What may stand in a scenario file: the tables that the reader goes by. The published JSON Schema
// says the same; a test holds the two together.
namespace narrows {

/// One way to write a shock of a kind.
struct ShockForm {
    ShockKind kind;
    const char* marker;  // it is meant where this key is there; nullptr: where no other form is
    const char* amount;  // key of the amount; nullptr: none
    Range range;         // of the amount
    bool has_timing;     // start, duration, ramp, recovery, recovery_shape
    std::vector<std::string> required;  // further keys
    std::vector<std::string> optional;
};
/// Forms with a marker stand before the one without.
const std::vector<ShockForm>& shock_forms();
/// Of the amounts of a kind; that of extraction is not used.
Range amount_range(ShockKind kind);
/// All keys of a form.
std::vector<std::string> keys_of(const ShockForm& form);

/// A number that says when a shock works, in days.
struct TimingKey {
    const char* name;
    ScenarioNumber ScenarioShock::*value;
};
const std::vector<TimingKey>& timing_keys();
inline constexpr Range timing_range{0.0, 36500.0};
inline constexpr Range horizon_range{1.0, 36500.0};

inline constexpr double max_cases = 1e7;
inline constexpr double max_numbers = 1e8;  // variables times cases, targets times cases
inline constexpr double max_seed = 9007199254740991.0;  // JSON numbers are exact up to 2^53 - 1

const std::vector<std::string>& scenario_keys();
const std::vector<std::string>& scopes();           // home, world
const std::vector<std::string>& final_demands();    // in the order of FinalDemand
const std::vector<std::string>& recovery_shapes();  // in the order of RecoveryShape
const std::vector<std::string>& distributions();    // in the order of DrawnVariable::Distribution
const std::vector<std::string>& parameter_names();  // of ShockParameters

/// "$cut" names a variable, "cut": a letter or _, then letters, digits and _.
bool is_variable_name(const std::string& text);

}  // namespace narrows
