#include "host/shock/case_effects.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "host/model/coefficients.hpp"

namespace narrows {
namespace {

std::size_t at(Index index) {
    return static_cast<std::size_t>(index);
}

/// f(target, amount) for the targets of a kind whose amount is not 0.
template <class Function>
void for_each_target(const ShockBatch& batch, Index of_case, ShockKind kind, Function f) {
    for (Index t = 0; t < batch.num_targets(); ++t) {
        const double amount = batch.amounts(t, of_case);
        if (batch.targets[at(t)].kind == kind && amount != 0.0) f(batch.targets[at(t)], amount);
    }
}

/// What sells a product: nodes (world scope) or origins (home scope), as suppliers by where they
/// are.
class Suppliers {
  public:
    explicit Suppliers(const ShockEconomy& economy)
        : economy_(economy), num_regions_(static_cast<Index>(economy.regions.size())) {
        if (!economy.world) return;
        node_.assign(at(num_regions_ * economy.num_products()), -1);
        for (Index i = 0; i < economy.num_nodes(); ++i) {
            node_[at(economy.region[at(i)] + economy.product[at(i)] * num_regions_)] = i;
        }
    }

    /// f(supplier, flow) for what `user` buys of `product` from `origins`.
    template <class Function>
    void for_each_delivery(const std::vector<Index>& origins, Index product, Index user,
                           Function f) const {
        for (const Index origin : origins) {
            if (!economy_.world) {
                f(origin, economy_.imports[at(origin)](product, user));
                continue;
            }
            const Index node = node_[at(origin + product * num_regions_)];
            if (node >= 0) f(node, economy_.Z(node, user));
        }
    }

  private:
    const ShockEconomy& economy_;
    Index num_regions_;
    std::vector<Index> node_;  // by region, product; -1 where the region does not make it
};

/// Where each of `nodes` stands among them, -1 for all others.
std::vector<Index> places(const std::vector<Index>& nodes, Index n) {
    std::vector<Index> result(at(n), -1);
    for (std::size_t p = 0; p < nodes.size(); ++p) result[at(nodes[p])] = static_cast<Index>(p);
    return result;
}

std::vector<Index> ascending(std::vector<Index> nodes) {
    std::sort(nodes.begin(), nodes.end());
    nodes.erase(std::unique(nodes.begin(), nodes.end()), nodes.end());
    return nodes;
}

/// The nodes whose sales to others a coefficient_change is about.
std::vector<Index> sellers_of(const ShockEconomy& economy, const ShockTarget& target) {
    std::vector<Index> sellers;
    if (!economy.world && !target.origins.empty()) return sellers;
    const auto is_among = [](const std::vector<Index>& items, Index item) {
        return std::binary_search(items.begin(), items.end(), item);
    };
    for (Index i = 0; i < economy.num_nodes(); ++i) {
        if (!is_among(target.products, economy.product[at(i)])) continue;
        if (!target.origins.empty() && !is_among(target.origins, economy.region[at(i)])) continue;
        sellers.push_back(i);
    }
    return sellers;
}

struct ScaledCell {
    Index seller, user;
    double amount;
};

/// amount a_ij in each cell; amounts of one cell add up, to -1 at least.
CoefficientChange scaled(const ShockEconomy& economy, const std::vector<ScaledCell>& cells) {
    CoefficientChange result;
    for (const ScaledCell& cell : cells) {
        result.rows.push_back(cell.seller);
        result.users.push_back(cell.user);
    }
    result.rows = ascending(std::move(result.rows));
    result.users = ascending(std::move(result.users));
    const std::vector<Index> row = places(result.rows, economy.num_nodes());
    const std::vector<Index> user = places(result.users, economy.num_nodes());
    result.change.setZero(static_cast<Index>(result.rows.size()),
                          static_cast<Index>(result.users.size()));
    for (const ScaledCell& cell : cells) {
        result.change(row[at(cell.seller)], user[at(cell.user)]) += cell.amount;
    }
    const Eigen::MatrixXd z = economy.Z(result.rows, result.users);
    const Eigen::VectorXd x = economy.x(result.users);
    result.change = result.change.cwiseMax(-1.0).cwiseProduct(input_coefficients(z, x));
    return result;
}

}  // namespace

std::vector<Index> all_cases(const ShockBatch& batch) {
    std::vector<Index> cases(at(batch.num_cases()));
    std::iota(cases.begin(), cases.end(), Index{0});
    return cases;
}

double strength_of(const ShockBatch& batch, Index target, Index of_case, Index day) {
    const Index series = batch.targets[at(target)].series;
    return series >= 0 ? batch.series(day, series)
                       : strength_on(batch.timing(target, of_case), static_cast<double>(day));
}

Eigen::VectorXd demand_of(const ShockEconomy& economy, const ShockTarget& target) {
    Eigen::VectorXd demand = Eigen::VectorXd::Zero(economy.num_nodes());
    for (const Index i : target.nodes) {
        if (target.demand != FinalDemand::other) demand[i] += economy.households[i];
        if (target.demand != FinalDemand::households) demand[i] += economy.other_final[i];
    }
    return demand;
}

Eigen::VectorXd lost_demand(const ShockEconomy& economy, const ShockBatch& batch, Index of_case) {
    Eigen::VectorXd lost = Eigen::VectorXd::Zero(economy.num_nodes());
    for_each_target(batch, of_case, ShockKind::demand_change,
                    [&](const ShockTarget& target, double amount) {
                        lost -= amount * demand_of(economy, target);
                    });
    return lost;
}

Eigen::VectorXd lost_share(const ShockEconomy& economy, const ShockBatch& batch, Index of_case,
                           ShockKind kind) {
    Eigen::VectorXd lost = Eigen::VectorXd::Zero(economy.num_nodes());
    for_each_target(batch, of_case, kind, [&](const ShockTarget& target, double amount) {
        for (const Index i : target.nodes) lost[i] = std::max(lost[i], amount);
    });
    return lost;
}

std::vector<Index> nodes_of(const ShockBatch& batch, ShockKind kind) {
    std::vector<Index> nodes;
    for (const ShockTarget& target : batch.targets) {
        if (target.kind != kind) continue;
        nodes.insert(nodes.end(), target.nodes.begin(), target.nodes.end());
    }
    return ascending(std::move(nodes));
}

std::vector<FlowCut> flow_cuts(const ShockEconomy& economy, const ShockBatch& batch,
                               Index of_case) {
    const Suppliers suppliers(economy);
    std::vector<FlowCut> cuts;
    for_each_target(
        batch, of_case, ShockKind::import_cut, [&](const ShockTarget& target, double amount) {
            for (const Index user : target.nodes) {
                for (const Index product : target.products) {
                    suppliers.for_each_delivery(
                        target.origins, product, user, [&](Index supplier, double flow) {
                            if (flow <= 0.0) return;
                            cuts.push_back({user, product, supplier, flow, amount});
                        });
                }
            }
        });
    const auto delivery = [](const FlowCut& cut) {
        return std::tuple(cut.user, cut.product, cut.supplier);
    };
    std::sort(cuts.begin(), cuts.end(), [&](const FlowCut& a, const FlowCut& b) {
        return delivery(a) != delivery(b) ? delivery(a) < delivery(b) : a.share > b.share;
    });
    const auto same = [&](const FlowCut& a, const FlowCut& b) {
        return delivery(a) == delivery(b);
    };
    cuts.erase(std::unique(cuts.begin(), cuts.end(), same), cuts.end());
    return cuts;
}

CoefficientChange change_of_coefficients(const ShockEconomy& economy, const ShockBatch& batch,
                                         Index of_case) {
    std::vector<ScaledCell> cells;
    for_each_target(batch, of_case, ShockKind::coefficient_change,
                    [&](const ShockTarget& target, double amount) {
                        for (const Index seller : sellers_of(economy, target)) {
                            for (const Index user : target.nodes) {
                                cells.push_back({seller, user, amount});
                            }
                        }
                    });
    return scaled(economy, cells);
}

CoefficientChange change_of_coefficients(const ShockEconomy& economy,
                                         const std::vector<FlowCut>& cuts) {
    std::vector<ScaledCell> cells;
    for (const FlowCut& cut : cuts) cells.push_back({cut.supplier, cut.user, -cut.share});
    return scaled(economy, cells);
}

Eigen::VectorXd cost_push(const ShockEconomy& economy, const ShockBatch& batch, Index of_case) {
    const Suppliers suppliers(economy);
    Eigen::VectorXd push = Eigen::VectorXd::Zero(economy.num_nodes());
    for_each_target(
        batch, of_case, ShockKind::price_rise, [&](const ShockTarget& target, double amount) {
            for (const Index user : target.nodes) {
                if (target.origins.empty()) {
                    push[user] += amount;
                    continue;
                }
                if (economy.x[user] == 0.0) continue;
                double bought = 0.0;
                for (const Index product : target.products) {
                    suppliers.for_each_delivery(target.origins, product, user,
                                                [&](Index, double flow) { bought += flow; });
                }
                push[user] += amount * bought / economy.x[user];
            }
        });
    return push;
}

}  // namespace narrows
