#include "host/invest/fill_program.hpp"

#include <algorithm>
#include <functional>
#include <limits>

#include <gtest/gtest.h>

#include "host/invest/baselines.hpp"
#include "host/invest/diversification.hpp"

#include "tests/host/invest/random_blockades.hpp"

namespace narrows {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double infinite = std::numeric_limits<double>::infinity();

struct Joint {
    BlockadeLosses losses;
    FillGoal goal;
    std::vector<FillLimit> limits;
};

Joint joint_case(Index num_products, Index num_origins, int num_blockades, unsigned seed,
                 bool diversify = false, double cvar_level = 0.0) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> uniform(0.5, 2.0);
    test::RandomHome made = test::random_home(num_products, num_origins, random);
    std::vector<Blockade> blockades = test::random_blockades(made.home, num_blockades, random);
    const VectorXd costs = VectorXd::NullaryExpr(num_products, [&] { return uniform(random); });
    std::vector<Investment> investments = capacities(made.home, blockades, costs);
    std::vector<FillLimit> limits;
    if (diversify) append_moves(made.home, blockades, {0.3, 0.5}, investments, limits);
    FillGoal goal{blockade_weights(made.home, blockades), cvar_level};
    return {BlockadeLosses(made.home, made.criticality, 0.6, std::move(blockades),
                           std::move(investments)),
            std::move(goal), std::move(limits)};
}

double risk_at(const Joint& each, const VectorXd& amounts) {
    return risk(each.goal, each.losses.gar(amounts));
}

double total_cost(const Joint& each) {
    double cost = 0.0;
    for (const Investment& i : each.losses.investments()) cost += i.unit_cost * i.limit;
    return cost;
}

VectorXd any_amounts(const Joint& each, std::mt19937& random) {
    std::uniform_real_distribution<double> uniform(0.0, 1.0);
    VectorXd amounts(static_cast<Index>(each.losses.investments().size()));
    for (Index i = 0; i < amounts.size(); ++i) {
        amounts[i] = uniform(random) * each.losses.investments()[static_cast<std::size_t>(i)].limit;
    }
    return amounts;
}

TEST(BlockadeLosses, HaveTangentsBelowThemEverywhereThatTouchWhereTheyWereTaken) {
    std::mt19937 random(3);
    for (unsigned seed = 0; seed < 60; ++seed) {
        const Joint each = joint_case(5, 3, 4, seed, seed % 2 == 1);
        const VectorXd at = any_amounts(each, random);
        const VectorXd elsewhere = any_amounts(each, random);
        const VectorXd gar = each.losses.gar(elsewhere);
        const VectorXd gar_at = each.losses.gar(at);
        Index w = 0;
        for (const Tangent& tangent : each.losses.tangents(at)) {
            double plane = tangent.constant;
            double touching = tangent.constant;
            for (const auto& [i, slope] : tangent.slopes) {
                plane -= slope * elsewhere[i];
                touching -= slope * at[i];
            }
            EXPECT_LE(plane, gar[w] * (1.0 + 1e-12) + 1e-12);
            EXPECT_NEAR(touching, gar_at[w], 1e-11 * gar_at[w] + 1e-12);
            ++w;
        }
    }
}

/// MODEL F.2 as it stands: a row for every user, critical input and blockade.
LinearProgram whole_programme(const Joint& each, const MatrixXd& criticality, double lambda,
                              double budget) {
    const HomeEconomy& home = each.losses.home();
    const auto& investments = each.losses.investments();
    const auto& blockades = each.losses.blockades();
    const auto count = static_cast<Index>(investments.size());
    const Index s = home.x.size();
    const Index variables = count + s * static_cast<Index>(blockades.size());
    std::vector<Eigen::Triplet<double>> entries;
    std::vector<double> limits;
    const auto put = [&](Index column, double value) {
        entries.emplace_back(static_cast<int>(limits.size()), static_cast<int>(column), value);
    };
    LinearProgram program;
    program.objective = VectorXd::Zero(variables);
    program.lower = VectorXd::Zero(variables);
    program.upper = VectorXd::Ones(variables);
    for (Index i = 0; i < count; ++i) {
        const Investment& investment = investments[static_cast<std::size_t>(i)];
        put(i, investment.unit_cost * investment.limit);
    }
    limits.push_back(budget);
    for (std::size_t w = 0; w < blockades.size(); ++w) {
        const Index first = count + s * static_cast<Index>(w);
        for (Index j = 0; j < s; ++j) {
            program.objective[first + j] =
                -each.goal.weights[static_cast<Index>(w)] * home.value_added[j];
            for (Index k = 0; k < s; ++k) {
                const double use = home.total_use(k, j);
                if (!(criticality(k, j) > 0.0 && use > 0.0)) continue;
                const double passed_on =
                    k == j ? 0.0 : criticality(k, j) * lambda * home.domestic(k, j) / use;
                put(first + j, -1.0);
                if (passed_on > 0.0) put(first + k, passed_on);
                limits.push_back(0.0);
                for (const WithheldProduct& withheld : blockades[w].withheld) {
                    if (withheld.product != k) continue;
                    const VectorXd imports = imports_from(home, blockades[w].coalition, k);
                    if (!(imports.sum() > 0.0)) continue;
                    const double c = criticality(k, j) * withheld.share * imports[j] / use;
                    put(first + j, -1.0);
                    if (passed_on > 0.0) put(first + k, passed_on);
                    for (Index i = 0; i < count; ++i) {
                        const Investment& investment = investments[static_cast<std::size_t>(i)];
                        if (investment.product == k) {
                            put(i, -c * investment.limit / imports.sum());
                        }
                    }
                    limits.push_back(-c);
                }
            }
        }
    }
    program.R.resize(static_cast<Index>(limits.size()), variables);
    program.R.setFromTriplets(entries.begin(), entries.end());
    program.limits = VectorXd::Map(limits.data(), static_cast<Index>(limits.size()));
    return program;
}

TEST(FillProgram, FindsWhatTheWholeLinearProgrammeFinds) {
    NARROWS_NEEDS_CLP();
    for (unsigned seed = 0; seed < 200; ++seed) {
        const Joint each = joint_case(4, 3, 3, seed);
        std::mt19937 random(seed);
        const MatrixXd criticality = test::random_home(4, 3, random).criticality;
        const double budget = (0.1 + 0.08 * (seed % 10)) * total_cost(each);
        const double base =
            risk_at(each, VectorXd::Zero(static_cast<Index>(each.losses.investments().size())));
        const LinearProgram whole = whole_programme(each, criticality, 0.6, budget);
        const double expected = -whole.objective.dot(maximise(whole).z);
        const Fill fill = FillProgram(each.losses, each.goal, {}).solve(budget);
        EXPECT_NEAR(fill.gar, expected, 1e-7 * base) << seed;
        EXPECT_NEAR(fill.gar, risk_at(each, fill.amounts), 1e-12 * base) << seed;
        EXPECT_LE(fill.spent, budget * (1.0 + 1e-8)) << seed;
    }
}

/// The least risk over a grid of allocations that spend at most the budget.
double best_on_grid(const Joint& each, double budget, int steps) {
    const std::vector<Investment>& investments = each.losses.investments();
    VectorXd amounts = VectorXd::Zero(static_cast<Index>(investments.size()));
    double best = infinite;
    const std::function<void(std::size_t, int)> visit = [&](std::size_t i, int left) {
        if (i == investments.size()) {
            best = std::min(best, risk_at(each, amounts));
            return;
        }
        for (int step = 0; step <= left; ++step) {
            amounts[static_cast<Index>(i)] =
                std::min(budget * step / steps / investments[i].unit_cost, investments[i].limit);
            visit(i + 1, left - step);
        }
    };
    visit(0, steps);
    return best;
}

TEST(FillProgram, IsNoHigherThanAnyAllocationOnAGridAndProvesIt) {
    NARROWS_NEEDS_CLP();
    for (unsigned seed = 0; seed < 200; ++seed) {
        const Joint each = joint_case(2, 2, 3, seed, false, seed % 2 == 0 ? 0.0 : 0.6);
        const double budget = 0.4 * total_cost(each);
        const Fill fill = FillProgram(each.losses, each.goal, {}).solve(budget);
        const double base = risk_at(each, VectorXd::Zero(fill.amounts.size()));
        const double best = best_on_grid(each, budget, 60);
        EXPECT_LE(fill.gar, best + 1e-8 * base) << seed;
        EXPECT_LE(fill.gar - fill.lower_bound, 1e-8 * base) << seed;
        // The grid comes near: neither is far below what any allocation reaches.
        EXPECT_GE(fill.gar, best - 0.05 * base) << seed;
    }
}

TEST(FillProgram, HasAConvexFrontierWhoseSlopeIsItsDual) {
    NARROWS_NEEDS_CLP();
    for (unsigned seed = 0; seed < 30; ++seed) {
        const Joint each = joint_case(4, 3, 3, seed, seed % 3 == 0, seed % 2 == 0 ? 0.0 : 0.7);
        FillProgram program(each.losses, each.goal, each.limits);
        const double all = total_cost(each);
        const double base = program.solve(0.0).gar;
        double before = base;
        double fall = infinite;
        for (int step = 1; step <= 8; ++step) {
            const Fill fill = program.solve(all * step / 8.0);
            EXPECT_LE(fill.gar, before + 1e-8 * base);
            EXPECT_LE(before - fill.gar, fall + 1e-7 * base);
            // A convex function is above its tangent: dual is a slope there.
            EXPECT_GE(before, fill.gar + *fill.dual * all / 8.0 - 1e-7 * base);
            fall = before - fill.gar;
            before = fill.gar;
        }
        // Between two kinks the dual is the slope itself.
        const double budget = 0.137 * all;
        const double width = 1e-4 * all;
        const double slope =
            (program.solve(budget - width).gar - program.solve(budget + width).gar) / (2.0 * width);
        const double left = *program.solve(budget - width).dual;
        const double right = *program.solve(budget + width).dual;
        EXPECT_LE(slope, left + 1e-3 * base / all);
        EXPECT_GE(slope, right - 1e-3 * base / all);
    }
}

TEST(FillProgram, GivesTheBaseForNothingAndNothingLeftForAnyMoney) {
    NARROWS_NEEDS_CLP();
    const Joint each = joint_case(5, 3, 4, 11);
    FillProgram program(each.losses, each.goal, {});
    const Fill none = program.solve(0.0);
    EXPECT_EQ(none.amounts, VectorXd::Zero(none.amounts.size()));
    EXPECT_EQ(none.gar, risk_at(each, none.amounts));
    EXPECT_EQ(none.spent, 0.0);
    const Fill all = program.solve(infinite);
    EXPECT_LT(all.gar, 1e-8 * none.gar);
    EXPECT_EQ(program.solve(infinite).amounts, all.amounts);
}

/// Users 0 and 1 each need both imported inputs alike.
Joint two_bottlenecks() {
    HomeEconomy home;
    home.region = "HOM";
    home.origins = {"O"};
    for (const char* code : {"A", "B", "USER"}) {
        home.sectors.push_back({code, "", SectorKind::goods});
    }
    home.domestic = MatrixXd::Zero(3, 3);
    MatrixXd imports = MatrixXd::Zero(3, 3);
    imports(0, 2) = 10.0;
    imports(1, 2) = 10.0;
    home.imports = {imports};
    home.total_use = imports;
    home.value_added = VectorXd::Constant(3, 1.0);
    home.x = VectorXd::Constant(3, 30.0);
    std::vector<Blockade> both = {{"both", {0}, {{0, 0.5}, {1, 0.5}}, 1.0}};
    std::vector<Investment> investments = capacities(home, both, VectorXd::Ones(3));
    return {BlockadeLosses(home, MatrixXd::Ones(3, 3), 0.5, both, investments),
            {VectorXd::Ones(1)},
            {}};
}

TEST(FillProgram, RelievesTwoBottlenecksWhereGreedyFindsNothing) {
    const Joint each = two_bottlenecks();
    EXPECT_EQ(risk_at(each, VectorXd::Zero(2)), 0.5);
    const VectorXd greedy = greedy_amounts(each.losses, each.goal, 20.0);
    EXPECT_EQ(greedy, VectorXd::Zero(2));
    EXPECT_EQ(risk_at(each, proportional_amounts(each.losses.investments(), 20.0)), 0.0);
    NARROWS_NEEDS_CLP();
    FillProgram program(each.losses, each.goal, {});
    EXPECT_NEAR(program.solve(20.0).gar, 0.0, 1e-9);
    EXPECT_NEAR(program.solve(10.0).gar, 0.25, 1e-9);
    EXPECT_NEAR(*program.solve(10.0).dual, 0.025, 1e-9);
}

TEST(FillProgram, IsNoHigherThanGreedyAndProportional) {
    NARROWS_NEEDS_CLP();
    for (unsigned seed = 0; seed < 40; ++seed) {
        const Joint each = joint_case(5, 3, 4, seed);
        const double budget = 0.3 * total_cost(each);
        const Fill fill = FillProgram(each.losses, each.goal, {}).solve(budget);
        const auto& investments = each.losses.investments();
        for (const VectorXd& amounts : {greedy_amounts(each.losses, each.goal, budget),
                                        proportional_amounts(investments, budget)}) {
            EXPECT_LE(cost_of(investments, amounts), budget * (1.0 + 1e-12));
            EXPECT_LE(fill.gar, risk_at(each, amounts) * (1.0 + 1e-8));
        }
    }
}

TEST(Diversification, LowersRiskBelowWhatCapacityAloneDoesAndKeepsItsLimits) {
    NARROWS_NEEDS_CLP();
    bool any_lower = false;
    for (unsigned seed = 0; seed < 30; ++seed) {
        const Joint alone = joint_case(4, 3, 3, seed);
        const Joint moving = joint_case(4, 3, 3, seed, true);
        const double budget = 0.3 * total_cost(alone);
        const Fill without = FillProgram(alone.losses, alone.goal, {}).solve(budget);
        const Fill with = FillProgram(moving.losses, moving.goal, moving.limits).solve(budget);
        EXPECT_LE(with.gar, without.gar * (1.0 + 1e-8));
        any_lower |= with.gar < 0.95 * without.gar;
        for (const FillLimit& limit : moving.limits) {
            double sum = 0.0;
            for (const auto& [i, weight] : limit.terms) sum += weight * with.amounts[i];
            EXPECT_LE(sum, limit.limit * (1.0 + 1e-7));
        }
    }
    EXPECT_TRUE(any_lower);
}

/// Moves change what each origin sells and nothing else: GDP at risk is that of the economy with
/// those imports.
TEST(Diversification, IsTheEconomyWithTheImportsMoved) {
    std::mt19937 random(5);
    const test::RandomHome made = test::random_home(4, 3, random);
    const std::vector<Blockade> blockades = test::random_blockades(made.home, 4, random);
    std::vector<Investment> investments;
    std::vector<FillLimit> limits;
    append_moves(made.home, blockades, {1.0, 1.0}, investments, limits);
    const BlockadeLosses losses(made.home, made.criticality, 0.5, blockades, investments);
    const Eigen::VectorXd none = VectorXd::Zero(static_cast<Index>(investments.size()));
    for (Index i = 0; i < none.size(); ++i) {
        const Investment& move = investments[static_cast<std::size_t>(i)];
        VectorXd amounts = none;
        amounts[i] = 0.7 * move.limit;
        HomeEconomy moved = made.home;
        MatrixXd& from = moved.imports[static_cast<std::size_t>(move.from)];
        const Eigen::RowVectorXd flow =
            from.row(move.product) * (amounts[i] / from.row(move.product).sum());
        from.row(move.product) -= flow;
        moved.imports[static_cast<std::size_t>(move.to)].row(move.product) += flow;
        const VectorXd expected =
            BlockadeLosses(moved, made.criticality, 0.5, blockades, {}).gar(VectorXd());
        EXPECT_LT((losses.gar(amounts) - expected).cwiseAbs().maxCoeff(), 1e-11);
    }
}

TEST(Risk, OfTheTailIsItsMinimumOverEtaAndTheMeanAtLevelNought) {
    std::mt19937 random(9);
    std::uniform_real_distribution<double> uniform(0.0, 1.0);
    for (int repeat = 0; repeat < 50; ++repeat) {
        const VectorXd gar = VectorXd::NullaryExpr(7, [&] { return uniform(random); });
        FillGoal goal{VectorXd::NullaryExpr(7, [&] { return 0.1 + uniform(random); })};
        goal.weights /= goal.weights.sum();
        EXPECT_NEAR(risk(goal, gar), goal.weights.dot(gar), 1e-15);
        goal.cvar_level = 0.95 * uniform(random);
        double least = infinite;
        for (const double eta : gar) {
            const VectorXd above = (gar.array() - eta).max(0.0);
            least = std::min(least, eta + goal.weights.dot(above) / (1.0 - goal.cvar_level));
        }
        EXPECT_NEAR(risk(goal, gar), least, 1e-12);
    }
}

}  // namespace
}  // namespace narrows
