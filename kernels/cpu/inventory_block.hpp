#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "kernels/common/inventory.hpp"
#include "kernels/cpu/aligned_doubles.hpp"
#include "kernels/cpu/inventory.hpp"

namespace narrows::cpu {

/// Scenarios side by side on their way through the steps; arrays by node, channel or row of shocks,
/// lane fastest.
class Inventory::Block {
  public:
    /// For the scenarios [first, first + lanes), as many as there are.
    explicit Block(const Inventory& of);

    /// All steps of the scenarios from `first` on; `results` of the lanes that have one.
    void run(std::int64_t first);
    narrows_inventory_result result(std::int64_t lane);
    std::int64_t num_scenarios() const { return num_scenarios_; }

  private:
    void restart(std::int64_t first);
    void start_stocks();
    void apply_shocks(std::int64_t step);
    void apply_shocks(std::int64_t step, std::int64_t lane);
    void pass_over_stocks(std::int64_t step);
    void consume();
    void pass_over_nodes(std::int64_t step);
    void keep(std::int64_t step);

    const Inventory& of_;
    const narrows_inventory& in_;
    std::int64_t lanes_, users_;  // users: nodes, filled up to whole tiles
    std::int64_t first_ = 0, num_scenarios_ = 0;
    std::int64_t num_kept_;
    AlignedDoubles stocks_, per_tau_, scale_;
    AlignedDoubles shocks_;  // sums of amount times profile, by row
    AlignedDoubles orders_, fill_, weighted_fill_, weight_, weight_before_, ordered_, rationed_;
    AlignedDoubles capacity_;  // K / x0
    AlignedDoubles makes_, makes_before_, wants_, wants_before_, output_, allowed_, scarcest_;
    AlignedDoubles consumption_, income_, base_income_;  // by region
    AlignedDoubles sum_output_, unmet_, value_added_;    // the last by step
    AlignedDoubles labour_, alpha_, bound_;              // by node
    std::vector<double> kept_output_, kept_fill_;        // by lane
    std::vector<std::int32_t> kept_bound_;
    std::vector<double> column_;  // one lane's results
};

}  // namespace narrows::cpu
