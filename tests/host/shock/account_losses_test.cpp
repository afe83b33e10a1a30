// What is lost of satellite accounts in a shock.
#include <gtest/gtest.h>

#include "host/shock/experiment.hpp"
#include "host/shock/scenario_economy.hpp"
#include "host/shock/shock_table.hpp"

#include "tests/support/scenarios.hpp"
#include "tests/support/tables.hpp"

namespace narrows {
namespace {

struct Shocked {
    ShockEconomy economy;
    ShockTable table;
    std::vector<ShockOutcome> outcomes;  // by model
};

/// One case under some models; accounts 0, 1 and 2 (value added).
Shocked shock(const std::vector<std::string>& models, unsigned seed, bool world) {
    const IoTable table = test::with_satellites(test::random_world_table(3, 4, seed), seed);
    const Scenario scenario = test::scenario_with(
        R"({"kind": "capacity_loss", "sector": "S0", "share": 0.3, "start": 5, "duration": 20})",
        std::string(R"("home": "R0", "days": 40, "scope": ")") + (world ? "world\"" : "home\""));
    const ShockEconomy economy = scenario_economy(table, scenario);
    const ShockBatch batch = shock_batch(scenario, economy);
    const Eigen::VectorXd stocks;
    const Backend backend = Backend::cpu();
    Experiment experiment(economy, scenario, batch, stocks, backend, SolveMethod::automatic, 1);
    Shocked result{
        economy,
        ShockTable(models, economy.num_nodes(), 1, {}, account_intensities(economy, {0, 1, 2})),
        {}};
    for (std::size_t m = 0; m < models.size(); ++m) {
        experiment.run(models[m], {0}, 0,
                       [&](Index of_case, const ShockOutcome& outcome, const InventoryPath&) {
                           result.table.set(static_cast<Index>(m), of_case, outcome);
                           result.outcomes.push_back(outcome);
                       });
    }
    return result;
}

TEST(AccountLosses, OfAnAccountOfValueAddedAreThoseOfValueAdded) {
    const std::vector<std::string> stocks = {"pbl-linear", "pbl-half", "pbl-leontief"};
    for (const bool world : {false, true}) {
        const Shocked of_stocks = shock(stocks, 1, world);
        for (Index m = 0; m < 3; ++m) {
            const double loss = of_stocks.table.total(ShockTable::value_added_loss, m, 0);
            EXPECT_GT(loss, 0.0);
            EXPECT_EQ(of_stocks.table.account_loss(2, m, 0), loss);  // the same bits
        }
    }
    const Shocked still = shock({"bottleneck", "ghosh", "mixed"}, 2, false);
    for (Index m = 0; m < 3; ++m) {
        const double loss = still.table.total(ShockTable::value_added_loss, m, 0);
        EXPECT_NEAR(still.table.account_loss(2, m, 0), loss, 1e-13 * loss);
    }
}

TEST(AccountLosses, AreTheAccountPerOutputTimesLostOutput) {
    for (const bool world : {false, true}) {
        const Shocked found = shock({"pbl-half", "bottleneck"}, 3, world);
        for (Index m = 0; m < 2; ++m) {
            for (Index k = 0; k < 2; ++k) {
                long double sum = 0.0;
                const Eigen::VectorXd& values =
                    found.economy.satellites[static_cast<std::size_t>(k)].values;
                const Eigen::VectorXd& lost =
                    found.outcomes[static_cast<std::size_t>(m)].output_loss;
                for (Index j = 0; j < values.size(); ++j) {
                    sum += static_cast<long double>(values[j]) / found.economy.x[j] * lost[j];
                }
                EXPECT_NEAR(found.table.account_loss(k, m, 0), static_cast<double>(sum),
                            1e-13 * values.cwiseAbs().sum());
            }
            // Beside the accounts, losses by node are where they were.
            const ShockOutcome& outcome = found.outcomes[static_cast<std::size_t>(m)];
            EXPECT_EQ(found.table.mean_value_added_loss(m, 1), outcome.value_added_loss);
            EXPECT_EQ(found.table.mean_output_loss(m, 1), outcome.output_loss);
        }
    }
}

}  // namespace
}  // namespace narrows
