// Rankings of some products, and by weights.
#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "host/analysis/chokepoints.hpp"
#include "host/base/error.hpp"

#include "tests/support/tables.hpp"

namespace narrows {
namespace {

using Eigen::VectorXd;

struct AskedHome {
    HomeEconomy home;
    ChokepointQuery query;

    explicit AskedHome(unsigned seed)
        : home(home_economy(test::random_world_table(4, 6, seed), "R1")) {
        query.coalitions = each_origin(home);
        query.criticality = cost_share_criticality(home);
    }
    ChokepointRanking ranked() const {
        return rank_chokepoints(home, LeontiefModel(Backend::cpu(), home.coefficients()), query);
    }
};

bool same_pair(const Chokepoint& a, const Chokepoint& b) {
    return a.product == b.product && a.coalition == b.coalition;
}

TEST(Filter, RanksOnlyItsProductsAndChangesNoFigure) {
    for (unsigned seed = 1; seed <= 5; ++seed) {
        AskedHome asked(seed);
        ChokepointQuery& query = asked.query;
        const ChokepointRanking all = asked.ranked();
        query.products = {0, 2, 5};
        const ChokepointRanking some = asked.ranked();

        EXPECT_EQ(some.num_pairs, 3 * 3);
        std::vector<Chokepoint> expected;
        for (const Chokepoint& row : all.rows) {
            if (query.is_ranked(row.product)) expected.push_back(row);
        }
        ASSERT_EQ(some.rows.size(), expected.size());
        EXPECT_LT(some.rows.size(), all.rows.size());
        for (std::size_t i = 0; i < expected.size(); ++i) {
            EXPECT_TRUE(same_pair(some.rows[i], expected[i]));
            EXPECT_EQ(some.rows[i].gar, expected[i].gar);
            EXPECT_EQ(some.rows[i].gar_linear, expected[i].gar_linear);
            EXPECT_EQ(some.rows[i].gar_tail, expected[i].gar_tail);
            EXPECT_EQ(some.rows[i].chain, expected[i].chain);
            EXPECT_EQ(some.rows[i].error_bound, expected[i].error_bound);
        }
    }
}

TEST(Weights, OrderRowsAndChangeNoFigure) {
    for (unsigned seed = 1; seed <= 5; ++seed) {
        AskedHome asked(seed);
        ChokepointQuery& query = asked.query;
        const ChokepointRanking plain = asked.ranked();
        query.weights = VectorXd::LinSpaced(6, 0.0, 3.0);
        const ChokepointRanking weighted = asked.ranked();

        ASSERT_EQ(weighted.rows.size(), plain.rows.size());
        for (std::size_t i = 0; i < weighted.rows.size(); ++i) {
            const Chokepoint& row = weighted.rows[i];
            EXPECT_EQ(row.weight, query.weights[row.product]);
            if (i > 0) {
                const Chokepoint& above = weighted.rows[i - 1];
                EXPECT_GE(above.weight * above.gar, row.weight * row.gar);
            }
            const auto same = std::find_if(plain.rows.begin(), plain.rows.end(),
                                           [&](const auto& each) { return same_pair(each, row); });
            ASSERT_NE(same, plain.rows.end());
            EXPECT_EQ(same->gar, row.gar);
            EXPECT_EQ(same->weight, 1.0);
        }
        query.weights = VectorXd::Constant(6, 2.0);
        const ChokepointRanking even = asked.ranked();
        for (std::size_t i = 0; i < even.rows.size(); ++i) {
            EXPECT_TRUE(same_pair(even.rows[i], plain.rows[i]));
        }
        query.weights = VectorXd::Ones(5);
        EXPECT_THROW(asked.ranked(), ArgumentError);
    }
}

}  // namespace
}  // namespace narrows
