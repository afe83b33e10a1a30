#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "kernels/backend_api.h"
#include "kernels/common/host_device.hpp"
#include "kernels/common/random.hpp"

// What every backend's run_inventory has in common; the equations are at narrows_inventory in
// backend_api.h. T is a number, or a vector of scenarios.
namespace narrows::kernels {

template <class T>
NARROWS_HOST_DEVICE T larger(T a, T b) {
    return a > b ? a : b;
}

template <class T>
NARROWS_HOST_DEVICE T smaller(T a, T b) {
    return a < b ? a : b;
}

/// o_kj. `needed` is a_kj times what the node wants to make or made, `gap` what its stock lacks
/// over tau.
template <bool follow_output, class T>
NARROWS_HOST_DEVICE T stock_order(T needed, T gap) {
    if constexpr (follow_output) return larger(gap, T{}) + needed;
    return larger(needed + gap, T{});
}

/// S_kj after deliveries and use.
template <class T>
NARROWS_HOST_DEVICE T next_stock(T stock, T delivered, T used) {
    return larger(stock + delivered - used, T{});
}

/// An input's term of NARROWS_CES: weight times q^e, or times ln q for e = 0. An input that is not
/// there counts as nearly so.
NARROWS_HOST_DEVICE double ces_term(double weight, double q, double exponent) {
    const double log_q = natural_log(larger(q, 1e-300));
    if (exponent == 0.0) return weight * log_q;
    return weight * exponential(smaller(larger(exponent * log_q, -690.0), 690.0));
}

/// Output that the sum of the terms allows; no terms allow any.
NARROWS_HOST_DEVICE double ces_output(double x0, double sum, double exponent) {
    if (x0 == 0.0) return 0.0;
    if (exponent == 0.0) return x0 * exponential(smaller(larger(sum, -690.0), 690.0));
    if (sum <= 0.0) return std::numeric_limits<double>::infinity();
    return x0 * exponential(smaller(larger(natural_log(sum) / exponent, -690.0), 690.0));
}

/// First row of a kind of shock, and of all kinds together, where all are in one array.
NARROWS_HOST_DEVICE std::int64_t shocked_row(std::int32_t kind, std::int64_t n,
                                             std::int64_t num_channels) {
    return kind == NARROWS_CAPACITY
               ? 0
               : n + (kind == NARROWS_CHANNEL ? 0 : num_channels) + (kind == NARROWS_OTHER ? n : 0);
}

NARROWS_HOST_DEVICE std::int64_t num_shocked_rows(std::int64_t n, std::int64_t num_channels) {
    return 3 * n + num_channels;
}

/// The cap of a channel whose base flow is cut by this share.
template <class T>
NARROWS_HOST_DEVICE T channel_cap(double base, T cut) {
    return cut > 0.0 ? (1.0 - smaller(cut, T{} + 1.0)) * base
                     : T{} + std::numeric_limits<double>::infinity();
}

/// cons_r from the one of the step before.
NARROWS_HOST_DEVICE double next_consumption(double before, double rho, double m, double income) {
    return exponential(rho * natural_log(before) +
                       (1.0 - rho) * natural_log(larger(m * income + 1.0 - m, 1e-300)));
}

/// A node in one scenario, from step to step.
template <class T>
struct InventoryNode {
    T labour, alpha;
    T output, demand, wanted;  // x, d, y
};

/// What a node makes and what becomes of its labour and overtime in one step.
template <class T>
struct InventoryStep {
    double x0;
    T loss, allowed, final_demand, ordered;  // ordered: through its channels, capped
    double hire, fire, alpha_base, alpha_max, alpha_steps;
};

/// y, x and d of a step; `capacity` receives K.
template <class T>
NARROWS_HOST_DEVICE InventoryNode<T> produce(const InventoryStep<T>& step, InventoryNode<T> node,
                                             T& capacity) {
    const T left = larger(1.0 - step.loss, T{});
    node.labour = smaller(node.labour, left);
    node.demand = step.ordered + step.final_demand;
    if (step.alpha_steps > 0.0) {
        const T z = node.demand > 0.0 ? (node.demand - node.output) / node.demand : T{};
        const T towards =
            z != 0.0 ? (step.alpha_max - node.alpha) * z : step.alpha_base - node.alpha;
        node.alpha = larger(node.alpha + towards / step.alpha_steps, T{} + 1.0);
    }
    capacity = node.alpha * smaller(node.labour, left) * step.x0;
    node.wanted = larger(smaller(capacity, node.demand), T{});
    node.output = smaller(node.wanted, step.allowed);
    if (step.hire >= 0.0 && step.x0 > 0.0) {
        const T short_of = smaller(step.allowed, node.demand) - capacity;
        const T speed = short_of > 0.0 ? T{} + step.hire : T{} + step.fire;
        const T moved = node.labour + speed * short_of / step.x0;
        node.labour = smaller(larger(moved, T{}), left);
    } else {
        node.labour = T{} + 1.0;
    }
    return node;
}

/// Shares of what is ordered that a node delivers to nodes and to final demand.
template <class T>
struct Rationed {
    T nodes, final_demand;
};

/// What there is for nodes where they come first; final demand below 0 comes out of stocks.
template <class T>
NARROWS_HOST_DEVICE T for_nodes(T output, T final_demand) {
    return output - smaller(final_demand, T{});
}

/// Are orders served one by one, not in shares?
NARROWS_HOST_DEVICE bool serves_one_by_one(std::int32_t rationing) {
    return rationing >= NARROWS_LARGEST_FIRST;
}

template <class T>
NARROWS_HOST_DEVICE Rationed<T> ration(std::int32_t rationing, T output, T demand, T ordered) {
    const T all = T{} + 1.0;
    if (rationing == NARROWS_PROPORTIONAL) {
        const T share = demand > 0.0 ? output / demand : all;
        return {share, share};
    }
    const T asked = demand - ordered;
    const T nodes = ordered > 0.0 ? smaller(all, for_nodes(output, asked) / ordered) : all;
    const T rest = asked > 0.0 ? smaller(larger((output - ordered) / asked, T{}), all) : all;
    return {demand > 0.0 ? nodes : all, demand > 0.0 ? rest : all};
}

/// What bound output, a whole number; `scarcest` is the product whose stock allowed least.
template <class T>
NARROWS_HOST_DEVICE T what_bound(const InventoryNode<T>& node, T capacity, T allowed, T scarcest) {
    const T other = capacity < node.demand ? T{} + double{NARROWS_BOUND_BY_CAPACITY}
                                           : T{} + double{NARROWS_BOUND_BY_DEMAND};
    return allowed < node.wanted ? scarcest : other;
}

bool bad_inventory(const narrows_inventory* inventory);

}  // namespace narrows::kernels
