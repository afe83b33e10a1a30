#pragma once

#include "host/table/io_table.hpp"

namespace narrows {

/// Makes published accounts close and says so. Where a row or a column misses gross output by more
/// than rounding explains (TableDiagnostics), the difference becomes final use RESIDUAL of that
/// row's region or an entry of tax row RESIDUAL; sums that are 0 because nothing is recorded keep
/// their sector empty. Every closed account is counted in a finding with the largest, as a share of
/// gross output, and TableMeta::changes says what was done. Figures that were published stay.
///
/// A sector with gross output 0 that buys inputs gets an output: what it buys; noted too. Throws
/// BalanceError, naming the worst sectors, where the residuals together exceed half of all gross
/// output: the layout was misread. `data.x` must be set.
void close_accounts(TableData& data);

/// `data.V` becomes one row, "value added (residual)" = x' - 1'Z - 1'M - 1'T, for formats without
/// value added; noted in findings.
void value_added_as_residual(TableData& data);

/// Adds an entry to TableMeta::findings.
void note(TableData& data, std::string code, std::string text);
void warn(TableData& data, std::string code, std::string text);

}  // namespace narrows
