#include "host/table/diagnostics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "host/table/io_table.hpp"
#include "host/table/matrix_totals.hpp"

namespace narrows {
namespace {

constexpr double relative_tolerance = 1e-6;
constexpr std::size_t num_worst = 5;

/// `magnitude`: sum of the entries' absolute values; `num_entries` of them make up each account.
std::vector<AccountResidual> compare(const std::vector<std::string>& labels,
                                     const Eigen::VectorXd& sums, const Eigen::VectorXd& magnitude,
                                     const Eigen::VectorXd& output, Index num_entries,
                                     double last_digit) {
    const auto entries = static_cast<double>(num_entries + 1);
    const double published_rounding = 0.5 * entries * last_digit;
    constexpr double unit_roundoff = std::numeric_limits<double>::epsilon() / 2.0;
    std::vector<AccountResidual> accounts;
    for (Index i = 0; i < output.size(); ++i) {
        AccountResidual account;
        account.label = labels[static_cast<std::size_t>(i)];
        account.sum = sums[i];
        account.output = output[i];
        account.residual = sums[i] - output[i];
        const double scale = std::max(std::abs(sums[i]), std::abs(output[i]));
        account.relative = scale > 0.0 ? std::abs(account.residual) / scale : 0.0;
        // Sums that overflow contradict any output; infinity keeps the order below strict.
        if (!std::isfinite(account.residual)) account.relative = INFINITY;
        // The last one is what adding the entries up may round away: flows that cancel to 0.
        account.tolerance = std::max({relative_tolerance * std::abs(output[i]), published_rounding,
                                      entries * unit_roundoff * magnitude[i]});
        accounts.push_back(std::move(account));
    }
    return accounts;
}

BalanceReport summarise(std::vector<AccountResidual> accounts) {
    BalanceReport report;
    for (const AccountResidual& account : accounts) {
        if (!account.balances()) ++report.num_unbalanced;
        report.max_absolute = std::max(report.max_absolute, std::abs(account.residual));
        report.max_relative = std::max(report.max_relative, account.relative);
    }
    // Accounts beyond their tolerance come first: a rounded tiny sector can have a large relative
    // residual and be in order.
    const auto worse = [](const AccountResidual& a, const AccountResidual& b) {
        if (a.balances() != b.balances()) return b.balances();
        return a.relative > b.relative;
    };
    std::stable_sort(accounts.begin(), accounts.end(), worse);
    accounts.resize(std::min(accounts.size(), num_worst));
    std::erase_if(accounts, [](const AccountResidual& a) { return a.residual == 0.0; });
    report.worst = std::move(accounts);
    return report;
}

Index count_negative(const Eigen::MatrixXd& matrix) {
    return (matrix.array() < 0.0).count();
}

std::string describe(const BalanceReport& report, const char* side, const char* identity) {
    const AccountResidual& worst = report.worst.front();
    std::string text = fmt::format(
        "table does not balance: {} of {} sums to {}, expected gross output {} (difference {:g}, "
        "{})",
        side, worst.label, worst.sum, worst.output, worst.residual, identity);
    if (report.num_unbalanced > 1) {
        text += fmt::format("; {} {}s do not balance", report.num_unbalanced, side);
        const auto listed = std::min<std::size_t>(report.worst.size(),
                                                  static_cast<std::size_t>(report.num_unbalanced));
        text += ", worst";
        for (std::size_t i = 0; i < listed; ++i) {
            text += fmt::format("{} {} ({} for {})", i == 0 ? "" : ",", report.worst[i].label,
                                report.worst[i].sum, report.worst[i].output);
        }
    }
    return text;
}

}  // namespace

bool AccountResidual::balances() const {
    return std::isfinite(residual) && std::abs(residual) <= tolerance;
}

std::vector<AccountResidual> row_accounts(const TableData& table, const MatrixTotals& of_z) {
    const MatrixTotals of_f(table.F);
    return compare(table.classification.labels(), of_z.rows + of_f.rows,
                   of_z.row_magnitudes + of_f.row_magnitudes, table.x,
                   table.Z.rows() + table.F.cols(), table.meta.rounding);
}

std::vector<AccountResidual> column_accounts(const TableData& table, const MatrixTotals& of_z) {
    Eigen::VectorXd sums = of_z.columns;
    Eigen::VectorXd magnitudes = of_z.column_magnitudes;
    Index num_entries = table.Z.rows();
    for (const Eigen::MatrixXd* block : {&table.M, &table.T, &table.V}) {
        if (block->size() == 0) continue;
        sums += block->colwise().sum().transpose();
        magnitudes += block->cwiseAbs().colwise().sum().transpose();
        num_entries += block->rows();
    }
    return compare(table.classification.labels(), sums, magnitudes, table.x, num_entries,
                   table.meta.rounding);
}

TableDiagnostics diagnose(const TableData& table) {
    return diagnose(table, MatrixTotals(table.Z));
}

TableDiagnostics diagnose(const TableData& table, const MatrixTotals& of_z) {
    const Index n = table.Z.rows();
    const auto& labels = table.classification.labels();
    TableDiagnostics result;
    result.rows = summarise(row_accounts(table, of_z));
    result.columns = summarise(column_accounts(table, of_z));
    result.negative_transactions = of_z.num_negative;

    Eigen::VectorXd imports = Eigen::VectorXd::Zero(n);
    if (table.M.size() > 0) imports = table.M.colwise().sum().transpose();
    const Eigen::VectorXd value_added = table.V.colwise().sum().transpose();
    result.negative_imports = count_negative(table.M) + count_negative(table.MF);
    result.negative_final_demand = count_negative(table.F);
    for (Index j = 0; j < n; ++j) {
        const std::string& label = labels[static_cast<std::size_t>(j)];
        if (value_added[j] < 0.0) result.negative_value_added.push_back(label);
        if (table.x[j] < 0.0) result.negative_output.push_back(label);
        if (table.x[j] != 0.0) continue;
        result.zero_output.push_back(label);
        if ((table.Z.col(j).array() != 0.0).any() || imports[j] != 0.0) {
            result.inputs_without_output.push_back(label);
        }
    }
    const double inputs = of_z.columns.sum() + imports.sum();
    result.import_matrix_share = inputs > 0.0 ? imports.sum() / inputs : 0.0;
    return result;
}

std::string TableDiagnostics::first_problem() const {
    if (!negative_output.empty()) {
        return fmt::format("gross output of {} is negative, expected 0 or more",
                           negative_output.front());
    }
    if (!rows.balanced()) return describe(rows, "row", "x = Z1 + F1");
    if (!columns.balanced()) return describe(columns, "column", "x' = 1'Z + 1'M + 1'T + 1'V");
    if (!inputs_without_output.empty()) {
        return fmt::format("{} has gross output 0 but buys inputs, expected an empty column",
                           inputs_without_output.front());
    }
    return "";
}

}  // namespace narrows
