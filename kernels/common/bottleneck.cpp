#include "kernels/common/bottleneck.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <limits>
#include <thread>

namespace narrows::kernels {
namespace {

// Scenarios that share one pass over the weights: enough to make the pass bound by arithmetic
// instead of memory, few enough for the losses of a 2000-node table to stay in the L2 cache.
constexpr std::int64_t lanes = 8;

constexpr double unit_roundoff = std::numeric_limits<double>::epsilon() / 2.0;

// Rounding of one value of T, relative to the largest loss: two products for the weight, one with
// the loss, one sum.
constexpr double sweep_rounding = 4.0 * unit_roundoff;

}  // namespace

/// State of up to `lanes` scenarios, scenario fastest.
struct Bottleneck::Block {
    std::vector<std::array<double, lanes>> loss;         // delta
    std::vector<std::array<double, lanes>> best;         // T(delta)
    std::vector<std::array<std::int64_t, lanes>> input;  // argmax of T
    std::array<bool, lanes> finished{};
    double lambda = 0.0;
};

Bottleneck::Bottleneck(std::int64_t n, const double* criticality, const double* domestic_share)
    : n_(n),
      criticality_(criticality, criticality + n * n),
      weights_(static_cast<std::size_t>(n * n)),
      first_input_{0} {
    for (std::int64_t user = 0; user < n; ++user) {
        for (std::int64_t node = 0; node < n; ++node) {
            const auto cell = static_cast<std::size_t>(node + user * n);
            weights_[cell] = node == user ? 0.0 : criticality[cell] * domestic_share[cell];
            if (weights_[cell] > 0.0) inputs_.push_back({node, weights_[cell]});
        }
        // Heaviest first: a sweep can stop as soon as no lighter input can bind.
        std::stable_sort(inputs_.begin() + first_input_.back(), inputs_.end(),
                         [](const Input& a, const Input& b) { return a.weight > b.weight; });
        first_input_.push_back(static_cast<std::int64_t>(inputs_.size()));
    }
}

double Bottleneck::weight(std::int64_t input, std::int64_t user) const {
    return weights_[static_cast<std::size_t>(input + user * n_)];
}

double Bottleneck::direct_loss(const BottleneckScenario& scenario, std::int64_t user) const {
    return criticality_[static_cast<std::size_t>(scenario.product + user * n_)] *
           scenario.blocked_share[user];
}

void Bottleneck::solve(std::vector<BottleneckScenario>& scenarios, double lambda,
                       int num_threads) const {
    const auto count = static_cast<std::int64_t>(scenarios.size());
    const std::int64_t num_blocks = (count + lanes - 1) / lanes;
    std::atomic<std::int64_t> next{0};
    const auto work = [&] {
        for (std::int64_t block = next++; block < num_blocks; block = next++) {
            const std::int64_t first = block * lanes;
            solve_block(scenarios.data() + first, std::min(lanes, count - first), lambda);
        }
    };
    const std::int64_t helpers = std::min<std::int64_t>(num_threads, num_blocks) - 1;
    std::vector<std::jthread> threads;
    for (std::int64_t helper = 0; helper < helpers; ++helper) threads.emplace_back(work);
    work();
}

void Bottleneck::solve_block(BottleneckScenario* scenarios, std::int64_t count,
                             double lambda) const {
    const auto n = static_cast<std::size_t>(n_);
    Block block;
    block.lambda = lambda;
    block.loss.resize(n);
    block.best.resize(n);
    block.input.resize(n);
    for (std::int64_t lane = 0; lane < count; ++lane) {
        std::fill_n(scenarios[lane].binding_input, n_, -1);
        scenarios[lane].sweeps = 0;
    }
    for (std::int64_t num_finished = 0; num_finished < count;) {
        sweep(scenarios, count, block);
        for (std::int64_t lane = 0; lane < count; ++lane) {
            const auto slot = static_cast<std::size_t>(lane);
            if (block.finished[slot]) continue;
            ++scenarios[lane].sweeps;
            block.finished[slot] = finish_round(scenarios[lane], lane, block);
            num_finished += block.finished[slot] ? 1 : 0;
        }
    }
}

/// Takes the swept values; true where they are the solution, otherwise the losses of the new policy
/// are in the block. From 0 the policies only improve, so that one comes back only when rounding
/// lets equally binding inputs alternate: then the values move by no more than rounding. A policy
/// that has settled is exact, because its losses were solved for and not swept.
bool Bottleneck::finish_round(BottleneckScenario& scenario, std::int64_t lane, Block& block) const {
    bool policy_changed = false;
    double largest = 0.0;
    const double change = take_sweep(scenario, lane, block, policy_changed, largest);
    const double rounding = sweep_rounding * largest;
    // Far more rounds than any table needs: a chain of binding inputs grows by one link a round.
    // Past them only plain sweeps are relied on, which contract to within their rounding.
    const bool by_policy = scenario.sweeps <= 2 * n_ + 64;
    const bool settled = by_policy ? !policy_changed || change <= rounding
                                   : change <= 2.0 * rounding / (1.0 - block.lambda);
    if (settled) {
        scenario.loss_share_error = (block.lambda * change + rounding) / (1.0 - block.lambda);
        return true;
    }
    if (by_policy) evaluate_policy(scenario, lane, block);
    return false;
}

/// best_j = max over inputs k of weight_kj loss_k, with the input that attains it. Inputs come
/// heaviest first: once weight times the scenario's largest loss is no more than the best so far,
/// no later input can bind. On published tables that leaves a few inputs of each user.
void Bottleneck::sweep(const BottleneckScenario* scenarios, std::int64_t count,
                       Block& block) const {
    std::array<double, lanes> largest{};
    for (const auto& loss : block.loss) {
        for (std::size_t lane = 0; lane < lanes; ++lane) {
            largest[lane] = std::max(largest[lane], loss[lane]);
        }
    }
    for (std::int64_t user = 0; user < n_; ++user) {
        std::array<double, lanes> best{};
        std::array<std::int64_t, lanes> input;
        input.fill(-1);
        for (auto i = first_input_[static_cast<std::size_t>(user)];
             i < first_input_[static_cast<std::size_t>(user) + 1]; ++i) {
            const Input in = inputs_[static_cast<std::size_t>(i)];
            const double passed_on = block.lambda * in.weight;
            const auto& loss = block.loss[static_cast<std::size_t>(in.node)];
            bool can_bind = false;
            for (std::size_t lane = 0; lane < lanes; ++lane) {
                const double candidate = passed_on * loss[lane];
                can_bind |= passed_on * largest[lane] > best[lane];
                input[lane] = candidate > best[lane] ? in.node : input[lane];
                best[lane] = candidate > best[lane] ? candidate : best[lane];
            }
            if (!can_bind) break;
        }
        // The blocked product adds its direct loss to what its domestic shortfall passes on. On a
        // tie it is named as the cause: the shorter chain.
        for (std::int64_t lane = 0; lane < count; ++lane) {
            const auto slot = static_cast<std::size_t>(lane);
            const std::int64_t product = scenarios[lane].product;
            const double passed_on = block.lambda * weight(product, user) *
                                     block.loss[static_cast<std::size_t>(product)][slot];
            const double candidate = direct_loss(scenarios[lane], user) + passed_on;
            if (candidate > 0.0 && candidate >= best[slot]) {
                best[slot] = candidate;
                input[slot] = product;
            }
        }
        block.best[static_cast<std::size_t>(user)] = best;
        block.input[static_cast<std::size_t>(user)] = input;
    }
}

/// Makes the swept values the scenario's result; returns how far they moved.
double Bottleneck::take_sweep(const BottleneckScenario& scenario, std::int64_t lane, Block& block,
                              bool& policy_changed, double& largest) const {
    const auto slot = static_cast<std::size_t>(lane);
    double change = 0.0;
    for (std::int64_t node = 0; node < n_; ++node) {
        const auto at = static_cast<std::size_t>(node);
        change = std::max(change, std::abs(block.best[at][slot] - block.loss[at][slot]));
        largest = std::max(largest, block.best[at][slot]);
        policy_changed |= scenario.binding_input[node] != block.input[at][slot];
        scenario.binding_input[node] = block.input[at][slot];
        scenario.loss_share[node] = block.best[at][slot];
        block.loss[at][slot] = block.best[at][slot];
    }
    return change;
}

/// Loss of the blocked product's own sector under the current policy. Its chain of binding inputs
/// either ends (directly blocked, or nothing binds) or returns to it: then
///   delta = W (direct + w delta)  with W the product of the weights along the cycle.
double Bottleneck::cycle_value(const BottleneckScenario& scenario, double lambda) const {
    const std::int64_t product = scenario.product;
    double along = 1.0;
    std::int64_t user = product;
    for (std::int64_t step = 0; step <= n_; ++step) {
        const std::int64_t input = scenario.binding_input[user];
        if (input < 0) return 0.0;
        if (input == product) {
            const double direct = along * direct_loss(scenario, user);
            return direct / (1.0 - along * lambda * weight(product, user));
        }
        along *= lambda * weight(input, user);
        user = input;
    }
    return 0.0;  // a cycle without a source passes on nothing
}

/// Exact losses when every node keeps its binding input: a functional graph in which every loss
/// comes from the blocked product, so one walk per node, each node valued once.
void Bottleneck::evaluate_policy(const BottleneckScenario& scenario, std::int64_t lane,
                                 Block& block) const {
    const auto slot = static_cast<std::size_t>(lane);
    const auto loss = [&](std::int64_t node) -> double& {
        return block.loss[static_cast<std::size_t>(node)][slot];
    };
    constexpr double unknown = -1.0;
    for (std::int64_t node = 0; node < n_; ++node) loss(node) = unknown;
    loss(scenario.product) = cycle_value(scenario, block.lambda);
    std::vector<std::int64_t> path;
    for (std::int64_t start = 0; start < n_; ++start) {
        path.clear();
        for (std::int64_t node = start; node >= 0 && loss(node) == unknown;
             node = scenario.binding_input[node]) {
            loss(node) = 0.0;  // marks the node, and is its value should the walk run in a circle
            path.push_back(node);
        }
        for (auto node = path.rbegin(); node != path.rend(); ++node) {
            const std::int64_t input = scenario.binding_input[*node];
            if (input < 0) continue;
            loss(*node) = block.lambda * weight(input, *node) * loss(input);
            if (input == scenario.product) loss(*node) += direct_loss(scenario, *node);
        }
    }
}

}  // namespace narrows::kernels
