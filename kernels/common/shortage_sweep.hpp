#pragma once

#include <cstdint>

#include "kernels/common/host_device.hpp"

// One sweep of the bottleneck equations (narrows_shortage in backend_api.h) for many scenarios side
// by side, each in its slot: new losses from old ones (Jacobi), so that a scenario's bits depend on
// itself alone. Tiled like a product of w' and the losses, with a maximum after every product's
// sum, on the units that multiply fragments of matrices where the device has them.
//
// Layout. Sellers have places: a product's begin at a multiple of 4, the places in between lose
// nothing. A fragment is 32 doubles in the order in which a warp holds it. Losses: places x slots,
// fragments of 4 places and 8 slots, slots fastest. Weights: for every tile of 64 users the
// products that any of them needs, fragments of 8 users and 4 places, users fastest.
namespace narrows::kernels {

inline constexpr int shortage_places = 4;     // of a fragment
inline constexpr int shortage_side = 8;       // users or slots of a fragment
inline constexpr int shortage_tile = 64;      // users, and slots, of a block of threads
inline constexpr int shortage_threads = 256;  // of a block: 2 x 4 warps of 32 users x 16 slots
inline constexpr int shortage_rows = 16;      // threads of a block that share a slot

/// Doubles of shared memory that shortage_sweep needs.
inline constexpr int shortage_shared = 2 * shortage_tile * shortage_rows;

/// Weights of a row of fragments: of a tile's users and 4 places.
inline constexpr int shortage_row = shortage_tile * shortage_places;

/// Fragments of places that make a product: [first, first + count).
struct ShortageRun {
    std::int64_t first, count;
};

/// What a row of fragments holds: users of a tile, and nodes [first_node, first_node + count) at
/// its places.
struct ShortageRow {
    std::int64_t first_user, first_node, count;
};

/// One weight as a row of fragments has it, from w, n x n.
NARROWS_HOST_DEVICE void pack_shortage_cell(std::int64_t cell, std::int64_t n,
                                            const ShortageRow* rows, const double* w,
                                            double* weights) {
    const ShortageRow row = rows[cell / shortage_row];
    const std::int64_t at = cell % shortage_row;
    const std::int64_t user = row.first_user + at / shortage_places;
    const std::int64_t r = at % shortage_places;
    weights[cell] = user < n && r < row.count ? w[row.first_node + r + user * n] : 0.0;
}

/// Where a place's loss lies in a slot.
NARROWS_HOST_DEVICE std::int64_t shortage_cell(std::int64_t place, std::int64_t slot,
                                               std::int64_t slots) {
    const std::int64_t fragment =
        place / shortage_places * (slots / shortage_side) + slot / shortage_side;
    return fragment * 32 + slot % shortage_side * shortage_places + place % shortage_places;
}

struct ShortageSweep {
    std::int64_t n, slots;             // slots: a multiple of shortage_tile
    const std::int64_t* first_run;     // of every tile of users, and one more
    const ShortageRun* runs;           // the products that a tile needs
    const std::int64_t* first_weight;  // of every tile of users
    const double* weights;
    const std::int64_t* place_of;  // of every user
    const std::int64_t* home_of;   // of every user: which home user, or -1
    const double* lambda;          // of every slot
    const double* direct;          // slots x home users: shortage_direct
    const double* loss;            // the old
    double* next;                  // the new
    double* change;                // slots x tiles: max |new - old|
    double* largest;               // slots x tiles: max new
};

/// Sums of a warp's 4 x 2 fragments of 8 users and 8 slots: a lane has the user lane / 4 and two
/// slots from lane % 4 * 2 on.
struct ShortageSums {
    double of[4][2][2];
};

/// Adds the products of 4 fragments of weights and 2 of losses. On a device, a warp does this
/// together; on the host, each lane its own part from memory.
NARROWS_HOST_DEVICE void add_shortage_products(const double* weights, const double* losses,
                                               int lane, ShortageSums& sums) {
#if defined(__CUDA_ARCH__)
    double w[4];
    double d[2];
#pragma unroll
    for (int i = 0; i < 4; ++i) w[i] = __ldg(weights + 32 * i + lane);
#pragma unroll
    for (int j = 0; j < 2; ++j) d[j] = losses[32 * j + lane];
#pragma unroll
    for (int i = 0; i < 4; ++i) {
#pragma unroll
        for (int j = 0; j < 2; ++j) {
            double* const sum = sums.of[i][j];
            asm("mma.sync.aligned.m8n8k4.row.col.f64.f64.f64.f64 {%0, %1}, {%2}, {%3}, {%0, %1};"
                : "+d"(sum[0]), "+d"(sum[1])
                : "d"(w[i]), "d"(d[j]));
        }
    }
#else
    for (int i = 0; i < 4; ++i) {
        for (int j = 0; j < 2; ++j) {
            for (int c = 0; c < 2; ++c) {
                const double* const w = weights + 32 * i + lane / 4 * shortage_places;
                const double* const d = losses + 32 * j + (lane % 4 * 2 + c) * shortage_places;
                for (int k = 0; k < shortage_places; ++k) sums.of[i][j][c] += w[k] * d[k];
            }
        }
    }
#endif
}

/// max_g sum_{r in g} w_rj delta_r of what a warp's lane holds. `weights` and `losses` are the
/// warp's first fragments.
NARROWS_HOST_DEVICE ShortageSums shortage_maxima(const ShortageSweep& sweep, std::int64_t tile,
                                                 const double* weights, const double* losses,
                                                 int lane) {
    constexpr std::int64_t weights_stride = 32 * shortage_tile / shortage_side;
    const std::int64_t losses_stride = 32 * (sweep.slots / shortage_side);
    ShortageSums best = {};
    for (std::int64_t g = sweep.first_run[tile]; g < sweep.first_run[tile + 1]; ++g) {
        const ShortageRun run = sweep.runs[g];
        const double* row = losses + run.first * losses_stride;
        ShortageSums sums = {};
#if defined(__CUDA_ARCH__)
#pragma unroll 4
#endif
        for (std::int64_t f = 0; f < run.count; ++f) {
            add_shortage_products(weights, row, lane, sums);
            weights += weights_stride;
            row += losses_stride;
        }
        for (int i = 0; i < 4; ++i) {
            for (int j = 0; j < 2; ++j) {
                for (int c = 0; c < 2; ++c) {
                    const double sum = sums.of[i][j][c];
                    if (sum > best.of[i][j][c]) best.of[i][j][c] = sum;
                }
            }
        }
    }
    return best;
}

/// What thread t of a block does; its largest change and loss of every slot go to `shared`.
NARROWS_HOST_DEVICE void shortage_part(const ShortageSweep& sweep, std::int64_t tile,
                                       std::int64_t first_slot, int t, double* shared) {
    const int lane = t % 32;
    const int half = t / 32 % 2;     // of the users
    const int quarter = t / 32 / 2;  // of the slots
    const ShortageSums best =
        shortage_maxima(sweep, tile, sweep.weights + sweep.first_weight[tile] + half * 4 * 32,
                        sweep.loss + (first_slot / shortage_side + quarter * 2) * 32, lane);
    for (int j = 0; j < 2; ++j) {
        for (int c = 0; c < 2; ++c) {
            const int at = quarter * 16 + j * 8 + lane % 4 * 2 + c;
            const std::int64_t slot = first_slot + at;
            const double lambda = sweep.lambda[slot];
            double change = 0.0;
            double largest = 0.0;
            for (int i = 0; i < 4; ++i) {
                const std::int64_t user = tile * shortage_tile + half * 32 + i * 8 + lane / 4;
                if (user >= sweep.n) continue;
                double value = lambda * best.of[i][j][c];
                const std::int64_t home = sweep.home_of[user];
                if (home >= 0) {
                    const double direct = sweep.direct[home * sweep.slots + slot];
                    value = direct > value ? direct : value;
                }
                const std::int64_t cell = shortage_cell(sweep.place_of[user], slot, sweep.slots);
                const double step = value - sweep.loss[cell];
                const double size = step < 0.0 ? -step : step;
                change = size > change ? size : change;
                largest = value > largest ? value : largest;
                sweep.next[cell] = value;
            }
            double* const row = shared + at * shortage_rows + half * 8 + lane / 4;
            row[0] = change;
            row[shortage_tile * shortage_rows] = largest;
        }
    }
}

/// One tile of users and one of slots; shared memory of shortage_shared doubles.
template <class Executor>
NARROWS_HOST_DEVICE void shortage_sweep(Executor& executor, double* shared, std::int64_t block,
                                        ShortageSweep sweep) {
    const std::int64_t slot_tiles = sweep.slots / shortage_tile;
    const std::int64_t tile = block / slot_tiles;
    const std::int64_t first_slot = block % slot_tiles * shortage_tile;
    executor.phase([=](int t, int num_threads) {
        for (int part = t; part < shortage_threads; part += num_threads) {
            shortage_part(sweep, tile, first_slot, part, shared);
        }
    });
    executor.phase([=](int t, int num_threads) {
        for (int at = t; at < 2 * shortage_tile; at += num_threads) {
            const double* const row = shared + at * shortage_rows;
            double most = 0.0;
            for (int i = 0; i < shortage_rows; ++i) most = row[i] > most ? row[i] : most;
            double* const result = at < shortage_tile ? sweep.change : sweep.largest;
            result[tile * sweep.slots + first_slot + at % shortage_tile] = most;
        }
    });
}

/// Scenarios as they came, and which of them is in a slot.
struct ShortageDirect {
    std::int64_t n, slots, num_home, longest;
    const std::int64_t* starts;       // of every product
    const std::int64_t* first_place;  // of every product
    const double* weights;            // w, n x n
    const std::int64_t* home;         // home users
    const std::int64_t* products;     // of every scenario
    const double* direct;             // num_home x scenarios
    const double* delivered;          // longest x scenarios
    const std::int64_t* scenario;     // of every slot, or -1
    const double* lambda;             // of every slot
    const double* loss;               // the old
    double* result;                   // slots x home users
};

/// What a home user loses of the withheld product: direct_j + lambda sum_r w_rj delivered_r
/// delta_r, 0 without a direct loss. cell = slot + home user * slots.
NARROWS_HOST_DEVICE void shortage_direct(const ShortageDirect& of, std::int64_t cell) {
    const std::int64_t home = cell / of.slots;
    const std::int64_t slot = cell - home * of.slots;
    const std::int64_t scenario = of.scenario[slot];
    double value = scenario < 0 ? 0.0 : of.direct[home + scenario * of.num_home];
    if (value > 0.0) {
        const std::int64_t product = of.products[scenario];
        const std::int64_t begin = of.starts[product];
        const std::int64_t count = of.starts[product + 1] - begin;
        const double* const w = of.weights + of.home[home] * of.n + begin;
        const double* const delivered = of.delivered + scenario * of.longest;
        double passed_on = 0.0;
        for (std::int64_t r = 0; r < count; ++r) {
            const std::int64_t at = shortage_cell(of.first_place[product] + r, slot, of.slots);
            passed_on += w[r] * delivered[r] * of.loss[at];
        }
        value += of.lambda[slot] * passed_on;
    }
    of.result[cell] = value;
}

/// The largest of a slot's values over all tiles, slots x tiles.
NARROWS_HOST_DEVICE double shortage_most(const double* values, std::int64_t slot,
                                         std::int64_t slots, std::int64_t tiles) {
    double most = 0.0;
    for (std::int64_t tile = 0; tile < tiles; ++tile) {
        const double value = values[slot + tile * slots];
        most = value > most ? value : most;
    }
    return most;
}

}  // namespace narrows::kernels
