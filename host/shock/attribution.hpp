#pragma once

#include <string>
#include <vector>

#include "host/shock/shortage_trace.hpp"

namespace narrows {

/// Days in a row in which the same thing bound a node that made less than at the start.
struct BindingSpell {
    Index node = 0;
    int bound = 0;      // product, or NARROWS_BOUND_BY_...
    std::string what;   // its code, or "demand", "capacity", "inputs"
    int first_day = 0;  // of those kept
    int last_day = 0;   // until the next kept one
    double loss = 0.0;  // of value added

    int days() const { return last_day - first_day + 1; }
};

/// A step from a node to what it waits for.
struct ChainLink {
    ShortageReason reason;
    std::string node;     // "MAC"
    std::string lacks;    // "ELE", or "demand", "capacity", "inputs"
    std::string through;  // node that delivers or orders less, or the source
    bool closes = false;  // that node came before: a circle, left by the next link
};

/// Why a node lost most on its worst day.
struct PeakChain {
    Index node = 0;
    int day = 0;
    double loss = 0.0;   // of value added, that day
    double share = 0.0;  // of its output, that day
    std::vector<ChainLink> links;
    ShortageSource source;
};

/// Value added that is lost to shortages from one source.
struct SourceLoss {
    ShortageSource source;
    std::string name;  // see source_name
    double loss = 0.0;
};

/// What a run with stocks lost, and why.
struct Attribution {
    std::vector<BindingSpell> spells;  // by loss, largest first
    std::vector<PeakChain> peaks;      // of the nodes that lost most, largest first
    std::vector<SourceLoss> sources;   // by loss, largest first
    double total_loss = 0.0;           // of value added: the sum of the sources
};

/// Why the losses of a run with stocks happened: what bound whom when, the chain behind the worst
/// days of the `top` nodes that lost most, and every node's loss of value added on every day by the
/// source of its chain (see ShortageTrace). A kept day stands for those until the next; what nodes
/// make beyond their start counts as after-effects, below 0. `keep_every` is that of the run, whose
/// `channels` are inventory_channels(economy, batch). Nothing comes of a path that nothing was kept
/// of. Takes time in proportion to kept days x uses of bound products.
Attribution attribute(const ShockEconomy& economy, const ShockBatch& batch, Index of_case,
                      const std::vector<InventoryChannel>& channels, const InventoryPath& path,
                      int keep_every, int top);

/// "imports ELE from JPN, KOR (shocks[0])", "capacity of MAC (shocks[1])", "extraction of MAC
/// (shocks[1])", "final demand for MAC (shocks[0])", "restocking and after-effects", "circular".
std::string source_name(const ShockEconomy& economy, const ShockBatch& batch,
                        const ShortageSource& source);

/// "MAC lacks ELE from ELE; ELE lacks CHM: imports CHM from JPN (shocks[0])"; a circle is said to
/// be one.
std::string to_string(const PeakChain& chain);

}  // namespace narrows
