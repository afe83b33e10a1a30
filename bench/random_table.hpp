#pragma once

#include "host/analysis/home_economy.hpp"

namespace narrows::bench {

/// A productive A of order n: nonnegative, column sums between .3 and .7, as published tables have.
Eigen::MatrixXd productive_coefficients(Index n);

/// A home economy of s sectors with imports from `num_origins` origins, two thirds of them goods.
HomeEconomy random_home(Index s, Index num_origins);

}  // namespace narrows::bench
