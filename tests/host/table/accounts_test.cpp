#include "host/table/accounts.hpp"

#include <cmath>
#include <limits>
#include <random>

#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "host/table/matrix_totals.hpp"

#include "tests/support/errors.hpp"
#include "tests/support/tables.hpp"

namespace narrows {
namespace {

using test::expect_parts;
using test::message_of;

/// Two sectors that balance: output 100 and 80.
TableData national() {
    TableData data;
    data.meta.unit = "million";
    data.classification = Classification::national(
        {{"A", "Farms", SectorKind::goods}, {"B", "Shops", SectorKind::services}}, {"HOM", ""});
    data.Z = Eigen::MatrixXd{{10, 20}, {30, 5}};
    data.M = Eigen::MatrixXd{{1, 2}, {3, 4}};
    data.final_uses = {{"", "HOUSE"}, {"", "EXPORT"}};
    data.F = Eigen::MatrixXd{{50, 20}, {40, 5}};
    data.MF = Eigen::MatrixXd{{1, 0}, {2, 0}};
    data.MF_origins = ImportOrigins::Constant(2, 2, ImportOrigin::proportional);
    data.V = Eigen::MatrixXd{{56, 49}};
    data.value_added_names = {"VA"};
    data.x = Eigen::VectorXd{{100, 80}};
    return data;
}

/// Regions P and Q with sectors A and B each; balances.
TableData world() {
    TableData data;
    data.classification = Classification::multi_regional(
        {{"A", "", SectorKind::goods}, {"B", "", SectorKind::services}}, {{"P", ""}, {"Q", ""}},
        {"P_A", "P_B", "Q_A", "Q_B"});
    data.Z = Eigen::MatrixXd::Constant(4, 4, 10.0);
    data.final_uses = {{"P", "HOUSE"}, {"Q", "HOUSE"}};
    data.F = Eigen::MatrixXd::Constant(4, 2, 30.0);
    data.V = Eigen::MatrixXd::Constant(1, 4, 60.0);
    data.value_added_names = {"VA"};
    data.x = Eigen::VectorXd::Constant(4, 100.0);
    return data;
}

std::vector<std::string> codes(const TableData& data) {
    std::vector<std::string> result;
    for (const Finding& finding : data.meta.findings) result.push_back(finding.code);
    return result;
}

/// Largest difference between an account and gross output.
double largest_residual(const TableData& data) {
    double largest = 0.0;
    for (const auto& accounts :
         {row_accounts(data, MatrixTotals(data.Z)), column_accounts(data, MatrixTotals(data.Z))}) {
        for (const AccountResidual& account : accounts) {
            largest = std::max(largest, std::abs(account.residual));
        }
    }
    return largest;
}

using Codes = std::vector<std::string>;

TEST(CloseAccounts, LeavesATableThatClosesAlone) {
    for (const TableData& before : {national(), world()}) {
        TableData data = before;
        close_accounts(data);

        EXPECT_EQ(IoTable(data).hash(), IoTable(before).hash());
        EXPECT_TRUE(data.meta.findings.empty());
        EXPECT_EQ(data.meta.changes, "");
    }
}

TEST(CloseAccounts, MakesWhatARowMissesAFinalUse) {
    TableData data = national();
    data.F(0, 0) = 47;
    data.F(1, 1) = 6;
    data.meta.changes = "converted";
    const TableData before = data;

    close_accounts(data);

    ASSERT_EQ(data.final_uses.size(), 3U);
    EXPECT_EQ(data.final_uses[2].label(), "RESIDUAL");
    EXPECT_EQ(data.F.col(2), (Eigen::VectorXd{{3, -1}}));
    EXPECT_EQ(data.F.leftCols(2), before.F);
    EXPECT_EQ(data.MF.leftCols(2), before.MF);
    EXPECT_EQ(data.MF.col(2), Eigen::VectorXd::Zero(2));
    EXPECT_EQ(data.MF_origins(0, 0), ImportOrigin::proportional);
    EXPECT_EQ(data.MF_origins(1, 2), ImportOrigin::observed);
    EXPECT_EQ(data.Z, before.Z);
    EXPECT_EQ(data.T.size(), 0);
    EXPECT_EQ(codes(data), Codes{"residual-rows"});
    EXPECT_EQ(data.meta.findings[0].severity, Finding::Severity::warning);
    EXPECT_EQ(data.meta.findings[0].text,
              "2 of 2 rows miss gross output by more than rounding, together 2.2 % of all output; "
              "final use RESIDUAL closes them; largest: A, 97 for 100");
    EXPECT_EQ(data.meta.changes, "converted; 2 rows closed with final use RESIDUAL");
    EXPECT_TRUE(IoTable(data).diagnostics().acceptable());
}

TEST(CloseAccounts, MakesWhatAColumnMissesATaxRow) {
    TableData data = national();
    data.V(0, 1) = 52;
    const TableData before = data;

    close_accounts(data);

    EXPECT_EQ(data.tax_names, Codes{"RESIDUAL"});
    EXPECT_EQ(data.T, (Eigen::MatrixXd{{0, -3}}));
    EXPECT_EQ(data.V, before.V);
    EXPECT_EQ(data.F, before.F);
    EXPECT_EQ(codes(data), Codes{"residual-columns"});
    EXPECT_EQ(data.meta.findings[0].text,
              "1 of 2 columns miss gross output by more than rounding, together 1.7 % of all "
              "output; tax row RESIDUAL closes them; largest: B, 83 for 80");
    EXPECT_TRUE(IoTable(data).diagnostics().acceptable());
}

TEST(CloseAccounts, PutsTheResidualBehindOtherTaxRows) {
    TableData data = national();
    data.tax_names = {"TAX"};
    data.T = Eigen::MatrixXd{{2, 0}};

    close_accounts(data);

    EXPECT_EQ(data.tax_names, (Codes{"TAX", "RESIDUAL"}));
    EXPECT_EQ(data.T, (Eigen::MatrixXd{{2, 0}, {-2, 0}}));
}

TEST(CloseAccounts, GivesEveryRegionThatNeedsOneAUseOfItsOwn) {
    TableData data = world();
    data.F(2, 0) = 28;
    close_accounts(data);
    ASSERT_EQ(data.final_uses.size(), 3U);
    EXPECT_EQ(data.final_uses[2].label(), "Q_RESIDUAL");
    EXPECT_EQ(data.F.col(2), (Eigen::VectorXd{{0, 0, 2, 0}}));

    TableData both = world();
    both.F(3, 0) = 29;
    both.F(0, 1) = 33;
    close_accounts(both);
    ASSERT_EQ(both.final_uses.size(), 4U);
    EXPECT_EQ(both.final_uses[2].label(), "P_RESIDUAL");
    EXPECT_EQ(both.final_uses[3].label(), "Q_RESIDUAL");
    EXPECT_EQ(both.F.rightCols(2), (Eigen::MatrixXd{{-3, 0}, {0, 0}, {0, 0}, {0, 1}}));
    EXPECT_EQ(both.MF.size(), 0);
    EXPECT_TRUE(IoTable(both).diagnostics().acceptable());
}

TEST(CloseAccounts, AddsToResidualsThatAreThereAlready) {
    TableData data = national();
    data.final_uses[0].category = "RESIDUAL";
    data.F(0, 0) = 45;
    data.tax_names = {"RESIDUAL", "TAX"};
    data.T = Eigen::MatrixXd{{1, 0}, {0, 0}};

    close_accounts(data);

    EXPECT_EQ(data.final_uses.size(), 2U);
    EXPECT_EQ(data.F.col(0), (Eigen::VectorXd{{50, 40}}));
    EXPECT_EQ(data.tax_names, (Codes{"RESIDUAL", "TAX"}));
    EXPECT_EQ(data.T, Eigen::MatrixXd::Zero(2, 2));
    EXPECT_EQ(codes(data), (Codes{"residual-rows", "residual-columns"}));
    EXPECT_TRUE(IoTable(data).diagnostics().acceptable());
}

TEST(CloseAccounts, DoesNotTakeAnotherRegionsResidual) {
    TableData data = world();
    data.final_uses[0].category = "RESIDUAL";
    data.F(2, 0) = 28;

    close_accounts(data);

    ASSERT_EQ(data.final_uses.size(), 3U);
    EXPECT_EQ(data.final_uses[2].label(), "Q_RESIDUAL");
}

TEST(CloseAccounts, LeavesWhatRoundingExplains) {
    TableData data = national();
    data.meta.rounding = 1.0;
    data.F(0, 0) = 52;  // five entries and the total: up to 2.5
    data.V(0, 0) = 53;  // six entries: up to 3
    const TableData before = data;
    close_accounts(data);
    EXPECT_EQ(IoTable(data).hash(), IoTable(before).hash());
    EXPECT_TRUE(data.meta.findings.empty());

    data.F(0, 0) = 53;
    close_accounts(data);
    EXPECT_EQ(codes(data), Codes{"residual-rows"});
    EXPECT_EQ(data.F.col(2), (Eigen::VectorXd{{-3, 0}}));
}

TEST(CloseAccounts, GivesASectorThatBuysWithoutOutputAnOutput) {
    TableData data = national();
    data.x[1] = 0;
    data.Z.row(1).setZero();
    data.F.row(1).setZero();
    data.V(0, 0) = 86;
    const TableData before = data;

    close_accounts(data);

    EXPECT_EQ(data.x, (Eigen::VectorXd{{100, 20 + 2 + 4 + 49}}));
    EXPECT_EQ(data.Z, before.Z);
    EXPECT_EQ(codes(data), (Codes{"inputs-without-output", "residual-rows"}));
    EXPECT_EQ(data.meta.findings[0].text,
              "1 of 2 sectors buy inputs and have no gross output; it is set to what they buy, "
              "first B: 75");
    EXPECT_TRUE(IoTable(data).diagnostics().acceptable());
}

TEST(CloseAccounts, KeepsASectorWithoutAnythingEmpty) {
    TableData data = national();
    data.x[1] = 0;
    data.Z.row(1).setZero();
    data.Z.col(1).setZero();
    data.M.col(1).setZero();
    data.F.row(1).setZero();
    data.V = Eigen::MatrixXd{{86, 0}};
    data.F(0, 0) = 70;

    close_accounts(data);

    EXPECT_EQ(data.x[1], 0.0);
    EXPECT_TRUE(data.meta.findings.empty());
}

TEST(CloseAccounts, LeavesNegativeInputsWithoutOutputToTheTable) {
    TableData data = national();
    data.x[1] = 0;
    data.Z = Eigen::MatrixXd{{10, -20}, {0, 0}};
    data.F = Eigen::MatrixXd{{90, 20}, {0, 0}};
    data.M.setZero();
    data.V = Eigen::MatrixXd{{90, 20}};

    close_accounts(data);

    EXPECT_EQ(data.x[1], 0.0);
    expect_parts(message_of<BalanceError>([&] { IoTable{data}; }), {"B has gross output 0"});
}

TEST(CloseAccounts, RefusesALayoutThatWasMisread) {
    TableData rows = national();
    rows.F *= 3.0;
    expect_parts(message_of<BalanceError>([&] { close_accounts(rows); }),
                 {"rows do not add up to gross output", "230 of 180", "worst A (240 for 100)"});
    TableData columns = national();
    columns.V *= 3.0;
    expect_parts(message_of<BalanceError>([&] { close_accounts(columns); }),
                 {"columns do not add up to gross output", "worst A (212 for 100)"});
    TableData nothing = national();
    nothing.x.setZero();
    nothing.Z.setZero();
    nothing.M.setZero();
    message_of<BalanceError>([&] { close_accounts(nothing); });
}

TEST(CloseAccounts, RefusesSumsThatAreNotFinite) {
    for (const double value :
         {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
        TableData data = national();
        data.F(1, 0) = value;
        expect_parts(message_of<BalanceError>([&] { close_accounts(data); }),
                     {"the entries of B", "expected gross output 80"});
    }
    TableData large = national();
    large.F.row(0).setConstant(std::numeric_limits<double>::max());
    message_of<BalanceError>([&] { close_accounts(large); });
    TableData without_output = national();
    without_output.x[0] = 0;
    without_output.Z(0, 0) = std::numeric_limits<double>::quiet_NaN();
    message_of<BalanceError>([&] { close_accounts(without_output); });
}

TEST(CloseAccounts, DoesNothingTheSecondTime) {
    TableData data = world();
    data.F(0, 0) = 31.5;
    data.V(0, 3) = 58.25;
    close_accounts(data);
    const std::string hash = IoTable(data).hash();
    const std::size_t num_findings = data.meta.findings.size();

    close_accounts(data);

    EXPECT_EQ(IoTable(data).hash(), hash);
    EXPECT_EQ(data.meta.findings.size(), num_findings);
}

class RandomAccounts : public testing::TestWithParam<unsigned> {};
INSTANTIATE_TEST_SUITE_P(CloseAccounts, RandomAccounts, testing::Range(1U, 21U));

TEST_P(RandomAccounts, CloseToRoundingWithPublishedFiguresUntouched) {
    const unsigned seed = GetParam();
    std::mt19937 random(seed);
    std::normal_distribution<double> error(0.0, 0.05);
    std::bernoulli_distribution wrong(0.3);
    for (const bool multi_regional : {false, true}) {
        TableData data = (multi_regional ? test::random_world_table(3, 4, seed)
                                         : test::random_national_table(9, seed))
                             .data();
        for (double& value : data.F.reshaped()) value *= wrong(random) ? 1.0 + error(random) : 1.0;
        for (double& value : data.V.reshaped()) value *= wrong(random) ? 1.0 + error(random) : 1.0;
        const TableData before = data;

        close_accounts(data);

        EXPECT_LE(largest_residual(data), 1e-6 * data.x.maxCoeff());
        const IoTable closed(data);
        const auto rows = row_accounts(before, MatrixTotals(before.Z));
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const double expected = rows[i].balances() ? rows[i].residual : 0.0;
            EXPECT_NEAR(row_accounts(data, MatrixTotals(data.Z))[i].residual, expected,
                        1e-12 * rows[i].output);
        }
        const auto columns = column_accounts(before, MatrixTotals(before.Z));
        for (std::size_t j = 0; j < columns.size(); ++j) {
            const double expected = columns[j].balances() ? columns[j].residual : 0.0;
            EXPECT_NEAR(column_accounts(data, MatrixTotals(data.Z))[j].residual, expected,
                        1e-12 * columns[j].output);
        }
        EXPECT_EQ(data.Z, before.Z);
        EXPECT_EQ(data.M, before.M);
        EXPECT_EQ(data.V, before.V);
        EXPECT_EQ(data.x, before.x);
        EXPECT_EQ(data.F.leftCols(before.F.cols()), before.F);
        EXPECT_EQ(data.T.size(),
                  data.meta.changes.find("tax row") == std::string::npos ? 0 : data.x.size());
    }
}

TEST(ValueAddedAsResidual, ClosesEveryColumn) {
    for (TableData data : {national(), world()}) {
        const Eigen::MatrixXd expected = data.V;
        data.V.resize(0, 0);
        data.value_added_names.clear();
        data.tax_names = {"TAX"};
        data.T = Eigen::MatrixXd::Constant(1, data.x.size(), 2.0);

        value_added_as_residual(data);

        EXPECT_EQ(data.V, Eigen::MatrixXd(expected.array() - 2.0));
        EXPECT_EQ(data.value_added_names, Codes{"value added (residual)"});
        EXPECT_EQ(codes(data), Codes{"value-added-residual"});
        EXPECT_EQ(data.meta.findings[0].severity, Finding::Severity::note);
        close_accounts(data);
        EXPECT_EQ(codes(data).size(), 1U);
    }
}

TEST(ValueAddedAsResidual, GivesASectorThatBuysWithoutOutputAnOutputFirst) {
    TableData data = national();
    data.x[1] = 0;

    value_added_as_residual(data);

    EXPECT_EQ(data.x[1], 20 + 5 + 2 + 4);
    EXPECT_EQ(data.V(0, 1), 0.0);
    EXPECT_EQ(codes(data), (Codes{"inputs-without-output", "value-added-residual"}));
}

TEST(Findings, KeepTheirOrderAndSeverity) {
    TableData data;
    note(data, "a", "first");
    warn(data, "b", "second");

    EXPECT_EQ(codes(data), (Codes{"a", "b"}));
    EXPECT_EQ(data.meta.findings[0].severity, Finding::Severity::note);
    EXPECT_EQ(data.meta.findings[1].severity, Finding::Severity::warning);
    EXPECT_EQ(data.meta.findings[1].text, "second");
}

}  // namespace
}  // namespace narrows
