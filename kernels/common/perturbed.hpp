#pragma once

#include <algorithm>
#include <cstdint>

#include "kernels/common/gth_tile.hpp"
#include "kernels/common/random.hpp"
#include "kernels/common/reduction.hpp"

// Perturbed tables, made where they are needed: the base table is read, nothing random is stored.
// Formulas at narrows_batch in backend_api.h.
namespace narrows::kernels {

/// The base table and what is asked of its draws, in the backend's own memory.
struct PerturbedTable {
    std::int64_t n;
    const double* coefficients;  // n x n
    const double* slack;         // n
    const double* spread;        // n x n
    std::uint64_t seed;
    std::uint32_t stream;
    std::int64_t num_weights;
    const double* weights;  // n x num_weights
    bool weights_per_output;
    std::int64_t num_demands;
    const double* demands;  // n x num_demands
};

NARROWS_HOST_DEVICE double perturbed_flow(const PerturbedTable& table, std::int64_t draw,
                                          std::int64_t cell) {
    const double flow = table.coefficients[cell];
    if (flow == 0.0) return 0.0;
    return flow * perturbation(table.seed, table.stream, static_cast<std::uint32_t>(draw),
                               static_cast<std::uint64_t>(cell), table.spread[cell]);
}

/// w_iq of a draw, given the new totals.
NARROWS_HOST_DEVICE double draw_weight(const PerturbedTable& table, std::int64_t i, std::int64_t q,
                                       const double* totals) {
    const double weight = table.weights[i + q * table.n];
    return table.weights_per_output ? weight / totals[i] : weight;
}

/// The perturbed table of a draw, n x n. Bound by the random numbers.
template <class Executor>
NARROWS_HOST_DEVICE void perturbed_flows(Executor& executor, PerturbedTable table,
                                         std::int64_t draw, double* flows) {
    executor.phase([=](int t, int num_threads) {
        for (std::int64_t cell = t; cell < table.n * table.n; cell += num_threads) {
            flows[cell] = perturbed_flow(table, draw, cell);
        }
    });
}

/// Where a draw of a small table lies and leaves its results.
struct SmallDraw {
    double* cells;        // n x n: the flows, then the inverse if asked for
    double* totals;       // n
    double* multipliers;  // n x num_weights
    double* outputs;      // n x num_demands
    PivotInfo* info;
    bool inverse;
};

/// Shared memory of small_draw: that of the elimination, a vector, and what each row or column of
/// the grid of threads adds to a product with it. Odd strides, for different banks.
template <class Tile>
struct DrawMemory {
    static constexpr int row_stride = Tile::padded_rows | 1;
    static constexpr int column_stride = Tile::padded_columns | 1;
    static constexpr int row_sums = row_stride * Tile::grid_columns;
    static constexpr int column_sums = column_stride * Tile::grid_rows;
    typename Tile::Shared elimination;
    double vector[std::max(Tile::padded_rows, Tile::padded_columns)];
    double parts[std::max(column_sums, row_sums)];

    static constexpr std::int64_t size() { return sizeof(DrawMemory) / sizeof(double); }
};

/// parts[ti, j] = sum of k_ij v_i over the thread's rows, v = 1 where `vector` is null. Rows and
/// columns are counted as the cells lie.
template <class Tile>
NARROWS_HOST_DEVICE void add_rows(const Tile& tile, int t, const double* vector,
                                  DrawMemory<Tile>& memory) {
    NARROWS_UNROLL
    for (int b = 0; b < Tile::columns; ++b) {
        double sum = 0.0;
        NARROWS_UNROLL
        for (int a = 0; a < Tile::rows; ++a) {
            sum += vector == nullptr ? tile.k[a][b] : tile.k[a][b] * vector[Tile::row_of(t, a)];
        }
        memory.parts[t % Tile::grid_rows * memory.column_stride + Tile::column_of(t, b)] = sum;
    }
}

/// parts[tj, i] = sum of k_ij v_j over the thread's columns.
template <class Tile>
NARROWS_HOST_DEVICE void add_columns(const Tile& tile, int t, const double* vector,
                                     DrawMemory<Tile>& memory) {
    NARROWS_UNROLL
    for (int a = 0; a < Tile::rows; ++a) {
        double sum = 0.0;
        NARROWS_UNROLL
        for (int b = 0; b < Tile::columns; ++b) {
            sum += tile.k[a][b] * vector[Tile::column_of(t, b)];
        }
        memory.parts[t / Tile::grid_rows * memory.row_stride + Tile::row_of(t, a)] = sum;
    }
}

/// parts[0, index] + ... + parts[count - 1, index].
NARROWS_HOST_DEVICE double add_strided(const double* parts, int count, int stride, int index) {
    double sum = 0.0;
    for (int part = 0; part < count; ++part) sum += parts[part * stride + index];
    return sum;
}

/// result = L v, or L'v, of the inverse in the tiles; value(i) is v_i.
template <bool transposed, class Tile, class Executor, class Tiles, class Value>
NARROWS_HOST_DEVICE void multiply_tiles(Executor& executor, int n, Tiles& tiles,
                                        DrawMemory<Tile>& memory, Value value, double* result) {
    executor.phase([&](int t, int num_threads) {
        constexpr int length = transposed ? Tile::padded_rows : Tile::padded_columns;
        const int turned = transposed ? Tile::turned_rows(n) : Tile::turned_columns(n);
        for (int place = t; place < length; place += num_threads) {
            const int i = (place + turned) % length;
            memory.vector[place] = i < n ? value(i) : 0.0;
        }
    });
    executor.phase([&](int t, int) {
        if constexpr (transposed) {
            add_rows(tiles[t], t, memory.vector, memory);
        } else {
            add_columns(tiles[t], t, memory.vector, memory);
        }
    });
    executor.phase([&](int t, int num_threads) {
        constexpr int count = transposed ? Tile::grid_rows : Tile::grid_columns;
        constexpr int length = transposed ? Tile::padded_columns : Tile::padded_rows;
        using Memory = DrawMemory<Tile>;
        constexpr int stride = transposed ? Memory::column_stride : Memory::row_stride;
        const int turned = transposed ? Tile::turned_columns(n) : Tile::turned_rows(n);
        for (int place = t; place < length; place += num_threads) {
            const int i = (place + turned) % length;
            if (i < n) result[i] = add_strided(memory.parts, count, stride, place);
        }
    });
}

/// The columns of flows become those of K without its diagonal, given their sums in parts; the
/// first thread of a column keeps its total.
template <class Tile>
NARROWS_HOST_DEVICE void scale_flows(Tile& tile, int t, const PerturbedTable& table,
                                     const DrawMemory<Tile>& memory, double* totals) {
    NARROWS_UNROLL
    for (int b = 0; b < Tile::columns; ++b) {
        const int j = Tile::column_of(t, b);
        if (j >= table.n) continue;
        const double total =
            table.slack[j] + add_strided(memory.parts, Tile::grid_rows, memory.column_stride, j);
        const double scale = -1.0 / total;
        NARROWS_UNROLL
        for (int a = 0; a < Tile::rows; ++a) tile.k[a][b] *= scale;
        if (Tile::has_slack(t)) tile.k[Tile::rows - 1][b] = table.slack[j] * scale;
        if (t % Tile::grid_rows == 0) totals[j] = total;
    }
}

/// One draw from its flows, by a block of Tile::threads threads, n <= Tile::order: the inverse by
/// elimination in registers, the results. `shared` has DrawMemory<Tile>::size() doubles, aligned to
/// 16 bytes. Bound by double precision arithmetic and by what a step waits for.
template <class Tile, class Executor>
NARROWS_HOST_DEVICE void small_draw(Executor& executor, double* shared, PerturbedTable table,
                                    SmallDraw draw) {
    const int n = static_cast<int>(table.n);
    auto& memory = *reinterpret_cast<DrawMemory<Tile>*>(shared);
    typename Executor::template PerThread<Tile> tiles(executor);
    executor.phase([&](int t, int) {
        tiles[t].load(t, n, draw.cells, n);
        add_rows(tiles[t], t, nullptr, memory);
    });
    executor.phase([&](int t, int) {
        scale_flows(tiles[t], t, table, memory, draw.totals);
        tiles[t].publish(t, 0, memory.elimination.steps[0]);
    });
    eliminate_tiles<Tile>(executor, n, tiles, memory.elimination);
    executor.phase([&](int t, int) {
        if (draw.inverse) tiles[t].store(t, n, draw.cells, n);
        if (t == 0) {
            *draw.info = {__builtin_inf(), -1.0};
            report_pivots(n, memory.elimination.pivots, 0, draw.info);
        }
    });
    for (std::int64_t q = 0; q < table.num_weights; ++q) {
        multiply_tiles<true>(
            executor, n, tiles, memory,
            [&](int i) { return draw_weight(table, i, q, draw.totals); }, draw.multipliers + q * n);
    }
    for (std::int64_t q = 0; q < table.num_demands; ++q) {
        multiply_tiles<false>(
            executor, n, tiles, memory, [&](int j) { return table.demands[j + q * n]; },
            draw.outputs + q * n);
    }
}

/// Column j of K without its diagonal for a draw of a large table, in device memory: the cells, the
/// slack and the total. Shared memory of column_parts doubles. The pass that scales rereads what
/// this block has just written.
template <class Executor>
NARROWS_HOST_DEVICE void perturbed_column(Executor& executor, double* partial, PerturbedTable table,
                                          std::int64_t draw, std::int64_t j, double* column,
                                          double* slack, double* total) {
    const std::int64_t n = table.n;
    executor.phase([=](int t, int num_threads) {
        for (int part = t; part < column_parts; part += num_threads) {
            double sum = 0.0;
            for (std::int64_t i = part; i < n; i += column_parts) {
                column[i] = perturbed_flow(table, draw, i + j * n);
                sum += column[i];
            }
            partial[part] = sum;
        }
    });
    add_parts(executor, column_parts, partial);
    executor.phase([=](int t, int num_threads) {
        const double sum = table.slack[j] + partial[0];
        if (t == 0) {
            *total = sum;
            *slack = table.slack[j] / sum;
        }
        for (std::int64_t i = t; i < n; i += num_threads) column[i] = -column[i] / sum;
    });
}

}  // namespace narrows::kernels
