#pragma once

#include <cstdint>
#include <map>
#include <tuple>
#include <vector>

#include <Eigen/Core>

#include "host/backend/backend.hpp"
#include "host/shock/parameters.hpp"
#include "host/shock/shocks.hpp"

namespace narrows {

/// How stocks of inputs bound output (MODEL D.3), S_kj held and a_kj needed per unit of output. An
/// input is critical from c_kj = 3/4 on and important from 1/4 on.
enum class Production {
    linear,    // sum_k S_kj / sum_k a_kj: inputs replace each other freely
    ces,       // x_j (sum_k w_kj (S_kj / (a_kj x_j))^e)^(1/e), w_kj = a_kj / sum_k a_kj,
               // e = (theta - 1) / theta
    weak,      // min S_kj / a_kj over critical inputs
    half,      // min of that and (S_kj / a_kj + x_j) / 2 over important inputs
    strong,    // min S_kj / a_kj over critical and important inputs
    leontief,  // min S_kj / a_kj over all inputs
};

/// A model of an economy with stocks.
struct InventoryRule {
    /// Pichler, Pangallo, del Rio-Chanona, Lafond & Farmer (2022): orders follow demand.
    /// Otherwise Hallegatte (2014), ARIO with inventories: orders follow output, every input binds,
    /// overtime.
    bool partially_binding = true;
    Production production = Production::half;
};

/// Deliveries of a product that go together: from one node, or from outside, to users whose
/// deliveries the same import cuts are about.
struct InventoryChannel {
    Index product = 0;
    Index source = -1;           // node, -1: outside
    std::vector<Index> origins;  // outside: which, ascending
    std::vector<Index> cuts;     // targets of the batch
    Eigen::VectorXd flow;        // n: a year's deliveries to each node
};

/// By product, nodes before outside, in ascending order. Nobody delivers through a channel without
/// flows: there is none.
std::vector<InventoryChannel> inventory_channels(const ShockEconomy& economy,
                                                 const ShockBatch& batch);

/// An economy with some cases of a batch as the kernels want it: flows per day.
class InventorySystem {
  public:
    /// `parameters` hold for all `cases`, but for the days of restocking and of stocks (pbl) and
    /// the seed of random priorities, which are `parameters_of_case`'s; `stock_days` by node, if
    /// any, stand in place of the latter. Cases that nothing happens in are to be left out. Throws
    /// ArgumentError where criticality is needed and the economy has none, and for stocks of less
    /// than a day, with which production stops without any shock.
    InventorySystem(const ShockEconomy& economy, const ShockBatch& batch, const InventoryRule& rule,
                    const std::vector<Index>& cases,
                    const std::vector<ShockParameters>& parameters_of_case,
                    const Eigen::VectorXd& stock_days = {});

    /// Refers to this.
    narrows_inventory view() const;
    const std::vector<InventoryChannel>& channels() const { return channels_; }

  private:
    void add_channels(const ShockEconomy& economy);
    void limit_other_origins(const ShockBatch& batch, double slack);
    void set_bounds(const ShockEconomy& economy, const InventoryRule& rule,
                    const ShockParameters& parameters);
    void set_cases(const ShockBatch& batch, const std::vector<Index>& cases);
    void add_entries(const ShockBatch& batch, Index target, Index of_case, std::int32_t profile);
    std::int32_t profile_of(const ShockBatch& batch, Index target, Index of_case);

    narrows_inventory of_{};
    std::vector<InventoryChannel> channels_;
    std::vector<std::int64_t> starts_, source_, region_, entry_starts_;
    Eigen::MatrixXd shares_, inputs_, goals_, slope_, offset_, profiles_;
    Eigen::VectorXd base_, x0_, value_added_, households_, other_, tau_, stock_;
    std::vector<std::uint64_t> seeds_;
    std::vector<narrows_shock_entry> entries_;
    std::vector<ShockTiming> timings_;  // of the profiles after those of the series
    std::map<std::tuple<double, double, double, double, RecoveryShape>, std::size_t> profile_at_;
    std::vector<std::vector<Index>> cut_channels_;  // by target
    std::vector<std::vector<Index>>
        limited_channels_;  // by target: others that import its products
};

/// Does a case change anything: is any amount (or series) of it not 0 within the horizon?
bool has_effect(const ShockBatch& batch, Index of_case);

}  // namespace narrows
