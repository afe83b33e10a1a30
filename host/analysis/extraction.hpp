#pragma once

#include <string>
#include <vector>

#include <Eigen/Core>

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

/// The base that extractions are computed from: L, x, f = F1 and the own coefficients.
struct ExtractionBase {
    const Eigen::MatrixXd& L;
    const Eigen::MatrixXd& A;
    Eigen::VectorXd x;
    Eigen::VectorXd f;
};

/// Total loss w'(x - x_after) of extracting each sector in turn, n, in O(n^2).
Eigen::VectorXd extraction_losses(Extraction kind, const ExtractionBase& base,
                                  const Eigen::VectorXd& weights);

/// Output after sector k has been extracted, n, in O(n).
Eigen::VectorXd output_after_extraction(Extraction kind, const ExtractionBase& base, Index k);

/// Total loss when the share `fraction` of row k (its intermediate sales) or column k (its inputs)
/// is taken away, for each k: phi g_k (x_k - f_k) / (1 + phi (l_kk - 1)), and
/// phi (g_k - w_k) x_k / (1 + phi (l_kk - 1)) (Dietzenbacher & Lahr 2013). A denominator of 1e-8 or
/// less (only for additions, fraction < 0) throws NumericalError.
Eigen::VectorXd partial_row_losses(const ExtractionBase& base, const Eigen::VectorXd& weights,
                                   double fraction);
Eigen::VectorXd partial_column_losses(const ExtractionBase& base, const Eigen::VectorXd& weights,
                                      double fraction);

/// Total loss when the share `fraction` of cell (i, j) is taken away, for all cells, n x n:
/// g_i phi z_ij / (1 + phi a_ij L_ji). A denominator of 1e-8 or less (only for additions,
/// fraction < 0) throws NumericalError.
Eigen::MatrixXd cell_losses(const ExtractionBase& base, const Eigen::VectorXd& weights,
                            double fraction);

/// Total loss when the sectors S are extracted together: w'L_.S L_SS^-1 x_S.
double group_loss(const ExtractionBase& base, const Eigen::VectorXd& weights,
                  const std::vector<Index>& group);

}  // namespace narrows
