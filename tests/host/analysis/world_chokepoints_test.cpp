#include "host/analysis/world_chokepoints.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "host/readers/plain_folder.hpp"

#include "tests/support/errors.hpp"
#include "tests/support/shared_files.hpp"
#include "tests/support/tables.hpp"

namespace narrows {
namespace {

using Eigen::VectorXd;

struct Asked {
    IoTable table;
    HomeEconomy home;
    ChokepointQuery query;
    CriticalityRule rule;
};

Asked ask(const IoTable& table, const std::string& home, const CriticalityRule& rule) {
    Asked asked{table, home_economy(table, home), {}, rule};
    asked.query.coalitions = each_origin(asked.home);
    for (const Coalition& coalition : all_imports(asked.home)) {
        asked.query.coalitions.push_back(coalition);
    }
    asked.query.criticality = rule(asked.home);
    return asked;
}

LeontiefModel model_of(const HomeEconomy& home, int num_threads = 0) {
    return LeontiefModel(Backend::cpu({.num_threads = num_threads}), home.coefficients());
}

WorldChokepointRanking rank(const Asked& asked, int num_threads = 0) {
    return rank_world_chokepoints(asked.table, asked.home, model_of(asked.home, num_threads),
                                  asked.query, asked.rule);
}

ChokepointRanking rank_home(const Asked& asked) {
    return rank_chokepoints(asked.home, model_of(asked.home), asked.query);
}

/// Product and coalition of a row.
std::pair<Index, Coalition> key_of(const Chokepoint& row) {
    return {row.product, row.coalition};
}

/// The losses of every node as the equations say, swept in long double until nothing moves.
VectorXd by_definition(const Asked& asked, const Chokepoint& pair, double lambda) {
    using Long = long double;
    const Classification& classes = asked.table.classification();
    const Index n = asked.table.num_nodes();
    const auto num_products = static_cast<Index>(classes.sectors().size());
    const auto withholds = [&](Index node) {
        const std::string& code =
            classes.regions()[static_cast<std::size_t>(classes.region_of(node))].code;
        return std::any_of(pair.coalition.begin(), pair.coalition.end(), [&](Index origin) {
            return asked.home.origins[static_cast<std::size_t>(origin)] == code;
        });
    };
    std::map<Index, Eigen::MatrixXd> c;
    for (Index r = 0; r < static_cast<Index>(classes.regions().size()); ++r) {
        c[r] = asked.rule(
            home_economy(asked.table, classes.regions()[static_cast<std::size_t>(r)].code));
    }
    const Index home = classes.region(asked.home.region);
    std::vector<Long> loss(static_cast<std::size_t>(n), 0.0L);
    for (int sweep = 0; sweep < 3000; ++sweep) {
        std::vector<Long> next(loss.size(), 0.0L);
        for (Index j = 0; j < n; ++j) {
            for (Index k = 0; k < num_products; ++k) {
                Long use = 0.0L;
                Long withheld = 0.0L;
                Long passed_on = 0.0L;
                for (Index r = 0; r < n; ++r) {
                    if (classes.sector_of(r) != k) continue;
                    const Long flow = asked.table.Z()(r, j);
                    use += flow;
                    const bool blocked =
                        k == pair.product && classes.region_of(j) == home && withholds(r);
                    if (blocked) withheld += asked.query.share * flow;
                    if (r == j) continue;
                    passed_on += (blocked ? 1.0L - asked.query.share : 1.0L) * flow *
                                 loss[static_cast<std::size_t>(r)];
                }
                if (use <= 0.0L) continue;
                const Long value = c[classes.region_of(j)](k, classes.sector_of(j)) *
                                   (withheld + lambda * passed_on) / use;
                next[static_cast<std::size_t>(j)] =
                    std::max(next[static_cast<std::size_t>(j)], value);
            }
        }
        if (next == loss) break;
        loss = std::move(next);
    }
    VectorXd result(n);
    for (Index j = 0; j < n; ++j) {
        result[j] = static_cast<double>(loss[static_cast<std::size_t>(j)]);
    }
    return result;
}

TEST(World2011, ElectronicsFromFiveCountriesComeBackAtThem) {
    const IoTable table = read_plain_folder(test::data_path() / "world-2011");
    Asked asked = ask(table, "CHN", survey_criticality);
    const Coalition five = coalition_of(asked.home, {"USA", "JPN", "NLD", "KOR", "TWN"});
    asked.query.coalitions = {five};

    const WorldChokepointRanking ranking = rank(asked);
    const ChokepointRanking at_home = rank_home(asked);

    const Index electronics =
        table.classification().sector_of(table.classification().node("CHN_ELE"));
    const auto row = std::find_if(ranking.rows.begin(), ranking.rows.end(), [&](const auto& each) {
        return each.home.product == electronics;
    });
    ASSERT_NE(row, ranking.rows.end());
    EXPECT_NEAR(row->home.gar, 216585.94480376656, 1e-9 * 216585.0);
    const auto lost_by = [&](const char* region) {
        for (std::size_t i = 0; i < five.size(); ++i) {
            if (asked.home.origins[static_cast<std::size_t>(five[i])] == region) {
                return row->blow_back[i];
            }
        }
        return 0.0;
    };
    EXPECT_NEAR(lost_by("USA"), 42756.53916532745, 1e-9 * 42756.0);
    EXPECT_NEAR(lost_by("JPN"), 7132.855988983872, 1e-9 * 7132.0);
    for (const Chokepoint& home_row : at_home.rows) {
        if (home_row.product != electronics) continue;
        EXPECT_NEAR(home_row.gar, 214463.23119122902, 1e-9 * 214463.0);
    }
}

class WorldProperties : public testing::TestWithParam<unsigned> {
  public:
    WorldProperties()
        : asked_(ask(test::random_world_table(4, 6, GetParam()), "R1", cost_share_criticality)) {}
    Asked asked_;
};
INSTANTIATE_TEST_SUITE_P(Seeds, WorldProperties, testing::Range(1U, 6U));

TEST_P(WorldProperties, EveryLossIsThatOfTheDefinitionWithinItsBound) {
    const WorldChokepointRanking ranking = rank(asked_);
    const Classification& classes = asked_.table.classification();
    const VectorXd value_added = asked_.table.value_added();
    ASSERT_FALSE(ranking.rows.empty());
    for (const WorldChokepoint& row : ranking.rows) {
        const double bound = row.home.error_bound;
        EXPECT_LE(bound, 1e-12 * value_added.cwiseAbs().sum());
        for (const double lambda : {asked_.query.lambda, asked_.query.tail_lambda}) {
            const VectorXd loss = by_definition(asked_, row.home, lambda);
            const auto lost_by = [&](const std::string& region) {
                double sum = 0.0;
                for (const Index j : classes.nodes_of_region(classes.region(region))) {
                    sum += value_added[j] * loss[j];
                }
                return sum;
            };
            if (lambda == asked_.query.tail_lambda) {
                EXPECT_NEAR(row.home.gar_tail, lost_by("R1"), bound);
                continue;
            }
            EXPECT_NEAR(row.home.gar, lost_by("R1"), bound);
            EXPECT_NEAR(row.world, value_added.dot(loss), bound);
            ASSERT_EQ(row.blow_back.size(), row.home.coalition.size());
            for (std::size_t i = 0; i < row.blow_back.size(); ++i) {
                const auto origin = static_cast<std::size_t>(row.home.coalition[i]);
                EXPECT_NEAR(row.blow_back[i], lost_by(asked_.home.origins[origin]), bound);
            }
        }
    }
}

TEST_P(WorldProperties, HomeLosesAtLeastWhatItLosesAlone) {
    std::map<std::pair<Index, Coalition>, double> alone;
    for (const Chokepoint& row : rank_home(asked_).rows) alone[key_of(row)] = row.gar;
    const WorldChokepointRanking ranking = rank(asked_);
    EXPECT_EQ(ranking.rows.size(), alone.size());
    for (const WorldChokepoint& row : ranking.rows) {
        EXPECT_GE(row.home.gar, alone.at(key_of(row.home)) - row.home.error_bound);
        EXPECT_GE(row.world, row.home.gar - row.home.error_bound);
        EXPECT_GE(row.home.gar_tail, row.home.gar - row.home.error_bound);
    }
}

TEST_P(WorldProperties, NothingPassedOnIsTheSameInBothScopes) {
    asked_.query.lambda = 0.0;
    std::map<std::pair<Index, Coalition>, Chokepoint> alone;
    for (const Chokepoint& row : rank_home(asked_).rows) alone[key_of(row)] = row;
    for (const WorldChokepoint& row : rank(asked_).rows) {
        const Chokepoint& at_home = alone.at(key_of(row.home));
        EXPECT_NEAR(row.home.gar, at_home.gar, 1e-14 * asked_.home.gdp());
        EXPECT_NEAR(row.world, at_home.gar, 1e-14 * asked_.home.gdp());
        EXPECT_EQ(row.home.blocked, at_home.blocked);
        EXPECT_EQ(row.home.gar_linear, at_home.gar_linear);
        for (const double back : row.blow_back) EXPECT_EQ(back, 0.0);
        EXPECT_EQ(row.chain.size(), row.home.gar > 0.0 ? 1U : 0U);
    }
}

TEST_P(WorldProperties, CoalitionsLoseAtMostTheSumOfTheirMembers) {
    std::map<Index, double> alone;
    std::map<Index, double> together;
    for (const WorldChokepoint& row : rank(asked_).rows) {
        (row.home.coalition.size() == 1 ? alone : together)[row.home.product] += row.home.gar;
    }
    for (const auto& [product, lost] : together) {
        EXPECT_LE(lost, alone.at(product) * (1.0 + 1e-12));
    }
}

/// GDP at risk by pair.
std::map<std::pair<Index, Coalition>, double> gar_of(const WorldChokepointRanking& ranking) {
    std::map<std::pair<Index, Coalition>, double> gar;
    for (const WorldChokepoint& row : ranking.rows) gar[key_of(row.home)] = row.home.gar;
    return gar;
}

TEST_P(WorldProperties, LossesGrowWithShareLambdaAndCoalition) {
    const auto base = gar_of(rank(asked_));
    const auto grown = [&](const char* what) {
        for (const auto& [pair, gar] : gar_of(rank(asked_))) {
            EXPECT_GE(gar, base.at(pair) * (1.0 - 1e-12)) << what;
        }
    };
    asked_.query.share = 0.7;
    grown("share");
    asked_.query.share = 0.5;
    asked_.query.lambda = 0.8;
    grown("lambda");
    for (const auto& [pair, gar] : base) {  // all imports are each origin's and the others'
        if (pair.second.size() > 1) continue;
        EXPECT_LE(gar, base.at({pair.first, asked_.query.coalitions.back()}) * (1.0 + 1e-12));
    }
}

TEST_P(WorldProperties, TheOrderOfNodesDoesNotMatter) {
    const auto expected = gar_of(rank(asked_));
    const IoTable permuted = test::permuted(asked_.table, test::random_permutation(24, GetParam()));

    const auto found = gar_of(rank(ask(permuted, "R1", cost_share_criticality)));

    ASSERT_EQ(found.size(), expected.size());
    for (const auto& [pair, gar] : expected) EXPECT_NEAR(found.at(pair), gar, 1e-12 * gar);
}

TEST_P(WorldProperties, ThreadsAndOtherCoalitionsDoNotChangeABit) {
    const WorldChokepointRanking all = rank(asked_, 1);
    const WorldChokepointRanking threads = rank(asked_, 3);
    ASSERT_EQ(threads.rows.size(), all.rows.size());
    for (std::size_t i = 0; i < all.rows.size(); ++i) {
        EXPECT_EQ(threads.rows[i].home.gar, all.rows[i].home.gar);
        EXPECT_EQ(threads.rows[i].world, all.rows[i].world);
        EXPECT_EQ(threads.rows[i].blow_back, all.rows[i].blow_back);
        EXPECT_EQ(threads.rows[i].chain, all.rows[i].chain);
    }
    asked_.query.coalitions = {asked_.query.coalitions.front()};
    for (const WorldChokepoint& row : rank(asked_).rows) {
        const auto same = std::find_if(
            all.rows.begin(), all.rows.end(),
            [&](const WorldChokepoint& each) { return key_of(each.home) == key_of(row.home); });
        ASSERT_NE(same, all.rows.end());
        EXPECT_EQ(same->home.gar, row.home.gar);
        EXPECT_EQ(same->home.gar_tail, row.home.gar_tail);
        EXPECT_EQ(same->world, row.world);
    }
}

TEST_P(WorldProperties, ChainsEndAtTheNodeOfHomeThatLosesMost) {
    const Classification& classes = asked_.table.classification();
    const VectorXd value_added = asked_.table.value_added();
    for (const WorldChokepoint& row : rank(asked_).rows) {
        const VectorXd loss = by_definition(asked_, row.home, asked_.query.lambda);
        ASSERT_EQ(row.chain.empty(), row.home.gar == 0.0);
        if (row.chain.empty()) continue;
        const Index home = classes.region("R1");
        EXPECT_EQ(classes.region_of(row.chain.front()), home);  // it is withheld from home
        EXPECT_EQ(classes.region_of(row.chain.back()), home);
        for (const Index j : classes.nodes_of_region(home)) {
            const Index last = row.chain.back();
            EXPECT_LE(value_added[j] * loss[j], value_added[last] * loss[last] * (1.0 + 1e-12));
        }
    }
}

TEST(WorldChokepoints, LargerLambdaMayComeFirst) {
    Asked asked = ask(test::random_world_table(3, 4, 9), "R0", cost_share_criticality);
    const WorldChokepointRanking usual = rank(asked);
    std::swap(asked.query.lambda, asked.query.tail_lambda);
    for (const WorldChokepoint& row : rank(asked).rows) {
        const auto same = std::find_if(
            usual.rows.begin(), usual.rows.end(),
            [&](const WorldChokepoint& each) { return key_of(each.home) == key_of(row.home); });
        EXPECT_EQ(row.home.gar, same->home.gar_tail);
        EXPECT_EQ(row.home.gar_tail, same->home.gar);
    }
}

TEST(WorldChokepoints, NeedAWorld) {
    const IoTable national = test::random_national_table(5, 1);
    const HomeEconomy home = home_economy(national, "");
    ChokepointQuery query;
    query.coalitions = all_imports(home);
    const std::string message = test::message_of<ArgumentError>([&] {
        rank_world_chokepoints(national, home, model_of(home), query, cost_share_criticality);
    });
    test::expect_parts(message, {"national", "scope"});
}

TEST(WorldChokepoints, RefuseParametersOutOfTheirRange) {
    Asked asked = ask(test::random_world_table(3, 4, 9), "R0", cost_share_criticality);
    asked.query.tail_lambda = 1.0;
    EXPECT_THROW(rank(asked), ArgumentError);
    asked.query.tail_lambda = 0.9;
    asked.rule = [](const HomeEconomy& home) {
        return Eigen::MatrixXd::Constant(home.x.size(), home.x.size(), 1.5).eval();
    };
    EXPECT_THROW(rank(asked), ArgumentError);
}

TEST(WorldFilter, RanksOnlyItsProductsByWeightAndChangesNoFigure) {
    const IoTable table = test::random_world_table(4, 5, 3);
    const HomeEconomy home = home_economy(table, "R1");
    const LeontiefModel model(Backend::cpu(), home.coefficients());
    ChokepointQuery query;
    query.coalitions = each_origin(home);
    const WorldChokepointRanking all =
        rank_world_chokepoints(table, home, model, query, cost_share_criticality);
    query.products = {1, 3};
    query.weights = Eigen::VectorXd::LinSpaced(5, 5.0, 1.0);
    const WorldChokepointRanking some =
        rank_world_chokepoints(table, home, model, query, cost_share_criticality);

    EXPECT_EQ(some.num_pairs, 2 * 3);
    ASSERT_EQ(some.rows.size(), 6U);
    for (std::size_t i = 0; i < some.rows.size(); ++i) {
        const Chokepoint& row = some.rows[i].home;
        EXPECT_TRUE(row.product == 1 || row.product == 3);
        if (i > 0) {
            const Chokepoint& above = some.rows[i - 1].home;
            EXPECT_GE(above.weight * above.gar, row.weight * row.gar);
        }
        const auto same =
            std::find_if(all.rows.begin(), all.rows.end(), [&](const WorldChokepoint& each) {
                return each.home.product == row.product && each.home.coalition == row.coalition;
            });
        ASSERT_NE(same, all.rows.end());
        EXPECT_EQ(same->home.gar, row.gar);
        EXPECT_EQ(same->home.gar_tail, row.gar_tail);
        EXPECT_EQ(same->world, some.rows[i].world);
        EXPECT_EQ(same->blow_back, some.rows[i].blow_back);
    }
}

}  // namespace
}  // namespace narrows
