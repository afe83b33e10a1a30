#include "tests/support/inventory_reference.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <utility>

#include "kernels/common/random.hpp"

namespace narrows::test {

using Eigen::MatrixXd;
using Eigen::VectorXd;
using std::int64_t;

narrows_inventory InventoryCase::view() const {
    narrows_inventory result = of;
    result.n = x0.size();
    result.num_products = inputs.rows();
    result.num_channels = base.size();
    result.starts = starts.data();
    result.source = source.data();
    result.shares = shares.data();
    result.base = base.data();
    result.inputs = inputs.data();
    result.goals = goals.data();
    result.slope = slope.data();
    result.offset = offset.data();
    result.x0 = x0.data();
    result.value_added = value_added.data();
    result.households = households.data();
    result.other = other.data();
    result.region = region.data();
    result.num_steps = profiles.rows();
    result.num_profiles = profiles.cols();
    result.profiles = profiles.data();
    result.num_scenarios = tau.size();
    result.tau = tau.data();
    result.stock = stock.data();
    result.seeds = seeds.data();
    result.entry_starts = entry_starts.data();
    result.entries = entries.data();
    return result;
}

namespace {

/// Channels of product k: from every node i with i % P == k, then one from outside and, in the
/// first product, one more from its first node to the last user alone.
void add_channels(InventoryCase& result, int n, int num_products, std::mt19937& random) {
    std::uniform_real_distribution<double> uniform(0.1, 1.0);
    std::vector<VectorXd> rows;
    result.starts = {0};
    for (int k = 0; k < num_products; ++k) {
        const auto add = [&](int64_t source, const VectorXd& row) {
            result.source.push_back(source);
            rows.push_back(row);
        };
        for (int i = k; i < n; i += num_products) {
            VectorXd row = VectorXd::NullaryExpr(n, [&] { return uniform(random); });
            if (i == 0) row[n - 1] = 0.0;
            add(i, row);
        }
        add(-1, VectorXd::NullaryExpr(n, [&] { return uniform(random); }));
        if (k == 0) add(0, VectorXd::Unit(n, n - 1) * 0.7);
        result.starts.push_back(static_cast<int64_t>(rows.size()));
    }
    result.shares.resize(static_cast<Eigen::Index>(rows.size()), n);
    for (std::size_t c = 0; c < rows.size(); ++c) {
        result.shares.row(static_cast<Eigen::Index>(c)) = rows[c];
    }
    for (int k = 0; k < num_products; ++k) {
        auto product = result.shares.middleRows(result.starts[static_cast<std::size_t>(k)],
                                                result.starts[static_cast<std::size_t>(k) + 1] -
                                                    result.starts[static_cast<std::size_t>(k)]);
        const VectorXd sums = product.colwise().sum();
        product.array().rowwise() /= sums.transpose().array();
    }
}

void add_shocks(InventoryCase& result, int n, int num_scenarios, std::mt19937& random) {
    std::uniform_real_distribution<double> uniform(0.0, 1.0);
    constexpr int steps = 40;
    result.profiles = MatrixXd::Zero(steps, 3);
    for (int t = 0; t < steps; ++t) {
        result.profiles(t, 0) = t >= 2 && t < 20 ? 1.0 : 0.0;
        result.profiles(t, 1) = std::max(0.0, 1.0 - t / 15.0);
        result.profiles(t, 2) = uniform(random);
    }
    result.entry_starts = {0};
    for (int s = 0; s < num_scenarios; ++s) {
        // The first has no shocks.
        for (int e = 0; e < std::min(s, 6); ++e) {
            const auto kind = static_cast<std::int32_t>(random() % 4);
            const auto rows =
                kind == NARROWS_CHANNEL ? result.shares.rows() : static_cast<Eigen::Index>(n);
            result.entries.push_back({kind, static_cast<std::int32_t>(random() % 3),
                                      static_cast<int64_t>(random() % static_cast<unsigned>(rows)),
                                      0.8 * uniform(random)});
        }
        result.entry_starts.push_back(static_cast<int64_t>(result.entries.size()));
    }
}

}  // namespace

InventoryCase random_inventory(int n, int num_products, int num_scenarios, unsigned seed) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> uniform(0.0, 1.0);
    InventoryCase result;
    result.x0 = VectorXd::NullaryExpr(n, [&] { return 50.0 + 100.0 * uniform(random); });
    result.inputs = MatrixXd::NullaryExpr(
        num_products, n, [&] { return uniform(random) < 0.2 ? 0.0 : 0.6 * uniform(random); });
    result.inputs /= num_products;
    add_channels(result, n, num_products, random);
    // Demand of nodes for each other; x0 has to leave something for final demand.
    const auto of_channel = [&](int64_t c) {
        int64_t k = 0;
        while (result.starts[static_cast<std::size_t>(k) + 1] <= c) ++k;
        return result.shares.row(c).dot(
            (result.inputs.row(k).transpose().array() * result.x0.array()).matrix());
    };
    result.base.resize(result.shares.rows());
    VectorXd ordered = VectorXd::Zero(n);
    for (int64_t c = 0; c < result.base.size(); ++c) {
        result.base[c] = of_channel(c);
        const int64_t source = result.source[static_cast<std::size_t>(c)];
        if (source >= 0) ordered[source] += result.base[c];
    }
    result.households = 0.4 * (result.x0 - ordered);
    result.other = result.x0 - ordered - result.households;
    result.value_added =
        result.x0.cwiseProduct(VectorXd::Ones(n) - result.inputs.colwise().sum().transpose());
    const MatrixXd daily = result.inputs * result.x0.asDiagonal();
    result.goals =
        daily.unaryExpr([&](double flow) { return flow * (1.0 + 9.0 * uniform(random)); });
    result.slope = result.inputs.unaryExpr(
        [&](double a) { return a > 0.0 && uniform(random) < 0.7 ? 1.0 / a : 0.0; });
    result.offset = result.slope.unaryExpr(
        [](double slope) { return slope > 0.0 ? 0.0 : std::numeric_limits<double>::infinity(); });
    result.region.resize(static_cast<std::size_t>(n));
    for (int i = 0; i < n; ++i) result.region[static_cast<std::size_t>(i)] = i % 2;
    result.of.num_regions = 2;
    result.of.hire = -1.0;
    result.of.rho = -1.0;
    result.tau = VectorXd::NullaryExpr(num_scenarios, [&] { return 2.0 + 10.0 * uniform(random); });
    result.stock = VectorXd::NullaryExpr(num_scenarios, [&] { return 0.5 + uniform(random); });
    for (int s = 0; s < num_scenarios; ++s) result.seeds.push_back(random());
    result.of.keep_every = 7;
    add_shocks(result, n, num_scenarios, random);
    return result;
}

namespace {

/// One scenario's state and the equations, in the order in which backend_api.h has them.
class Reference {
  public:
    Reference(const InventoryCase& data, int64_t scenario)
        : data_(data), in_(data.view()), scenario_(scenario) {
        const auto n = in_.n;
        output_ = demand_ = wanted_ = data.x0;
        labour_ = VectorXd::Ones(n);
        alpha_ = VectorXd::Constant(n, in_.alpha_steps > 0.0 ? in_.alpha_base : 1.0);
        capacity_share_ = VectorXd::Ones(n);
        consumption_ = VectorXd::Ones(in_.num_regions);
        stocks_ = data.stock[scenario] * data.goals;
        result_.output = result_.unmet = VectorXd::Zero(n);
        result_.value_added = VectorXd::Zero(in_.num_steps);
        const int64_t kept =
            in_.keep_every > 0 ? (in_.num_steps + in_.keep_every - 1) / in_.keep_every : 0;
        result_.kept_output.resize(n, kept);
        result_.kept_bound.resize(n, kept);
        result_.kept_fill.resize(in_.num_channels, kept);
    }

    InventoryOutcome run() {
        for (int64_t t = 0; t < in_.num_steps; ++t) step(t);
        return result_;
    }

  private:
    double shock(std::int32_t kind, int64_t row, int64_t t) const {
        double sum = 0.0;
        for (int64_t e = in_.entry_starts[scenario_]; e < in_.entry_starts[scenario_ + 1]; ++e) {
            const narrows_shock_entry& entry = in_.entries[e];
            if (entry.kind != kind || entry.row != row) continue;
            sum += entry.amount * data_.profiles(t, entry.profile);
        }
        return sum;
    }

    MatrixXd orders() const {
        const double tau = data_.tau[scenario_];
        const double s = data_.stock[scenario_];
        MatrixXd result(in_.num_products, in_.n);
        for (int64_t j = 0; j < in_.n; ++j) {
            for (int64_t k = 0; k < in_.num_products; ++k) {
                const double a = data_.inputs(k, j);
                const double goal = s * data_.goals(k, j);
                const double held = stocks_(k, j);
                result(k, j) = in_.orders_follow_output != 0
                                   ? std::max(0.0, (goal * wanted_[j] / data_.x0[j] - held) / tau) +
                                         a * output_[j]
                                   : std::max(0.0, a * demand_[j] + (goal - held) / tau);
            }
        }
        return result;
    }

    /// Shares of the channels of this step, channels x n.
    MatrixXd shares() const {
        if (in_.reweighted == 0) return data_.shares;
        MatrixXd result = data_.shares;
        for (int64_t k = 0; k < in_.num_products; ++k) {
            const int64_t first = in_.starts[k];
            const int64_t count = in_.starts[k + 1] - first;
            for (int64_t c = first; c < first + count; ++c) {
                if (in_.source[c] >= 0) result.row(c) *= capacity_share_[in_.source[c]];
            }
            const VectorXd sums = result.middleRows(first, count).colwise().sum();
            for (int64_t j = 0; j < in_.n; ++j) {
                if (sums[j] > 0.0) result.col(j).segment(first, count) /= sums[j];
            }
        }
        return result;
    }

    /// What the stocks of node j allow it to make; `scarcest` where one of them decides.
    double allowed(int64_t j, int& scarcest) const {
        scarcest = NARROWS_BOUND_BY_INPUTS;
        const auto slope = data_.slope.col(j);
        const auto offset = data_.offset.col(j);
        const auto held = stocks_.col(j);
        if (in_.bound == NARROWS_ADDED) return slope.dot(held) + offset.sum();
        if (in_.bound == NARROWS_SCARCEST) {
            double least = std::numeric_limits<double>::infinity();
            scarcest = 0;
            for (int64_t k = 0; k < in_.num_products; ++k) {
                const double allows = slope[k] * held[k] + offset[k];
                if (allows < least) scarcest = static_cast<int>(k);
                least = std::min(least, allows);
            }
            return least;
        }
        double sum = 0.0;
        for (int64_t k = 0; k < in_.num_products; ++k) {
            if (offset[k] == 0.0) continue;
            const double q = std::max(slope[k] * held[k], 1e-300);
            sum += offset[k] * (in_.exponent == 0.0 ? std::log(q) : std::pow(q, in_.exponent));
        }
        if (sum == 0.0 && in_.exponent != 0.0) return std::numeric_limits<double>::infinity();
        return data_.x0[j] *
               (in_.exponent == 0.0 ? std::exp(sum) : std::pow(sum, 1.0 / in_.exponent));
    }

    void consume() {
        if (in_.rho < 0.0) return;
        for (int64_t r = 0; r < in_.num_regions; ++r) {
            double now = 0.0;
            double base = 0.0;
            for (int64_t i = 0; i < in_.n; ++i) {
                if (in_.region[i] != r) continue;
                now += data_.value_added[i] * output_[i] / data_.x0[i];
                base += data_.value_added[i];
            }
            consumption_[r] =
                std::exp(in_.rho * std::log(consumption_[r]) +
                         (1.0 - in_.rho) * std::log(in_.m * now / base + 1.0 - in_.m));
        }
    }

    double final_demand(int64_t i, int64_t t) const {
        return data_.households[i] * consumption_[in_.region[i]] *
                   std::max(0.0, 1.0 - shock(NARROWS_HOUSEHOLDS, i, t)) +
               data_.other[i] * std::max(0.0, 1.0 - shock(NARROWS_OTHER, i, t));
    }

    void step(int64_t t) {
        const MatrixXd order = orders();
        const MatrixXd share = shares();
        VectorXd channel(in_.num_channels);
        VectorXd cap(in_.num_channels);
        VectorXd ordered = VectorXd::Zero(in_.n);
        for (int64_t k = 0; k < in_.num_products; ++k) {
            for (int64_t c = in_.starts[k]; c < in_.starts[k + 1]; ++c) {
                channel[c] = share.row(c).dot(order.row(k));
                const double cut = shock(NARROWS_CHANNEL, c, t);
                cap[c] = cut > 0.0 ? (1.0 - std::min(cut, 1.0)) * data_.base[c]
                                   : std::numeric_limits<double>::infinity();
                if (in_.source[c] >= 0) ordered[in_.source[c]] += std::min(channel[c], cap[c]);
            }
        }
        consume();
        VectorXd fill_nodes(in_.n);
        for (int64_t i = 0; i < in_.n; ++i) fill_nodes[i] = produce(i, t, ordered[i]);
        VectorXd fill(in_.num_channels);
        for (int64_t c = 0; c < in_.num_channels; ++c) {
            fill[c] = channel[c] > cap[c] ? cap[c] / channel[c] : 1.0;
            if (in_.source[c] >= 0) fill[c] *= fill_nodes[in_.source[c]];
        }
        MatrixXd given = share;
        for (int64_t k = 0; k < in_.num_products; ++k) {
            for (int64_t c = in_.starts[k]; c < in_.starts[k + 1]; ++c) {
                given.row(c) = fill[c] * share.row(c).cwiseProduct(order.row(k));
            }
        }
        if (in_.rationing >= NARROWS_LARGEST_FIRST) {
            for (int64_t i = 0; i < in_.n; ++i) serve(i, t, given);
            for (int64_t c = 0; c < in_.num_channels; ++c) {
                if (channel[c] > 0.0) fill[c] = given.row(c).sum() / channel[c];
            }
        }
        for (int64_t k = 0; k < in_.num_products; ++k) {
            for (int64_t j = 0; j < in_.n; ++j) {
                const int64_t first = in_.starts[k];
                const double received =
                    given.col(j).segment(first, in_.starts[k + 1] - first).sum();
                stocks_(k, j) =
                    std::max(0.0, stocks_(k, j) + received - data_.inputs(k, j) * output_[j]);
            }
        }
        if (in_.keep_every > 0 && t % in_.keep_every == 0) {
            result_.kept_output.col(t / in_.keep_every) = output_;
            result_.kept_bound.col(t / in_.keep_every) = bound_;
            result_.kept_fill.col(t / in_.keep_every) = fill;
        }
    }

    /// Does the order (c, j) of node i go before the order (d, l)? Channel -1 is final demand.
    bool goes_first(int64_t i, int64_t t, double size, int64_t c, int64_t j, double other,
                    int64_t d, int64_t l) const {
        if (in_.rationing == NARROWS_LARGEST_FIRST) {
            if (size != other) return size > other;
        } else {
            const auto drawn = [&](int64_t channel, int64_t user) {
                const auto seed = data_.seeds[static_cast<std::size_t>(scenario_)];
                const auto words = kernels::philox4x32_10(
                    {{static_cast<std::uint32_t>(i),
                      static_cast<std::uint32_t>(channel < 0 ? in_.n : user),
                      static_cast<std::uint32_t>(t), 0x5052494F}},
                    static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32));
                return std::pair(words.w[0], words.w[1]);
            };
            if (drawn(c, j) != drawn(d, l)) return drawn(c, j) < drawn(d, l);
        }
        return c >= 0 && (d < 0 || std::pair(c, j) < std::pair(d, l));
    }

    /// Takes from `given`, what is ordered, what node i cannot deliver: picks the first of the
    /// orders that are left, again and again.
    void serve(int64_t i, int64_t t, MatrixXd& given) {
        if (output_[i] >= demand_[i]) return;
        const double f = final_demand(i, t);
        struct Ordered {
            double size;
            int64_t channel, user;
        };
        std::vector<Ordered> orders;
        if (f > 0.0) orders.push_back({f, -1, 0});
        for (int64_t c = 0; c < in_.num_channels; ++c) {
            for (int64_t j = 0; j < in_.n && in_.source[c] == i; ++j) {
                if (given(c, j) > 0.0) orders.push_back({given(c, j), c, j});
            }
        }
        double left = output_[i] + std::max(0.0, -f);
        while (!orders.empty()) {
            std::size_t first = 0;
            for (std::size_t o = 1; o < orders.size(); ++o) {
                const Ordered& a = orders[o];
                const Ordered& b = orders[first];
                if (goes_first(i, t, a.size, a.channel, a.user, b.size, b.channel, b.user)) {
                    first = o;
                }
            }
            const Ordered next = orders[first];
            orders.erase(orders.begin() + static_cast<std::ptrdiff_t>(first));
            const double amount = std::min(next.size, left);
            left -= amount;
            if (next.channel < 0) {
                result_.unmet[i] += next.size - amount;
            } else {
                given(next.channel, next.user) = amount;
            }
        }
    }

    /// Returns the share of the nodes' orders that node i delivers; 1 where they are served later.
    double produce(int64_t i, int64_t t, double ordered) {
        if (bound_.size() == 0) bound_.resize(in_.n);
        const double left = std::max(0.0, 1.0 - shock(NARROWS_CAPACITY, i, t));
        const double f = final_demand(i, t);
        const double d = ordered + f;
        labour_[i] = std::min(labour_[i], left);
        if (in_.alpha_steps > 0.0) {
            const double z = d > 0.0 ? (d - output_[i]) / d : 0.0;
            alpha_[i] += (z != 0.0 ? (in_.alpha_max - alpha_[i]) * z : in_.alpha_base - alpha_[i]) /
                         in_.alpha_steps;
            alpha_[i] = std::max(1.0, alpha_[i]);
        }
        const double capacity = alpha_[i] * labour_[i] * data_.x0[i];
        int scarcest = 0;
        const double allows = allowed(i, scarcest);
        wanted_[i] = std::max(0.0, std::min(capacity, d));
        output_[i] = std::min(wanted_[i], allows);
        demand_[i] = d;
        bound_[i] = allows < wanted_[i] ? scarcest
                    : capacity < d      ? NARROWS_BOUND_BY_CAPACITY
                                        : NARROWS_BOUND_BY_DEMAND;
        if (in_.hire >= 0.0) {
            const double gap = std::min(allows, d) - capacity;
            labour_[i] += (gap > 0.0 ? in_.hire : in_.fire) * gap / data_.x0[i];
            labour_[i] = std::clamp(labour_[i], 0.0, left);
        } else {
            labour_[i] = 1.0;
        }
        capacity_share_[i] = capacity / data_.x0[i];
        result_.output[i] += output_[i];
        result_.value_added[t] += data_.value_added[i] * output_[i] / data_.x0[i];
        double to_nodes = d > 0.0 ? output_[i] / d : 1.0;
        double to_final = to_nodes;
        if (in_.rationing >= NARROWS_LARGEST_FIRST) return 1.0;
        if (in_.rationing == NARROWS_INTERMEDIATE_FIRST && d > 0.0) {
            const double for_nodes = output_[i] + std::max(0.0, -f);
            to_nodes = ordered > 0.0 ? std::min(1.0, for_nodes / ordered) : 1.0;
            to_final = f > 0.0 ? std::clamp((output_[i] - ordered) / f, 0.0, 1.0) : 1.0;
        }
        result_.unmet[i] += f * (1.0 - to_final);
        return to_nodes;
    }

    const InventoryCase& data_;
    narrows_inventory in_;
    int64_t scenario_;
    VectorXd output_, demand_, wanted_, labour_, alpha_, capacity_share_, consumption_;
    Eigen::VectorXi bound_;
    MatrixXd stocks_;
    InventoryOutcome result_;
};

}  // namespace

InventoryOutcome run_reference(const InventoryCase& of, int64_t scenario) {
    return Reference(of, scenario).run();
}

}  // namespace narrows::test
