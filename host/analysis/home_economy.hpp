#pragma once

#include <string>
#include <vector>

#include <Eigen/Core>

#include "host/model/coefficients.hpp"
#include "host/table/io_table.hpp"

namespace narrows {

/// A = Z x^-1 with v, tau and m, of n nodes that import from some origins, product x user each.
Coefficients coefficients_of(const Eigen::MatrixXd& z, const std::vector<Eigen::MatrixXd>& imports,
                             const Eigen::VectorXd& value_added, const Eigen::VectorXd& taxes,
                             const Eigen::VectorXd& x);

/// One region seen as a national economy with imports by origin: every matrix is product x user
/// over all s sectors of the classification (a sector the region lacks has zero output), flows in
/// the unit of the table.
struct HomeEconomy {
    std::string region;
    std::vector<Sector> sectors;
    std::vector<std::string> origins;          // regions that imports come from, without home
    Eigen::MatrixXd domestic;                  // Z, s x s
    std::vector<Eigen::MatrixXd> imports;      // M^o by origin, s x s each
    Eigen::MatrixXd total_use;                 // U = Z + sum of M^o
    Eigen::VectorXd value_added, taxes, x;     // s each
    Eigen::MatrixXd ratings;                   // criticality ratings, 0 x 0 where there are none
    ImportOrigins import_split;                // what imports by user rest on; 0 x 0: all observed
    std::vector<SatelliteAccount> satellites;  // those of the table, home's values by sector (s)

    double gdp() const { return value_added.sum(); }
    /// A = Z x^-1 with v, tau and m = all imports.
    Coefficients coefficients() const;
};

/// The origin of imports in a national table, which knows no origins.
inline constexpr const char* all_imports_origin = "IMPORTS";

/// `region` may be empty for a national table. Throws ArgumentError for an unknown region, a region
/// that a multi-regional table needs but was not given; TableError for a national table without
/// import matrix.
HomeEconomy home_economy(const IoTable& table, const std::string& region);

}  // namespace narrows
