#pragma once

#include <string>

#include <Eigen/SparseCore>

#include "host/table/io_table.hpp"

namespace narrows {

/// P, s x n: P_ki = 1 where node i is sector k of the region. P_r Z P_d' is what the sectors of
/// region d buy from those of region r, all s sectors in the order of the classification.
Eigen::SparseMatrix<double> sector_selector(const Classification& classification, Index region);

/// The national table of one region of a multi-regional table: Z domestic, M imports from all other
/// regions by product and user, F the region's final uses and a column EXPORTS (added to the one of
/// that name where there is one), MF imports for final use, the region's part of satellite
/// accounts. Unit and output are unchanged. Throws ArgumentError for an unknown region.
IoTable national_table(const IoTable& table, const std::string& region);

}  // namespace narrows
