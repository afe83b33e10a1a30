#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "host/analysis/largest_flows.hpp"
#include "host/model/leontief_model.hpp"

namespace narrows {

/// What is taken out of the table when sector k is extracted (Dietzenbacher & van der Linden 1997;
/// Miller & Lahr 2001). All answer in closed form from one L; l_k is column k of L, w weights of
/// output (1 for output itself, v for GDP), g = w'L, a_kk the own coefficient.
enum class Extraction {
    complete,               // row, column and final demand:      x_k g_k / l_kk
    backward,               // column k = 0:                      x_k (g_k - w_k) / l_kk
    backward_off_diagonal,  // column k but a_kk:
                            // x_k g_k / l_kk - w_k x_k / ((1 - a_kk) l_kk)
    forward,                // row k = 0, sales imported instead: g_k (x_k - f_k) / l_kk
    forward_ghosh,          // row k of B = 0 (supply-driven):    x_k ((Gw)_k - w_k) / G_kk
    total_off_diagonal      // row and column but a_kk, demand kept:
                            // w_k (x_k - f_k/(1-a_kk)) + x_k (g_k - w_k l_kk) / l_kk
};

const char* to_string(Extraction kind);
/// Throws ArgumentError, naming the nearest kind.
Extraction parse_extraction(const std::string& text);
const std::vector<Extraction>& all_extractions();

/// What the closed forms need of a table, from one pass over L: x, f = F1, weights of output W
/// (n x q: 1 for output itself, v for GDP), and of L its diagonal, W'L, L (x w) and the square
/// blocks [block_starts[b], block_starts[b + 1]) on the diagonal (regions, say; may be none).
struct ExtractionBase {
    ExtractionBase(const LeontiefModel& model, Eigen::VectorXd x, Eigen::VectorXd f,
                   Eigen::MatrixXd weights, std::vector<std::int64_t> block_starts = {});

    const LeontiefModel& model;
    Eigen::VectorXd x, f;
    Eigen::MatrixXd weights;
    Eigen::VectorXd a_kk, l_kk;
    Eigen::MatrixXd g;    // L'W, n x q
    Eigen::MatrixXd lxw;  // L (x w), n x q
    std::vector<std::int64_t> block_starts;
    Eigen::VectorXd blocks;  // the blocks of L, one after the other
};

/// Total losses w'(x - x_after) of extracting each sector in turn, n x q, in O(n).
Eigen::MatrixXd extraction_losses(Extraction kind, const ExtractionBase& base);

/// Output after sector k has been extracted, n, in O(n).
Eigen::VectorXd output_after_extraction(Extraction kind, const ExtractionBase& base, Index k);

/// Total losses, n x q, when the share `fraction` of row k (its intermediate sales) or column k
/// (its inputs) is taken away, for each k: phi g_k (x_k - f_k) / (1 + phi (l_kk - 1)), and
/// phi (g_k - w_k) x_k / (1 + phi (l_kk - 1)) (Dietzenbacher & Lahr 2013). A denominator of 1e-8 or
/// less (only for additions, fraction < 0) throws NumericalError.
Eigen::MatrixXd partial_row_losses(const ExtractionBase& base, double fraction);
Eigen::MatrixXd partial_column_losses(const ExtractionBase& base, double fraction);

/// Total losses in weight `weight` when the share `fraction` of cell (i, j) is taken away, for all
/// cells, n x n: g_i phi z_ij / (1 + phi a_ij L_ji). A denominator of 1e-8 or less (only for
/// additions, fraction < 0) throws NumericalError.
Eigen::MatrixXd cell_losses(const ExtractionBase& base, Index weight, double fraction);
/// The same for one cell, in every weight, q.
Eigen::VectorXd cell_loss(const ExtractionBase& base, Index i, Index j, double fraction);

/// The flows (cells) whose loss in weight `weight` is largest, in descending order; ties by column,
/// then row.
std::vector<Flow> largest_flows(const ExtractionBase& base, Index weight, double fraction,
                                std::size_t count);

/// Total losses when the sectors S are extracted together: w'L_.S L_SS^-1 x_S, q.
Eigen::VectorXd group_loss(const ExtractionBase& base, const std::vector<Index>& group);
/// The same for every block of the base, blocks x q.
Eigen::MatrixXd block_losses(const ExtractionBase& base);

}  // namespace narrows
