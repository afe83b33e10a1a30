#include "host/analysis/export_content.hpp"

#include <Eigen/LU>
#include <gtest/gtest.h>

#include "host/analysis/import_content.hpp"
#include "host/base/error.hpp"
#include "host/table/national_table.hpp"

#include "tests/support/errors.hpp"
#include "tests/support/matrices.hpp"
#include "tests/support/shared_files.hpp"
#include "tests/support/tables.hpp"

namespace narrows {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;
using test::expect_parts;
using test::message_of;
using test::relative_difference;
using LongMatrix = Eigen::Matrix<long double, Eigen::Dynamic, Eigen::Dynamic>;

LeontiefModel model_of(const IoTable& table) {
    return LeontiefModel(Backend::cpu(), coefficients(table));
}

/// A random world table in which a tenth of primary inputs is taxes on products.
IoTable taxed_world(Index num_regions, Index num_sectors, unsigned seed) {
    TableData data = test::random_world_table(num_regions, num_sectors, seed).data();
    data.T = 0.1 * data.V;
    data.V *= 0.9;
    data.tax_names = {"taxes"};
    return IoTable(std::move(data));
}

/// What home of `s` sectors, the first region, exports and all that is made of it, in 80-bit
/// numbers and by the definitions of Koopman, Wang & Wei (2014).
struct ByDefinition {
    explicit ByDefinition(const IoTable& table, Index sectors) : s(sectors), n(table.num_nodes()) {
        const Coefficients c = coefficients(table);
        a = c.A.cast<long double>();
        v = c.v.cast<long double>();
        b = (LongMatrix::Identity(n, n) - a).partialPivLu().inverse();
        local = (LongMatrix::Identity(s, s) - a.topLeftCorner(s, s)).partialPivLu().inverse();
        y = table.F().cast<long double>();  // one column per region
        exports = (table.Z().topRightCorner(s, n - s).rowwise().sum() +
                   table.F().topRightCorner(s, table.F().cols() - 1).rowwise().sum())
                      .cast<long double>();
        content = v.asDiagonal() * b.leftCols(s) * exports.asDiagonal();
    }
    /// Home's value added used finally abroad.
    double absorbed_abroad() const {
        return static_cast<double>(
            v.head(s).dot((b * y.rightCols(y.cols() - 1)).topRows(s).rowwise().sum()));
    }
    /// What comes back: as final goods, and as inputs to what home makes for itself.
    double returned() const {
        const auto abroad = n - s;
        const LongMatrix at_home = b.topRightCorner(s, abroad) *
                                   (y.bottomLeftCorner(abroad, 1) +
                                    a.bottomLeftCorner(abroad, s) * local * y.topLeftCorner(s, 1));
        return static_cast<double>(v.head(s).dot(at_home.col(0)));
    }
    VectorXd double_counted() const {
        const LongMatrix more = (b.topLeftCorner(s, s) - local) * exports.asDiagonal();
        return (more.transpose() * v.head(s)).cast<double>();
    }

    Index s, n;
    LongMatrix a, b, local, y, content;
    Eigen::Matrix<long double, Eigen::Dynamic, 1> v, exports;
};

TEST(ExportContent, IsWhatTheDefinitionsSay) {
    for (const unsigned seed : {1U, 2U, 3U}) {
        const IoTable table = taxed_world(3, 5, seed);
        const LeontiefModel model = model_of(table);
        const ByDefinition expected(table, 5);

        const ExportContent found = export_content(table, "R0", model);

        EXPECT_LE(relative_difference(found.chain.deliveries, expected.exports.cast<double>()),
                  1e-13);
        const MatrixXd content = expected.content.cast<double>();
        EXPECT_LE(relative_difference(found.chain.content(model.coefficients().v), content), 1e-12);
        for (Index r = 0; r < 3; ++r) {
            EXPECT_LE(relative_difference(found.by_region.row(r),
                                          content.middleRows(5 * r, 5).colwise().sum()),
                      1e-12);
        }
        EXPECT_EQ(found.domestic, VectorXd(found.by_region.row(0).transpose()));
        EXPECT_LE(
            relative_difference(found.foreign, content.bottomRows(10).colwise().sum().transpose()),
            1e-12);
        EXPECT_LE(relative_difference(found.double_counted, expected.double_counted()), 1e-11);
        EXPECT_NEAR(found.absorbed_abroad / expected.absorbed_abroad(), 1.0, 1e-12);
        EXPECT_NEAR(found.returned / expected.returned(), 1.0, 1e-12);
    }
}

TEST(ExportContent, AddsUpToExports) {
    const IoTable table = taxed_world(4, 6, 4);
    const LeontiefModel model = model_of(table);

    for (const char* home : {"R0", "R1", "R2", "R3"}) {
        const ExportContent found = export_content(table, home, model);
        const VectorXd sum = found.domestic + found.foreign + found.taxes;
        EXPECT_LE(relative_difference(sum, found.chain.deliveries), 1e-13) << home;
        EXPECT_NEAR((found.absorbed_abroad + found.returned + found.double_counted.sum()) /
                        found.domestic.sum(),
                    1.0, 1e-13)
            << home;
        EXPECT_GT(found.double_counted.minCoeff(), 0.0);
        EXPECT_GT(found.returned, 0.0);
    }
}

/// A national table is closed at the border: what comes back counts as imported.
TEST(ExportContent, OfTheNationalTableIsThatOfTheWorldWithoutWhatLeftBefore) {
    const IoTable world = taxed_world(3, 6, 5);
    const IoTable nation = national_table(world, "R1");

    const ExportContent in_world = export_content(world, "R1", model_of(world));
    const ExportContent alone = export_content(nation, "", model_of(nation));

    EXPECT_LE(relative_difference(alone.chain.deliveries, in_world.chain.deliveries), 1e-13);
    EXPECT_LE(relative_difference(alone.domestic, in_world.domestic - in_world.double_counted),
              1e-12);
    EXPECT_LE(
        relative_difference(alone.domestic + alone.foreign + alone.taxes, alone.chain.deliveries),
        1e-13);
    EXPECT_EQ(alone.double_counted, VectorXd::Zero(6));
    EXPECT_EQ(alone.returned, 0.0);
}

TEST(ExportContent, CountsNothingTwiceWhereOnlyFinalGoodsAreExported) {
    TableData data = test::random_world_table(2, 4, 6).data();
    const MatrixXd inputs = data.Z.topRightCorner(4, 4);
    data.Z.topRightCorner(4, 4).setZero();
    data.F.topRightCorner(4, 1) += inputs.rowwise().sum();
    data.V.rightCols(4) += inputs.colwise().sum();
    const IoTable table(std::move(data));

    const ExportContent found = export_content(table, "R0", model_of(table));

    EXPECT_EQ(found.double_counted, VectorXd::Zero(4));
    EXPECT_EQ(found.returned, 0.0);
    EXPECT_NEAR(found.absorbed_abroad / found.domestic.sum(), 1.0, 1e-14);
    EXPECT_GT(found.foreign.minCoeff(), 0.0);
}

TEST(ExportContent, OfAnyFactorIsItsCoefficientsThroughTheChain) {
    const IoTable table = taxed_world(3, 5, 7);
    const LeontiefModel model = model_of(table);
    const VectorXd exports = gross_exports(table, "R2");
    const std::vector<Index> nodes = table.classification().nodes_of_region(2);
    const VectorXd jobs = (test::random_matrix(15, 1, 8).array().abs()).matrix();

    const DeliveryChain chain = delivery_chain(model, nodes, exports(nodes));

    EXPECT_NEAR(chain.total_content(jobs).sum() / model.solve_prices(jobs).col(0).dot(exports), 1.0,
                1e-13);
    EXPECT_LE(relative_difference(
                  chain.content_by_region(jobs, table.classification()).colwise().sum().transpose(),
                  chain.total_content(jobs)),
              1e-14);
    EXPECT_LE(relative_difference(chain.content(jobs).colwise().sum().transpose(),
                                  chain.total_content(jobs)),
              1e-14);
    const LeontiefModel iterated(Backend::cpu(), coefficients(table), {}, SolveMethod::iterate);
    EXPECT_LE(relative_difference(delivery_chain(iterated, nodes, exports(nodes)).output,
                                  chain.output, 1e-6),
              1e-12);
    expect_parts(message_of<ArgumentError>([&] { delivery_chain(model, nodes, exports); }),
                 {"15 deliveries of 5 nodes"});
}

TEST(Oracle11, ForeignValueAddedInTheExportsOfTheSmallWorld) {
    NARROWS_NEEDS_SHARED("spec/oracles/11_small_mrio_metrics.json");
    const nlohmann::json oracle = test::read_oracle("11_small_mrio_metrics");
    const IoTable table = test::small_world();
    const std::string home = table.classification().regions()[0].code;

    const ExportContent found = export_content(table, home, model_of(table));

    EXPECT_NEAR(found.foreign.sum() / found.chain.deliveries.sum(),
                oracle["foreign_va_in_home_gross_exports_by_LVA"].get<double>(), 1e-12);
}

TEST(Oracle10, ImportedContentOfTheExportsOfTheUnitedKingdom) {
    NARROWS_NEEDS_SHARED("spec/oracles/10_uk2010_127.json");
    const nlohmann::json oracle = test::read_oracle("10_uk2010_127");
    const IoTable table = test::uk_2010();
    const LeontiefModel model = model_of(table);
    const VectorXd exports = table.F().col(7) + table.F().col(8);

    const ExportContent found = export_content(table, "", model);

    EXPECT_EQ(found.chain.deliveries, exports);
    const ImportContent hummels = import_content(model, model.coefficients().m, exports);
    EXPECT_NEAR(found.foreign.sum() / exports.sum(), hummels.vertical_specialisation_share, 1e-14);
    EXPECT_NEAR(found.foreign.sum() / exports.sum(),
                oracle["recomputed"]["hummels_VS_share"].get<double>(), 1e-7);
    EXPECT_LE((found.domestic + found.foreign + found.taxes - exports).cwiseAbs().maxCoeff(),
              1e-7 * exports.maxCoeff());
}

TEST(GrossExports, NeedAHomeAndAFinalUseOfThatName) {
    const IoTable world = test::random_world_table(2, 3, 9);
    TableData data = test::random_national_table(3, 9).data();
    const IoTable open(data);
    data.final_uses[1].category = "OTHER";

    expect_parts(message_of<ArgumentError>([&] { gross_exports(world, ""); }),
                 {"needs a home, one of R0 R1"});
    expect_parts(message_of<ArgumentError>([&] { gross_exports(world, "R7"); }), {"'R7'"});
    expect_parts(message_of<TableError>([&] { gross_exports(IoTable(data), ""); }),
                 {"no final use named as exports among CONSUMPTION, OTHER"});
    EXPECT_EQ(gross_exports(open, ""), VectorXd(open.F().col(1)));
    data = open.data();
    data.V += data.M.colwise().sum();
    data.M.resize(0, 0);
    const IoTable closed(std::move(data));
    expect_parts(message_of<TableError>([&] { export_content(closed, "", model_of(closed)); }),
                 {"no imports by product and user"});
}

}  // namespace
}  // namespace narrows
