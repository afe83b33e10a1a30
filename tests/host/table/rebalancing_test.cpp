#include "host/table/rebalancing.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "host/table/accounts.hpp"
#include "host/table/matrix_totals.hpp"

#include "tests/support/errors.hpp"
#include "tests/support/tables.hpp"

namespace narrows {
namespace {

using test::expect_parts;
using test::message_of;

constexpr BalancingOptions precise{.tolerance = 1e-12, .relative_to_each = true};

Rebalanced balanced(const TableData& table, const AccountTotals& totals = {},
                    Keep keep = Keep::value_added) {
    return rebalance(table, totals, keep, precise);
}

/// A national table with imports whose accounts were pulled apart by some percent and closed again
/// with RESIDUAL.
TableData with_residuals() {
    TableData data = test::random_national_table(6, 11).data();
    data.MF = 0.1 * data.F;
    data.MF.col(1).setZero();
    data.T = 0.03 * data.V;
    data.tax_names = {"taxes"};
    data.V *= 0.97;
    data.F(0, 0) *= 1.04;
    data.F(3, 1) *= 0.95;
    data.V(0, 2) *= 1.02;
    close_accounts(data);
    return data;
}

void expect_closed(const TableData& data) {
    for (const auto& accounts :
         {row_accounts(data, MatrixTotals(data.Z)), column_accounts(data, MatrixTotals(data.Z))}) {
        for (const AccountResidual& account : accounts) {
            EXPECT_LE(account.relative, 1e-11) << account.label;
        }
    }
}

TEST(Rebalance, TakesResidualAccountsOutAndClosesTheOthers) {
    const TableData before = with_residuals();
    ASSERT_EQ(before.final_uses.back().category, "RESIDUAL");
    ASSERT_EQ(before.tax_names.back(), "RESIDUAL");

    const Rebalanced result = balanced(before);

    expect_closed(result.data);
    EXPECT_EQ(result.data.final_uses.size(), 2U);
    EXPECT_EQ(result.data.tax_names, std::vector<std::string>{"taxes"});
    EXPECT_TRUE(IoTable(result.data).diagnostics().acceptable());
    EXPECT_TRUE((result.data.x.array() == before.x.array()).all());
    EXPECT_GT(result.iterations, 0);
    expect_parts(result.data.meta.changes, {"balanced with GRAS"});
}

TEST(Rebalance, KeepsTheSideOfGdpThatItIsToldTo) {
    const TableData before = with_residuals();
    const double value_added = before.V.sum();
    const Eigen::VectorXd uses = (before.F + before.MF).leftCols(2).colwise().sum().transpose();

    const Rebalanced by_value_added = balanced(before, {}, Keep::value_added);
    const Rebalanced by_uses = balanced(before, {}, Keep::final_demand);

    EXPECT_NEAR(by_value_added.data.V.sum(), value_added, 1e-9 * value_added);
    EXPECT_GT(std::abs(by_uses.data.V.sum() / value_added - 1.0), 1e-5);
    const Eigen::VectorXd kept = (by_uses.data.F + by_uses.data.MF).colwise().sum().transpose();
    EXPECT_LE((kept - uses).cwiseAbs().maxCoeff(), 1e-9 * uses.maxCoeff());
    expect_closed(by_uses.data);
}

TEST(Rebalance, LeavesATableThatBalancesAlone) {
    const TableData before = test::random_world_table(3, 4, 7).data();

    const Rebalanced result = balanced(before);

    EXPECT_EQ(result.iterations, 0);
    EXPECT_EQ(result.largest_change, 0.0);
    EXPECT_EQ(IoTable(result.data).hash(), IoTable(before).hash());
    EXPECT_EQ(result.data.meta.changes, before.meta.changes);
}

TEST(Rebalance, MeetsNewTotalsOfEveryKind) {
    TableData before = test::random_national_table(5, 3).data();
    before.T = 0.1 * before.V;
    before.tax_names = {"taxes"};
    before.V *= 0.9;
    const AccountTotals totals = {{"S1", 1.1 * before.x[1]},
                                  {"F:EXPORTS", 1.02 * before.F.col(1).sum()},
                                  {"M:S2", 1.3 * before.M.row(2).sum()},
                                  {"taxes", 1.05 * before.T.sum()}};

    const Rebalanced result = balanced(before, totals);

    expect_closed(result.data);
    const auto expect_total = [](double actual, double expected) {
        EXPECT_NEAR(actual, expected, 1e-9 * expected);
    };
    expect_total(result.data.x[1], totals[0].second);
    expect_total(result.data.F.col(1).sum(), totals[1].second);
    expect_total(result.data.M.row(2).sum(), totals[2].second);
    expect_total(result.data.T.sum(), totals[3].second);
    EXPECT_EQ(result.data.x[0], before.x[0]);
}

TEST(Rebalance, LetsEverythingGrowWithAllOutputs) {
    const TableData before = test::random_world_table(2, 3, 9).data();
    AccountTotals totals;
    for (Index i = 0; i < before.x.size(); ++i) {
        totals.emplace_back(before.classification.label(i), 1.25 * before.x[i]);
    }

    const Rebalanced result = balanced(before, totals);

    EXPECT_LE((result.data.Z - 1.25 * before.Z).cwiseAbs().maxCoeff(), 1e-9 * before.Z.maxCoeff());
    EXPECT_LE((result.data.V - 1.25 * before.V).cwiseAbs().maxCoeff(), 1e-9 * before.V.maxCoeff());
    EXPECT_NEAR(result.largest_change, 0.25, 1e-9);
}

TEST(Rebalance, KeepsSignsAndZeros) {
    TableData before = with_residuals();
    before.F(2, 0) -= 2.0 * before.F(2, 0);
    before.final_uses.back().category = "RESIDUAL";
    before.F.col(before.F.cols() - 1) =
        before.x - before.Z.rowwise().sum() - before.F.leftCols(2).rowwise().sum();

    const Rebalanced result = balanced(before);

    EXPECT_TRUE((result.data.Z.array().sign() == before.Z.array().sign()).all());
    EXPECT_TRUE((result.data.M.array().sign() == before.M.array().sign()).all());
    EXPECT_LT(result.data.F(2, 0), 0.0);
    expect_closed(result.data);
}

TEST(Rebalance, NamesTheCellThatChangedMost) {
    const TableData before = test::random_national_table(5, 3).data();

    const Rebalanced result = balanced(before, {{"S1", 1.4 * before.x[1]}});

    double largest = 0.0;
    std::string row, column;
    for (Index j = 0; j < 5; ++j) {
        for (Index i = 0; i < 5; ++i) {
            if (before.Z(i, j) == 0.0) continue;
            const double change = std::abs(result.data.Z(i, j) / before.Z(i, j) - 1.0);
            if (change <= largest) continue;
            largest = change;
            row = before.classification.label(i);
            column = before.classification.label(j);
        }
    }
    EXPECT_GE(result.largest_change, largest * (1.0 - 1e-12));
    EXPECT_TRUE(result.row == "S1" || result.column == "S1") << result.row << result.column;
    EXPECT_GT(result.total_change, 0.0);
    EXPECT_LT(result.total_change, result.largest_change);
}

TEST(Rebalance, RefusesAccountsThatItDoesNotKnow) {
    TableData table = test::random_national_table(4, 2).data();
    const auto refused = [&](const AccountTotals& totals) {
        return message_of<ArgumentError>([&] { balanced(table, totals); });
    };

    expect_parts(refused({{"EXPORT", 5}}), {"unknown account 'EXPORT'", "'EXPORTS'"});
    expect_parts(refused({{"S1", 5}, {"x:S1", 5}}), {"'x:S1' is given twice"});
    expect_parts(refused({{"S1", -5}}), {"gross output of 'S1'", "expected 0 or more"});
    table.value_added_names = {"S1"};
    expect_parts(refused({{"S1", 5}}), {"several kinds", "x:"});
}

TEST(Rebalance, RefusesTotalsThatContradictEachOther) {
    const TableData table = test::random_national_table(4, 2).data();
    const AccountTotals totals = {{"CONSUMPTION", 1.0}, {"EXPORTS", 1.0}};

    expect_parts(message_of<ArgumentError>([&] { balanced(table, totals); }),
                 {"contradict each other", "no final uses are free"});
    expect_closed(balanced(table, {{"CONSUMPTION", 0.9 * table.F.col(0).sum()}}).data);
}

TEST(Rebalance, NamesTheSectorThatHasNothingToScale) {
    TableData table = test::random_national_table(4, 2).data();
    table.F.row(1).setZero();
    table.Z.row(1).setZero();

    expect_parts(message_of<NumericalError>([&] { balanced(table); }),
                 {"row S1 shall sum to", "no entries"});
}

TEST(Keep, KnowsTwoSides) {
    EXPECT_EQ(parse_keep("value-added"), Keep::value_added);
    EXPECT_EQ(parse_keep("final-demand"), Keep::final_demand);
    EXPECT_THROW(parse_keep("both"), ArgumentError);
}

}  // namespace
}  // namespace narrows
