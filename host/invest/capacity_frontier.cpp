#include "host/invest/capacity_frontier.hpp"

#include <algorithm>

#include "host/base/error.hpp"

namespace narrows {
namespace {

/// Where GDP at risk of a product's blockade reaches 0, and how steeply per unit of flow.
struct Ramp {
    double end;    // M^w_k
    double slope;  // weight gar_w(0) / M^w_k
};

/// The pieces of one investment: between two ends, the ramps that have not ended yet.
void append_pieces(Index investment, double unit_cost, std::vector<Ramp> ramps,
                   std::vector<CapacityPiece>& pieces) {
    std::sort(ramps.begin(), ramps.end(), [](const Ramp& a, const Ramp& b) {
        return a.end != b.end ? a.end > b.end : a.slope < b.slope;
    });
    // From the last end, where only the longest ramp is left, back to 0: slopes are sums of what
    // is there, not differences.
    std::vector<CapacityPiece> backwards;
    double slope = 0.0;
    for (std::size_t i = 0; i < ramps.size(); ++i) {
        slope += ramps[i].slope;
        const double start = i + 1 < ramps.size() ? ramps[i + 1].end : 0.0;
        const double amount = ramps[i].end - start;
        if (!(amount > 0.0 && slope > 0.0)) continue;
        backwards.push_back({investment, amount, amount * unit_cost, slope / unit_cost});
    }
    pieces.insert(pieces.end(), backwards.rbegin(), backwards.rend());
}

/// Of a blockade of one product.
bool has_investment(const Blockade& blockade, const std::vector<Investment>& investments) {
    return std::any_of(investments.begin(), investments.end(), [&](const Investment& each) {
        return !blockade.withheld.empty() && blockade.withheld.front().product == each.product;
    });
}

}  // namespace

bool is_separable(const std::vector<Blockade>& blockades) {
    return std::all_of(blockades.begin(), blockades.end(),
                       [](const Blockade& each) { return each.withheld.size() <= 1; });
}

CapacityFrontier::CapacityFrontier(const BlockadeLosses& losses, const FillGoal& goal,
                                   int num_threads)
    : num_investments_(static_cast<Index>(losses.investments().size())) {
    const std::vector<Investment>& investments = losses.investments();
    const bool capacities = std::all_of(investments.begin(), investments.end(),
                                        [](const Investment& each) { return each.is_capacity(); });
    if (!capacities || !is_separable(losses.blockades()) || goal.cvar_level != 0.0) {
        throw ArgumentError(
            "the frontier of capacities takes blockades of one product each and the mean");
    }
    const Eigen::VectorXd gar = losses.gar(Eigen::VectorXd::Zero(num_investments_), num_threads);
    for (Index i = 0; i < num_investments_; ++i) {
        const Investment& each = investments[static_cast<std::size_t>(i)];
        std::vector<Ramp> ramps;
        for (std::size_t w = 0; w < losses.blockades().size(); ++w) {
            const Blockade& blockade = losses.blockades()[w];
            if (blockade.withheld.empty() || blockade.withheld.front().product != each.product) {
                continue;
            }
            const double end = imports_from(losses.home(), blockade.coalition, each.product).sum();
            if (!(end > 0.0)) continue;
            const auto at = static_cast<Index>(w);
            ramps.push_back({end, goal.weights[at] * gar[at] / end});
        }
        append_pieces(i, each.unit_cost, std::move(ramps), pieces_);
    }
    std::stable_sort(
        pieces_.begin(), pieces_.end(),
        [](const CapacityPiece& a, const CapacityPiece& b) { return a.slope > b.slope; });
    // Upwards from what no budget removes: each point a sum of what is left.
    points_.resize(pieces_.size() + 1);
    for (std::size_t w = 0; w < losses.blockades().size(); ++w) {
        const auto at = static_cast<Index>(w);
        if (!has_investment(losses.blockades()[w], investments)) {
            points_.back().gar += goal.weights[at] * gar[at];
        }
    }
    for (std::size_t i = pieces_.size(); i-- > 0;) {
        points_[i].gar = points_[i + 1].gar + pieces_[i].cost * pieces_[i].slope;
    }
    for (std::size_t i = 0; i < pieces_.size(); ++i) {
        points_[i + 1].budget = points_[i].budget + pieces_[i].cost;
    }
}

Fill CapacityFrontier::fill(double budget) const {
    Fill fill;
    fill.amounts = Eigen::VectorXd::Zero(num_investments_);
    fill.dual = 0.0;
    fill.gar = points_.back().gar;
    for (std::size_t i = 0; i < pieces_.size(); ++i) {
        const CapacityPiece& piece = pieces_[i];
        const double left = budget - points_[i].budget;
        if (left < piece.cost) {
            fill.amounts[piece.investment] += piece.amount * (left / piece.cost);
            fill.spent = budget;
            fill.gar = points_[i + 1].gar + (piece.cost - left) * piece.slope;
            fill.dual = piece.slope;
            break;
        }
        fill.amounts[piece.investment] += piece.amount;
        fill.spent = points_[i + 1].budget;
    }
    fill.lower_bound = fill.gar;
    return fill;
}

}  // namespace narrows
