#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include "host/shock/parameters.hpp"
#include "host/shock/shocks.hpp"

namespace narrows {

/// A number of a scenario: the same in all cases, or that of the variable "$variable".
struct ScenarioNumber {
    double value = 0.0;
    std::string variable;  // "": value
};

/// Codes of a table, patterns with * (any letters) and ? (any one), or, of products and sectors,
/// named sets: "set:NAME".
using CodePatterns = std::vector<std::string>;

/// A shock by codes.
struct ScenarioShock {
    ShockKind kind = ShockKind::capacity_loss;
    CodePatterns origins;   // whose deliveries; empty: of no origin
    CodePatterns products;  // that are delivered or needed
    CodePatterns sectors;   // of the nodes that use, produce or whose demand it is
    CodePatterns regions;   // of those nodes; empty: home
    FinalDemand demand = FinalDemand::all;
    std::string series;     // file of strengths over time, in place of amount and timing; "": none
    std::string amounts;    // file of amounts by code, in place of codes and amount; "": none
    ScenarioNumber amount;  // share, change or rise
    ScenarioNumber start;
    ScenarioNumber duration = {std::numeric_limits<double>::infinity(), ""};
    ScenarioNumber ramp;
    ScenarioNumber recovery;
    RecoveryShape shape = RecoveryShape::linear;
};

/// A variable that takes each of some values.
struct GridVariable {
    std::string name;
    std::vector<double> values;
};

/// A variable that is drawn at random, in every draw anew.
struct DrawnVariable {
    enum class Distribution {
        uniform,      // on [a, b]
        log_uniform,  // exp of a uniform one on [ln a, ln b]
        beta,         // Beta(a, b), on [0, 1]
        normal,       // mean a, standard deviation b
    };
    std::string name;
    Distribution distribution = Distribution::uniform;
    double a = 0.0;
    double b = 0.0;
};

/// A shock experiment as its file says it, before any table: see data/README.md and
/// data/scenarios/scenario.schema.json.
struct Scenario {
    std::string path;  // of the file, for messages; other files are looked for in its folder
    std::string name;
    std::string description;
    std::string home;    // region, "" where the file leaves it out
    bool world = false;  // scope
    int days = 365;      // horizon
    std::string sets;    // file of named sets of products, for "set:NAME"; "": none
    std::vector<ScenarioShock> shocks;
    ShockParameters parameters;  // without those that are variables
    /// A parameter whose value is a variable of the grid or of the draws.
    struct VariableParameter {
        const NumberParameter* parameter;
        std::string variable;
    };
    std::vector<VariableParameter> variable_parameters;
    std::vector<GridVariable> grid;
    std::int64_t num_draws = 1;
    std::uint64_t seed = 1;
    std::vector<DrawnVariable> drawn;

    /// Where a file is that the scenario names: in its folder.
    std::filesystem::path file(const std::string& named) const {
        return std::filesystem::path(path).parent_path() / named;
    }
};

}  // namespace narrows
