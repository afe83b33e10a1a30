#include "host/model/perturbed_tables.hpp"

#include <fmt/format.h>

#include "host/base/error.hpp"

namespace narrows {
namespace {

void check(const LeontiefModel& model, const FlowErrors& errors, const Eigen::MatrixXd& weights,
           const Eigen::MatrixXd& demands) {
    const Index n = model.order();
    if (errors.spread.rows() != n || errors.spread.cols() != n) {
        throw ArgumentError(fmt::format("spread is {} x {}, expected {} x {}", errors.spread.rows(),
                                        errors.spread.cols(), n, n));
    }
    if (!((errors.spread.array() >= 0.0) && (errors.spread.array() <= 10.0)).all()) {
        throw ArgumentError("spread has an entry outside [0, 10]");
    }
    if ((weights.cols() > 0 && weights.rows() != n) ||
        (demands.cols() > 0 && demands.rows() != n)) {
        throw ArgumentError(fmt::format("weights have {} rows and demands {}, expected {}",
                                        weights.rows(), demands.rows(), n));
    }
    if (errors.num_draws < 0 || errors.first_draw < 0) {
        throw ArgumentError(fmt::format("draws {} to {}, expected numbers from 0",
                                        errors.first_draw, errors.first_draw + errors.num_draws));
    }
    if (model.structure().path != InversePath::gth) {
        throw ArgumentError(
            "perturbed tables need coefficients and primary inputs that are not negative");
    }
}

}  // namespace

PerturbedAnswers solve_perturbed(const LeontiefModel& model, const FlowErrors& errors,
                                 const Eigen::MatrixXd& weights, const Eigen::MatrixXd& demands) {
    check(model, errors, weights, demands);
    const Index n = model.order();
    PerturbedAnswers answers{Eigen::MatrixXd(n * weights.cols(), errors.num_draws),
                             Eigen::MatrixXd(n * demands.cols(), errors.num_draws),
                             {}};
    if (n == 0) return answers;
    std::vector<std::int32_t> failed(static_cast<std::size_t>(errors.num_draws));
    narrows_batch batch{};
    batch.order = n;
    batch.coefficients = model.coefficients().A.data();
    batch.slack = model.structure().slack.data();
    batch.spread = errors.spread.data();
    batch.seed = errors.seed;
    batch.stream = errors.stream;
    batch.first_draw = errors.first_draw;
    batch.num_draws = errors.num_draws;
    batch.num_weights = weights.cols();
    batch.weights = weights.data();
    batch.weights_per_output = 1;
    batch.multipliers = answers.multipliers.data();
    batch.num_demands = demands.cols();
    batch.demands = demands.data();
    batch.outputs = answers.outputs.data();
    batch.failed = failed.data();
    if (errors.num_draws > 0) model.backend().run_batch(batch);
    for (std::size_t draw = 0; draw < failed.size(); ++draw) {
        if (failed[draw] != 0) {
            answers.failed_draws.push_back(errors.first_draw + static_cast<std::int64_t>(draw));
        }
    }
    return answers;
}

}  // namespace narrows
