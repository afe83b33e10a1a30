#pragma once

#include <array>
#include <string>
#include <vector>

#include "host/table/io_table.hpp"

namespace narrows {

/// Cells below 0 in one block of accounts; the worst is the lowest.
struct NegativeCells {
    const char* block = "";  // "Z", "F", "M", "MF", "T", "V"
    Index count = 0;
    double sum = 0.0;
    double worst = 0.0;
    std::string row;  // labels of the worst cell
    std::string column;
};

/// A count of cells with the largest of them.
struct SuspiciousCells {
    Index count = 0;
    double largest = 0.0;
    std::string row;
    std::string column;
};

/// Import cells that are not 0, by where their split between origins or from domestic goods comes
/// from (MODEL A.3).
struct OriginCount {
    Index count = 0;
    double share = 0.0;  // of |M| + |MF|
};

/// What the figures of a table say about it beyond its balances. Every matrix is read once and none
/// is copied.
struct TableFindings {
    std::vector<NegativeCells> negative_cells;  // of every block that the table has
    SuspiciousCells imports_above_use;          // Z_ij < 0 < M_ij; size: -Z_ij
    SuspiciousCells coefficients_above_one;     // Z_ij or M_ij above x_j > 0; size: that over x_j
    std::vector<std::string> re_exports;        // names of sectors, final uses and taxes
    std::vector<std::string> exports_above_output;  // nodes
    std::array<OriginCount, 3> origins;             // by ImportOrigin
    double residual_final_use_share = 0.0;          // |final uses RESIDUAL| / gross output
    double residual_tax_share = 0.0;                // |tax rows RESIDUAL| / gross output
    std::vector<Finding> findings;  // of all that, and of the balances, as sentences
};

/// Does the name of a final use say exports: "EXPORTS", "Exports of goods", ESA's P6?
bool names_exports(const std::string& name);

/// Is a final use consumption of households: by the codes of the published formats (CONS_h, HFCE,
/// P3_S14, F010, ...) or the word household in the name, non-profit institutions apart?
bool is_household_category(const std::string& category);

/// Is a component of value added income of labour: by the codes of the published formats (D1,
/// V00100, LAB, ...) or the words compensation, labour or wages in the name?
bool is_labour_component(const std::string& name);

/// `diagnostics` are the table's own.
TableFindings examine(const TableData& table, const TableDiagnostics& diagnostics);

}  // namespace narrows
