#pragma once

#include <string>
#include <vector>

#include "host/table/classification.hpp"

namespace narrows {

struct MatrixTotals;
struct TableData;

/// One account that does not close: `sum` of its entries against the gross output it should equal.
struct AccountResidual {
    std::string label;
    double sum = 0.0;
    double output = 0.0;
    double residual = 0.0;   // sum - output
    double relative = 0.0;   // |residual| / max(|output|, |sum|), 0/0 = 0
    double tolerance = 0.0;  // largest |residual| that counts as balanced
    bool balances() const;   // false also for sums that overflowed
};

/// Every row and every column against gross output, in table order; an account balances within the
/// tolerance that TableDiagnostics states. Rows: x = Z1 + F1; columns: x' = 1'(Z + M + T + V).
std::vector<AccountResidual> row_accounts(const TableData& table, const MatrixTotals& of_z);
std::vector<AccountResidual> column_accounts(const TableData& table, const MatrixTotals& of_z);

/// How far the rows, or the columns, of a table are from adding up.
struct BalanceReport {
    std::vector<AccountResidual> worst;  // up to five, largest relative residual first
    Index num_unbalanced = 0;            // accounts beyond their tolerance
    double max_absolute = 0.0;
    double max_relative = 0.0;
    bool balanced() const { return num_unbalanced == 0; }
};

/// The validation report of a table. An account balances when its residual is within 1e-6 of gross
/// output, or within (number of entries + 1) / 2 last-digit units where the figures are rounded, or
/// within what double precision may round away in adding its entries up.
struct TableDiagnostics {
    BalanceReport rows;     // x = Z1 + F1
    BalanceReport columns;  // x' = 1'Z + 1'M + 1'T + 1'V
    Index negative_transactions = 0;
    Index negative_imports = 0;
    Index negative_final_demand = 0;  // legal: inventories are drawn down
    std::vector<std::string> negative_value_added;
    std::vector<std::string> zero_output;
    std::vector<std::string> negative_output;        // refused
    std::vector<std::string> inputs_without_output;  // x_j = 0 with a nonzero column: refused
    double import_matrix_share = 0.0;                // imports / (domestic + imported inputs)

    bool acceptable() const {
        return rows.balanced() && columns.balanced() && negative_output.empty() &&
               inputs_without_output.empty();
    }
    /// The first thing wrong, in one line with the sector and both sides; "" where nothing is.
    std::string first_problem() const;
};

TableDiagnostics diagnose(const TableData& table);
/// The same where the sums of Z are known.
TableDiagnostics diagnose(const TableData& table, const MatrixTotals& of_z);

}  // namespace narrows
