#pragma once

#include <string>
#include <vector>

#include <Eigen/Core>

#include "host/shock/economy.hpp"

namespace narrows {

/// What a shock changes while it lasts, by its amount.
enum class ShockKind {
    import_cut,  // deliveries of `products` from `origins` to `nodes` are capped at 1 - amount of
                 // what they were
    capacity_loss,       // output of `nodes` is at most 1 - amount of what it was
    demand_change,       // final demand for the output of `nodes` is 1 + amount times what it was
    coefficient_change,  // what `nodes` need of `products` (of `origins` where there are some) is
                         // 1 + amount times what it was
    price_rise,  // the price of `products` from `origins` is 1 + amount times what it was; without
                 // origins, that of the output of `nodes`, before what their inputs add
    extraction,  // `nodes` go: their row, column and final demand
};

/// "import_cut" and so on, as in scenario files.
const char* to_string(ShockKind kind);

/// Which final demand a demand_change is about.
enum class FinalDemand { all, households, other };

/// What a shock acts on, resolved: indices ascending, none empty that its kind needs.
struct ShockTarget {
    ShockKind kind = ShockKind::capacity_loss;
    std::string name = {};             // "shocks[2]", for messages and reports
    std::vector<Index> origins = {};   // of ShockEconomy::origins; world scope: of regions
    std::vector<Index> products = {};  // of ShockEconomy::products
    std::vector<Index> nodes = {};     // who uses, produces or whose demand it is
    FinalDemand demand = FinalDemand::all;
    Index series = -1;  // column of ShockBatch::series that is its strength over time, -1: timing
};

/// How strength falls from 1 to 0 in `recovery` days after a shock.
enum class RecoveryShape {
    linear,
    fast_first,  // (1 - u)^2, u the share of the time that has passed
    slow_first,  // 1 - u^2
};

/// From day `start` on strength rises in a line for `ramp` days (0: at once), stays 1 until
/// `duration` days after the start, then recovers. Days are counted from 0; duration may be
/// infinite.
struct ShockTiming {
    double start = 0.0;
    double duration = 0.0;
    double ramp = 0.0;
    double recovery = 0.0;
    RecoveryShape shape = RecoveryShape::linear;
    friend bool operator==(const ShockTiming&, const ShockTiming&) = default;
};

/// Strength in [0, 1] on a day.
double strength_on(const ShockTiming& timing, double day);

/// Many cases of one scenario: the same targets with other numbers.
struct ShockBatch {
    std::string scenario;
    int days = 365;  // horizon; a step is a day, flows of a year are spread over 365
    std::vector<ShockTarget> targets;
    Eigen::MatrixXd series;               // days x bulk time series: strengths
    std::vector<std::string> cases;       // names, at least one
    Eigen::MatrixXd amounts;              // targets x cases
    std::vector<ShockTiming> timings;     // target t of case c at t + c targets
    std::vector<std::string> parameters;  // names of what the cases differ in
    Eigen::MatrixXd values;               // parameters x cases

    Index num_targets() const { return static_cast<Index>(targets.size()); }
    Index num_cases() const { return static_cast<Index>(cases.size()); }
    const ShockTiming& timing(Index target, Index of_case) const {
        return timings[static_cast<std::size_t>(target + of_case * num_targets())];
    }
};

}  // namespace narrows
