#pragma once

#include <cstdint>

#include "kernels/common/inventory.hpp"
#include "kernels/cpu/isa_kernels.hpp"

// The pass over all stocks of one step, for a tile of users and the scenarios of a block; included
// by isa_kernels.cpp alone, which says how wide a Vector is. Deliveries for last step's orders come
// in, what was used goes out, and the new stock gives the bound on output and the next orders: a
// stock is read and written once. Last step's order is not kept but computed again from the stock
// it was made for.
namespace narrows::cpu {
namespace {

constexpr std::int64_t inventory_tile_users = vector_size == 2 ? 2 : 4;
constexpr std::int64_t inventory_vectors = 2;
constexpr std::int64_t inventory_width = inventory_vectors * vector_size;

using InventoryVectors = Vector[inventory_tile_users][inventory_vectors];

inline const Vector& vector_at(const double* at) {
    return *reinterpret_cast<const Vector*>(at);
}

inline Vector& vector_at(double* at) {
    return *reinterpret_cast<Vector*>(at);
}

/// sum_c share_cu values_c over the channels of a product.
inline void gather(const double* shares, std::int64_t num_channels, const double* values,
                   InventoryVectors& sums) {
    for (std::int64_t c = 0; c < num_channels; ++c, values += inventory_width) {
        for (std::int64_t u = 0; u < inventory_tile_users; ++u) {
            const double share = shares[c * inventory_tile_users + u];
            for (std::int64_t v = 0; v < inventory_vectors; ++v) {
                sums[u][v] += share * vector_at(values + v * vector_size);
            }
        }
    }
}

/// orders_c += sum_u share_cu order_u.
inline void scatter(const double* shares, std::int64_t num_channels, const InventoryVectors& order,
                    double* orders) {
    for (std::int64_t c = 0; c < num_channels; ++c, orders += inventory_width) {
        for (std::int64_t v = 0; v < inventory_vectors; ++v) {
            Vector sum = vector_at(orders + v * vector_size);
            for (std::int64_t u = 0; u < inventory_tile_users; ++u) {
                sum += shares[c * inventory_tile_users + u] * order[u][v];
            }
            vector_at(orders + v * vector_size) = sum;
        }
    }
}

inline void divide_or_zero(InventoryVectors& values, const InventoryVectors& by) {
    for (std::int64_t u = 0; u < inventory_tile_users; ++u) {
        for (std::int64_t v = 0; v < inventory_vectors; ++v) {
            const Vector quotient = values[u][v] / by[u][v];
            values[u][v] = by[u][v] > 0.0 ? quotient : Vector{};
        }
    }
}

inline Vector ces_terms(double weight, Vector q, double exponent) {
    for (std::int64_t lane = 0; lane < vector_size; ++lane) {
        q[lane] = kernels::ces_term(weight, q[lane], exponent);
    }
    return q;
}

/// What the nodes of a tile are and were, by user and lane.
struct InventoryUsers {
    const InventoryLanes& lanes;
    std::int64_t first;

    const Vector& at(const double* values, std::int64_t u, std::int64_t v) const {
        return vector_at(values + (first + u) * inventory_width + v * vector_size);
    }
};

template <bool follow_output, narrows_input_bound kind>
void inventory_pass(const InventoryTile& tile, const InventoryLanes& lanes) {
    const InventoryUsers users{lanes, tile.first_user};
    Vector per_tau[inventory_vectors];  // stores to stocks do not have them read again
    Vector scale[inventory_vectors];
    for (std::int64_t v = 0; v < inventory_vectors; ++v) {
        per_tau[v] = vector_at(lanes.per_tau + v * vector_size);
        scale[v] = vector_at(lanes.stock_scale + v * vector_size);
    }
    const auto wanted = [&](Vector full, const double* wants, std::int64_t u, std::int64_t v) {
        return follow_output ? full * users.at(wants, u, v) : full;
    };
    InventoryVectors bound;
    InventoryVectors scarcest = {};
    for (auto& of_user : bound) {
        for (Vector& each : of_user) each = Vector{} + (kind == NARROWS_SCARCEST ? HUGE_VAL : 0.0);
    }
    const double* cells = tile.cells;
    double* stock = lanes.stocks + tile.first_stock * inventory_width;
    for (std::int64_t p = 0; p < tile.num_products; ++p) {
        const InventoryProduct& product = tile.products[p];
        const double* const a = cells;
        const double* const goal = a + inventory_tile_users;
        const double* const slope = goal + inventory_tile_users;
        const double* const offset = slope + inventory_tile_users;
        const double* const shares = offset + inventory_tile_users;
        const std::int64_t first_channel = product.channels.first * inventory_width;
        InventoryVectors received = {};
        if (lanes.step > 0) {
            gather(shares, product.channels.count, lanes.fill + first_channel, received);
            if (lanes.reweighted) {
                InventoryVectors total = {};
                gather(shares, product.channels.count, lanes.weight_before + first_channel, total);
                divide_or_zero(received, total);
            }
        }
        InventoryVectors order;
        for (std::int64_t u = 0; u < inventory_tile_users; ++u) {
            for (std::int64_t v = 0; v < inventory_vectors; ++v) {
                const Vector full = goal[u] * scale[v];
                Vector& held = vector_at(stock + u * inventory_width + v * vector_size);
                if (lanes.step > 0) {
                    const Vector before = kernels::stock_order<follow_output>(
                        a[u] * users.at(lanes.makes_before, u, v),
                        (wanted(full, lanes.wants_before, u, v) - held) * per_tau[v]);
                    held = kernels::next_stock(held, before * received[u][v],
                                               a[u] * users.at(lanes.output, u, v));
                }
                if constexpr (kind == NARROWS_SCARCEST) {
                    const Vector allows = held * slope[u] + offset[u];
                    if (lanes.scarcest != nullptr) {
                        scarcest[u][v] = allows < bound[u][v]
                                             ? Vector{} + static_cast<double>(product.product)
                                             : scarcest[u][v];
                    }
                    bound[u][v] = kernels::smaller(bound[u][v], allows);
                } else if constexpr (kind == NARROWS_ADDED) {
                    bound[u][v] += held * slope[u] + offset[u];
                } else if (offset[u] > 0.0) {
                    bound[u][v] += ces_terms(offset[u], held * slope[u], lanes.exponent);
                }
                order[u][v] = kernels::stock_order<follow_output>(
                    a[u] * users.at(lanes.makes, u, v),
                    (wanted(full, lanes.wants, u, v) - held) * per_tau[v]);
            }
        }
        if (lanes.reweighted) {
            InventoryVectors total = {};
            gather(shares, product.channels.count, lanes.weight + first_channel, total);
            divide_or_zero(order, total);
        }
        scatter(shares, product.channels.count, order, lanes.orders + first_channel);
        cells = shares + product.channels.count * inventory_tile_users;
        stock += inventory_tile_users * inventory_width;
    }
    for (std::int64_t u = 0; u < inventory_tile_users; ++u) {
        for (std::int64_t v = 0; v < inventory_vectors; ++v) {
            const std::int64_t to = (tile.first_user + u) * inventory_width + v * vector_size;
            vector_at(lanes.allowed + to) = bound[u][v];
            if (lanes.scarcest != nullptr) vector_at(lanes.scarcest + to) = scarcest[u][v];
        }
    }
}

template <bool follow_output>
void inventory_pass_of(const InventoryTile& tile, const InventoryLanes& lanes) {
    switch (lanes.bound) {
        case NARROWS_SCARCEST:
            return inventory_pass<follow_output, NARROWS_SCARCEST>(tile, lanes);
        case NARROWS_ADDED:
            return inventory_pass<follow_output, NARROWS_ADDED>(tile, lanes);
        case NARROWS_CES:
            return inventory_pass<follow_output, NARROWS_CES>(tile, lanes);
    }
}

void inventory(const InventoryTile& tile, const InventoryLanes& lanes) {
    if (lanes.follow_output) return inventory_pass_of<true>(tile, lanes);
    inventory_pass_of<false>(tile, lanes);
}

}  // namespace
}  // namespace narrows::cpu
