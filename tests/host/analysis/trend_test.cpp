#include "host/analysis/trend.hpp"

#include <gtest/gtest.h>

#include "host/analysis/exposure.hpp"
#include "host/base/error.hpp"
#include "host/table/national_table.hpp"

#include "tests/support/errors.hpp"
#include "tests/support/tables.hpp"

namespace narrows {
namespace {

using test::expect_parts;
using test::message_of;
using Names = std::vector<std::string>;

TrendYear analysed(const IoTable& table, int year, bool together = false,
                   const Eigen::VectorXd& weights = {}) {
    TableData data = table.data();
    data.meta.year = year;
    const IoTable dated(std::move(data));
    const HomeEconomy home = home_economy(dated, dated.is_multi_regional() ? "R0" : "");
    const LeontiefModel domestic(Backend::cpu(), home.coefficients());
    ChokepointQuery query;
    query.coalitions = together ? all_imports(home) : each_origin(home);
    query.criticality = cost_share_criticality(home);
    query.weights = weights;
    std::optional<LeontiefModel> world;
    if (dated.is_multi_regional()) world.emplace(Backend::cpu(), coefficients(dated));
    return trend_year(dated, home, reliance(dated, home, domestic, world ? &*world : nullptr),
                      rank_chokepoints(home, domestic, query));
}

/// The same world where home buys more from the first other region.
IoTable more_imports(const IoTable& table, double factor) {
    TableData data = table.data();
    const Index s = static_cast<Index>(data.classification.sectors().size());
    const Eigen::MatrixXd more = (factor - 1.0) * data.Z.block(s, 0, s, s);
    data.Z.block(s, 0, s, s) += more;
    data.V.leftCols(s) -= more.colwise().sum();
    data.F.block(s, 0, s, 1) -= more.rowwise().sum();
    return IoTable(std::move(data));
}

TEST(Reliance, IsWhatTheWholeInversesSay) {
    const IoTable table = test::random_world_table(3, 4, 1);
    const TrendYear year = analysed(table, 2000);

    const LeontiefModel world(Backend::cpu(), coefficients(table));
    const Eigen::MatrixXd& a = world.coefficients().A;
    const Eigen::MatrixXd l = world.leontief_inverse();
    std::vector<Index> region;
    for (Index i = 0; i < 12; ++i) region.push_back(i / 4);
    const auto share = [&](const Exposure& exposure) {
        return Eigen::VectorXd(foreign_share(exposure.look_through, region).head(4));
    };
    const Eigen::VectorXd own = share(exposure_with_own_output(a, l));
    const Eigen::VectorXd inputs = share(exposure_of_inputs(a, l));

    EXPECT_LE((year.reliance.foreign_share - own).cwiseAbs().maxCoeff(), 1e-13);
    EXPECT_LE((year.reliance.foreign_share_of_inputs - inputs).cwiseAbs().maxCoeff(), 1e-13);
}

TEST(Reliance, ImportContentOfAllFinalOutputIsAllImportedInputs) {
    const IoTable table = test::random_world_table(3, 4, 2);
    const HomeEconomy home = home_economy(table, "R0");
    double imports = 0.0;
    for (const Eigen::MatrixXd& origin : home.imports) imports += origin.sum();
    const double final_output = home.x.sum() - home.domestic.sum();

    EXPECT_NEAR(analysed(table, 2000).reliance.total_import_content, imports / final_output, 1e-12);
}

TEST(Reliance, OfANationalTableCountsImportsOnce) {
    const IoTable world = test::random_world_table(3, 4, 3);
    const TrendYear national = analysed(national_table(world, "R0"), 2000);
    const TrendYear whole = analysed(world, 2000);

    EXPECT_LE(
        (national.reliance.import_content - whole.reliance.import_content).cwiseAbs().maxCoeff(),
        1e-12);
    EXPECT_TRUE((national.reliance.foreign_share.array() > 0.0).all());
    EXPECT_LT(national.reliance.total_foreign_share, whole.reliance.total_foreign_share);
}

TEST(Trend, OfTwoEqualTablesIsNoChange) {
    const IoTable table = test::random_world_table(3, 4, 4);

    const Trend result = trend({analysed(table, 2001), analysed(table, 2000)});

    EXPECT_EQ(result.years[0].year, 2000);
    EXPECT_EQ(result.rows.size(), 8U);
    for (const TrendRow& row : result.rows) {
        EXPECT_EQ(row.change_of_gar, 0.0);
        EXPECT_EQ(row.change_of_share_of_gdp, 0.0);
        EXPECT_EQ(row.best_rank, row.worst_rank);
    }
}

TEST(Trend, DoesNotDependOnTheUnitOfAccount) {
    const IoTable table = test::random_world_table(3, 4, 5);

    const Trend result =
        trend({analysed(table, 2000), analysed(test::rescaled(table, 1000.0), 2001)});

    for (const TrendRow& row : result.rows) {
        EXPECT_EQ(row.best_rank, row.worst_rank);
        EXPECT_NEAR(row.change_of_share_of_gdp, 0.0, 1e-12);
        EXPECT_GE(row.change_of_gar, 0.0);
    }
    const Reliance& first = result.years[0].reliance;
    const Reliance& last = result.years[1].reliance;
    EXPECT_NEAR(first.total_import_content, last.total_import_content, 1e-12);
    EXPECT_NEAR(first.total_foreign_share, last.total_foreign_share, 1e-12);
}

TEST(Trend, ReportsChangesAndTheIntervalOfRanks) {
    const IoTable table = test::random_world_table(3, 4, 6);
    const TrendYear before = analysed(table, 2000);
    const TrendYear after = analysed(more_imports(table, 1.5), 2005);

    const Trend result = trend({before, after});

    EXPECT_GT(after.reliance.total_import_content, before.reliance.total_import_content);
    for (std::size_t i = 0; i < result.rows.size(); ++i) {
        const TrendRow& row = result.rows[i];
        ASSERT_TRUE(row.years[0] && row.years[1]);
        EXPECT_EQ(row.best_rank, std::min(row.years[0]->rank, row.years[1]->rank));
        EXPECT_EQ(row.worst_rank, std::max(row.years[0]->rank, row.years[1]->rank));
        EXPECT_EQ(row.change_of_gar, row.years[1]->gar - row.years[0]->gar);
        if (i > 0) {
            EXPECT_GE(result.rows[i - 1].years[1]->gar_share_of_gdp,
                      row.years[1]->gar_share_of_gdp);
        }
        if (row.coalition == Names{"R1"}) {
            EXPECT_GE(row.change_of_share_of_gdp, 0.0);
        }
    }
}

TEST(Trend, CountsAYearWithoutImportsAsNoRisk) {
    const IoTable table = test::random_world_table(3, 4, 7);
    TableData data = table.data();
    const Eigen::MatrixXd cut = data.Z.block(5, 0, 1, 4);  // product S1 from R1
    data.Z.block(5, 0, 1, 4).setZero();
    data.V.leftCols(4) += cut;
    data.F(5, 0) += cut.sum();

    const Trend result = trend({analysed(table, 2000), analysed(IoTable(std::move(data)), 2001)});

    const TrendRow& row = result.rows.back();
    EXPECT_EQ(row.product, "S1");
    EXPECT_EQ(row.coalition, Names{"R1"});
    EXPECT_FALSE(row.years[1]);
    EXPECT_EQ(row.change_of_gar, -row.years[0]->gar);
    EXPECT_EQ(row.best_rank, row.worst_rank);
}

TEST(Trend, RefusesAnotherClassificationUnlessOnlyWhatIsCommonIsAsked) {
    const TrendYear four = analysed(test::random_world_table(3, 4, 8), 2000);
    const TrendYear five = analysed(test::random_world_table(4, 5, 8), 2001);

    expect_parts(message_of<TableError>([&] {
                     trend({four, five});
                 }),
                 {"different products", "S4 is in 2001", "not in 2000", "0 more", "--common"});
    const Trend result = trend({four, five}, true);

    EXPECT_EQ(result.dropped_products, Names{"S4"});
    EXPECT_EQ(result.dropped_origins, Names{"R3"});
    EXPECT_EQ(result.rows.size(), 8U);
    for (const TrendRow& row : result.rows) {
        EXPECT_LE(row.worst_rank, 8);
        EXPECT_NE(row.product, "S4");
    }
}

TEST(Trend, ComparesAllImportsWhateverTheOrigins) {
    const TrendYear three = analysed(test::random_world_table(3, 4, 8), 2000, true);
    const TrendYear four = analysed(test::random_world_table(4, 4, 8), 2001, true);

    const Trend result = trend({three, four}, true);

    ASSERT_EQ(result.rows.size(), 4U);
    for (const TrendRow& row : result.rows) {
        EXPECT_EQ(row.coalition, Names{"IMPORTS"});
        EXPECT_TRUE(row.years[0] && row.years[1]);
    }
}

TEST(Trend, RefusesYearsThatMakeNoTrend) {
    const IoTable table = test::random_world_table(3, 4, 9);
    const TrendYear year = analysed(table, 2000);

    expect_parts(message_of<ArgumentError>([&] { trend({year}); }), {"two years", "found 1"});
    expect_parts(message_of<ArgumentError>([&] { trend({year, year}); }), {"2000 is there twice"});
    expect_parts(message_of<ArgumentError>([&] {
                     trend({year, analysed(table, 0)});
                 }),
                 {"says of no year"});
}

TEST(Trend, GoesByWeightedShareOfTheLastYear) {
    const IoTable table = test::random_world_table(3, 4, 6);
    const Eigen::VectorXd weights = (Eigen::VectorXd(4) << 0.1, 5.0, 1.0, 2.0).finished();
    const Trend plain = trend({analysed(table, 2000), analysed(table, 2001)});
    const Trend weighted =
        trend({analysed(table, 2000, false, weights), analysed(table, 2001, false, weights)});
    ASSERT_EQ(weighted.rows.size(), plain.rows.size());
    EXPECT_NE(weighted.rows.front().product, plain.rows.back().product);
    for (std::size_t i = 0; i < weighted.rows.size(); ++i) {
        const RankedPair& last = *weighted.rows[i].years.back();
        EXPECT_EQ(last.weight, weights[last.product[1] - '0']);
        if (i == 0) continue;
        const RankedPair& above = *weighted.rows[i - 1].years.back();
        EXPECT_GE(above.weight * above.gar_share_of_gdp, last.weight * last.gar_share_of_gdp);
    }
}

}  // namespace
}  // namespace narrows
