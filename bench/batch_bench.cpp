// Perturbed tables of one order, multipliers and outputs of one weight and one demand each: draws
// per second by order. 2 n^3 operations are counted per draw. Here the ratio is to one product and
// a draw.
#include "bench/problem.hpp"

namespace narrows::bench {
namespace {

void batch(benchmark::State& state, Problem& problem) {
    const Index n = problem.n;
    const Index draws = state.range(1);
    const Eigen::MatrixXd spread = Eigen::MatrixXd::Constant(n, n, 0.1);
    const Eigen::VectorXd ones = Eigen::VectorXd::Ones(n);
    Eigen::MatrixXd multipliers(n, draws);
    Eigen::MatrixXd outputs(n, draws);
    std::vector<std::int32_t> failed(static_cast<std::size_t>(draws));
    narrows_batch batch{};
    batch.order = n;
    batch.coefficients = problem.table.A.data();
    batch.slack = problem.table.slack.data();
    batch.spread = spread.data();
    batch.num_draws = draws;
    batch.num_weights = 1;
    batch.weights = ones.data();
    batch.multipliers = multipliers.data();
    batch.num_demands = 1;
    batch.demands = ones.data();
    batch.outputs = outputs.data();
    batch.failed = failed.data();
    const double seconds = timed(state, [&] { problem.backend.run_batch(batch); });
    const auto order = static_cast<double>(n);
    const auto count = static_cast<double>(draws);
    problem.report(state, 2.0 * order * order * order, seconds / count);
    state.counters["draws/s"] =
        benchmark::Counter(count, benchmark::Counter::kIsIterationInvariantRate);
}

[[maybe_unused]] const bool registered = [] {
    add({"batch", batch, 4.0, "draws", {1000, 10000}, {40, 100, 160, 200, 500}});
    return true;
}();

}  // namespace
}  // namespace narrows::bench
