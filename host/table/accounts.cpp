#include "host/table/accounts.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "host/base/error.hpp"

namespace narrows {
namespace {

constexpr const char* residual = "RESIDUAL";

void add_finding(TableData& data, Finding::Severity severity, std::string code, std::string text) {
    data.meta.findings.push_back({severity, std::move(code), std::move(text)});
}

void add_change(TableData& data, const std::string& text) {
    std::string& changes = data.meta.changes;
    if (!changes.empty()) changes += "; ";
    changes += text;
}

/// Sectors whose account is open, with the difference to gross output and the figures for a
/// finding.
struct OpenAccounts {
    Eigen::VectorXd difference;  // output - sum, 0 where the account balances
    Index count = 0;
    double total = 0.0;
    AccountResidual largest;
};

OpenAccounts open_accounts(const std::vector<AccountResidual>& accounts) {
    OpenAccounts open;
    open.difference = Eigen::VectorXd::Zero(static_cast<Index>(accounts.size()));
    for (std::size_t i = 0; i < accounts.size(); ++i) {
        const AccountResidual& account = accounts[i];
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
    return open;
}

void report(TableData& data, const OpenAccounts& open, const char* code, const char* side,
            const char* where) {
    const double output = data.x.cwiseAbs().sum();
    const AccountResidual& largest = open.largest;
    const double share = largest.output != 0.0 ? std::abs(largest.residual / largest.output) : 1.0;
    warn(data, code,
         fmt::format("{} {} of {} miss gross output by more than rounding, together {:.2g} % of "
                     "all output; the difference is {}; largest: {}, {:.6g} of {:.6g} ({:.2g} %)",
                     open.count, side, data.x.size(), 100.0 * open.total / output, where,
                     largest.label, largest.residual, largest.output, 100.0 * share));
    add_change(data, fmt::format("{} {} closed with {}", open.count, side, where));
}

void refuse_misread(const TableData& data, const OpenAccounts& open, const char* side) {
    constexpr double most = 0.5;
    const double output = data.x.cwiseAbs().sum();
    if (open.total <= most * output) return;
    throw BalanceError(fmt::format(
        "{} do not add up to gross output: they miss it by {:.3g} of {:.3g}, worst {} ({} for {})",
        side, open.total, output, open.largest.label, open.largest.sum, open.largest.output));
}

/// What a sector without output buys counts as its output.
void give_output(TableData& data) {
    std::vector<std::string> labels;
    for (Index j = 0; j < data.x.size(); ++j) {
        if (data.x[j] != 0.0) continue;
        double inputs = data.Z.col(j).sum();
        double magnitude = data.Z.col(j).cwiseAbs().sum();
        if (data.M.size() > 0) {
            inputs += data.M.col(j).sum();
            magnitude += data.M.col(j).cwiseAbs().sum();
        }
        if (magnitude == 0.0) continue;
        if (inputs <= 0.0) {
            throw BalanceError(fmt::format(
                "{} has gross output 0 and inputs that sum to {:g}, expected an empty column",
                data.classification.label(j), inputs));
        }
        data.x[j] = inputs;
        labels.push_back(data.classification.label(j));
    }
    if (labels.empty()) return;
    warn(data, "inputs-without-output",
         fmt::format("{} sectors without gross output buy inputs; their output is set to what they "
                     "buy, first {}",
                     labels.size(), labels.front()));
    add_change(data, fmt::format("output of {} sectors set to their inputs", labels.size()));
}

/// A column of final demand for every region that needs one.
void close_rows(TableData& data, const Eigen::VectorXd& difference) {
    const Classification& classes = data.classification;
    std::vector<Index> column_of(classes.regions().size(), -1);
    Index columns = data.F.cols();
    for (Index i = 0; i < difference.size(); ++i) {
        Index& column = column_of[static_cast<std::size_t>(classes.region_of(i))];
        if (difference[i] == 0.0 || column >= 0) continue;
        column = columns++;
        const std::string& region =
            classes.regions()[static_cast<std::size_t>(classes.region_of(i))].code;
        data.final_uses.push_back({classes.is_multi_regional() ? region : "", residual});
    }
    const Index before = data.F.cols();
    data.F.conservativeResize(Eigen::NoChange, columns);
    data.F.rightCols(columns - before).setZero();
    if (data.MF.size() > 0) {
        data.MF.conservativeResize(Eigen::NoChange, columns);
        data.MF.rightCols(columns - before).setZero();
    }
    if (data.MF_origins.size() > 0) {
        data.MF_origins.conservativeResize(Eigen::NoChange, columns);
        data.MF_origins.rightCols(columns - before).setConstant(ImportOrigin::observed);
    }
    for (Index i = 0; i < difference.size(); ++i) {
        if (difference[i] == 0.0) continue;
        data.F(i, column_of[static_cast<std::size_t>(classes.region_of(i))]) = difference[i];
    }
}

void close_columns(TableData& data, const Eigen::VectorXd& difference) {
    const Index rows = data.T.size() > 0 ? data.T.rows() : 0;
    data.T.conservativeResize(rows + 1, data.Z.cols());
    data.T.row(rows) = difference.transpose();
    data.tax_names.emplace_back(residual);
}

}  // namespace

void close_accounts(TableData& data) {
    give_output(data);
    const OpenAccounts rows = open_accounts(row_accounts(data));
    refuse_misread(data, rows, "rows");
    if (rows.count > 0) {
        close_rows(data, rows.difference);
        report(data, rows, "residual-rows", "rows", "final use RESIDUAL");
    }
    const OpenAccounts columns = open_accounts(column_accounts(data));
    refuse_misread(data, columns, "columns");
    if (columns.count > 0) {
        close_columns(data, columns.difference);
        report(data, columns, "residual-columns", "columns", "tax row RESIDUAL");
    }
}

void value_added_as_residual(TableData& data) {
    data.V = data.x.transpose() - data.Z.colwise().sum();
    if (data.M.size() > 0) data.V -= data.M.colwise().sum();
    if (data.T.size() > 0) data.V -= data.T.colwise().sum();
    data.value_added_names = {"value added (residual)"};
    note(data, "value-added-residual",
         "the table has no value added; it is gross output less all inputs");
}

void note(TableData& data, std::string code, std::string text) {
    add_finding(data, Finding::Severity::note, std::move(code), std::move(text));
}
void warn(TableData& data, std::string code, std::string text) {
    add_finding(data, Finding::Severity::warning, std::move(code), std::move(text));
}

}  // namespace narrows
