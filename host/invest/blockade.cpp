#include "host/invest/blockade.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "host/base/error.hpp"

namespace narrows {
namespace {

void check_shares(const HomeEconomy& home, const Blockade& blockade) {
    std::set<Index> seen;
    for (const WithheldProduct& withheld : blockade.withheld) {
        const std::string& code = home.sectors[static_cast<std::size_t>(withheld.product)].code;
        if (!(withheld.share >= 0.0 && withheld.share <= 1.0)) {
            throw ArgumentError(fmt::format("scenario {}: share of {} is {}, expected 0 to 1",
                                            in_quotes(blockade.name), in_quotes(code),
                                            withheld.share));
        }
        if (!seen.insert(withheld.product).second) {
            throw ArgumentError(fmt::format("scenario {}: product {} is withheld twice",
                                            in_quotes(blockade.name), in_quotes(code)));
        }
    }
}

std::string pair_name(const HomeEconomy& home, Index product, const Coalition& coalition) {
    std::string name = home.sectors[static_cast<std::size_t>(product)].code;
    for (const Index origin : coalition) {
        name += (origin == coalition.front() ? " from " : "+") +
                home.origins[static_cast<std::size_t>(origin)];
    }
    return name;
}

}  // namespace

Eigen::VectorXd imports_from(const HomeEconomy& home, const Coalition& coalition, Index product) {
    Eigen::VectorXd imports = Eigen::VectorXd::Zero(home.x.size());
    for (const Index origin : coalition) {
        imports += home.imports[static_cast<std::size_t>(origin)].row(product).transpose();
    }
    return imports;
}

std::vector<Blockade> pair_blockades(const HomeEconomy& home,
                                     const std::vector<Coalition>& coalitions, double share) {
    std::vector<Blockade> pairs;
    for (const Coalition& coalition : coalitions) {
        for (Index product = 0; product < home.x.size(); ++product) {
            if (!(share * imports_from(home, coalition, product).sum() > 0.0)) continue;
            pairs.push_back(
                {pair_name(home, product, coalition), coalition, {{product, share}}, 1.0});
        }
    }
    return pairs;
}

void weigh_products(const HomeEconomy& home, const Eigen::VectorXd& product_weights,
                    std::vector<Blockade>& blockades) {
    for (Blockade& blockade : blockades) {
        double withheld = 0.0;
        double weighted = 0.0;
        for (const auto& [product, share] : blockade.withheld) {
            const double flow = share * imports_from(home, blockade.coalition, product).sum();
            withheld += flow;
            weighted += product_weights[product] * flow;
        }
        if (blockade.withheld.size() == 1) {
            blockade.weight *= product_weights[blockade.withheld.front().product];
        } else if (withheld > 0.0) {
            blockade.weight *= weighted / withheld;
        }
    }
}

std::vector<Blockade> of_products(std::vector<Blockade> blockades,
                                  const std::vector<Index>& products) {
    for (Blockade& blockade : blockades) {
        std::erase_if(blockade.withheld, [&](const WithheldProduct& each) {
            return !std::binary_search(products.begin(), products.end(), each.product);
        });
    }
    return blockades;
}

Eigen::VectorXd blockade_weights(const HomeEconomy& home, const std::vector<Blockade>& blockades) {
    if (blockades.empty()) throw ArgumentError("no imports are blocked: nothing to fill");
    Eigen::VectorXd weights(static_cast<Index>(blockades.size()));
    for (std::size_t w = 0; w < blockades.size(); ++w) {
        check_shares(home, blockades[w]);
        weights[static_cast<Index>(w)] = blockades[w].weight;
        if (!(blockades[w].weight >= 0.0)) {
            throw ArgumentError(fmt::format("scenario {}: weight is {}, expected 0 or more",
                                            in_quotes(blockades[w].name), blockades[w].weight));
        }
    }
    if (!(weights.sum() > 0.0)) {
        throw ArgumentError("the weights of all scenarios are 0, expected one above 0");
    }
    return weights / weights.sum();
}

}  // namespace narrows
