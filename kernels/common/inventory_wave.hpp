#pragma once

#include <cstdint>
#include <limits>

#include "kernels/common/inventory.hpp"

// The steps of a wave of scenarios, side by side, as a device takes them: a thread has one row of
// one scenario, and neighbouring threads have neighbouring scenarios. An array with rows has row r
// of scenario b at r width + b. A step is
//
//   inventory_stocks    one thread per user and scenario: deliveries in, use out, bound, orders
//   inventory_orders    one per product and scenario: orders of its channels
//   inventory_node      one per node and scenario: demand, output, rationing
//   inventory_channel   one per slot and scenario: what becomes of orders
//   inventory_income    a block per region: value added
//   inventory_sums      one per scenario: value added of all, consumption of the next step
//
// A product has `longest` slots for its channels, so that all have one shape; slots that it does
// not need have shares of 0. Sums over the channels of a product are matrix products with
// the same matrix for all scenarios. Up to inventory_fused channels they are done here: they read
// 8 bytes per channel and stock from a cache where the product writes 8 to memory and reads them
// again. `received` (and `total`) are null then.
namespace narrows::kernels {

/// Most slots of a product whose sums are done in place.
inline constexpr std::int64_t inventory_fused = 4;

inline constexpr std::int64_t outside = -1, no_channel = -2;

/// What all scenarios share: narrows_inventory, with channels in slots.
struct InventoryTables {
    std::int64_t n, num_products, longest, num_regions;
    const std::int64_t* source;  // by slot: the node that delivers, outside or no_channel
    const double* shares;        // slots x n
    const double* base;          // by slot
    const double *inputs, *goals, *slope, *offset;
    const double *x0, *per_output, *households, *other;  // per_output: value added over x0
    const std::int64_t* region;
    const std::int64_t *slots_of, *slots;  // node i delivers by slots_of[i] ... slots_of[i + 1]
    const std::int64_t *nodes_of, *nodes;  // nodes of region r
    const double* base_income;
    double exponent, hire, fire, alpha_base, alpha_max, alpha_steps, rho, m;
    std::int32_t rationing;
    bool follow_output, reweighted, scarcest_bounds;

    NARROWS_MEMBER std::int64_t num_slots() const { return num_products * longest; }
    NARROWS_MEMBER std::int64_t num_stocks() const { return num_products * n; }
};

/// Shocks of a wave: cell t of InventoryWave::shocks is the sum of entries [first[t], first[t +
/// 1]).
struct InventoryShocks {
    std::int64_t num_cells;
    const std::int64_t *cell, *first;
    const std::int64_t* profile;
    const double* amount;
    std::int64_t num_steps;
    const double* profiles;  // num_steps x profiles
};

struct InventoryWave {
    InventoryTables of;
    std::int64_t width;  // scenarios, a multiple of 32
    std::int64_t* step;
    double *tau, *scale;             // by scenario; scale: of the goals
    double* stocks;                  // products x nodes
    double* order;                   // the same: o_kj, over the shares' sum where reweighted
    double *received, *total;        // the same: sums over channels of shares, times fill or weight
    double *orders, *fill;           // by slot
    double *weight, *weighted_fill;  // by slot; null where not reweighted
    double* shocks;                  // by shocked_row, with slots for channels
    double *allowed, *scarcest;      // by node from here on
    double *labour, *alpha, *output;
    double *makes, *makes_before, *wants, *wants_before;  // what orders follow, as for the CPU
    double *capacity, *rationed, *bound;
    double *sum_output, *unmet;
    double *consumption, *income;  // by region
    double* value_added;           // by step
};

/// Before the first step: one thread per stock and scenario.
NARROWS_HOST_DEVICE void start_inventory_stock(const InventoryWave& w, std::int64_t cell) {
    const std::int64_t row = cell / w.width;
    const std::int64_t k = row / w.of.n;
    const std::int64_t j = row - k * w.of.n;
    w.stocks[cell] = w.of.goals[k + j * w.of.num_products] * w.scale[cell - row * w.width];
    w.order[cell] = 0.0;
}

/// The same, per node and scenario.
NARROWS_HOST_DEVICE void start_inventory_node(const InventoryWave& w, std::int64_t cell) {
    const double x0 = w.of.x0[cell / w.width];
    w.labour[cell] = 1.0;
    w.alpha[cell] = w.of.alpha_steps > 0.0 ? w.of.alpha_base : 1.0;
    w.output[cell] = x0;
    w.makes[cell] = w.makes_before[cell] = x0;
    w.wants[cell] = w.wants_before[cell] = 1.0;
    w.sum_output[cell] = w.unmet[cell] = 0.0;
    w.rationed[cell] = w.capacity[cell] = w.bound[cell] = 0.0;
}

/// The same, per slot and scenario. Nothing arrives in the first step.
NARROWS_HOST_DEVICE void start_inventory_slot(const InventoryWave& w, std::int64_t cell) {
    w.fill[cell] = w.orders[cell] = 0.0;
    if (!w.of.reweighted) return;
    w.weighted_fill[cell] = 0.0;
    w.weight[cell] = w.of.source[cell / w.width] == no_channel ? 0.0 : 1.0;
}

/// The same, per scenario.
NARROWS_HOST_DEVICE void start_inventory_scenario(const InventoryWave& w, std::int64_t b) {
    for (std::int64_t r = 0; r < w.of.num_regions; ++r) w.consumption[r * w.width + b] = 1.0;
    if (b == 0) *w.step = -1;
}

/// One thread per cell, at a step at which some strength changes.
NARROWS_HOST_DEVICE void inventory_shock(const InventoryWave& w, const InventoryShocks& shocks,
                                         std::int64_t step, std::int64_t cell) {
    double sum = 0.0;
    for (std::int64_t e = shocks.first[cell]; e < shocks.first[cell + 1]; ++e) {
        sum += shocks.amount[e] * shocks.profiles[step + shocks.profile[e] * shocks.num_steps];
    }
    w.shocks[shocks.cell[cell]] = sum;
}

/// sum_c share_cj values_c over the few channels of product k.
NARROWS_HOST_DEVICE double over_channels(const InventoryWave& w, const double* values,
                                         std::int64_t k, std::int64_t j, std::int64_t b) {
    const std::int64_t first = k * w.of.longest;
    const double* const shares = w.of.shares + first + j * w.of.num_slots();
    double sum = 0.0;
    for (std::int64_t c = 0; c < w.of.longest; ++c) {
        sum += shares[c] * values[(first + c) * w.width + b];
    }
    return sum;
}

/// What the stocks of a user together allow it to make.
template <narrows_input_bound kind>
struct InventoryBound {
    double value = kind == NARROWS_SCARCEST ? std::numeric_limits<double>::infinity() : 0.0;
    double scarcest = 0.0;

    NARROWS_MEMBER void add(std::int64_t product, double held, double slope, double offset,
                            double exponent) {
        if constexpr (kind == NARROWS_SCARCEST) {
            const double allows = held * slope + offset;
            if (allows < value) scarcest = static_cast<double>(product);
            value = smaller(value, allows);
        } else if constexpr (kind == NARROWS_ADDED) {
            value += held * slope;
        } else if (offset > 0.0) {
            value += ces_term(offset, held * slope, exponent);
        }
    }
};

/// The stocks of a user in one scenario. Each is read and written once; last step's order is
/// computed again from the stock it was made for, but where it is kept over the shares' sum. The
/// next stock is asked for before this one is written: nothing tells a compiler that it may.
template <bool follow_output, bool reweighted, narrows_input_bound kind>
NARROWS_HOST_DEVICE void inventory_stocks(const InventoryWave& w, std::int64_t cell) {
    const std::int64_t j = cell / w.width;
    const std::int64_t b = cell - j * w.width;
    const double per_tau = 1.0 / w.tau[b];
    const double scale = w.scale[b];
    const double makes = w.makes[cell], makes_before = w.makes_before[cell];
    const double wants = w.wants[cell], wants_before = w.wants_before[cell];
    const double output = *w.step < 0 ? 0.0 : w.output[cell];
    const std::int64_t stride = w.of.n * w.width;
    InventoryBound<kind> bound;
    double next_held = 0.0;
    double next_received = 0.0;
    const auto ask_for = [&](std::int64_t k) {
        if (k == w.of.num_products) return;
        next_held = w.stocks[k * stride + cell];
        if (w.received != nullptr) next_received = w.received[k * stride + cell];
    };
    ask_for(0);
    for (std::int64_t k = 0; k < w.of.num_products; ++k) {
        double held = next_held;
        double received = next_received;
        ask_for(k + 1);
        if (w.received == nullptr) {
            received = over_channels(w, reweighted ? w.weighted_fill : w.fill, k, j, b);
        }
        const std::int64_t of = k + j * w.of.num_products;
        const std::int64_t at = k * stride + cell;
        const double a = w.of.inputs[of];
        const double full = w.of.goals[of] * scale;
        const auto order_from = [&](double stock, double made, double wanted) {
            const double goal = follow_output ? full * wanted : full;
            return stock_order<follow_output>(a * made, (goal - stock) * per_tau);
        };
        const double before =
            reweighted ? w.order[at] : order_from(held, makes_before, wants_before);
        held = next_stock(held, before * received, a * output);
        w.stocks[at] = held;
        double order = order_from(held, makes, wants);
        if constexpr (reweighted) {
            const double total =
                w.total != nullptr ? w.total[at] : over_channels(w, w.weight, k, j, b);
            order = total > 0.0 ? order / total : 0.0;
        }
        w.order[at] = order;
        bound.add(k, held, w.of.slope[of], w.of.offset[of], w.of.exponent);
    }
    w.allowed[cell] =
        kind == NARROWS_CES ? ces_output(w.of.x0[j], bound.value, w.of.exponent) : bound.value;
    w.scarcest[cell] = bound.scarcest;
}

/// orders_c = sum_j share_cj o_kj for the channels of one product, few of them.
NARROWS_HOST_DEVICE void inventory_orders(const InventoryWave& w, std::int64_t cell) {
    const std::int64_t k = cell / w.width;
    const std::int64_t b = cell - k * w.width;
    const std::int64_t first = k * w.of.longest;
    double sums[inventory_fused] = {};
    for (std::int64_t j = 0; j < w.of.n; ++j) {
        const double order = w.order[(k * w.of.n + j) * w.width + b];
        const double* const shares = w.of.shares + first + j * w.of.num_slots();
        NARROWS_UNROLL
        for (std::int64_t c = 0; c < inventory_fused; ++c) {
            if (c < w.of.longest) sums[c] += shares[c] * order;
        }
    }
    NARROWS_UNROLL
    for (std::int64_t c = 0; c < inventory_fused; ++c) {
        if (c < w.of.longest) w.orders[(first + c) * w.width + b] = sums[c];
    }
}

/// O_c and what the channel may deliver at most.
struct ChannelOrders {
    double orders, cap;
};

NARROWS_HOST_DEVICE ChannelOrders channel_orders(const InventoryWave& w, std::int64_t slot,
                                                 std::int64_t b) {
    const std::int64_t cell = slot * w.width + b;
    const double orders = w.orders[cell];
    return {w.of.reweighted ? orders * w.weight[cell] : orders,
            channel_cap(w.of.base[slot], w.shocks[(w.of.n + slot) * w.width + b])};
}

NARROWS_HOST_DEVICE double final_demand(const InventoryWave& w, std::int64_t i, std::int64_t b) {
    const auto left = [&](std::int32_t kind) {
        const std::int64_t row = shocked_row(kind, w.of.n, w.of.num_slots()) + i;
        return larger(1.0 - w.shocks[row * w.width + b], 0.0);
    };
    return w.of.households[i] * w.consumption[w.of.region[i] * w.width + b] *
               left(NARROWS_HOUSEHOLDS) +
           w.of.other[i] * left(NARROWS_OTHER);
}

/// Demand, output, labour, overtime and rationing of a node.
NARROWS_HOST_DEVICE void inventory_node(const InventoryWave& w, std::int64_t cell) {
    const InventoryTables& of = w.of;
    const std::int64_t i = cell / w.width;
    const std::int64_t b = cell - i * w.width;
    if (cell == 0) ++*w.step;  // nothing else here reads it
    double ordered = 0.0;
    for (std::int64_t at = of.slots_of[i]; at < of.slots_of[i + 1]; ++at) {
        const ChannelOrders channel = channel_orders(w, of.slots[at], b);
        ordered += smaller(channel.orders, channel.cap);
    }
    const double x0 = of.x0[i];
    const double allowed = w.allowed[cell];
    const InventoryStep<double> now{x0,           w.shocks[cell], allowed, final_demand(w, i, b),
                                    ordered,      of.hire,        of.fire, of.alpha_base,
                                    of.alpha_max, of.alpha_steps};
    double capacity = 0.0;
    const InventoryNode<double> node =
        produce(now, {w.labour[cell], w.alpha[cell], w.output[cell], 0.0, 0.0}, capacity);
    w.labour[cell] = node.labour;
    w.alpha[cell] = node.alpha;
    w.output[cell] = node.output;
    w.bound[cell] =
        what_bound(node, capacity, allowed,
                   of.scarcest_bounds ? w.scarcest[cell] : double{NARROWS_BOUND_BY_INPUTS});
    w.makes_before[cell] = w.makes[cell];
    w.wants_before[cell] = w.wants[cell];
    w.makes[cell] = of.follow_output ? node.output : node.demand;
    w.wants[cell] = !of.follow_output ? 1.0 : x0 > 0.0 ? node.wanted / x0 : 0.0;
    const Rationed<double> share = ration(of.rationing, node.output, node.demand, ordered);
    w.rationed[cell] = share.nodes;
    w.unmet[cell] += now.final_demand * (1.0 - share.final_demand);
    w.sum_output[cell] += node.output;
    w.capacity[cell] = x0 > 0.0 ? capacity / x0 : 0.0;
}

/// What becomes of the orders of a channel.
NARROWS_HOST_DEVICE void inventory_channel(const InventoryWave& w, std::int64_t cell) {
    const std::int64_t slot = cell / w.width;
    const std::int64_t b = cell - slot * w.width;
    const std::int64_t source = w.of.source[slot];
    if (source == no_channel) return;
    const ChannelOrders channel = channel_orders(w, slot, b);
    double fill = channel.orders > channel.cap ? channel.cap / channel.orders : 1.0;
    if (source != outside) fill *= w.rationed[source * w.width + b];
    w.fill[cell] = fill;
    if (!w.of.reweighted) return;
    w.weighted_fill[cell] = fill * w.weight[cell];
    w.weight[cell] = source != outside ? w.capacity[source * w.width + b] : 1.0;
}

/// Scenarios of a block that adds up over nodes, and its threads: `inventory_parts` for each.
inline constexpr int inventory_lanes = 32, inventory_parts = 8;
inline constexpr int income_threads = inventory_lanes * inventory_parts;

/// Value added of a region in the scenarios of a block: block = region (width / 32) + group.
template <class Executor>
NARROWS_HOST_DEVICE void inventory_income(Executor& executor, double* shared,
                                          const InventoryWave& w, std::int64_t block) {
    const std::int64_t groups = w.width / inventory_lanes;
    const std::int64_t r = block / groups;
    const std::int64_t first = (block - r * groups) * inventory_lanes;
    executor.phase([&](int t, int) {
        const std::int64_t b = first + t % inventory_lanes;
        const std::int64_t end = w.of.nodes_of[r + 1];
        double sum = 0.0;
        for (std::int64_t at = w.of.nodes_of[r] + t / inventory_lanes; at < end;
             at += inventory_parts) {
            const std::int64_t i = w.of.nodes[at];
            sum += w.of.per_output[i] * w.output[i * w.width + b];
        }
        shared[t] = sum;
    });
    executor.phase([&](int t, int) {
        if (t >= inventory_lanes) return;
        double sum = 0.0;
        for (int part = 0; part < inventory_parts; ++part) {
            sum += shared[part * inventory_lanes + t];
        }
        w.income[r * w.width + first + t] = sum;
    });
}

/// Value added of all regions, and consumption in the next step.
NARROWS_HOST_DEVICE void inventory_sums(const InventoryWave& w, std::int64_t b) {
    double value_added = 0.0;
    for (std::int64_t r = 0; r < w.of.num_regions; ++r) {
        const std::int64_t at = r * w.width + b;
        const double income = w.income[at];
        value_added += income;
        if (w.of.rho < 0.0) continue;
        const double base = w.of.base_income[r];
        w.consumption[at] =
            next_consumption(w.consumption[at], w.of.rho, w.of.m, base > 0.0 ? income / base : 1.0);
    }
    if (*w.step >= 0) w.value_added[*w.step * w.width + b] = value_added;
}

}  // namespace narrows::kernels
