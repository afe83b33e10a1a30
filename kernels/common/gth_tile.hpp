#pragma once

#include <algorithm>
#include <cstdint>

#include "kernels/common/gth_block.hpp"
#include "kernels/common/host_device.hpp"

namespace narrows::kernels {

/// The sum of `count` values in one tree, whose order depends on `count` only; overwrites them.
template <int count>
NARROWS_HOST_DEVICE double tree_sum(double (&values)[count]) {
    NARROWS_UNROLL
    for (int half = 1; half < count; half *= 2) {
        NARROWS_UNROLL
        for (int i = 0; i + half < count; i += 2 * half) values[i] += values[i + half];
    }
    return values[0];
}

/// One thread's share of a matrix that a block of threads inverts in its registers: thread t of a
/// grid of grid_rows x grid_columns, (ti, tj) = (t mod grid_rows, t / grid_rows), has the cells
/// (ti + grid_rows a, tj + grid_columns b), a < rows, b < columns. The last row is minus the slack:
/// to the elimination one more row, which is never eliminated. Other cells outside the matrix are 0
/// and stay so.
///
/// Registers have no addresses, so the row and the column of the step at hand must always lie in
/// the same ones: the rows of cells turn by one after grid_rows steps, the columns after
/// grid_columns, and k[a] is row block a + (number of turns), counted round.
///
/// `overlapped`: only the first row and column of cells, which the next step needs, take part in a
/// step at once, the others while the next step waits for its pivot. For rows + columns more
/// registers a block that is alone on its multiprocessor waits less; the bits are the same.
template <int grid_rows_, int grid_columns_, int rows_, int columns_, bool overlapped = false>
struct GthTile {
    static constexpr int grid_rows = grid_rows_;
    static constexpr int grid_columns = grid_columns_;
    static constexpr int rows = rows_;
    static constexpr int columns = columns_;
    static_assert(grid_columns % grid_rows == 0, "columns turn with rows");
    static constexpr int threads = grid_rows * grid_columns;
    static constexpr int padded_rows = grid_rows * rows;
    static constexpr int padded_columns = grid_columns * columns;
    /// The largest matrix.
    static constexpr int order = std::min(padded_rows - 1, padded_columns);

    /// What a step needs to know, in shared memory; in pairs, which are read at once.
    struct Step {
        alignas(16) double column[(rows + 1) / 2][grid_rows][2];
        double row[(columns + 1) / 2][grid_columns][2];
        double part[grid_rows];  // of the pivot
    };
    struct Shared {
        Step steps[2];  // one that is read, one that is written
        double pivots[order];
    };
    /// Doubles of shared memory.
    static constexpr std::int64_t shared_size = sizeof(Shared) / sizeof(double);

    double k[rows][columns];
    double entry[rows], factor[columns];  // of the step at hand, column_i and row_j / pivot

    /// Row of k[a] and column of k[.][b] before the rows and columns have turned.
    NARROWS_MEMBER static int row_of(int t, int a) { return t % grid_rows + grid_rows * a; }
    NARROWS_MEMBER static int column_of(int t, int b) { return t / grid_rows + grid_columns * b; }

    /// What must be added after n steps, modulo padded_rows or padded_columns.
    NARROWS_MEMBER static int turned_rows(int n) {
        return (n + grid_rows - 1) / grid_rows * grid_rows;
    }
    NARROWS_MEMBER static int turned_columns(int n) { return n / grid_columns * grid_columns; }

    /// The cells of an n x n matrix.
    NARROWS_MEMBER void load(int t, int n, const double* from, std::int64_t ld) {
        forget_step();
        NARROWS_UNROLL
        for (int b = 0; b < columns; ++b) {
            const int j = column_of(t, b);
            NARROWS_UNROLL
            for (int a = 0; a < rows; ++a) {
                const int i = row_of(t, a);
                k[a][b] = i < n && j < n ? from[i + j * ld] : 0.0;
            }
        }
    }

    NARROWS_MEMBER static bool has_slack(int t) { return t % grid_rows == grid_rows - 1; }

    NARROWS_MEMBER void load_slack(int t, int n, const double* from) {
        NARROWS_UNROLL
        for (int b = 0; b < columns; ++b) {
            const int j = column_of(t, b);
            if (has_slack(t) && j < n) k[rows - 1][b] = -from[j];
        }
    }

    /// The cells after n steps.
    NARROWS_MEMBER void store(int t, int n, double* to, std::int64_t ld) const {
        NARROWS_UNROLL
        for (int b = 0; b < columns; ++b) {
            const int j = (column_of(t, b) + turned_columns(n)) % padded_columns;
            NARROWS_UNROLL
            for (int a = 0; a < rows; ++a) {
                const int i = (row_of(t, a) + turned_rows(n)) % padded_rows;
                if (i < n && j < n) to[i + j * ld] = k[a][b];
            }
        }
    }

    /// Row and column s leave the registers for `step`, with 1 and -1 for the diagonal, and are 0:
    /// k_ij - column_i row_j / pivot is then right for them too, as for all other cells.
    NARROWS_MEMBER void publish(int t, int s, Step& step) {
        const int ti = t % grid_rows;
        const int tj = t / grid_rows;
        const bool has_row = ti == s % grid_rows;
        const bool has_column = tj == s % grid_columns;
        if (has_column) {
            const int blocks_left = rows - s / grid_rows;
            double below[rows];  // what is not yet eliminated
            NARROWS_UNROLL
            for (int a = 0; a < rows; ++a) {
                const bool left = a == 0 ? ti > s % grid_rows : a < blocks_left;
                below[a] = left ? k[a][0] : 0.0;
                step.column[a / 2][ti][a % 2] = a == 0 && has_row ? -1.0 : k[a][0];
                k[a][0] = 0.0;
            }
            step.part[ti] = 0.0 - tree_sum(below);  // never -0
        }
        if (has_row) {
            NARROWS_UNROLL
            for (int b = 0; b < columns; ++b) {
                step.row[b / 2][tj][b % 2] = b == 0 && has_column ? 1.0 : k[0][b];
                k[0][b] = 0.0;
            }
        }
    }

    /// Thread 0 keeps the pivot.
    NARROWS_MEMBER void eliminate(int t, const Step& step, double* pivot_of_step) {
        double parts[grid_rows];
        NARROWS_UNROLL
        for (int i = 0; i < grid_rows; ++i) parts[i] = step.part[i];
        if constexpr (overlapped) catch_up();
        const double pivot = tree_sum(parts);
        if (t == 0) *pivot_of_step = pivot;
        const double reciprocal = 1.0 / pivot;
        NARROWS_UNROLL
        for (int b = 0; b < columns; ++b) {
            factor[b] = step.row[b / 2][t / grid_rows][b % 2] * reciprocal;
        }
        NARROWS_UNROLL
        for (int a = 0; a < rows; ++a) {
            entry[a] = step.column[a / 2][t % grid_rows][a % 2];
            const int count = overlapped && a > 0 ? 1 : columns;
            NARROWS_UNROLL
            for (int b = 0; b < count; ++b) k[a][b] -= entry[a] * factor[b];
        }
    }

    /// What the last step has left undone.
    NARROWS_MEMBER void catch_up() {
        NARROWS_UNROLL
        for (int a = 1; a < rows; ++a) {
            NARROWS_UNROLL
            for (int b = 1; b < columns; ++b) k[a][b] -= entry[a] * factor[b];
        }
    }

    /// Nothing is left undone.
    NARROWS_MEMBER void forget_step() {
        NARROWS_UNROLL
        for (int a = 0; a < rows; ++a) entry[a] = 0.0;
        NARROWS_UNROLL
        for (int b = 0; b < columns; ++b) factor[b] = 0.0;
    }

    /// Brings the rows and, in their time, the columns of step s to the front.
    NARROWS_MEMBER void turn(int s) {
        if constexpr (overlapped) {
            catch_up();
            forget_step();
        }
        turn_rows();
        if (s % grid_columns == 0) turn_columns();
    }

  private:
    NARROWS_MEMBER void turn_rows() {
        NARROWS_UNROLL
        for (int b = 0; b < columns; ++b) {
            const double first = k[0][b];
            NARROWS_UNROLL
            for (int a = 0; a + 1 < rows; ++a) k[a][b] = k[a + 1][b];
            k[rows - 1][b] = first;
        }
    }

    NARROWS_MEMBER void turn_columns() {
        NARROWS_UNROLL
        for (int a = 0; a < rows; ++a) {
            const double first = k[a][0];
            NARROWS_UNROLL
            for (int b = 0; b + 1 < columns; ++b) k[a][b] = k[a][b + 1];
            k[a][columns - 1] = first;
        }
    }
};

/// Adds n pivots to `info`.
NARROWS_HOST_DEVICE void report_pivots(int n, const double* pivots, std::int64_t first_step,
                                       PivotInfo* info) {
    PivotInfo all = *info;
    for (int s = 0; s < n; ++s) {
        const double pivot = pivots[s];
        if (pivot < all.min_pivot) all.min_pivot = pivot;
        const bool fine = pivot > 0.0 && pivot <= 1.7e308;
        if (!fine && all.singular_at < 0.0) all.singular_at = static_cast<double>(first_step + s);
    }
    *info = all;
}

/// n steps of Gauss-Jordan elimination of the block's tiles, step 0 of which is in shared. One
/// barrier per step: a thread reads step s and writes what it has of step s + 1.
template <class Tile, class Executor, class Tiles>
NARROWS_HOST_DEVICE void eliminate_tiles(Executor& executor, int n, Tiles& tiles,
                                         typename Tile::Shared& shared) {
    // Kept, not indexed by s: a device would ask anew where shared memory lies at every step.
    auto* step = &shared.steps[0];
    auto* next = &shared.steps[1];
    double* pivot = shared.pivots;
    const auto go_on = [&] {
        auto* const last = step;
        step = next;
        next = last;
        ++pivot;
    };
    for (int s = 0; s < n; ++s) {
        // Apart, so that a step without a turn moves nothing.
        for (; s % Tile::grid_rows + 1 < Tile::grid_rows && s + 1 < n; ++s) {
            executor.phase([&](int t, int) {
                tiles[t].eliminate(t, *step, pivot);
                tiles[t].publish(t, s + 1, *next);
            });
            go_on();
        }
        executor.phase([&](int t, int) {
            Tile& tile = tiles[t];
            tile.eliminate(t, *step, pivot);
            tile.turn(s + 1);
            if (s + 1 < n) tile.publish(t, s + 1, *next);
        });
        go_on();
    }
}

/// gth_invert by a block of Tile::threads threads, n <= Tile::order, the matrix in their registers;
/// `slack` is not overwritten. `memory` has Tile::shared_size doubles, aligned to 16 bytes. Bound
/// by what a step waits for: a barrier, two reads of shared memory, two sums, a division, a
/// product.
template <class Tile, class Executor>
NARROWS_HOST_DEVICE void gth_invert_tile(Executor& executor, double* memory, std::int64_t n,
                                         double* k, std::int64_t ld, const double* slack,
                                         std::int64_t first_step, PivotInfo* info) {
    const int order = static_cast<int>(n);
    auto& shared = *reinterpret_cast<typename Tile::Shared*>(memory);
    typename Executor::template PerThread<Tile> tiles(executor);
    executor.phase([&](int t, int) {
        Tile& tile = tiles[t];
        tile.load(t, order, k, ld);
        tile.load_slack(t, order, slack);
        tile.publish(t, 0, shared.steps[0]);
    });
    eliminate_tiles<Tile>(executor, order, tiles, shared);
    executor.phase([&](int t, int) {
        tiles[t].store(t, order, k, ld);
        if (t == 0) report_pivots(order, shared.pivots, first_step, info);
    });
}

}  // namespace narrows::kernels
