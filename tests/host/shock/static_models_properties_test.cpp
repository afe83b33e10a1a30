#include <algorithm>

#include "host/base/error.hpp"
#include "host/shock/model_kinds.hpp"
#include "host/shock/static_models.hpp"

#include "tests/host/shock/shock_cases.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/shared_files.hpp"

namespace narrows {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;
using test::all_of;
using test::batch_of;
using test::model_of;
using test::one_shock;
using test::relative_difference;
using test::target_of;
using enum ShockKind;

using StaticModel = std::vector<ShockOutcome> (*)(const ShockEconomy&, const LeontiefModel&,
                                                  const ShockBatch&, const std::vector<Index>&);

ShockOutcome outcome_of(StaticModel solve, const ShockEconomy& economy, const ShockBatch& batch) {
    return solve(economy, model_of(economy), batch, {0}).front();
}

struct NamedModel {
    const char* name;
    StaticModel solve;
    std::vector<ShockTarget> targets;
};

/// A target of every kind that each model can express, on tables of at least 6 nodes.
std::vector<NamedModel> all_models() {
    const ShockTarget demand = target_of(demand_change, {0, 3});
    const ShockTarget coefficient = target_of(coefficient_change, {1, 2}, {1, 2});
    const ShockTarget capacity = target_of(capacity_loss, {2, 4});
    const ShockTarget cut = target_of(import_cut, {0, 1, 5}, {0, 2}, {0});
    const ShockTarget own_price = target_of(price_rise, {1, 5});
    const ShockTarget price = target_of(price_rise, {0, 1, 5}, {0, 2}, {0});
    return {{"leontief", leontief_outcomes, {demand, coefficient, target_of(extraction, {5})}},
            {"mixed", mixed_outcomes, {demand, coefficient, capacity}},
            {"inoperability", inoperability_outcomes, {demand}},
            {"ghosh", ghosh_outcomes, {cut, capacity}},
            {"price", price_outcomes, {own_price, price}}};
}

std::vector<ShockEconomy> two_scopes(unsigned seed) {
    return {home_shock_economy(test::random_national_table(7, seed), ""),
            world_shock_economy(test::random_world_table(3, 4, seed), "R1")};
}

TEST(StaticModels, LoseNothingToAShockOfZero) {
    for (const ShockEconomy& economy : two_scopes(3)) {
        for (const NamedModel& each : all_models()) {
            const auto count = static_cast<Index>(each.targets.size());
            const ShockBatch batch = batch_of(each.targets, MatrixXd::Zero(count, 1));
            test::expect_nothing(outcome_of(each.solve, economy, batch));
        }
    }
}

TEST(StaticModels, GiveTheSameBitsInAnyBatch) {
    for (const ShockEconomy& economy : two_scopes(4)) {
        for (const NamedModel& each : all_models()) {
            const auto count = static_cast<Index>(each.targets.size());
            MatrixXd amounts(count, 4);
            for (Index c = 0; c < 4; ++c) {
                for (Index t = 0; t < count; ++t) {
                    amounts(t, c) = (t + c) % 3 == 0 ? 0.0 : 0.07 * static_cast<double>(t + c);
                }
            }
            test::expect_case_by_case(batch_of(each.targets, amounts), [&](const auto& cases) {
                return each.solve(economy, model_of(economy), batch_of(each.targets, amounts),
                                  cases);
            });
        }
    }
}

TEST(StaticModels, GrowWithTheAmount) {
    for (const ShockEconomy& economy : two_scopes(5)) {
        for (const NamedModel& each : all_models()) {
            for (const ShockTarget& target : each.targets) {
                const ShockBatch batch =
                    batch_of({target}, Eigen::RowVector4d(0.1, 0.3, 0.7, 0.99));
                // Less demand and smaller needs are what is lost.
                const bool falls =
                    target.kind == demand_change || target.kind == coefficient_change;
                ShockBatch signed_batch = batch;
                if (falls) signed_batch.amounts *= -1.0;
                const auto outcomes =
                    each.solve(economy, model_of(economy), signed_batch, all_of(4));
                VectorXd before = VectorXd::Zero(economy.num_nodes());
                for (const ShockOutcome& outcome : outcomes) {
                    const VectorXd& now =
                        each.solve == price_outcomes ? outcome.price_change : outcome.output_loss;
                    EXPECT_TRUE((now.array() >= before.array() - 1e-13 * economy.x.array()).all());
                    EXPECT_GT(now.sum(), before.sum()) << each.name;
                    before = now;
                }
            }
        }
    }
}

TEST(StaticModels, DoNotDependOnTheUnitOfAccount) {
    const IoTable table = test::random_national_table(7, 6);
    const ShockEconomy economy = home_shock_economy(table, "");
    const ShockEconomy in_cents = home_shock_economy(test::rescaled(table, 100.0), "");
    for (const NamedModel& each : all_models()) {
        const auto count = static_cast<Index>(each.targets.size());
        const ShockBatch batch = batch_of(each.targets, VectorXd::Constant(count, 0.2));
        const ShockOutcome a = outcome_of(each.solve, economy, batch);
        const ShockOutcome b = outcome_of(each.solve, in_cents, batch);
        EXPECT_LE(relative_difference(b.output_loss, 100.0 * a.output_loss, 1e-9), 1e-11);
        EXPECT_LE(relative_difference(b.value_added_loss, 100.0 * a.value_added_loss, 1e-9), 1e-11);
        EXPECT_LE(relative_difference(b.price_change, a.price_change, 1e-9), 1e-11);
        EXPECT_NEAR(b.final_cost, 100.0 * a.final_cost, 1e-11 * std::abs(b.final_cost));
    }
}

TEST(StaticModels, DoNotDependOnTheOrderOfSectors) {
    const IoTable table = test::random_national_table(7, 7);
    const std::vector<Index> order = test::random_permutation(7, 1);
    const ShockEconomy economy = home_shock_economy(table, "");
    const ShockEconomy reordered = home_shock_economy(test::permuted(table, order), "");
    std::vector<Index> place(7);
    for (Index p = 0; p < 7; ++p)
        place[static_cast<std::size_t>(order[static_cast<std::size_t>(p)])] = p;
    const auto moved = [&](std::vector<Index> nodes) {
        for (Index& node : nodes) node = place[static_cast<std::size_t>(node)];
        std::sort(nodes.begin(), nodes.end());
        return nodes;
    };
    for (const NamedModel& each : all_models()) {
        std::vector<ShockTarget> targets = each.targets;
        for (ShockTarget& target : targets) {
            target.nodes = moved(target.nodes);
            target.products = moved(target.products);
        }
        const VectorXd amounts = VectorXd::Constant(static_cast<Index>(targets.size()), 0.2);
        const ShockOutcome a = outcome_of(each.solve, economy, batch_of(each.targets, amounts));
        const ShockOutcome b = outcome_of(each.solve, reordered, batch_of(targets, amounts));
        EXPECT_LE(relative_difference(b.output_loss, a.output_loss(order), 1e-6), 1e-11);
        if (a.price_change.size() > 0) {
            EXPECT_LE(relative_difference(b.price_change, a.price_change(order)), 1e-11);
        }
    }
}

TEST(StaticModels, RefuseEveryKindTheyCannotExpress) {
    const ShockEconomy economy = home_shock_economy(test::random_national_table(7, 8), "");
    for (const NamedModel& each : all_models()) {
        for (const ShockKind kind : {import_cut, capacity_loss, demand_change, coefficient_change,
                                     price_rise, extraction}) {
            const ShockBatch batch = one_shock(target_of(kind, {1}, {0}, {0}), 0.1);
            if (can_express(each.name, kind, false)) {
                EXPECT_EQ(outcome_of(each.solve, economy, batch).model, each.name);
                continue;
            }
            test::expect_parts(
                test::message_of<ArgumentError>([&] { outcome_of(each.solve, economy, batch); }),
                {std::string("model ") + each.name + ": cannot express shocks[0]", to_string(kind),
                 "models that can: "});
        }
    }
}

}  // namespace
}  // namespace narrows
