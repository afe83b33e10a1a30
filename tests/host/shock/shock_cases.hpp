#pragma once

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "host/model/leontief_model.hpp"
#include "host/shock/economy.hpp"
#include "host/shock/outcome.hpp"
#include "host/shock/shocks.hpp"

#include "tests/support/tables.hpp"

namespace narrows::test {

/// 0, 1, ..., count - 1.
inline std::vector<Index> all_of(Index count) {
    std::vector<Index> all;
    for (Index i = 0; i < count; ++i) all.push_back(i);
    return all;
}

inline ShockTarget target_of(ShockKind kind, std::vector<Index> nodes,
                             std::vector<Index> products = {}, std::vector<Index> origins = {}) {
    ShockTarget target;
    target.kind = kind;
    target.nodes = std::move(nodes);
    target.products = std::move(products);
    target.origins = std::move(origins);
    return target;
}

/// One case at full strength from the first day on; `amounts` may have a column for each of
/// several.
inline ShockBatch batch_of(std::vector<ShockTarget> targets, Eigen::MatrixXd amounts,
                           int days = 365) {
    ShockBatch batch;
    batch.days = days;
    batch.series.resize(days, 0);
    batch.scenario = "test";
    batch.targets = std::move(targets);
    for (std::size_t t = 0; t < batch.targets.size(); ++t) {
        batch.targets[t].name = "shocks[" + std::to_string(t) + "]";
    }
    batch.amounts = std::move(amounts);
    for (Index c = 0; c < batch.amounts.cols(); ++c) batch.cases.push_back(std::to_string(c));
    batch.timings.assign(static_cast<std::size_t>(batch.amounts.size()),
                         ShockTiming{.duration = INFINITY});
    return batch;
}

inline ShockBatch one_shock(ShockTarget target, double amount, int days = 365) {
    return batch_of({std::move(target)}, Eigen::MatrixXd::Constant(1, 1, amount), days);
}

inline LeontiefModel model_of(const ShockEconomy& economy) {
    return LeontiefModel(Backend::cpu(), economy.coefficients());
}

/// The economy of A and final demand f, without imports; what a column leaves is value added.
inline ShockEconomy economy_of(const Eigen::MatrixXd& a, const Eigen::VectorXd& x) {
    ShockEconomy economy;
    const Index n = x.size();
    for (Index i = 0; i < n; ++i) {
        economy.products.push_back({"S" + std::to_string(i), "", SectorKind::goods});
        economy.product.push_back(i);
        economy.region.push_back(0);
    }
    economy.regions = {{"HOM", "Home"}};
    economy.Z = a * x.asDiagonal();
    economy.x = x;
    economy.taxes = economy.households = Eigen::VectorXd::Zero(n);
    economy.other_final = x - economy.Z.rowwise().sum();
    economy.value_added = x - economy.Z.colwise().sum().transpose();
    return economy;
}

inline void expect_same_bits(const ShockOutcome& a, const ShockOutcome& b) {
    EXPECT_EQ(a.model, b.model);
    EXPECT_EQ(a.output_loss, b.output_loss);
    EXPECT_EQ(a.value_added_loss, b.value_added_loss);
    EXPECT_EQ(a.price_change, b.price_change);
    EXPECT_EQ(a.final_cost, b.final_cost);
    EXPECT_EQ(a.peak_share, b.peak_share);
    EXPECT_EQ(a.peak_day, b.peak_day);
    EXPECT_EQ(a.residual, b.residual);
    EXPECT_EQ(a.iterations, b.iterations);
    EXPECT_EQ(a.warnings, b.warnings);
}

/// Every case of a batch by itself gives what it gives in the batch, and in any order.
template <class Solve>
void expect_case_by_case(const ShockBatch& batch, Solve solve) {
    std::vector<Index> backwards;
    for (Index c = batch.num_cases(); c-- > 0;) backwards.push_back(c);
    const std::vector<ShockOutcome> together = solve(all_of(batch.num_cases()));
    const std::vector<ShockOutcome> reversed = solve(backwards);
    for (Index c = 0; c < batch.num_cases(); ++c) {
        const auto at = static_cast<std::size_t>(c);
        expect_same_bits(solve(std::vector<Index>{c}).front(), together[at]);
        expect_same_bits(reversed[together.size() - 1 - at], together[at]);
    }
}

/// No bit of a loss is set, not even a sign.
inline void expect_nothing(const ShockOutcome& outcome) {
    for (const Eigen::VectorXd* values :
         {&outcome.output_loss, &outcome.value_added_loss, &outcome.price_change}) {
        for (const double value : *values) EXPECT_TRUE(value == 0.0 && !std::signbit(value));
    }
    EXPECT_EQ(outcome.final_cost, 0.0);
    EXPECT_EQ(outcome.peak_share, 0.0);
    EXPECT_EQ(outcome.residual, 0.0);
    EXPECT_TRUE(outcome.warnings.empty());
}

}  // namespace narrows::test
