#pragma once

#include <string>

#include "host/table/io_table.hpp"

namespace narrows {

/// The final use, and the row of taxes, that takes what published accounts leave open.
inline constexpr const char* residual_name = "RESIDUAL";

/// Makes published accounts close and says so. Where a row or a column misses gross output by more
/// than its tolerance (TableDiagnostics), the difference, gross output less the sum, goes into
/// final use RESIDUAL of that row's region or into tax row RESIDUAL; one of that name that is there
/// already takes it in. A finding ("residual-rows", "residual-columns") counts the closed accounts
/// with the largest one, and TableMeta::changes says what was done. Published figures stay.
///
/// First, a sector with gross output 0 that buys inputs gets an output ("inputs-without-output"):
/// what it buys, and its taxes and value added where they are more than 0 together.
///
/// Shapes must agree and `data.x` must be set. Throws BalanceError, naming the worst account, where
/// rows or columns miss more than half of all gross output: the layout was misread; also for sums
/// that are not finite.
void close_accounts(TableData& data);

/// The table with its accounts closed: what every reader of a published format ends with.
/// Acceptance::any leaves accounts open that close_accounts() refuses to close. Errors name `path`;
/// what a table cannot have (names that are there twice) is a ParseError.
IoTable closed_table(TableData data, const std::string& path, Acceptance acceptance);

/// For formats without value added: `data.V` becomes one row, "value added (residual)" = x' - 1'Z -
/// 1'M - 1'T, so that every column closes; noted ("value-added-residual"). Sectors that buy inputs
/// without output get one first, as in close_accounts().
void value_added_as_residual(TableData& data);

/// Adds an entry to TableMeta::findings.
void note(TableData& data, std::string code, std::string text);
void warn(TableData& data, std::string code, std::string text);

}  // namespace narrows
