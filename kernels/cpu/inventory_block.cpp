#include "kernels/cpu/inventory_block.hpp"

#include <algorithm>

namespace narrows::cpu {
namespace {

std::int64_t rounded_up(std::int64_t count, std::int64_t to) {
    return (count + to - 1) / to * to;
}

std::int64_t kept_steps(const narrows_inventory& in) {
    return in.keep_every > 0 ? (in.num_steps + in.keep_every - 1) / in.keep_every : 0;
}

}  // namespace

Inventory::Block::Block(const Inventory& of)
    : of_(of),
      in_(of.inventory_),
      lanes_(of.kernels_.inventory_lanes),
      users_(rounded_up(in_.n, of.kernels_.inventory_users)),
      num_kept_(kept_steps(in_)),
      stocks_(of.num_stocks_ * lanes_),
      per_tau_(lanes_),
      scale_(lanes_),
      shocks_(kernels::num_shocked_rows(in_.n, in_.num_channels) * lanes_),
      orders_(in_.num_channels * lanes_),
      fill_(in_.num_channels * lanes_),
      weighted_fill_(in_.num_channels * lanes_),
      weight_(in_.num_channels * lanes_),
      weight_before_(in_.num_channels * lanes_),
      ordered_(in_.n * lanes_),
      rationed_(in_.n * lanes_),
      capacity_(in_.n * lanes_),
      makes_(users_ * lanes_),
      makes_before_(users_ * lanes_),
      wants_(users_ * lanes_),
      wants_before_(users_ * lanes_),
      output_(users_ * lanes_),
      allowed_(users_ * lanes_),
      scarcest_(users_ * lanes_),
      consumption_(in_.num_regions * lanes_),
      income_(in_.num_regions * lanes_),
      base_income_(in_.num_regions),
      sum_output_(in_.n * lanes_),
      unmet_(in_.n * lanes_),
      value_added_(in_.num_steps * lanes_),
      labour_(in_.n * lanes_),
      alpha_(in_.n * lanes_),
      bound_(in_.n * lanes_),
      kept_output_(static_cast<std::size_t>(num_kept_ * in_.n * lanes_)),
      kept_fill_(static_cast<std::size_t>(num_kept_ * in_.num_channels * lanes_)),
      kept_bound_(kept_output_.size()),
      column_(static_cast<std::size_t>(2 * in_.n + in_.num_steps)) {
    for (std::int64_t i = 0; i < in_.n; ++i) base_income_[in_.region[i]] += in_.value_added[i];
}

void Inventory::Block::run(std::int64_t first) {
    restart(first);
    for (std::int64_t step = 0; step < in_.num_steps; ++step) {
        apply_shocks(step);
        pass_over_stocks(step);
        if (in_.rho >= 0.0) consume();
        pass_over_nodes(step);
        if (num_kept_ > 0 && step % in_.keep_every == 0) keep(step / in_.keep_every);
    }
}

void Inventory::Block::restart(std::int64_t first) {
    first_ = first;
    num_scenarios_ = std::min(lanes_, in_.num_scenarios - first);
    for (std::int64_t lane = 0; lane < lanes_; ++lane) {
        // A lane without a scenario does what the first one does, without shocks.
        const std::int64_t scenario = lane < num_scenarios_ ? first + lane : first;
        per_tau_[lane] = 1.0 / in_.tau[scenario];
        scale_[lane] = in_.stock[scenario];
    }
    const auto clear = [&](AlignedDoubles& values, std::int64_t count, double value) {
        std::fill_n(values.data(), count * lanes_, value);
    };
    clear(shocks_, kernels::num_shocked_rows(in_.n, in_.num_channels), 0.0);
    clear(weight_, in_.num_channels, 1.0);
    clear(consumption_, in_.num_regions, 1.0);
    clear(sum_output_, in_.n, 0.0);
    clear(unmet_, in_.n, 0.0);
    for (std::int64_t i = 0; i < in_.n; ++i) {
        for (std::int64_t lane = 0; lane < lanes_; ++lane) {
            const std::int64_t at = i * lanes_ + lane;
            labour_[at] = 1.0;
            alpha_[at] = in_.alpha_steps > 0.0 ? in_.alpha_base : 1.0;
            output_[at] = in_.x0[i];
            makes_[at] = in_.x0[i];
            wants_[at] = 1.0;
            wants_before_[at] = 1.0;
        }
    }
    start_stocks();
}

void Inventory::Block::start_stocks() {
    const std::int64_t width = of_.kernels_.inventory_users;
    for (std::size_t t = 0; t < of_.tiles_.size(); ++t) {
        double* stock = stocks_.data() + of_.tiles_[t].first_stock * lanes_;
        for (const InventoryProduct& product : of_.tiles_[t].products) {
            for (std::int64_t u = 0; u < width; ++u) {
                const std::int64_t j = static_cast<std::int64_t>(t) * width + u;
                const double goal =
                    j < in_.n ? in_.goals[product.product + j * in_.num_products] : 0.0;
                for (std::int64_t lane = 0; lane < lanes_; ++lane) *stock++ = goal * scale_[lane];
            }
        }
    }
}

void Inventory::Block::apply_shocks(std::int64_t step) {
    for (std::int64_t lane = 0; lane < num_scenarios_; ++lane) apply_shocks(step, lane);
}

/// Adds a scenario's shocks up again where any of them has another strength than the step before.
void Inventory::Block::apply_shocks(std::int64_t step, std::int64_t lane) {
    const narrows_shock_entry* const begin = in_.entries + in_.entry_starts[first_ + lane];
    const narrows_shock_entry* const end = in_.entries + in_.entry_starts[first_ + lane + 1];
    const auto strength = [&](const narrows_shock_entry& entry, std::int64_t at) {
        return at < 0 ? 0.0 : in_.profiles[at + entry.profile * in_.num_steps];
    };
    if (std::all_of(begin, end, [&](const narrows_shock_entry& entry) {
            return strength(entry, step) == strength(entry, step - 1);
        })) {
        return;
    }
    const auto sum = [&](const narrows_shock_entry& entry) -> double& {
        return shocks_[(kernels::shocked_row(entry.kind, in_.n, in_.num_channels) + entry.row) *
                           lanes_ +
                       lane];
    };
    for (const auto* entry = begin; entry != end; ++entry) sum(*entry) = 0.0;
    for (const auto* entry = begin; entry != end; ++entry) {
        sum(*entry) += entry->amount * strength(*entry, step);
    }
}

void Inventory::Block::pass_over_stocks(std::int64_t step) {
    std::fill_n(orders_.data(), in_.num_channels * lanes_, 0.0);
    InventoryLanes lanes{};
    lanes.follow_output = in_.orders_follow_output != 0;
    lanes.reweighted = in_.reweighted != 0;
    lanes.bound = in_.bound;
    lanes.exponent = in_.exponent;
    lanes.step = step;
    lanes.stocks = stocks_.data();
    lanes.per_tau = per_tau_.data();
    lanes.stock_scale = scale_.data();
    lanes.makes_before = makes_before_.data();
    lanes.makes = makes_.data();
    lanes.wants_before = wants_before_.data();
    lanes.wants = wants_.data();
    lanes.output = output_.data();
    lanes.fill = in_.reweighted != 0 ? weighted_fill_.data() : fill_.data();
    lanes.weight_before = weight_before_.data();
    lanes.weight = weight_.data();
    lanes.orders = orders_.data();
    lanes.allowed = allowed_.data();
    lanes.scarcest = num_kept_ > 0 ? scarcest_.data() : nullptr;
    for (std::size_t t = 0; t < of_.tiles_.size(); ++t) {
        const Tile& tile = of_.tiles_[t];
        of_.kernels_.inventory({static_cast<std::int64_t>(t) * of_.kernels_.inventory_users,
                                static_cast<std::int64_t>(tile.products.size()),
                                tile.products.data(), tile.cells.data(), tile.first_stock},
                               lanes);
    }
}

void Inventory::Block::consume() {
    std::fill_n(income_.data(), in_.num_regions * lanes_, 0.0);
    for (std::int64_t i = 0; i < in_.n; ++i) {
        if (in_.x0[i] <= 0.0) continue;
        const double per_output = in_.value_added[i] / in_.x0[i];
        double* const income = &income_[in_.region[i] * lanes_];
        for (std::int64_t lane = 0; lane < lanes_; ++lane) {
            income[lane] += per_output * output_[i * lanes_ + lane];
        }
    }
    for (std::int64_t r = 0; r < in_.num_regions; ++r) {
        const double base = base_income_[r];
        for (std::int64_t lane = 0; lane < lanes_; ++lane) {
            const std::int64_t at = r * lanes_ + lane;
            const double income = base > 0.0 ? income_[at] / base : 1.0;
            consumption_[at] = kernels::next_consumption(consumption_[at], in_.rho, in_.m, income);
        }
    }
}

void Inventory::Block::pass_over_nodes(std::int64_t step) {
    makes_.swap(makes_before_);
    wants_.swap(wants_before_);
    if (in_.bound == NARROWS_CES) {
        for (std::int64_t at = 0; at < in_.n * lanes_; ++at) {
            allowed_[at] = kernels::ces_output(in_.x0[at / lanes_], allowed_[at], in_.exponent);
        }
    }
    InventoryNodes nodes{};
    nodes.of = &in_;
    nodes.shocks = shocks_.data();
    nodes.consumption = consumption_.data();
    nodes.allowed = allowed_.data();
    nodes.scarcest = scarcest_.data();
    nodes.orders = orders_.data();
    nodes.weight = weight_.data();
    nodes.next_weight = weight_before_.data();
    nodes.weighted_fill = weighted_fill_.data();
    nodes.fill = fill_.data();
    nodes.ordered = ordered_.data();
    nodes.rationed = rationed_.data();
    nodes.labour = labour_.data();
    nodes.alpha = alpha_.data();
    nodes.output = output_.data();
    nodes.makes = makes_.data();
    nodes.wants = wants_.data();
    nodes.capacity = capacity_.data();
    nodes.bound = num_kept_ > 0 ? bound_.data() : nullptr;
    nodes.sum_output = sum_output_.data();
    nodes.unmet = unmet_.data();
    nodes.value_added = &value_added_[step * lanes_];
    std::fill_n(nodes.value_added, lanes_, 0.0);
    of_.kernels_.inventory_nodes(nodes);
    weight_.swap(weight_before_);
}

void Inventory::Block::keep(std::int64_t kept) {
    for (std::int64_t lane = 0; lane < num_scenarios_; ++lane) {
        const std::int64_t nodes = (lane * num_kept_ + kept) * in_.n;
        for (std::int64_t i = 0; i < in_.n; ++i) {
            const auto to = static_cast<std::size_t>(nodes + i);
            kept_output_[to] = output_[i * lanes_ + lane];
            kept_bound_[to] = static_cast<std::int32_t>(bound_[i * lanes_ + lane]);
        }
        const std::int64_t channels = (lane * num_kept_ + kept) * in_.num_channels;
        for (std::int64_t c = 0; c < in_.num_channels; ++c) {
            kept_fill_[static_cast<std::size_t>(channels + c)] = fill_[c * lanes_ + lane];
        }
    }
}

narrows_inventory_result Inventory::Block::result(std::int64_t lane) {
    double* const output = column_.data();
    double* const unmet = output + in_.n;
    double* const value_added = unmet + in_.n;
    for (std::int64_t i = 0; i < in_.n; ++i) {
        output[i] = sum_output_[i * lanes_ + lane];
        unmet[i] = unmet_[i * lanes_ + lane];
    }
    for (std::int64_t step = 0; step < in_.num_steps; ++step) {
        value_added[step] = value_added_[step * lanes_ + lane];
    }
    narrows_inventory_result result{};
    result.scenario = first_ + lane;
    result.output = output;
    result.unmet = unmet;
    result.value_added = value_added;
    result.num_kept = num_kept_;
    if (num_kept_ > 0) {
        result.kept_output = kept_output_.data() + lane * num_kept_ * in_.n;
        result.kept_bound = kept_bound_.data() + lane * num_kept_ * in_.n;
        result.kept_fill = kept_fill_.data() + lane * num_kept_ * in_.num_channels;
    }
    return result;
}

}  // namespace narrows::cpu
