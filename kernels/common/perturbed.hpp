#pragma once

#include <cstdint>

#include "kernels/common/gth_shared.hpp"
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

/// Where a draw of a small table leaves its results.
struct DrawResults {
    double* totals;       // n
    double* multipliers;  // n x num_weights
    double* outputs;      // n x num_demands
    double* inverse;      // n x n, or null
    PivotInfo* info;
};

/// Column j of K without its diagonal, by one thread: its total, its slack, its cells.
NARROWS_HOST_DEVICE void scale_perturbed_column(const PerturbedTable& table, std::int64_t j,
                                                double* column, double* slack, double* total) {
    double sum = table.slack[j];
    for (std::int64_t i = 0; i < table.n; ++i) sum += column[i];
    *total = sum;
    *slack = table.slack[j] / sum;
    for (std::int64_t i = 0; i < table.n; ++i) column[i] = -column[i] / sum;
}

/// One draw, whole in shared memory (gth_shared_size doubles): the table, its inverse by
/// elimination, the results. Bound by the elimination's passes over shared memory.
template <class Executor>
NARROWS_HOST_DEVICE void small_draw(Executor& executor, double* shared, PerturbedTable table,
                                    std::int64_t draw, DrawResults results) {
    const std::int64_t n = table.n;
    const std::int64_t ld = shared_ld(n);
    double* const slack = shared + ld * n;
    executor.phase([=](int t, int num_threads) {
        if (t == 0) *results.info = {__builtin_inf(), -1.0};
        for (std::int64_t cell = t; cell < n * n; cell += num_threads) {
            const std::int64_t j = cell / n;
            shared[cell - j * n + j * ld] = perturbed_flow(table, draw, cell);
        }
    });
    executor.phase([=](int t, int num_threads) {
        for (std::int64_t j = t; j < n; j += num_threads) {
            scale_perturbed_column(table, j, shared + j * ld, slack + j, results.totals + j);
        }
    });
    gth_invert(executor, n, shared, ld, slack, slack + n, 0, results.info);
    executor.phase([=](int t, int num_threads) {
        for (std::int64_t cell = t; cell < n * table.num_weights; cell += num_threads) {
            const std::int64_t q = cell / n;
            const double* const column = shared + (cell - q * n) * ld;
            double sum = 0.0;
            for (std::int64_t i = 0; i < n; ++i) {
                sum += column[i] * draw_weight(table, i, q, results.totals);
            }
            results.multipliers[cell] = sum;
        }
        for (std::int64_t cell = t; cell < n * table.num_demands; cell += num_threads) {
            const std::int64_t q = cell / n;
            const double* const row = shared + (cell - q * n);
            double sum = 0.0;
            for (std::int64_t j = 0; j < n; ++j) sum += row[j * ld] * table.demands[j + q * n];
            results.outputs[cell] = sum;
        }
        for (std::int64_t cell = t; results.inverse != nullptr && cell < n * n;
             cell += num_threads) {
            const std::int64_t j = cell / n;
            results.inverse[cell] = shared[cell - j * n + j * ld];
        }
    });
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
