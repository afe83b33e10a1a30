#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "kernels/common/inventory_wave.hpp"
#include "kernels/cuda/inventory_layout.hpp"
#include "kernels/cuda/uploaded.cuh"

// What run_inventory has in device memory.
namespace narrows::cuda {

/// What stays the same on the device from wave to wave.
class DeviceTables {
  public:
    DeviceTables(narrows_context& context, const narrows_inventory& in,
                 const InventoryLayout& layout)
        : source_(context, layout.source),
          slots_of_(context, layout.slots_of),
          slots_(context, layout.slots),
          nodes_of_(context, layout.nodes_of),
          nodes_(context, layout.nodes),
          region_(context, in.region, in.n),
          base_(context, layout.base),
          inputs_(context, in.inputs, in.num_products, in.n),
          goals_(context, in.goals, in.num_products, in.n),
          slope_(context, in.slope, in.num_products, in.n),
          offset_(context, in.offset, in.num_products, in.n),
          x0_(context, in.x0, in.n),
          per_output_(context, layout.per_output),
          households_(context, in.households, in.n),
          other_(context, in.other, in.n),
          base_income_(context, layout.base_income),
          shares_(layout.num_slots() * in.n) {
        const Stream& stream = context.lanes[0].stream;
        check(cudaMemsetAsync(shares_.get(), 0, shares_.bytes(), stream.get()), "cudaMemsetAsync");
        for (std::int64_t k = 0; k < in.num_products; ++k) {
            const std::int64_t first = in.starts[k];
            context.staging.to_device(shares_.get() + k * layout.longest, layout.num_slots(),
                                      in.shares + first, in.num_channels, in.starts[k + 1] - first,
                                      in.n, stream);
        }
    }

    kernels::InventoryTables view(const narrows_inventory& in,
                                  const InventoryLayout& layout) const {
        return {in.n,
                in.num_products,
                layout.longest,
                in.num_regions,
                source_.get(),
                shares_.get(),
                base_.get(),
                inputs_.get(),
                goals_.get(),
                slope_.get(),
                offset_.get(),
                x0_.get(),
                per_output_.get(),
                households_.get(),
                other_.get(),
                region_.get(),
                slots_of_.get(),
                slots_.get(),
                nodes_of_.get(),
                nodes_.get(),
                base_income_.get(),
                in.exponent,
                in.hire,
                in.fire,
                in.alpha_base,
                in.alpha_max,
                in.alpha_steps,
                in.rho,
                in.m,
                in.rationing,
                in.orders_follow_output != 0,
                in.reweighted != 0,
                in.bound == NARROWS_SCARCEST};
    }

  private:
    const Uploaded<std::int64_t> source_, slots_of_, slots_, nodes_of_, nodes_, region_;
    const Uploaded<double> base_, inputs_, goals_, slope_, offset_, x0_, per_output_, households_,
        other_, base_income_;
    const DeviceArray<double> shares_;  // slots x n
};

/// The arrays of a wave in one piece.
class WaveMemory {
  public:
    WaveMemory(const narrows_inventory& in, const InventoryLayout& layout,
               const kernels::InventoryTables& tables, std::int64_t width)
        : step_(1), arrays_(arrays(in, layout)), values_(num_rows() * width) {
        wave_.of = tables;
        wave_.width = width;
        wave_.step = step_.get();
        double* at = values_.get();
        for (const auto& [array, rows] : arrays_) {
            if (rows == 0) continue;
            *array = at;
            at += rows * width;
        }
        if (in.reweighted == 0) wave_.weighted_fill = wave_.fill;
    }
    WaveMemory(const WaveMemory&) = delete;
    WaveMemory& operator=(const WaveMemory&) = delete;
    const kernels::InventoryWave& view() const { return wave_; }
    /// Values that are on their way to the host, a column per scenario.
    double* columns() const { return columns_; }

  private:
    using Array = std::pair<double**, std::int64_t>;  // and its rows

    std::vector<Array> arrays(const narrows_inventory& in, const InventoryLayout& layout) {
        kernels::InventoryWave& w = wave_;
        const std::int64_t n = in.n;
        const std::int64_t slots = layout.num_slots();
        const std::int64_t stocks = in.num_products * n;
        const bool reweighted = in.reweighted != 0;
        std::vector<Array> result = {{&w.tau, 1},
                                     {&w.scale, 1},
                                     {&w.stocks, stocks},
                                     {&w.order, stocks},
                                     {&w.received, layout.fused ? 0 : stocks},
                                     {&w.total, layout.fused || !reweighted ? 0 : stocks},
                                     {&w.orders, slots},
                                     {&w.fill, slots},
                                     {&w.weight, reweighted ? slots : 0},
                                     {&w.weighted_fill, reweighted ? slots : 0},
                                     {&w.shocks, kernels::num_shocked_rows(n, slots)},
                                     {&w.consumption, in.num_regions},
                                     {&w.income, in.num_regions},
                                     {&w.value_added, in.num_steps},
                                     {&columns_, std::max({n, slots, in.num_steps})}};
        for (double** of_node : {&w.allowed, &w.scarcest, &w.labour, &w.alpha, &w.output, &w.makes,
                                 &w.makes_before, &w.wants, &w.wants_before, &w.capacity,
                                 &w.rationed, &w.bound, &w.sum_output, &w.unmet}) {
            result.emplace_back(of_node, n);
        }
        return result;
    }

    std::int64_t num_rows() const {
        std::int64_t sum = 0;
        for (const Array& array : arrays_) sum += array.second;
        return sum;
    }

    kernels::InventoryWave wave_{};
    double* columns_ = nullptr;
    const DeviceArray<std::int64_t> step_;
    const std::vector<Array> arrays_;
    const DeviceArray<double> values_;
};

/// Shocks of the scenarios of a wave on the device.
class DeviceShocks {
  public:
    DeviceShocks(narrows_context& context, const narrows_inventory& in, std::int64_t most)
        : in_(in),
          cell_(most),
          first_(most + 1),
          profile_(most),
          amount_(most),
          profiles_(context, in.profiles, in.num_steps, in.num_profiles) {}

    void set(narrows_context& context, const InventoryEntries& of) {
        const Stream& stream = context.lanes[0].stream;
        const auto count = static_cast<std::int64_t>(of.amount.size());
        num_cells_ = of.num_cells();
        context.staging.to_device(cell_.get(), of.cell.data(), num_cells_, stream);
        context.staging.to_device(first_.get(), of.first.data(), num_cells_ + 1, stream);
        context.staging.to_device(profile_.get(), of.profile.data(), count, stream);
        context.staging.to_device(amount_.get(), count, of.amount.data(), count, count, 1, stream);
    }
    kernels::InventoryShocks view() const {
        return {num_cells_,    cell_.get(),   first_.get(),   profile_.get(),
                amount_.get(), in_.num_steps, profiles_.get()};
    }

  private:
    const narrows_inventory& in_;
    const DeviceArray<std::int64_t> cell_, first_, profile_;
    const DeviceArray<double> amount_;
    const Uploaded<double> profiles_;
    std::int64_t num_cells_ = 0;
};

}  // namespace narrows::cuda
