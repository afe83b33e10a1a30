// What of satellite accounts stands on the output that choke points cost.
#include <cmath>

#include <gtest/gtest.h>

#include "host/analysis/chokepoints.hpp"
#include "host/analysis/world_chokepoints.hpp"

#include "tests/support/tables.hpp"

namespace narrows {
namespace {

LeontiefModel model_of(const HomeEconomy& home) {
    return LeontiefModel(Backend::cpu(), home.coefficients());
}

ChokepointQuery query_of(const HomeEconomy& home) {
    ChokepointQuery query;
    query.coalitions = each_origin(home);
    query.criticality = cost_share_criticality(home);
    query.accounts = {0, 1, 2};
    return query;
}

IoTable table_of(unsigned seed) {
    return test::with_satellites(test::random_world_table(3, 5, seed), seed);
}

TEST(AccountsAtRisk, OfAnAccountOfValueAddedAreGdpAtRiskToTheLastBit) {
    for (unsigned seed = 1; seed <= 10; ++seed) {
        const IoTable table = table_of(seed);
        const HomeEconomy home = home_economy(table, "R1");
        const LeontiefModel model = model_of(home);
        const ChokepointRanking ranking = rank_chokepoints(home, model, query_of(home));
        ASSERT_FALSE(ranking.rows.empty());
        for (const Chokepoint& row : ranking.rows) {
            EXPECT_EQ(row.accounts[2].linear, row.gar_linear);
            EXPECT_EQ(row.accounts[2].amount, row.gar);
            EXPECT_EQ(row.accounts[2].tail, row.gar_tail);
        }
        const WorldChokepointRanking world =
            rank_world_chokepoints(table, home, model, query_of(home), cost_share_criticality);
        ASSERT_EQ(world.rows.size(), ranking.rows.size());
        for (const WorldChokepoint& row : world.rows) {
            EXPECT_EQ(row.home.accounts[2].linear, row.home.gar_linear);
            EXPECT_EQ(row.home.accounts[2].amount, row.home.gar);
            EXPECT_EQ(row.home.accounts[2].tail, row.home.gar_tail);
        }
    }
}

TEST(AccountsAtRisk, DoNotChangeTheRanking) {
    const IoTable table = table_of(3);
    const HomeEconomy home = home_economy(table, "R0");
    const LeontiefModel model = model_of(home);
    ChokepointQuery bare = query_of(home);
    bare.accounts.clear();
    const ChokepointRanking with = rank_chokepoints(home, model, query_of(home));
    const ChokepointRanking without = rank_chokepoints(home, model, bare);
    ASSERT_EQ(with.rows.size(), without.rows.size());
    for (std::size_t i = 0; i < with.rows.size(); ++i) {
        EXPECT_EQ(with.rows[i].product, without.rows[i].product);
        EXPECT_EQ(with.rows[i].gar, without.rows[i].gar);
        EXPECT_TRUE(without.rows[i].accounts.empty());
    }
}

TEST(AccountsAtRisk, AreTheAccountTimesTheLossRates) {
    for (unsigned seed = 1; seed <= 5; ++seed) {
        const IoTable table = table_of(seed);
        const HomeEconomy home = home_economy(table, "R2");
        const ChokepointQuery query = query_of(home);
        const LeontiefModel model = model_of(home);
        const Eigen::MatrixXd l = model.leontief_inverse();
        for (const Chokepoint& row : rank_chokepoints(home, model, query).rows) {
            for (std::size_t k = 0; k < 2; ++k) {
                const Eigen::VectorXd& account = home.satellites[k].values;
                const auto amount = [&](double lambda) {
                    const Eigen::VectorXd loss = loss_rates(home, query.criticality, row.product,
                                                            row.coalition, query.share, lambda);
                    long double sum = 0.0;
                    for (Index j = 0; j < loss.size(); ++j) {
                        sum += static_cast<long double>(account[j]) * loss[j];
                    }
                    return static_cast<double>(sum);
                };
                const double tolerance = 1e-13 * account.cwiseAbs().sum();
                EXPECT_NEAR(row.accounts[k].amount, amount(query.lambda), tolerance);
                EXPECT_NEAR(row.accounts[k].tail, amount(query.tail_lambda), tolerance);
                // dx' = dM'(I - B)^-1, B = x^-1 Z.
                long double linear = 0.0;
                const auto& imports = home.imports[static_cast<std::size_t>(row.coalition[0])];
                for (Index j = 0; j < account.size(); ++j) {
                    for (Index i = 0; i < account.size(); ++i) {
                        linear += static_cast<long double>(query.share) * imports(row.product, i) /
                                  home.x[i] * l(i, j) * account[j];
                    }
                }
                EXPECT_NEAR(row.accounts[k].linear, static_cast<double>(linear), tolerance);
            }
        }
    }
}

TEST(AccountsAtRisk, InTheWorldAreThoseOfHomesNodes) {
    // Account 1 elsewhere than in home changes nothing.
    TableData data = table_of(4).data();
    const IoTable before(data);
    for (const Index node : before.classification().nodes_of_region(0)) {
        data.satellites[1].values[node] *= 7.0;
    }
    const IoTable after(data);
    const auto amounts = [](const IoTable& table) {
        const HomeEconomy home = home_economy(table, "R1");
        return rank_world_chokepoints(table, home, model_of(home), query_of(home),
                                      cost_share_criticality);
    };
    const WorldChokepointRanking a = amounts(before);
    const WorldChokepointRanking b = amounts(after);
    ASSERT_EQ(a.rows.size(), b.rows.size());
    double largest = 0.0;
    for (std::size_t i = 0; i < a.rows.size(); ++i) {
        EXPECT_EQ(a.rows[i].home.accounts[1].amount, b.rows[i].home.accounts[1].amount);
        largest = std::max(largest, std::abs(a.rows[i].home.accounts[1].amount));
    }
    EXPECT_GT(largest, 0.0);
}

}  // namespace
}  // namespace narrows
