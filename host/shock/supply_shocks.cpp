#include "host/shock/supply_shocks.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace narrows {
namespace {

bool holds(const std::vector<Index>& sorted, Index value) {
    return std::binary_search(sorted.begin(), sorted.end(), value);
}

/// The targets that cut imports of `product` from `origin`.
std::vector<Index> targets_of(const ShockBatch& batch, Index origin, Index product) {
    std::vector<Index> result;
    for (Index t = 0; t < batch.num_targets(); ++t) {
        const ShockTarget& target = batch.targets[static_cast<std::size_t>(t)];
        if (target.kind == ShockKind::import_cut && holds(target.origins, origin) &&
            holds(target.products, product)) {
            result.push_back(t);
        }
    }
    return result;
}

/// Adds what is cut of `deliveries`, flows of a supplier to all nodes, by the targets that cut it.
void add_cuts(const CutImports& deliveries, const ShockBatch& batch,
              std::vector<CutImports>& cuts) {
    const std::vector<Index> candidates = targets_of(batch, deliveries.origin, deliveries.product);
    const Index n = deliveries.flows.size();
    std::map<std::vector<Index>, Eigen::VectorXd> by_targets;
    for (Index user = 0; user < n && !candidates.empty(); ++user) {
        std::vector<Index> targets;
        for (const Index t : candidates) {
            if (holds(batch.targets[static_cast<std::size_t>(t)].nodes, user)) targets.push_back(t);
        }
        if (targets.empty() || !(deliveries.flows[user] > 0.0)) continue;
        by_targets.try_emplace(targets, Eigen::VectorXd::Zero(n)).first->second[user] =
            deliveries.flows[user];
    }
    for (auto& [targets, flows] : by_targets) {
        cuts.push_back({deliveries.origin, deliveries.product, deliveries.supplier, targets,
                        std::move(flows)});
    }
}

}  // namespace

std::vector<CutImports> cut_imports(const ShockEconomy& economy, const ShockBatch& batch) {
    std::vector<CutImports> cuts;
    if (economy.world) {
        for (Index node = 0; node < economy.num_nodes(); ++node) {
            const auto at = static_cast<std::size_t>(node);
            add_cuts({economy.region[at], economy.product[at], node, {}, economy.Z.row(node)},
                     batch, cuts);
        }
        return cuts;
    }
    for (Index origin = 0; origin < static_cast<Index>(economy.imports.size()); ++origin) {
        const Eigen::MatrixXd& flows = economy.imports[static_cast<std::size_t>(origin)];
        for (Index product = 0; product < economy.num_products(); ++product) {
            add_cuts({origin, product, -1, {}, flows.row(product)}, batch, cuts);
        }
    }
    return cuts;
}

Eigen::MatrixXd cut_shares(const std::vector<CutImports>& cuts, const ShockBatch& batch) {
    Eigen::MatrixXd shares(static_cast<Index>(cuts.size()), batch.num_cases());
    for (Index cut = 0; cut < shares.rows(); ++cut) {
        const std::vector<Index>& targets = cuts[static_cast<std::size_t>(cut)].targets;
        shares.row(cut) = batch.amounts(targets, Eigen::all).colwise().maxCoeff();
    }
    return shares;
}

Eigen::MatrixXd capacity_losses(const ShockEconomy& economy, const ShockBatch& batch) {
    Eigen::MatrixXd losses = Eigen::MatrixXd::Zero(economy.num_nodes(), batch.num_cases());
    for (Index t = 0; t < batch.num_targets(); ++t) {
        const ShockTarget& target = batch.targets[static_cast<std::size_t>(t)];
        if (target.kind != ShockKind::capacity_loss) continue;
        for (const Index node : target.nodes) {
            losses.row(node) = losses.row(node).cwiseMax(batch.amounts.row(t));
        }
    }
    return losses;
}

}  // namespace narrows
