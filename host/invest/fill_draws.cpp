#include "host/invest/fill_draws.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "host/analysis/home_draws.hpp"
#include "host/base/error.hpp"
#include "host/base/parallel.hpp"

namespace narrows {
namespace {

constexpr Index wave = 64;  // draws between two looks at progress
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

double quantile(const std::vector<double>& sorted, double p) {
    const double at = static_cast<double>(sorted.size() - 1) * p;
    const auto below = static_cast<std::size_t>(at);
    const std::size_t above = std::min(below + 1, sorted.size() - 1);
    return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

FillDraws summarised(const Eigen::MatrixXd& gar) {
    FillDraws draws;
    draws.num_draws = gar.cols();
    std::vector<std::vector<double>> values(static_cast<std::size_t>(gar.rows()));
    Index num_lowest = 0;
    for (Index draw = 0; draw < gar.cols(); ++draw) {
        if (std::isnan(gar(0, draw))) {
            ++draws.num_failed;
            continue;
        }
        // What is no more than rounding apart is equal.
        num_lowest += gar(0, draw) <= gar.col(draw).minCoeff() * (1.0 + 1e-12) ? 1 : 0;
        for (Index a = 0; a < gar.rows(); ++a) {
            values[static_cast<std::size_t>(a)].push_back(gar(a, draw));
        }
    }
    const Index num_kept = draws.num_draws - draws.num_failed;
    if (num_kept == 0) throw NumericalError("RAS could balance none of the draws", {});
    for (std::vector<double>& each : values) {
        std::sort(each.begin(), each.end());
        draws.gar.push_back({quantile(each, 0.5), quantile(each, 0.05), quantile(each, 0.95)});
    }
    draws.p_lowest = static_cast<double>(num_lowest) / static_cast<double>(num_kept);
    return draws;
}

}  // namespace

DrawnHome drawn_home(const HomeEconomy& home, const DrawModel& model,
                     const Eigen::MatrixXd& spreads, double lambda, std::uint32_t draw) {
    DrawnHome drawn{home, {}, drawn_lambda(model, lambda, draw)};
    if (model.is_varying(Source::data)) {
        const Purchases bought = purchases(home);
        const Margins margins{bought.flows.rowwise().sum(), bought.flows.colwise().sum()};
        const Eigen::MatrixXd flows = drawn_flows(model, bought.flows, spreads, margins, draw);
        drawn.home.total_use.setZero();
        for (std::size_t row = 0; row < bought.products.size(); ++row) {
            const Index origin = bought.origins[row];
            Eigen::MatrixXd& from = origin < 0
                                        ? drawn.home.domestic
                                        : drawn.home.imports[static_cast<std::size_t>(origin)];
            from.row(bought.products[row]) = flows.row(static_cast<Index>(row));
            drawn.home.total_use.row(bought.products[row]) += flows.row(static_cast<Index>(row));
        }
    }
    drawn.criticality =
        criticality_of(drawn_ratings(model, draw), drawn.home.total_use, drawn.home.x);
    return drawn;
}

FillDraws fill_draws(const HomeEconomy& home, const FillQuery& query, const FillResult& result,
                     const DrawModel& model, const std::vector<Eigen::VectorXd>& amounts,
                     Index num_draws,
                     const std::function<void(std::int64_t, std::int64_t)>& progress) {
    check_draw_model(model, home.x.size());
    const Eigen::MatrixXd spreads = cell_spreads(home, model.cell_errors);
    Eigen::MatrixXd gar =
        Eigen::MatrixXd::Constant(static_cast<Index>(amounts.size()), num_draws, not_a_number);
    const auto fill_column = [&](Index draw) {
        try {
            DrawnHome drawn =
                drawn_home(home, model, spreads, query.lambda, static_cast<std::uint32_t>(draw));
            const BlockadeLosses losses(std::move(drawn.home), drawn.criticality, drawn.lambda,
                                        query.blockades, result.investments);
            for (std::size_t a = 0; a < amounts.size(); ++a) {
                gar(static_cast<Index>(a), draw) = risk(result.goal, losses.gar(amounts[a]));
            }
        } catch (const NumericalError&) {
            gar.col(draw).setConstant(not_a_number);
        }
    };
    for (Index first = 0; first < num_draws; first += wave) {
        const Index count = std::min(wave, num_draws - first);
        in_parallel(count, query.num_threads,
                    [&] { return [&](std::ptrdiff_t i) { fill_column(first + i); }; });
        if (progress) progress(first + count, num_draws);
    }
    return summarised(gar);
}

}  // namespace narrows
