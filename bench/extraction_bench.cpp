// All n complete extractions from a formed L, for two weights: one pass over L and closed forms, 4
// n^2 operations and 8 n^2 bytes read. The same as the loss of every cell: n^2 losses in one pass.
#include "bench/problem.hpp"

namespace narrows::bench {
namespace {

/// Bytes of L per second, the bound of a pass.
void report_bytes(benchmark::State& state, double matrices) {
    const auto n = static_cast<double>(state.range(0));
    state.counters["bytes/s"] =
        benchmark::Counter(8.0 * n * n * matrices, benchmark::Counter::kIsIterationInvariantRate);
}

void extract_sectors(benchmark::State& state, Problem& problem) {
    const BackendMatrix& l = problem.inverse();
    const Index n = problem.n;
    Eigen::MatrixXd weights(n, 2);
    weights << Eigen::VectorXd::Ones(n), problem.table.slack;
    Eigen::MatrixXd losses(n, 2);
    Eigen::VectorXd diagonal(n);
    narrows_sweep pass{};
    pass.num_weights = 2;
    pass.weights = weights.data();
    pass.column_sums = losses.data();
    pass.diagonal = diagonal.data();
    const double seconds = timed(state, [&] {
        l.sweep(pass);
        losses.array().colwise() /= diagonal.array();
        benchmark::DoNotOptimize(losses.data());
    });
    const auto order = static_cast<double>(n);
    problem.report(state, 4.0 * order * order, seconds);
    report_bytes(state, 1.0);
}

void extract_cells(benchmark::State& state, Problem& problem) {
    const BackendMatrix& l = problem.inverse();
    const Eigen::VectorXd ones = Eigen::VectorXd::Ones(problem.n);
    double smallest = 0.0;
    const double seconds = timed(state, [&] {
        benchmark::DoNotOptimize(
            l.cell_losses(problem.a, problem.table.slack, ones, 1.0, smallest));
    });
    const auto order = static_cast<double>(problem.n);
    problem.report(state, 6.0 * order * order, seconds);
    report_bytes(state, 3.0);  // L and A read, losses written
}

[[maybe_unused]] const bool registered = [] {
    add({"extract_sectors", extract_sectors, 4.0, "", {}, {}});
    add({"extract_cells", extract_cells, 5.0, "", {}, {}});
    return true;
}();

}  // namespace
}  // namespace narrows::bench
