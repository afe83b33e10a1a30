#pragma once

#include <optional>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "host/model/leontief_model.hpp"
#include "host/table/io_table.hpp"

namespace narrows {

/// Look-through exposure of every buyer j to every supplier i (Baldwin, Freeman & Theodorakopoulos
/// 2022), n x n, columns sum to 1:
///   with the unit of own output:  L_ij / 1'L_.j        against (I + A)_ij / 1'L_.j at face value
///   intermediate inputs only:     N_ij / 1'N_.j        against A_ij / 1'A_.j,  N = L - I
/// (0/0 := 0). Hidden exposure is look-through minus face value; with own output it is >= 0.
struct Exposure {
    Eigen::MatrixXd look_through;
    Eigen::MatrixXd face_value;
};
Exposure exposure_with_own_output(const Eigen::MatrixXd& a, const Eigen::MatrixXd& l);
Exposure exposure_of_inputs(const Eigen::MatrixXd& a, const Eigen::MatrixXd& l);

/// Share of each column that comes from another region than the buyer's; `region` by node.
Eigen::VectorXd foreign_share(const Eigen::MatrixXd& shares, const std::vector<Index>& region);

/// Where the output that home's sectors call forth comes from (Baldwin, Freeman & Theodorakopoulos
/// 2022): shares of every region, users x regions, rows sum to 1 (0 where nothing is called forth).
struct RegionShares {
    Eigen::MatrixXd look_through;  // through the whole chain
    Eigen::MatrixXd face_value;    // direct purchases
};

/// Where the inputs of home's sectors come from: shares by region.
struct HomeExposure {
    std::vector<Index> users;  // nodes of home
    /// L_ij over 1'L_.j and (I + A)_ij over the same, summed over the nodes i of a region; hidden
    /// exposure, look-through less face value, is nowhere negative among foreign regions.
    RegionShares with_own_output;
    /// N_ij over 1'N_.j, N = L - I, and A_ij over 1'A_.j: inputs only, each over its own sum.
    RegionShares of_inputs;
};

/// `world` is the model of the whole multi-regional table. Throws ArgumentError for a national
/// table, which knows no origins, and for an unknown home.
HomeExposure home_exposure(const IoTable& table, const std::string& home,
                           const LeontiefModel& world);

/// The same of the users that are of these sectors (ascending), in their order.
HomeExposure of_sectors(const HomeExposure& exposure, const Classification& classes,
                        const std::vector<Index>& sectors);

/// Weight of the sector times the look-through share of inputs from abroad, by user; `weights` by
/// sector.
Eigen::VectorXd weighted_exposure(const HomeExposure& exposure, const Classification& classes,
                                  const Eigen::VectorXd& weights);

/// The same exposure, users by weighted_exposure, largest first.
HomeExposure by_weight(const HomeExposure& exposure, const Classification& classes,
                       const Eigen::VectorXd& weights);

/// Herfindahl-Hirschman index of flows or shares >= 0, each over their sum: 1 / number of equal
/// suppliers to 1. Nothing where they sum to 0.
std::optional<double> concentration(const Eigen::VectorXd& flows);

/// The same of a row of shares over all regions but `home`.
std::optional<double> foreign_concentration(const Eigen::VectorXd& shares, Index home);

}  // namespace narrows
