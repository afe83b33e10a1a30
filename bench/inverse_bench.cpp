// Forming L by order n: block inversion without pivoting, which productive tables get, and by
// pivoted LU, which every other table gets. 2 n^3 operations are counted for both.
#include "bench/problem.hpp"

namespace narrows::bench {
namespace {

double cube(Index n) {
    const auto order = static_cast<double>(n);
    return order * order * order;
}

void inverse(benchmark::State& state, Problem& problem) {
    const double seconds =
        timed(state, [&] { wait_for(problem.backend.invert(problem.a, problem.table.slack)); });
    problem.report(state, 2.0 * cube(problem.n), seconds);
}

void inverse_by_lu(benchmark::State& state, Problem& problem) {
    const double seconds =
        timed(state, [&] { wait_for(problem.backend.factor(problem.a).inverse()); });
    problem.report(state, 2.0 * cube(problem.n), seconds);
}

[[maybe_unused]] const bool registered = [] {
    add({"inverse", inverse, 4.0, "", {}, {}});
    add({"inverse_by_lu", inverse_by_lu, 5.0, "", {}, {}});
    return true;
}();

}  // namespace
}  // namespace narrows::bench
