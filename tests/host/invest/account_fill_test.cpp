// Satellite accounts beside the best allocation of a budget.
#include <gtest/gtest.h>

#include "host/invest/gap_filling.hpp"

#include "tests/support/tables.hpp"

namespace narrows {
namespace {

FillQuery query_of(const HomeEconomy& home, double budget) {
    FillQuery query;
    query.blockades = pair_blockades(home, each_origin(home), 0.5);
    query.criticality = cost_share_criticality(home);
    query.unit_costs = Eigen::VectorXd::Ones(home.x.size());
    query.budget = budget;
    query.accounts = {0, 1, 2};
    return query;
}

TEST(AccountFill, OfAnAccountOfValueAddedIsGdpAtRiskToTheLastBit) {
    for (unsigned seed = 1; seed <= 5; ++seed) {
        const IoTable table = test::with_satellites(test::random_world_table(3, 5, seed), seed);
        const HomeEconomy home = home_economy(table, "R0");
        const FillResult result = fill_gaps(home, query_of(home, 0.05 * home.gdp()));
        ASSERT_EQ(result.accounts.size(), 3U);
        EXPECT_EQ(result.accounts[2].before, result.base);
        const BlockadeLosses losses(home, query_of(home, 0).criticality, 0.5,
                                    query_of(home, 0).blockades, result.investments);
        EXPECT_EQ(result.accounts[2].after, risk(result.goal, losses.gar(result.fill.amounts)));
        EXPECT_NEAR(result.accounts[2].after, result.fill.gar, 1e-12 * result.base);
        EXPECT_LT(result.accounts[0].after, result.accounts[0].before);
    }
}

TEST(AccountFill, IsTheMeanOverBlockadesOfWhatTheyCost) {
    const IoTable table = test::with_satellites(test::random_world_table(3, 5, 8), 8);
    const HomeEconomy home = home_economy(table, "R1");
    const FillQuery query = query_of(home, 0.0);
    const FillResult result = fill_gaps(home, query);
    long double sum = 0.0;
    for (const Blockade& blockade : query.blockades) {
        const Eigen::VectorXd loss =
            loss_rates(home, query.criticality, blockade.withheld[0].product, blockade.coalition,
                       blockade.withheld[0].share, query.lambda);
        sum += static_cast<long double>(home.satellites[0].values.dot(loss));
    }
    const double mean = static_cast<double>(sum / static_cast<long double>(query.blockades.size()));
    EXPECT_NEAR(result.accounts[0].before, mean, 1e-12 * mean);
    EXPECT_EQ(result.accounts[0].after, result.accounts[0].before);
}

}  // namespace
}  // namespace narrows
