#include "host/analysis/world_system.hpp"

#include <algorithm>
#include <numeric>

#include "host/base/error.hpp"

namespace narrows {

World world_of(const IoTable& table, const HomeEconomy& home) {
    if (!table.is_multi_regional()) {
        throw ArgumentError("a national table has no world: only the scope of home");
    }
    const Classification& classes = table.classification();
    World world;
    world.home_region = classes.region(home.region);
    world.nodes.resize(static_cast<std::size_t>(table.num_nodes()));
    std::iota(world.nodes.begin(), world.nodes.end(), Index{0});
    std::stable_sort(world.nodes.begin(), world.nodes.end(),
                     [&](Index a, Index b) { return classes.sector_of(a) < classes.sector_of(b); });
    const Eigen::VectorXd value_added = table.value_added();
    world.value_added.resize(world.size());
    world.x.resize(world.size());
    world.starts.assign(classes.sectors().size() + 1, 0);
    for (Index place = 0; place < world.size(); ++place) {
        const Index node = world.nodes[static_cast<std::size_t>(place)];
        world.product.push_back(classes.sector_of(node));
        world.region.push_back(classes.region_of(node));
        if (world.region.back() == world.home_region) world.home.push_back(place);
        world.value_added[place] = value_added[node];
        world.x[place] = table.x()[node];
        ++world.starts[static_cast<std::size_t>(world.product.back()) + 1];
    }
    std::partial_sum(world.starts.begin(), world.starts.end(), world.starts.begin());
    for (const std::string& origin : home.origins) {
        world.region_of_origin.push_back(classes.region(origin));
    }
    return world;
}

WorldFlows world_flows(const World& world, const Eigen::MatrixXd& z) {
    const Index n = world.size();
    WorldFlows flows{Eigen::MatrixXd::Zero(world.num_products(), n), Eigen::MatrixXd(n, n)};
    for (Index j = 0; j < n; ++j) {
        const auto bought = z.col(world.nodes[static_cast<std::size_t>(j)]);
        auto use = flows.total_use.col(j);
        auto share = flows.shares.col(j);
        for (Index r = 0; r < n; ++r) {
            share[r] = std::max(bought[world.nodes[static_cast<std::size_t>(r)]], 0.0);
            use[world.product[static_cast<std::size_t>(r)]] += share[r];
        }
        for (Index r = 0; r < n; ++r) {
            const double needed = use[world.product[static_cast<std::size_t>(r)]];
            share[r] = needed > 0.0 ? share[r] / needed : 0.0;
        }
        share[j] = 0.0;
    }
    return flows;
}

Eigen::MatrixXd passed_on(const World& world, Eigen::MatrixXd shares,
                          const Eigen::MatrixXd& criticality) {
    for (Index j = 0; j < shares.cols(); ++j) {
        for (Index r = 0; r < shares.rows(); ++r) {
            shares(r, j) *= criticality(world.product[static_cast<std::size_t>(r)], j);
        }
    }
    return shares;
}

Scenarios::Scenarios(const World& world, const Eigen::MatrixXd& weights,
                     const std::vector<Chokepoint>& pairs, double share) {
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
                direct(u, s) += share * weights(r, user);
            }
        }
    }
}

narrows_shortage shortage_of(const World& world, const Eigen::MatrixXd& weights,
                             const Scenarios& scenarios, const std::vector<double>& lambdas) {
    return shortage_of(world.starts, weights, world.home, scenarios.products, scenarios.direct,
                       scenarios.delivered, lambdas);
}

double loss_of(const World& world, const Eigen::VectorXd& amounts, Index region,
               const Eigen::Ref<const Eigen::VectorXd>& loss) {
    double sum = 0.0;
    for (Index place = 0; place < world.size(); ++place) {
        if (world.region[static_cast<std::size_t>(place)] != region) continue;
        sum += amounts[place] * loss[place];
    }
    return sum;
}

}  // namespace narrows
