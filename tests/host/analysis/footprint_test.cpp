#include "host/analysis/footprint.hpp"

#include <gtest/gtest.h>

#include "host/model/multipliers.hpp"
#include "host/readers/read_table.hpp"

#include "tests/support/shared_files.hpp"
#include "tests/support/tables.hpp"

namespace narrows {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;
using LongMatrix = Eigen::Matrix<long double, Eigen::Dynamic, Eigen::Dynamic>;
using LongVector = Eigen::Matrix<long double, Eigen::Dynamic, 1>;

LeontiefModel model_of(const IoTable& table) {
    return LeontiefModel(Backend::cpu(), coefficients(table));
}

void expect_sum(double sum, const nlohmann::json& manifest, const std::string& key) {
    const double expected = manifest.at(key).at("sum").get<double>();
    EXPECT_NEAR(sum, expected, 1e-12 * std::abs(expected)) << key;
}

/// pymrio's test table, whose figures the mock of Eora26 has, with Q as its emissions. Its value
/// added explains little of its output, so that columns are open.
IoTable pymrio_test() {
    return read_table(test::shared_path("data/layouts/eora26_mock").string(),
                      {.acceptance = Acceptance::any, .accounts = {"all"}});
}

/// All sums that pymrio gives for an extension: its account(s) together.
void expect_extension(const IoTable& table, const std::string& name,
                      const nlohmann::json& manifest) {
    const LeontiefModel model = model_of(table);
    double values = 0.0, uses = 0.0, direct = 0.0, total = 0.0;
    double cba = 0.0, pba = 0.0, imports = 0.0, exports = 0.0;
    for (const SatelliteAccount& account : table.satellites()) {
        const Footprint found = footprint(table, model, account);
        const VectorXd intensity = per_output(account.values, table.x());
        values += account.values.sum();
        uses += found.final_uses.sum();
        direct += intensity.sum();
        total += total_effects(model, intensity).sum();
        pba += found.production.sum();
        cba += found.consumption.sum();
        imports += found.imports.sum();
        exports += found.exports.sum();
        EXPECT_EQ(found.unallocated, 0.0);
    }
    expect_sum(values, manifest, name + ".F");
    expect_sum(direct, manifest, name + ".S");
    expect_sum(total, manifest, name + ".M");
    expect_sum(pba, manifest, name + ".D_pba");
    expect_sum(cba, manifest, name + ".D_cba");
    expect_sum(imports, manifest, name + ".D_imp");
    expect_sum(exports, manifest, name + ".D_exp");
    expect_sum(pba + uses, manifest, name + ".D_pba_reg");
    expect_sum(cba + uses, manifest, name + ".D_cba_reg");
    expect_sum(imports, manifest, name + ".D_imp_reg");
    expect_sum(exports, manifest, name + ".D_exp_reg");
    if (uses != 0.0) expect_sum(uses, manifest, name + ".F_Y");
}

TEST(Footprint, GivesTheSumsOfPymrioForItsTestTable) {
    NARROWS_NEEDS_SHARED("spec/oracles/pymrio_test/manifest.json");
    NARROWS_NEEDS_SHARED("data/layouts/eora26_mock");
    const nlohmann::json manifest =
        test::read_json(test::shared_path("spec/oracles/pymrio_test/manifest.json"));
    IoTable table = pymrio_test();
    ASSERT_EQ(table.satellites().size(), 2U);
    expect_extension(table, "emissions", manifest);
    const VectorXd value_added = table.value_added();
    expect_extension(
        std::move(table).with_satellites({{"value added", "million EUR", value_added, {}}}),
        "factor_inputs", manifest);
}

/// L by Gauss and Jordan's elimination, in long double.
LongMatrix leontief(const IoTable& table) {
    const Index n = table.num_nodes();
    LongMatrix k = LongMatrix::Identity(n, n);
    for (Index j = 0; j < n; ++j) {
        for (Index i = 0; i < n; ++i) {
            k(i, j) -=
                static_cast<long double>(table.Z()(i, j)) / static_cast<long double>(table.x()[j]);
        }
    }
    LongMatrix inverse = LongMatrix::Identity(n, n);
    for (Index p = 0; p < n; ++p) {
        const long double pivot = k(p, p);
        k.row(p) /= pivot;
        inverse.row(p) /= pivot;
        for (Index i = 0; i < n; ++i) {
            const long double factor = k(i, p);
            if (i == p) continue;
            k.row(i) -= factor * k.row(p);
            inverse.row(i) -= factor * inverse.row(p);
        }
    }
    return inverse;
}

TEST(Footprint, IsThatOfTheDefinitionOnRandomTables) {
    for (unsigned seed = 1; seed <= 10; ++seed) {
        const IoTable table = test::with_satellites(test::random_world_table(3, 4, seed), seed);
        const Classification& classes = table.classification();
        const Index n = table.num_nodes();
        const LongMatrix l = leontief(table);
        const SatelliteAccount& account = table.satellites()[seed % 2];
        const Footprint found = footprint(table, model_of(table), account);
        // X_irk: output of node i for what region r uses of the product of node k.
        LongVector exports = LongVector::Zero(n);
        LongMatrix by_origin = LongMatrix::Zero(3, 3);
        LongMatrix consumption = LongMatrix::Zero(3, 4);
        LongMatrix imports = consumption;
        for (Index f = 0; f < table.F().cols(); ++f) {
            const Index r = classes.region(table.final_uses()[static_cast<std::size_t>(f)].region);
            for (Index k = 0; k < n; ++k) {
                for (Index i = 0; i < n; ++i) {
                    const long double amount = static_cast<long double>(account.values[i]) /
                                               static_cast<long double>(table.x()[i]) * l(i, k) *
                                               static_cast<long double>(table.F()(k, f));
                    const Index o = classes.region_of(i);
                    by_origin(o, r) += amount;
                    consumption(r, classes.sector_of(k)) += amount;
                    if (o != r) imports(r, classes.sector_of(k)) += amount;
                    if (o != r) exports[i] += amount;
                }
            }
        }
        const double scale = account.values.cwiseAbs().sum();
        const auto near = [&](const MatrixXd& value, const LongMatrix& expected) {
            EXPECT_LE((value - expected.cast<double>()).cwiseAbs().maxCoeff(), 1e-13 * scale);
        };
        near(found.production, account.values.cast<long double>());
        near(found.exports, exports);
        near(found.by_origin, by_origin);
        near(found.consumption, consumption);
        near(found.imports, imports);
    }
}

TEST(Footprint, OfAllRegionsAddsUpToTheAccount) {
    for (unsigned seed = 1; seed <= 20; ++seed) {
        const IoTable table = test::with_satellites(test::random_world_table(4, 3, seed), seed);
        const LeontiefModel model = model_of(table);
        for (const SatelliteAccount& account : table.satellites()) {
            const Footprint found = footprint(table, model, account);
            const double tolerance = 1e-12 * account.values.cwiseAbs().sum();
            EXPECT_NEAR(found.consumption.sum(), account.values.sum(), tolerance);
            EXPECT_NEAR(found.by_origin.sum(), account.values.sum(), tolerance);
            EXPECT_NEAR(found.imports.sum(), found.exports.sum(), tolerance);
            EXPECT_NEAR(found.final_uses.sum(), account.final_uses.sum(), 1e-12);
            for (Index r = 0; r < 4; ++r) {
                const std::vector<Index> nodes = table.classification().nodes_of_region(r);
                const double balance = found.production(nodes).sum() - found.exports(nodes).sum() +
                                       found.imports.row(r).sum();
                EXPECT_NEAR(found.consumption.row(r).sum(), balance, tolerance);
            }
        }
    }
}

TEST(Footprint, OfValueAddedIsFinalDemandLessTaxesOnTheWay) {
    // Without taxes every unit of final demand is value added somewhere.
    TableData data = test::random_world_table(3, 3, 7).data();
    if (data.T.size() > 0) {
        data.V.row(0) += data.T.colwise().sum();
        data.T.resize(0, 0);
        data.tax_names.clear();
    }
    const IoTable table = test::with_satellites(IoTable(data), 7);
    const Footprint found = footprint(table, model_of(table), table.satellites()[2]);
    EXPECT_NEAR(found.consumption.sum(), table.F().sum(), 1e-11 * table.F().sum());
}

TEST(Footprint, OfANationalTableSplitsHomeUseFromExports) {
    TableData data = test::random_national_table(6, 3).data();
    ASSERT_GT(data.F.cols(), 1);
    data.final_uses.back().category = "EXPORTS";
    const IoTable table = test::with_satellites(IoTable(data), 3);
    const SatelliteAccount& account = table.satellites()[0];
    const Footprint found = footprint(table, model_of(table), account);
    const LongMatrix l = leontief(table);
    const Index last = table.F().cols() - 1;
    for (Index k = 0; k < 6; ++k) {
        long double content = 0.0;
        for (Index i = 0; i < 6; ++i) {
            content += static_cast<long double>(account.values[i]) /
                       static_cast<long double>(table.x()[i]) * l(i, k);
        }
        EXPECT_NEAR(found.exports[k], static_cast<double>(content) * table.F()(k, last), 1e-11);
    }
    EXPECT_EQ(found.imports.size(), 0);
    EXPECT_NEAR(found.exports.sum() + found.consumption.sum(), account.values.sum(), 1e-11);
}

TEST(Footprint, LeavesOutWhatSectorsWithoutOutputHave) {
    TableData data = test::random_world_table(2, 3, 5).data();
    data.Z.row(4).setZero();
    data.Z.col(4).setZero();
    data.F.row(4).setZero();
    data.V.col(4).setZero();
    if (data.T.size() > 0) data.T.col(4).setZero();
    data.x = data.Z.rowwise().sum() + data.F.rowwise().sum();
    const IoTable table = test::with_satellites(IoTable(data, Acceptance::any), 5);
    const SatelliteAccount& account = table.satellites()[0];
    const Footprint found = footprint(table, model_of(table), account);
    EXPECT_EQ(found.unallocated, account.values[4]);
    EXPECT_EQ(found.production[4], 0.0);
    EXPECT_NEAR(found.consumption.sum() + found.unallocated, account.values.sum(), 1e-11);
}

}  // namespace
}  // namespace narrows
