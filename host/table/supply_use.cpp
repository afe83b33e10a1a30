#include "host/table/supply_use.hpp"

#include <algorithm>

#include <Eigen/LU>
#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/table/accounts.hpp"

namespace narrows {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

void require_shape(const char* name, const MatrixXd& matrix, Index rows, Index columns) {
    if (matrix.rows() == rows && matrix.cols() == columns) return;
    throw ArgumentError(fmt::format("{} is {} x {}, expected {} x {}", name, matrix.rows(),
                                    matrix.cols(), rows, columns));
}

void check_shapes(const SupplyUse& table) {
    const auto p = static_cast<Index>(table.products.size());
    const auto s = static_cast<Index>(table.industries.size());
    const auto f = static_cast<Index>(table.final_uses.size());
    require_shape("make", table.make, s, p);
    require_shape("U", table.U, p, s);
    require_shape("Y", table.Y, p, f);
    require_shape("V", table.V, static_cast<Index>(table.value_added_names.size()), s);
    if (table.UM.size() > 0) require_shape("UM", table.UM, p, s);
    if (table.YM.size() > 0) require_shape("YM", table.YM, p, f);
    if (table.T.size() > 0 || !table.tax_names.empty()) {
        require_shape("T", table.T, static_cast<Index>(table.tax_names.size()), s);
    }
}

VectorXd inverse_of(const VectorXd& values) {
    return values.unaryExpr([](double value) { return value != 0.0 ? 1.0 / value : 0.0; });
}

/// Cuts imports to the use they are part of; what was cut goes to final use RESIDUAL.
void cut_imports(SupplyUse& table, TableData& data) {
    VectorXd excess = VectorXd::Zero(table.U.rows());
    Index count = 0;
    double largest = 0.0;
    std::string where;
    for (Index j = 0; j < table.U.cols(); ++j) {
        for (Index i = 0; i < table.U.rows(); ++i) {
            const double over = table.UM(i, j) - std::max(table.U(i, j), 0.0);
            if (over <= 0.0 || table.UM(i, j) <= 0.0) continue;
            table.UM(i, j) -= over;
            excess[i] += over;
            ++count;
            if (over <= largest) continue;
            largest = over;
            where = fmt::format("{} bought by {}", table.products[static_cast<std::size_t>(i)].code,
                                table.industries[static_cast<std::size_t>(j)].code);
        }
    }
    if (count == 0) return;
    table.final_uses.push_back({"", residual_name});
    const Index f = table.Y.cols();
    if (table.YM.size() == 0) table.YM.setZero(table.Y.rows(), f);
    table.Y.conservativeResize(Eigen::NoChange, f + 1);
    table.YM.conservativeResize(Eigen::NoChange, f + 1);
    table.Y.col(f).setZero();
    table.YM.col(f) = excess;
    warn(data, "imports-above-use",
         fmt::format("imports exceed use in {} cells, together by {:.6g}, most by {:.6g} in {}; "
                     "they are cut to the use, the excess is in final use RESIDUAL",
                     count, excess.sum(), largest, where));
}

/// (make')^-1, s x p.
MatrixXd inverse_make(const SupplyUse& table, SutModel model) {
    std::vector<std::string> empty;
    for (Index j = 0; j < table.make.cols(); ++j) {
        if (table.make.col(j).isZero(0.0)) {
            empty.push_back(table.products[static_cast<std::size_t>(j)].code);
        }
    }
    for (Index i = 0; i < table.make.rows(); ++i) {
        if (table.make.row(i).isZero(0.0)) {
            empty.push_back(table.industries[static_cast<std::size_t>(i)].code);
        }
    }
    const std::string who = fmt::format("model {} inverts the make matrix: ", to_string(model));
    if (table.make.rows() != table.make.cols()) {
        throw NumericalError(fmt::format("{}it has {} industries and {} products, expected as many "
                                         "of each (models B and D need not invert)",
                                         who, table.make.rows(), table.make.cols()),
                             {});
    }
    if (!empty.empty()) {
        throw NumericalError(
            fmt::format("{}nothing is made of or by {} (models B and D need not invert)", who,
                        fmt::join(empty, ", ")),
            empty);
    }
    const Eigen::FullPivLU<MatrixXd> factor(table.make.transpose());
    if (!factor.isInvertible()) {
        throw NumericalError(fmt::format("{}it is singular, of rank {} where {} is needed", who,
                                         factor.rank(), table.make.rows()),
                             {});
    }
    return factor.inverse();
}

/// Under C and D: what industries buy of products that nobody makes, as rows of T.
void keep_products_without_make(const SupplyUse& table, const VectorXd& q, TableData& data) {
    std::vector<std::string> codes;
    for (Index i = 0; i < q.size(); ++i) {
        if (q[i] != 0.0 || table.U.row(i).isZero(0.0)) continue;
        const std::string& code = table.products[static_cast<std::size_t>(i)].code;
        const Index rows = data.T.size() > 0 ? data.T.rows() : 0;
        data.T.conservativeResize(rows + 1, table.U.cols());
        data.T.row(rows) = table.U.row(i);
        data.tax_names.push_back(code + ", not made at home");
        codes.push_back(fmt::format("{} ({:.6g})", code, table.U.row(i).sum()));
    }
    if (codes.empty()) return;
    note(data, "products-without-make",
         fmt::format("no industry makes {}: what industries buy of it is a row of T",
                     fmt::join(codes, ", ")));
}

}  // namespace

const char* to_string(SutModel model) {
    constexpr const char* names[] = {"A", "B", "C", "D"};
    return names[static_cast<int>(model)];
}

std::optional<SutModel> parse_sut_model(std::string_view text) {
    for (const SutModel model : {SutModel::product_technology, SutModel::industry_technology,
                                 SutModel::fixed_industry_sales, SutModel::fixed_product_sales}) {
        if (text == to_string(model)) return model;
    }
    return std::nullopt;
}

MatrixXd market_shares(const MatrixXd& make) {
    return make * inverse_of(make.colwise().sum().transpose()).asDiagonal();
}

TableData symmetric_table(SupplyUse table, SutModel model) {
    check_shapes(table);
    TableData data;
    data.meta = table.meta;
    const bool open = table.UM.size() > 0;
    if (open) cut_imports(table, data);
    const VectorXd q = table.make.colwise().sum().transpose();
    const VectorXd g = table.make.rowwise().sum();
    const bool by_product =
        model == SutModel::product_technology || model == SutModel::industry_technology;

    // Z = rows U columns, with one side the identity: products buy, or industries sell.
    MatrixXd sellers;  // R, s x p
    MatrixXd buyers;   // s x p
    if (model == SutModel::product_technology) {
        buyers = inverse_make(table, model) * q.asDiagonal();
    } else if (model == SutModel::industry_technology) {
        buyers = inverse_of(g).asDiagonal() * table.make;
    } else if (model == SutModel::fixed_industry_sales) {
        sellers = g.asDiagonal() * inverse_make(table, model);
    } else {
        sellers = market_shares(table.make);
    }
    const auto inputs = [&](const MatrixXd& uses) -> MatrixXd {
        return by_product ? uses * buyers : sellers * uses;
    };
    const auto final = [&](const MatrixXd& uses) -> MatrixXd {
        return by_product ? uses : MatrixXd(sellers * uses);
    };
    const auto primary = [&](const MatrixXd& rows) -> MatrixXd {
        return by_product && rows.size() > 0 ? MatrixXd(rows * buyers) : rows;
    };
    data.Z = inputs(open ? MatrixXd(table.U - table.UM) : table.U);
    data.F = final(table.YM.size() > 0 ? MatrixXd(table.Y - table.YM) : table.Y);
    if (open) data.M = inputs(table.UM);
    if (table.YM.size() > 0) data.MF = final(table.YM);
    data.final_uses = table.final_uses;
    data.V = primary(table.V);
    data.value_added_names = table.value_added_names;
    data.T = primary(table.T);
    data.tax_names = table.tax_names;
    data.x = by_product ? q : g;
    if (!by_product) keep_products_without_make(table, q, data);
    data.classification =
        Classification::national(by_product ? table.products : table.industries, table.region);
    const std::string how =
        fmt::format("symmetric by model {} from supply and use, {}", to_string(model),
                    by_product ? "product x product" : "industry x industry");
    note(data, "sut-model", how);
    data.meta.changes += (data.meta.changes.empty() ? "" : "; ") + how;
    return data;
}

}  // namespace narrows
