#include "host/table/accounts.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/table/matrix_totals.hpp"

namespace narrows {
namespace {

void add_change(TableData& data, const std::string& text) {
    std::string& changes = data.meta.changes;
    if (!changes.empty()) changes += "; ";
    changes += text;
}

/// What the accounts of one side miss.
struct OpenAccounts {
    Eigen::VectorXd difference;  // output - sum, 0 where the account balances
    Index count = 0;
    double total = 0.0;
    AccountResidual largest;
};

/// Throws BalanceError where so much is missing that the layout was misread.
OpenAccounts open_accounts(const std::vector<AccountResidual>& accounts, const char* side) {
    OpenAccounts open;
    open.difference = Eigen::VectorXd::Zero(static_cast<Index>(accounts.size()));
    double output = 0.0;
    for (std::size_t i = 0; i < accounts.size(); ++i) {
        const AccountResidual& account = accounts[i];
        output += std::abs(account.output);
        if (account.balances()) continue;
        if (!std::isfinite(account.residual)) {
            throw BalanceError(fmt::format("the entries of {} sum to {}, expected gross output {}",
                                           account.label, account.sum, account.output));
        }
        open.difference[static_cast<Index>(i)] = -account.residual;
        open.total += std::abs(account.residual);
        ++open.count;
        if (std::abs(account.residual) > std::abs(open.largest.residual)) open.largest = account;
    }
    constexpr double most = 0.5;
    if (open.total <= most * output) return open;
    throw BalanceError(fmt::format(
        "{} do not add up to gross output: they miss it by {:.3g} of {:.3g}, worst {} ({} for {})",
        side, open.total, output, open.largest.label, open.largest.sum, open.largest.output));
}

void report(TableData& data, const OpenAccounts& open, const char* code, const char* side,
            const char* where) {
    const double output = data.x.cwiseAbs().sum();
    const AccountResidual& largest = open.largest;
    warn(data, code,
         fmt::format("{} of {} {} miss gross output by more than rounding, together {:.2g} % of "
                     "all output; {} closes them; largest: {}, {:.6g} for {:.6g}",
                     open.count, data.x.size(), side, 100.0 * open.total / output, where,
                     largest.label, largest.sum, largest.output));
    add_change(data, fmt::format("{} {} closed with {}", open.count, side, where));
}

/// Sums of a matrix's columns; zeros where there is none.
Eigen::VectorXd column_sums(const Eigen::MatrixXd& matrix, Index n) {
    if (matrix.size() == 0) return Eigen::VectorXd::Zero(n);
    return matrix.colwise().sum().transpose();
}

/// What a sector without output buys counts as its output.
void give_output(TableData& data, const MatrixTotals& of_z) {
    const Index n = data.x.size();
    const Eigen::VectorXd inputs = of_z.columns + column_sums(data.M, n);
    const Eigen::VectorXd rest = column_sums(data.T, n) + column_sums(data.V, n);
    Index count = 0;
    Index first = 0;
    for (Index j = n - 1; j >= 0; --j) {
        if (data.x[j] != 0.0 || !(inputs[j] > 0.0)) continue;  // the others are refused later
        data.x[j] = inputs[j] + std::max(rest[j], 0.0);
        first = j;
        ++count;
    }
    if (count == 0) return;
    warn(data, "inputs-without-output",
         fmt::format("{} of {} sectors buy inputs and have no gross output; it is set to what they "
                     "buy, first {}: {:.6g}",
                     count, n, data.classification.label(first), data.x[first]));
    add_change(data, fmt::format("output of {} sectors set to their inputs", count));
}

/// Index of the final use RESIDUAL of a region, which is added where it is not there.
Index residual_use(TableData& data, const std::string& region) {
    const auto found = std::find_if(
        data.final_uses.begin(), data.final_uses.end(),
        [&](const FinalUse& use) { return use.region == region && use.category == residual_name; });
    const auto column = static_cast<Index>(found - data.final_uses.begin());
    if (found != data.final_uses.end()) return column;
    data.final_uses.push_back({region, residual_name});
    return column;
}

void close_rows(TableData& data, const Eigen::VectorXd& difference) {
    const Classification& classes = data.classification;
    std::vector<Index> column_of(classes.regions().size(), -1);
    for (Index i = 0; i < difference.size(); ++i) {
        const auto region = static_cast<std::size_t>(classes.region_of(i));
        if (difference[i] == 0.0 || column_of[region] >= 0) continue;
        column_of[region] =
            residual_use(data, classes.is_multi_regional() ? classes.regions()[region].code : "");
    }
    const auto columns = static_cast<Index>(data.final_uses.size());
    const Index added = columns - data.F.cols();
    data.F.conservativeResize(Eigen::NoChange, columns);
    data.F.rightCols(added).setZero();
    if (data.MF.size() > 0) {
        data.MF.conservativeResize(Eigen::NoChange, columns);
        data.MF.rightCols(added).setZero();
    }
    if (data.MF_origins.size() > 0) {
        data.MF_origins.conservativeResize(Eigen::NoChange, columns);
        data.MF_origins.rightCols(added).setConstant(ImportOrigin::observed);
    }
    for (SatelliteAccount& account : data.satellites) {
        if (account.final_uses.size() == 0) continue;
        account.final_uses.conservativeResize(columns);
        account.final_uses.tail(added).setZero();
    }
    for (Index i = 0; i < difference.size(); ++i) {
        const Index column = column_of[static_cast<std::size_t>(classes.region_of(i))];
        if (difference[i] != 0.0) data.F(i, column) += difference[i];
    }
}

void close_columns(TableData& data, const Eigen::VectorXd& difference) {
    const auto found = std::find(data.tax_names.begin(), data.tax_names.end(), residual_name);
    const auto row = static_cast<Index>(found - data.tax_names.begin());
    if (found == data.tax_names.end()) {
        data.tax_names.emplace_back(residual_name);
        data.T.conservativeResize(row + 1, data.Z.cols());
        data.T.row(row).setZero();
    }
    data.T.row(row) += difference.transpose();
}

void close(TableData& data, const MatrixTotals& of_z) {
    give_output(data, of_z);
    const OpenAccounts rows = open_accounts(row_accounts(data, of_z), "rows");
    const OpenAccounts columns = open_accounts(column_accounts(data, of_z), "columns");
    if (rows.count > 0) {
        close_rows(data, rows.difference);
        report(data, rows, "residual-rows", "rows", "final use RESIDUAL");
    }
    if (columns.count > 0) {
        close_columns(data, columns.difference);
        report(data, columns, "residual-columns", "columns", "tax row RESIDUAL");
    }
}

}  // namespace

void close_accounts(TableData& data) {
    close(data, MatrixTotals(data.Z));
}

IoTable closed_table(TableData data, const std::string& path, Acceptance acceptance) {
    try {
        const MatrixTotals of_z(data.Z);  // one pass over it for both
        try {
            close(data, of_z);
        } catch (const BalanceError&) {
            if (acceptance == Acceptance::balanced_only) throw;
        }
        return {of_z, std::move(data), acceptance};
    } catch (const BalanceError& error) {
        throw BalanceError(path + ": " + error.what());
    } catch (const ArgumentError& error) {
        throw ParseError(path, 0, 0, "", error.what(), "a table");
    }
}

void value_added_as_residual(TableData& data) {
    data.V.resize(0, 0);
    const MatrixTotals of_z(data.Z);
    give_output(data, of_z);
    const Index n = data.x.size();
    data.V = (data.x - of_z.columns - column_sums(data.M, n) - column_sums(data.T, n)).transpose();
    data.value_added_names = {"value added (residual)"};
    note(data, "value-added-residual",
         "the table has no value added; it is gross output less all inputs");
}

void note(TableData& data, std::string code, std::string text) {
    data.meta.findings.push_back({Finding::Severity::note, std::move(code), std::move(text)});
}
void warn(TableData& data, std::string code, std::string text) {
    data.meta.findings.push_back({Finding::Severity::warning, std::move(code), std::move(text)});
}

}  // namespace narrows
