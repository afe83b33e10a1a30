#include "host/shock/bottleneck_model.hpp"

#include <algorithm>
#include <numeric>
#include <optional>

#include <fmt/format.h>

#include "kernels/common/bottleneck.hpp"

#include "host/base/error.hpp"
#include "host/base/parallel.hpp"
#include "host/shock/bottleneck_system.hpp"
#include "host/shock/case_effects.hpp"
#include "host/shock/model_kinds.hpp"
#include "host/shock/static_models.hpp"

namespace narrows {
namespace {

void check(const ShockEconomy& economy, double lambda) {
    if (!(lambda >= 0.0 && lambda < 1.0)) {
        throw ArgumentError(fmt::format("lambda is {}, expected a number in [0, 1)", lambda));
    }
    const Eigen::MatrixXd& c = economy.criticality;
    if (c.rows() != economy.num_products() || c.cols() != economy.num_nodes()) {
        throw ArgumentError(
            fmt::format("model bottleneck: needs criticality, {} x {}, found {} x {}",
                        economy.num_products(), economy.num_nodes(), c.rows(), c.cols()));
    }
    if (!((c.array() >= 0.0) && (c.array() <= 1.0)).all()) {
        throw ArgumentError("criticality has a value outside [0, 1]");
    }
}

/// What a case asks of the system.
struct BottleneckCase {
    std::vector<FlowCut> cuts;
    Eigen::VectorXd floor;
    bool one_product = false;  // nothing but one target that cuts one product
};

BottleneckCase bottleneck_case(const ShockEconomy& economy, const ShockBatch& batch,
                               Index of_case) {
    BottleneckCase result{flow_cuts(economy, batch, of_case),
                          lost_share(economy, batch, of_case, ShockKind::capacity_loss)};
    Index active = 0;
    for (Index t = 0; t < batch.num_targets(); ++t) {
        if (batch.amounts(t, of_case) == 0.0) continue;
        ++active;
        const ShockTarget& target = batch.targets[static_cast<std::size_t>(t)];
        result.one_product = target.kind == ShockKind::import_cut && target.products.size() == 1;
    }
    result.one_product &= active == 1 && !result.cuts.empty();
    return result;
}

/// Cases that cut one product in home scope, by policy iteration.
void solve_home(const ShockEconomy& economy, const BottleneckSystem& system,
                const std::vector<BottleneckCase>& cases, const std::vector<std::size_t>& chosen,
                int num_threads, std::vector<LossRates>& rates) {
    const Index n = economy.num_nodes();
    std::vector<Eigen::VectorXd> blocked;
    std::vector<std::vector<std::int64_t>> binding(chosen.size());
    std::vector<kernels::BottleneckScenario> scenarios(chosen.size());
    for (const std::size_t c : chosen) {
        const Index product = cases[c].cuts.front().product;
        blocked.emplace_back(system.cut_shares(cases[c].cuts).row(product).transpose());
    }
    for (std::size_t s = 0; s < chosen.size(); ++s) {
        Eigen::VectorXd& delta = rates[chosen[s]].delta;
        delta.setZero(n);
        binding[s].resize(static_cast<std::size_t>(n));
        scenarios[s].product = cases[chosen[s]].cuts.front().product;
        scenarios[s].blocked_share = blocked[s].data();
        scenarios[s].loss_share = delta.data();
        scenarios[s].binding_input = binding[s].data();
    }
    kernels::Bottleneck(n, economy.criticality.data(), system.shares().data())
        .solve(scenarios, system.lambda(), num_threads);
    for (std::size_t s = 0; s < chosen.size(); ++s) {
        rates[chosen[s]].error = scenarios[s].loss_share_error;
        rates[chosen[s]].sweeps = scenarios[s].sweeps;
    }
}

/// Nodes in the order of their products, as solve_shortage wants them.
struct ProductOrder {
    std::vector<Index> nodes;          // at each place
    std::vector<Index> place;          // of each node
    std::vector<std::int64_t> starts;  // first place of every product; one more at the end
    std::int64_t longest = 0;

    explicit ProductOrder(const ShockEconomy& economy)
        : nodes(economy.product.size()), place(nodes.size()) {
        const auto product = [&](Index node) {
            return economy.product[static_cast<std::size_t>(node)];
        };
        std::iota(nodes.begin(), nodes.end(), Index{0});
        std::stable_sort(nodes.begin(), nodes.end(),
                         [&](Index a, Index b) { return product(a) < product(b); });
        starts.assign(economy.products.size() + 1, 0);
        for (std::size_t p = 0; p < nodes.size(); ++p) {
            place[static_cast<std::size_t>(nodes[p])] = static_cast<Index>(p);
            ++starts[static_cast<std::size_t>(product(nodes[p])) + 1];
        }
        for (const std::int64_t count : starts) longest = std::max(longest, count);
        std::partial_sum(starts.begin(), starts.end(), starts.begin());
    }
};

/// The places that anything is withheld from, ascending.
std::vector<std::int64_t> cut_users(const ProductOrder& order,
                                    const std::vector<BottleneckCase>& cases,
                                    const std::vector<std::size_t>& chosen) {
    std::vector<std::int64_t> users;
    for (const std::size_t c : chosen) {
        for (const FlowCut& cut : cases[c].cuts) {
            users.push_back(order.place[static_cast<std::size_t>(cut.user)]);
        }
    }
    std::sort(users.begin(), users.end());
    users.erase(std::unique(users.begin(), users.end()), users.end());
    return users;
}

/// Cases that cut one product in world scope, on the backend.
void solve_world(const ShockEconomy& economy, const Backend& backend,
                 const BottleneckSystem& system, const std::vector<BottleneckCase>& cases,
                 const std::vector<std::size_t>& chosen, std::vector<LossRates>& rates) {
    const ProductOrder order(economy);
    const Eigen::MatrixXd weights = system.weights()(order.nodes, order.nodes);
    const auto place = [&](Index node) { return order.place[static_cast<std::size_t>(node)]; };
    const std::vector<std::int64_t> users = cut_users(order, cases, chosen);
    const auto count = static_cast<Index>(chosen.size());
    Eigen::MatrixXd direct = Eigen::MatrixXd::Zero(static_cast<Index>(users.size()), count);
    Eigen::MatrixXd delivered = Eigen::MatrixXd::Ones(order.longest, count);
    std::vector<std::int64_t> products;
    for (Index s = 0; s < count; ++s) {
        const std::vector<FlowCut>& cuts = cases[chosen[static_cast<std::size_t>(s)]].cuts;
        const Index product = cuts.front().product;
        products.push_back(product);
        const Eigen::RowVectorXd lost =
            system.cut_shares(cuts).row(product).cwiseProduct(economy.criticality.row(product));
        for (std::size_t u = 0; u < users.size(); ++u) {
            direct(static_cast<Index>(u), s) =
                lost[order.nodes[static_cast<std::size_t>(users[u])]];
        }
        for (const FlowCut& cut : cuts) {
            delivered(place(cut.supplier) - order.starts[static_cast<std::size_t>(product)], s) =
                1.0 - cut.share;
        }
    }
    const std::vector<double> lambdas = {system.lambda()};
    const auto done = [&](const narrows_shortage_result& result) {
        LossRates& each = rates[chosen[static_cast<std::size_t>(result.scenario)]];
        each.delta.resize(economy.num_nodes());
        for (Index p = 0; p < economy.num_nodes(); ++p) {
            each.delta[order.nodes[static_cast<std::size_t>(p)]] = result.loss[p];
        }
        each.error = result.error;
        each.sweeps = result.sweeps;
    };
    backend.solve_shortage(
        shortage_of(order.starts, weights, users, products, direct, delivered, lambdas), done);
}

}  // namespace

std::vector<ShockOutcome> bottleneck_outcomes(const ShockEconomy& economy, const Backend& backend,
                                              const ShockBatch& batch,
                                              const std::vector<Index>& cases, double lambda,
                                              int num_threads) {
    require_expressible("bottleneck", batch, economy.world);
    check(economy, lambda);
    const BottleneckSystem system(economy, lambda);
    std::vector<BottleneckCase> asked;
    std::vector<std::size_t> of_one_product, others;
    for (std::size_t c = 0; c < cases.size(); ++c) {
        asked.push_back(bottleneck_case(economy, batch, cases[c]));
        (asked.back().one_product ? of_one_product : others).push_back(c);
    }
    std::vector<LossRates> rates(cases.size());
    if (!of_one_product.empty() && economy.world) {
        solve_world(economy, backend, system, asked, of_one_product, rates);
    } else if (!of_one_product.empty()) {
        solve_home(economy, system, asked, of_one_product, num_threads, rates);
    }
    in_parallel(static_cast<std::ptrdiff_t>(others.size()), num_threads, [&] {
        return [&](std::ptrdiff_t i) {
            const std::size_t c = others[static_cast<std::size_t>(i)];
            rates[c] = system.solve(asked[c].cuts, asked[c].floor);
        };
    });
    std::vector<ShockOutcome> outcomes;
    for (const LossRates& each : rates) {
        outcomes.push_back(yearly_outcome("bottleneck", economy, each.delta.cwiseProduct(economy.x),
                                          each.delta.cwiseProduct(economy.value_added)));
        outcomes.back().residual = each.error;
        outcomes.back().iterations = each.sweeps;
    }
    return outcomes;
}

}  // namespace narrows
