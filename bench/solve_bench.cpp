// Solving (I - A) X = Y by order n and number of columns, from host memory to host memory: as X = L
// Y with L formed before, column by column, and by a pivoted LU formed before. Factorising alone
// counts 2/3 n^3 operations, every column 2 n^2.
#include "bench/problem.hpp"

namespace narrows::bench {
namespace {

double flops(const benchmark::State& state) {
    const auto n = static_cast<double>(state.range(0));
    return 2.0 * n * n * static_cast<double>(state.range(1));
}

Eigen::MatrixXd demands(const benchmark::State& state) {
    return Eigen::MatrixXd::Ones(state.range(0), state.range(1));
}

void factor(benchmark::State& state, Problem& problem) {
    const double seconds = timed(
        state, [&] { benchmark::DoNotOptimize(problem.backend.factor(problem.a).min_pivot()); });
    const auto n = static_cast<double>(problem.n);
    problem.report(state, 2.0 / 3.0 * n * n * n, seconds);
}

void solve_by_inverse(benchmark::State& state, Problem& problem) {
    const BackendMatrix& l = problem.inverse();
    const Eigen::MatrixXd y = demands(state);
    const double seconds = timed(state, [&] { benchmark::DoNotOptimize(l.apply(y)); });
    problem.report(state, flops(state), seconds);
}

void solve_each(benchmark::State& state, Problem& problem) {
    const BackendMatrix& l = problem.inverse();
    const Eigen::MatrixXd y = demands(state);
    const double seconds = timed(state, [&] { benchmark::DoNotOptimize(l.apply_each(y)); });
    problem.report(state, flops(state), seconds);
}

void solve_by_lu(benchmark::State& state, Problem& problem) {
    const Factor lu = problem.backend.factor(problem.a);
    const Eigen::MatrixXd y = demands(state);
    const double seconds = timed(state, [&] { benchmark::DoNotOptimize(lu.solve(y)); });
    problem.report(state, flops(state), seconds);
}

[[maybe_unused]] const bool registered = [] {
    add({"factor", factor, 5.0, "", {}, {}});
    add({"solve_by_inverse", solve_by_inverse, 4.0, "columns", {16, 1000, 10000}, {}});
    add({"solve_each", solve_each, 4.0, "columns", {1, 16}, {}});
    add({"solve_by_lu", solve_by_lu, 5.0, "columns", {1, 16, 1000}, {}});
    return true;
}();

}  // namespace
}  // namespace narrows::bench
