#pragma once

#include <cstdint>

#include "kernels/common/inventory.hpp"
#include "kernels/cpu/inventory_pass.hpp"

// What nodes do in a step, once their stocks are known; included by isa_kernels.cpp alone.
namespace narrows::cpu {
namespace {

inline Vector cap(const InventoryNodes& block, std::int64_t channel, std::int64_t v) {
    const std::int64_t row = (block.of->n + channel) * inventory_width + v * vector_size;
    return kernels::channel_cap(block.of->base[channel], vector_at(block.shocks + row));
}

/// What nodes are asked for through their channels, as far as caps allow.
inline void add_up_orders(const InventoryNodes& block) {
    const narrows_inventory& of = *block.of;
    for (std::int64_t at = 0; at < of.n * inventory_width; ++at) block.ordered[at] = 0.0;
    for (std::int64_t c = 0; c < of.num_channels; ++c) {
        for (std::int64_t v = 0; v < inventory_vectors; ++v) {
            const std::int64_t lane = v * vector_size;
            Vector& orders = vector_at(block.orders + c * inventory_width + lane);
            if (of.reweighted != 0) orders *= vector_at(block.weight + c * inventory_width + lane);
            if (of.source[c] < 0) continue;
            vector_at(block.ordered + of.source[c] * inventory_width + lane) +=
                kernels::smaller(orders, cap(block, c, v));
        }
    }
}

inline Vector final_demand(const InventoryNodes& block, std::int64_t node, std::int64_t v) {
    const narrows_inventory& of = *block.of;
    const std::int64_t lane = v * vector_size;
    const auto left = [&](std::int32_t kind) {
        const std::int64_t row = kernels::shocked_row(kind, of.n, of.num_channels) + node;
        return kernels::larger(1.0 - vector_at(block.shocks + row * inventory_width + lane),
                               Vector{});
    };
    const double* const consumption = block.consumption + of.region[node] * inventory_width + lane;
    return of.households[node] * vector_at(consumption) * left(NARROWS_HOUSEHOLDS) +
           of.other[node] * left(NARROWS_OTHER);
}

inline void produce(const InventoryNodes& block, std::int64_t node, std::int64_t v) {
    const narrows_inventory& of = *block.of;
    const double x0 = of.x0[node];
    const double per_output = x0 > 0.0 ? of.value_added[node] / x0 : 0.0;
    const std::int64_t at = node * inventory_width + v * vector_size;
    const kernels::InventoryStep<Vector> now{x0,
                                             vector_at(block.shocks + at),
                                             vector_at(block.allowed + at),
                                             final_demand(block, node, v),
                                             vector_at(block.ordered + at),
                                             of.hire,
                                             of.fire,
                                             of.alpha_base,
                                             of.alpha_max,
                                             of.alpha_steps};
    Vector capacity{};
    const kernels::InventoryNode<Vector> state =
        kernels::produce(now,
                         {vector_at(block.labour + at), vector_at(block.alpha + at),
                          vector_at(block.output + at), Vector{}, Vector{}},
                         capacity);
    if (block.bound != nullptr) {
        vector_at(block.bound + at) = kernels::what_bound(
            state, capacity, now.allowed,
            of.bound == NARROWS_SCARCEST ? vector_at(block.scarcest + at)
                                         : Vector{} + double{NARROWS_BOUND_BY_INPUTS});
    }
    const bool follow_output = of.orders_follow_output != 0;
    const kernels::Rationed<Vector> share =
        kernels::ration(of.rationing, state.output, state.demand, now.ordered);
    vector_at(block.labour + at) = state.labour;
    vector_at(block.alpha + at) = state.alpha;
    vector_at(block.output + at) = state.output;
    vector_at(block.makes + at) = follow_output ? state.output : state.demand;
    vector_at(block.wants + at) = !follow_output ? Vector{} + 1.0
                                  : x0 > 0.0     ? state.wanted / x0
                                                 : Vector{};
    vector_at(block.rationed + at) = share.nodes;
    vector_at(block.unmet + at) += now.final_demand * (1.0 - share.final_demand);
    vector_at(block.sum_output + at) += state.output;
    vector_at(block.value_added + v * vector_size) += per_output * state.output;
    vector_at(block.capacity + at) = x0 > 0.0 ? capacity / x0 : Vector{};
}

/// What becomes of the orders of every channel.
inline void deliver(const InventoryNodes& block) {
    const narrows_inventory& of = *block.of;
    for (std::int64_t c = 0; c < of.num_channels; ++c) {
        for (std::int64_t v = 0; v < inventory_vectors; ++v) {
            const std::int64_t at = c * inventory_width + v * vector_size;
            const std::int64_t from = of.source[c] * inventory_width + v * vector_size;
            const Vector orders = vector_at(block.orders + at);
            const Vector most = cap(block, c, v);
            Vector fill = orders > most ? most / orders : Vector{} + 1.0;
            if (of.source[c] >= 0) fill *= vector_at(block.rationed + from);
            vector_at(block.fill + at) = fill;
            if (of.reweighted == 0) continue;
            vector_at(block.weighted_fill + at) = fill * vector_at(block.weight + at);
            vector_at(block.next_weight + at) =
                of.source[c] >= 0 ? vector_at(block.capacity + from) : Vector{} + 1.0;
        }
    }
}

void inventory_nodes(const InventoryNodes& block) {
    add_up_orders(block);
    for (std::int64_t i = 0; i < block.of->n; ++i) {
        for (std::int64_t v = 0; v < inventory_vectors; ++v) produce(block, i, v);
    }
    deliver(block);
}

}  // namespace
}  // namespace narrows::cpu
