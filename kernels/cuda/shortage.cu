#include <algorithm>
#include <utility>
#include <vector>

#include "kernels/common/shortage.hpp"
#include "kernels/common/shortage_sweep.hpp"
#include "kernels/cuda/context.cuh"
#include "kernels/cuda/launch.cuh"
#include "kernels/cuda/operations.cuh"
#include "kernels/cuda/shortage_pack.hpp"
#include "kernels/cuda/uploaded.cuh"

namespace narrows::cuda {
namespace {

using kernels::shortage_tile;

/// Most slots, and most doubles of their losses. Few where the module is emulated: scenarios wait
/// for slots in the tests.
#ifdef NARROWS_EMULATE_CUDA
constexpr std::int64_t most_slots = 2 * shortage_tile;
#else
constexpr std::int64_t most_slots = std::int64_t{1} << 16;
#endif
constexpr std::int64_t loss_budget = std::int64_t{1} << 26;

std::int64_t slots_for(std::int64_t places, std::int64_t num_scenarios) {
    const std::int64_t fits = loss_budget / std::max<std::int64_t>(places, 1) / shortage_tile;
    return std::min(rounded(num_scenarios, shortage_tile),
                    std::clamp<std::int64_t>(fits * shortage_tile, shortage_tile, most_slots));
}

/// One thread per weight: 16 bytes.
void launch_pack(cudaStream_t stream, std::int64_t count, std::int64_t n,
                 const kernels::ShortageRow* rows, const double* w, double* weights) {
    launch_cells("shortage_pack", stream, count, [=] NARROWS_DEVICE(std::int64_t cell) {
        kernels::pack_shortage_cell(cell, n, rows, w, weights);
    });
}

/// What stays the same on the device from sweep to sweep.
struct Inputs {
    Inputs(narrows_context& context, const narrows_shortage& all, const ShortageLayout& layout)
        : first_run(context, layout.first_run),
          runs(context, layout.runs),
          rows(context, layout.rows),
          first_weight(context, layout.first_weight),
          place_of(context, layout.place_of),
          home_of(context, layout.home_of),
          starts(context, all.starts, all.num_products + 1),
          first_place(context, layout.first_place),
          home(context, all.home, all.num_home),
          products(context, all.products, all.num_scenarios),
          w(context, all.weights, all.n, all.n),
          direct(context, all.direct, all.num_home, all.num_scenarios),
          delivered(context, all.delivered, kernels::longest_product(all), all.num_scenarios),
          weights(layout.weights()) {
        launch_pack(context.lanes[0].stream.get(), layout.weights(), all.n,
                    reinterpret_cast<const kernels::ShortageRow*>(rows.get()), w.get(),
                    weights.get());
    }
    const Uploaded<std::int64_t> first_run, runs, rows, first_weight, place_of, home_of, starts,
        first_place, home, products;
    const Uploaded<double> w, direct, delivered;
    const DeviceArray<double> weights;  // w, packed
};

/// One thread per cell.
void launch_arrange(cudaStream_t stream, std::int64_t places, const std::int64_t* source,
                    std::int64_t old_slots, const double* from, std::int64_t slots, double* to) {
    launch_cells("shortage_arrange", stream, places * slots, [=] NARROWS_DEVICE(std::int64_t cell) {
        const std::int64_t place = cell / slots;
        const std::int64_t slot = cell - place * slots;
        const std::int64_t old = source[slot];
        to[kernels::shortage_cell(place, slot, slots)] =
            old < 0 ? 0.0 : from[kernels::shortage_cell(place, old, old_slots)];
    });
}

/// One thread per home user and slot.
void launch_direct(cudaStream_t stream, const kernels::ShortageDirect& of) {
    const kernels::ShortageDirect direct = of;
    launch_cells("shortage_direct", stream, of.num_home * of.slots,
                 [=] NARROWS_DEVICE(std::int64_t cell) { kernels::shortage_direct(direct, cell); });
}

/// One block per tile of 64 users and 64 slots. Bound by the units that multiply fragments.
void launch_sweep(cudaStream_t stream, std::int64_t tiles, const kernels::ShortageSweep& of) {
    const kernels::ShortageSweep sweep = of;
    launch<kernels::shortage_threads, 2>(
        "shortage_sweep", stream, tiles * (of.slots / shortage_tile), kernels::shortage_threads,
        kernels::shortage_shared,
        [=] NARROWS_DEVICE(BlockExecutor & executor, std::int64_t block, double* shared) {
            kernels::shortage_sweep(executor, shared, block, sweep);
        });
}

/// One thread per slot.
void launch_most(cudaStream_t stream, std::int64_t slots, std::int64_t tiles, const double* change,
                 const double* largest, double* most) {
    launch_cells("shortage_most", stream, slots, [=] NARROWS_DEVICE(std::int64_t slot) {
        most[slot] = kernels::shortage_most(change, slot, slots, tiles);
        most[slots + slot] = kernels::shortage_most(largest, slot, slots, tiles);
    });
}

/// One thread per node and settled slot.
void launch_columns(cudaStream_t stream, std::int64_t n, std::int64_t count,
                    const std::int64_t* place_of, const std::int64_t* settled, std::int64_t slots,
                    const double* loss, double* columns) {
    launch_cells("shortage_columns", stream, n * count, [=] NARROWS_DEVICE(std::int64_t cell) {
        const std::int64_t c = cell / n;
        columns[cell] = loss[kernels::shortage_cell(place_of[cell - c * n], settled[c], slots)];
    });
}

/// A scenario that is being swept, or none.
struct Slot {
    std::int64_t scenario = -1;
    std::int64_t lambda = 0;  // which of them
    std::int64_t sweeps = 0;
};

class Solver {
  public:
    Solver(narrows_context& context, const narrows_shortage& all)
        : context_(context),
          all_(all),
          layout_(all),
          longest_(kernels::longest_product(all)),
          inputs_(context, all, layout_),
          slots_(slots_for(layout_.places(), all.num_scenarios)),
          loss_{DeviceArray<double>(layout_.places() * slots_),
                DeviceArray<double>(layout_.places() * slots_)},
          direct_(all.num_home * slots_),
          change_(2 * layout_.tiles() * slots_),
          most_(2 * slots_),
          lambda_(slots_),
          scenario_(slots_),
          source_(slots_),
          column_capacity_(
              std::max<std::int64_t>(1, staging_piece / std::max<std::int64_t>(all.n, 1))),
          columns_(all.n * column_capacity_),
          host_columns_(static_cast<size_t>(all.n * column_capacity_)),
          host_most_(static_cast<size_t>(2 * slots_)) {}

    /// Returns false where the caller asked to stop.
    bool solve() {
        std::vector<std::int64_t> source;  // of every slot's losses: -1 starts from nothing
        std::int64_t next = 0;
        const auto fill = [&] {
            while (next < all_.num_scenarios &&
                   static_cast<std::int64_t>(running_.size()) < slots_) {
                running_.push_back({next++, 0, 0});
                source.push_back(-1);
            }
        };
        for (fill(); !running_.empty(); fill()) {
            arrange(source);
            std::vector<std::int64_t> settled;
            while (settled.empty()) {
                sweep();
                settled = settled_slots();
            }
            if (!hand_over(settled)) return false;
            source.clear();
            std::vector<Slot> still;
            for (size_t at = 0; at < running_.size(); ++at) {
                if (running_[at].lambda == all_.num_lambdas) continue;
                still.push_back(running_[at]);
                source.push_back(static_cast<std::int64_t>(at));
            }
            running_ = std::move(still);
        }
        return true;
    }

  private:
    const Stream& stream() const { return context_.lanes[0].stream; }
    std::int64_t width() const {
        return rounded(static_cast<std::int64_t>(running_.size()), shortage_tile);
    }

    /// Moves what runs on to the first slots, and starts what is new. 16 bytes per loss.
    void arrange(std::vector<std::int64_t>& source) {
        const std::int64_t slots = width();
        std::vector<double> lambda(static_cast<size_t>(slots), 0.0);
        std::vector<std::int64_t> scenario(static_cast<size_t>(slots), -1);
        for (size_t at = 0; at < running_.size(); ++at) {
            lambda[at] = all_.lambdas[running_[at].lambda];
            scenario[at] = running_[at].scenario;
        }
        source.resize(static_cast<size_t>(slots), -1);
        context_.staging.to_device(lambda_.get(), slots, lambda.data(), slots, slots, 1, stream());
        context_.staging.to_device(scenario_.get(), scenario.data(), slots, stream());
        context_.staging.to_device(source_.get(), source.data(), slots, stream());
        launch_arrange(stream().get(), layout_.places(), source_.get(), arranged_slots_,
                       loss_[current_].get(), slots, loss_[1 - current_].get());
        current_ = 1 - current_;
        arranged_slots_ = slots;
        // A cell between products is never written by a sweep, and both buffers take turns.
        const size_t bytes = sizeof(double) * static_cast<size_t>(layout_.places() * slots);
        check(cudaMemsetAsync(loss_[1 - current_].get(), 0, bytes, stream().get()),
              "cudaMemsetAsync");
    }

    void sweep() {
        const std::int64_t slots = arranged_slots_;
        double* const largest = change_.get() + layout_.tiles() * slots;
        launch_direct(stream().get(),
                      {all_.n, slots, all_.num_home, longest_, inputs_.starts.get(),
                       inputs_.first_place.get(), inputs_.w.get(), inputs_.home.get(),
                       inputs_.products.get(), inputs_.direct.get(), inputs_.delivered.get(),
                       scenario_.get(), lambda_.get(), loss_[current_].get(), direct_.get()});
        launch_sweep(stream().get(), layout_.tiles(),
                     {all_.n, slots, inputs_.first_run.get(),
                      reinterpret_cast<const kernels::ShortageRun*>(inputs_.runs.get()),
                      inputs_.first_weight.get(), inputs_.weights.get(), inputs_.place_of.get(),
                      inputs_.home_of.get(), lambda_.get(), direct_.get(), loss_[current_].get(),
                      loss_[1 - current_].get(), change_.get(), largest});
        launch_most(stream().get(), slots, layout_.tiles(), change_.get(), largest, most_.get());
        current_ = 1 - current_;
        for (Slot& slot : running_) ++slot.sweeps;
    }

    std::vector<std::int64_t> settled_slots() {
        const std::int64_t slots = arranged_slots_;
        context_.staging.to_host(host_most_.data(), slots, most_.get(), slots, slots, 2, stream());
        std::vector<std::int64_t> settled;
        for (size_t at = 0; at < running_.size(); ++at) {
            if (progress(at).settled) settled.push_back(static_cast<std::int64_t>(at));
        }
        return settled;
    }

    kernels::ShortageProgress progress(size_t at) const {
        return kernels::shortage_progress(all_.lambdas[running_[at].lambda], host_most_[at],
                                          host_most_[at + static_cast<size_t>(arranged_slots_)],
                                          longest_);
    }

    /// Gives the caller what has settled; each goes on to its next lambda.
    bool hand_over(const std::vector<std::int64_t>& settled) {
        const auto total = static_cast<std::int64_t>(settled.size());
        for (std::int64_t first = 0; first < total; first += column_capacity_) {
            const std::int64_t count = std::min(column_capacity_, total - first);
            context_.staging.to_device(source_.get(), settled.data() + first, count, stream());
            launch_columns(stream().get(), all_.n, count, inputs_.place_of.get(), source_.get(),
                           arranged_slots_, loss_[current_].get(), columns_.get());
            context_.staging.to_host(host_columns_.data(), all_.n, columns_.get(), all_.n, all_.n,
                                     count, stream());
            for (std::int64_t c = 0; c < count; ++c) {
                const auto at = static_cast<size_t>(settled[static_cast<size_t>(first + c)]);
                Slot& slot = running_[at];
                const narrows_shortage_result result{slot.scenario, slot.lambda,
                                                     host_columns_.data() + c * all_.n,
                                                     progress(at).error, slot.sweeps};
                if (all_.done(all_.user, &result) != 0) return false;
                ++slot.lambda;
                slot.sweeps = 0;
            }
        }
        return true;
    }

    narrows_context& context_;
    const narrows_shortage& all_;
    const ShortageLayout layout_;
    const std::int64_t longest_;
    const Inputs inputs_;
    const std::int64_t slots_;  // most of them
    DeviceArray<double> loss_[2];
    int current_ = 0;
    std::int64_t arranged_slots_ = shortage_tile;
    const DeviceArray<double> direct_, change_, most_, lambda_;
    const DeviceArray<std::int64_t> scenario_, source_;
    const std::int64_t column_capacity_;
    const DeviceArray<double> columns_;
    std::vector<double> host_columns_, host_most_;
    std::vector<Slot> running_;
};

}  // namespace

std::int64_t shortage_bytes(std::int64_t n, std::int64_t num_scenarios) {
    const std::int64_t places = kernels::shortage_places * n;  // one region per product
    const std::int64_t slots = slots_for(n, num_scenarios);
    const std::int64_t losses = 2 * std::min(places * slots, std::max(loss_budget, places * 64));
    const std::int64_t weights = places * (n + shortage_tile) + n * n;
    return 8 * (weights + losses + (2 * n + 16) * slots + (2 * n + 1) * num_scenarios +
                staging_piece + 16 * n);
}

narrows_status solve_shortage(narrows_context* context, const narrows_shortage* shortage) {
    if (context == nullptr || kernels::bad_shortage(shortage)) {
        return fail(context, NARROWS_BAD_ARGUMENT, "solve_shortage: bad argument");
    }
    return guarded(context, [&] {
        if (shortage->num_lambdas == 0 || Solver(*context, *shortage).solve()) return NARROWS_OK;
        return fail(context, NARROWS_STOPPED, "stopped by the caller");
    });
}

}  // namespace narrows::cuda
