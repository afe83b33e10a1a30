#include "host/invest/blockade_losses.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "host/base/parallel.hpp"

namespace narrows {
namespace {

using Eigen::VectorXd;

/// Values that move by no more than this, relative to the largest, have settled.
constexpr double settled = 2.0 * std::numeric_limits<double>::epsilon();

bool has(const Coalition& coalition, Index origin) {
    return std::binary_search(coalition.begin(), coalition.end(), origin);
}

}  // namespace

BlockadeLosses::BlockadeLosses(HomeEconomy home, const Eigen::MatrixXd& criticality, double lambda,
                               std::vector<Blockade> blockades, std::vector<Investment> investments)
    : home_(std::move(home)),
      lambda_(lambda),
      value_added_(home_.value_added.cwiseMax(0.0)),
      blockades_(std::move(blockades)),
      investments_(std::move(investments)),
      of_product_(home_.sectors.size()),
      inputs_(home_.sectors.size()),
      capacity_of_(home_.sectors.size(), -1) {
    const Index s = home_.x.size();
    for (std::size_t i = 0; i < investments_.size(); ++i) {
        const auto product = static_cast<std::size_t>(investments_[i].product);
        of_product_[product].push_back(static_cast<Index>(i));
        if (investments_[i].is_capacity()) capacity_of_[product] = static_cast<Index>(i);
        has_moves_ |= !investments_[i].is_capacity();
    }
    for (Index j = 0; j < s; ++j) {
        for (Index k = 0; k < s; ++k) {
            const double use = home_.total_use(k, j);
            const double c = criticality(k, j);
            if (!(c > 0.0 && use > 0.0)) continue;
            const double d = k == j ? 0.0 : use_share(home_.domestic(k, j), use);
            inputs_[static_cast<std::size_t>(j)].push_back({k, c / use, lambda_ * c * d});
        }
    }
    for (const Blockade& blockade : blockades_) {
        rows_.emplace_back();
        for (const WithheldProduct& withheld : blockade.withheld) {
            VectorXd imports = imports_from(home_, blockade.coalition, withheld.product);
            const double total = imports.sum();
            if (!(total > 0.0)) continue;
            rows_.back().push_back({withheld.product, withheld.share, total, std::move(imports)});
        }
    }
    alone_.resize(blockades_.size());
    const VectorXd nothing = VectorXd::Zero(static_cast<Index>(investments_.size()));
    for (std::size_t w = 0; w < rows_.size() && !has_moves_; ++w) {
        if (rows_[w].size() != 1) continue;
        alone_[w] = value_added_.dot(state(static_cast<Index>(w), nothing).delta);
    }
}

/// By user: by how much a unit invested lowers what the coalition can withhold of the row's
/// product.
VectorXd BlockadeLosses::effect(const Row& row, const Coalition& coalition,
                                Index investment) const {
    const Investment& each = investments_[static_cast<std::size_t>(investment)];
    if (each.is_capacity()) return row.imports / row.total;
    const int out = (has(coalition, each.from) ? 1 : 0) - (has(coalition, each.to) ? 1 : 0);
    const auto moved = home_.imports[static_cast<std::size_t>(each.from)].row(row.product);
    return out == 0 ? VectorXd::Zero(moved.size())
                    : VectorXd(out * moved.transpose() / moved.sum());
}

BlockadeLosses::State BlockadeLosses::state(Index blockade, const VectorXd& amounts) const {
    const auto w = static_cast<std::size_t>(blockade);
    const std::vector<Row>& rows = rows_[w];
    const Index s = home_.x.size();
    State state{Eigen::MatrixXd(s, static_cast<Index>(rows.size())), VectorXd::Zero(s),
                std::vector<Index>(static_cast<std::size_t>(s), -1)};
    std::vector<Index> row_of(static_cast<std::size_t>(s), -1);
    for (std::size_t r = 0; r < rows.size(); ++r) {
        VectorXd left = rows[r].imports;
        for (const Index i : of_product_[static_cast<std::size_t>(rows[r].product)]) {
            if (amounts[i] != 0.0) left -= amounts[i] * effect(rows[r], blockades_[w].coalition, i);
        }
        // What is left after everything was replaced is rounding.
        left = (left.array() > 1e-12 * rows[r].imports.array()).select(left, 0.0);
        state.withheld.col(static_cast<Index>(r)) = rows[r].share * left;
        row_of[static_cast<std::size_t>(rows[r].product)] = static_cast<Index>(r);
    }
    if (state.withheld.size() == 0 || state.withheld.isZero(0.0)) return state;
    for (double change = 1.0, largest = 0.0; change > settled * largest;) {
        change = 0.0;
        for (Index j = 0; j < s; ++j) {
            double most = 0.0;
            for (const Input& input : inputs_[static_cast<std::size_t>(j)]) {
                const Index r = row_of[static_cast<std::size_t>(input.product)];
                const double direct = r < 0 ? 0.0 : input.criticality * state.withheld(j, r);
                const double loss = direct + input.passed_on * state.delta[input.product];
                if (!(loss > most)) continue;
                most = loss;
                state.binding[static_cast<std::size_t>(j)] = input.product;
            }
            change = std::max(change, std::abs(most - state.delta[j]));
            state.delta[j] = most;
            largest = std::max(largest, most);
        }
    }
    return state;
}

/// y = va + T'y: what a unit of loss of each sector costs, with what it passes on to those that it
/// binds.
VectorXd BlockadeLosses::values_of_losses(const std::vector<Index>& binding) const {
    const Index s = home_.x.size();
    VectorXd passed_on = VectorXd::Zero(s);
    for (Index j = 0; j < s; ++j) {
        for (const Input& input : inputs_[static_cast<std::size_t>(j)]) {
            if (input.product == binding[static_cast<std::size_t>(j)]) {
                passed_on[j] = input.passed_on;
            }
        }
    }
    VectorXd values = value_added_;
    for (VectorXd added = value_added_; added.maxCoeff() > settled * values.maxCoeff();) {
        VectorXd next = VectorXd::Zero(s);
        for (Index j = 0; j < s; ++j) {
            const Index k = binding[static_cast<std::size_t>(j)];
            if (k >= 0) next[k] += passed_on[j] * added[j];
        }
        values += next;
        added = std::move(next);
    }
    return values;
}

Tangent BlockadeLosses::tangent(Index blockade, const State& state) const {
    const auto w = static_cast<std::size_t>(blockade);
    Tangent tangent;
    tangent.gar = value_added_.dot(state.delta);
    if (!(tangent.gar > 0.0)) return tangent;
    const VectorXd values = values_of_losses(state.binding);
    for (std::size_t r = 0; r < rows_[w].size(); ++r) {
        const Row& row = rows_[w][r];
        VectorXd per_import = VectorXd::Zero(values.size());  // GDP at risk, by user
        for (Index j = 0; j < values.size(); ++j) {
            if (state.binding[static_cast<std::size_t>(j)] != row.product ||
                !(state.withheld(j, static_cast<Index>(r)) > 0.0)) {
                continue;
            }
            for (const Input& input : inputs_[static_cast<std::size_t>(j)]) {
                if (input.product == row.product) {
                    per_import[j] = values[j] * input.criticality * row.share;
                }
            }
        }
        if (per_import.isZero(0.0)) continue;
        tangent.constant += per_import.dot(row.imports);
        for (const Index i : of_product_[static_cast<std::size_t>(row.product)]) {
            const double slope = per_import.dot(effect(row, blockades_[w].coalition, i));
            if (slope != 0.0) tangent.slopes.emplace_back(i, slope);
        }
    }
    return tangent;
}

double BlockadeLosses::gar_of(Index blockade, const VectorXd& amounts) const {
    const auto w = static_cast<std::size_t>(blockade);
    if (!alone_[w]) return value_added_.dot(state(blockade, amounts).delta);
    const Row& row = rows_[w].front();
    const Index capacity = capacity_of_[static_cast<std::size_t>(row.product)];
    const double replaced = capacity < 0 ? 0.0 : amounts[capacity] / row.total;
    return *alone_[w] * std::max(0.0, 1.0 - replaced);
}

VectorXd BlockadeLosses::gar(const VectorXd& amounts, int num_threads) const {
    VectorXd result(static_cast<Index>(blockades_.size()));
    in_parallel(result.size(), num_threads,
                [&] { return [&](std::ptrdiff_t w) { result[w] = gar_of(w, amounts); }; });
    return result;
}

std::vector<Tangent> BlockadeLosses::tangents(const VectorXd& amounts, int num_threads) const {
    std::vector<Tangent> result(blockades_.size());
    in_parallel(static_cast<std::ptrdiff_t>(result.size()), num_threads, [&] {
        return [&](std::ptrdiff_t w) {
            result[static_cast<std::size_t>(w)] = tangent(w, state(w, amounts));
        };
    });
    return result;
}

}  // namespace narrows
