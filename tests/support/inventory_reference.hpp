#pragma once

#include <cstdint>
#include <vector>

#include <Eigen/Core>

#include "kernels/backend_api.h"

namespace narrows::test {

/// A narrows_inventory with its arrays; `view` refers to them.
struct InventoryCase {
    std::vector<std::int64_t> starts, source, region, entry_starts;
    Eigen::MatrixXd shares, inputs, goals, slope, offset, profiles;
    Eigen::VectorXd base, x0, value_added, households, other, tau, stock;
    std::vector<std::uint64_t> seeds;
    std::vector<narrows_shock_entry> entries;
    narrows_inventory of = {};  // sizes and numbers

    narrows_inventory view() const;
};

/// What one scenario ends with.
struct InventoryOutcome {
    Eigen::VectorXd output, unmet, value_added;
    Eigen::MatrixXd kept_output, kept_fill;
    Eigen::MatrixXi kept_bound;
};

/// n nodes in two regions, `num_products` products, one outside channel and a capped one each,
/// shocks of all kinds; closed so that nothing moves without shocks.
InventoryCase random_inventory(int n, int num_products, int num_scenarios, unsigned seed);

/// The equations of backend_api.h, one scenario, number by number.
InventoryOutcome run_reference(const InventoryCase& of, std::int64_t scenario);

}  // namespace narrows::test
