#pragma once

#include <string>
#include <vector>

#include <Eigen/Core>

#include "host/analysis/home_economy.hpp"
#include "host/model/leontief_model.hpp"

namespace narrows {

/// Home's sectors and those of every region, of one table, for any clusters; flows in the unit of
/// the table, as published.
struct Frontier {
    std::vector<std::string> regions;  // of the table; none in a national one
    Index home = 0;                    // among them
    // regions x s each.
    Eigen::MatrixXd value_added;
    Eigen::MatrixXd exports;  // gross, e: what other regions buy, for production and final use
    /// Domestic value added in a region's exports by the sector that adds it, v L e with v on a
    /// diagonal and L of the region alone (Koopman, Wang & Wei 2014).
    Eigen::MatrixXd exported_value_added;
    // Of home, s each.
    Eigen::VectorXd output, own_value_added;
    Eigen::VectorXd upstreamness;  // U = G1, as Dependence has it; NaN where home makes nothing
    /// Output of product i at home and abroad that a unit of j's output calls forth, without the
    /// unit itself, s x s each: N = L - I of the world. A national table knows its imports only:
    /// N = L - I of home, and A^m L.
    Eigen::MatrixXd domestic_inputs, foreign_inputs;
};

/// `domestic` is the model of home, `world` that of a multi-regional table, null for a national
/// one.
Frontier frontier_of(const IoTable& table, const HomeEconomy& home, const LeontiefModel& domestic,
                     const LeontiefModel* world);

/// By what regions are compared: the share of world value added, revealed comparative advantage in
/// exported value added or in gross exports.
enum class FrontierMeasure { value_added, rca, gross_rca };
const std::vector<std::string>& frontier_measures();
/// "value-added", "rca" or "gross-rca". Throws ArgumentError.
FrontierMeasure parse_frontier_measure(const std::string& text);

/// A cluster k of home and the same sectors elsewhere; NaN where there is nothing to divide by or a
/// national table lacks the world.
struct Standing {
    double output = 0.0, value_added = 0.0;  // flows
    double world_share = 0.0;                // va_hk / sum_c va_ck
    /// (e_hk / sum_i e_hi) / (sum_c e_ck / sum_ci e_ci) over all sectors i (Balassa 1965), of
    /// exported value added and of gross exports.
    double rca = 0.0, gross_rca = 0.0;
    /// Share of other regions in all that the cluster's output x calls forth, and in what it calls
    /// forth of the cluster's own products: sum_j x_j N_ij over j in k, i abroad over all i.
    double foreign_share = 0.0, foreign_share_inside = 0.0;
    double upstreamness = 0.0;  // mean, weighted with output
    std::string best_region;    // highest by the measure, the first on a tie; may be home
    double best_value = 0.0;
    double distance = 0.0;  // home's value / best_value, 1 where home is best
};

/// Of clusters, sets of sectors. Regions that are `not_compared` (indices) cannot be best.
std::vector<Standing> standings(const Frontier& frontier,
                                const std::vector<std::vector<Index>>& clusters,
                                FrontierMeasure measure = FrontierMeasure::value_added,
                                const std::vector<Index>& not_compared = {});

}  // namespace narrows
