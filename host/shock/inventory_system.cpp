#include "host/shock/inventory_system.hpp"

#include <algorithm>
#include <bit>
#include <limits>
#include <map>
#include <stdexcept>
#include <utility>

#include "host/base/error.hpp"

namespace narrows {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double days_per_year = 365.0;
constexpr double critical_from = 0.75;
constexpr double important_from = 0.25;

bool contains(const std::vector<Index>& sorted, Index value) {
    return std::binary_search(sorted.begin(), sorted.end(), value);
}

double ratio(double value, double by) {
    return by > 0.0 ? value / by : 0.0;
}

/// By the cuts that they are about: deliveries of a supplier to all nodes.
using FlowsByCuts = std::map<std::vector<Index>, VectorXd>;

/// Adds what a supplier of `product` in `origin` delivers.
void add_deliveries(const ShockBatch& batch, Index product, Index origin, const VectorXd& flow,
                    FlowsByCuts& flows) {
    std::vector<Index> cuts;
    for (Index t = 0; t < batch.num_targets(); ++t) {
        const ShockTarget& target = batch.targets[static_cast<std::size_t>(t)];
        if (target.kind == ShockKind::import_cut && contains(target.products, product) &&
            contains(target.origins, origin)) {
            cuts.push_back(t);
        }
    }
    for (Index j = 0; j < flow.size(); ++j) {
        if (flow[j] == 0.0) continue;
        std::vector<Index> of_user;
        std::copy_if(cuts.begin(), cuts.end(), std::back_inserter(of_user), [&](Index t) {
            return contains(batch.targets[static_cast<std::size_t>(t)].nodes, j);
        });
        auto& sum =
            flows.try_emplace(std::move(of_user), VectorXd::Zero(flow.size())).first->second;
        sum[j] += flow[j];
    }
}

void add_channels_of(Index product, Index source, FlowsByCuts&& flows,
                     std::vector<InventoryChannel>& channels) {
    for (auto& [cuts, flow] : flows) {
        channels.push_back({product, source, {}, cuts, std::move(flow)});
    }
}

narrows_rationing rationing_of(Rationing rationing) {
    switch (rationing) {
        case Rationing::proportional:
            return NARROWS_PROPORTIONAL;
        case Rationing::intermediate_first:
            return NARROWS_INTERMEDIATE_FIRST;
        case Rationing::largest_first:
            return NARROWS_LARGEST_FIRST;
        case Rationing::random_priority:
            return NARROWS_RANDOM_PRIORITY;
    }
    throw std::logic_error("a rule of rationing that is none");
}

}  // namespace

std::vector<InventoryChannel> inventory_channels(const ShockEconomy& economy,
                                                 const ShockBatch& batch) {
    std::vector<InventoryChannel> channels;
    for (Index k = 0; k < economy.num_products(); ++k) {
        for (Index i = 0; i < economy.num_nodes(); ++i) {
            if (economy.product[static_cast<std::size_t>(i)] != k) continue;
            // In home scope the nodes are no origin of imports.
            const Index region = economy.world ? economy.region[static_cast<std::size_t>(i)] : -1;
            FlowsByCuts flows;
            add_deliveries(batch, k, region, economy.Z.row(i), flows);
            add_channels_of(k, i, std::move(flows), channels);
        }
        FlowsByCuts flows;
        std::map<std::vector<Index>, std::vector<Index>> origins;
        for (std::size_t o = 0; o < economy.imports.size(); ++o) {
            FlowsByCuts of_origin;
            add_deliveries(batch, k, static_cast<Index>(o), economy.imports[o].row(k), of_origin);
            for (auto& [cuts, flow] : of_origin) {
                flows.try_emplace(cuts, VectorXd::Zero(flow.size())).first->second += flow;
                origins[cuts].push_back(static_cast<Index>(o));
            }
        }
        const std::size_t first = channels.size();
        add_channels_of(k, -1, std::move(flows), channels);
        for (std::size_t c = first; c < channels.size(); ++c) {
            channels[c].origins = origins[channels[c].cuts];
        }
    }
    return channels;
}

InventorySystem::InventorySystem(const ShockEconomy& economy, const ShockBatch& batch,
                                 const InventoryRule& rule, const std::vector<Index>& cases,
                                 const std::vector<ShockParameters>& parameters_of_case,
                                 const VectorXd& stock_days)
    : channels_(inventory_channels(economy, batch)) {
    const ShockParameters& parameters = parameters_of_case.front();
    x0_ = economy.x / days_per_year;
    value_added_ = economy.value_added / days_per_year;
    households_ = economy.households / days_per_year;
    other_ = economy.other_final / days_per_year;
    region_.assign(economy.region.begin(), economy.region.end());
    of_.num_regions = static_cast<std::int64_t>(economy.regions.size());
    of_.num_steps = batch.days;
    for (const ShockParameters& own : parameters_of_case) {
        seeds_.push_back(std::bit_cast<std::uint64_t>(own.priority_seed));
    }
    tau_.resize(static_cast<Index>(cases.size()));
    stock_.resize(tau_.size());
    for (Index c = 0; c < tau_.size(); ++c) {
        const ShockParameters& own = parameters_of_case[static_cast<std::size_t>(c)];
        tau_[c] = rule.partially_binding ? own.restocking_days : own.ario_restocking_days;
        stock_[c] = rule.partially_binding ? own.stock_days : own.ario_stock_days;
        if (stock_days.size() > 0 && rule.partially_binding) stock_[c] = 1.0;
        if (rule.partially_binding && stock_days.size() == 0 && stock_[c] < 1.0) {
            throw ArgumentError(
                "stock_days: found less than 1, with which output stops without "
                "any shock, expected at least a day's use");
        }
    }
    add_channels(economy);
    limit_other_origins(batch, parameters.import_slack);
    if (stock_days.size() > 0 && rule.partially_binding) goals_ *= stock_days.asDiagonal();
    set_bounds(economy, rule, parameters);
    const bool has_labour = parameters.hiring_days > 0.0 || parameters.firing_days > 0.0;
    of_.hire = -1.0;
    of_.rho = -1.0;
    if (rule.partially_binding) {
        if (has_labour) {
            of_.hire = parameters.hiring_days > 0.0 ? 1.0 / parameters.hiring_days : 1.0;
            of_.fire = parameters.firing_days > 0.0 ? 1.0 / parameters.firing_days : 1.0;
        }
        if (parameters.consumption_memory < 1.0) {
            of_.rho = parameters.consumption_memory;
            of_.m = parameters.marginal_propensity;
        }
    } else {
        of_.orders_follow_output = 1;
        of_.reweighted = parameters.orders == OrderSplit::by_capacity;
        of_.alpha_base = 1.0;
        of_.alpha_max = parameters.overproduction_max;
        of_.alpha_steps = parameters.overproduction_days;
    }
    of_.rationing = rationing_of(parameters.rationing);
    set_cases(batch, cases);
}

void InventorySystem::add_channels(const ShockEconomy& economy) {
    const Index n = economy.num_nodes();
    const Index num_products = economy.num_products();
    MatrixXd use = MatrixXd::Zero(num_products, n);
    for (const InventoryChannel& channel : channels_) {
        use.row(channel.product) += channel.flow.transpose();
    }
    const auto num_channels = static_cast<Index>(channels_.size());
    shares_.resize(num_channels, n);
    base_.resize(num_channels);
    starts_.assign(static_cast<std::size_t>(num_products) + 1, 0);
    for (Index c = 0; c < num_channels; ++c) {
        const InventoryChannel& channel = channels_[static_cast<std::size_t>(c)];
        source_.push_back(channel.source);
        base_[c] = channel.flow.sum() / days_per_year;
        for (Index j = 0; j < n; ++j) {
            shares_(c, j) = ratio(channel.flow[j], use(channel.product, j));
        }
        ++starts_[static_cast<std::size_t>(channel.product) + 1];
        for (const Index t : channel.cuts) {
            if (static_cast<std::size_t>(t) >= cut_channels_.size()) {
                cut_channels_.resize(static_cast<std::size_t>(t) + 1);
            }
            cut_channels_[static_cast<std::size_t>(t)].push_back(c);
        }
    }
    for (std::size_t k = 1; k < starts_.size(); ++k) starts_[k] += starts_[k - 1];
    goals_ = use / days_per_year;
    inputs_.resize(num_products, n);
    for (Index j = 0; j < n; ++j) {
        for (Index k = 0; k < num_products; ++k) inputs_(k, j) = ratio(use(k, j), economy.x[j]);
    }
}

/// While imports of a product are cut, its other origins cannot make up for them without limit: a
/// cut of next to nothing caps what they deliver.
void InventorySystem::limit_other_origins(const ShockBatch& batch, double slack) {
    limited_channels_.resize(batch.targets.size());
    for (Index c = 0; c < base_.size(); ++c) {
        const InventoryChannel& channel = channels_[static_cast<std::size_t>(c)];
        if (channel.source >= 0) continue;
        if (channel.cuts.empty()) base_[c] *= 1.0 + slack;
        for (Index t = 0; t < batch.num_targets(); ++t) {
            const ShockTarget& target = batch.targets[static_cast<std::size_t>(t)];
            if (target.kind == ShockKind::import_cut &&
                contains(target.products, channel.product) && !contains(channel.cuts, t)) {
                limited_channels_[static_cast<std::size_t>(t)].push_back(c);
            }
        }
    }
}

namespace {

/// The share of S_kj / a_kj in what an input allows, the rest being x0_j; 0: it does not bind.
double binding_share(Production production, double c) {
    switch (production) {
        case Production::weak:
            return c >= critical_from ? 1.0 : 0.0;
        case Production::half:
            return c >= critical_from ? 1.0 : c >= important_from ? 0.5 : 0.0;
        case Production::strong:
            return c >= important_from ? 1.0 : 0.0;
        default:
            return 1.0;
    }
}

}  // namespace

void InventorySystem::set_bounds(const ShockEconomy& economy, const InventoryRule& rule,
                                 const ShockParameters& parameters) {
    const Production production = rule.partially_binding ? rule.production : Production::leontief;
    const bool needs_ratings = production == Production::weak || production == Production::half ||
                               production == Production::strong;
    if (needs_ratings && economy.criticality.size() == 0) {
        throw ArgumentError("partially binding production needs to know which inputs are critical");
    }
    // ARIO: a stock binds where it is below psi times its goal.
    const double days = rule.partially_binding ? 1.0 : parameters.psi * parameters.ario_stock_days;
    of_.bound = production == Production::linear ? NARROWS_ADDED
                : production == Production::ces  ? NARROWS_CES
                                                 : NARROWS_SCARCEST;
    of_.exponent = 1.0 - 1.0 / parameters.ces_inputs;
    slope_ = MatrixXd::Zero(inputs_.rows(), inputs_.cols());
    offset_ = slope_;
    for (Index j = 0; j < inputs_.cols(); ++j) {
        const double sum = inputs_.col(j).sum();
        for (Index k = 0; k < inputs_.rows(); ++k) {
            const double a = inputs_(k, j);
            if (production == Production::linear) {
                slope_(k, j) = ratio(1.0, sum);
                offset_(k, j) = sum > 0.0 ? 0.0 : std::numeric_limits<double>::infinity();
            } else if (production == Production::ces) {
                slope_(k, j) = ratio(1.0, a * x0_[j]);
                offset_(k, j) = ratio(a, sum);
            } else {
                const double c = needs_ratings ? economy.criticality(k, j) : 1.0;
                const double share = binding_share(production, c);
                const bool binds = a > 0.0 && share > 0.0 && days > 0.0;
                slope_(k, j) = binds ? share / (a * days) : 0.0;
                offset_(k, j) =
                    binds ? (1.0 - share) * x0_[j] : std::numeric_limits<double>::infinity();
            }
        }
    }
}

std::int32_t InventorySystem::profile_of(const ShockBatch& batch, Index target, Index of_case) {
    const Index series = batch.targets[static_cast<std::size_t>(target)].series;
    if (series >= 0) return static_cast<std::int32_t>(series);
    const ShockTiming& timing = batch.timing(target, of_case);
    const std::tuple key(timing.start, timing.duration, timing.ramp, timing.recovery, timing.shape);
    const auto [known, is_new] = profile_at_.try_emplace(key, timings_.size());
    if (is_new) timings_.push_back(timing);
    return static_cast<std::int32_t>(batch.series.cols() + static_cast<Index>(known->second));
}

void InventorySystem::add_entries(const ShockBatch& batch, Index target, Index of_case,
                                  std::int32_t profile) {
    const ShockTarget& of = batch.targets[static_cast<std::size_t>(target)];
    const double amount = batch.amounts(target, of_case);
    const auto add = [&](narrows_shocked kind, const std::vector<Index>& rows, double share) {
        for (const Index row : rows) entries_.push_back({kind, profile, row, share});
    };
    switch (of.kind) {
        case ShockKind::import_cut:
            if (static_cast<std::size_t>(target) < cut_channels_.size()) {
                add(NARROWS_CHANNEL, cut_channels_[static_cast<std::size_t>(target)], amount);
            }
            add(NARROWS_CHANNEL, limited_channels_[static_cast<std::size_t>(target)], 1e-300);
            break;
        case ShockKind::capacity_loss:
            add(NARROWS_CAPACITY, of.nodes, amount);
            break;
        case ShockKind::extraction:
            add(NARROWS_CAPACITY, of.nodes, 1.0);
            break;
        case ShockKind::demand_change:
            if (of.demand != FinalDemand::other) add(NARROWS_HOUSEHOLDS, of.nodes, -amount);
            if (of.demand != FinalDemand::households) add(NARROWS_OTHER, of.nodes, -amount);
            break;
        case ShockKind::coefficient_change:
        case ShockKind::price_rise:
            break;  // refused by require_expressible
    }
}

void InventorySystem::set_cases(const ShockBatch& batch, const std::vector<Index>& cases) {
    entry_starts_ = {0};
    for (const Index c : cases) {
        for (Index t = 0; t < batch.num_targets(); ++t) {
            const bool goes =
                batch.targets[static_cast<std::size_t>(t)].kind == ShockKind::extraction;
            if (batch.amounts(t, c) == 0.0 && !goes) continue;
            add_entries(batch, t, c, profile_of(batch, t, c));
        }
        entry_starts_.push_back(static_cast<std::int64_t>(entries_.size()));
    }
    profiles_.resize(batch.days, batch.series.cols() + static_cast<Index>(timings_.size()));
    if (batch.series.cols() > 0) profiles_.leftCols(batch.series.cols()) = batch.series;
    for (std::size_t i = 0; i < timings_.size(); ++i) {
        for (int day = 0; day < batch.days; ++day) {
            profiles_(day, batch.series.cols() + static_cast<Index>(i)) =
                strength_on(timings_[i], day);
        }
    }
}

narrows_inventory InventorySystem::view() const {
    narrows_inventory result = of_;
    result.n = x0_.size();
    result.num_products = inputs_.rows();
    result.num_channels = base_.size();
    result.starts = starts_.data();
    result.source = source_.data();
    result.shares = shares_.data();
    result.base = base_.data();
    result.inputs = inputs_.data();
    result.goals = goals_.data();
    result.slope = slope_.data();
    result.offset = offset_.data();
    result.x0 = x0_.data();
    result.value_added = value_added_.data();
    result.households = households_.data();
    result.other = other_.data();
    result.region = region_.data();
    result.num_profiles = profiles_.cols();
    result.profiles = profiles_.data();
    result.num_scenarios = tau_.size();
    result.tau = tau_.data();
    result.stock = stock_.data();
    result.seeds = seeds_.data();
    result.entry_starts = entry_starts_.data();
    result.entries = entries_.data();
    return result;
}

bool has_effect(const ShockBatch& batch, Index of_case) {
    for (Index t = 0; t < batch.num_targets(); ++t) {
        const ShockTarget& target = batch.targets[static_cast<std::size_t>(t)];
        const bool goes = target.kind == ShockKind::extraction;
        if (batch.amounts(t, of_case) == 0.0 && !goes) continue;
        if (target.series >= 0) {
            if ((batch.series.col(target.series).array() != 0.0).any()) return true;
            continue;
        }
        for (int day = 0; day < batch.days; ++day) {
            if (strength_on(batch.timing(t, of_case), day) != 0.0) return true;
        }
    }
    return false;
}

}  // namespace narrows
