#include "host/shock/shortage_trace.hpp"

#include <algorithm>
#include <numeric>

#include "host/shock/case_effects.hpp"

namespace narrows {
namespace {

using Kind = ShortageSource::Kind;

constexpr double days_per_year = 365.0;
constexpr double smallest_loss = 1e-9;

bool is_capacity(ShockKind kind) {
    return kind == ShockKind::capacity_loss || kind == ShockKind::extraction;
}

bool is_stronger(const ShortageReason& a, const ShortageReason& b) {
    return a.missing > b.missing || (a.missing == b.missing && a.node < b.node);
}

}  // namespace

ShortageTrace::ShortageTrace(const ShockEconomy& economy, const ShockBatch& batch, Index of_case,
                             const std::vector<InventoryChannel>& channels,
                             const InventoryPath& path)
    : economy_(economy),
      batch_(batch),
      of_case_(of_case),
      channels_(channels),
      path_(path),
      starts_(static_cast<std::size_t>(economy.num_products()) + 1),
      flows_(static_cast<Index>(channels.size()), economy.num_nodes()),
      sales_(economy.Z.transpose()),
      demand_(batch.targets.size()),
      targets_of_node_(static_cast<std::size_t>(economy.num_nodes())),
      amounts_(batch.num_targets()),
      lost_(Eigen::VectorXd::Zero(economy.num_nodes())),
      lost_deliveries_(flows_.rows()),
      cut_of_channel_(channels.size()),
      group_of_(targets_of_node_.size()),
      members_(targets_of_node_.size()),
      way_out_(targets_of_node_.size()),
      strongest_(targets_of_node_.size()),
      sources_(targets_of_node_.size()),
      is_known_(targets_of_node_.size()),
      is_on_walk_(targets_of_node_.size()) {
    for (std::size_t c = 0; c < channels.size(); ++c) {
        flows_.row(static_cast<Index>(c)) = channels[c].flow.transpose();
        ++starts_[static_cast<std::size_t>(channels[c].product) + 1];
    }
    sales_.diagonal().setZero();
    std::partial_sum(starts_.begin(), starts_.end(), starts_.begin());
    for (std::size_t t = 0; t < batch.targets.size(); ++t) {
        const ShockTarget& target = batch.targets[t];
        const bool is_demand = target.kind == ShockKind::demand_change;
        if (is_demand) demand_[t] = demand_of(economy, target);
        if (!is_demand && !is_capacity(target.kind)) continue;
        for (const Index node : target.nodes) {
            targets_of_node_[static_cast<std::size_t>(node)].push_back(static_cast<Index>(t));
        }
    }
}

void ShortageTrace::set_day(Index kept, Index day) {
    kept_ = kept;
    for (Index t = 0; t < amounts_.size(); ++t) {
        const ShockTarget& target = batch_.targets[static_cast<std::size_t>(t)];
        const double amount =
            target.kind == ShockKind::extraction ? 1.0 : batch_.amounts(t, of_case_);
        amounts_[t] = amount == 0.0 ? 0.0 : amount * strength_of(batch_, t, of_case_, day);
    }
    acts_ = (amounts_.array() != 0.0).any();
    for (Index j = 0; j < lost_.size(); ++j) {
        const double x0 = economy_.x[j] / days_per_year;
        const double lost = x0 > 0.0 ? 1.0 - path_.output(j, kept) / x0 : 0.0;
        lost_[j] = lost > smallest_loss ? lost : 0.0;
    }
    for (std::size_t c = 0; c < channels_.size(); ++c) {
        const InventoryChannel& channel = channels_[c];
        double& lost = lost_deliveries_[static_cast<Index>(c)];
        lost = channel.source < 0 ? 0.0 : lost_[channel.source];
        cut_of_channel_[c] = -1;
        for (const Index t : channel.cuts) {
            if (amounts_[t] <= 0.0 || amounts_[t] <= lost) continue;
            lost = amounts_[t];
            cut_of_channel_[c] = t;
        }
        if (path_.fill(static_cast<Index>(c), kept) >= 1.0) lost = 0.0;
    }
    circles_.clear();
    for (std::size_t j = 0; j < members_.size(); ++j) {
        group_of_[j] = static_cast<Index>(j);
        members_[j].assign(1, static_cast<Index>(j));
        is_known_[j] = false;
    }
}

double ShortageTrace::loss(Index node) const {
    const double x = economy_.x[node];
    if (x <= 0.0) return 0.0;
    return economy_.value_added[node] / x * (x / days_per_year - path_.output(node, kept_));
}

ShortageSource ShortageTrace::source_of(Index node) {
    if (!acts_) return {};
    trace(node);
    return sources_[static_cast<std::size_t>(group_of_[static_cast<std::size_t>(node)])];
}

/// Finds the source of a node's group, which may grow by that.
void ShortageTrace::trace(Index node) {
    ShortageSource source;
    walk_.clear();
    for (Index group = group_of_[static_cast<std::size_t>(node)];;) {
        const auto at = static_cast<std::size_t>(group);
        if (is_known_[at]) {
            source = sources_[at];
            break;
        }
        walk_.push_back(group);
        is_on_walk_[at] = true;
        if (members_[at].size() == 1) {
            way_out_[at] = strongest_[at] = strongest(group);
        } else {
            way_out_[at] = strongest_of_circle(group);
        }
        source = way_out_[at].source;
        if (way_out_[at].through < 0) break;
        group = group_of_[static_cast<std::size_t>(way_out_[at].through)];
        if (is_on_walk_[static_cast<std::size_t>(group)]) merge_walk_from(group);
    }
    for (const Index group : walk_) {
        const auto at = static_cast<std::size_t>(group);
        sources_[at] = source;
        is_known_[at] = true;
        is_on_walk_[at] = false;
    }
}

/// Makes one group of the end of the walk from `group` on and takes it off the walk.
void ShortageTrace::merge_walk_from(Index group) {
    for (Index last = -1; last != group;) {
        last = walk_.back();
        walk_.pop_back();
        is_on_walk_[static_cast<std::size_t>(last)] = false;
        if (last != group) join(group, last);
    }
}

void ShortageTrace::join(Index group, Index other) {
    const auto [known, is_new] = circles_.try_emplace(group);
    Circle& circle = known->second;
    if (is_new) {
        circle.through.resize(group_of_.size());
        add_reasons(group, circle);
    }
    if (const auto joined = circles_.find(other); joined != circles_.end()) {
        const Circle& from = joined->second;
        if (is_stronger(from.direct, circle.direct)) circle.direct = from.direct;
        for (std::size_t j = 0; j < from.through.size(); ++j) {
            if (is_stronger(from.through[j], circle.through[j]))
                circle.through[j] = from.through[j];
        }
        circles_.erase(joined);
    } else {
        add_reasons(other, circle);
    }
    std::vector<Index>& members = members_[static_cast<std::size_t>(group)];
    for (const Index member : members_[static_cast<std::size_t>(other)]) {
        group_of_[static_cast<std::size_t>(member)] = group;
        members.push_back(member);
    }
}

void ShortageTrace::add_reasons(Index node, Circle& circle) const {
    for_each_reason(node, [&](const ShortageReason& reason) {
        ShortageReason& known = reason.through < 0
                                    ? circle.direct
                                    : circle.through[static_cast<std::size_t>(reason.through)];
        if (is_stronger(reason, known)) known = reason;
    });
}

std::vector<ShortageReason> ShortageTrace::chain_of(Index node) {
    trace(node);
    std::vector<char> is_passed(group_of_.size(), false);
    std::vector<ShortageReason> chain;
    for (Index at = node; at >= 0; at = chain.back().through) {
        if (!is_passed[static_cast<std::size_t>(at)]) {
            is_passed[static_cast<std::size_t>(at)] = true;
            chain.push_back(strongest_[static_cast<std::size_t>(at)]);
            continue;
        }
        const Index group = group_of_[static_cast<std::size_t>(at)];
        const ShortageReason& way_out = way_out_[static_cast<std::size_t>(group)];
        if (way_out.missing == 0.0) break;
        chain.push_back(way_out);
    }
    return chain;
}

/// From others than the node itself.
ShortageReason ShortageTrace::strongest(Index node) const {
    ShortageReason best;
    best.node = node;
    bool waits_for_itself = false;
    const auto weigh = [&](const ShortageReason& reason) {
        if (reason.through == node) {
            waits_for_itself = waits_for_input(node);
        } else if (reason.missing > best.missing) {
            best = reason;
        }
    };
    if (path_.bound(node, kept_) == NARROWS_BOUND_BY_DEMAND && lost_[node] > 0.0) {
        for_each_final_demand(node, weigh);
        weigh(strongest_customer(node));
    } else {
        for_each_reason(node, weigh);
    }
    if (best.missing == 0.0 && waits_for_itself && acts_) best.source.kind = Kind::circular;
    return best;
}

/// What for_each_customer() finds for the first of those of whom most is missing; all at once, as
/// days on which every node is bound by demand take n^2 steps.
ShortageReason ShortageTrace::strongest_customer(Index node) const {
    constexpr Index chunk = 64;
    const double per_output = 1.0 / economy_.x[node];
    const auto sales = sales_.col(node);
    double most = 0.0;
    Index first = 0;  // of the chunk
    for (Index at = 0; at < lost_.size(); at += chunk) {
        const Index count = std::min(chunk, lost_.size() - at);
        const double missing =
            sales.segment(at, count).cwiseProduct(lost_.segment(at, count)).maxCoeff() * per_output;
        if (missing <= most) continue;
        most = missing;
        first = at;
    }
    if (most == 0.0) return {};
    while (sales[first] * lost_[first] * per_output != most) ++first;
    return {node, -1, most, first, {}};
}

ShortageReason ShortageTrace::strongest_of_circle(Index group) const {
    const Circle& circle = circles_.at(group);
    ShortageReason best = circle.direct;
    for (std::size_t j = 0; j < circle.through.size(); ++j) {
        const ShortageReason& reason = circle.through[j];
        if (group_of_[j] != group && is_stronger(reason, best)) best = reason;
    }
    if (best.missing > 0.0) return best;
    const std::vector<Index>& members = members_[static_cast<std::size_t>(group)];
    best = {};
    best.node = group;
    const bool waits = std::any_of(members.begin(), members.end(),
                                   [&](Index node) { return waits_for_input(node); });
    if (waits && acts_) best.source.kind = Kind::circular;
    return best;
}

bool ShortageTrace::waits_for_input(Index node) const {
    const int bound = path_.bound(node, kept_);
    return bound >= 0 || bound == NARROWS_BOUND_BY_INPUTS;
}

/// What holds a node back, all that is above 0.
template <class Visit>
void ShortageTrace::for_each_reason(Index node, Visit visit) const {
    if (lost_[node] == 0.0) return;
    const int bound = path_.bound(node, kept_);
    if (bound == NARROWS_BOUND_BY_CAPACITY) {
        for (const Index t : targets_of_node_[static_cast<std::size_t>(node)]) {
            const bool takes = is_capacity(batch_.targets[static_cast<std::size_t>(t)].kind);
            if (!takes || amounts_[t] <= 0.0) continue;
            visit({node, -1, amounts_[t], -1, {Kind::capacity, t, -1, node}});
        }
    } else if (bound == NARROWS_BOUND_BY_DEMAND) {
        for_each_final_demand(node, visit);
        for_each_customer(node, visit);
    } else if (bound == NARROWS_BOUND_BY_INPUTS) {
        for_each_channel(node, 0, flows_.rows(), visit);
    } else {
        const auto k = static_cast<std::size_t>(bound);
        for_each_channel(node, starts_[k], starts_[k + 1], visit);
    }
}

template <class Visit>
void ShortageTrace::for_each_channel(Index node, Index first, Index end, Visit visit) const {
    const double use = flows_.col(node).segment(first, end - first).sum();
    for (Index c = first; c < end; ++c) {
        if (lost_deliveries_[c] == 0.0 || flows_(c, node) == 0.0) continue;
        const double missing = flows_(c, node) / use * lost_deliveries_[c];
        const InventoryChannel& channel = channels_[static_cast<std::size_t>(c)];
        const Index cut = cut_of_channel_[static_cast<std::size_t>(c)];
        if (cut < 0) {
            visit({node, channel.product, missing, channel.source, {}});
        } else {
            const ShortageSource source = {Kind::import_cut, cut, channel.product, -1};
            visit({node, channel.product, missing, -1, source});
        }
    }
}

template <class Visit>
void ShortageTrace::for_each_final_demand(Index node, Visit visit) const {
    for (const Index t : targets_of_node_[static_cast<std::size_t>(node)]) {
        const Eigen::VectorXd& demand = demand_[static_cast<std::size_t>(t)];
        if (demand.size() == 0 || amounts_[t] >= 0.0 || demand[node] <= 0.0) continue;
        const double missing = -amounts_[t] * demand[node] / economy_.x[node];
        visit({node, -1, missing, -1, {Kind::final_demand, t, -1, node}});
    }
}

template <class Visit>
void ShortageTrace::for_each_customer(Index node, Visit visit) const {
    const double per_output = 1.0 / economy_.x[node];
    for (Index j = 0; j < lost_.size(); ++j) {
        const double missing = sales_(j, node) * lost_[j] * per_output;
        if (missing > 0.0) visit({node, -1, missing, j, {}});
    }
}

}  // namespace narrows
