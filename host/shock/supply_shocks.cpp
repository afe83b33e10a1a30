#include "host/shock/supply_shocks.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "host/base/error.hpp"

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

}  // namespace

std::vector<CutImports> cut_imports(const ShockEconomy& economy, const ShockBatch& batch) {
    std::vector<CutImports> cuts;
    const Index n = economy.num_nodes();
    for (Index origin = 0; origin < static_cast<Index>(economy.imports.size()); ++origin) {
        const Eigen::MatrixXd& flows = economy.imports[static_cast<std::size_t>(origin)];
        for (Index product = 0; product < economy.num_products(); ++product) {
            const std::vector<Index> candidates = targets_of(batch, origin, product);
            std::map<std::vector<Index>, Eigen::VectorXd> by_targets;
            for (Index user = 0; user < n && !candidates.empty(); ++user) {
                std::vector<Index> targets;
                for (const Index t : candidates) {
                    if (holds(batch.targets[static_cast<std::size_t>(t)].nodes, user)) {
                        targets.push_back(t);
                    }
                }
                if (targets.empty() || !(flows(product, user) > 0.0)) continue;
                by_targets.try_emplace(targets, Eigen::VectorXd::Zero(n)).first->second[user] =
                    flows(product, user);
            }
            for (auto& [targets, cut] : by_targets) {
                cuts.push_back({origin, product, targets, std::move(cut)});
            }
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

void require_supply_shocks(const std::string& model, const ShockEconomy& economy,
                           const ShockBatch& batch) {
    for (const ShockTarget& target : batch.targets) {
        if (target.kind == ShockKind::capacity_loss ||
            (target.kind == ShockKind::import_cut && !economy.world)) {
            continue;
        }
        throw ArgumentError(
            fmt::format("model {}: cannot express {}, of kind {}, in {} scope; it can: {}", model,
                        target.name, to_string(target.kind), economy.world ? "world" : "home",
                        economy.world ? "capacity_loss" : "import_cut, capacity_loss"));
    }
}

}  // namespace narrows
