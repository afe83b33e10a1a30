#pragma once

#include <string>
#include <vector>

#include "host/model/coefficients.hpp"

namespace narrows {

/// How L = (I - A)^-1 can be computed safely, decided by the signs of A and of what its columns
/// leave (MODEL H.1, H.5).
enum class InversePath {
    gth,         // A >= 0, every column leaves something or leads to one that does: no pivoting, no
                 // subtraction, entrywise accurate
    gth_scaled,  // A >= 0, some columns leave less than nothing (subsidies), but weights w > 0 with
                 // w'(I - A) > 0 exist: the same on diag(w) (I - A)
    pivoted_lu   // negative coefficients, with spectral radius of |A| below 1: LU with refinement
};
const char* to_string(InversePath path);

/// Of a productive A; see analyse_structure.
struct Structure {
    InversePath path = InversePath::gth;
    /// "accounts": value added, imports and taxes per output, as far as the columns close to
    /// rounding; "columns of A": 1 - sum of the column, exact for A as given.
    std::string slack_source;
    Eigen::VectorXd weights;  // w > 0, n; all 1 but for gth_scaled
    Eigen::VectorXd slack;    // w'(I - A), n, each to a relative error of a few roundings
    /// w'|A| <= contraction w', below 1 unless slack is 0 somewhere: a bound on the spectral radius
    /// of |A|, and the rate at which x <- f + A x converges in the norm sum of w_i |x_i|.
    double contraction = 0.0;
};

/// Refuses with NumericalError, naming the sectors that make it so, what is not productive: a set
/// of sectors that feed each other and leave nothing, or a spectral radius of |A| not below 1.
Structure analyse_structure(const Coefficients& coefficients,
                            const std::vector<std::string>& labels);

/// w - A'w, n: rounded once from twice the working precision, so that what is left of a column is
/// as accurate as A and w are, however much cancels.
Eigen::VectorXd what_columns_leave(const Eigen::MatrixXd& a, const Eigen::VectorXd& w);

}  // namespace narrows
