#include <cmath>
#include <vector>

#include "kernels/common/perturbed.hpp"
#include "kernels/cuda/batch_plan.hpp"
#include "kernels/cuda/context.cuh"
#include "kernels/cuda/launch.cuh"
#include "kernels/cuda/operations.cuh"
#include "kernels/cuda/products.cuh"

namespace narrows::cuda {
namespace {

static_assert(batch_base == Base::order);

/// The base table and what is asked of its draws, on the device.
class DeviceTable {
  public:
    DeviceTable(narrows_context& context, const narrows_batch& batch)
        : coefficients_(batch.order * batch.order),
          spread_(batch.order * batch.order),
          slack_(batch.order),
          weights_(batch.order * batch.num_weights),
          demands_(batch.order * batch.num_demands) {
        send(context, batch.coefficients, batch.order * batch.order, coefficients_);
        send(context, batch.spread, batch.order * batch.order, spread_);
        send(context, batch.slack, batch.order, slack_);
        send(context, batch.weights, batch.order * batch.num_weights, weights_);
        send(context, batch.demands, batch.order * batch.num_demands, demands_);
        view_ = {batch.order,       coefficients_.get(), slack_.get(),
                 spread_.get(),     batch.seed,          batch.stream,
                 batch.num_weights, weights_.get(),      batch.weights_per_output != 0,
                 batch.num_demands, demands_.get()};
    }
    const kernels::PerturbedTable& view() const { return view_; }

  private:
    static void send(narrows_context& context, const double* from, std::int64_t count,
                     const DeviceArray<double>& to) {
        context.staging.to_device(to.get(), count, from, count, count, 1, context.lanes[0].stream);
    }
    DeviceArray<double> coefficients_, spread_, slack_, weights_, demands_;
    kernels::PerturbedTable view_;
};

/// One block per draw.
void launch_perturbed_flows(cudaStream_t stream, const kernels::PerturbedTable& of,
                            const BatchPlan& plan, std::int64_t first_draw, std::int64_t count,
                            double* records) {
    const kernels::PerturbedTable table = of;
    const std::int64_t record = plan.record;
    constexpr int threads = 256;
    launch<threads, 4>("perturbed_flows", stream, count, threads, 0,
                       [=] NARROWS_DEVICE(BlockExecutor & executor, std::int64_t block, double*) {
                           kernels::perturbed_flows(executor, table, first_draw + block,
                                                    records + block * record);
                       });
}

/// One block per draw, its matrix in the registers of Tile::threads threads; `blocks` of them have
/// to fit a multiprocessor.
template <class Tile, int blocks>
void launch_small_draws(cudaStream_t stream, const kernels::PerturbedTable& of,
                        const BatchPlan& plan, bool inverses, std::int64_t count, double* records,
                        kernels::PivotInfo* pivots) {
    const kernels::PerturbedTable table = of;
    const BatchPlan p = plan;
    launch<Tile::threads, blocks>(
        "small_draws", stream, count, Tile::threads, kernels::DrawMemory<Tile>::size(),
        [=] NARROWS_DEVICE(BlockExecutor & executor, std::int64_t block, double* shared) {
            double* const record = records + block * p.record;
            kernels::small_draw<Tile>(executor, shared, table,
                                      {record, record + p.totals, record + p.multipliers,
                                       record + p.outputs, pivots + block, inverses});
        });
}

/// A wave of draws whose matrices fit the registers of a block of threads: the fewer threads and
/// the fuller their registers, the less work is done by all of them alike.
void run_small_wave(narrows_context& context, const kernels::PerturbedTable& table,
                    const BatchPlan& plan, bool inverses, std::int64_t first_draw,
                    std::int64_t count, double* records, kernels::PivotInfo* pivots) {
    using Small = kernels::GthTile<8, 16, 8, 4>;
    using Middle = kernels::GthTile<8, 16, 13, 7>;
    using Large = kernels::GthTile<16, 32, 8, 4>;
    static_assert(Large::order == most_small_order);
    const cudaStream_t stream = context.lanes[0].stream.get();
    launch_perturbed_flows(stream, table, plan, first_draw, count, records);
    const auto launch_draws = table.n <= Small::order    ? launch_small_draws<Small, 3>
                              : table.n <= Middle::order ? launch_small_draws<Middle, 2>
                                                         : launch_small_draws<Large, 1>;
    launch_draws(stream, table, plan, inverses, count, records, pivots);
}

/// One block per column of every draw. Bound by the random numbers.
void launch_perturbed_columns(cudaStream_t stream, const kernels::PerturbedTable& of,
                              const BatchPlan& plan, std::int64_t first_draw, double* records) {
    const kernels::PerturbedTable table = of;
    const BatchPlan p = plan;
    constexpr int threads = 128;
    launch<threads>(
        "perturbed_columns", stream, p.wave * table.n, threads, kernels::column_parts,
        [=] NARROWS_DEVICE(BlockExecutor & executor, std::int64_t block, double* partial) {
            const std::int64_t draw = block / table.n;
            const std::int64_t j = block % table.n;
            double* const record = records + draw * p.record;
            kernels::perturbed_column(executor, partial, table, first_draw + draw, j,
                                      record + j * table.n, record + p.slack + j,
                                      record + p.totals + j);
        });
}

/// One thread per weight of every draw.
void launch_draw_weights(cudaStream_t stream, const kernels::PerturbedTable& of,
                         const BatchPlan& plan, double* records) {
    const kernels::PerturbedTable table = of;
    const BatchPlan p = plan;
    const std::int64_t cells = table.n * table.num_weights;
    launch_cells("draw_weights", stream, p.wave * cells, [=] NARROWS_DEVICE(std::int64_t index) {
        double* const record = records + index / cells * p.record;
        const std::int64_t cell = index % cells;
        record[p.weights + cell] =
            kernels::draw_weight(table, cell % table.n, cell / table.n, record + p.totals);
    });
}

void launch_reset(cudaStream_t stream, std::int64_t count, kernels::PivotInfo* pivots) {
    launch_cells("reset_pivots", stream, count, [=] NARROWS_DEVICE(std::int64_t i) {
        pivots[i] = {__builtin_inf(), -1.0};
    });
}

/// A wave of larger draws: the recursion of invert_blocks, all draws at once.
void run_large_wave(narrows_context& context, const kernels::PerturbedTable& table,
                    const BatchPlan& plan, std::int64_t first_draw, double* records,
                    kernels::PivotInfo* pivots) {
    const Lane& lane = context.lanes[0];
    const std::int64_t n = table.n;
    launch_reset(lane.stream.get(), plan.wave, pivots);
    launch_perturbed_columns(lane.stream.get(), table, plan, first_draw, records);
    BlockOps ops(context, plan.wave, plan.record, pivots);
    kernels::invert_blocks(ops, n, records, n, records + plan.slack, records + n * n,
                           records + plan.slack + n);
    if (table.num_weights > 0) {
        launch_draw_weights(lane.stream.get(), table, plan, records);
        multiply_batched(lane,
                         {n, table.num_weights, n, 1.0, records, n, records + plan.weights, n, 0.0,
                          records + plan.multipliers, n, true},
                         plan.wave, {plan.record, plan.record, plan.record});
    }
    if (table.num_demands > 0) {
        multiply_batched(lane,
                         {n, table.num_demands, n, 1.0, records, n, table.demands, n, 0.0,
                          records + plan.outputs, n},
                         plan.wave, {plan.record, 0, plan.record});
    }
}

/// Brings the results of draws [first, first + count) of the batch to the host.
void bring_results(narrows_context& context, const narrows_batch& batch, const BatchPlan& plan,
                   std::int64_t first, std::int64_t count, const double* records,
                   const kernels::PivotInfo* pivots, std::vector<double>& host_pivots) {
    const auto bring = [&](double* to, std::int64_t size, std::int64_t offset) {
        if (to == nullptr) return;
        context.staging.to_host(to + first * size, size, records + offset, plan.record, size, count,
                                context.copy_out);
    };
    bring(batch.multipliers, batch.order * batch.num_weights, plan.multipliers);
    bring(batch.outputs, batch.order * batch.num_demands, plan.outputs);
    bring(batch.inverses, batch.order * batch.order, plan.inverse);
    static_assert(sizeof(kernels::PivotInfo) == 2 * sizeof(double));
    context.staging.to_host(host_pivots.data(), 2, &pivots->min_pivot, 2, 2, count,
                            context.copy_out);
    for (std::int64_t d = 0; d < count; ++d) {
        const double* const pivot = host_pivots.data() + 2 * d;
        batch.failed[first + d] = std::isfinite(pivot[0]) && pivot[1] < 0.0 ? 0 : 1;
    }
}

void run(narrows_context& context, const narrows_batch& batch) {
    const std::int64_t n = batch.order;
    const bool small = n <= most_small_order;
    const BatchPlan plan =
        small ? small_plan(n, batch.num_weights, batch.num_demands, batch.num_draws)
              : large_plan(n, batch.num_weights, batch.num_demands);
    const DeviceTable table(context, batch);
    const DeviceArray<double> records(2 * plan.wave * plan.record);
    const DeviceArray<kernels::PivotInfo> pivots(2 * plan.wave);
    std::vector<double> host_pivots(static_cast<size_t>(2 * plan.wave));
    const auto count = [&](std::int64_t wave) {
        return std::min(plan.wave, batch.num_draws - wave * plan.wave);
    };
    double_buffered(
        context, (batch.num_draws + plan.wave - 1) / plan.wave,
        [&](std::int64_t wave, int buffer) {
            const std::int64_t first_draw = batch.first_draw + wave * plan.wave;
            double* const to = records.get() + buffer * plan.wave * plan.record;
            kernels::PivotInfo* const info = pivots.get() + buffer * plan.wave;
            if (small) {
                run_small_wave(context, table.view(), plan, batch.inverses != nullptr, first_draw,
                               count(wave), to, info);
            } else {
                run_large_wave(context, table.view(), plan, first_draw, to, info);
            }
        },
        [&](std::int64_t wave, int buffer) {
            bring_results(context, batch, plan, wave * plan.wave, count(wave),
                          records.get() + buffer * plan.wave * plan.record,
                          pivots.get() + buffer * plan.wave, host_pivots);
        });
}

bool bad_batch(const narrows_batch* batch) {
    if (batch == nullptr || batch->order < 0 || batch->num_draws < 0 || batch->first_draw < 0 ||
        batch->num_weights < 0 || batch->num_demands < 0) {
        return true;
    }
    // A draw's number is one word of the counter.
    if (batch->first_draw > (std::int64_t{1} << 32) - batch->num_draws) return true;
    if (batch->num_draws == 0) return false;
    if (batch->failed == nullptr) return true;
    if (batch->order == 0) return false;
    return batch->coefficients == nullptr || batch->slack == nullptr || batch->spread == nullptr ||
           (batch->num_weights > 0 &&
            (batch->weights == nullptr || batch->multipliers == nullptr)) ||
           (batch->num_demands > 0 && (batch->demands == nullptr || batch->outputs == nullptr));
}

}  // namespace

narrows_status run_batch(narrows_context* context, const narrows_batch* batch) {
    if (context == nullptr || bad_batch(batch)) {
        return fail(context, NARROWS_BAD_ARGUMENT, "run_batch: bad argument");
    }
    return guarded(context, [&] {
        if (batch->order == 0) {
            for (std::int64_t d = 0; d < batch->num_draws; ++d) batch->failed[d] = 0;
        } else if (batch->num_draws > 0) {
            run(*context, *batch);
        }
        return NARROWS_OK;
    });
}

}  // namespace narrows::cuda
