#include "host/model/solve_plan.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "host/base/error.hpp"

namespace narrows {
namespace {

// Below this order L takes a few milliseconds, and everything that is asked for later is at hand.
constexpr Index smallest_order_to_iterate = 512;
constexpr double operations_per_entry_read = 45.0;

/// Steps until the proved bound on the rest is below rounding.
double expected_steps(const SolveQuestion& q) {
    if (q.contraction >= 1.0 || q.expected_rate >= 1.0) return INFINITY;
    const double rate = std::min(q.contraction, std::max(q.expected_rate, 0.05));
    if (rate <= 0.0) return 1.0;
    return std::ceil((std::log(1e-16) + std::log1p(-q.contraction)) / std::log(rate));
}

}  // namespace

SolveMethod parse_solve_method(const std::string& text) {
    for (const SolveMethod method :
         {SolveMethod::automatic, SolveMethod::inverse, SolveMethod::lu, SolveMethod::iterate}) {
        if (text == to_string(method)) return method;
    }
    throw ArgumentError("unknown method " + in_quotes(text) +
                        ", expected auto, inverse, lu or iterate");
}

const char* to_string(SolveMethod method) {
    switch (method) {
        case SolveMethod::automatic:
            return "auto";
        case SolveMethod::inverse:
            return "inverse";
        case SolveMethod::lu:
            return "lu";
        case SolveMethod::iterate:
            return "iterate";
    }
    return "";
}

SolvePlan plan_solve(const SolveQuestion& q) {
    const double steps = expected_steps(q);
    const int most_steps = std::isfinite(steps) ? 200 + static_cast<int>(20.0 * steps) : 0;
    constexpr int unlimited = 1000000;
    if (q.wanted != SolveMethod::automatic) {
        if (q.wanted == SolveMethod::iterate && q.contraction >= 1.0) {
            return {SolveMethod::inverse,
                    "iterating was asked for, but no column norm of A is proved below 1", 0};
        }
        return {q.wanted, "asked for", unlimited};
    }
    if (q.n <= smallest_order_to_iterate) {
        return {SolveMethod::inverse, fmt::format("n = {} is small", q.n), 0};
    }
    constexpr double gib = 1024.0 * 1024.0 * 1024.0;
    if (q.inverse_bytes > q.free_bytes && std::isfinite(steps)) {
        return {SolveMethod::iterate,
                fmt::format("L needs {:.2f} GiB, {:.2f} GiB are free",
                            static_cast<double>(q.inverse_bytes) / gib,
                            static_cast<double>(q.free_bytes) / gib),
                unlimited};
    }
    const auto columns = static_cast<double>(q.num_columns);
    const double cost = operations_per_entry_read * columns * steps;
    const auto n = static_cast<double>(q.n);
    if (cost < n) {
        return {SolveMethod::iterate,
                fmt::format("{} right-hand sides, about {:.0f} steps each: cheaper than L at "
                            "n = {}",
                            q.num_columns, steps, q.n),
                most_steps};
    }
    return {SolveMethod::inverse,
            fmt::format("{} right-hand sides at n = {}: L pays", q.num_columns, q.n), 0};
}

}  // namespace narrows
