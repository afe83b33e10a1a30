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

Eigen::MatrixXd purchases(const HomeEconomy& home) {
    const Index s = home.x.size();
    Eigen::MatrixXd result(s * (1 + static_cast<Index>(home.imports.size())), s);
    result.topRows(s) = home.domestic;
    for (std::size_t origin = 0; origin < home.imports.size(); ++origin) {
        result.middleRows((static_cast<Index>(origin) + 1) * s, s) = home.imports[origin];
    }
    return result;
}

double cell_error_exponent(const HomeEconomy& home, const CellErrors& errors) {
    const Eigen::MatrixXd z = purchases(home);
    const double large = large_share * z.sum();
    const double smallest = (z.array() > 0.0).select(z, large).minCoeff();
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
    const Eigen::MatrixXd z = purchases(home);
    const double large = large_share * z.sum();
    Eigen::MatrixXd spreads = Eigen::MatrixXd::Zero(z.rows(), z.cols());
    for (Index j = 0; j < z.cols(); ++j) {
        for (Index i = 0; i < z.rows(); ++i) {
            if (z(i, j) == 0.0) continue;
            const double r = errors.large * std::pow(std::max(1.0, large / z(i, j)), exponent);
            const double twice = is_proportional(home, i % z.cols(), j) ? 2.0 : 1.0;
            spreads(i, j) = twice * std::log1p(r);
        }
    }
    if (spreads.size() > 0 && !(spreads.maxCoeff() <= 10.0)) {
        throw ArgumentError(
            fmt::format("cell error is {},{}: it gives the logarithm of the "
                        "smallest flow a standard error of {:.3g}, expected at "
                        "most 10",
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
    if (!(model_.rating_concentration >= 1.0)) {
        throw ArgumentError(fmt::format("rating concentration is {}, expected 1 or more",
                                        model_.rating_concentration));
    }
    margins_.rows = purchases_.rowwise().sum();
    margins_.columns = purchases_.colwise().sum();
    std::vector<std::vector<Index>> of_product(home.sectors.size());
    base_gar_.resize(static_cast<Index>(pairs.size()));
    for (const Chokepoint& pair : pairs) {
        const auto at = static_cast<Index>(coalitions_.size());
        of_product[static_cast<std::size_t>(pair.product)].push_back(at);
        coalitions_.push_back(pair.coalition);
        base_gar_[at] = pair.gar;
    }
    for (std::size_t product = 0; product < of_product.size(); ++product) {
        if (of_product[product].empty()) continue;
        groups_.push_back({static_cast<Index>(product), of_product[product], num_shares_});
        num_shares_ += of_product[product].size() * home.sectors.size();
    }
    base_flows_ = flows_of(purchases_);
    base_closed_form_ = closed_form_gar(
        base_flows_, criticality_of(model_.criticality, base_flows_.total_use, x_), lambda_);
}

Eigen::MatrixXd HomeDraws::purchases_of(std::uint32_t draw) const {
    Eigen::MatrixXd drawn(purchases_.rows(), purchases_.cols());
    perturb(drawn.size(), purchases_.data(), spreads_.data(), model_.seed, purchases_stream, draw,
            drawn.data());
    return ras(drawn, margins_, model_.balancing).matrix;
}

HomeDraws::Flows HomeDraws::flows_of(const Eigen::MatrixXd& balanced) const {
    const Index s = balanced.cols();
    Flows flows{balanced.topRows(s), Eigen::MatrixXd(s, s), std::vector<double>(num_shares_)};
    for (Index first = s; first < balanced.rows(); first += s) {
        flows.total_use += balanced.middleRows(first, s);
    }
    for (Index cell = 0; cell < flows.total_use.size(); ++cell) {
        flows.domestic_share(cell) = use_share(balanced(cell % s, cell / s), flows.total_use(cell));
    }
    for (const Group& group : groups_) {
        double* shares = &flows.blocked_share[group.first_share];
        for (Index j = 0; j < s; ++j) {
            const double use = flows.total_use(group.product, j);
            for (const Index pair : group.pairs) {
                double withheld = 0.0;
                for (const Index origin : coalitions_[static_cast<std::size_t>(pair)]) {
                    withheld += balanced((origin + 1) * s + group.product, j);
                }
                *shares++ = share_ * use_share(withheld, use);
            }
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
    ClosedBottleneck bottleneck(s);
    bottleneck.set_matrix(criticality.data(), flows.domestic_share.data(), lambda);
    Eigen::VectorXd result = Eigen::VectorXd::Zero(static_cast<Index>(coalitions_.size()));
    std::vector<double> loss, sum;
    for (const Group& group : groups_) {
        if (criticality.row(group.product).isZero(0.0)) continue;
        const std::size_t count = group.pairs.size();
        loss.resize(count * static_cast<std::size_t>(s));
        bottleneck.solve(group.product, static_cast<Index>(count),
                         &flows.blocked_share[group.first_share], loss.data());
        sum.assign(count, 0.0);
        for (Index j = 0; j < s; ++j) {
            const double* const of_user = &loss[static_cast<std::size_t>(j) * count];
            for (std::size_t i = 0; i < count; ++i) sum[i] += value_added_[j] * of_user[i];
        }
        for (std::size_t i = 0; i < count; ++i) result[group.pairs[i]] = sum[i];
    }
    return result;
}

}  // namespace narrows
