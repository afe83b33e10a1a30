#pragma once

#include <Eigen/Core>

#include "host/model/leontief_model.hpp"
#include "host/table/io_table.hpp"

namespace narrows {

/// Where a satellite account arises and whose final demand calls for it, in the account's unit
/// (Peters 2008, "From production-based to consumption-based national emission inventories"). With
/// e = values / x, y_r the final demand of region r (n) and n nodes:
///
///   production D_pba_i = e_i x_i                                where it arises, by node
///   exports    D_exp_i = e_i sum_{r != region of i} (L y_r)_i
///   by_origin  B_or = sum_{i in o} e_i (L y_r)_i        regions x regions: from where, for whom
///   consumption D_cba_(r,s) = sum_o sum_{k in s} (e_o'L)_k y_kr,   e_o: e, 0 outside region o
///   imports    D_imp_(r,s) : the same over o != r
///
/// consumption and imports are by using region and product, regions x sectors, from whatever
/// region the product is bought; final_uses is what final uses use themselves, by region. The names
/// D are pymrio's. A sector without output has e = 0; unallocated is what its value leaves out.
///
/// In a national table only the use of products of home is known: `by_origin` is 1 x 1, consumption
/// what home's own final uses call for at home, imports is empty, exports is by product of the
/// export column: (e'L)_k y_k,exports.
struct Footprint {
    Eigen::VectorXd production;   // n
    Eigen::VectorXd exports;      // n
    Eigen::MatrixXd by_origin;    // regions x regions
    Eigen::MatrixXd consumption;  // regions x sectors
    Eigen::MatrixXd imports;      // regions x sectors; national: 0 x 0
    Eigen::VectorXd final_uses;   // by region; 0 where the account has none
    double unallocated = 0.0;
};

/// `model` is the model of the whole table; `account` belongs to it.
Footprint footprint(const IoTable& table, const LeontiefModel& model,
                    const SatelliteAccount& account);

}  // namespace narrows
