#include "host/analysis/home_draws.hpp"

#include <algorithm>
#include <utility>

#include "host/backend/draws.hpp"
#include "host/base/error.hpp"

namespace narrows {
namespace {

/// Is the split of product k between home and imports proportional for user j?
bool is_proportional(const HomeEconomy& home, Index k, Index j) {
    return home.import_split.size() > 0 && home.import_split(k, j) == ImportOrigin::proportional;
}

}  // namespace

Purchases purchases(const HomeEconomy& home) {
    Purchases result;
    const auto num_origins = static_cast<Index>(home.imports.size());
    const auto flows_from = [&](Index origin) -> const Eigen::MatrixXd& {
        return origin < 0 ? home.domestic : home.imports[static_cast<std::size_t>(origin)];
    };
    for (Index origin = -1; origin < num_origins; ++origin) {
        for (Index product = 0; product < home.x.size(); ++product) {
            if (flows_from(origin).row(product).isZero(0.0)) continue;
            result.products.push_back(product);
            result.origins.push_back(origin);
        }
    }
    result.flows.resize(static_cast<Index>(result.products.size()), home.x.size());
    for (std::size_t row = 0; row < result.products.size(); ++row) {
        result.flows.row(static_cast<Index>(row)) =
            flows_from(result.origins[row]).row(result.products[row]);
    }
    return result;
}

Eigen::MatrixXd cell_spreads(const HomeEconomy& home, const CellErrors& errors) {
    const Purchases bought = purchases(home);
    Eigen::MatrixXd factors = Eigen::MatrixXd::Ones(bought.flows.rows(), bought.flows.cols());
    for (Index j = 0; j < factors.cols(); ++j) {
        for (Index i = 0; i < factors.rows(); ++i) {
            if (is_proportional(home, bought.products[static_cast<std::size_t>(i)], j)) {
                factors(i, j) = 2.0;
            }
        }
    }
    return cell_spreads(bought.flows, errors, factors);
}

HomeDraws::HomeDraws(const HomeEconomy& home, const ChokepointQuery& query,
                     const std::vector<Chokepoint>& pairs, DrawModel model)
    : x_(home.x),
      value_added_(home.value_added),
      share_(query.share),
      lambda_(query.lambda),
      model_(std::move(model)),
      purchases_(purchases(home)),
      spreads_(cell_spreads(home, model_.cell_errors)) {
    const Eigen::MatrixXd& ratings = model_.criticality.ratings;
    check_draw_model(model_, x_.size());
    margins_.rows = purchases_.flows.rowwise().sum();
    margins_.columns = purchases_.flows.colwise().sum();
    base_gar_.resize(static_cast<Index>(pairs.size()));
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        const auto pair = static_cast<Index>(i);
        base_gar_[pair] = pairs[i].gar;
        if (ratings.row(pairs[i].product).isZero(0.0)) continue;
        rated_pairs_.push_back(pair);
        products_.push_back(pairs[i].product);
        std::vector<Index> sellers;
        for (std::size_t row = 0; row < purchases_.products.size(); ++row) {
            const Coalition& coalition = pairs[i].coalition;
            if (purchases_.products[row] == pairs[i].product &&
                std::binary_search(coalition.begin(), coalition.end(), purchases_.origins[row])) {
                sellers.push_back(static_cast<Index>(row));
            }
        }
        sellers_.push_back(std::move(sellers));
    }
    base_flows_ = flows_of(purchases_.flows);
    base_closed_form_ = closed_form_gar(
        base_flows_, criticality_of(model_.criticality, base_flows_.total_use, x_), lambda_);
}

Eigen::MatrixXd HomeDraws::purchases_of(std::uint32_t draw) const {
    return drawn_flows(model_, purchases_.flows, spreads_, margins_, draw);
}

HomeDraws::Flows HomeDraws::flows_of(const Eigen::MatrixXd& balanced) const {
    const Index s = balanced.cols();
    const auto num_pairs = static_cast<Index>(products_.size());
    Flows flows{Eigen::MatrixXd::Zero(s, s), Eigen::MatrixXd::Zero(s, s),
                RowMajorMatrix(s, num_pairs)};
    for (Index j = 0; j < s; ++j) {
        for (std::size_t row = 0; row < purchases_.products.size(); ++row) {
            const double flow = balanced(static_cast<Index>(row), j);
            flows.total_use(purchases_.products[row], j) += flow;
            if (purchases_.origins[row] < 0)
                flows.domestic_share(purchases_.products[row], j) = flow;
        }
        for (Index k = 0; k < s; ++k) {
            double& share = flows.domestic_share(k, j);
            share = use_share(share, flows.total_use(k, j));
        }
        for (Index pair = 0; pair < num_pairs; ++pair) {
            const auto at = static_cast<std::size_t>(pair);
            double withheld = 0.0;
            for (const Index seller : sellers_[at]) withheld += balanced(seller, j);
            flows.blocked_share(j, pair) =
                share_ * use_share(withheld, flows.total_use(products_[at], j));
        }
    }
    return flows;
}

std::optional<HomeDraws::Flows> HomeDraws::flows(std::uint32_t draw) const {
    if (!model_.is_varying(Source::data)) return base_flows_;
    try {
        return flows_of(purchases_of(draw));
    } catch (const NumericalError&) {
        return std::nullopt;
    }
}

Eigen::MatrixXd HomeDraws::criticality(std::uint32_t draw, const Flows& flows) const {
    return criticality_of(drawn_ratings(model_, draw), flows.total_use, x_);
}

Eigen::VectorXd HomeDraws::gar(const Flows& flows, const Eigen::MatrixXd& criticality,
                               double lambda) const {
    return base_gar_ + (closed_form_gar(flows, criticality, lambda) - base_closed_form_);
}

Eigen::VectorXd HomeDraws::closed_form_gar(const Flows& flows, const Eigen::MatrixXd& criticality,
                                           double lambda) const {
    const Index s = x_.size();
    const auto count = static_cast<Index>(products_.size());
    ClosedBottleneck bottleneck(s);
    bottleneck.set_matrix(criticality.data(), flows.domestic_share.data(), lambda);
    RowMajorMatrix loss(s, count);
    bottleneck.solve(count, products_.data(), flows.blocked_share.data(), loss.data());
    Eigen::RowVectorXd sum = Eigen::RowVectorXd::Zero(count);
    for (Index j = 0; j < s; ++j) sum += value_added_[j] * loss.row(j);
    Eigen::VectorXd result = Eigen::VectorXd::Zero(base_gar_.size());
    for (Index i = 0; i < count; ++i) result[rated_pairs_[static_cast<std::size_t>(i)]] = sum[i];
    return result;
}

}  // namespace narrows
