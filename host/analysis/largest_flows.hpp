#pragma once

#include <cstddef>
#include <vector>

#include <Eigen/Core>

#include "host/table/classification.hpp"

namespace narrows {

/// A cell of a matrix between sectors.
struct Flow {
    Index seller, buyer;
};

/// The cells with the largest values, at most `count`, in descending order; ties by buyer, then
/// seller. Cells that are 0 or NaN are left out.
std::vector<Flow> largest_flows(const Eigen::MatrixXd& values, std::size_t count);

}  // namespace narrows
