// Constraints of a fill: limits of sets, least scale and number of sectors, and which contradict.
#include <algorithm>
#include <limits>

#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "host/invest/gap_filling.hpp"
#include "host/model/whole_numbers.hpp"

#include "tests/host/invest/random_blockades.hpp"

namespace narrows {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double infinite = std::numeric_limits<double>::infinity();

struct Query {
    HomeEconomy home;
    FillQuery fill;
};

Query joint_query(Index num_products, unsigned seed) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> uniform(0.5, 2.0);
    test::RandomHome made = test::random_home(num_products, 2, random);
    FillQuery query;
    query.blockades = test::random_blockades(made.home, 3, random);
    query.criticality = made.criticality;
    query.unit_costs = VectorXd::NullaryExpr(num_products, [&] { return uniform(random); });
    double all = 0.0;
    for (const Investment& each : capacities(made.home, query.blockades, query.unit_costs)) {
        all += each.unit_cost * each.limit;
    }
    query.budget = 0.4 * all;
    return {std::move(made.home), std::move(query)};
}

/// The least risk over every choice of sectors, each by a linear programme.
double best_choice(const Query& query, const VectorXd& scales, Index most) {
    const FillQuery& fill = query.fill;
    const std::vector<Investment> investments =
        capacities(query.home, fill.blockades, fill.unit_costs);
    const BlockadeLosses losses(query.home, fill.criticality, fill.lambda, fill.blockades,
                                investments);
    const FillGoal goal{blockade_weights(query.home, fill.blockades)};
    double best = infinite;
    for (unsigned choice = 0; choice < (1U << investments.size()); ++choice) {
        std::vector<FillLimit> limits;
        Index count = 0;
        for (std::size_t i = 0; i < investments.size(); ++i) {
            const bool chosen = (choice >> i & 1U) != 0;
            count += chosen ? 1 : 0;
            const auto at = static_cast<Index>(i);
            limits.push_back({"scale",
                              {{at, chosen ? -1.0 : 1.0}},
                              chosen ? -scales[investments[i].product] : 0.0});
        }
        if (count > most) continue;
        try {
            best = std::min(best, FillProgram(losses, goal, limits).solve(fill.budget).gar);
        } catch (const ArgumentError&) {
            continue;  // these sectors at their least scale cost more, or take less
        }
    }
    return best;
}

TEST(SectorChoice, IsTheBestOfAllChoices) {
    NARROWS_NEEDS_CBC();
    for (unsigned seed = 0; seed < 8; ++seed) {
        Query query = joint_query(4, seed);
        query.fill.least_scale = VectorXd::Constant(4, 4.0 + seed % 5);
        query.fill.most_sectors = 1 + seed % 3;
        const FillResult result = fill_gaps(query.home, query.fill);
        const double expected =
            best_choice(query, query.fill.least_scale, *query.fill.most_sectors);
        EXPECT_NEAR(result.fill.gar, expected, 1e-6 * result.base) << seed;
        EXPECT_FALSE(result.fill.dual);
        EXPECT_LE(result.fill.spent, query.fill.budget * (1.0 + 1e-8));
        Index count = 0;
        for (const ProductFill& product : result.products) {
            if (product.capacity == 0.0) continue;
            ++count;
            EXPECT_GE(product.capacity, query.fill.least_scale[0] * (1.0 - 1e-8));
        }
        EXPECT_LE(count, *query.fill.most_sectors);
    }
}

TEST(SectorChoice, ChangesNothingWhereItAllowsEverything) {
    NARROWS_NEEDS_CBC();
    Query query = joint_query(4, 3);
    const double free = fill_gaps(query.home, query.fill).fill.gar;
    query.fill.most_sectors = 4;
    const FillResult result = fill_gaps(query.home, query.fill);
    EXPECT_NEAR(result.fill.gar, free, 1e-8 * result.base);
    query.fill.most_sectors = 0;
    EXPECT_EQ(fill_gaps(query.home, query.fill).fill.gar, result.base);
}

TEST(SetLimits, AreKeptAndCostGdpAtRisk) {
    NARROWS_NEEDS_CLP();
    for (unsigned seed = 0; seed < 12; ++seed) {
        Query query = joint_query(5, seed);
        const FillResult free = fill_gaps(query.home, query.fill);
        const std::vector<Index> two = {0, 1};
        const auto spent_on = [&](const FillResult& result) {
            double cost = 0.0;
            for (const ProductFill& each : result.products) {
                if (each.product < 2) cost += each.cost;
            }
            return cost;
        };
        const double spent = spent_on(free);
        query.fill.set_limits = {{"two", two, std::nullopt, 0.5 * spent}};
        const FillResult less = fill_gaps(query.home, query.fill);
        EXPECT_LE(spent_on(less), 0.5 * spent * (1.0 + 1e-7) + 1e-9);
        EXPECT_GE(less.fill.gar, free.fill.gar - 1e-8 * free.base);
        const double floor = std::min(query.fill.budget, spent * 1.2 + 0.1);
        query.fill.set_limits = {{"two", two, floor, std::nullopt}};
        try {
            const FillResult more = fill_gaps(query.home, query.fill);
            EXPECT_GE(spent_on(more), floor * (1.0 - 1e-7));
            EXPECT_GE(more.fill.gar, free.fill.gar - 1e-8 * free.base);
        } catch (const ArgumentError& error) {
            EXPECT_NE(std::string(error.what()).find("of set 'two'"), std::string::npos);
        }
    }
}

std::string refusal(const Query& query) {
    try {
        fill_gaps(query.home, query.fill);
    } catch (const ArgumentError& error) {
        return error.what();
    }
    return "none";
}

TEST(SetLimits, ThatContradictAreNamedAndNoOthers) {
    NARROWS_NEEDS_CLP();
    Query query = joint_query(5, 2);
    query.fill.budget = 10.0;
    query.fill.set_limits = {
        {"a", {0}, 6.0, std::nullopt}, {"b", {1, 2}, 5.0, 8.0}, {"c", {3}, std::nullopt, 1.0}};
    EXPECT_EQ(refusal(query),
              "infeasible: floor 6 of set 'a', floor 5 of set 'b', a budget of 10 cannot be kept "
              "together");
    query.fill.budget = infinite;
    EXPECT_EQ(refusal(query), "none");
    query.fill.set_limits = {{"none", {}, 1.0, std::nullopt}};
    EXPECT_EQ(refusal(query),
              "floor 1 of set 'none': no scenario withholds any of its products, so that there is "
              "nothing to invest in");
    query.fill.set_limits = {{"a", {0}, 1e6, std::nullopt}, {"b", {1}, 1.0, std::nullopt}};
    EXPECT_EQ(refusal(query),
              "infeasible: floor 1000000 of set 'a' is more than all investments take");
}

TEST(SectorChoice, ThatContradictsFloorsIsNamed) {
    NARROWS_NEEDS_CBC();
    Query query = joint_query(5, 2);
    query.fill.set_limits = {{"a", {0}, 1.0, std::nullopt}, {"b", {1}, 1.0, std::nullopt}};
    query.fill.most_sectors = 1;
    EXPECT_EQ(refusal(query),
              "infeasible: floor 1 of set 'a', floor 1 of set 'b', at most 1 sectors cannot be "
              "kept together");
}

TEST(WholeNumbers, SolveAKnapsack) {
    NARROWS_NEEDS_CBC();
    // Weights 5, 4, 3 and values 10, 7, 5 within 8: the first and the third.
    LinearProgram program;
    program.objective = Eigen::Vector3d(10.0, 7.0, 5.0);
    program.R = MatrixXd(Eigen::RowVector3d(5.0, 4.0, 3.0)).sparseView();
    program.limits = VectorXd::Constant(1, 8.0);
    program.lower = VectorXd::Zero(3);
    program.upper = VectorXd::Ones(3);
    program.whole = {0, 1, 2};
    EXPECT_EQ(maximise(program).z, VectorXd(Eigen::Vector3d(1.0, 0.0, 1.0)));
    program.lower.setOnes();
    EXPECT_FALSE(maximise(program).feasible);
}

TEST(FillGaps, RefusesWhatIsOutOfRange) {
    const Query good = joint_query(3, 1);
    const auto refused = [&](const auto& change) {
        Query query = good;
        change(query.fill);
        return refusal(query);
    };
    EXPECT_EQ(refused([](FillQuery& q) { q.budget = -1.0; }), "budget is -1, expected 0 or more");
    EXPECT_EQ(refused([](FillQuery& q) { q.lambda = 1.0; }),
              "lambda is 1, expected a number in [0, 1)");
    EXPECT_EQ(refused([](FillQuery& q) { q.cvar_level = 1.0; }),
              "level of the tail is 1, expected a number in [0, 1)");
    EXPECT_EQ(refused([](FillQuery& q) {
                  q.unit_costs[q.blockades[0].withheld[0].product] = 0.0;
              }).substr(0, 9),
              "cost of '");
    EXPECT_EQ(refused([](FillQuery& q) { q.blockades.clear(); }),
              "no imports are blocked: nothing to fill");
    EXPECT_EQ(refused([](FillQuery& q) { q.blockades[0].withheld[0].share = 2.0; }).substr(0, 24),
              "scenario 'W0': share of ");
    EXPECT_EQ(refused([](FillQuery& q) {
                  for (Blockade& b : q.blockades) b.weight = 0.0;
              }),
              "the weights of all scenarios are 0, expected one above 0");
}

}  // namespace
}  // namespace narrows
