#pragma once

#include <cstdint>

#include "kernels/backend_api.h"
#include "kernels/common/gth_block.hpp"

// The loops where the time goes, compiled once for each instruction set (isa_kernels.cpp) and
// picked at run time.
namespace narrows::cpu {

/// C = alpha op(A) op(B) + beta C on one thread; see kernels::Product.
using Gemm = void (*)(bool transpose_a, bool transpose_b, std::int64_t m, std::int64_t n,
                      std::int64_t k, double alpha, const double* a, std::int64_t lda,
                      const double* b, std::int64_t ldb, double beta, double* c, std::int64_t ldc);

/// Nodes [first, first + count) that make one product.
struct ProductRows {
    std::int64_t first, count;
};

/// A product that the users of a tile need: its channels.
struct InventoryProduct {
    std::int64_t product;
    ProductRows channels;
};

/// inventory_users users of narrows_inventory. By product `cells` has a, g, slope and offset and a
/// row of shares for every channel, users fastest; stocks have users, then lanes, fastest.
struct InventoryTile {
    std::int64_t first_user;
    std::int64_t num_products;
    const InventoryProduct* products;
    const double* cells;
    std::int64_t first_stock;  // of all tiles' stocks
};

/// inventory_lanes scenarios side by side at one step: arrays by node or channel, lane fastest,
/// aligned to 64 bytes. "before": as the orders that are delivered now were made.
struct InventoryLanes {
    bool follow_output, reweighted;
    narrows_input_bound bound;
    double exponent;
    std::int64_t step;
    double* stocks;
    const double *per_tau, *stock_scale;   // 1 / tau and s
    const double *makes_before, *makes;    // x or d, whichever orders follow
    const double *wants_before, *wants;    // y / x0, or 1 where orders follow demand
    const double* output;                  // x of the step before
    const double* fill;                    // by channel, of the step before, times weight
    const double *weight_before, *weight;  // by channel: K / x0; where reweighted
    double* orders;                        // by channel: sum of shares times orders, added
    double* allowed;                       // what stocks allow, or the sum it comes from
    double* scarcest;                      // product that allows least; null: not wanted
};

/// The same for nodes in the rest of the step. Arrays by node, channel (orders, weight, fill),
/// region (consumption) or row of shocks.
struct InventoryNodes {
    const narrows_inventory* of;
    const double *shocks, *consumption;
    const double *allowed, *scarcest;  // scarcest: read where there is bound
    double* orders;                    // receives them times weight, where reweighted
    const double* weight;              // K / x0 of the step before
    double *next_weight, *weighted_fill;
    double *fill, *ordered, *rationed;
    double *labour, *alpha, *output, *makes, *wants;
    double* capacity;            // K / x0
    double* bound;               // product, or NARROWS_BOUND_BY_...; null: not wanted
    double *sum_output, *unmet;  // added to
    double* value_added;         // of this step, added to
};

struct IsaKernels {
    const char* name;  // "sse2", "avx2", "avx512"
    Gemm gemm;         // Eigen's
    /// gth_invert by one thread.
    void (*gth_invert)(std::int64_t n, double* k, std::int64_t ld, double* slack, double* scratch,
                       std::int64_t first_step, kernels::PivotInfo* info);
    /// LU with partial pivoting in place; row order[i] of K is row i of L U.
    void (*lu_factor)(std::int64_t n, double* k, std::int32_t* order);
    /// K X = B or K'X = B in place, X n x columns.
    void (*lu_solve)(std::int64_t n, const double* lu, const std::int32_t* order, bool transposed,
                     std::int64_t columns, double* x, std::int64_t ld);
    /// column_i = a_i times its perturbation in this draw, cells first_cell + i; returns the sum.
    double (*perturb)(std::int64_t n, const double* a, const double* spread,
                      std::uint64_t first_cell, std::uint64_t seed, std::uint32_t stream,
                      std::uint32_t draw, double* column);
    /// best(user, lane) = max over products of sum_r weights(r, user) loss(r, lane) for a tile of
    /// shortage_users users (weights user fastest, only the rows of `products`) and shortage_lanes
    /// lanes (lane fastest, aligned to 64 bytes), weights and losses >= 0.
    void (*shortage)(const double* weights, std::int64_t num_products, const ProductRows* products,
                     const double* loss, double* best);
    std::int64_t shortage_users, shortage_lanes;
    /// The pass over the stocks of a tile; see inventory_pass.hpp.
    void (*inventory)(const InventoryTile& tile, const InventoryLanes& lanes);
    std::int64_t inventory_users, inventory_lanes;
    /// Demand, output, rationing and deliveries of a step; see inventory_nodes.hpp.
    void (*inventory_nodes)(const InventoryNodes& block);
};

const IsaKernels& kernels_sse2();
#if defined(__x86_64__)
const IsaKernels& kernels_avx2();
const IsaKernels& kernels_avx512();
#endif

/// The best that this processor runs.
const IsaKernels& best_kernels();
/// Those of that name where this processor runs them, else null.
const IsaKernels* find_kernels(const char* name);

}  // namespace narrows::cpu
