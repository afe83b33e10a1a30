// What the parameters `rationing` and `priority_seed` do in the models with stocks.
#include <map>
#include <mutex>
#include <set>

#include <gtest/gtest.h>

#include "host/shock/inventory_model.hpp"

#include "tests/host/shock/random_economy.hpp"
#include "tests/host/shock/shock_cases.hpp"

namespace narrows {
namespace {

using test::all_of;
using test::random_economy;

/// Losses of value added by case, case c with parameters[c], where some sectors lose capacity.
std::map<Index, double> losses(const std::vector<ShockParameters>& parameters) {
    const ShockEconomy economy = random_economy(true, 4, 2, 3);
    const auto num_cases = static_cast<Index>(parameters.size());
    const ShockBatch batch = test::batch_of({test::target_of(ShockKind::capacity_loss, {1, 6})},
                                            Eigen::MatrixXd::Constant(1, num_cases, 0.5), 60);
    std::map<Index, double> result;
    std::mutex mutex;
    InventoryRun run;
    run.rule = {true, Production::leontief};
    run.done = [&](Index c, const ShockOutcome& outcome, const InventoryPath&) {
        const std::lock_guard lock(mutex);
        result[c] = outcome.total_value_added_loss();
    };
    run_inventory_model(
        Backend::cpu(), economy, batch, all_of(num_cases),
        [&](Index c) { return parameters[static_cast<std::size_t>(c)]; }, run);
    return result;
}

ShockParameters with(Rationing rationing, double seed = 1.0) {
    ShockParameters parameters;
    parameters.stock_days = 3.0;
    parameters.rationing = rationing;
    parameters.priority_seed = seed;
    return parameters;
}

TEST(InventoryRationing, EveryRuleHasItsOwnLosses) {
    const auto found = losses({with(Rationing::proportional), with(Rationing::intermediate_first),
                               with(Rationing::largest_first), with(Rationing::random_priority)});
    std::set<double> different;
    for (const auto& [of_case, loss] : found) {
        EXPECT_GT(loss, 0.0) << of_case;
        different.insert(loss);
    }
    EXPECT_EQ(different.size(), 4U);
    // Sectors that are served first go on producing.
    EXPECT_LT(found.at(1), found.at(0));
}

TEST(InventoryRationing, TheSeedDecidesWhoIsServedAndNothingElseDoes) {
    const ShockParameters one = with(Rationing::random_priority, 1.0);
    const ShockParameters other = with(Rationing::random_priority, 2.5);
    const auto found = losses({one, other, one});
    EXPECT_EQ(found.at(0), found.at(2));
    EXPECT_NE(found.at(0), found.at(1));
    EXPECT_EQ(losses({other}).at(0), found.at(1));
    // Where orders are not served at random, the seed does nothing.
    const auto largest =
        losses({with(Rationing::largest_first, 1.0), with(Rationing::largest_first, 2.0)});
    EXPECT_EQ(largest.at(0), largest.at(1));
}

}  // namespace
}  // namespace narrows
