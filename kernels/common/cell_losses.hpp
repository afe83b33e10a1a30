#pragma once

#include <cstdint>

#include "kernels/common/host_device.hpp"

namespace narrows::kernels {

inline constexpr int tile_size = 32;
inline constexpr int tile_ld = tile_size + 1;  // odd: a column of the tile lies in 32 banks

/// Doubles of shared memory that cell_losses_tile needs: the tile of L, and a minimum per column.
inline constexpr int tile_shared = tile_size * tile_ld + tile_size;

struct CellLosses {
    std::int64_t n;
    const double* l;  // n x n
    const double* a;  // n x n
    const double* g;  // n
    const double* x;  // n
    double phi;
    std::int64_t first_column, columns;  // of the losses that are wanted
    double* losses;                      // n x columns
    double* smallest;                    // per tile: its smallest denominator
};

constexpr std::int64_t num_tiles(std::int64_t count) {
    return (count + tile_size - 1) / tile_size;
}

/// losses_ij = g_i phi a_ij x_j / (1 + phi a_ij L_ji) for 32 x 32 cells. L is read along its own
/// columns into shared memory and used transposed, so that all of L, A and the losses are accessed
/// in runs of 32; bound by memory: 24 bytes a cell.
template <class Executor>
NARROWS_HOST_DEVICE void cell_losses_tile(Executor& executor, double* shared, std::int64_t tile,
                                          CellLosses p) {
    const std::int64_t tiles_down = num_tiles(p.n);
    const std::int64_t first_row = tile % tiles_down * tile_size;
    const std::int64_t first_column = tile / tiles_down * tile_size;  // in the chunk
    double* const minima = shared + tile_size * tile_ld;
    executor.phase([=](int t, int num_threads) {
        for (int cell = t; cell < tile_size * tile_size; cell += num_threads) {
            const std::int64_t j = first_column + cell % tile_size;
            const std::int64_t i = first_row + cell / tile_size;
            if (i < p.n && j < p.columns) {
                shared[cell / tile_size * tile_ld + cell % tile_size] =
                    p.l[p.first_column + j + i * p.n];
            }
        }
    });
    executor.phase([=](int t, int num_threads) {
        for (int cell = t; cell < tile_size * tile_size; cell += num_threads) {
            const int row = cell % tile_size;
            const int column = cell / tile_size;
            const std::int64_t i = first_row + row;
            const std::int64_t j = first_column + column;
            if (i >= p.n || j >= p.columns) continue;
            const double lost = p.phi * p.a[i + (p.first_column + j) * p.n];
            double* const l = shared + row * tile_ld + column;
            const double denominator = 1.0 + lost * *l;
            p.losses[i + j * p.n] = p.g[i] * lost * p.x[p.first_column + j] / denominator;
            *l = denominator;
        }
    });
    executor.phase([=](int t, int num_threads) {
        for (int column = t; column < tile_size; column += num_threads) {
            double smallest = __builtin_inf();
            for (int row = 0; row < tile_size; ++row) {
                const bool inside = first_row + row < p.n && first_column + column < p.columns;
                const double value = inside ? shared[row * tile_ld + column] : smallest;
                smallest = value < smallest ? value : smallest;
            }
            minima[column] = smallest;
        }
    });
    executor.phase([=](int t, int) {
        if (t != 0) return;
        double smallest = minima[0];
        for (int c = 1; c < tile_size; ++c) smallest = minima[c] < smallest ? minima[c] : smallest;
        p.smallest[tile] = smallest;
    });
}

}  // namespace narrows::kernels
