#include "host/analysis/world_chokepoints.hpp"

#include <algorithm>
#include <limits>
#include <mutex>

#include "host/analysis/world_system.hpp"
#include "host/base/error.hpp"

namespace narrows {
namespace {

constexpr double unit_roundoff = std::numeric_limits<double>::epsilon() / 2.0;

/// c by the rule, products x places.
Eigen::MatrixXd criticality_of(const World& world, const IoTable& table,
                               const CriticalityRule& rule) {
    const Classification& classes = table.classification();
    Eigen::MatrixXd criticality(world.num_products(), world.size());
    for (Index region = 0; region < static_cast<Index>(classes.regions().size()); ++region) {
        const Eigen::MatrixXd c =
            rule(home_economy(table, classes.regions()[static_cast<std::size_t>(region)].code));
        for (Index j = 0; j < world.size(); ++j) {
            if (world.region[static_cast<std::size_t>(j)] != region) continue;
            criticality.col(j) = c.col(world.product[static_cast<std::size_t>(j)]);
        }
    }
    if (!((criticality.array() >= 0.0) && (criticality.array() <= 1.0)).all()) {
        throw ArgumentError("criticality has a value outside [0, 1]");
    }
    return criticality;
}

NegativeFlows negative_flows(const Eigen::MatrixXd& z) {
    return {(z.array() < 0.0).count(), z.cwiseMin(0.0).sum()};
}

/// The seller whose shortage binds a user most, -1 where it is the withheld product itself.
Index binding_seller(const World& world, const Eigen::MatrixXd& weights, const Scenarios& scenarios,
                     Index scenario, double lambda, Index user,
                     const Eigen::Ref<const Eigen::VectorXd>& loss) {
    const auto at = std::find(world.home.begin(), world.home.end(), user);
    const double direct =
        at == world.home.end() ? 0.0 : scenarios.direct(at - world.home.begin(), scenario);
    const std::int64_t product = scenarios.products[static_cast<std::size_t>(scenario)];
    double most = 0.0;
    Index binding = -1;
    for (std::size_t g = 0; g + 1 < world.starts.size(); ++g) {
        const bool withheld = direct > 0.0 && static_cast<Index>(g) == product;
        double sum = withheld ? direct : 0.0;
        double largest = 0.0;
        Index seller = -1;
        for (Index r = world.starts[g]; r < world.starts[g + 1]; ++r) {
            const double delivered =
                withheld ? scenarios.delivered(r - world.starts[g], scenario) : 1.0;
            const double part = lambda * weights(r, user) * delivered * loss[r];
            sum += part;
            if (part <= largest) continue;
            largest = part;
            seller = r;
        }
        // On a tie the withheld product is named as the cause: the shorter chain.
        if (sum < most || (sum == most && !withheld)) continue;
        most = sum;
        binding = withheld ? -1 : seller;
    }
    return binding;
}

std::vector<Index> binding_chain(const World& world, const Eigen::MatrixXd& weights,
                                 const Scenarios& scenarios, Index scenario, double lambda,
                                 const Eigen::Ref<const Eigen::VectorXd>& loss) {
    Index user = -1;
    double largest = 0.0;
    for (const Index place : world.home) {
        if (world.value_added[place] * loss[place] <= largest) continue;
        largest = world.value_added[place] * loss[place];
        user = place;
    }
    std::vector<Index> chain;
    while (user >= 0) {
        const Index node = world.nodes[static_cast<std::size_t>(user)];
        if (std::find(chain.begin(), chain.end(), node) != chain.end()) break;  // a cycle
        chain.push_back(node);
        user = binding_seller(world, weights, scenarios, scenario, lambda, user, loss);
    }
    std::reverse(chain.begin(), chain.end());
    return chain;
}

}  // namespace

WorldChokepointRanking rank_world_chokepoints(const IoTable& table, const HomeEconomy& published,
                                              const LeontiefModel& model,
                                              const ChokepointQuery& query,
                                              const CriticalityRule& rule) {
    check_shares(query);
    const World world = world_of(table, published);
    const Eigen::MatrixXd weights =
        passed_on(world, world_flows(world, table.Z()).shares, criticality_of(world, table, rule));
    NegativeFlows of_home;
    const HomeEconomy home = without_negative_flows(published, of_home);

    std::vector<Eigen::VectorXd> accounts;  // by place
    for (const Index account : query.accounts) {
        accounts.push_back(
            table.satellites()[static_cast<std::size_t>(account)].values(world.nodes));
    }

    WorldChokepointRanking ranking;
    ranking.negative_flows = negative_flows(table.Z());
    ranking.gdp = home.gdp();
    ranking.num_pairs = query.num_pairs(home.x.size());
    std::vector<Chokepoint> pairs = blocked_pairs(home, model, query);
    const Scenarios scenarios(world, weights, pairs, query.share);
    for (Chokepoint& pair : pairs) ranking.rows.push_back({std::move(pair), {}, 0.0, {}});
    ranking.num_ranked_pairs = static_cast<Index>(ranking.rows.size());

    std::vector<double> lambdas = {query.lambda, query.tail_lambda};
    std::sort(lambdas.begin(), lambdas.end());
    const bool tail_is_last = query.lambda <= query.tail_lambda;
    std::mutex mutex;
    std::int64_t num_done = 0;
    const auto done = [&](const narrows_shortage_result& result) {
        const Eigen::Map<const Eigen::VectorXd> loss(result.loss, world.size());
        WorldChokepoint& row = ranking.rows[static_cast<std::size_t>(result.scenario)];
        // |error| of a sum va' delta: that of delta, and that of adding up.
        const double error = result.error * world.value_added.cwiseAbs().sum() +
                             static_cast<double>(world.size() + 1) * unit_roundoff *
                                 world.value_added.cwiseAbs().dot(loss);
        row.home.error_bound = std::max(row.home.error_bound, error);
        const double lost = loss_of(world, world.value_added, world.home_region, loss);
        const bool is_tail = (result.lambda == 1) == tail_is_last;
        for (std::size_t k = 0; k < accounts.size(); ++k) {
            const double amount = loss_of(world, accounts[k], world.home_region, loss);
            (is_tail ? row.home.accounts[k].tail : row.home.accounts[k].amount) = amount;
        }
        if (is_tail) {
            row.home.gar_tail = lost;
        } else {
            row.home.gar = lost;
            row.world = world.value_added.dot(loss);
            for (const Index origin : row.home.coalition) {
                row.blow_back.push_back(
                    loss_of(world, world.value_added,
                            world.region_of_origin[static_cast<std::size_t>(origin)], loss));
            }
            row.chain =
                binding_chain(world, weights, scenarios, result.scenario, query.lambda, loss);
        }
        if (result.lambda == 0 || !query.progress) return;
        const std::lock_guard lock(mutex);
        query.progress(++num_done, static_cast<std::int64_t>(ranking.rows.size()));
    };
    model.backend().solve_shortage(shortage_of(world, weights, scenarios, lambdas), done);

    for (WorldChokepoint& row : ranking.rows) {
        row.home.gar_share_of_gdp = ranking.gdp != 0.0 ? row.home.gar / ranking.gdp : 0.0;
        row.home.leverage = row.home.gar / row.home.blocked;
        ranking.max_error_bound = std::max(ranking.max_error_bound, row.home.error_bound);
    }
    std::stable_sort(ranking.rows.begin(), ranking.rows.end(),
                     [&](const WorldChokepoint& a, const WorldChokepoint& b) {
                         return ranks_before(home, a.home, b.home);
                     });
    return ranking;
}

}  // namespace narrows
