#include "kernels/cpu/inventory_priority.hpp"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstddef>
#include <limits>
#include <tuple>
#include <vector>

#include "kernels/common/inventory.hpp"
#include "kernels/common/random.hpp"

namespace narrows::cpu {
namespace {

using Numbers = std::vector<double>;

constexpr std::uint32_t priority_stream = 0x5052494F;

std::size_t at(std::int64_t i) {
    return static_cast<std::size_t>(i);
}

/// What a channel asks a node for in the name of a user; that which goes first has the least key.
struct Order {
    std::uint64_t key;
    std::int64_t channel, user;
    double size;

    friend bool operator<(const Order& a, const Order& b) {
        return std::tie(a.key, a.channel, a.user) < std::tie(b.key, b.channel, b.user);
    }
};

/// One scenario on its way through the steps; the same equations as Inventory::Block.
class Scenario {
  public:
    Scenario(const narrows_inventory& in, std::int64_t scenario);

    void run();
    narrows_inventory_result result() const;

  private:
    void apply_shocks(std::int64_t step);
    void set_orders(std::int64_t user);
    void set_allowed(std::int64_t user);
    void add_up_orders();
    void consume();
    void produce(std::int64_t step, std::int64_t node);
    void deliver_from_outside();
    void deliver_in_full(std::int64_t node);
    void serve(std::int64_t step, std::int64_t node, double final_demand);
    void deliver(std::int64_t channel, std::int64_t user, double amount);
    void use_up_stocks();
    void reweight();
    void keep();
    double shock(std::int32_t kind, std::int64_t row) const;
    double final_demand(std::int64_t node) const;
    double asked(std::int64_t channel, std::int64_t user) const;
    std::uint64_t key_of(double size, std::int64_t step, std::int64_t node,
                         std::int64_t user) const;
    std::int64_t stock_at(std::int64_t product, std::int64_t user) const {
        return product + user * in_.num_products;
    }

    const narrows_inventory& in_;
    std::int64_t scenario_;
    std::vector<std::vector<std::int64_t>> channels_of_;  // by node
    std::vector<std::int64_t> product_;                   // of channels
    Numbers stocks_, orders_, received_, total_weight_;   // products x n
    Numbers shocks_;                                      // sums of amount times profile, by row
    Numbers weight_, ordered_, capped_, delivered_;       // by channel; capped: min(1, cap / O)
    Numbers allowed_, wants_, asked_of_, capacity_;       // by node; capacity: K / x0
    Numbers scarcest_;                                    // by node, whole numbers
    std::vector<std::int32_t> bound_;                     // by node
    std::vector<kernels::InventoryNode<double>> nodes_;
    Numbers consumption_;  // by region
    std::vector<Order> queue_;
    Numbers sum_output_, unmet_, value_added_, kept_output_, kept_fill_;
    std::vector<std::int32_t> kept_bound_;
};

Scenario::Scenario(const narrows_inventory& in, std::int64_t scenario)
    : in_(in),
      scenario_(scenario),
      channels_of_(at(in.n)),
      product_(at(in.num_channels)),
      stocks_(at(in.n * in.num_products)),
      orders_(stocks_),
      received_(stocks_),
      total_weight_(stocks_.size(), 1.0),
      shocks_(at(kernels::num_shocked_rows(in.n, in.num_channels))),
      weight_(at(in.num_channels), 1.0),
      ordered_(at(in.num_channels)),
      capped_(ordered_),
      delivered_(ordered_),
      allowed_(at(in.n)),
      wants_(at(in.n), 1.0),
      asked_of_(at(in.n)),
      capacity_(at(in.n)),
      scarcest_(at(in.n)),
      bound_(at(in.n)),
      nodes_(at(in.n)),
      consumption_(at(in.num_regions), 1.0),
      sum_output_(at(in.n)),
      unmet_(at(in.n)),
      value_added_(at(in.num_steps)) {
    for (std::int64_t k = 0; k < in.num_products; ++k) {
        for (std::int64_t c = in.starts[k]; c < in.starts[k + 1]; ++c) {
            product_[at(c)] = k;
            if (in.source[c] >= 0) channels_of_[at(in.source[c])].push_back(c);
        }
    }
    for (std::int64_t cell = 0; cell < in.n * in.num_products; ++cell) {
        stocks_[at(cell)] = in.stock[scenario] * in.goals[cell];
    }
    for (std::int64_t i = 0; i < in.n; ++i) {
        nodes_[at(i)] = {1.0, in.alpha_steps > 0.0 ? in.alpha_base : 1.0, in.x0[i], in.x0[i],
                         in.x0[i]};
    }
}

void Scenario::run() {
    for (std::int64_t step = 0; step < in_.num_steps; ++step) {
        apply_shocks(step);
        for (std::int64_t j = 0; j < in_.n; ++j) {
            set_orders(j);
            set_allowed(j);
        }
        add_up_orders();
        if (in_.rho >= 0.0) consume();
        std::fill(received_.begin(), received_.end(), 0.0);
        std::fill(delivered_.begin(), delivered_.end(), 0.0);
        deliver_from_outside();
        for (std::int64_t i = 0; i < in_.n; ++i) produce(step, i);
        use_up_stocks();
        if (in_.reweighted != 0) reweight();
        if (in_.keep_every > 0 && step % in_.keep_every == 0) keep();
    }
}

void Scenario::apply_shocks(std::int64_t step) {
    std::fill(shocks_.begin(), shocks_.end(), 0.0);
    for (std::int64_t e = in_.entry_starts[scenario_]; e < in_.entry_starts[scenario_ + 1]; ++e) {
        const narrows_shock_entry& entry = in_.entries[e];
        shocks_[at(kernels::shocked_row(entry.kind, in_.n, in_.num_channels) + entry.row)] +=
            entry.amount * in_.profiles[step + entry.profile * in_.num_steps];
    }
}

void Scenario::set_orders(std::int64_t user) {
    const kernels::InventoryNode<double>& node = nodes_[at(user)];
    const double per_tau = 1.0 / in_.tau[scenario_];
    for (std::int64_t k = 0; k < in_.num_products; ++k) {
        const std::int64_t cell = stock_at(k, user);
        const double full = in_.goals[cell] * in_.stock[scenario_];
        const double gap = (full * wants_[at(user)] - stocks_[at(cell)]) * per_tau;
        const double a = in_.inputs[cell];
        orders_[at(cell)] = in_.orders_follow_output != 0
                                ? kernels::stock_order<true>(a * node.output, gap)
                                : kernels::stock_order<false>(a * node.demand, gap);
        if (in_.reweighted == 0) continue;
        double& total = total_weight_[at(cell)];
        total = 0.0;
        for (std::int64_t c = in_.starts[k]; c < in_.starts[k + 1]; ++c) {
            total += in_.shares[c + user * in_.num_channels] * weight_[at(c)];
        }
    }
}

void Scenario::set_allowed(std::int64_t user) {
    double bound = in_.bound == NARROWS_SCARCEST ? std::numeric_limits<double>::infinity() : 0.0;
    std::int32_t scarcest = in_.bound == NARROWS_SCARCEST ? 0 : NARROWS_BOUND_BY_INPUTS;
    for (std::int64_t k = 0; k < in_.num_products; ++k) {
        const std::int64_t cell = stock_at(k, user);
        const double offset = in_.offset[cell];
        const double by_stock = stocks_[at(cell)] * in_.slope[cell];
        if (in_.bound == NARROWS_SCARCEST) {
            if (by_stock + offset < bound) scarcest = static_cast<std::int32_t>(k);
            bound = kernels::smaller(bound, by_stock + offset);
        } else if (in_.bound == NARROWS_ADDED) {
            bound += by_stock + offset;
        } else if (offset > 0.0) {
            bound += kernels::ces_term(offset, by_stock, in_.exponent);
        }
    }
    if (in_.bound == NARROWS_CES) bound = kernels::ces_output(in_.x0[user], bound, in_.exponent);
    allowed_[at(user)] = bound;
    scarcest_[at(user)] = scarcest;
}

/// What a user orders through a channel, before its cap.
double Scenario::asked(std::int64_t channel, std::int64_t user) const {
    const std::size_t cell = at(stock_at(product_[at(channel)], user));
    if (total_weight_[cell] <= 0.0) return 0.0;
    return in_.shares[channel + user * in_.num_channels] * weight_[at(channel)] * orders_[cell] /
           total_weight_[cell];
}

void Scenario::add_up_orders() {
    std::fill(asked_of_.begin(), asked_of_.end(), 0.0);
    for (std::int64_t c = 0; c < in_.num_channels; ++c) {
        double& ordered = ordered_[at(c)];
        ordered = 0.0;
        for (std::int64_t j = 0; j < in_.n; ++j) ordered += asked(c, j);
        const double cap = kernels::channel_cap(in_.base[c], shock(NARROWS_CHANNEL, c));
        capped_[at(c)] = ordered > cap ? cap / ordered : 1.0;
        if (in_.source[c] >= 0) asked_of_[at(in_.source[c])] += kernels::smaller(ordered, cap);
    }
}

void Scenario::consume() {
    Numbers now(consumption_.size()), before(consumption_.size());
    for (std::int64_t i = 0; i < in_.n; ++i) {
        before[at(in_.region[i])] += in_.value_added[i];
        if (in_.x0[i] <= 0.0) continue;
        now[at(in_.region[i])] += in_.value_added[i] / in_.x0[i] * nodes_[at(i)].output;
    }
    for (std::size_t r = 0; r < consumption_.size(); ++r) {
        const double income = before[r] > 0.0 ? now[r] / before[r] : 1.0;
        consumption_[r] = kernels::next_consumption(consumption_[r], in_.rho, in_.m, income);
    }
}

double Scenario::shock(std::int32_t kind, std::int64_t row) const {
    return shocks_[at(kernels::shocked_row(kind, in_.n, in_.num_channels) + row)];
}

double Scenario::final_demand(std::int64_t node) const {
    return in_.households[node] * consumption_[at(in_.region[node])] *
               kernels::larger(1.0 - shock(NARROWS_HOUSEHOLDS, node), 0.0) +
           in_.other[node] * kernels::larger(1.0 - shock(NARROWS_OTHER, node), 0.0);
}

void Scenario::produce(std::int64_t step, std::int64_t node) {
    const double x0 = in_.x0[node];
    const double wanted_by_final = final_demand(node);
    const kernels::InventoryStep<double> now{x0,
                                             shock(NARROWS_CAPACITY, node),
                                             allowed_[at(node)],
                                             wanted_by_final,
                                             asked_of_[at(node)],
                                             in_.hire,
                                             in_.fire,
                                             in_.alpha_base,
                                             in_.alpha_max,
                                             in_.alpha_steps};
    double capacity = 0.0;
    kernels::InventoryNode<double>& state = nodes_[at(node)];
    state = kernels::produce(now, state, capacity);
    bound_[at(node)] = static_cast<std::int32_t>(
        kernels::what_bound(state, capacity, allowed_[at(node)], scarcest_[at(node)]));
    if (in_.orders_follow_output != 0) wants_[at(node)] = x0 > 0.0 ? state.wanted / x0 : 0.0;
    sum_output_[at(node)] += state.output;
    if (x0 > 0.0) value_added_[at(step)] += in_.value_added[node] / x0 * state.output;
    if (state.output < state.demand) {
        serve(step, node, wanted_by_final);
    } else {
        deliver_in_full(node);
    }
    capacity_[at(node)] = x0 > 0.0 ? capacity / x0 : 0.0;
}

void Scenario::deliver(std::int64_t channel, std::int64_t user, double amount) {
    received_[at(stock_at(product_[at(channel)], user))] += amount;
    delivered_[at(channel)] += amount;
}

void Scenario::deliver_from_outside() {
    for (std::int64_t c = 0; c < in_.num_channels; ++c) {
        if (in_.source[c] >= 0) continue;
        for (std::int64_t j = 0; j < in_.n; ++j) deliver(c, j, asked(c, j) * capped_[at(c)]);
    }
}

void Scenario::deliver_in_full(std::int64_t node) {
    for (const std::int64_t c : channels_of_[at(node)]) {
        for (std::int64_t j = 0; j < in_.n; ++j) deliver(c, j, asked(c, j) * capped_[at(c)]);
    }
}

std::uint64_t Scenario::key_of(double size, std::int64_t step, std::int64_t node,
                               std::int64_t user) const {
    // Bits of doubles above 0 are in the order of the numbers.
    if (in_.rationing == NARROWS_LARGEST_FIRST) return ~std::bit_cast<std::uint64_t>(size);
    const std::uint64_t seed = in_.seeds != nullptr ? in_.seeds[scenario_] : 0;
    const kernels::Words words = kernels::philox4x32_10(
        {{static_cast<std::uint32_t>(node), static_cast<std::uint32_t>(user),
          static_cast<std::uint32_t>(step), priority_stream}},
        static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32));
    return (std::uint64_t{words.w[0]} << 32) | words.w[1];
}

/// One order after the other, until nothing is left.
void Scenario::serve(std::int64_t step, std::int64_t node, double final_demand) {
    queue_.clear();
    const auto add = [&](std::int64_t channel, std::int64_t user, double size) {
        if (size > 0.0) queue_.push_back({key_of(size, step, node, user), channel, user, size});
    };
    for (const std::int64_t c : channels_of_[at(node)]) {
        for (std::int64_t j = 0; j < in_.n; ++j) add(c, j, asked(c, j) * capped_[at(c)]);
    }
    add(in_.num_channels, in_.n, final_demand);
    std::sort(queue_.begin(), queue_.end());
    double left = kernels::for_nodes(nodes_[at(node)].output, final_demand);
    for (const Order& order : queue_) {
        const double given = kernels::larger(kernels::smaller(order.size, left), 0.0);
        left -= given;
        if (order.channel == in_.num_channels) {
            unmet_[at(node)] += order.size - given;
        } else {
            deliver(order.channel, order.user, given);
        }
    }
}

void Scenario::use_up_stocks() {
    for (std::int64_t j = 0; j < in_.n; ++j) {
        for (std::int64_t k = 0; k < in_.num_products; ++k) {
            const std::int64_t cell = stock_at(k, j);
            stocks_[at(cell)] = kernels::next_stock(stocks_[at(cell)], received_[at(cell)],
                                                    in_.inputs[cell] * nodes_[at(j)].output);
        }
    }
}

void Scenario::reweight() {
    for (std::int64_t c = 0; c < in_.num_channels; ++c) {
        if (in_.source[c] >= 0) weight_[at(c)] = capacity_[at(in_.source[c])];
    }
}

void Scenario::keep() {
    for (const kernels::InventoryNode<double>& node : nodes_) kept_output_.push_back(node.output);
    kept_bound_.insert(kept_bound_.end(), bound_.begin(), bound_.end());
    for (std::size_t c = 0; c < ordered_.size(); ++c) {
        kept_fill_.push_back(ordered_[c] > 0.0 ? delivered_[c] / ordered_[c] : 1.0);
    }
}

narrows_inventory_result Scenario::result() const {
    narrows_inventory_result result{};
    result.scenario = scenario_;
    result.output = sum_output_.data();
    result.unmet = unmet_.data();
    result.value_added = value_added_.data();
    if (in_.keep_every > 0) {
        result.num_kept = (in_.num_steps + in_.keep_every - 1) / in_.keep_every;
        result.kept_output = kept_output_.data();
        result.kept_bound = kept_bound_.data();
        result.kept_fill = kept_fill_.data();
    }
    return result;
}

}  // namespace

bool run_one_by_one(const narrows_inventory& inventory, Threads& threads) {
    std::atomic<bool> stopped = false;
    threads.run(inventory.num_scenarios, [&](std::int64_t at_scenario, int) {
        if (stopped) return;
        Scenario scenario(inventory, at_scenario);
        scenario.run();
        const narrows_inventory_result result = scenario.result();
        if (inventory.done(inventory.user, &result) != 0) stopped = true;
    });
    return !stopped;
}

}  // namespace narrows::cpu
