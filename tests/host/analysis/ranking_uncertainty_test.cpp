#include "host/analysis/ranking_uncertainty.hpp"

#include <cmath>
#include <random>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "host/readers/plain_folder.hpp"
#include "host/readers/read_table.hpp"

#include "tests/host/analysis/same_bits.hpp"
#include "tests/support/shared_files.hpp"
#include "tests/support/tables.hpp"

namespace narrows {
namespace {

using Eigen::VectorXd;

struct Ranked {
    HomeEconomy home;
    ChokepointQuery query;
    ChokepointRanking ranking;
    UncertaintyQuery uncertainty;

    explicit Ranked(HomeEconomy economy) : home(std::move(economy)) {
        query.coalitions = each_origin(home);
        uncertainty.model.criticality = cost_share_ratings(home);
        query.criticality = cost_share_criticality(home);
        ranking = rank_chokepoints(home, LeontiefModel(Backend::cpu(), home.coefficients()), query);
        uncertainty.num_draws = 60;
    }
    RankingUncertainty run() const {
        return ranking_uncertainty(home, query, ranking, uncertainty);
    }
};

Ranked random_home(unsigned seed) {
    return Ranked(home_economy(test::random_world_table(5, 7, seed), "R0"));
}

Ranked china() {
    return Ranked(home_economy(read_plain_folder(test::data_path() / "world-2011"), "CHN"));
}

TEST(Uncertainty, WithoutVarianceIsTheRankingToTheBit) {
    for (Ranked ranked : {random_home(1), random_home(2), china()}) {
        ranked.uncertainty.variance_shares = true;
        for (const bool data_varies : {false, true}) {
            ranked.uncertainty.model.varies = {data_varies, false, false};
            ranked.uncertainty.model.cell_errors = {0.0, 0.0};
            const RankingUncertainty found = ranked.run();
            ASSERT_EQ(found.rows.size(), ranked.ranking.rows.size());
            EXPECT_EQ(found.num_failed, 0);
            for (std::size_t i = 0; i < found.rows.size(); ++i) {
                const PairUncertainty& pair = found.rows[i];
                const double gar = ranked.ranking.rows[i].gar;
                EXPECT_EQ(pair.median, gar);
                EXPECT_EQ(pair.q05, gar);
                EXPECT_EQ(pair.q95, gar);
                EXPECT_EQ(pair.rank_q05, static_cast<Index>(i) + 1);
                EXPECT_EQ(pair.rank_q95, static_cast<Index>(i) + 1);
                EXPECT_EQ(pair.p_top10, i < 10 ? 1.0 : 0.0);
                EXPECT_EQ(pair.p_top10_half_width, 0.0);
                for (const double share : pair.variance_share) EXPECT_EQ(share, 0.0);
            }
        }
    }
}

TEST(Uncertainty, HasTheSameBitsForAnyThreadsAndWaves) {
    Ranked ranked = china();
    ranked.uncertainty.variance_shares = true;
    const RankingUncertainty expected = ranked.run();
    for (const auto& [threads, wave] : {std::pair{2, 64}, {3, 7}, {1, 1}, {3, 1000}}) {
        ranked.uncertainty.num_threads = threads;
        ranked.uncertainty.wave = wave;
        test::expect_same_bits(ranked.run(), expected);
    }
}

TEST(Uncertainty, DoesNotDependOnTheThreadsOfItsWaves) {
    const Ranked ranked = random_home(3);
    const HomeDraws draws(ranked.home, ranked.query, ranked.ranking.rows, ranked.uncertainty.model);
    const auto pairs = static_cast<Index>(ranked.ranking.rows.size());
    DrawnGar whole(pairs, 20), parts(pairs, 20);
    draw_gar(draws, false, 0, 20, 2, whole);
    draw_gar(draws, false, 13, 7, 1, parts);
    draw_gar(draws, false, 0, 13, 3, parts);
    EXPECT_EQ(parts, whole);
}

TEST(Uncertainty, ReportsItsProgress) {
    Ranked ranked = random_home(4);
    ranked.uncertainty.wave = 25;
    std::vector<std::int64_t> seen;
    ranked.uncertainty.progress = [&](std::int64_t done, std::int64_t total) {
        EXPECT_EQ(total, 60);
        seen.push_back(done);
    };
    ranked.run();
    EXPECT_EQ(seen, (std::vector<std::int64_t>{25, 50, 60}));
}

TEST(Uncertainty, CountsDrawsThatCannotBeBalancedAndLeavesThemOut) {
    Ranked ranked = china();
    ranked.uncertainty.model.balancing.max_iterations = 24;
    const HomeDraws draws(ranked.home, ranked.query, ranked.ranking.rows, ranked.uncertainty.model);
    Index expected = 0;
    for (std::uint32_t draw = 0; draw < 60; ++draw) expected += draws.flows(draw) ? 0 : 1;
    ASSERT_GT(expected, 0);
    ASSERT_LT(expected, 60);

    const RankingUncertainty found = ranked.run();

    EXPECT_EQ(found.num_failed, expected);
    EXPECT_EQ(found.num_draws, 60);
    for (const PairUncertainty& pair : found.rows) EXPECT_LE(pair.q05, pair.q95);

    ranked.uncertainty.model.balancing.max_iterations = 1;
    EXPECT_THROW(ranked.run(), NumericalError);
}

TEST(Uncertainty, RefusesANumberOfDrawsOutOfRange) {
    Ranked ranked = random_home(5);
    for (const Index draws : {Index{0}, Index{-1}, Index{1} << 31}) {
        ranked.uncertainty.num_draws = draws;
        EXPECT_THROW(ranked.run(), ArgumentError);
    }
}

TEST(Summary, HasQuantilesRanksAndChancesOfHandMadeDraws) {
    // Twelve pairs; the last is first in one draw of four, else last. One draw failed.
    DrawnGar gar(12, 5);
    for (Index draw = 0; draw < 5; ++draw) {
        for (Index pair = 0; pair < 12; ++pair) {
            gar(pair, draw) = 100.0 - static_cast<double>(pair);
        }
    }
    gar.row(11) << 1.0, 4.0, NAN, 1000.0, 2.0;
    gar.col(2).setConstant(NAN);

    const RankingUncertainty found = summarised(gar, 12, 2);

    EXPECT_EQ(found.num_draws, 5);
    EXPECT_EQ(found.num_failed, 1);
    const PairUncertainty& last = found.rows[11];
    EXPECT_DOUBLE_EQ(last.median, 3.0);
    EXPECT_DOUBLE_EQ(last.q05, 1.15);                // 1 + 0.15 (2 - 1)
    EXPECT_DOUBLE_EQ(last.q95, 4.0 + 0.85 * 996.0);  // 4 + 0.85 (1000 - 4)
    EXPECT_EQ(last.rank_q05, 1);
    EXPECT_EQ(last.rank_q95, 12);
    EXPECT_EQ(last.p_top10, 0.25);
    EXPECT_DOUBLE_EQ(last.p_top10_half_width, 1.96 * std::sqrt(0.25 * 0.75 / 4.0));
    const PairUncertainty& tenth = found.rows[9];
    EXPECT_EQ(tenth.median, 91.0);
    EXPECT_EQ(tenth.rank_q05, 10);
    EXPECT_EQ(tenth.rank_q95, 11);
    EXPECT_EQ(tenth.p_top10, 0.75);
}

TEST(Summary, TiesKeepTheOrderOfTheRanking) {
    const RankingUncertainty found = summarised(DrawnGar::Constant(15, 3, 7.0), 15, 1);
    for (std::size_t i = 0; i < 15; ++i) {
        EXPECT_EQ(found.rows[i].rank_q05, static_cast<Index>(i) + 1);
        EXPECT_EQ(found.rows[i].rank_q95, static_cast<Index>(i) + 1);
        EXPECT_EQ(found.rows[i].p_top10, i < 10 ? 1.0 : 0.0);
    }
}

TEST(Summary, RefusesWhatFailedThroughout) {
    EXPECT_THROW(summarised(DrawnGar::Constant(3, 4, NAN), 3, 1), NumericalError);
    EXPECT_EQ(summarised(DrawnGar(0, 4), 0, 1).num_draws, 4);
}

/// Of gar = X1 + 2 X2 + 4 X3 with X1 for data, X2 for criticality, X3 for lambda, one pair each
/// weighted otherwise.
TEST(Summary, SharesVarianceAsAnAdditiveModelDoes) {
    constexpr Index count = 20000;
    std::mt19937_64 random(3);
    std::normal_distribution<double> normal;
    const Eigen::Matrix3d weights{{1.0, 2.0, 4.0}, {0.0, 1.0, 1.0}, {3.0, 0.0, 0.0}};
    DrawnGar gar(12, count);
    for (Index draw = 0; draw < count; ++draw) {
        Eigen::Vector3d own, other;
        for (Index source = 0; source < 3; ++source) {
            own[source] = normal(random);
            other[source] = normal(random);
        }
        gar.col(draw).head(3) = weights * own;
        for (Index source = 0; source < 3; ++source) {
            Eigen::Vector3d mixed = other;
            mixed[source] = own[source];
            gar.col(draw).segment(3 + 3 * source, 3) = weights * mixed;
        }
    }
    gar.array() += 1e6;  // a mean far above the spread

    const RankingUncertainty found = summarised(gar, 3, 1);

    for (Index pair = 0; pair < 3; ++pair) {
        const Eigen::RowVector3d squares = weights.row(pair).cwiseAbs2();
        for (Index source = 0; source < 3; ++source) {
            EXPECT_NEAR(found.rows[static_cast<std::size_t>(pair)]
                            .variance_share[static_cast<std::size_t>(source)],
                        squares[source] / squares.sum(), 4.0 / std::sqrt(count));
        }
    }
}

TEST(VarianceShares, GiveAllToTheOnlySourceThatVaries) {
    Ranked ranked = china();
    ranked.uncertainty.num_draws = 400;
    ranked.uncertainty.variance_shares = true;
    for (std::size_t source = 0; source < num_sources; ++source) {
        ranked.uncertainty.model.varies = {false, false, false};
        ranked.uncertainty.model.varies[source] = true;
        const RankingUncertainty found = ranked.run();
        for (std::size_t i = 0; i < 20; ++i) {
            const PairUncertainty& pair = found.rows[i];
            if (pair.q05 == pair.q95) continue;  // not touched by this source
            for (std::size_t other = 0; other < num_sources; ++other) {
                EXPECT_NEAR(pair.variance_share[other], other == source ? 1.0 : 0.0, 1e-9);
            }
        }
    }
}

TEST(Wiod2013, AllPairsOfChinaAreDrawn) {
    NARROWS_NEEDS_SHARED("data/wiod2013/2011");
    const IoTable table = read_table(test::shared_path("data/wiod2013/2011").string(), {});
    Ranked ranked(home_economy(table, "CHN"));
    ranked.uncertainty.num_draws = 40;
    ranked.uncertainty.num_threads = 2;

    const RankingUncertainty found = ranked.run();

    EXPECT_EQ(found.num_failed, 0);
    ASSERT_GT(found.rows.size(), 800U);
    double chance = 0.0;
    for (std::size_t i = 0; i < found.rows.size(); ++i) {
        const PairUncertainty& pair = found.rows[i];
        EXPECT_LE(pair.q05, pair.median);
        EXPECT_LE(pair.median, pair.q95);
        EXPECT_LE(pair.rank_q05, pair.rank_q95);
        chance += pair.p_top10;
    }
    EXPECT_NEAR(chance, 10.0, 1e-9);  // every draw has ten pairs among its first ten
    EXPECT_GT(found.rows[0].p_top10, 0.9);
}

TEST(Summary, RanksByWeightedValuesAndLeavesValuesAlone) {
    DrawnGar gar(2, 3);
    gar << 10.0, 10.0, 10.0, 6.0, 4.0, 6.0;
    const RankingUncertainty found = summarised(gar, 2, 1, (VectorXd(2) << 1.0, 2.0).finished());
    EXPECT_EQ(found.rows[0].median, 10.0);
    EXPECT_EQ(found.rows[1].median, 6.0);
    EXPECT_EQ(found.rows[1].rank_q05, 1);
    EXPECT_EQ(found.rows[1].rank_q95, 2);
    EXPECT_EQ(found.rows[0].rank_q05, 1);
}

TEST(Filter, OfDrawsRanksAmongItsPairsAndChangesNoFigure) {
    Ranked all = random_home(4);
    all.uncertainty.num_draws = 20;
    const RankingUncertainty of_all = all.run();
    Ranked some = all;
    some.query.products = {0, 3, 6};
    some.query.weights = VectorXd::LinSpaced(7, 1.0, 2.0);
    some.ranking = rank_chokepoints(
        some.home, LeontiefModel(Backend::cpu(), some.home.coefficients()), some.query);
    const RankingUncertainty of_some = some.run();

    ASSERT_EQ(of_some.rows.size(), some.ranking.rows.size());
    const auto num_pairs = static_cast<Index>(of_some.rows.size());
    for (std::size_t i = 0; i < of_some.rows.size(); ++i) {
        const Chokepoint& row = some.ranking.rows[i];
        EXPECT_LE(of_some.rows[i].rank_q95, num_pairs);
        for (std::size_t k = 0; k < of_all.rows.size(); ++k) {
            const Chokepoint& same = all.ranking.rows[k];
            if (same.product != row.product || same.coalition != row.coalition) continue;
            EXPECT_EQ(of_all.rows[k].median, of_some.rows[i].median);
            EXPECT_EQ(of_all.rows[k].q05, of_some.rows[i].q05);
            EXPECT_EQ(of_all.rows[k].q95, of_some.rows[i].q95);
        }
    }
}

}  // namespace
}  // namespace narrows
