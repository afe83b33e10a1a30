#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <Eigen/Core>

#include "host/table/io_table.hpp"

namespace narrows {

/// How a symmetric table is made from supply and use (Eurostat manual 2008, ch. 11; MODEL A.5).
enum class SutModel {
    product_technology,    // A: product x product
    industry_technology,   // B: product x product
    fixed_industry_sales,  // C: industry x industry
    fixed_product_sales,   // D: industry x industry
};

/// "A" to "D".
const char* to_string(SutModel model);
std::optional<SutModel> parse_sut_model(std::string_view text);

/// Supply and use of one economy, basic prices, flows in TableMeta::unit; p products, s industries.
/// Uses are total; UM and YM say how much of them is imported, so there is no column of imports.
/// Products balance as q = (U - UM) 1 + (Y - YM) 1, industries as g' = 1'U + 1'T + 1'V.
struct SupplyUse {
    TableMeta meta = {};
    Region region = {};
    std::vector<Sector> products = {};    // p
    std::vector<Sector> industries = {};  // s
    Eigen::MatrixXd make = {};            // s x p, industry makes product
    Eigen::MatrixXd U = {};               // p x s, intermediate use
    Eigen::MatrixXd Y = {};               // p x f, final use
    std::vector<FinalUse> final_uses = {};
    Eigen::MatrixXd UM = {};  // p x s, imports in U; 0 x 0: a closed economy
    Eigen::MatrixXd YM = {};  // p x f, imports in Y; 0 x 0: none
    Eigen::MatrixXd V = {};   // rows of value added x s
    std::vector<std::string> value_added_names = {};
    Eigen::MatrixXd T = {};  // rows of taxes x s; 0 x 0: none
    std::vector<std::string> tax_names = {};
};

/// The symmetric table by one of the models; with q = make'1, g = make 1:
///   A  Z = U (make')^-1 q^     V_A = V (make')^-1 q^    p = s, make not singular; may be negative
///   B  Z = U g^-1 make         V_B = V g^-1 make        never negative
///   C  Z = R U, F = R Y        R = g^ (make')^-1        p = s, make not singular; may be negative
///   D  Z = R U, F = R Y        R = make q^-1            never negative
/// applied to domestic uses (U - UM, Y - YM) and to imports (UM, YM) alike. Under C and D a product
/// that nobody makes has no row: what industries buy of it becomes a row of T, "PRODUCT, not made
/// at home". Imports above use in a cell of U are cut to the use, the excess booked as imports for
/// final use RESIDUAL. Both are noted in the findings. The accounts are not closed yet.
///
/// Throws ArgumentError where shapes disagree, NumericalError, naming what makes it so, where make
/// is singular under A or C.
TableData symmetric_table(SupplyUse table, SutModel model);

/// R = make q^-1 (s x p) of model D, 0 for products that nobody makes: the industries' shares of
/// each product's market.
Eigen::MatrixXd market_shares(const Eigen::MatrixXd& make);

}  // namespace narrows
