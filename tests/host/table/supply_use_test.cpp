#include "host/table/supply_use.hpp"

#include <random>

#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "host/table/accounts.hpp"

#include "tests/support/errors.hpp"
#include "tests/support/matrices.hpp"
#include "tests/support/shared_files.hpp"

namespace narrows {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;
using test::expect_parts;
using test::message_of;

constexpr SutModel models[] = {SutModel::product_technology, SutModel::industry_technology,
                               SutModel::fixed_industry_sales, SutModel::fixed_product_sales};

std::vector<Sector> sectors(const char* prefix, Index count) {
    std::vector<Sector> result;
    for (Index i = 0; i < count; ++i) {
        const std::string code = prefix + std::to_string(i);
        result.push_back({code, code, SectorKind::goods});
    }
    return result;
}

/// Balanced supply and use with random positive flows, imports in every use.
SupplyUse random_supply_use(Index size, unsigned seed) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> uniform(0.1, 1.0);
    const auto positive = [&](Index rows, Index columns) -> MatrixXd {
        return MatrixXd::NullaryExpr(rows, columns, [&] { return uniform(random); });
    };
    SupplyUse table;
    table.products = sectors("P", size);
    table.industries = sectors("I", size);
    table.make = positive(size, size);
    table.make.diagonal() *= 20.0 * static_cast<double>(size);
    const VectorXd q = table.make.colwise().sum().transpose();
    const VectorXd g = table.make.rowwise().sum();
    const MatrixXd domestic = positive(size, size);
    table.UM = 0.3 * positive(size, size);
    table.U = domestic + table.UM;
    table.YM = 0.2 * positive(size, 2);
    table.Y = table.YM;
    table.Y.col(0) += 0.25 * (q - domestic.rowwise().sum());
    table.Y.col(1) += 0.75 * (q - domestic.rowwise().sum());
    table.final_uses = {{"", "CONS"}, {"", "EXPORTS"}};
    table.T = 0.05 * positive(1, size);
    table.tax_names = {"TAX"};
    table.V = g.transpose() - table.U.colwise().sum() - table.T;
    table.value_added_names = {"VA"};
    return table;
}

IoTable accepted(TableData data) {
    return IoTable(std::move(data));
}

class Oracle07 : public testing::TestWithParam<SutModel> {};

TEST_P(Oracle07, AllFourModels) {
    NARROWS_NEEDS_SHARED("spec/oracles/07_sut_models_ABCD.json");
    const nlohmann::json oracle = test::read_oracle("07_sut_models_ABCD");
    SupplyUse table;
    table.products = sectors("P", 2);
    table.industries = sectors("I", 2);
    table.make = test::matrix(oracle["V_make_industry_by_product"]);
    table.U = test::matrix(oracle["U"]);
    table.Y = test::vector(oracle["final_use"]);
    table.final_uses = {{"", "F"}};
    table.V = test::vector(oracle["va"]).transpose();
    table.value_added_names = {"VA"};

    const IoTable result = accepted(symmetric_table(table, GetParam()));

    const nlohmann::json& expected = oracle[to_string(GetParam())];
    EXPECT_LE((result.Z() - test::matrix(expected["Z"])).cwiseAbs().maxCoeff(), 1e-12);
    EXPECT_LE((result.F() - test::vector(expected["Y"])).cwiseAbs().maxCoeff(), 1e-12);
    EXPECT_LE((result.V().transpose() - test::vector(expected["VA"])).cwiseAbs().maxCoeff(), 1e-12);
}
INSTANTIATE_TEST_SUITE_P(SupplyUse, Oracle07, testing::ValuesIn(models),
                         [](const auto& each) { return to_string(each.param); });

class SutModels : public testing::TestWithParam<std::tuple<SutModel, unsigned>> {};

TEST_P(SutModels, KeepBothBalancesAndGdp) {
    const auto [model, seed] = GetParam();
    const SupplyUse table = random_supply_use(5 + static_cast<Index>(seed), seed);

    const IoTable result = accepted(symmetric_table(table, model));

    EXPECT_LE(result.diagnostics().rows.max_relative, 1e-13);
    EXPECT_LE(result.diagnostics().columns.max_relative, 1e-13);
    EXPECT_NEAR(result.V().sum(), table.V.sum(), 1e-10 * table.V.cwiseAbs().sum());
    EXPECT_NEAR(result.M().sum(), table.UM.sum(), 1e-10 * table.UM.sum());
    EXPECT_NEAR(result.MF().sum(), table.YM.sum(), 1e-10 * table.YM.sum());
    const bool by_product =
        model == SutModel::product_technology || model == SutModel::industry_technology;
    EXPECT_EQ(result.classification().label(0), by_product ? "P0" : "I0");
    if (model == SutModel::industry_technology || model == SutModel::fixed_product_sales) {
        EXPECT_GE(result.Z().minCoeff(), 0.0);
        EXPECT_GE(result.M().minCoeff(), 0.0);
    }
}
INSTANTIATE_TEST_SUITE_P(SupplyUse, SutModels,
                         testing::Combine(testing::ValuesIn(models), testing::Range(1U, 6U)));

TEST(SupplyUse, AllModelsAgreeWhereEveryIndustryMakesItsProductOnly) {
    SupplyUse table = random_supply_use(6, 3);
    table.make = MatrixXd(table.make.rowwise().sum().asDiagonal());
    const VectorXd q = table.make.diagonal();
    table.Y.col(1) +=
        q - (table.U - table.UM).rowwise().sum() - (table.Y - table.YM).rowwise().sum();

    for (const SutModel model : models) {
        const IoTable result = accepted(symmetric_table(table, model));
        EXPECT_LE(test::difference(result.Z(), table.U - table.UM), 1e-14) << to_string(model);
        EXPECT_LE(test::difference(result.M(), table.UM), 1e-14) << to_string(model);
    }
}

TEST(SupplyUse, WithoutImportsIsAClosedEconomy) {
    SupplyUse table = random_supply_use(4, 5);
    table.U -= table.UM;
    table.Y -= table.YM;
    table.V += table.UM.colwise().sum();
    table.UM.resize(0, 0);
    table.YM.resize(0, 0);

    const IoTable result = accepted(symmetric_table(table, SutModel::fixed_product_sales));

    EXPECT_FALSE(result.has_imports());
    EXPECT_EQ(result.MF().size(), 0);
}

TEST(SupplyUse, CutsImportsToTheUseTheyArePartOf) {
    SupplyUse table = random_supply_use(4, 7);
    const double over = 0.25;
    table.UM(1, 2) = table.U(1, 2) + over;
    // The product's balance as published: domestic use is what imports leave.
    const VectorXd q = table.make.colwise().sum().transpose();
    table.Y.col(1) +=
        q - (table.U - table.UM).rowwise().sum() - (table.Y - table.YM).rowwise().sum();

    const TableData data = symmetric_table(table, SutModel::fixed_product_sales);

    EXPECT_EQ(data.final_uses.back().category, "RESIDUAL");
    EXPECT_NEAR(data.MF.rightCols(1).sum(), over, 1e-14);
    EXPECT_NEAR(data.F.rightCols(1).sum(), -over, 1e-14);
    EXPECT_GE(data.Z.minCoeff(), 0.0);
    ASSERT_FALSE(data.meta.findings.empty());
    EXPECT_EQ(data.meta.findings.front().code, "imports-above-use");
    expect_parts(data.meta.findings.front().text, {"1 cells", "P1 bought by I2", "0.25"});
    EXPECT_NO_THROW(accepted(data));
}

TEST(SupplyUse, KeepsWhatNobodyMakesAsARowOfTaxes) {
    SupplyUse table = random_supply_use(4, 9);
    const VectorXd g_before = table.make.rowwise().sum();
    table.make.col(3).setZero();
    const VectorXd g = table.make.rowwise().sum();
    table.V += (g - g_before).transpose();
    table.UM.row(3) = table.U.row(3);
    table.YM.row(3) = table.Y.row(3);

    const IoTable result = accepted(symmetric_table(table, SutModel::fixed_product_sales));

    EXPECT_EQ(result.tax_names().back(), "P3, not made at home");
    EXPECT_EQ(result.T().bottomRows(1), table.U.row(3));
    EXPECT_NEAR(result.M().sum(), table.UM.topRows(3).sum(), 1e-12);
}

TEST(SupplyUse, RefusesToInvertASingularMakeMatrix) {
    SupplyUse empty = random_supply_use(4, 11);
    empty.make.col(2).setZero();
    SupplyUse alike = random_supply_use(4, 11);
    alike.make.col(2) = alike.make.col(1);
    SupplyUse oblong = random_supply_use(4, 11);
    oblong.industries.pop_back();
    oblong.make.conservativeResize(3, Eigen::NoChange);
    for (MatrixXd* block : {&oblong.U, &oblong.UM, &oblong.V, &oblong.T}) {
        block->conservativeResize(Eigen::NoChange, 3);
    }

    for (const SutModel model : {SutModel::product_technology, SutModel::fixed_industry_sales}) {
        const auto refusal = [&](const SupplyUse& table) {
            return message_of<NumericalError>([&] { symmetric_table(table, model); });
        };
        expect_parts(refusal(empty), {"nothing is made of or by P2", to_string(model)});
        expect_parts(refusal(alike), {"singular"});
        expect_parts(refusal(oblong), {"3 industries and 4 products"});
    }
}

TEST(SupplyUse, RefusesShapesThatDisagree) {
    SupplyUse table = random_supply_use(3, 1);
    table.U.conservativeResize(2, 3);

    expect_parts(
        message_of<ArgumentError>([&] { symmetric_table(table, SutModel::fixed_product_sales); }),
        {"U is 2 x 3, expected 3 x 3"});
}

TEST(SutModel, GoesByItsLetter) {
    for (const SutModel model : models) EXPECT_EQ(parse_sut_model(to_string(model)), model);
    EXPECT_EQ(parse_sut_model("E"), std::nullopt);
    EXPECT_EQ(parse_sut_model(""), std::nullopt);
}

}  // namespace
}  // namespace narrows
