#include "host/analysis/home_draws.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include <gtest/gtest.h>

#include "host/backend/draws.hpp"
#include "host/base/error.hpp"
#include "host/readers/plain_folder.hpp"

#include "tests/support/shared_files.hpp"
#include "tests/support/tables.hpp"

namespace narrows {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

ChokepointQuery query_of(const HomeEconomy& home, const MatrixXd& criticality) {
    ChokepointQuery query;
    query.coalitions = each_origin(home);
    query.coalitions.push_back(all_imports(home).front());
    query.criticality = criticality;
    return query;
}

/// A home economy with its ranking and its draws.
struct Drawn {
    HomeEconomy home;
    std::shared_ptr<const LeontiefModel> model;  // copies share it
    CriticalityRatings ratings;
    ChokepointQuery query;
    ChokepointRanking ranking;
    DrawModel draw_model;

    explicit Drawn(HomeEconomy economy)
        : home(std::move(economy)),
          model(std::make_shared<const LeontiefModel>(Backend::cpu(), home.coefficients())),
          ratings(home.ratings.size() > 0 ? survey_ratings(home) : cost_share_ratings(home)),
          query(query_of(home, criticality_of(ratings, home.total_use, home.x))),
          ranking(rank_chokepoints(home, *model, query)) {
        draw_model.criticality = ratings;
    }
    HomeDraws draws() const { return HomeDraws(home, query, ranking.rows, draw_model); }
};

Drawn random_home(unsigned seed) {
    return Drawn(home_economy(test::random_world_table(4, 6, seed), "R0"));
}

Drawn china() {
    return Drawn(home_economy(read_plain_folder(test::data_path() / "world-2011"), "CHN"));
}

TEST(Purchases, HaveARowForWhateverIsSold) {
    HomeEconomy home = home_economy(test::random_world_table(3, 4, 2), "R1");
    home.imports[0].row(2).setZero();
    const Purchases bought = purchases(home);
    ASSERT_EQ(bought.flows.rows(), static_cast<Index>(bought.products.size()));
    double total = home.domestic.sum();
    for (const MatrixXd& imports : home.imports) total += imports.sum();
    EXPECT_NEAR(bought.flows.sum(), total, 1e-12 * total);
    for (std::size_t row = 0; row < bought.products.size(); ++row) {
        const Index origin = bought.origins[row];
        EXPECT_FALSE(origin == 0 && bought.products[row] == 2);
        const MatrixXd& flows_from =
            origin < 0 ? home.domestic : home.imports[static_cast<std::size_t>(origin)];
        EXPECT_EQ(bought.flows.row(static_cast<Index>(row)), flows_from.row(bought.products[row]));
    }
}

TEST(CellErrors, FallFromTenTimesThatOfALargeFlow) {
    const HomeEconomy home = china().home;
    const MatrixXd z = purchases(home).flows;
    const MatrixXd spreads = cell_spreads(home, {});
    const double smallest = (z.array() > 0.0).select(z, INFINITY).minCoeff();
    int large = 0;
    for (Index cell = 0; cell < z.size(); ++cell) {
        const bool is_large = z(cell) >= 0.01 * z.sum();
        if (z(cell) == 0.0) {
            EXPECT_EQ(spreads(cell), 0.0);
        } else if (is_large) {
            EXPECT_EQ(spreads(cell), std::log1p(0.05));
        } else if (z(cell) == smallest) {
            EXPECT_NEAR(spreads(cell), std::log1p(0.5), 1e-14);
        }
        large += is_large ? 1 : 0;
    }
    EXPECT_GT(large, 0);
}

TEST(CellErrors, FollowTheirFormulaInAnyUnit) {
    const IoTable table = test::random_world_table(3, 4, 5);
    const HomeEconomy home = home_economy(table, "R1");
    const MatrixXd z = purchases(home).flows;
    const CellErrors errors{0.1, 0.3};

    const MatrixXd spreads = cell_spreads(home, errors);

    for (Index cell = 0; cell < z.size(); ++cell) {
        if (z(cell) == 0.0) continue;
        const double r = 0.1 * std::pow(std::max(1.0, 0.01 * z.sum() / z(cell)), 0.3);
        EXPECT_NEAR(spreads(cell), std::log(1.0 + r), 1e-14);
    }
    const HomeEconomy rescaled = home_economy(test::rescaled(table, 1000.0), "R1");
    EXPECT_LE((cell_spreads(rescaled, errors) - spreads).cwiseAbs().maxCoeff(), 1e-14);
}

TEST(CellErrors, AreTwiceAsLargeWhereTheImportSplitIsProportional) {
    HomeEconomy home = home_economy(test::random_national_table(5, 3), "");
    const MatrixXd observed = cell_spreads(home, {});
    home.import_split.setConstant(5, 5, ImportOrigin::observed);
    home.import_split(2, 3) = ImportOrigin::proportional;
    home.import_split(0, 0) = ImportOrigin::end_use_share;

    MatrixXd expected = observed;
    expected(2, 3) *= 2.0;  // domestic
    const Purchases bought = purchases(home);
    ASSERT_EQ(bought.products[7], 2);
    ASSERT_EQ(bought.origins[7], 0);
    expected(7, 3) *= 2.0;  // imported

    EXPECT_EQ(cell_spreads(home, {}), expected);
}

TEST(CellErrors, RefuseWhatIsNoError) {
    const HomeEconomy home = china().home;
    EXPECT_THROW(cell_spreads(home, {-0.1, 0.2}), ArgumentError);
    EXPECT_THROW(cell_spreads(home, {0.1, -0.2}), ArgumentError);
    EXPECT_THROW(cell_spreads(home, {NAN, 0.2}), ArgumentError);
    EXPECT_THROW(cell_spreads(home, {0.5, 5.0}), ArgumentError);
}

TEST(Perturbation, KeepsTheMeanAndHasTheSpreadOfEachCell) {
    const Drawn drawn = random_home(3);
    const MatrixXd z = purchases(drawn.home).flows;
    const MatrixXd spreads = cell_spreads(drawn.home, {0.2, 0.1});
    constexpr int count = 4000;
    MatrixXd sum = MatrixXd::Zero(z.rows(), z.cols());
    MatrixXd squares = sum, logs = sum, drawn_cells = sum;
    for (std::uint32_t draw = 0; draw < count; ++draw) {
        perturb(z.size(), z.data(), spreads.data(), 9, 0, draw, drawn_cells.data());
        sum += drawn_cells;
        const Eigen::ArrayXXd shift = (drawn_cells.array() / z.array()).log();
        logs += shift.matrix();
        squares += shift.square().matrix();
    }
    for (Index cell = 0; cell < z.size(); ++cell) {
        const double s = spreads(cell);
        if (z(cell) == 0.0) {
            EXPECT_EQ(drawn_cells(cell), 0.0);
            continue;
        }
        const double relative_sd = std::sqrt(std::expm1(s * s));
        EXPECT_NEAR(sum(cell) / count / z(cell), 1.0, 4.5 * relative_sd / std::sqrt(count));
        const double mean = logs(cell) / count;
        EXPECT_NEAR(mean, -0.5 * s * s, 4.5 * s / std::sqrt(count));
        EXPECT_NEAR(std::sqrt(squares(cell) / count - mean * mean) / s, 1.0, 0.06);
    }
}

TEST(HomeDraws, KeepWhatEveryProductSellsAndEveryUserBuys) {
    const Drawn drawn = china();
    const HomeDraws draws = drawn.draws();
    const MatrixXd z = purchases(drawn.home).flows;
    for (std::uint32_t draw = 0; draw < 20; ++draw) {
        const MatrixXd balanced = draws.purchases_of(draw);
        const VectorXd rows = balanced.rowwise().sum();
        const VectorXd columns = balanced.colwise().sum().transpose();
        EXPECT_LE(test::relative_difference(rows, z.rowwise().sum()), 2e-9);
        EXPECT_LE(test::relative_difference(columns, z.colwise().sum().transpose()), 2e-9);
        EXPECT_GE(balanced.minCoeff(), 0.0);
        EXPECT_EQ((balanced.array() == 0.0).count(), (z.array() == 0.0).count());
        EXPECT_GT(test::relative_difference(balanced, z, 1.0), 0.05);
    }
}

/// The whole chain against the ranking itself: a draw's economy ranked as any other.
TEST(HomeDraws, GiveWhatARankingOfTheDrawnEconomyGives) {
    for (Drawn drawn : {random_home(1), random_home(2), china()}) {
        const HomeDraws draws = drawn.draws();
        for (std::uint32_t draw = 0; draw < 5; ++draw) {
            const MatrixXd balanced = draws.purchases_of(draw);
            const HomeDraws::Flows flows = draws.flows_of(balanced);
            HomeEconomy home = drawn.home;
            const Purchases bought = purchases(home);
            for (std::size_t row = 0; row < bought.products.size(); ++row) {
                const Index origin = bought.origins[row];
                MatrixXd& flows_from =
                    origin < 0 ? home.domestic : home.imports[static_cast<std::size_t>(origin)];
                flows_from.row(bought.products[row]) = balanced.row(static_cast<Index>(row));
            }
            home.total_use = home.domestic;
            for (const MatrixXd& imports : home.imports) home.total_use += imports;
            ChokepointQuery query = drawn.query;
            query.criticality = draws.criticality(draw, flows);
            query.lambda = draws.lambda(draw);
            const VectorXd found = draws.gar(flows, query.criticality, query.lambda);
            const ChokepointRanking expected = rank_chokepoints(home, *drawn.model, query);
            ASSERT_EQ(expected.rows.size(), drawn.ranking.rows.size());
            for (const Chokepoint& row : expected.rows) {
                const auto same = std::find_if(
                    drawn.ranking.rows.begin(), drawn.ranking.rows.end(), [&](const auto& other) {
                        return other.product == row.product && other.coalition == row.coalition;
                    });
                ASSERT_NE(same, drawn.ranking.rows.end());
                EXPECT_NEAR(found[same - drawn.ranking.rows.begin()], row.gar,
                            1e-12 * row.gar + 1e-12 * same->gar);
            }
        }
    }
}

TEST(HomeDraws, AreTheBaseCaseToTheBitWhereNothingVaries) {
    for (const Drawn& drawn : {random_home(4), china()}) {
        const HomeDraws draws = drawn.draws();
        const VectorXd found =
            draws.gar(draws.base_flows(), drawn.query.criticality, drawn.query.lambda);
        for (std::size_t i = 0; i < drawn.ranking.rows.size(); ++i) {
            EXPECT_EQ(found[static_cast<Index>(i)], drawn.ranking.rows[i].gar);
        }
    }
}

TEST(HomeDraws, DependOnSeedAndNumberAlone) {
    Drawn drawn = random_home(5);
    const HomeDraws draws = drawn.draws();
    const MatrixXd flows = draws.purchases_of(7);
    EXPECT_NE(draws.purchases_of(8), flows);
    EXPECT_EQ(draws.purchases_of(7), flows);

    drawn.query.coalitions.resize(1);
    drawn.ranking = rank_chokepoints(drawn.home, *drawn.model, drawn.query);
    EXPECT_EQ(drawn.draws().purchases_of(7), flows);
    drawn.draw_model.seed = 2;
    EXPECT_NE(drawn.draws().purchases_of(7), flows);
}

TEST(HomeDraws, LambdaIsUniformAroundTheBaseCase) {
    const HomeDraws draws = random_home(6).draws();
    constexpr int count = 4000;
    double sum = 0.0, squares = 0.0;
    for (std::uint32_t draw = 0; draw < count; ++draw) {
        const double lambda = draws.lambda(draw);
        ASSERT_GE(lambda, 0.2);
        ASSERT_LE(lambda, 0.8);
        sum += lambda - 0.5;
        squares += (lambda - 0.5) * (lambda - 0.5);
    }
    EXPECT_NEAR(sum / count, 0.0, 4.5 * std::sqrt(0.03 / count));
    EXPECT_NEAR(squares / count, 0.03, 0.002);  // 0.6^2 / 12

    EXPECT_EQ(lambda_range(0.0).low, 0.0);
    EXPECT_EQ(lambda_range(0.0).high, 0.3);
    EXPECT_EQ(lambda_range(0.9).high, 0.95);
    EXPECT_EQ(lambda_range(0.99).high, 0.99);
}

TEST(HomeDraws, TheRampEndIsLogUniformAndTheSameForAllCells) {
    const Drawn drawn = random_home(7);
    const HomeDraws draws = drawn.draws();
    MatrixXd use = drawn.home.total_use;
    use *= 1e-3 / use.maxCoeff() * drawn.home.x.minCoeff();  // far below the ramp's end
    const HomeDraws::Flows flows{use, use, draws.base_flows().blocked_share};
    const MatrixXd base = criticality_of(drawn.ratings, use, drawn.home.x);
    constexpr int count = 2000;
    double sum = 0.0, squares = 0.0;
    for (std::uint32_t draw = 0; draw < count; ++draw) {
        const MatrixXd c = draws.criticality(draw, flows);
        const double factor = base.sum() / c.sum();
        EXPECT_LE((c * factor - base).cwiseAbs().maxCoeff(), 1e-14);
        const double octaves = std::log2(factor);
        ASSERT_LE(std::abs(octaves), 1.0 + 1e-12);
        sum += octaves;
        squares += octaves * octaves;
    }
    EXPECT_NEAR(sum / count, 0.0, 4.5 * std::sqrt(1.0 / 3.0 / count));
    EXPECT_NEAR(squares / count, 1.0 / 3.0, 0.03);
}

TEST(HomeDraws, RatingsScatterAroundThemselvesButZeroAndOneStay) {
    Drawn drawn = random_home(8);
    drawn.draw_model.criticality = {MatrixXd::Constant(6, 6, 0.5), 0.0};  // as from a file
    MatrixXd& ratings = drawn.draw_model.criticality.ratings;
    ratings.row(0).setZero();
    ratings.row(1).setOnes();
    ratings.row(2).setConstant(0.1);
    const HomeDraws draws = drawn.draws();
    constexpr int count = 2000;
    MatrixXd sum = MatrixXd::Zero(6, 6), squares = sum;
    for (std::uint32_t draw = 0; draw < count; ++draw) {
        const MatrixXd c = draws.criticality(draw, draws.base_flows());
        EXPECT_EQ(c.topRows(2), ratings.topRows(2));
        sum += c;
        squares += (c - ratings).cwiseAbs2();
    }
    for (Index cell = 0; cell < 36; ++cell) {
        const double variance = ratings(cell) * (1.0 - ratings(cell)) / 11.0;
        EXPECT_NEAR(sum(cell) / count, ratings(cell), 4.5 * std::sqrt(variance / count) + 1e-12);
        EXPECT_NEAR(squares(cell) / count, variance, 0.25 * variance);
    }
}

TEST(HomeDraws, RefuseRatingsThatAreNone) {
    Drawn drawn = random_home(9);
    drawn.draw_model.criticality.ratings.resize(3, 3);
    EXPECT_THROW(drawn.draws(), ArgumentError);
    drawn.draw_model.criticality = drawn.ratings;
    drawn.draw_model.rating_concentration = 0.5;
    EXPECT_THROW(drawn.draws(), ArgumentError);
}

/// MODEL E.4 with rebalancing: Var(gar) is about the sum over cells of
/// (d gar / d ln z * s)^2, the derivatives taken through RAS by central differences.
TEST(HomeDraws, SpreadAsFirstOrderTheoryHasIt) {
    Drawn drawn(home_economy(test::random_world_table(3, 4, 11), "R0"));
    drawn.draw_model.cell_errors = {0.01, 0.0};
    drawn.draw_model.varies = {true, false, false};
    drawn.draw_model.balancing.tolerance = 1e-13;
    const HomeDraws draws = drawn.draws();
    const MatrixXd z = purchases(drawn.home).flows;
    const auto gar_of = [&](const MatrixXd& cells) {
        const HomeDraws::Flows flows =
            draws.flows_of(ras(cells, draws.margins(), drawn.draw_model.balancing).matrix);
        return draws.gar(flows, draws.criticality(0, flows), drawn.query.lambda);
    };
    VectorXd variance = VectorXd::Zero(static_cast<Index>(drawn.ranking.rows.size()));
    constexpr double step = 1e-5;
    for (Index cell = 0; cell < z.size(); ++cell) {
        MatrixXd above = z, below = z;
        above(cell) *= 1.0 + step;
        below(cell) *= 1.0 - step;
        const VectorXd slope = (gar_of(above) - gar_of(below)) / (2.0 * step);
        variance += (draws.spreads()(cell) * slope).cwiseAbs2();
    }
    constexpr int count = 3000;
    VectorXd sum = VectorXd::Zero(variance.size()), squares = sum;
    for (std::uint32_t draw = 0; draw < count; ++draw) {
        const HomeDraws::Flows flows = *draws.flows(draw);
        const VectorXd shift =
            draws.gar(flows, draws.criticality(draw, flows), draws.lambda(draw)) -
            draws.gar(draws.base_flows(), drawn.query.criticality, drawn.query.lambda);
        sum += shift;
        squares += shift.cwiseAbs2();
    }
    ASSERT_GT(variance.size(), 5);
    for (Index pair = 0; pair < variance.size(); ++pair) {
        if (variance[pair] == 0.0) continue;
        const double mean = sum[pair] / count;
        const double found = squares[pair] / count - mean * mean;
        EXPECT_NEAR(std::sqrt(found / variance[pair]), 1.0, 0.08) << pair;
    }
}

}  // namespace
}  // namespace narrows
