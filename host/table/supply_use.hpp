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
/// Total uses include imports; UM and YM say how much of them. Products balance as
/// q = (U - UM) 1 + (Y - YM) 1, industries as g' = 1'U + 1'T + 1'V.
struct SupplyUse {
    TableMeta meta;
    Region region;
    std::vector<Sector> products;    // p
    std::vector<Sector> industries;  // s
    Eigen::MatrixXd make;            // s x p, industry makes product
    Eigen::MatrixXd U;               // p x s, intermediate use, total
    Eigen::MatrixXd Y;  // p x f, final use, total (exports positive, no imports column)
    std::vector<FinalUse> final_uses;
    Eigen::MatrixXd UM;  // p x s, imports in U; 0 x 0 where unknown: a closed economy
    Eigen::MatrixXd YM;  // p x f, imports in Y
    Eigen::MatrixXd V;   // rows of value added x s
    std::vector<std::string> value_added_names;
    Eigen::MatrixXd T;  // rows of taxes x s; 0 x 0 where there are none
    std::vector<std::string> tax_names;
};

/// The symmetric table by one of the models; with q = make'1, g = make 1:
///   A  Z = U (make')^-1 q^     V_A = V (make')^-1 q^    p = s, make not singular; may be negative
///   B  Z = U g^-1 make         V_B = V g^-1 make        never negative
///   C  Z = T U, F = T Y        T = g^ (make')^-1        p = s, make not singular; may be negative
///   D  Z = T U, F = T Y        T = make q^-1            never negative
/// applied to domestic uses (U - UM, Y - YM) and to imports (UM, YM) alike. A product that nobody
/// makes has no row under C and D: its imports become a row of T, "imports of PRODUCT". Imports
/// above use in a cell are cut to the use, the excess booked in final use RESIDUAL; both are noted
/// in TableMeta::findings. Throws ArgumentError where shapes disagree, NumericalError, naming the
/// sectors, where a model does not apply.
IoTable symmetric_table(const SupplyUse& table, SutModel model,
                        Acceptance acceptance = Acceptance::balanced_only);

}  // namespace narrows
