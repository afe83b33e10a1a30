// Import cuts of model `optimal` in world scope against the programme with every single delivery.
#include "host/shock/cut_deliveries.hpp"

#include <algorithm>
#include <map>
#include <random>

#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "host/shock/esri_model.hpp"
#include "host/shock/optimal_model.hpp"

#include "tests/host/shock/random_economy.hpp"
#include "tests/host/shock/shock_cases.hpp"
#include "tests/support/errors.hpp"

namespace narrows {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;
using test::all_of;
using test::batch_of;
using test::random_economy;
using test::target_of;

std::vector<double> losses(const ShockEconomy& economy, const ShockBatch& batch, double floor) {
    std::vector<double> result;
    for (const auto& outcome : optimal_outcomes(economy, batch, all_of(batch.num_cases()), floor)) {
        result.push_back(outcome.total_value_added_loss());
    }
    return result;
}

/// Some users of some products of some regions, cut in all ways.
std::vector<ShockTarget> random_cuts(const ShockEconomy& economy, Index count, unsigned seed) {
    std::mt19937 generator(seed);
    const auto some_of = [&](Index size) {
        std::vector<Index> result;
        while (result.empty()) {
            for (Index i = 0; i < size; ++i) {
                if (generator() % 3 == 0) result.push_back(i);
            }
        }
        return result;
    };
    std::vector<ShockTarget> cuts;
    for (Index t = 0; t < count; ++t) {
        cuts.push_back(target_of(ShockKind::import_cut, some_of(economy.num_nodes()),
                                 some_of(economy.num_products()),
                                 some_of(static_cast<Index>(economy.regions.size()))));
    }
    return cuts;
}

bool holds(const std::vector<Index>& items, Index item) {
    return std::find(items.begin(), items.end(), item) != items.end();
}

/// Loss of value added with a variable for what every node sells to every node and to final use of
/// each product, and a cap for every maker and all users whom the same targets name.
double loss_by_single_deliveries(const ShockEconomy& economy, const ShockBatch& batch,
                                 double floor) {
    const Index n = economy.num_nodes();
    const Index num_products = economy.num_products();
    const MatrixXd use = economy.total_use();
    const auto sold = [&](Index i, Index j) { return n + num_products + i * (n + 1) + j; };
    std::vector<Eigen::Triplet<double>> entries;
    std::vector<double> limits;
    const auto add = [&](Index variable, double value) {
        entries.emplace_back(static_cast<int>(limits.size()), static_cast<int>(variable), value);
    };
    VectorXd final_use = VectorXd::Zero(num_products);
    for (Index i = 0; i < n; ++i) {
        final_use[i % num_products] += economy.households[i] + economy.other_final[i];
        for (Index j = 0; j <= n; ++j) add(sold(i, j), 1.0);
        add(i, -economy.x[i]);
        limits.push_back(0.0);
    }
    for (Index k = 0; k < num_products; ++k) {
        for (Index j = 0; j <= n; ++j) {
            j < n ? add(j, use(k, j)) : add(n + k, final_use[k]);
            for (Index i = k; i < n; i += num_products) add(sold(i, j), -1.0);
            limits.push_back(0.0);
        }
    }
    for (Index i = 0; i < n; ++i) {
        std::map<std::vector<Index>, std::vector<Index>> users;
        for (Index j = 0; j < n; ++j) {
            std::vector<Index> named;
            for (Index t = 0; t < batch.num_targets(); ++t) {
                const ShockTarget& target = batch.targets[static_cast<std::size_t>(t)];
                if (target.kind == ShockKind::import_cut && holds(target.nodes, j) &&
                    holds(target.products, i % num_products)) {
                    named.push_back(t);
                }
            }
            users[named].push_back(j);
        }
        for (const auto& [named, group] : users) {
            double share = -1.0;
            for (const Index t : named) {
                if (holds(batch.targets[static_cast<std::size_t>(t)].origins, i / num_products)) {
                    share = std::max(share, batch.amounts(t, 0));
                }
            }
            if (share < 0.0) continue;
            for (const Index j : group) add(sold(i, j), 1.0);
            limits.push_back((1.0 - share) * economy.Z(i, group).sum());
        }
    }
    const Index num_variables = n + num_products + n * (n + 1);
    LinearProgram program;
    program.R.resize(static_cast<Index>(limits.size()), num_variables);
    program.R.setFromTriplets(entries.begin(), entries.end());
    program.limits = VectorXd::Map(limits.data(), static_cast<Index>(limits.size()));
    program.objective = VectorXd::Zero(num_variables);
    program.objective.head(n) = economy.value_added;
    program.lower = VectorXd::Zero(num_variables);
    program.lower.segment(n, num_products).setConstant(floor);
    program.upper = VectorXd::Constant(num_variables, economy.x.maxCoeff());
    program.upper.head(n + num_products).setOnes();
    for (Index t = 0; t < batch.num_targets(); ++t) {
        const ShockTarget& target = batch.targets[static_cast<std::size_t>(t)];
        if (target.kind != ShockKind::capacity_loss) continue;
        for (const Index node : target.nodes) program.upper[node] = 1.0 - batch.amounts(t, 0);
    }
    const LinearSolution solution = maximise(program);
    return solution.feasible ? economy.value_added.dot(VectorXd::Ones(n) - solution.z.head(n))
                             : -1.0;
}

TEST(CutDeliveries, LossesAreThoseOfTheProgrammeOfAllDeliveries) {
    int with_loss = 0, infeasible = 0;
    for (unsigned seed = 1; seed <= 30; ++seed) {
        const ShockEconomy economy = random_economy(true, 3, 3, seed);
        std::vector<ShockTarget> targets = random_cuts(economy, 1 + seed % 4, seed);
        targets.push_back(target_of(ShockKind::capacity_loss, {seed % 9}));
        VectorXd amounts = VectorXd::Constant(static_cast<Index>(targets.size()), 1.0);
        if (seed % 3 == 0) amounts = VectorXd::Random(amounts.size()).cwiseAbs();
        amounts[amounts.size() - 1] = 0.2;
        const ShockBatch batch = batch_of(targets, amounts);
        const double floor = seed % 2 == 0 ? 0.9 : 0.0;
        const double expected = loss_by_single_deliveries(economy, batch, floor);
        if (expected < 0.0) {
            ++infeasible;
            EXPECT_THROW(losses(economy, batch, floor), NumericalError) << seed;
            continue;
        }
        EXPECT_NEAR(losses(economy, batch, floor)[0], expected, 1e-7) << seed;
        if (expected > 0.25 * economy.value_added[seed % 9]) ++with_loss;
    }
    EXPECT_GT(with_loss, 3);
    EXPECT_GT(infeasible, 1);
}

TEST(CutDeliveries, NothingCutChangesNoBitAndMoreCutIsNoLess) {
    for (unsigned seed = 1; seed <= 6; ++seed) {
        const ShockEconomy economy = random_economy(true, 4, 3, seed);
        std::vector<ShockTarget> targets = random_cuts(economy, 2, seed);
        targets.push_back(target_of(ShockKind::capacity_loss, {0, 5}));
        MatrixXd amounts = VectorXd::LinSpaced(6, 0.0, 1.0).transpose().replicate(3, 1);
        amounts.row(2).setConstant(0.3);
        const ShockBatch batch = batch_of(targets, amounts);
        const std::vector<double> found = losses(economy, batch, 0.0);
        EXPECT_EQ(found[0],
                  losses(economy, batch_of({targets[2]}, amounts.bottomLeftCorner(1, 1)), 0.0)[0]);
        for (std::size_t c = 1; c < found.size(); ++c) EXPECT_GE(found[c], found[c - 1] - 1e-9);
        amounts.row(2).setZero();
        EXPECT_EQ(losses(economy, batch_of(targets, amounts.leftCols(1)), 1.0)[0], 0.0);
    }
}

TEST(CutDeliveries, ACaseGivesTheSameBitsInAnyBatch) {
    const ShockEconomy economy = random_economy(true, 5, 3, 3);
    const ShockBatch batch =
        batch_of(random_cuts(economy, 3, 4), MatrixXd::Random(3, 5).cwiseAbs());
    const auto together = optimal_outcomes(economy, batch, {4, 2, 0}, 0.2);
    for (std::size_t at = 0; at < 3; ++at) {
        test::expect_same_bits(
            together[at],
            optimal_outcomes(economy, batch, {4 - 2 * static_cast<Index>(at)}, 0.2).at(0));
    }
}

// Where abroad sells all to home it has no more to offer of what is not cut; where all of home is
// named, what is withheld goes to final use at best, which gives way in both scopes.
TEST(CutDeliveries, AWorldThatSellsAllToHomeAndBuysNothingThereIsHomeScope) {
    int with_loss = 0;
    for (unsigned seed = 1; seed <= 8; ++seed) {
        const ShockEconomy economy = random_economy(false, 6, 2, seed);
        const ShockEconomy world = test::world_around(economy, 0.0);
        const VectorXd amounts = VectorXd::Constant(3, seed % 2 == 0 ? 1.0 : 0.8);
        const auto targets = [](Index first_origin) {
            return std::vector<ShockTarget>{
                target_of(ShockKind::import_cut, all_of(6), {1, 2},
                          {first_origin, first_origin + 1}),
                target_of(ShockKind::import_cut, all_of(6), {4}, {first_origin + 1}),
                target_of(ShockKind::capacity_loss, {1, 4})};
        };
        const double of_home = losses(economy, batch_of(targets(0), amounts), 0.0)[0];
        const double of_world = losses(world, batch_of(targets(1), amounts), 0.0)[0];
        EXPECT_NEAR(of_world, of_home, 1e-7) << seed;
        if (of_home > 1.01 * amounts[2] * (economy.value_added[1] + economy.value_added[4])) {
            ++with_loss;
        }
    }
    EXPECT_GT(with_loss, 4);
}

// What the cascade without replacement leaves, with every input essential, is a plan of the
// programme: each flow at most what its cap and its maker's output allow in proportion.
TEST(CutDeliveries, LossesAreNoMoreThanThoseOfTheCascadeOfTheSameTechnology) {
    EsriOptions options;
    options.replaceability = false;
    int differ = 0;
    for (unsigned seed = 1; seed <= 10; ++seed) {
        ShockEconomy economy = random_economy(true, 3, 3, seed);
        economy.criticality = MatrixXd::Ones(3, 9);
        std::vector<ShockTarget> targets = random_cuts(economy, 2, seed);
        targets.push_back(target_of(ShockKind::capacity_loss, {seed % 9}));
        const ShockBatch batch = batch_of(targets, Eigen::Vector3d(0.2, 0.3, 0.1));
        const double cascade =
            esri_outcomes(economy, batch, options).at(0).total_value_added_loss();
        const double best = losses(economy, batch, 0.0)[0];
        EXPECT_LE(best, cascade + 1e-7) << seed;
        if (best < 0.9 * cascade) ++differ;
    }
    EXPECT_GT(differ, 5);
}

}  // namespace
}  // namespace narrows
