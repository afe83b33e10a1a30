#pragma once

#include <cstdint>
#include <vector>

#include <Eigen/SparseCore>

#include "host/table/io_table.hpp"

namespace narrows {

/// Sales of a firm to some buyers that can be cut by themselves.
struct EsriLink {
    Index seller = 0;
    std::vector<Index> buyers;  // ascending
};

/// Firms that sell to each other (Diem, Borsos, Reisch, Kertesz & Thurner 2022, Sci Rep 12, 7719;
/// MODEL D.2). What a buyer lacks of a sector whose essentiality is 2 stops it in proportion
/// (Leontief), what it lacks of sectors of 1 in proportion to all its inputs (linear), of 0 never.
struct EsriNetwork {
    Eigen::SparseMatrix<double> W;     // n x n, W_ij >= 0: sales of i to j
    Eigen::VectorXd out_strength;      // s^out, n: all sales, at least the row sums of W
    std::vector<Index> sector;         // p_i, n
    Eigen::MatrixXi essentiality;      // e, sectors x n: of the inputs of a sector for a buyer
    std::vector<EsriLink> links = {};  // m, no sale in two of them
};

/// What the cascade assumes, and when it stops.
struct EsriOptions {
    /// sigma_i = min(1, s^out_i / sum_{l of the sector of i} (1 - d_l) s^out_l): others of the
    /// sector stand in for what i no longer delivers, by their share of what is left of the market;
    /// without it sigma = 1. With it losses need not fall when a shock does.
    bool replaceability = true;
    double tolerance = 1e-12;  // stops when no loss changes by more in a sweep
    int max_sweeps = 10000;
    int num_threads = 1;
};

/// Shares of output that are lost, n x scenarios each: 1 - h^d and 1 - h^u.
struct EsriLosses {
    Eigen::MatrixXd down, up;
    std::vector<int> sweeps;   // of each scenario, the last one that changed nothing included
    Eigen::VectorXd residual;  // largest change in the last sweep; above the tolerance: not settled
};

/// What initial losses 1 - psi of firms come to, from l = 1 - psi on; `shocks` has them in n rows,
/// then m of cuts c of links, all in [0, 1]:
///   d_j <- min(1, max(1 - psi_j, max_k of e = 2: loss_jk, sum_k of e = 1: loss_jk)),
///     loss_jk = sum_{i of sector k} sigma_i Lambda^d_ij d_i, where Lambda^d_ij is W_ij over what j
///     buys of sector k (e = 2) or over all j buys (e = 1);
///   u_i <- min(1, max(1 - psi_i, sum_j (W_ij / s^out_i) u_j)),
/// all firms at once in each sweep. A cut caps the sales of its link at 1 - c: where it is above
/// d_i, sigma_i d_i + sigma_l (c - d_i) is in place of sigma_i d_i in what buyers lack (without
/// replacement max(c, d_i)), and max(c, u_j) in place of u_j in what the seller loses; sigma_l is
/// of the link's sales, and the market lacks c - d_i of them too. With sigma = 1 losses rise to the
/// least solution. A scenario's bits do not depend on the others. Throws ArgumentError for what
/// does not fit or is out of range.
EsriLosses esri_losses(const EsriNetwork& network, const Eigen::MatrixXd& shocks,
                       const EsriOptions& options);

/// ESRI of each scenario, sum_j (s^out_j / sum s^out) max(d_j, u_j).
Eigen::VectorXd esri(const EsriNetwork& network, const EsriLosses& losses);

}  // namespace narrows
