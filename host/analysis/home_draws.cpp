#include "host/analysis/home_draws.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "kernels/common/beta.hpp"

#include "host/backend/draws.hpp"
#include "host/base/error.hpp"

namespace narrows {
namespace {

constexpr double large_share = 0.01;  // of all flows: what counts as a large one

enum Stream : std::uint32_t { purchases_stream, ratings_stream, ramp_stream, lambda_stream };

double uniform(std::uint64_t seed, std::uint32_t stream, std::uint32_t draw) {
    const kernels::Words words = kernels::words_of({seed, stream, draw, 0}, 0);
    return kernels::uniform(words.w[0], words.w[1]);
}

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

double cell_error_exponent(const HomeEconomy& home, const CellErrors& errors) {
    const Eigen::MatrixXd z = purchases(home).flows;
    const double large = large_share * z.sum();
    const double smallest = z.size() > 0 ? (z.array() > 0.0).select(z, large).minCoeff() : large;
    const double exponent = errors.exponent.value_or(
        smallest < large ? std::log(10.0) / std::log(large / smallest) : 0.0);
    if (!(errors.large >= 0.0) || !(exponent >= 0.0)) {
        throw ArgumentError(fmt::format("cell error is {},{}, expected numbers of 0 or more",
                                        errors.large, exponent));
    }
    return exponent;
}

Eigen::MatrixXd cell_spreads(const HomeEconomy& home, const CellErrors& errors) {
    const double exponent = cell_error_exponent(home, errors);
    const Purchases bought = purchases(home);
    const Eigen::MatrixXd& z = bought.flows;
    const double large = large_share * z.sum();
    Eigen::MatrixXd spreads = Eigen::MatrixXd::Zero(z.rows(), z.cols());
    for (Index j = 0; j < z.cols(); ++j) {
        for (Index i = 0; i < z.rows(); ++i) {
            if (z(i, j) == 0.0) continue;
            const double r = errors.large * std::pow(std::max(1.0, large / z(i, j)), exponent);
            const double twice =
                is_proportional(home, bought.products[static_cast<std::size_t>(i)], j) ? 2.0 : 1.0;
            spreads(i, j) = twice * std::log1p(r);
        }
    }
    if (spreads.size() > 0 && !(spreads.maxCoeff() <= 10.0)) {
        throw ArgumentError(
            fmt::format("cell error is {},{}: it gives the logarithm of the smallest flow a "
                        "standard error of {:.3g}, expected at most 10",
                        errors.large, exponent, spreads.maxCoeff()));
    }
    return spreads;
}

LambdaRange lambda_range(double lambda) {
    return {std::max(0.0, lambda - 0.3), std::max(lambda, std::min(lambda + 0.3, 0.95))};
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
    if (ratings.rows() != x_.size() || ratings.cols() != x_.size()) {
        throw ArgumentError(fmt::format("ratings are {} x {}, expected {} x {}", ratings.rows(),
                                        ratings.cols(), x_.size(), x_.size()));
    }
    if (!(model_.rating_concentration >= 1.0)) {
        throw ArgumentError(fmt::format("rating concentration is {}, expected 1 or more",
                                        model_.rating_concentration));
    }
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
    Eigen::MatrixXd drawn(spreads_.rows(), spreads_.cols());
    perturb(drawn.size(), purchases_.flows.data(), spreads_.data(), model_.seed, purchases_stream,
            draw, drawn.data());
    return ras(drawn, margins_, model_.balancing).matrix;
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
    if (!varies(Source::data)) return base_flows_;
    try {
        return flows_of(purchases_of(draw));
    } catch (const NumericalError&) {
        return std::nullopt;
    }
}

Eigen::MatrixXd HomeDraws::criticality(std::uint32_t draw, const Flows& flows) const {
    if (!varies(Source::criticality)) {
        return criticality_of(model_.criticality, flows.total_use, x_);
    }
    CriticalityRatings drawn = model_.criticality;
    const double steps = 2.0 * uniform(model_.seed, ramp_stream, draw) - 1.0;
    drawn.ramp_end *= kernels::exponential(steps * std::log(2.0));
    for (Index cell = 0; cell < drawn.ratings.size(); ++cell) {
        drawn.ratings(cell) = kernels::beta_variate(
            {model_.seed, ratings_stream, draw, static_cast<std::uint32_t>(cell)},
            drawn.ratings(cell), model_.rating_concentration);
    }
    return criticality_of(drawn, flows.total_use, x_);
}

double HomeDraws::lambda(std::uint32_t draw) const {
    if (!varies(Source::lambda)) return lambda_;
    const LambdaRange range = lambda_range(lambda_);
    return range.low + (range.high - range.low) * uniform(model_.seed, lambda_stream, draw);
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
