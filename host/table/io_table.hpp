#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "host/table/classification.hpp"
#include "host/table/diagnostics.hpp"

namespace narrows {

/// Something about a table that its users must know. `code` is short and stable
/// ("residual-rows"), `text` is one sentence with the figures.
struct Finding {
    enum class Severity { note, warning };
    Severity severity = Severity::note;
    std::string code;
    std::string text;
};

/// Where an entry of the import matrices comes from (MODEL A.3); proportional ones are alike for
/// all users of a product.
enum class ImportOrigin : std::uint8_t { observed = 0, end_use_share = 1, proportional = 2 };
using ImportOrigins = Eigen::Matrix<ImportOrigin, Eigen::Dynamic, Eigen::Dynamic>;

/// What a table is, beside its figures.
struct TableMeta {
    std::string name;
    int year = 0;
    std::string unit;  // of every flow, e.g. "million US dollars"
    std::string source;
    std::string licence;
    std::string attribution;
    std::string classification;          // name of the classification
    std::string changes;                 // what was done to the published figures
    double rounding = 0.0;               // last-digit unit of the published figures, 0: not rounded
    std::string layout = {};             // format and edition that were recognised
    std::vector<Finding> findings = {};  // what the reader noticed; not stored with the table
};

/// A column of final demand. `region` is the using region's code, empty in a national table.
struct FinalUse {
    std::string region;
    std::string category;
    std::string label() const { return region.empty() ? category : region + "_" + category; }
};

/// A satellite account: what nodes use or emit beside money, such as jobs, energy or CO2 (Miller &
/// Blair 2009, ch. 9). Values add up over nodes.
struct SatelliteAccount {
    std::string name;
    std::string unit;            // of its values, e.g. "1000 persons"
    Eigen::VectorXd values;      // by node, n
    Eigen::VectorXd final_uses;  // by final use itself (households' own emissions), f; may be empty
};

/// The accounts of a table, flows in TableMeta::unit. Notation: Miller & Blair (2009); row =
/// seller, column = buyer; n nodes.
///
///   Z  n x n  transactions (a national table: between domestic sectors)   aliases: T, intermediate
///   F  n x f  final demand, one column per use                            aliases: Y, FD
///   M  n x n  imports of product i by user j; national tables only        alias: imports use table
///   MF n x f  imports for final use; national tables only
///   V  p x n  value added by component; GDP at basic prices = sum of V    aliases: VA, GVA
///   T  q x n  taxes less subsidies on products and other margins on inputs
///   x  n      gross output                                                aliases: GO, OUT
///
/// Row identity x = Z1 + F1; column identity x' = 1'Z + 1'M + 1'T + 1'V.
struct TableData {
    TableMeta meta;
    Classification classification;
    Eigen::MatrixXd Z;
    Eigen::MatrixXd F;
    std::vector<FinalUse> final_uses;
    Eigen::MatrixXd M;         // 0 x 0 where there is none
    Eigen::MatrixXd MF;        // 0 x 0 where there is none
    ImportOrigins M_origins;   // as M; 0 x 0: all observed
    ImportOrigins MF_origins;  // as MF; 0 x 0: all observed
    Eigen::MatrixXd V;
    std::vector<std::string> value_added_names;
    Eigen::MatrixXd T;
    std::vector<std::string> tax_names;
    Eigen::VectorXd x;
    /// Ratings of inputs, product x user by sector, 1 critical .. 0 not; 0 x 0 where there are
    /// none.
    Eigen::MatrixXd criticality_ratings;
    std::vector<SatelliteAccount> satellites;
};

/// What to do with accounts that contradict each other: refuse the table, or keep it with its
/// diagnostics (for `narrows check`). Shapes must agree in either case.
enum class Acceptance { balanced_only, any };

/// An input-output table: immutable, shapes agree, finite, balanced (see TableDiagnostics for the
/// tolerance) unless it was accepted otherwise.
class IoTable {
  public:
    /// Throws ArgumentError where shapes disagree, a value is not finite or a final use, a row of
    /// value added or of taxes or a satellite account is there twice or lacks name or unit;
    /// BalanceError, naming the worst sector with both sides, where the accounts contradict each
    /// other.
    explicit IoTable(TableData data, Acceptance acceptance = Acceptance::balanced_only);

    const TableMeta& meta() const { return data_.meta; }
    const Classification& classification() const { return data_.classification; }
    const Eigen::MatrixXd& Z() const { return data_.Z; }
    const Eigen::MatrixXd& F() const { return data_.F; }
    const std::vector<FinalUse>& final_uses() const { return data_.final_uses; }
    const Eigen::MatrixXd& M() const { return data_.M; }
    const Eigen::MatrixXd& MF() const { return data_.MF; }
    const ImportOrigins& M_origins() const { return data_.M_origins; }
    const ImportOrigins& MF_origins() const { return data_.MF_origins; }
    const Eigen::MatrixXd& V() const { return data_.V; }
    const std::vector<std::string>& value_added_names() const { return data_.value_added_names; }
    const Eigen::MatrixXd& T() const { return data_.T; }
    const std::vector<std::string>& tax_names() const { return data_.tax_names; }
    const Eigen::VectorXd& x() const { return data_.x; }
    const Eigen::MatrixXd& criticality_ratings() const { return data_.criticality_ratings; }

    Index num_nodes() const { return data_.Z.rows(); }
    bool is_multi_regional() const { return data_.classification.is_multi_regional(); }
    bool has_imports() const { return data_.M.size() > 0; }
    bool has_criticality_ratings() const { return data_.criticality_ratings.size() > 0; }
    const std::vector<SatelliteAccount>& satellites() const { return data_.satellites; }
    /// Where an account stands among them. Throws ArgumentError with the nearest name.
    Index satellite(const std::string& name) const;
    /// The same table with these satellite accounts instead of its own.
    IoTable with_satellites(std::vector<SatelliteAccount> satellites) &&;

    const TableData& data() const { return data_; }
    const TableDiagnostics& diagnostics() const { return diagnostics_; }

    /// Value added, imports and product taxes by column, n each (zero where the table has none).
    Eigen::VectorXd value_added() const;
    Eigen::VectorXd imports_by_user() const;
    Eigen::VectorXd taxes() const;
    /// Total final demand f = F1.
    Eigen::VectorXd final_demand() const;

    /// XXH3-128 of labels, unit and figures, in hexadecimal: the same figures in the same order
    /// under the same labels give the same hash, whatever file they came from.
    std::string hash() const;

  private:
    friend IoTable closed_table(TableData data, const std::string& path, Acceptance acceptance);
    IoTable(const MatrixTotals& of_z, TableData data, Acceptance acceptance);

    TableData data_;
    TableDiagnostics diagnostics_;
};

}  // namespace narrows
