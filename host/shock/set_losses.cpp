#include "host/shock/set_losses.hpp"

#include <algorithm>
#include <numeric>

namespace narrows {

std::vector<Index> shown_sets(const SetSelection& sets) {
    if (sets.has_filter()) return sets.only;
    std::vector<Index> all(sets.sets.size());
    std::iota(all.begin(), all.end(), Index{0});
    return all;
}

std::vector<Index> shown_nodes(const SetSelection& sets, const ShockEconomy& economy) {
    const std::vector<Index> products = sets.products();
    std::vector<Index> nodes;
    for (Index node = 0; node < economy.num_nodes(); ++node) {
        const Index product = economy.product[static_cast<std::size_t>(node)];
        if (sets.has_filter() && !std::binary_search(products.begin(), products.end(), product)) {
            continue;
        }
        nodes.push_back(node);
    }
    return nodes;
}

Eigen::MatrixXd set_sums(const SetSelection& sets, const ShockEconomy& economy) {
    const std::vector<Index> shown = shown_sets(sets);
    const auto num_sets = static_cast<Index>(shown.size());
    Eigen::MatrixXd counts =
        Eigen::MatrixXd::Zero(num_sets + (sets.has_weights() ? 1 : 0), economy.num_nodes());
    const Eigen::VectorXd weights = sets.product_weights(economy.products.size());
    for (Index node = 0; node < economy.num_nodes(); ++node) {
        const Index product = economy.product[static_cast<std::size_t>(node)];
        for (Index row = 0; row < num_sets; ++row) {
            const auto set = static_cast<std::size_t>(shown[static_cast<std::size_t>(row)]);
            const std::vector<Index>& members = sets.sets[set].products;
            if (std::binary_search(members.begin(), members.end(), product))
                counts(row, node) = 1.0;
        }
        if (sets.has_weights()) counts(num_sets, node) = weights[product];
    }
    return counts;
}

}  // namespace narrows
