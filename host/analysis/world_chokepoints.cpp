#include "host/analysis/world_chokepoints.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>
#include <numeric>

#include "host/base/error.hpp"

namespace narrows {
namespace {

constexpr double unit_roundoff = std::numeric_limits<double>::epsilon() / 2.0;

/// The nodes of a table in the order of their products, and what the equations need of them.
struct World {
    std::vector<Index> nodes;          // table's node at each place
    std::vector<std::int64_t> starts;  // first place of every product; one more at the end
    std::vector<Index> product;        // of the node at each place
    std::vector<Index> region;         // of the node at each place
    std::vector<std::int64_t> home;    // places of home
    Eigen::VectorXd value_added;       // by place
    Eigen::MatrixXd passed_on;         // c w, places x places, without purchases from itself
    NegativeFlows negative_flows;
    std::vector<Index> region_of_origin;  // of HomeEconomy::origins

    Index size() const { return static_cast<Index>(nodes.size()); }
};

void place_nodes(World& world, const IoTable& table, Index home) {
    const Classification& classes = table.classification();
    world.nodes.resize(static_cast<std::size_t>(table.num_nodes()));
    std::iota(world.nodes.begin(), world.nodes.end(), Index{0});
    std::stable_sort(world.nodes.begin(), world.nodes.end(),
                     [&](Index a, Index b) { return classes.sector_of(a) < classes.sector_of(b); });
    const Eigen::VectorXd value_added = table.value_added();
    world.value_added.resize(world.size());
    world.starts.assign(classes.sectors().size() + 1, 0);
    for (Index place = 0; place < world.size(); ++place) {
        const Index node = world.nodes[static_cast<std::size_t>(place)];
        world.product.push_back(classes.sector_of(node));
        world.region.push_back(classes.region_of(node));
        if (world.region.back() == home) world.home.push_back(place);
        world.value_added[place] = value_added[node];
        ++world.starts[static_cast<std::size_t>(world.product.back()) + 1];
    }
    std::partial_sum(world.starts.begin(), world.starts.end(), world.starts.begin());
}

/// c by the rule, products x places.
Eigen::MatrixXd criticality_of(const World& world, const IoTable& table,
                               const CriticalityRule& rule) {
    const Classification& classes = table.classification();
    Eigen::MatrixXd criticality(static_cast<Index>(classes.sectors().size()), world.size());
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

/// c w: w is each seller's share in what a user uses of its product; flows below 0 are no need.
void set_passed_on(World& world, const IoTable& table, const Eigen::MatrixXd& criticality) {
    const Index n = world.size();
    world.passed_on.resize(n, n);
    Eigen::VectorXd use(criticality.rows());
    for (Index j = 0; j < n; ++j) {
        const auto bought = table.Z().col(world.nodes[static_cast<std::size_t>(j)]);
        use.setZero();
        for (Index r = 0; r < n; ++r) {
            const double flow = bought[world.nodes[static_cast<std::size_t>(r)]];
            if (flow < 0.0) {
                ++world.negative_flows.count;
                world.negative_flows.sum += flow;
            }
            world.passed_on(r, j) = std::max(flow, 0.0);
            use[world.product[static_cast<std::size_t>(r)]] += world.passed_on(r, j);
        }
        for (Index r = 0; r < n; ++r) {
            const Index k = world.product[static_cast<std::size_t>(r)];
            double& value = world.passed_on(r, j);
            value = use[k] > 0.0 ? criticality(k, j) * (value / use[k]) : 0.0;
        }
        world.passed_on(j, j) = 0.0;
    }
}

/// What the kernel needs of every pair; see narrows_shortage.
struct Scenarios {
    std::vector<std::int64_t> products;
    Eigen::MatrixXd direct;     // home users x scenarios
    Eigen::MatrixXd delivered;  // places of a product x scenarios

    Scenarios(const World& world, const std::vector<Chokepoint>& pairs, double share) {
        const auto users = static_cast<Index>(world.home.size());
        const auto count = static_cast<Index>(pairs.size());
        std::int64_t longest = 0;
        for (std::size_t g = 0; g + 1 < world.starts.size(); ++g) {
            longest = std::max(longest, world.starts[g + 1] - world.starts[g]);
        }
        direct = Eigen::MatrixXd::Zero(users, count);
        delivered = Eigen::MatrixXd::Ones(longest, count);
        for (Index s = 0; s < count; ++s) {
            const Chokepoint& pair = pairs[static_cast<std::size_t>(s)];
            products.push_back(pair.product);
            const Index begin = world.starts[static_cast<std::size_t>(pair.product)];
            const Index end = world.starts[static_cast<std::size_t>(pair.product) + 1];
            for (Index r = begin; r < end; ++r) {
                const Index region = world.region[static_cast<std::size_t>(r)];
                const bool withholds =
                    std::any_of(pair.coalition.begin(), pair.coalition.end(), [&](Index origin) {
                        return world.region_of_origin[static_cast<std::size_t>(origin)] == region;
                    });
                if (!withholds) continue;
                delivered(r - begin, s) = 1.0 - share;
                for (Index u = 0; u < users; ++u) {
                    const Index user = world.home[static_cast<std::size_t>(u)];
                    direct(u, s) += share * world.passed_on(r, user);
                }
            }
        }
    }
};

narrows_shortage shortage_of(const World& world, const Scenarios& scenarios,
                             const std::vector<double>& lambdas) {
    narrows_shortage shortage{};
    shortage.n = world.size();
    shortage.num_products = static_cast<std::int64_t>(world.starts.size()) - 1;
    shortage.starts = world.starts.data();
    shortage.weights = world.passed_on.data();
    shortage.num_home = static_cast<std::int64_t>(world.home.size());
    shortage.home = world.home.data();
    shortage.num_scenarios = static_cast<std::int64_t>(scenarios.products.size());
    shortage.products = scenarios.products.data();
    shortage.direct = scenarios.direct.data();
    shortage.delivered = scenarios.delivered.data();
    shortage.num_lambdas = static_cast<std::int64_t>(lambdas.size());
    shortage.lambdas = lambdas.data();
    return shortage;
}

/// The seller whose shortage binds a user most, -1 where it is the withheld product itself.
Index binding_seller(const World& world, const Scenarios& scenarios, Index scenario, double lambda,
                     Index user, const Eigen::Ref<const Eigen::VectorXd>& loss) {
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
            const double part = lambda * world.passed_on(r, user) * delivered * loss[r];
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

std::vector<Index> binding_chain(const World& world, const Scenarios& scenarios, Index scenario,
                                 double lambda, const Eigen::Ref<const Eigen::VectorXd>& loss) {
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
        user = binding_seller(world, scenarios, scenario, lambda, user, loss);
    }
    std::reverse(chain.begin(), chain.end());
    return chain;
}

/// What one region loses.
double loss_of(const World& world, Index region, const Eigen::Ref<const Eigen::VectorXd>& loss) {
    double sum = 0.0;
    for (Index place = 0; place < world.size(); ++place) {
        if (world.region[static_cast<std::size_t>(place)] != region) continue;
        sum += world.value_added[place] * loss[place];
    }
    return sum;
}

World world_of(const IoTable& table, const HomeEconomy& home, const CriticalityRule& rule) {
    if (!table.is_multi_regional()) {
        throw ArgumentError("a national table has no world: only the scope of home");
    }
    World world;
    const Classification& classes = table.classification();
    place_nodes(world, table, classes.region(home.region));
    set_passed_on(world, table, criticality_of(world, table, rule));
    for (const std::string& origin : home.origins) {
        world.region_of_origin.push_back(classes.region(origin));
    }
    return world;
}

}  // namespace

WorldChokepointRanking rank_world_chokepoints(const IoTable& table, const HomeEconomy& published,
                                              const LeontiefModel& model,
                                              const ChokepointQuery& query,
                                              const CriticalityRule& rule) {
    check_shares(query);
    const World world = world_of(table, published, rule);
    NegativeFlows of_home;
    const HomeEconomy home = without_negative_flows(published, of_home);
    const Index home_region = table.classification().region(home.region);

    WorldChokepointRanking ranking;
    ranking.negative_flows = world.negative_flows;
    ranking.gdp = home.gdp();
    ranking.num_pairs = home.x.size() * static_cast<Index>(query.coalitions.size());
    std::vector<Chokepoint> pairs = blocked_pairs(home, model, query);
    const Scenarios scenarios(world, pairs, query.share);
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
        const double lost = loss_of(world, home_region, loss);
        if ((result.lambda == 1) == tail_is_last) {
            row.home.gar_tail = lost;
        } else {
            row.home.gar = lost;
            row.world = world.value_added.dot(loss);
            for (const Index origin : row.home.coalition) {
                row.blow_back.push_back(
                    loss_of(world, world.region_of_origin[static_cast<std::size_t>(origin)], loss));
            }
            row.chain = binding_chain(world, scenarios, result.scenario, query.lambda, loss);
        }
        if (result.lambda == 0 || !query.progress) return;
        const std::lock_guard lock(mutex);
        query.progress(++num_done, static_cast<std::int64_t>(ranking.rows.size()));
    };
    model.backend().solve_shortage(shortage_of(world, scenarios, lambdas), done);

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
