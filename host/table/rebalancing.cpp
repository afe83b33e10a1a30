#include "host/table/rebalancing.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <unordered_map>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/table/accounts.hpp"

namespace narrows {
namespace {

constexpr const char* residual = "RESIDUAL";

/// The table without its RESIDUAL accounts.
TableData without_residuals(const TableData& table) {
    TableData data = table;
    std::vector<Index> uses;
    data.final_uses.clear();
    for (std::size_t f = 0; f < table.final_uses.size(); ++f) {
        if (table.final_uses[f].category == residual) continue;
        uses.push_back(static_cast<Index>(f));
        data.final_uses.push_back(table.final_uses[f]);
    }
    std::vector<Index> taxes;
    data.tax_names.clear();
    for (std::size_t t = 0; t < table.tax_names.size(); ++t) {
        if (table.tax_names[t] == residual) continue;
        taxes.push_back(static_cast<Index>(t));
        data.tax_names.push_back(table.tax_names[t]);
    }
    data.F = table.F(Eigen::all, uses);
    if (table.MF.size() > 0) data.MF = table.MF(Eigen::all, uses);
    if (table.MF_origins.size() > 0) data.MF_origins = table.MF_origins(Eigen::all, uses);
    for (SatelliteAccount& account : data.satellites) {
        if (account.final_uses.size() == 0) continue;
        account.final_uses = Eigen::VectorXd(account.final_uses(uses));
    }
    if (table.T.size() > 0) data.T = table.T(taxes, Eigen::all);
    if (data.tax_names.empty()) data.T.resize(0, 0);
    return data;
}

/// All accounts of a table in one matrix: where each block begins, labels, totals.
struct AccountMatrix {
    Index nodes, uses, imports, taxes, rows, columns;
    Index first_import, first_tax, first_value_added;
    Eigen::MatrixXd flows;

    explicit AccountMatrix(const TableData& data)
        : nodes(data.Z.rows()),
          uses(data.F.cols()),
          imports(data.M.size() > 0 ? data.M.rows() : 0),
          taxes(data.T.rows()),
          rows(nodes + imports + taxes + data.V.rows()),
          columns(nodes + uses),
          first_import(nodes),
          first_tax(nodes + imports),
          first_value_added(nodes + imports + taxes),
          flows(Eigen::MatrixXd::Zero(rows, columns)) {
        flows.topLeftCorner(nodes, nodes) = data.Z;
        flows.topRightCorner(nodes, uses) = data.F;
        if (imports > 0) flows.block(first_import, 0, imports, nodes) = data.M;
        if (data.MF.size() > 0) flows.block(first_import, nodes, imports, uses) = data.MF;
        if (taxes > 0) flows.block(first_tax, 0, taxes, nodes) = data.T;
        flows.bottomLeftCorner(data.V.rows(), nodes) = data.V;
    }
};

void put_back(TableData& data, const AccountMatrix& place, const Eigen::MatrixXd& flows) {
    data.Z = flows.topLeftCorner(place.nodes, place.nodes);
    data.F = flows.topRightCorner(place.nodes, place.uses);
    if (place.imports > 0) data.M = flows.block(place.first_import, 0, place.imports, place.nodes);
    if (data.MF.size() > 0) {
        data.MF = flows.block(place.first_import, place.nodes, place.imports, place.uses);
    }
    if (place.taxes > 0) data.T = flows.block(place.first_tax, 0, place.taxes, place.nodes);
    data.V = flows.bottomLeftCorner(data.V.rows(), place.nodes);
}

/// Margins of the account matrix: what they are to be, and which the user asked for.
class Totals {
  public:
    Totals(const TableData& data, const AccountMatrix& accounts)
        : data_(data),
          accounts_(accounts),
          fixed_rows_(to_size(accounts.rows)),
          fixed_columns_(to_size(accounts.columns)) {
        margins.rows = accounts.flows.rowwise().sum();
        margins.rows.head(accounts.nodes) = data.x;
        margins.columns = accounts.flows.colwise().sum();
        margins.columns.head(accounts.nodes) = data.x;
        name_all();
    }

    Margins margins;

    void set(const AccountTotals& wanted) {
        std::vector<std::string> seen;
        bool outputs = false;
        const double before = data_.x.sum();
        for (const auto& [account, total] : wanted) {
            const auto [row, column] = find(account);
            const bool twice =
                row >= 0 ? fixed_rows_[to_size(row)] : fixed_columns_[to_size(column)];
            if (twice) throw ArgumentError("total of " + in_quotes(account) + " is given twice");
            const bool output = row >= 0 && column >= 0;
            if (output && total < 0.0) {
                throw ArgumentError(
                    fmt::format("gross output of {} is to be {}, expected 0 or more",
                                in_quotes(account), total));
            }
            outputs = outputs || output;
            if (row >= 0) fix(margins.rows, fixed_rows_, row, total);
            if (column >= 0) fix(margins.columns, fixed_columns_, column, total);
        }
        if (outputs) grow(before);
    }

    /// Moves the side that is not kept until rows and columns sum to the same.
    void agree(Keep keep) {
        const double missing = margins.rows.sum() - margins.columns.sum();
        const double magnitude = margins.rows.cwiseAbs().sum() + margins.columns.cwiseAbs().sum();
        constexpr double rounding = 1e-15;
        if (std::abs(missing) <= rounding * magnitude) return;
        if (keep == Keep::value_added) {
            spread(margins.columns, fixed_columns_, accounts_.nodes, missing, "final uses");
        } else {
            spread(margins.rows, fixed_rows_, accounts_.first_value_added, -missing,
                   "rows of value added");
        }
    }

  private:
    struct Account {
        Index row = -1;
        Index column = -1;
    };

    static std::size_t to_size(Index i) { return static_cast<std::size_t>(i); }

    static void fix(Eigen::VectorXd& margin, std::vector<bool>& fixed, Index at, double total) {
        margin[at] = total;
        fixed[to_size(at)] = true;
    }

    void name_account(const char* kind, const std::string& name, Account account) {
        names_.emplace(fmt::format("{}:{}", kind, name), account);
        known_.push_back(fmt::format("{}:{}", kind, name));
    }

    void name_all() {
        const std::vector<std::string>& nodes = data_.classification.labels();
        for (Index i = 0; i < accounts_.nodes; ++i) {
            name_account("x", nodes[to_size(i)], {i, i});
            margins.row_labels.push_back(nodes[to_size(i)]);
            margins.column_labels.push_back(nodes[to_size(i)]);
        }
        for (Index f = 0; f < accounts_.uses; ++f) {
            const std::string label = data_.final_uses[to_size(f)].label();
            name_account("F", label, {-1, accounts_.nodes + f});
            margins.column_labels.push_back(label);
        }
        for (Index i = 0; i < accounts_.imports; ++i) {
            name_account("M", nodes[to_size(i)], {accounts_.first_import + i, -1});
            margins.row_labels.push_back("imports of " + nodes[to_size(i)]);
        }
        for (Index t = 0; t < accounts_.taxes; ++t) {
            name_account("T", data_.tax_names[to_size(t)], {accounts_.first_tax + t, -1});
            margins.row_labels.push_back(data_.tax_names[to_size(t)]);
        }
        for (Index v = 0; v < data_.V.rows(); ++v) {
            const std::string& name = data_.value_added_names[to_size(v)];
            name_account("V", name, {accounts_.first_value_added + v, -1});
            margins.row_labels.push_back(name);
        }
    }

    Account find(const std::string& account) const {
        if (const auto exact = names_.find(account); exact != names_.end()) return exact->second;
        std::optional<Account> found;
        for (const char* kind : {"x:", "F:", "T:", "V:"}) {
            const auto entry = names_.find(kind + account);
            if (entry == names_.end()) continue;
            if (found) {
                throw ArgumentError("account " + in_quotes(account) +
                                    " is of several kinds, expected x:, F:, T: or V: before it");
            }
            found = entry->second;
        }
        if (found) return *found;
        std::vector<std::string> plain;
        for (const std::string& name : known_) plain.push_back(name.substr(2));
        const std::string near = nearest(account, plain);
        throw ArgumentError("unknown account " + in_quotes(account) +
                            (near.empty() ? "" : ", did you mean " + in_quotes(near) + "?"));
    }

    /// Totals that were not given grow as all gross output does.
    void grow(double before) {
        if (before == 0.0) return;
        // Outputs that were not given stay: a target for one sector says nothing about the others.
        const double factor = margins.rows.head(accounts_.nodes).sum() / before;
        for (Index i = accounts_.nodes; i < accounts_.rows; ++i) {
            if (!fixed_rows_[to_size(i)]) margins.rows[i] *= factor;
        }
        for (Index j = accounts_.nodes; j < accounts_.columns; ++j) {
            if (!fixed_columns_[to_size(j)]) margins.columns[j] *= factor;
        }
    }

    static void spread(Eigen::VectorXd& margin, const std::vector<bool>& fixed, Index first,
                       double missing, const char* what) {
        double free = 0.0;
        for (Index i = first; i < margin.size(); ++i) {
            if (!fixed[to_size(i)]) free += std::abs(margin[i]);
        }
        if (free == 0.0) {
            throw ArgumentError(
                fmt::format("the totals contradict each other by {:.6g} and no {} are free to move",
                            missing, what));
        }
        for (Index i = first; i < margin.size(); ++i) {
            if (!fixed[to_size(i)]) margin[i] += missing * std::abs(margin[i]) / free;
        }
    }

    const TableData& data_;
    const AccountMatrix& accounts_;
    std::vector<bool> fixed_rows_, fixed_columns_;
    std::unordered_map<std::string, Account> names_;
    std::vector<std::string> known_;
};

void measure_changes(Rebalanced& result, const Eigen::MatrixXd& before, const BalancedMatrix& after,
                     const Margins& margins) {
    double moved = 0.0;
    double magnitude = 0.0;
    for (Index j = 0; j < before.cols(); ++j) {
        for (Index i = 0; i < before.rows(); ++i) {
            const double old = before(i, j);
            if (old == 0.0) continue;
            const double difference = std::abs(after.matrix(i, j) - old);
            moved += difference;
            magnitude += std::abs(old);
            if (difference <= result.largest_change * std::abs(old)) continue;
            result.largest_change = difference / std::abs(old);
            result.row = margins.row_labels[static_cast<std::size_t>(i)];
            result.column = margins.column_labels[static_cast<std::size_t>(j)];
        }
    }
    result.total_change = magnitude > 0.0 ? moved / magnitude : 0.0;
}

}  // namespace

Keep parse_keep(const std::string& text) {
    if (text == "value-added") return Keep::value_added;
    if (text == "final-demand") return Keep::final_demand;
    throw ArgumentError("--keep: found " + in_quotes(text) +
                        ", expected value-added or final-demand");
}

Rebalanced rebalance(const TableData& table, const AccountTotals& wanted, Keep keep,
                     const BalancingOptions& options) {
    Rebalanced result;
    result.data = without_residuals(table);
    const AccountMatrix accounts(result.data);
    Totals totals(result.data, accounts);
    totals.set(wanted);
    totals.agree(keep);
    const BalancedMatrix balanced = gras(accounts.flows, totals.margins, options);
    result.iterations = balanced.iterations;
    result.error = balanced.error;
    measure_changes(result, accounts.flows, balanced, totals.margins);
    put_back(result.data, accounts, balanced.matrix);
    result.data.x = totals.margins.rows.head(accounts.nodes);
    result.data.meta.rounding = 0.0;
    result.data.meta.findings.clear();
    if (result.iterations == 0) return result;
    std::string& changes = result.data.meta.changes;
    if (!changes.empty()) changes += "; ";
    changes += fmt::format(
        "accounts balanced with GRAS{}: {} iterations, largest change of a cell {:.3g} % (row {}, "
        "column {})",
        wanted.empty() ? "" : fmt::format(" to {} given totals", wanted.size()), result.iterations,
        100.0 * result.largest_change, result.row, result.column);
    return result;
}

}  // namespace narrows
