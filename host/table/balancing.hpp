#pragma once

#include <string>
#include <vector>

#include <Eigen/Core>

namespace narrows {

/// What the rows and columns of a matrix are to sum to. Labels name them in messages and may be
/// empty.
struct Margins {
    Eigen::VectorXd rows;
    Eigen::VectorXd columns;
    std::vector<std::string> row_labels = {};
    std::vector<std::string> column_labels = {};
};

/// When RAS and GRAS stop: the largest error of a margin, or so many passes over rows and columns.
struct BalancingOptions {
    double tolerance = 1e-12;
    /// What the error of a margin is measured against: the largest margin of all, or the
    /// magnitude of the row's or column's own entries.
    bool relative_to_each = false;
    int max_iterations = 10000;
};

/// Z scaled to its margins: positive entries become r_i z_ij s_j, negative ones z_ij / (r_i s_j).
/// A row or column that has to vanish has factor 0.
struct BalancedMatrix {
    Eigen::MatrixXd matrix;
    Eigen::VectorXd r;
    Eigen::VectorXd s;
    int iterations = 0;  // 0: the margins were met
    double error = 0.0;  // of the worst margin, as BalancingOptions measures it
};

/// RAS (Stone; Bacharach 1970): z >= 0, margins >= 0; the matrix with these margins that is nearest
/// to z in relative entropy. Alternates r = u / (Z s), s = v / (Z'r), one pass over Z each time.
/// Throws ArgumentError for a shape or a number below 0, NumericalError, naming the worst margins,
/// where the sums of rows and columns differ, a margin has no entries that could make it up, or the
/// error is above the tolerance after max_iterations.
BalancedMatrix ras(const Eigen::MatrixXd& z, const Margins& margins,
                   const BalancingOptions& options = {});

/// GRAS, for z = P - N of any sign (Junius & Oosterhaven 2003; Lenzen, Wood & Gallego 2007;
/// Temurshoev, Miller & Bouwmeester 2013): X = r P s - N / (r s), signs and zeros kept. With
/// p = P s, n = N / s, r = (u + sqrt(u^2 + 4 p n)) / (2 p), or -n / u where p is 0; s alike. Equals
/// ras() where z >= 0. Throws as ras() does.
BalancedMatrix gras(const Eigen::MatrixXd& z, const Margins& margins,
                    const BalancingOptions& options = {});

}  // namespace narrows
