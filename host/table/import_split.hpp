#pragma once

#include "host/table/io_table.hpp"

namespace narrows {

/// Splits total uses of a national table into domestic and imported ones by proportion, for tables
/// that know imports by product only (competitive imports; Chenery and Moses; Miller & Blair 2009,
/// ch. 4). `data` has total uses in Z and F, no M; `imports` (n) is positive. With e the uses in
/// columns that `is_export` marks (f), free of imports,
///
///   mu_i = m_i / (x_i + m_i - e_i),   M_ij = mu_i Z_ij,   MF_if = mu_i F_if but for exports,
///
/// and Z, F become what is left. mu is cut to [0, 1] (0 where the denominator is not positive),
/// which is counted in a finding; all cells are marked proportional, with the warning that comes
/// with it: all users of a product then have the same share of imports, so that user-specific choke
/// points cannot be seen. Throws ArgumentError where shapes disagree.
void split_imports_proportionally(TableData& data, const Eigen::VectorXd& imports,
                                  const std::vector<bool>& is_export);

/// The same with one share of imports per product and class of use (MODEL A.3b: by end use):
/// `shares` (n x classes) and the class of every user (n) and final use (f), -1 for uses without
/// imports. Scaled per product so that imports add up to `imports` where that is given (n), cut to
/// [0, 1].
void split_imports_by_end_use(TableData& data, const Eigen::MatrixXd& shares,
                              const std::vector<Index>& class_of_user,
                              const std::vector<Index>& class_of_final_use,
                              const Eigen::VectorXd& imports = {});

}  // namespace narrows
