#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "host/shock/attribution.hpp"

#include "tests/host/shock/inventory_runs.hpp"
#include "tests/host/shock/random_economy.hpp"
#include "tests/host/shock/shock_cases.hpp"
#include "tests/support/tables.hpp"

namespace narrows {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;
using test::all_of;
using test::batch_of;
using test::one_shock;
using test::target_of;
using enum ShockKind;
using test::InventoryRan;
using test::run_inventory;

constexpr const char* models[] = {"pbl-linear", "pbl-ces",      "pbl-weak", "pbl-half",
                                  "pbl-strong", "pbl-leontief", "ario"};

/// With ratings of 0, 1/2 and 1.
ShockEconomy rated_economy(bool world, unsigned seed) {
    ShockEconomy economy = test::random_economy(world, 4, 3, seed);
    economy.criticality.resize(4, economy.num_nodes());
    for (Index i = 0; i < economy.criticality.size(); ++i) {
        economy.criticality.data()[i] = 0.5 * static_cast<double>((i + seed) % 3);
    }
    return economy;
}

/// Cuts of imports, losses of capacity and falls of demand, in `cases` of different strengths.
ShockBatch shocks_of(bool world, Index cases) {
    const std::vector<Index> origins = world ? std::vector<Index>{1, 2} : std::vector<Index>{0, 1};
    MatrixXd amounts(3, cases);
    for (Index c = 0; c < cases; ++c) {
        amounts.col(c) = Eigen::Vector3d(0.9, 0.5, -0.4) * static_cast<double>(c + 1) /
                         static_cast<double>(cases);
    }
    return batch_of({target_of(import_cut, all_of(4), {0, 2}, origins),
                     target_of(capacity_loss, {1, 3}), target_of(demand_change, {0})},
                    amounts, 90);
}

/// Stocks that shocks of these tests exhaust.
ShockParameters short_stocks() {
    ShockParameters parameters;
    parameters.stock_days = 5.0;
    parameters.ario_stock_days = 10.0;
    parameters.ario_restocking_days = 10.0;
    return parameters;
}

double total_loss(const std::string& model, const ShockEconomy& economy, const ShockBatch& batch) {
    return run_inventory(model, economy, batch, short_stocks()).outcome.total_output_loss();
}

void expect_same_bits(const InventoryRan& a, const InventoryRan& b) {
    EXPECT_EQ(a.outcome.output_loss, b.outcome.output_loss);
    EXPECT_EQ(a.outcome.value_added_loss, b.outcome.value_added_loss);
    EXPECT_EQ(a.path.value_added, b.path.value_added);
    EXPECT_EQ(a.path.output, b.path.output);
    EXPECT_EQ(a.path.bound, b.path.bound);
    EXPECT_EQ(a.path.fill, b.path.fill);
}

class InventoryProperties : public ::testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Models, InventoryProperties, ::testing::ValuesIn(models),
                         [](const auto& of) {
                             std::string name = of.param;
                             name.erase(std::remove(name.begin(), name.end(), '-'), name.end());
                             return name;
                         });

TEST_P(InventoryProperties, NoShockLosesExactlyNothing) {
    for (unsigned seed = 0; seed < 4; ++seed) {
        const ShockEconomy economy = rated_economy(seed % 2 == 1, seed);
        ShockBatch batch = shocks_of(economy.world, 2);
        batch.amounts.setZero();
        const InventoryRan ran = run_inventory(GetParam(), economy, batch);
        EXPECT_EQ(ran.outcome.output_loss, VectorXd::Zero(economy.num_nodes()));
        EXPECT_EQ(ran.outcome.value_added_loss, VectorXd::Zero(economy.num_nodes()));
        EXPECT_EQ(ran.outcome.peak_share, 0.0);
    }
}

TEST_P(InventoryProperties, BeforeAShockNothingMovesBeyondRounding) {
    // The case runs, unlike one without effect.
    for (unsigned seed = 0; seed < 4; ++seed) {
        const ShockEconomy economy = rated_economy(seed % 2 == 1, seed);
        ShockBatch batch = shocks_of(economy.world, 1);
        for (ShockTiming& timing : batch.timings) timing.start = 60.0;
        const InventoryRan ran = run_inventory(GetParam(), economy, batch);
        const MatrixXd before =
            365.0 * economy.x.cwiseInverse().asDiagonal() * ran.path.output.leftCols(60);
        EXPECT_LE((before.array() - 1.0).abs().maxCoeff(), 1e-13);
        EXPECT_GT(ran.outcome.peak_share, 1e-3);
    }
}

TEST_P(InventoryProperties, ScaleWithTheCurrency) {
    const ShockEconomy economy = rated_economy(false, 5);
    ShockEconomy other = economy;
    const double unit = std::ldexp(1.0, 20);
    other.Z *= unit;
    for (MatrixXd& imports : other.imports) imports *= unit;
    for (VectorXd* flows :
         {&other.households, &other.other_final, &other.value_added, &other.taxes, &other.x}) {
        *flows *= unit;
    }
    const ShockBatch batch = shocks_of(false, 1);
    const InventoryRan a = run_inventory(GetParam(), economy, batch, short_stocks());
    const InventoryRan b = run_inventory(GetParam(), other, batch, short_stocks());
    EXPECT_EQ(b.outcome.output_loss, unit * a.outcome.output_loss);
    EXPECT_EQ(b.path.output, unit * a.path.output);
    EXPECT_EQ(b.path.bound, a.path.bound);
    EXPECT_EQ(b.path.fill, a.path.fill);
}

TEST_P(InventoryProperties, EveryCaseIsTheSameByItselfAndOnAnyNumberOfThreads) {
    const ShockEconomy economy = rated_economy(false, 6);
    const ShockBatch batch = shocks_of(false, 11);
    const auto together = run_inventory(GetParam(), economy, batch, all_of(11), short_stocks());
    const auto halves = run_inventory(GetParam(), economy, batch, {3, 4, 5, 9}, short_stocks());
    for (const auto& [of_case, ran] : halves) expect_same_bits(ran, together.at(of_case));
    for (const Index c : {0, 7, 10}) {
        const auto alone =
            run_inventory(GetParam(), economy, batch, std::vector<Index>{c}, short_stocks());
        expect_same_bits(alone.at(c), together.at(c));
    }
    for (const int threads : {1, 2}) {
        const Backend backend = Backend::cpu({.num_threads = threads});
        const auto ran =
            run_inventory(GetParam(), economy, batch, all_of(11), short_stocks(), backend);
        for (Index c = 0; c < 11; ++c) expect_same_bits(ran.at(c), together.at(c));
    }
}

TEST_P(InventoryProperties, OutputStaysBetweenNothingAndCapacity) {
    const bool overtime = std::string(GetParam()) == "ario";
    for (unsigned seed = 0; seed < 6; ++seed) {
        const ShockEconomy economy = rated_economy(seed % 2 == 1, seed);
        const InventoryRan ran =
            run_inventory(GetParam(), economy, shocks_of(economy.world, 1), short_stocks());
        const MatrixXd made = 365.0 * economy.x.cwiseInverse().asDiagonal() * ran.path.output;
        EXPECT_GE(made.minCoeff(), 0.0);
        EXPECT_LE(made.maxCoeff(), overtime ? 1.25 : 1.0 + 1e-14);
        EXPECT_LE((ran.outcome.output_loss - ran.outcome.years * economy.x).maxCoeff(), 0.0);
        EXPECT_TRUE(overtime || ran.outcome.output_loss.minCoeff() >= -1e-12);
        EXPECT_GT(ran.outcome.total_output_loss(), 0.0);
        EXPECT_GE(ran.path.fill.minCoeff(), 0.0);
        EXPECT_LE(ran.path.fill.maxCoeff(), 1.0);
    }
}

/// The same economy of one region with its sectors in another order.
ShockEconomy in_order(const ShockEconomy& economy, const std::vector<Index>& order) {
    ShockEconomy other = economy;
    other.Z = economy.Z(order, order);
    for (MatrixXd& imports : other.imports) imports = imports(order, order).eval();
    for (VectorXd* flows :
         {&other.households, &other.other_final, &other.value_added, &other.taxes, &other.x}) {
        *flows = (*flows)(order).eval();
    }
    other.criticality = economy.criticality(order, order);
    for (std::size_t i = 0; i < order.size(); ++i) {
        other.products[i] = economy.products[static_cast<std::size_t>(order[i])];
    }
    return other;
}

ShockBatch in_order(ShockBatch batch, const std::vector<Index>& order) {
    for (ShockTarget& target : batch.targets) {
        for (std::vector<Index>* indices : {&target.products, &target.nodes}) {
            for (Index& each : *indices) {
                each = std::find(order.begin(), order.end(), each) - order.begin();
            }
            std::sort(indices->begin(), indices->end());
        }
    }
    return batch;
}

std::map<std::string, double> losses_by_name(const ShockEconomy& economy, const ShockBatch& batch,
                                             const InventoryRan& ran) {
    std::map<std::string, double> losses;
    for (const SourceLoss& each :
         attribute(economy, batch, 0, inventory_channels(economy, batch), ran.path, 1, 0).sources) {
        losses[each.name] += each.loss;
    }
    return losses;
}

TEST_P(InventoryProperties, TheOrderOfSectorsDoesNotMatter) {
    // Of a stock that is nearly gone rounding is a large part, and output by pbl-ces follows it.
    const bool ces = std::string(GetParam()) == "pbl-ces";
    const ShockParameters parameters = ces ? ShockParameters{} : short_stocks();
    for (unsigned seed = 0; seed < 5; ++seed) {
        const ShockEconomy economy = rated_economy(false, seed);
        const ShockBatch batch = shocks_of(false, 1);
        const std::vector<Index> order = test::random_permutation(4, seed);
        const ShockEconomy other = in_order(economy, order);
        const InventoryRan a = run_inventory(GetParam(), economy, batch, parameters);
        const InventoryRan b = run_inventory(GetParam(), other, in_order(batch, order), parameters);
        const double size = economy.x.maxCoeff();
        EXPECT_LE((a.outcome.output_loss(order) - b.outcome.output_loss).cwiseAbs().maxCoeff(),
                  1e-12 * size);
        EXPECT_LE((a.path.value_added - b.path.value_added).cwiseAbs().maxCoeff(), 1e-12 * size);
        const auto expected = losses_by_name(economy, batch, a);
        const auto found = losses_by_name(other, in_order(batch, order), b);
        for (const auto& [name, loss] : expected) {
            const auto at = found.find(name);
            EXPECT_NEAR(at == found.end() ? 0.0 : at->second, loss, 1e-9 * size) << name << seed;
        }
    }
}

ShockBatch cut_of(Index product, double share, double duration) {
    ShockBatch batch =
        one_shock(target_of(import_cut, all_of(4), {product}, {0, 1, 2}), share, 120);
    batch.timings[0].duration = duration;
    return batch;
}

// No theorem: orders react, and MODEL D.3 says that losses are not ordered day by day (the largest
// daily loss of pbl-strong is above that of pbl-leontief in a few of these economies). Over the
// whole horizon no counterexample was found.
TEST(InventoryReadings, LoseMoreTheMoreInputsBind) {
    const char* order[] = {"pbl-linear", "pbl-weak", "pbl-half", "pbl-strong", "pbl-leontief"};
    int strictly = 0;
    for (unsigned seed = 0; seed < 8; ++seed) {
        const ShockEconomy economy = rated_economy(false, seed);
        const ShockBatch batch = cut_of(seed % 4, 0.9, seed % 2 == 0 ? 120.0 : 45.0);
        double before = 0.0;
        for (const char* model : order) {
            const double loss = total_loss(model, economy, batch);
            EXPECT_GE(loss, before - 1e-12 * economy.x.sum()) << model << seed;
            if (loss > 1.01 * before) ++strictly;
            before = loss;
        }
    }
    EXPECT_GE(strictly, 8);
}

// Not so in ARIO, whose overtime makes up for more of a loss the larger it is (up to 1e-4 of
// output over 200 random economies), and in pbl-linear (up to 2e-7), where stocks that are too
// full lower orders.
TEST(InventoryReadings, LoseMoreTheMoreImportsOfAProductAreCut) {
    for (unsigned seed = 0; seed < 4; ++seed) {
        const ShockEconomy economy = rated_economy(false, seed);
        for (const char* model : models) {
            const std::string name = model;
            const double allowed = name == "ario" ? 2e-4 : name == "pbl-linear" ? 1e-6 : 1e-12;
            double before = 0.0;
            for (const double share : {0.2, 0.5, 0.8, 1.0}) {
                const double loss = total_loss(model, economy, cut_of(seed, share, 120.0));
                EXPECT_GE(loss, before - allowed * economy.x.sum()) << model << seed << share;
                before = loss;
            }
        }
    }
}

TEST(Swings, AreSeenWhereStocksAreRefilledFasterThanDeliveriesReact) {
    int swinging = 0;
    for (unsigned seed = 0; seed < 4; ++seed) {
        const ShockEconomy economy = rated_economy(false, seed);
        const ShockBatch batch = shocks_of(false, 1);
        ShockParameters parameters = short_stocks();
        const double base = economy.gdp() / 365.0;
        EXPECT_FALSE(
            swings(run_inventory("pbl-half", economy, batch, parameters).path.value_added, base));
        parameters.restocking_days = 0.4;
        const InventoryRan fast = run_inventory("pbl-half", economy, batch, parameters);
        EXPECT_FALSE(fast.outcome.warnings.empty());
        swinging += swings(fast.path.value_added, base) ? 1 : 0;
    }
    EXPECT_GE(swinging, 1);
}

TEST(Swings, NeedTurnsThatAreLargeEnoughAndEnoughDays) {
    VectorXd path(60);
    for (Index t = 0; t < 60; ++t) path[t] = 1.0 + (t % 2 == 0 ? 1e-3 : -1e-3);
    EXPECT_TRUE(swings(path, 1.0));
    EXPECT_FALSE(swings(path, 1e4));
    EXPECT_FALSE(swings(path.head(20), 1.0));
    EXPECT_FALSE(swings(VectorXd::LinSpaced(60, 0.5, 1.0), 1.0));
}

}  // namespace
}  // namespace narrows
