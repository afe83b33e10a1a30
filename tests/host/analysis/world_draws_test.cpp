#include "host/analysis/world_draws.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "host/analysis/ranking_uncertainty.hpp"
#include "host/base/error.hpp"
#include "host/readers/plain_folder.hpp"
#include "host/readers/read_table.hpp"

#include "tests/host/analysis/same_bits.hpp"
#include "tests/support/run_program.hpp"
#include "tests/support/shared_files.hpp"
#include "tests/support/tables.hpp"

namespace narrows {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

/// A world with the ranking of one of its regions, and what its draws are made of.
struct RankedWorld {
    IoTable table;
    HomeEconomy home;
    ChokepointQuery query;
    WorldChokepointRanking ranking;
    UncertaintyQuery uncertainty;

    RankedWorld(IoTable world, const std::string& region)
        : table(std::move(world)), home(home_economy(table, region)) {
        query.coalitions = each_origin(home);
        query.coalitions.push_back(all_imports(home).front());
        uncertainty.model.criticality =
            home.ratings.size() > 0 ? survey_ratings(home) : cost_share_ratings(home);
        uncertainty.num_draws = 20;
        ranking = rank(table, uncertainty.model.criticality, query.lambda);
    }

    /// The ranking of a table with these ratings, as any other table is ranked.
    WorldChokepointRanking rank(const IoTable& world, const CriticalityRatings& ratings,
                                double lambda) const {
        const HomeEconomy economy = home_economy(world, home.region);
        ChokepointQuery asked = query;
        asked.lambda = lambda;
        return rank_world_chokepoints(world, economy,
                                      LeontiefModel(Backend::cpu(), economy.coefficients()), asked,
                                      [&](const HomeEconomy& each) {
                                          return criticality_of(ratings, each.total_use, each.x);
                                      });
    }
    std::vector<Chokepoint> pairs() const {
        std::vector<Chokepoint> result;
        for (const WorldChokepoint& row : ranking.rows) result.push_back(row.home);
        return result;
    }
    WorldDraws draws() const {
        return {table, home, Backend::cpu(), query, pairs(), uncertainty.model};
    }
    RankingUncertainty run(int backend_threads = 1) const {
        return ranking_uncertainty(table, home, Backend::cpu({.num_threads = backend_threads}),
                                   query, ranking, uncertainty);
    }
};

IoTable with_flows(const IoTable& table, MatrixXd z) {
    TableData data = table.data();
    data.Z = std::move(z);
    return IoTable(std::move(data), Acceptance::any);
}

RankedWorld random_world(unsigned seed, Index num_regions = 4, Index num_sectors = 6) {
    return {test::random_world_table(num_regions, num_sectors, seed), "R1"};
}

RankedWorld china() {
    return {read_plain_folder(test::data_path() / "world-2011"), "CHN"};
}

/// Some flows at home and abroad are below 0.
RankedWorld with_negative_flows() {
    const IoTable table = test::random_world_table(4, 6, 3);
    MatrixXd z = table.Z();
    z.row(9).head(14) *= -0.1;
    return {with_flows(table, z), "R1"};
}

TEST(WorldDraws, KeepWhatEveryNodeSellsAndBuys) {
    for (const RankedWorld& world : {random_world(1), with_negative_flows(), china()}) {
        const WorldDraws draws = world.draws();
        const MatrixXd z = world.table.Z().cwiseMax(0.0);
        for (std::uint32_t draw = 0; draw < 5; ++draw) {
            const MatrixXd balanced = draws.balanced(draw);
            EXPECT_LE(test::relative_difference(balanced.rowwise().sum(), z.rowwise().sum()), 2e-9);
            EXPECT_LE(test::relative_difference(balanced.colwise().sum(), z.colwise().sum()), 2e-9);
            EXPECT_GE(balanced.minCoeff(), 0.0);
            EXPECT_TRUE(((balanced.array() == 0.0) == (z.array() == 0.0)).all());
            EXPECT_GT(test::relative_difference(balanced, z, 1.0), 0.05);
        }
    }
}

/// The whole chain against the ranking itself: a draw's table ranked as any other.
TEST(WorldDraws, GiveWhatARankingOfTheDrawnTableGives) {
    for (const RankedWorld& world : {random_world(1), random_world(2), random_world(5, 5, 1),
                                     random_world(6, 2, 9), china()}) {
        const WorldDraws draws = world.draws();
        const std::vector<Chokepoint> pairs = world.pairs();
        ASSERT_FALSE(pairs.empty());
        for (std::uint32_t draw = 0; draw < 4; ++draw) {
            const WorldFlows flows = *draws.flows(draw);
            const double lambda = draws.lambda(draw);
            const VectorXd found = draws.gar(flows, draws.criticality(draw, flows), lambda);
            const WorldChokepointRanking expected =
                world.rank(with_flows(world.table, draws.balanced(draw)),
                           drawn_ratings(world.uncertainty.model, draw), lambda);
            ASSERT_EQ(expected.rows.size(), pairs.size());
            for (const WorldChokepoint& row : expected.rows) {
                const auto same =
                    std::find_if(pairs.begin(), pairs.end(), [&](const Chokepoint& pair) {
                        return pair.product == row.home.product &&
                               pair.coalition == row.home.coalition;
                    });
                ASSERT_NE(same, pairs.end());
                const double bound = row.home.error_bound + 2.0 * same->error_bound +
                                     1e-12 * (row.home.gar + same->gar);
                EXPECT_NEAR(found[same - pairs.begin()], row.home.gar, bound);
            }
        }
    }
}

TEST(WorldDraws, DependOnSeedAndNumberAlone) {
    RankedWorld world = random_world(4);
    const MatrixXd flows = world.draws().balanced(7);
    EXPECT_NE(world.draws().balanced(8), flows);
    world.query.coalitions.resize(1);
    world.ranking = world.rank(world.table, world.uncertainty.model.criticality, 0.5);
    EXPECT_EQ(world.draws().balanced(7), flows);
    world.uncertainty.model.seed = 2;
    EXPECT_NE(world.draws().balanced(7), flows);
}

/// The same ratings, ramp and lambda in both scopes: then the world adds to what home loses alone.
TEST(WorldDraws, OfRatingsAndLambdaLoseAtLeastWhatHomeLosesAlone) {
    for (RankedWorld world : {random_world(7), china()}) {
        world.uncertainty.model.varies = {false, true, true};
        const auto count = static_cast<Index>(world.ranking.rows.size());
        std::vector<Chokepoint> alone = world.pairs();
        ChokepointQuery query = world.query;
        query.criticality =
            criticality_of(world.uncertainty.model.criticality, world.home.total_use, world.home.x);
        const ChokepointRanking ranked = rank_chokepoints(
            world.home, LeontiefModel(Backend::cpu(), world.home.coefficients()), query);
        for (Chokepoint& pair : alone) {
            pair.gar = std::find_if(ranked.rows.begin(), ranked.rows.end(), [&](const auto& row) {
                           return row.product == pair.product && row.coalition == pair.coalition;
                       })->gar;
        }
        const HomeDraws home(world.home, query, alone, world.uncertainty.model);
        const WorldDraws draws = world.draws();
        DrawnGar at_home(count, 10), in_world(count, 10);
        draw_gar(home, false, 0, 10, 1, at_home);
        draw_gar(draws, false, 0, 10, 1, in_world);
        EXPECT_GE((in_world - at_home).minCoeff(), -1e-9 * world.home.gdp());
        EXPECT_GT((in_world - at_home).maxCoeff(), 1e-6 * world.home.gdp());
        for (std::uint32_t draw = 0; draw < 10; ++draw) {
            EXPECT_EQ(draws.lambda(draw), home.lambda(draw));
        }
    }
}

TEST(WorldDraws, RefuseWhatTheyCannotDraw) {
    RankedWorld world = random_world(8);
    world.uncertainty.model.criticality.ratings.resize(3, 3);
    EXPECT_THROW(world.draws(), ArgumentError);
    world = random_world(8);
    world.uncertainty.model.cell_errors = {0.5, 9.0};
    EXPECT_THROW(world.draws(), ArgumentError);
    world = random_world(8);
    world.uncertainty.num_draws = 0;
    EXPECT_THROW(world.run(), ArgumentError);
    world.table = test::random_national_table(6, 1);
    world.uncertainty.num_draws = 1;
    EXPECT_THROW(world.run(), ArgumentError);
}

TEST(WorldUncertainty, WithoutVarianceIsTheRankingToTheBit) {
    for (RankedWorld world :
         {random_world(1), with_negative_flows(), random_world(5, 5, 1), china()}) {
        world.uncertainty.num_draws = 3;
        world.uncertainty.variance_shares = true;
        for (const bool data_varies : {false, true}) {
            world.uncertainty.model.varies = {data_varies, false, false};
            world.uncertainty.model.cell_errors = {0.0, 0.0};
            const RankingUncertainty found = world.run(2);
            ASSERT_EQ(found.rows.size(), world.ranking.rows.size());
            EXPECT_EQ(found.num_failed, 0);
            for (std::size_t i = 0; i < found.rows.size(); ++i) {
                const PairUncertainty& pair = found.rows[i];
                const double gar = world.ranking.rows[i].home.gar;
                EXPECT_EQ(pair.median, gar);
                EXPECT_EQ(pair.q05, gar);
                EXPECT_EQ(pair.q95, gar);
                EXPECT_EQ(pair.rank_q05, static_cast<Index>(i) + 1);
                EXPECT_EQ(pair.rank_q95, static_cast<Index>(i) + 1);
                for (const double share : pair.variance_share) EXPECT_EQ(share, 0.0);
            }
        }
    }
}

TEST(WorldUncertainty, HasTheSameBitsForAnyThreadsAndWavesAndResumed) {
    RankedWorld world = china();
    world.uncertainty.variance_shares = true;
    world.uncertainty.num_draws = 5;
    const RankingUncertainty expected = world.run();
    EXPECT_LT(expected.rows[0].q05, expected.rows[0].q95);
    for (const auto& [threads, wave] : {std::pair{2, 1}, {1, 3}, {3, 0}, {3, 100}}) {
        world.uncertainty.num_threads = threads;
        world.uncertainty.wave = wave;
        test::expect_same_bits(world.run(threads), expected);
    }

    const test::ScratchFolder folder;
    const Index values =
        values_of_draw(world.uncertainty, static_cast<Index>(world.ranking.rows.size()));
    for (const Index draws : {2, 5}) {
        DrawsFile file(folder.path() / "draws", "key", values, true);
        world.uncertainty.file = &file;
        world.uncertainty.num_draws = draws;
        const RankingUncertainty found = world.run(2);
        if (draws == 5) test::expect_same_bits(found, expected);
    }
}

TEST(WorldUncertainty, LooksAtProgressAfterEachWave) {
    RankedWorld world = random_world(2);
    world.uncertainty.num_draws = 7;
    std::vector<std::int64_t> seen;
    world.uncertainty.progress = [&](std::int64_t done, std::int64_t) { seen.push_back(done); };
    world.uncertainty.num_threads = 3;  // one draw each
    world.uncertainty.stop = [&] { return seen.size() == 2; };
    EXPECT_EQ(world.run().num_draws, 6);
    EXPECT_EQ(seen, (std::vector<std::int64_t>{3, 6}));
}

TEST(WorldUncertainty, CountsDrawsThatCannotBeBalancedAndLeavesThemOut) {
    RankedWorld world = china();
    world.uncertainty.num_draws = 16;
    world.uncertainty.model.balancing.max_iterations = 80;
    const WorldDraws draws = world.draws();
    Index expected = 0;
    for (std::uint32_t draw = 0; draw < 16; ++draw) expected += draws.flows(draw) ? 0 : 1;
    ASSERT_GT(expected, 0);
    ASSERT_LT(expected, 16);

    const RankingUncertainty found = world.run();

    EXPECT_EQ(found.num_failed, expected);
    EXPECT_EQ(found.num_draws, 16);
    world.uncertainty.model.balancing.max_iterations = 1;
    EXPECT_THROW(world.run(), NumericalError);
}

TEST(WorldUncertainty, OfAWorldWithoutTradeHasNoRows) {
    const IoTable table = test::random_world_table(3, 4, 1);
    MatrixXd z = table.Z();
    for (Index j = 0; j < z.cols(); ++j) {
        for (Index i = 0; i < z.rows(); ++i) {
            if (i / 4 != j / 4) z(i, j) = 0.0;
        }
    }
    const RankingUncertainty found = RankedWorld(with_flows(table, z), "R1").run();
    EXPECT_TRUE(found.rows.empty());
    EXPECT_EQ(found.num_draws, 20);
}

/// What a source contributes, by the shares and by holding all others fixed.
TEST(WorldUncertainty, GivesAllVarianceToTheOnlySourceThatVaries) {
    RankedWorld world = random_world(9);
    world.uncertainty.num_draws = 50;
    world.uncertainty.variance_shares = true;
    for (std::size_t source = 0; source < num_sources; ++source) {
        world.uncertainty.model.varies = {false, false, false};
        world.uncertainty.model.varies[source] = true;
        const RankingUncertainty found = world.run();
        int varying = 0;
        for (const PairUncertainty& pair : found.rows) {
            if (pair.q05 == pair.q95) continue;  // not touched by this source
            ++varying;
            for (std::size_t other = 0; other < num_sources; ++other) {
                EXPECT_NEAR(pair.variance_share[other], other == source ? 1.0 : 0.0, 1e-9);
            }
        }
        EXPECT_GT(varying, 0) << source_names[source];
    }
}

TEST(Wiod2013, PairsOfChinaAreDrawnWithTheWorldInView) {
    NARROWS_NEEDS_SHARED("data/wiod2013/2011");
#if defined(__SANITIZE_ADDRESS__)
    GTEST_SKIP()
        << "takes two minutes under the sanitizers; smaller tables go through the same code";
#endif
    RankedWorld world(read_table(test::shared_path("data/wiod2013/2011").string(), {}), "CHN");
    world.uncertainty.num_draws = 2;
    world.uncertainty.num_threads = 2;

    const RankingUncertainty found = world.run(2);

    EXPECT_EQ(found.num_failed, 0);
    ASSERT_GT(found.rows.size(), 800U);
    double chance = 0.0;
    for (const PairUncertainty& pair : found.rows) {
        EXPECT_LE(pair.q05, pair.q95);
        chance += pair.p_top10;
    }
    EXPECT_NEAR(chance, 10.0, 1e-9);  // every draw has ten pairs among its first ten
}

}  // namespace
}  // namespace narrows
