#pragma once

#include <optional>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "host/analysis/home_economy.hpp"
#include "host/model/leontief_model.hpp"

namespace narrows {

/// How home depends on others, product by product: measures side by side, never averaged into one
/// index (MODEL C.10). s values each, without unit; NaN, nothing or "" where a product has none.
/// A measure is empty where the table or the call lacks what it needs.
struct Dependence {
    // Of home's own sector i, which makes the product; none where home does not.

    /// Imports per unit of output, m_i = sum_ko M^o_ki / x_i, and those of all domestic suppliers
    /// with them, (m'L)_i, L of home (Hummels, Ishii & Yi 2001); [0, 1].
    Eigen::VectorXd import_content_direct;
    Eigen::VectorXd import_content_total;
    /// Share of other regions in the inputs called forth through the world's whole chain,
    /// sum_c N_ci / 1'N_.i over the nodes c abroad, N = L - I, in [0, 1]; and that less the same at
    /// face value, A_ci / 1'A_.i, in [-1, 1] (Baldwin, Freeman & Theodorakopoulos 2022).
    Eigen::VectorXd foreign_input_reliance;
    Eigen::VectorXd hidden_exposure;
    /// The same with the unit of own output: L_ci / 1'L_.i, and that less A_ci / 1'L_.i; [0, 1).
    Eigen::VectorXd foreign_input_reliance_with_own_output;
    Eigen::VectorXd hidden_exposure_with_own_output;
    /// HHI of the other regions' shares in those inputs (without own output), (0, 1].
    Eigen::VectorXd hhi_look_through;
    /// U = G1 >= 1, the stages to final use (Antras, Chor, Fally & Hillberry 2012), of the world
    /// table; of a national one, whose exports count as final use.
    Eigen::VectorXd upstreamness;

    // Of home's supply of product i for intermediate use, which the ranking blocks:
    // M^o_i = sum_j M^o_ij, U_i = sum_j U_ij.

    /// HHI of the origins, sum_o (M^o_i / sum_o M^o_i)^2 in (0, 1], the largest of them, the first
    /// on a tie, and its share in M_i.
    Eigen::VectorXd hhi;
    std::vector<std::string> largest_origin;
    Eigen::VectorXd largest_origin_share;
    /// sum_o D_o M^o_i / U_i with weights D; from 0 to the import share, which D = 1 gives.
    Eigen::VectorXd geopolitical_weight;
    /// x_i / U_i, >= 0: 1 and more where home makes as much as its sectors use.
    Eigen::VectorXd domestic_capacity;

    // Core dependency indicators, after the European Commission (SWD(2021) 352), home alone as the
    // area; of imports for all uses, intermediate and final, but exports.

    /// HHI of the origins, (0, 1].
    Eigen::VectorXd cdi1;
    /// Imports / (imports + what home delivers to itself), [0, 1].
    Eigen::VectorXd cdi2;
    /// Imports / exports, >= 0; none where nothing is exported.
    Eigen::VectorXd cdi3;
    /// Imports / output, which says more about domestic capacity than exports do; >= 0.
    Eigen::VectorXd cdi3_output;
    /// cdi1 > 0.4, cdi2 > 0.5 and imports > exports, all three; none without imports.
    std::vector<std::optional<bool>> cdi_dependent;
};

/// `domestic` is the model of `home`. `world` is that of the whole multi-regional table; null
/// leaves the look-through measures, and there upstreamness, empty. `weights`, one per origin in
/// [0, 1], are how far away the origins are politically; none leaves geopolitical_weight empty.
/// Flows below 0 between sectors and in final use count as 0 in all shares. Throws ArgumentError
/// for another number of weights.
Dependence dependence(const IoTable& table, const HomeEconomy& home, const LeontiefModel& domestic,
                      const LeontiefModel* world, const Eigen::VectorXd& weights = {});

}  // namespace narrows
