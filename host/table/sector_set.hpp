#pragma once

#include <optional>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "host/table/classification.hpp"

namespace narrows {

/// A named set of products.
struct SectorSet {
    std::string name;
    std::vector<Index> products;  // ascending
};

/// Stands before the name of a set where codes may stand too: "set:strategic".
inline constexpr const char* set_prefix = "set:";

/// Named sets in use: as a filter, as weights, or both.
struct SetSelection {
    std::vector<SectorSet> sets;
    std::vector<Index> only;  // numbers of sets, whose union is the filter; empty: no filter
    std::vector<std::optional<double>> weights;  // by set; empty: no weights

    bool has_filter() const { return !only.empty(); }
    bool has_weights() const { return !weights.empty(); }
    /// Products in any set of the filter, ascending; empty without a filter.
    std::vector<Index> products() const;
    /// By product (s): the product of the weights of all sets that hold it, 1 where none with a
    /// weight does. Empty without weights.
    Eigen::VectorXd product_weights(std::size_t num_products) const;
};

}  // namespace narrows
