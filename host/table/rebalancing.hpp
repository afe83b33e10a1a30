#pragma once

#include <string>
#include <utility>
#include <vector>

#include "host/table/balancing.hpp"
#include "host/table/io_table.hpp"

namespace narrows {

/// Which side of GDP keeps its totals where the two contradict each other; the other one moves.
enum class Keep { value_added, final_demand };

/// "value-added" or "final-demand". Throws ArgumentError.
Keep parse_keep(const std::string& text);

/// Totals wanted, by account: the label of a node is its gross output, of a final use its column
/// (domestic and imported), the name of a row of value added or taxes that row, "M:CODE" the
/// imports of a product. "x:", "F:", "V:" and "T:" before a name say which kind it is.
using AccountTotals = std::vector<std::pair<std::string, double>>;

/// A table whose accounts close, and what had to change for that.
struct Rebalanced {
    TableData data;
    int iterations = 0;
    double error = 0.0;           // of the worst account, relative to the magnitude of its entries
    double largest_change = 0.0;  // of a cell, |new / old - 1|
    std::string row;              // that cell
    std::string column;
    double total_change = 0.0;  // sum of |new - old| over sum of |old|, all cells
};

/// A table whose accounts close, from one whose accounts do not quite, or an old one made to meet
/// new totals. GRAS (balancing.hpp) on all accounts at once,
///   [ Z F ]   rows: gross output x, imports of each product, each row of taxes and value added
///   [ M MF]
///   [ T 0 ]   columns: gross output x, each final use
///   [ V 0 ]
/// after final uses and tax rows RESIDUAL are taken out. Signs and zeros stay.
///
/// What `totals` leaves out keeps its total, times the growth of all gross output where outputs
/// are given. What the two sides of GDP then differ by is spread over the side that `keep` does not
/// name, in proportion to its totals: final uses, or rows of value added. An account in `totals`
/// is never moved.
///
/// Throws ArgumentError for an account that is unknown, ambiguous or there twice, an output below
/// 0, or a sum of residuals that no account may take; NumericalError as gras() does.
Rebalanced rebalance(const TableData& table, const AccountTotals& totals, Keep keep,
                     const BalancingOptions& options);

}  // namespace narrows
