#include "host/analysis/world_draws.hpp"

#include <algorithm>
#include <utility>

#include "host/base/error.hpp"

namespace narrows {
namespace {

constexpr double most_bytes = 1024.0 * 1024.0 * 1024.0;  // of flows at once

}  // namespace

WorldDraws::WorldDraws(const IoTable& table, const HomeEconomy& home, const Backend& backend,
                       const ChokepointQuery& query, const std::vector<Chokepoint>& pairs,
                       DrawModel model)
    : world_(world_of(table, home)),
      backend_(backend),
      share_(query.share),
      lambda_(query.lambda),
      pairs_(pairs),
      model_(std::move(model)),
      z_(table.Z().cwiseMax(0.0)),
      spreads_(cell_spreads(z_, model_.cell_errors)),
      base_flows_(world_flows(world_, z_)) {
    check_draw_model(model_, world_.num_products());
    margins_.rows = z_.rowwise().sum();
    margins_.columns = z_.colwise().sum();
    base_gar_.resize(static_cast<Index>(pairs.size()));
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        base_gar_[static_cast<Index>(i)] = pairs[i].gar;
    }
    base_solved_ =
        solved_gar(base_flows_, criticality_of_ratings(model_.criticality, base_flows_), lambda_);
}

Index WorldDraws::at_once(int num_threads) const {
    const double bytes = 3.0 * sizeof(double) * static_cast<double>(z_.size());  // of a draw
    return std::clamp<Index>(static_cast<Index>(most_bytes / bytes), 1, std::max(1, num_threads));
}

Eigen::MatrixXd WorldDraws::balanced(std::uint32_t draw) const {
    return drawn_flows(model_, z_, spreads_, margins_, draw);
}

std::optional<WorldFlows> WorldDraws::flows(std::uint32_t draw) const {
    if (!model_.is_varying(Source::data)) return base_flows_;
    try {
        return world_flows(world_, balanced(draw));
    } catch (const NumericalError&) {
        return std::nullopt;
    }
}

Eigen::MatrixXd WorldDraws::criticality(std::uint32_t draw, const Flows& flows) const {
    return criticality_of_ratings(drawn_ratings(model_, draw), flows);
}

Eigen::MatrixXd WorldDraws::criticality_of_ratings(const CriticalityRatings& rated,
                                                   const Flows& flows) const {
    CriticalityRatings by_place{Eigen::MatrixXd(world_.num_products(), world_.size()),
                                rated.ramp_end};
    for (Index j = 0; j < world_.size(); ++j) {
        by_place.ratings.col(j) = rated.ratings.col(world_.product[static_cast<std::size_t>(j)]);
    }
    return criticality_of(by_place, flows.total_use, world_.x);
}

Eigen::VectorXd WorldDraws::gar(const Flows& flows, const Eigen::MatrixXd& criticality,
                                double lambda) const {
    return base_gar_ + (solved_gar(flows, criticality, lambda) - base_solved_);
}

Eigen::VectorXd WorldDraws::solved_gar(const Flows& flows, const Eigen::MatrixXd& criticality,
                                       double lambda) const {
    const Eigen::MatrixXd weights = passed_on(world_, flows.shares, criticality);
    const Scenarios scenarios(world_, weights, pairs_, share_);
    const std::vector<double> lambdas = {lambda};
    Eigen::VectorXd result(base_gar_.size());
    const auto done = [&](const narrows_shortage_result& solved) {
        const Eigen::Map<const Eigen::VectorXd> loss(solved.loss, world_.size());
        result[solved.scenario] = loss_of(world_, world_.value_added, world_.home_region, loss);
    };
    backend_.solve_shortage(shortage_of(world_, weights, scenarios, lambdas), done);
    return result;
}

}  // namespace narrows
