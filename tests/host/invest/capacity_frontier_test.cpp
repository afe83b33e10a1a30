#include "host/invest/capacity_frontier.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "host/invest/fill_program.hpp"
#include "host/readers/plain_folder.hpp"

#include "tests/host/invest/random_blockades.hpp"
#include "tests/support/shared_files.hpp"

namespace narrows {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double infinite = std::numeric_limits<double>::infinity();

struct Case {
    BlockadeLosses losses;
    FillGoal goal;
};

Case pair_case(Index num_products, Index num_origins, unsigned seed) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> uniform(0.5, 2.0);
    const auto any = [&] { return uniform(random); };
    test::RandomHome made = test::random_home(num_products, num_origins, random);
    std::vector<Blockade> pairs = pair_blockades(made.home, each_origin(made.home), 0.6);
    for (Blockade& each : pairs) each.weight = any();
    FillGoal goal{blockade_weights(made.home, pairs)};
    std::vector<Investment> investments =
        capacities(made.home, pairs, VectorXd::NullaryExpr(num_products, any));
    return {BlockadeLosses(made.home, made.criticality, 0.5, pairs, investments), goal};
}

/// By solving the equations, which tangents do.
double gar_of(const Case& each, const VectorXd& amounts) {
    double gar = 0.0;
    Index w = 0;
    for (const Tangent& tangent : each.losses.tangents(amounts)) {
        gar += each.goal.weights[w++] * tangent.gar;
    }
    EXPECT_NEAR(risk(each.goal, each.losses.gar(amounts)), gar, 1e-12 * gar);
    return gar;
}

double total_cost(const Case& each) {
    double cost = 0.0;
    for (const Investment& i : each.losses.investments()) cost += i.unit_cost * i.limit;
    return cost;
}

TEST(CapacityFrontier, SaysWhatTheEquationsSayOfItsAllocation) {
    for (unsigned seed = 0; seed < 50; ++seed) {
        const Case each = pair_case(4, 3, seed);
        const CapacityFrontier frontier(each.losses, each.goal);
        EXPECT_NEAR(
            frontier.base(),
            gar_of(each, VectorXd::Zero(static_cast<Index>(each.losses.investments().size()))),
            1e-12 * frontier.base());
        for (const double share : {0.1, 0.4, 0.9}) {
            const double budget = share * total_cost(each);
            const Fill fill = frontier.fill(budget);
            EXPECT_NEAR(fill.gar, gar_of(each, fill.amounts), 1e-12 * frontier.base());
            EXPECT_NEAR(fill.spent, cost_of(each.losses.investments(), fill.amounts),
                        1e-12 * budget);
            EXPECT_LE(fill.spent, budget);
        }
    }
}

/// The least GDP at risk over a grid of allocations that spend at most the budget.
double best_on_grid(const Case& each, double budget, int steps) {
    const std::vector<Investment>& investments = each.losses.investments();
    VectorXd amounts = VectorXd::Zero(static_cast<Index>(investments.size()));
    double best = infinite;
    const std::function<void(std::size_t, double)> visit = [&](std::size_t i, double left) {
        if (i == investments.size()) {
            best = std::min(best, gar_of(each, amounts));
            return;
        }
        for (int step = 0; step <= steps; ++step) {
            const double cost = budget * step / steps;
            if (cost > left + 1e-12 * budget) break;
            amounts[static_cast<Index>(i)] =
                std::min(cost / investments[i].unit_cost, investments[i].limit);
            visit(i + 1, left - cost);
        }
    };
    visit(0, budget);
    return best;
}

TEST(CapacityFrontier, IsNoHigherThanAnyAllocationOnAGridAndCloseToTheBest) {
    for (unsigned seed = 0; seed < 200; ++seed) {
        const Case each = pair_case(2, 2, seed);
        const CapacityFrontier frontier(each.losses, each.goal);
        const double budget = 0.4 * total_cost(each);
        const double best = best_on_grid(each, budget, 25);
        const double found = frontier.fill(budget).gar;
        EXPECT_LE(found, best + 1e-12 * frontier.base()) << seed;
        // Half a step of the grid to either side, at the steepest slope there is.
        const double steepest = frontier.pieces().empty() ? 0.0 : frontier.pieces().front().slope;
        EXPECT_GE(found, best - 2.0 * steepest * budget / 25.0 - 1e-12) << seed;
    }
}

TEST(CapacityFrontier, EqualsTheLinearProgramme) {
    NARROWS_NEEDS_CLP();
    for (unsigned seed = 0; seed < 200; ++seed) {
        const Case each = pair_case(3, 2, seed);
        const CapacityFrontier frontier(each.losses, each.goal);
        const double budget = (0.1 + 0.7 * (seed % 10) / 10.0) * total_cost(each);
        const Fill merged = frontier.fill(budget);
        FillProgram program(each.losses, each.goal, {});
        const Fill solved = program.solve(budget);
        EXPECT_NEAR(solved.gar, merged.gar, 1e-8 * frontier.base()) << seed;
        EXPECT_LE(solved.lower_bound, solved.gar);
        EXPECT_NEAR(*solved.dual, *merged.dual, 1e-7 * *merged.dual) << seed;
    }
}

TEST(CapacityFrontier, IsConvexAndFallsToNothingAndItsDualIsItsSlope) {
    for (unsigned seed = 0; seed < 50; ++seed) {
        const CapacityFrontier frontier = [&] {
            const Case each = pair_case(5, 4, seed);
            return CapacityFrontier(each.losses, each.goal);
        }();
        const std::vector<FrontierPoint>& points = frontier.points();
        double slope = infinite;
        for (std::size_t i = 0; i + 1 < points.size(); ++i) {
            const double length = points[i + 1].budget - points[i].budget;
            const double next = (points[i].gar - points[i + 1].gar) / length;
            EXPECT_GT(length, 0.0);
            EXPECT_GE(next, 0.0);
            EXPECT_LE(next, slope * (1.0 + 1e-9) + 1e-9 * frontier.base() / length);
            slope = next;
            const double middle = 0.5 * (points[i].budget + points[i + 1].budget);
            const Fill fill = frontier.fill(middle);
            EXPECT_NEAR(*fill.dual,
                        (frontier.fill(middle).gar - points[i + 1].gar) / (0.5 * length),
                        1e-6 * *fill.dual);
        }
        EXPECT_EQ(points.back().gar, 0.0);
    }
}

TEST(CapacityFrontier, GivesTheBaseForNothingAndNothingLeftForAnyMoney) {
    const Case each = pair_case(4, 3, 1);
    const CapacityFrontier frontier(each.losses, each.goal);
    const Fill none = frontier.fill(0.0);
    EXPECT_EQ(none.gar, frontier.base());
    EXPECT_EQ(none.amounts, VectorXd::Zero(none.amounts.size()));
    EXPECT_EQ(*none.dual, frontier.pieces().front().slope);
    const Fill all = frontier.fill(infinite);
    EXPECT_EQ(all.gar, 0.0);
    EXPECT_EQ(*all.dual, 0.0);
    EXPECT_EQ(gar_of(each, all.amounts), 0.0);
    EXPECT_LE(all.spent, total_cost(each) * (1.0 + 1e-12));
}

TEST(CapacityFrontier, StartsFromTheMeanOfTheRanking) {
    const IoTable table = read_plain_folder(test::data_path() / "world-2011");
    const HomeEconomy home = home_economy(table, "CHN");
    ChokepointQuery query;
    query.criticality = survey_criticality(home);
    for (const auto& coalitions : {all_imports(home), each_origin(home)}) {
        query.coalitions = coalitions;
        const ChokepointRanking ranking =
            rank_chokepoints(home, LeontiefModel(Backend::cpu(), home.coefficients()), query);
        double mean = 0.0;
        for (const Chokepoint& row : ranking.rows) mean += row.gar;
        mean /= static_cast<double>(ranking.rows.size());
        const std::vector<Blockade> pairs = pair_blockades(home, coalitions, query.share);
        ASSERT_EQ(pairs.size(), ranking.rows.size());
        const BlockadeLosses losses(home, query.criticality, query.lambda, pairs,
                                    capacities(home, pairs, VectorXd::Ones(home.x.size())));
        const CapacityFrontier frontier(losses, {blockade_weights(home, pairs)});
        EXPECT_NEAR(frontier.base(), mean, 1e-12 * mean);
    }
}

TEST(CapacityFrontier, MatchesOracle26AndSoDoesTheLinearProgramme) {
    NARROWS_NEEDS_SHARED("spec/oracles/26_gap_filling_lp.json");
    const nlohmann::json oracle = test::read_oracle("26_gap_filling_lp");
    const nlohmann::json economy = test::read_oracle("23_lambda_bottleneck_3sector");
    HomeEconomy home;
    home.total_use = test::matrix(oracle["U"]);
    home.domestic = home.total_use.cwiseProduct(test::matrix(economy["D"]));
    home.imports = {home.total_use.cwiseProduct(test::matrix(economy["mu"]))};
    home.origins = {"C"};
    for (const char* code : {"1", "2", "3"}) home.sectors.push_back({code, "", SectorKind::goods});
    home.value_added = test::vector(economy["va"]);
    home.x = VectorXd::Ones(3);
    std::vector<Blockade> pairs = pair_blockades(home, all_imports(home), economy["s"]);
    ASSERT_EQ(pairs.size(), 3U);
    for (std::size_t w = 0; w < 3; ++w) pairs[w].weight = oracle["prob"][w];
    const BlockadeLosses losses(home, test::matrix(economy["c"]), economy["lam"], pairs,
                                capacities(home, pairs, test::vector(oracle["cost_per_unit"])));
    const FillGoal goal{blockade_weights(home, pairs)};
    const CapacityFrontier frontier(losses, goal);
    EXPECT_NEAR(frontier.base(), oracle["base"].get<double>(), 1e-12);
    const auto expect_oracle = [&](const Fill& fill) {
        EXPECT_NEAR(fill.gar, oracle["optimum"].get<double>(), 1e-9);
        EXPECT_NEAR(*fill.dual, oracle["budget_dual"].get<double>(), 1e-9);
        EXPECT_LT((fill.amounts - test::vector(oracle["g"])).cwiseAbs().maxCoeff(), 1e-7);
    };
    expect_oracle(frontier.fill(oracle["budget"]));
    if (!test::has_clp()) return;
    FillProgram program(losses, goal, {});
    expect_oracle(program.solve(oracle["budget"]));
}

TEST(CapacityFrontier, RefusesWhatDoesNotSeparate) {
    std::mt19937 random(7);
    const test::RandomHome made = test::random_home(3, 1, random);
    const std::vector<Blockade> joint = {{"both", {0}, {{0, 0.5}, {1, 0.5}}, 1.0}};
    const BlockadeLosses losses(made.home, made.criticality, 0.5, joint,
                                capacities(made.home, joint, VectorXd::Ones(3)));
    EXPECT_FALSE(is_separable(joint));
    EXPECT_THROW(CapacityFrontier(losses, {VectorXd::Ones(1)}), ArgumentError);
}

}  // namespace
}  // namespace narrows
