#pragma once

#include <compare>
#include <map>
#include <vector>

#include <Eigen/Core>

#include "host/shock/inventory_model.hpp"

namespace narrows {

/// Where a shortage comes from.
struct ShortageSource {
    enum class Kind {
        import_cut,     // of `product`, by `target`
        capacity,       // that `node` lost, by `target`
        final_demand,   // for `node` that fell, by `target`
        after_effects,  // nothing of that day: stocks are low still, others refill theirs first, or
                        // all order less, having ordered more before
        circular,       // nodes that wait for each other's deliveries, and nothing else
    };
    Kind kind = Kind::after_effects;
    Index target = -1, product = -1, node = -1;
    friend auto operator<=>(const ShortageSource&, const ShortageSource&) = default;
};

/// What of one thing that holds a node back is missing.
struct ShortageReason {
    Index node = -1;       // that is held back
    Index product = -1;    // input that is missing, -1: none is
    double missing = 0.0;  // share of the product's (or all inputs') use, or of output demanded
    Index through = -1;    // node that delivers or orders less, -1: `source` does
    ShortageSource source;
};

/// What holds back the nodes of an economy on one day of a run with stocks. A node that makes less
/// than at the start (by more than 1e-9 of that) is followed along what is missing most, say m:
///   bound by input k  channels of k that fill orders in part, m = share_cj lost_c, lost_c = 1 -
///                     x_i / x0_i of the node that delivers, or the share that is cut;
///   by all inputs     the same over all channels, share_cj in the use of all inputs;
///   by demand         fallen final demand in x0_i, or customers: m = Z_ij / x0_i (1 - x_j / x0_j);
///   by its capacity   the shock that takes most of it.
/// Losses against the start, not unfilled shares of orders, weigh here: those who lack an input
/// order more of it from everyone, and a supplier that makes what it always did has lost nothing.
/// Nodes that lead to each other count as one and are left along the most that any of them misses
/// from elsewhere, so that all have the same source. Of equals the first counts. On days without
/// any shock all is after-effects. Takes at most n^2 steps a day.
class ShortageTrace {
  public:
    /// Refers to all of them.
    ShortageTrace(const ShockEconomy& economy, const ShockBatch& batch, Index of_case,
                  const std::vector<InventoryChannel>& channels, const InventoryPath& path);

    /// To the `kept`-th kept day, which is this one. Nothing is traced before.
    void set_day(Index kept, Index day);
    /// Loss of value added that day; below 0: a gain.
    double loss(Index node) const;
    /// 1 - x / x0, 0 where the node is not below its start.
    double lost_share(Index node) const { return lost_[node]; }
    ShortageSource source_of(Index node);
    /// From a node to its source. A reason through a node that came before closes a circle; the one
    /// after it, if any, is how that is left.
    std::vector<ShortageReason> chain_of(Index node);

  private:
    /// Nodes that lead to each other, by what they miss from anywhere.
    struct Circle {
        ShortageReason direct;                // from a source
        std::vector<ShortageReason> through;  // n: from nodes
    };

    void trace(Index node);
    void merge_walk_from(Index group);
    void join(Index group, Index other);
    void add_reasons(Index node, Circle& circle) const;
    ShortageReason strongest(Index node) const;
    ShortageReason strongest_customer(Index node) const;
    ShortageReason strongest_of_circle(Index group) const;
    bool waits_for_input(Index node) const;
    template <class Visit>
    void for_each_reason(Index node, Visit visit) const;
    template <class Visit>
    void for_each_channel(Index node, Index first, Index end, Visit visit) const;
    template <class Visit>
    void for_each_final_demand(Index node, Visit visit) const;
    template <class Visit>
    void for_each_customer(Index node, Visit visit) const;

    const ShockEconomy& economy_;
    const ShockBatch& batch_;
    const Index of_case_;
    const std::vector<InventoryChannel>& channels_;
    const InventoryPath& path_;
    std::vector<Index> starts_;                        // of products' channels
    Eigen::MatrixXd flows_;                            // channels x nodes
    Eigen::MatrixXd sales_;                            // Z', by customer x seller, diagonal 0
    std::vector<Eigen::VectorXd> demand_;              // by target, n; empty: not about demand
    std::vector<std::vector<Index>> targets_of_node_;  // of capacity and demand
    // Of the day.
    Index kept_ = 0;
    bool acts_ = false;                  // does any shock?
    Eigen::VectorXd amounts_;            // by target
    Eigen::VectorXd lost_;               // n: 1 - x / x0
    Eigen::VectorXd lost_deliveries_;    // channels
    std::vector<Index> cut_of_channel_;  // target where that is why, -1: the node's output is
    // Groups, named after one of their nodes: single ones and circles.
    std::vector<Index> group_of_;
    std::vector<std::vector<Index>> members_;
    std::map<Index, Circle> circles_;
    std::vector<ShortageReason> way_out_;    // of groups
    std::vector<ShortageReason> strongest_;  // of nodes by themselves
    std::vector<ShortageSource> sources_;    // of groups
    std::vector<char> is_known_, is_on_walk_;
    std::vector<Index> walk_;
};

}  // namespace narrows
