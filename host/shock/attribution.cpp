#include "host/shock/attribution.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace narrows {
namespace {

using Kind = ShortageSource::Kind;

constexpr std::size_t most_origins_named = 6;

std::string name_of_bound(const ShockEconomy& economy, int bound) {
    switch (bound) {
        case NARROWS_BOUND_BY_DEMAND:
            return "demand";
        case NARROWS_BOUND_BY_CAPACITY:
            return "capacity";
        case NARROWS_BOUND_BY_INPUTS:
            return "inputs";
        default:
            return economy.products[static_cast<std::size_t>(bound)].code;
    }
}

std::string origin_names(const ShockEconomy& economy, const std::vector<Index>& origins) {
    std::string names;
    for (std::size_t i = 0; i < std::min(origins.size(), most_origins_named); ++i) {
        const auto o = static_cast<std::size_t>(origins[i]);
        names +=
            (i == 0 ? "" : ", ") + (economy.world ? economy.regions[o].code : economy.origins[o]);
    }
    if (origins.size() > most_origins_named) {
        names += " and " + std::to_string(origins.size() - most_origins_named) + " more";
    }
    return names;
}

/// The spells of nodes as days go by.
class SpellBook {
  public:
    explicit SpellBook(Index n) : open_(static_cast<std::size_t>(n), -1) {}

    void add(Index node, int bound, int day, int days, double loss) {
        Index& open = open_[static_cast<std::size_t>(node)];
        if (open < 0 || spells_[static_cast<std::size_t>(open)].bound != bound) {
            open = static_cast<Index>(spells_.size());
            spells_.push_back({node, bound, {}, day, day, 0.0});
        }
        BindingSpell& spell = spells_[static_cast<std::size_t>(open)];
        spell.last_day = day + days - 1;
        spell.loss += loss;
    }
    void close(Index node) { open_[static_cast<std::size_t>(node)] = -1; }

    std::vector<BindingSpell> by_loss(const ShockEconomy& economy) && {
        for (BindingSpell& spell : spells_) spell.what = name_of_bound(economy, spell.bound);
        std::stable_sort(spells_.begin(), spells_.end(),
                         [](const auto& a, const auto& b) { return a.loss > b.loss; });
        return std::move(spells_);
    }

  private:
    std::vector<BindingSpell> spells_;
    std::vector<Index> open_;  // spell that lasts, -1: none
};

/// A node over the days so far.
struct NodeLoss {
    double total = 0.0;
    double worst = 0.0;
    Index worst_day = -1;  // which kept one
};

/// Sums over the days so far.
struct Account {
    explicit Account(Index n) : spells(n), nodes(static_cast<std::size_t>(n)) {}

    void add(const InventoryPath& path, ShortageTrace& trace, Index kept, int day, int days) {
        for (Index j = 0; j < path.output.rows(); ++j) {
            const double loss = trace.loss(j);
            sources[trace.source_of(j)] += days * loss;
            NodeLoss& node = nodes[static_cast<std::size_t>(j)];
            node.total += days * loss;
            if (trace.lost_share(j) == 0.0) {
                spells.close(j);
                continue;
            }
            spells.add(j, path.bound(j, kept), day, days, days * loss);
            if (loss <= node.worst) continue;
            node.worst = loss;
            node.worst_day = kept;
        }
    }

    /// At most `top` nodes that lost value added, those that lost most first.
    std::vector<Index> largest(int top) const {
        std::vector<Index> order;
        for (std::size_t j = 0; j < nodes.size(); ++j) {
            if (nodes[j].total > 0.0 && nodes[j].worst_day >= 0) {
                order.push_back(static_cast<Index>(j));
            }
        }
        const auto total = [&](Index j) { return nodes[static_cast<std::size_t>(j)].total; };
        std::stable_sort(order.begin(), order.end(),
                         [&](Index a, Index b) { return total(a) > total(b); });
        order.resize(std::min(order.size(), static_cast<std::size_t>(std::max(top, 0))));
        return order;
    }

    SpellBook spells;
    std::map<ShortageSource, double> sources;
    std::vector<NodeLoss> nodes;
};

PeakChain peak_of(const ShockEconomy& economy, const ShockBatch& batch, const InventoryPath& path,
                  ShortageTrace& trace, Index node, Index kept, int day) {
    PeakChain peak;
    peak.node = node;
    peak.day = day;
    peak.loss = trace.loss(node);
    peak.share = trace.lost_share(node);
    peak.source = trace.source_of(node);
    std::vector<Index> passed;
    for (const ShortageReason& reason : trace.chain_of(node)) {
        passed.push_back(reason.node);
        ChainLink link;
        link.reason = reason;
        link.node = economy.label(reason.node);
        const int bound = path.bound(reason.node, kept);
        link.lacks =
            name_of_bound(economy, reason.product < 0 ? bound : static_cast<int>(reason.product));
        link.through = reason.through < 0 ? source_name(economy, batch, reason.source)
                                          : economy.label(reason.through);
        link.closes = std::find(passed.begin(), passed.end(), reason.through) != passed.end();
        peak.links.push_back(std::move(link));
    }
    return peak;
}

std::vector<SourceLoss> losses_of(const ShockEconomy& economy, const ShockBatch& batch,
                                  const std::map<ShortageSource, double>& sources) {
    std::vector<SourceLoss> losses;
    for (const auto& [source, loss] : sources) {
        if (loss != 0.0) losses.push_back({source, source_name(economy, batch, source), loss});
    }
    std::stable_sort(losses.begin(), losses.end(),
                     [](const auto& a, const auto& b) { return a.loss > b.loss; });
    return losses;
}

}  // namespace

Attribution attribute(const ShockEconomy& economy, const ShockBatch& batch, Index of_case,
                      const std::vector<InventoryChannel>& channels, const InventoryPath& path,
                      int keep_every, int top) {
    Attribution result;
    if (path.output.cols() == 0) return result;
    const auto num_days = static_cast<int>(path.value_added.size());
    const auto day_of = [&](Index kept) { return static_cast<int>(kept) * keep_every; };
    ShortageTrace trace(economy, batch, of_case, channels, path);
    Account account(economy.num_nodes());
    for (Index kept = 0; kept < path.output.cols(); ++kept) {
        const int day = day_of(kept);
        trace.set_day(kept, day);
        account.add(path, trace, kept, day, std::min(keep_every, num_days - day));
    }
    for (const Index node : account.largest(top)) {
        const Index kept = account.nodes[static_cast<std::size_t>(node)].worst_day;
        trace.set_day(kept, day_of(kept));
        result.peaks.push_back(peak_of(economy, batch, path, trace, node, kept, day_of(kept)));
    }
    result.spells = std::move(account.spells).by_loss(economy);
    result.sources = losses_of(economy, batch, account.sources);
    for (const NodeLoss& node : account.nodes) result.total_loss += node.total;
    return result;
}

std::string source_name(const ShockEconomy& economy, const ShockBatch& batch,
                        const ShortageSource& source) {
    if (source.kind == Kind::after_effects) return "restocking and after-effects";
    if (source.kind == Kind::circular) return "circular";
    const ShockTarget& target = batch.targets[static_cast<std::size_t>(source.target)];
    const std::string by = " (" + target.name + ")";
    if (source.kind == Kind::import_cut) {
        return "imports " + economy.products[static_cast<std::size_t>(source.product)].code +
               " from " + origin_names(economy, target.origins) + by;
    }
    const std::string node = economy.label(source.node) + by;
    if (source.kind == Kind::final_demand) return "final demand for " + node;
    return (target.kind == ShockKind::extraction ? "extraction of " : "capacity of ") + node;
}

std::string to_string(const PeakChain& chain) {
    std::string text;
    for (const ChainLink& link : chain.links) {
        if (!text.empty()) text += "; ";
        text += link.node + " lacks " + link.lacks;
        text += (link.reason.through >= 0 ? " from " : ": ") + link.through;
        if (link.closes) text += " (circular)";
    }
    return text;
}

}  // namespace narrows
