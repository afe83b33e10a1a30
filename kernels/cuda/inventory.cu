#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/common/inventory_wave.hpp"
#include "kernels/cuda/capture.cuh"
#include "kernels/cuda/context.cuh"
#include "kernels/cuda/inventory_layout.hpp"
#include "kernels/cuda/inventory_memory.cuh"
#include "kernels/cuda/launch.cuh"
#include "kernels/cuda/operations.cuh"
#include "kernels/cuda/products.cuh"

namespace narrows::cuda {
namespace {

using kernels::InventoryShocks;
using kernels::InventoryTables;
using kernels::InventoryWave;

/// One thread per row and scenario of every array that a scenario starts with.
void launch_start(cudaStream_t stream, const InventoryWave& of) {
    const InventoryWave w = of;
    const std::int64_t width = w.width;
    launch_cells("inventory_start_stocks", stream, w.of.num_stocks() * width,
                 [=] NARROWS_DEVICE(std::int64_t cell) { start_inventory_stock(w, cell); });
    launch_cells("inventory_start_nodes", stream, w.of.n * width,
                 [=] NARROWS_DEVICE(std::int64_t cell) { start_inventory_node(w, cell); });
    launch_cells("inventory_start_slots", stream, w.of.num_slots() * width,
                 [=] NARROWS_DEVICE(std::int64_t cell) { start_inventory_slot(w, cell); });
    double* const shocks = w.shocks;
    launch_cells("inventory_start_shocks", stream,
                 kernels::num_shocked_rows(w.of.n, w.of.num_slots()) * width,
                 [=] NARROWS_DEVICE(std::int64_t cell) { shocks[cell] = 0.0; });
    launch_cells("inventory_start_scenarios", stream, width,
                 [=] NARROWS_DEVICE(std::int64_t b) { start_inventory_scenario(w, b); });
}

/// One thread per shocked cell.
void launch_shocks(cudaStream_t stream, const InventoryWave& of, const InventoryShocks& all,
                   std::int64_t step) {
    const InventoryWave w = of;
    const InventoryShocks shocks = all;
    launch_cells("inventory_shocks", stream, shocks.num_cells,
                 [=] NARROWS_DEVICE(std::int64_t cell) { inventory_shock(w, shocks, step, cell); });
}

/// One thread per user and scenario. Bound by memory: 24 bytes per stock, and 8 for each of
/// `received` and `total`.
template <bool follow_output, bool reweighted, narrows_input_bound kind>
void launch_stocks(cudaStream_t stream, const InventoryWave& of) {
    const InventoryWave w = of;
    launch_cells<3>("inventory_stocks", stream, w.of.n * w.width,
                    [=] NARROWS_DEVICE(std::int64_t cell) {
                        kernels::inventory_stocks<follow_output, reweighted, kind>(w, cell);
                    });
}

template <narrows_input_bound kind>
void launch_stocks_of(cudaStream_t stream, const InventoryWave& w) {
    const auto launch_them = w.of.follow_output ? w.of.reweighted ? launch_stocks<true, true, kind>
                                                                  : launch_stocks<true, false, kind>
                             : w.of.reweighted ? launch_stocks<false, true, kind>
                                                : launch_stocks<false, false, kind>;
    launch_them(stream, w);
}

void launch_stocks_of(narrows_input_bound bound, cudaStream_t stream, const InventoryWave& w) {
    switch (bound) {
        case NARROWS_SCARCEST:
            return launch_stocks_of<NARROWS_SCARCEST>(stream, w);
        case NARROWS_ADDED:
            return launch_stocks_of<NARROWS_ADDED>(stream, w);
        case NARROWS_CES:
            return launch_stocks_of<NARROWS_CES>(stream, w);
    }
}

/// One thread per product and scenario: 8 bytes per stock.
void launch_orders(cudaStream_t stream, const InventoryWave& of) {
    const InventoryWave w = of;
    launch_cells("inventory_orders", stream, w.of.num_products * w.width,
                 [=] NARROWS_DEVICE(std::int64_t cell) { inventory_orders(w, cell); });
}

/// One thread per node and scenario.
void launch_nodes(cudaStream_t stream, const InventoryWave& of) {
    const InventoryWave w = of;
    launch_cells("inventory_nodes", stream, w.of.n * w.width,
                 [=] NARROWS_DEVICE(std::int64_t cell) { inventory_node(w, cell); });
}

/// One thread per slot and scenario.
void launch_channels(cudaStream_t stream, const InventoryWave& of) {
    const InventoryWave w = of;
    launch_cells("inventory_channels", stream, w.of.num_slots() * w.width,
                 [=] NARROWS_DEVICE(std::int64_t cell) { inventory_channel(w, cell); });
}

/// One block per region and 32 scenarios.
void launch_income(cudaStream_t stream, const InventoryWave& of) {
    const InventoryWave w = of;
    launch<kernels::income_threads, 4>(
        "inventory_income", stream, w.of.num_regions * (w.width / kernels::inventory_lanes),
        kernels::income_threads, kernels::income_threads,
        [=] NARROWS_DEVICE(BlockExecutor & executor, std::int64_t block, double* shared) {
            kernels::inventory_income(executor, shared, w, block);
        });
}

/// One thread per scenario.
void launch_sums(cudaStream_t stream, const InventoryWave& of) {
    const InventoryWave w = of;
    launch_cells("inventory_sums", stream, w.width,
                 [=] NARROWS_DEVICE(std::int64_t b) { inventory_sums(w, b); });
}

/// One thread per row and scenario.
void launch_columns(cudaStream_t stream, std::int64_t rows, std::int64_t count, std::int64_t width,
                    const double* values, double* columns) {
    launch_cells("inventory_columns", stream, rows * count, [=] NARROWS_DEVICE(std::int64_t cell) {
        const std::int64_t b = cell / rows;
        columns[cell] = values[(cell - b * rows) * width + b];
    });
}

/// What the scenarios of a wave end with, on the host: a column each.
struct HostResults {
    HostResults(const narrows_inventory& in, const InventoryLayout& layout, std::int64_t width)
        : output(static_cast<size_t>(in.n * width)),
          unmet(output.size()),
          value_added(static_cast<size_t>(in.num_steps * width)),
          kept_output(static_cast<size_t>(layout.num_kept * in.n * width)),
          kept_fill(static_cast<size_t>(layout.num_kept * in.num_channels * width)),
          kept_bound(kept_output.size()),
          step(layout.num_kept == 0
                   ? 0
                   : static_cast<size_t>(std::max(in.n, layout.num_slots()) * width)) {}
    std::vector<double> output, unmet, value_added, kept_output, kept_fill;
    std::vector<std::int32_t> kept_bound;
    std::vector<double> step;  // what is kept of one, before it is in its place
};

class Simulation {
  public:
    Simulation(narrows_context& context, const narrows_inventory& in)
        : context_(context),
          in_(in),
          layout_(in),
          width_(layout_.width(in)),
          changes_(strength_changes(in)),
          tables_(context, in, layout_),
          memory_(in, layout_, tables_.view(in, layout_), width_),
          shocks_(context, in, most_entries()),
          host_(in, layout_, width_) {}

    /// Returns false where the caller asked to stop.
    bool run() {
        for (std::int64_t first = 0; first < in_.num_scenarios; first += width_) {
            start(first);
            for (std::int64_t step = 0; step < in_.num_steps; ++step) take(step);
            if (!hand_over()) return false;
        }
        return true;
    }

  private:
    const Stream& stream() const { return context_.lanes[0].stream; }
    const InventoryWave& wave() const { return memory_.view(); }

    std::int64_t most_entries() const {
        std::int64_t most = 0;
        for (std::int64_t first = 0; first < in_.num_scenarios; first += width_) {
            const std::int64_t end = std::min(first + width_, in_.num_scenarios);
            most = std::max(most, in_.entry_starts[end] - in_.entry_starts[first]);
        }
        return most;
    }

    /// Puts scenarios from `first` on before their first step. What is left of the wave does what
    /// its first scenario does, without shocks.
    void start(std::int64_t first) {
        first_ = first;
        count_ = std::min(width_, in_.num_scenarios - first);
        send(in_.tau, wave().tau);
        send(in_.stock, wave().scale);
        shocks_.set(context_, {in_, layout_, first, count_, width_});
        launch_start(stream().get(), wave());
        launch_income(stream().get(), wave());
        launch_sums(stream().get(), wave());
    }

    void send(const double* of_scenarios, double* to) {
        std::vector<double> values(of_scenarios + first_, of_scenarios + first_ + count_);
        values.resize(static_cast<size_t>(width_), values.front());
        context_.staging.to_device(to, width_, values.data(), width_, width_, 1, stream());
    }

    void take(std::int64_t step) {
        if (changes_[static_cast<size_t>(step)]) {
            launch_shocks(stream().get(), wave(), shocks_.view(), step);
        }
        launch_step();
        if (layout_.num_kept > 0 && step % in_.keep_every == 0) keep(step / in_.keep_every);
    }

    /// The first step goes straight to the stream, and libraries load what they need; the others
    /// are replayed from a graph of one.
    void launch_step() {
        if (!warm_) {
            queue_step();
            warm_ = true;
            return;
        }
        if (graph_.get() == nullptr) {
            Graph graph;
            Capture capture(stream());
            queue_step();
            capture.end(graph);
            check(cudaGraphInstantiate(graph_.out(), graph.get(), 0), "cudaGraphInstantiate");
        }
        check(cudaGraphLaunch(graph_.get(), stream().get()), "cudaGraphLaunch");
    }

    void queue_step() {
        const InventoryWave& w = wave();
        if (w.received != nullptr) sum_over_channels(w.weighted_fill, w.received);
        if (w.total != nullptr) sum_over_channels(w.weight, w.total);
        launch_stocks_of(in_.bound, stream().get(), w);
        if (layout_.fused) {
            launch_orders(stream().get(), w);
        } else {
            add_up_orders();
        }
        launch_nodes(stream().get(), w);
        launch_channels(stream().get(), w);
        launch_income(stream().get(), w);
        launch_sums(stream().get(), w);
    }

    /// sums_kj = sum_c share_cj values_c for all products k: width x n each.
    void sum_over_channels(const double* values, double* sums) {
        const InventoryTables& of = wave().of;
        multiply_batched(context_.lanes[0],
                         {width_, of.n, of.longest, 1.0, values, width_, of.shares, of.num_slots(),
                          0.0, sums, width_},
                         of.num_products, {of.longest * width_, of.longest, of.n * width_});
    }

    /// orders_c = sum_j share_cj o_kj for all products k: width x longest each.
    void add_up_orders() {
        const InventoryTables& of = wave().of;
        multiply_batched(context_.lanes[0],
                         {width_, of.longest, of.n, 1.0, wave().order, width_, of.shares,
                          of.num_slots(), 0.0, wave().orders, width_, false, true},
                         of.num_products, {of.n * width_, of.longest, of.longest * width_});
    }

    /// A column of `rows` per scenario.
    void bring(const double* values, std::int64_t rows, double* to, std::int64_t to_ld) {
        launch_columns(stream().get(), rows, count_, width_, values, memory_.columns());
        context_.staging.to_host(to, to_ld, memory_.columns(), rows, rows, count_, stream());
    }

    void keep(std::int64_t kept) {
        const std::int64_t n = in_.n;
        const std::int64_t channels = in_.num_channels;
        bring(wave().output, n, host_.kept_output.data() + kept * n, layout_.num_kept * n);
        bring(wave().bound, n, host_.step.data(), n);
        for (std::int64_t b = 0; b < count_; ++b) {
            std::int32_t* const to = host_.kept_bound.data() + (b * layout_.num_kept + kept) * n;
            for (std::int64_t i = 0; i < n; ++i) {
                to[i] = static_cast<std::int32_t>(host_.step[static_cast<size_t>(b * n + i)]);
            }
        }
        const std::int64_t slots = layout_.num_slots();
        bring(wave().fill, slots, host_.step.data(), slots);
        for (std::int64_t b = 0; b < count_; ++b) {
            double* const to = host_.kept_fill.data() + (b * layout_.num_kept + kept) * channels;
            for (std::int64_t c = 0; c < channels; ++c) {
                const std::int64_t slot = layout_.slot[static_cast<size_t>(c)];
                to[c] = host_.step[static_cast<size_t>(b * slots + slot)];
            }
        }
    }

    bool hand_over() {
        bring(wave().sum_output, in_.n, host_.output.data(), in_.n);
        bring(wave().unmet, in_.n, host_.unmet.data(), in_.n);
        bring(wave().value_added, in_.num_steps, host_.value_added.data(), in_.num_steps);
        for (std::int64_t b = 0; b < count_; ++b) {
            narrows_inventory_result result{};
            result.scenario = first_ + b;
            result.output = host_.output.data() + b * in_.n;
            result.unmet = host_.unmet.data() + b * in_.n;
            result.value_added = host_.value_added.data() + b * in_.num_steps;
            result.num_kept = layout_.num_kept;
            if (layout_.num_kept > 0) {
                const std::int64_t kept = b * layout_.num_kept;
                result.kept_output = host_.kept_output.data() + kept * in_.n;
                result.kept_bound = host_.kept_bound.data() + kept * in_.n;
                result.kept_fill = host_.kept_fill.data() + kept * in_.num_channels;
            }
            if (in_.done(in_.user, &result) != 0) return false;
        }
        return true;
    }

    narrows_context& context_;
    const narrows_inventory& in_;
    const InventoryLayout layout_;
    const std::int64_t width_;
    const std::vector<bool> changes_;
    const DeviceTables tables_;
    const WaveMemory memory_;
    DeviceShocks shocks_;
    HostResults host_;
    GraphExec graph_;
    bool warm_ = false;
    std::int64_t first_ = 0, count_ = 0;  // of the wave
};

}  // namespace

/// Beside shocks. From the sizes of the tables that are known: each node delivers through a channel
/// or two, and half of the slots are used.
std::int64_t inventory_bytes(std::int64_t shares, std::int64_t stocks) {
    const auto nodes =
        static_cast<std::int64_t>(std::sqrt(std::max(0.0, static_cast<double>(shares)))) + 1;
    const std::int64_t rows = 4 * stocks + (rows_of_node + 2 * rows_of_slot) * nodes;
    return 8 * (2 * shares + 4 * stocks + 16 * nodes + std::max(inventory_budget, 32 * rows));
}

narrows_status run_inventory(narrows_context* context, const narrows_inventory* inventory) {
    if (context == nullptr || kernels::bad_inventory(inventory)) {
        return fail(context, NARROWS_BAD_ARGUMENT, "run_inventory: bad argument");
    }
    if (kernels::serves_one_by_one(inventory->rationing)) {
        return fail(context, NARROWS_UNAVAILABLE,
                    "orders are not served one by one here (rationing largest-first, "
                    "random-priority); --backend cpu does");
    }
    return guarded(context, [&] {
        if (inventory->num_scenarios == 0 || Simulation(*context, *inventory).run()) {
            return NARROWS_OK;
        }
        return fail(context, NARROWS_STOPPED, "stopped by the caller");
    });
}

}  // namespace narrows::cuda
