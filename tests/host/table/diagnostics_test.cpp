#include "host/table/diagnostics.hpp"

#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "host/table/io_table.hpp"

#include "tests/support/errors.hpp"
#include "tests/support/tables.hpp"

namespace narrows {
namespace {

using test::expect_parts;
using Names = std::vector<std::string>;

/// Miller & Blair (2009), Table 2.3: two sectors, whole numbers, balanced.
TableData two_sectors() {
    TableData data;
    data.meta.unit = "million";
    data.classification = Classification::national({{"ONE", ""}, {"TWO", ""}}, {"HOM", ""});
    data.Z = Eigen::MatrixXd{{150, 500}, {200, 100}};
    data.F = Eigen::MatrixXd{{350}, {1700}};
    data.final_uses = {{"", "FINAL"}};
    data.V = Eigen::MatrixXd{{650, 1400}};
    data.value_added_names = {"value_added"};
    data.x = Eigen::VectorXd{{1000, 2000}};
    return data;
}

/// Two sectors, then one without any flow.
TableData with_an_empty_sector() {
    TableData data = two_sectors();
    data.classification =
        Classification::national({{"ONE", ""}, {"TWO", ""}, {"NIL", ""}}, {"HOM", ""});
    data.Z.conservativeResizeLike(Eigen::MatrixXd::Zero(3, 3));
    data.F.conservativeResizeLike(Eigen::MatrixXd::Zero(3, 1));
    data.V.conservativeResizeLike(Eigen::MatrixXd::Zero(1, 3));
    data.x.conservativeResizeLike(Eigen::VectorXd::Zero(3));
    return data;
}

TEST(Diagnostics, FindNothingWrongWithATextbookTable) {
    const TableDiagnostics found = diagnose(two_sectors());

    EXPECT_TRUE(found.acceptable());
    EXPECT_EQ(found.first_problem(), "");
    EXPECT_EQ(found.rows.max_absolute, 0.0);
    EXPECT_EQ(found.columns.max_absolute, 0.0);
    EXPECT_TRUE(found.rows.worst.empty());
    EXPECT_TRUE(found.columns.worst.empty());
}

TEST(Diagnostics, FindNothingWrongWithRandomTables) {
    for (unsigned seed = 1; seed <= 20; ++seed) {
        const TableDiagnostics national = test::random_national_table(7, seed).diagnostics();
        const TableDiagnostics world = test::random_world_table(3, 4, seed).diagnostics();

        EXPECT_LT(national.columns.max_relative, 1e-13) << "seed " << seed;
        EXPECT_LT(world.rows.max_relative, 1e-13) << "seed " << seed;
    }
}

TEST(Diagnostics, NameTheRowThatDoesNotBalanceWithBothSides) {
    TableData data = two_sectors();
    data.F(1, 0) += 20.0;

    const TableDiagnostics found = diagnose(data);

    EXPECT_EQ(found.rows.num_unbalanced, 1);
    EXPECT_TRUE(found.columns.balanced());
    ASSERT_FALSE(found.rows.worst.empty());
    EXPECT_EQ(found.rows.worst[0].label, "TWO");
    EXPECT_EQ(found.rows.worst[0].sum, 2020.0);
    EXPECT_EQ(found.rows.worst[0].output, 2000.0);
    EXPECT_EQ(found.rows.worst[0].residual, 20.0);
    EXPECT_DOUBLE_EQ(found.rows.worst[0].relative, 20.0 / 2020.0);
    expect_parts(found.first_problem(),
                 {"row of TWO sums to 2020", "expected gross output 2000", "x = Z1 + F1"});
}

TEST(Diagnostics, NameTheColumnThatDoesNotBalanceWithBothSides) {
    TableData data = two_sectors();
    data.V(0, 0) -= 50.0;

    const TableDiagnostics found = diagnose(data);

    EXPECT_TRUE(found.rows.balanced());
    EXPECT_EQ(found.columns.num_unbalanced, 1);
    expect_parts(found.first_problem(), {"column of ONE sums to 950", "expected gross output 1000",
                                         "x' = 1'Z + 1'M + 1'T + 1'V"});
}

TEST(Diagnostics, CountImportsAndTaxesInTheColumn) {
    TableData data = two_sectors();
    data.V = Eigen::MatrixXd{{550, 1250}};
    data.M = Eigen::MatrixXd{{60, 40}, {30, 100}};
    data.T = Eigen::MatrixXd{{10, 10}};
    data.tax_names = {"taxes"};

    const TableDiagnostics found = diagnose(data);

    EXPECT_TRUE(found.acceptable()) << found.first_problem();
    EXPECT_DOUBLE_EQ(found.import_matrix_share, 230.0 / 1180.0);
}

TEST(Diagnostics, AllowAMillionthOfGrossOutput) {
    TableData inside = two_sectors();
    inside.x[1] = 2000.0019;
    TableData outside = two_sectors();
    outside.x[1] = 2000.0021;

    EXPECT_TRUE(diagnose(inside).acceptable());
    EXPECT_FALSE(diagnose(outside).rows.balanced());
    EXPECT_FALSE(diagnose(outside).columns.balanced());
}

TEST(Diagnostics, AllowTheRoundingOfPublishedFigures) {
    // A row has 2 + 1 entries and its output: four figures, each half a unit off at most.
    TableData inside = two_sectors();
    inside.meta.rounding = 1.0;
    inside.F(0, 0) += 2.0;
    TableData outside = inside;
    outside.F(0, 0) += 0.01;

    EXPECT_EQ(diagnose(inside).rows.worst.at(0).tolerance, 2.0);
    EXPECT_TRUE(diagnose(inside).acceptable());
    EXPECT_FALSE(diagnose(outside).acceptable());
}

TEST(Diagnostics, CountEveryEntryOfARoundedColumn) {
    // 2 transactions, 2 imports, 1 tax, 1 row of value added, and output.
    TableData data = two_sectors();
    data.meta.rounding = 0.1;
    data.M = Eigen::MatrixXd::Zero(2, 2);
    data.T = Eigen::MatrixXd::Zero(1, 2);
    data.tax_names = {"taxes"};
    data.V(0, 1) += 0.3;

    const TableDiagnostics found = diagnose(data);

    EXPECT_DOUBLE_EQ(found.columns.worst.at(0).tolerance, 0.35);
    EXPECT_TRUE(found.acceptable());
}

TEST(Diagnostics, ListTheFiveWorstSectorsInOrder) {
    TableData data = test::random_national_table(8, 3).data();
    const double share[] = {0.02, 0.07, 0.0, 0.05, 0.01, 0.06, 0.03, 0.04};
    for (Index i = 0; i < 8; ++i) data.F(i, 0) += share[i] * data.x[i];

    const TableDiagnostics found = diagnose(data);

    Names worst;
    for (const AccountResidual& account : found.rows.worst) worst.push_back(account.label);
    EXPECT_EQ(worst, (Names{"S1", "S5", "S3", "S7", "S6"}));
    EXPECT_EQ(found.rows.num_unbalanced, 7);
    EXPECT_NEAR(found.rows.max_relative, 0.07 / 1.07, 1e-12);
    expect_parts(found.first_problem(), {"row of S1", "7 rows do not balance", "S5", "S6"});
}

TEST(Diagnostics, PutAccountsBeyondTheirToleranceFirst) {
    // ONE is a tiny sector that rounding explains, TWO is out by less in relative terms.
    TableData data = two_sectors();
    data.meta.rounding = 1.0;
    data.Z.row(0).setZero();
    data.F(0, 0) = 3.0;
    data.x[0] = 2.0;
    data.F(1, 0) += 10.0;

    const TableDiagnostics found = diagnose(data);

    EXPECT_EQ(found.rows.num_unbalanced, 1);
    EXPECT_EQ(found.rows.worst.at(0).label, "TWO");
    EXPECT_EQ(found.rows.worst.at(1).label, "ONE");
}

TEST(Diagnostics, CountNegativeCells) {
    TableData data = two_sectors();
    data.Z(0, 0) = -1.0;
    data.Z(1, 0) = -2.0;
    data.F(1, 0) = -3.0;
    data.M = Eigen::MatrixXd{{-1, 0}, {0, 1}};
    data.MF = Eigen::MatrixXd{{-4}, {-5}};

    const TableDiagnostics found = diagnose(data);

    EXPECT_EQ(found.negative_transactions, 2);
    EXPECT_EQ(found.negative_final_demand, 1);
    EXPECT_EQ(found.negative_imports, 3);
}

TEST(Diagnostics, AcceptNegativeInventories) {
    TableData data = two_sectors();
    data.F = Eigen::MatrixXd{{400, -50}, {1700, 0}};
    data.final_uses = {{"", "FINAL"}, {"", "INVENTORIES"}};

    EXPECT_TRUE(diagnose(data).acceptable());
    EXPECT_EQ(diagnose(data).negative_final_demand, 1);
}

TEST(Diagnostics, NameSectorsWithNegativeValueAdded) {
    TableData data = two_sectors();
    data.V = Eigen::MatrixXd{{-100, 1400}};
    data.M = Eigen::MatrixXd{{750, 0}, {0, 0}};

    const TableDiagnostics found = diagnose(data);

    EXPECT_EQ(found.negative_value_added, Names{"ONE"});
    EXPECT_TRUE(found.acceptable()) << found.first_problem();
}

TEST(Diagnostics, AcceptAnEmptySector) {
    const TableDiagnostics found = diagnose(with_an_empty_sector());

    EXPECT_TRUE(found.acceptable()) << found.first_problem();
    EXPECT_EQ(found.zero_output, Names{"NIL"});
    EXPECT_TRUE(found.inputs_without_output.empty());
}

TEST(Diagnostics, RefuseInputsWithoutOutput) {
    // The column closes all the same: value added takes back what the inputs cost.
    TableData data = with_an_empty_sector();
    data.Z(0, 2) = 10.0;
    data.F(0, 0) -= 10.0;
    data.V(0, 2) = -10.0;

    const TableDiagnostics found = diagnose(data);

    EXPECT_TRUE(found.rows.balanced() && found.columns.balanced());
    EXPECT_EQ(found.inputs_without_output, Names{"NIL"});
    EXPECT_FALSE(found.acceptable());
    expect_parts(found.first_problem(), {"NIL has gross output 0 but buys inputs"});
}

TEST(Diagnostics, RefuseImportedInputsWithoutOutput) {
    TableData data = with_an_empty_sector();
    data.M = Eigen::MatrixXd::Zero(3, 3);
    data.M(1, 2) = 5.0;
    data.V(0, 2) = -5.0;

    EXPECT_EQ(diagnose(data).inputs_without_output, Names{"NIL"});
}

TEST(Diagnostics, RefuseNegativeOutput) {
    TableData data = two_sectors();
    data.F(0, 0) = -850.0;
    data.x[0] = -200.0;
    data.V(0, 0) = -550.0;

    const TableDiagnostics found = diagnose(data);

    EXPECT_TRUE(found.rows.balanced() && found.columns.balanced());
    EXPECT_EQ(found.negative_output, Names{"ONE"});
    expect_parts(found.first_problem(), {"gross output of ONE is negative"});
}

TEST(Diagnostics, FlowsThatCancelToZeroOutputMayRound) {
    TableData data = two_sectors();
    data.Z.setZero();
    data.F.setZero();
    data.F(0, 0) = 0.3;
    data.Z(0, 0) = -0.1;
    data.Z(0, 1) = -0.2;  // 0.3 - 0.1 - 0.2 is 2.8e-17 in double precision
    data.x[0] = 0.0;

    const TableDiagnostics found = diagnose(data);

    ASSERT_EQ(found.rows.num_unbalanced, 1);  // TWO, which lost its sales
    ASSERT_EQ(found.rows.worst.size(), 2U);
    EXPECT_EQ(found.rows.worst[1].label, "ONE");
    EXPECT_NE(found.rows.worst[1].residual, 0.0);
}

TEST(Diagnostics, RefuseSumsThatOverflow) {
    // Finite figures whose sum is infinite, or infinity less infinity, balance with nothing.
    TableData data = two_sectors();
    data.Z(0, 0) = 1.7e308;
    data.F(0, 0) = 1.7e308;
    data.Z(0, 1) = -1.7e308;
    data.Z(1, 1) = -1.7e308;

    const TableDiagnostics found = diagnose(data);

    EXPECT_FALSE(found.acceptable());
    EXPECT_NE(found.first_problem(), "");
}

TEST(Diagnostics, SumsThatAreNoNumberDoNotBalance) {
    TableData data = two_sectors();
    data.Z(0, 0) = INFINITY;
    data.F(0, 0) = -INFINITY;

    const TableDiagnostics found = diagnose(data);

    EXPECT_EQ(found.rows.num_unbalanced, 1);
    EXPECT_EQ(found.rows.worst.at(0).label, "ONE");
}

}  // namespace
}  // namespace narrows
