#include "host/table/sector_set.hpp"

#include <algorithm>

namespace narrows {

std::vector<Index> SetSelection::products() const {
    std::vector<Index> all;
    for (const Index set : only) {
        const std::vector<Index>& members = sets[static_cast<std::size_t>(set)].products;
        all.insert(all.end(), members.begin(), members.end());
    }
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    return all;
}

Eigen::VectorXd SetSelection::product_weights(std::size_t num_products) const {
    if (!has_weights()) return {};
    Eigen::VectorXd result = Eigen::VectorXd::Ones(static_cast<Index>(num_products));
    for (std::size_t set = 0; set < sets.size(); ++set) {
        if (!weights[set]) continue;
        for (const Index product : sets[set].products) result[product] *= *weights[set];
    }
    return result;
}

}  // namespace narrows
