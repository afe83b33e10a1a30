#include "host/analysis/ranking_uncertainty.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "host/backend/draws.hpp"
#include "host/base/error.hpp"

namespace narrows {
namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr Index most_draws = std::numeric_limits<std::int32_t>::max();
constexpr std::uint32_t other_draws = 0x80000000U;
constexpr Index home_wave = 64;

/// One column of DrawnGar from the flows of its draw and, for shares of variance, of the other one.
template <class Draws>
void fill_column(const Draws& draws, std::uint32_t draw,
                 const std::optional<typename Draws::Flows>& flows,
                 const std::optional<typename Draws::Flows>& other_flows, bool variance_shares,
                 Eigen::Ref<Eigen::VectorXd> column) {
    column.setConstant(not_a_number);
    if (!flows) return;
    const Index pairs = variance_shares ? column.size() / (1 + Index{num_sources}) : column.size();
    const double lambda = draws.lambda(draw);
    column.head(pairs) = draws.gar(*flows, draws.criticality(draw, *flows), lambda);
    if (!other_flows) return;
    const std::uint32_t other = other_draws + draw;
    const double other_lambda = draws.lambda(other);
    const auto of_source = [&](Source source) {
        return column.segment((1 + static_cast<Index>(source)) * pairs, pairs);
    };
    of_source(Source::data) = draws.gar(*flows, draws.criticality(other, *flows), other_lambda);
    of_source(Source::criticality) =
        draws.gar(*other_flows, draws.criticality(draw, *other_flows), other_lambda);
    of_source(Source::lambda) =
        draws.gar(*other_flows, draws.criticality(other, *other_flows), lambda);
}

/// Type 7 of ascending values.
double quantile(const std::vector<double>& sorted, double p) {
    const double at = static_cast<double>(sorted.size() - 1) * p;
    const auto below = static_cast<std::size_t>(at);
    const std::size_t above = std::min(below + 1, sorted.size() - 1);
    return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

/// Type 1 of ascending ranks: the first that a share p of them does not exceed.
Index quantile(const std::vector<Index>& sorted, double p) {
    const double at = std::ceil(static_cast<double>(sorted.size()) * p);
    return sorted[static_cast<std::size_t>(std::max(at, 1.0)) - 1];
}

/// Ranks from 1 by value descending; ties keep their order.
void rank_into(const Eigen::Ref<const Eigen::VectorXd>& values, Index* ranks) {
    std::vector<Index> order(static_cast<std::size_t>(values.size()));
    std::iota(order.begin(), order.end(), Index{0});
    std::sort(order.begin(), order.end(), [&](Index a, Index b) {
        return values[a] != values[b] ? values[a] > values[b] : a < b;
    });
    Index rank = 0;
    for (const Index pair : order) ranks[pair] = ++rank;
}

/// Values of one row in the columns `draws`.
std::vector<double> values_of(const DrawnGar& gar, Index row, const std::vector<Index>& draws) {
    std::vector<double> values;
    values.reserve(draws.size());
    for (const Index draw : draws) values.push_back(gar(row, draw));
    return values;
}

/// Columns without a failure in the first `rows` rows.
std::vector<Index> finished_draws(const DrawnGar& gar, Index rows) {
    std::vector<Index> finished;
    for (Index draw = 0; draw < gar.cols(); ++draw) {
        if (!std::isnan(gar(0, draw)) && !std::isnan(gar(rows - 1, draw))) finished.push_back(draw);
    }
    return finished;
}

/// Janon's estimator.
double variance_share(const std::vector<double>& all, const std::vector<double>& frozen) {
    if (all.empty()) return 0.0;
    double sum = 0.0, squares = 0.0, products = 0.0;
    const double origin = all[0];  // near the values: their squares do not cancel
    for (std::size_t i = 0; i < all.size(); ++i) {
        const double a = all[i] - origin;
        const double b = frozen[i] - origin;
        sum += 0.5 * (a + b);
        squares += 0.5 * (a * a + b * b);
        products += a * b;
    }
    const auto count = static_cast<double>(all.size());
    const double mean = sum / count;
    const double variance = squares / count - mean * mean;
    return variance > 0.0 ? (products / count - mean * mean) / variance : 0.0;
}

PairUncertainty summary_of(std::vector<double> values, std::vector<Index> ranks) {
    PairUncertainty pair;
    std::sort(values.begin(), values.end());
    std::sort(ranks.begin(), ranks.end());
    pair.median = quantile(values, 0.5);
    pair.q05 = quantile(values, 0.05);
    pair.q95 = quantile(values, 0.95);
    pair.rank_q05 = quantile(ranks, 0.05);
    pair.rank_q95 = quantile(ranks, 0.95);
    const auto count = static_cast<double>(ranks.size());
    const auto top = std::upper_bound(ranks.begin(), ranks.end(), Index{10}) - ranks.begin();
    pair.p_top10 = static_cast<double>(top) / count;
    pair.p_top10_half_width = 1.96 * std::sqrt(pair.p_top10 * (1.0 - pair.p_top10) / count);
    return pair;
}

Eigen::VectorXd weights_of(const std::vector<Chokepoint>& pairs) {
    Eigen::VectorXd weights(static_cast<Index>(pairs.size()));
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        weights[static_cast<Index>(i)] = pairs[i].weight;
    }
    return weights;
}

/// All draws, `wave` of them between two looks at progress where the query does not say.
template <class Draws>
RankingUncertainty in_waves(const Draws& draws, const Eigen::VectorXd& weights, Index num_pairs,
                            Index wave, const UncertaintyQuery& query) {
    if (query.num_draws < 1 || query.num_draws > most_draws) {
        throw ArgumentError(
            fmt::format("{} draws, expected a number from 1 to {}", query.num_draws, most_draws));
    }
    if (query.wave > 0) wave = query.wave;
    DrawnGar gar(values_of_draw(query, num_pairs), query.num_draws);
    Index done = query.file != nullptr ? query.file->load(gar) : 0;
    while (done < gar.cols()) {
        const Index count = std::min(wave, gar.cols() - done);
        draw_gar(draws, query.variance_shares, done, count, query.num_threads, gar);
        if (query.file != nullptr) query.file->append(gar, done, count);
        done += count;
        if (query.progress) query.progress(done, gar.cols());
        if (query.stop && query.stop()) break;
    }
    gar.conservativeResize(Eigen::NoChange, done);
    RankingUncertainty result = summarised(gar, num_pairs, query.num_threads, weights);
    for (std::size_t source = 0; source < num_sources; ++source) {
        if (query.model.varies[source]) continue;
        for (PairUncertainty& pair : result.rows) pair.variance_share[source] = 0.0;
    }
    return result;
}

}  // namespace

void draw_gar(const HomeDraws& draws, bool variance_shares, Index first, Index count,
              int num_threads, DrawnGar& gar) {
    Threads threads(num_threads);
    threads.run(count, [&](std::int64_t i, int) {
        const auto draw = static_cast<std::uint32_t>(first + i);
        std::optional<HomeDraws::Flows> other;
        if (variance_shares) other = draws.flows(other_draws + draw);
        fill_column(draws, draw, draws.flows(draw), other, variance_shares, gar.col(first + i));
    });
}

void draw_gar(const WorldDraws& draws, bool variance_shares, Index first, Index count,
              int num_threads, DrawnGar& gar) {
    Threads threads(num_threads);
    const Index designs = variance_shares ? 2 : 1;
    const Index at_once = std::max<Index>(1, draws.at_once(num_threads) / designs);
    for (Index done = 0; done < count; done += at_once) {
        const Index now = std::min(at_once, count - done);
        // Flows take one thread each; the backend solves a draw's equations on all of them.
        std::vector<std::optional<WorldFlows>> flows(static_cast<std::size_t>(2 * now));
        threads.run(designs * now, [&](std::int64_t i, int) {
            const auto draw = static_cast<std::uint32_t>(first + done + i % now);
            flows[static_cast<std::size_t>(i)] = draws.flows(i < now ? draw : other_draws + draw);
        });
        for (Index i = 0; i < now; ++i) {
            const Index draw = first + done + i;
            fill_column(draws, static_cast<std::uint32_t>(draw), flows[static_cast<std::size_t>(i)],
                        flows[static_cast<std::size_t>(now + i)], variance_shares, gar.col(draw));
        }
    }
}

RankingUncertainty summarised(const DrawnGar& gar, Index num_pairs, int num_threads,
                              const Eigen::VectorXd& weights) {
    RankingUncertainty result;
    result.num_draws = gar.cols();
    result.rows.resize(static_cast<std::size_t>(num_pairs));
    if (num_pairs == 0) return result;
    const std::vector<Index> finished = finished_draws(gar, num_pairs);
    result.num_failed = result.num_draws - static_cast<Index>(finished.size());
    if (finished.empty()) {
        throw NumericalError(
            fmt::format("none of {} draws could be balanced (RAS)", result.num_draws), {});
    }
    const bool with_shares = gar.rows() > num_pairs;
    const std::vector<Index> shared =
        with_shares ? finished_draws(gar, gar.rows()) : std::vector<Index>();
    Threads threads(num_threads);
    Eigen::Matrix<Index, Eigen::Dynamic, Eigen::Dynamic> ranks(num_pairs,
                                                               static_cast<Index>(finished.size()));
    threads.run(ranks.cols(), [&](std::int64_t i, int) {
        const Index draw = finished[static_cast<std::size_t>(i)];
        Eigen::VectorXd values = gar.col(draw).head(num_pairs);
        if (weights.size() > 0) values.array() *= weights.array();
        rank_into(values, ranks.col(i).data());
    });
    threads.run(num_pairs, [&](std::int64_t row, int) {
        std::vector<Index> of_pair(finished.size());
        for (std::size_t i = 0; i < of_pair.size(); ++i) {
            of_pair[i] = ranks(row, static_cast<Index>(i));
        }
        PairUncertainty& pair = result.rows[static_cast<std::size_t>(row)];
        pair = summary_of(values_of(gar, row, finished), std::move(of_pair));
        for (std::size_t source = 0; with_shares && source < num_sources; ++source) {
            const Index frozen = row + (1 + static_cast<Index>(source)) * num_pairs;
            pair.variance_share[source] =
                variance_share(values_of(gar, row, shared), values_of(gar, frozen, shared));
        }
    });
    return result;
}

Index values_of_draw(const UncertaintyQuery& query, Index num_pairs) {
    return (query.variance_shares ? 1 + Index{num_sources} : 1) * num_pairs;
}

RankingUncertainty ranking_uncertainty(const HomeEconomy& published, const ChokepointQuery& query,
                                       const ChokepointRanking& ranking,
                                       const UncertaintyQuery& uncertainty) {
    NegativeFlows negative_flows;
    const HomeEconomy home = without_negative_flows(published, negative_flows);
    const HomeDraws draws(home, query, ranking.rows, uncertainty.model);
    return in_waves(draws, weights_of(ranking.rows), static_cast<Index>(ranking.rows.size()),
                    home_wave, uncertainty);
}

RankingUncertainty ranking_uncertainty(const IoTable& table, const HomeEconomy& home,
                                       const Backend& backend, const ChokepointQuery& query,
                                       const WorldChokepointRanking& ranking,
                                       const UncertaintyQuery& uncertainty) {
    std::vector<Chokepoint> pairs;
    for (const WorldChokepoint& row : ranking.rows) pairs.push_back(row.home);
    const WorldDraws draws(table, home, backend, query, pairs, uncertainty.model);
    return in_waves(draws, weights_of(pairs), static_cast<Index>(pairs.size()),
                    draws.at_once(uncertainty.num_threads), uncertainty);
}

}  // namespace narrows
