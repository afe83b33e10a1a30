#include "host/table/io_table.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/base/hash.hpp"
#include "host/table/matrix_totals.hpp"

namespace narrows {
namespace {

void check_shape(const char* name, const Eigen::MatrixXd& matrix, Index rows, Index columns) {
    if (matrix.rows() != rows || matrix.cols() != columns) {
        throw ArgumentError(fmt::format("{} is {} x {}, expected {} x {}", name, matrix.rows(),
                                        matrix.cols(), rows, columns));
    }
}

void check_finite(const char* name, const Eigen::MatrixXd& matrix) {
    if (matrix.allFinite()) return;
    throw ArgumentError(fmt::format("{} has a value that is not finite", name));
}

void check(const char* name, const Eigen::MatrixXd& matrix, Index rows, Index columns) {
    check_shape(name, matrix, rows, columns);
    check_finite(name, matrix);
}

void check_unique(const char* what, std::vector<std::string> names) {
    std::sort(names.begin(), names.end());
    const auto twice = std::adjacent_find(names.begin(), names.end());
    if (twice != names.end()) {
        throw ArgumentError(fmt::format("duplicate {} {}", what, in_quotes(*twice)));
    }
}

void check_names(const TableData& table) {
    std::vector<std::string> uses;
    for (const FinalUse& use : table.final_uses) {
        if (use.region.empty() == table.classification.is_multi_regional()) {
            throw ArgumentError(fmt::format(
                "final use {} {}", in_quotes(use.label()),
                use.region.empty() ? "has no region, expected one in a multi-regional table"
                                   : "has a region, expected none in a national table"));
        }
        uses.push_back(use.label());
    }
    check_unique("final use", std::move(uses));
    check_unique("row of value added", table.value_added_names);
    check_unique("row of taxes", table.tax_names);
}

void check_satellites(const TableData& table) {
    std::vector<std::string> names;
    for (const SatelliteAccount& account : table.satellites) {
        if (account.name.empty()) throw ArgumentError("a satellite account has no name");
        const std::string what = "satellite account " + in_quotes(account.name);
        if (account.unit.empty()) throw ArgumentError(what + " has no unit");
        check(what.c_str(), account.values, table.classification.num_nodes(), 1);
        if (account.final_uses.size() > 0) {
            check((what + " of final uses").c_str(), account.final_uses,
                  static_cast<Index>(table.final_uses.size()), 1);
        }
        names.push_back(account.name);
    }
    check_unique("satellite account", std::move(names));
}

void check_shapes(const TableData& table) {
    const Index n = table.classification.num_nodes();
    const Index uses = static_cast<Index>(table.final_uses.size());
    const auto num_sectors = static_cast<Index>(table.classification.sectors().size());
    if (n == 0) throw ArgumentError("the table has no sectors");
    check_shape("Z", table.Z, n, n);  // its sums tell whether it is finite
    check("F", table.F, n, uses);
    check("V", table.V, static_cast<Index>(table.value_added_names.size()), n);
    if (table.T.size() > 0 || !table.tax_names.empty()) {
        check("T", table.T, static_cast<Index>(table.tax_names.size()), n);
    }
    check("x", table.x, n, 1);
    if (table.M.size() > 0) check("M", table.M, n, n);
    if (table.MF.size() > 0) check("MF", table.MF, n, uses);
    if (table.classification.is_multi_regional() && table.M.size() + table.MF.size() > 0) {
        throw ArgumentError("a multi-regional table has its imports in Z and F, not in M and MF");
    }
    if (table.criticality_ratings.size() > 0) {
        check("criticality ratings", table.criticality_ratings, num_sectors, num_sectors);
    }
}

Eigen::VectorXd column_sums(const Eigen::MatrixXd& matrix, Index n) {
    if (matrix.size() == 0) return Eigen::VectorXd::Zero(n);
    return matrix.colwise().sum().transpose();
}

}  // namespace

IoTable::IoTable(TableData data, Acceptance acceptance)
    : IoTable{MatrixTotals(data.Z), std::move(data), acceptance} {}  // braces: in this order

IoTable::IoTable(const MatrixTotals& of_z, TableData data, Acceptance acceptance)
    : data_(std::move(data)) {
    check_shapes(data_);
    check_names(data_);
    check_satellites(data_);
    if (!of_z.column_magnitudes.allFinite()) check_finite("Z", data_.Z);
    diagnostics_ = diagnose(data_, of_z);
    if (acceptance == Acceptance::balanced_only && !diagnostics_.acceptable()) {
        throw BalanceError(diagnostics_.first_problem());
    }
}

Eigen::VectorXd IoTable::value_added() const {
    return column_sums(data_.V, num_nodes());
}
Eigen::VectorXd IoTable::imports_by_user() const {
    return column_sums(data_.M, num_nodes());
}
Eigen::VectorXd IoTable::taxes() const {
    return column_sums(data_.T, num_nodes());
}
Eigen::VectorXd IoTable::final_demand() const {
    return data_.F.rowwise().sum();
}

Index IoTable::satellite(const std::string& name) const {
    if (data_.satellites.empty()) throw ArgumentError("the table has no satellite accounts");
    std::vector<std::string> names;
    for (const SatelliteAccount& account : data_.satellites) names.push_back(account.name);
    return find_code("satellite account", name, names);
}

IoTable IoTable::with_satellites(std::vector<SatelliteAccount> satellites) && {
    data_.satellites = std::move(satellites);
    check_satellites(data_);
    return std::move(*this);
}

std::string IoTable::hash() const {
    Hash hash;
    Eigen::VectorXd column;
    const auto add_text = [&](const std::string& text) {
        hash.add(text.c_str(), text.size() + 1);  // the 0 separates texts
    };
    const auto add_matrix = [&](const Eigen::MatrixXd& matrix) {
        const Index shape[] = {matrix.rows(), matrix.cols()};
        hash.add(shape, sizeof shape);
        for (Index j = 0; j < matrix.cols(); ++j) {
            column = matrix.col(j).array() + 0.0;  // -0 becomes 0, which is the same figure
            hash.add(column.data(), static_cast<std::size_t>(column.size()) * sizeof(double));
        }
    };
    add_text(data_.meta.unit);
    for (const std::string& label : data_.classification.labels()) add_text(label);
    for (const Sector& sector : data_.classification.sectors()) add_text(to_string(sector.kind));
    for (const FinalUse& use : data_.final_uses) add_text(use.label());
    for (const std::string& name : data_.value_added_names) add_text(name);
    for (const std::string& name : data_.tax_names) add_text(name);
    for (const Eigen::MatrixXd* matrix : {&data_.Z, &data_.F, &data_.M, &data_.MF, &data_.V,
                                          &data_.T, &data_.criticality_ratings}) {
        add_matrix(*matrix);
    }
    add_matrix(data_.x);
    for (const SatelliteAccount& account : data_.satellites) {
        add_text(account.name);
        add_text(account.unit);
        add_matrix(account.values);
        add_matrix(account.final_uses);
    }
    return hash.text();
}

}  // namespace narrows
