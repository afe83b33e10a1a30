#include "host/analysis/draw_model.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "kernels/common/beta.hpp"

#include "host/backend/draws.hpp"
#include "host/base/error.hpp"

namespace narrows {
namespace {

constexpr double large_share = 0.01;  // of all flows: what counts as a large one

enum Stream : std::uint32_t { flows_stream, ratings_stream, ramp_stream, lambda_stream };

double uniform(std::uint64_t seed, std::uint32_t stream, std::uint32_t draw) {
    const kernels::Words words = kernels::words_of({seed, stream, draw, 0}, 0);
    return kernels::uniform(words.w[0], words.w[1]);
}

}  // namespace

void check_draw_model(const DrawModel& model, Index s) {
    const Eigen::MatrixXd& ratings = model.criticality.ratings;
    if (ratings.rows() != s || ratings.cols() != s) {
        throw ArgumentError(fmt::format("ratings are {} x {}, expected {} x {}", ratings.rows(),
                                        ratings.cols(), s, s));
    }
    if (!(model.rating_concentration >= 1.0)) {
        throw ArgumentError(fmt::format("rating concentration is {}, expected 1 or more",
                                        model.rating_concentration));
    }
}

double cell_error_exponent(const Eigen::MatrixXd& flows, const CellErrors& errors) {
    const double large = large_share * flows.sum();
    const double smallest =
        flows.size() > 0 ? (flows.array() > 0.0).select(flows, large).minCoeff() : large;
    const double exponent = errors.exponent.value_or(
        smallest < large ? std::log(10.0) / std::log(large / smallest) : 0.0);
    if (!(errors.large >= 0.0) || !(exponent >= 0.0)) {
        throw ArgumentError(fmt::format("cell error is {},{}, expected numbers of 0 or more",
                                        errors.large, exponent));
    }
    return exponent;
}

Eigen::MatrixXd cell_spreads(const Eigen::MatrixXd& flows, const CellErrors& errors,
                             const Eigen::MatrixXd& factors) {
    const double exponent = cell_error_exponent(flows, errors);
    const double large = large_share * flows.sum();
    Eigen::MatrixXd spreads = flows.unaryExpr([&](double z) {
        if (z == 0.0) return 0.0;
        return std::log1p(errors.large * std::pow(std::max(1.0, large / z), exponent));
    });
    if (factors.size() > 0) spreads.array() *= factors.array();
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

Eigen::MatrixXd drawn_flows(const DrawModel& model, const Eigen::MatrixXd& flows,
                            const Eigen::MatrixXd& spreads, const Margins& margins,
                            std::uint32_t draw) {
    Eigen::MatrixXd drawn(flows.rows(), flows.cols());
    perturb(drawn.size(), flows.data(), spreads.data(), model.seed, flows_stream, draw,
            drawn.data());
    return ras(drawn, margins, model.balancing).matrix;
}

CriticalityRatings drawn_ratings(const DrawModel& model, std::uint32_t draw) {
    CriticalityRatings drawn = model.criticality;
    if (!model.is_varying(Source::criticality)) return drawn;
    const double steps = 2.0 * uniform(model.seed, ramp_stream, draw) - 1.0;
    drawn.ramp_end *= kernels::exponential(steps * std::log(2.0));
    for (Index cell = 0; cell < drawn.ratings.size(); ++cell) {
        drawn.ratings(cell) = kernels::beta_variate(
            {model.seed, ratings_stream, draw, static_cast<std::uint32_t>(cell)},
            drawn.ratings(cell), model.rating_concentration);
    }
    return drawn;
}

double drawn_lambda(const DrawModel& model, double lambda, std::uint32_t draw) {
    if (!model.is_varying(Source::lambda)) return lambda;
    const LambdaRange range = lambda_range(lambda);
    return range.low + (range.high - range.low) * uniform(model.seed, lambda_stream, draw);
}

}  // namespace narrows
