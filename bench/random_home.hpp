#pragma once

#include "host/analysis/home_economy.hpp"

namespace narrows::bench {

/// A home economy of s sectors with imports from `num_origins` origins, two thirds of them goods.
HomeEconomy random_home(Index s, Index num_origins);

}  // namespace narrows::bench
