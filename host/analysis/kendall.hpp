#pragma once

#include <optional>
#include <vector>

namespace narrows {

/// Kendall's tau-b of two lists of equal length: (concordant - discordant pairs) over the geometric
/// mean of the pairs that are not tied in the one and in the other; 1: same order, -1: reversed.
/// Nothing where one list is all ties. O(n log n) (Knight 1966). Throws ArgumentError for lists of
/// different length.
std::optional<double> kendall_tau(const std::vector<double>& a, const std::vector<double>& b);

}  // namespace narrows
