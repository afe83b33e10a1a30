#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include <Eigen/Core>

#include "host/analysis/draws_file.hpp"
#include "host/analysis/home_draws.hpp"
#include "host/analysis/world_chokepoints.hpp"
#include "host/analysis/world_draws.hpp"

namespace narrows {

/// How many draws, of what, and what is asked of them.
struct UncertaintyQuery {
    DrawModel model;
    Index num_draws = 0;           // 1 to 2^31 - 1
    bool variance_shares = false;  // four runs of the equations for each draw instead of one
    int num_threads = 1;
    /// Draws between two looks at progress; 0: 64 in home scope, as many as flows are made for at
    /// once (WorldDraws) in world scope.
    Index wave = 0;
    std::function<void(std::int64_t done, std::int64_t total)> progress;  // may be empty
    /// Asked after every wave whether that is enough; may be empty.
    std::function<bool()> stop;
    /// Where draws are kept, and taken from where they are there already; may be null.
    DrawsFile* file = nullptr;
};
/// Values of a draw: what DrawsFile keeps of each.
Index values_of_draw(const UncertaintyQuery& query, Index num_pairs);

/// GDP at risk of one pair over the draws. Quantiles of values interpolate between order statistics
/// (Hyndman & Fan's type 7); those of ranks are ranks that occurred (type 1).
struct PairUncertainty {
    double median = 0.0, q05 = 0.0, q95 = 0.0;
    Index rank_q05 = 0, rank_q95 = 0;  // of the pair among all pairs of the ranking in the draw
    double p_top10 = 0.0;              // share of draws with rank <= 10
    double p_top10_half_width = 0.0;   // 1.96 sqrt(p (1 - p) / N): its 95 % interval of sampling
    /// First-order Sobol' indices by Source: Var(E(gar | source)) / Var(gar). What they leave of 1
    /// is interaction. 0 for a source that does not vary, and where gar does not.
    std::array<double, num_sources> variance_share = {};
};

/// What draws say of every pair of a ranking.
struct RankingUncertainty {
    std::vector<PairUncertainty> rows;  // as ChokepointRanking::rows
    Index num_draws = 0;                // fewer than asked for where the work was stopped
    Index num_failed = 0;               // draws that RAS could not balance: they are in no figure
};

/// GDP at risk by draw, one column each: the pairs' values, in order. With variance shares there
/// follow, for each source, the same with only that source as in this draw and all others as in
/// the draw of number 2^31 + this one. Not a number where RAS failed. A column depends on its draw
/// alone, so columns may be computed at any time, in any order.
using DrawnGar = Eigen::MatrixXd;

/// Fills the columns [first, first + count). In home scope every thread makes draws of its own; in
/// world scope the threads make flows of some draws, then the backend solves draw after draw.
void draw_gar(const HomeDraws& draws, bool variance_shares, Index first, Index count,
              int num_threads, DrawnGar& gar);
void draw_gar(const WorldDraws& draws, bool variance_shares, Index first, Index count,
              int num_threads, DrawnGar& gar);

/// The figures of every pair from all columns; ranks go by `weights`, one of every pair, times
/// values (empty: 1). Throws NumericalError where every draw failed.
RankingUncertainty summarised(const DrawnGar& gar, Index num_pairs, int num_threads,
                              const Eigen::VectorXd& weights = {});

/// How far a ranking in home scope can be trusted: its draws, in waves. `ranking` is that of the
/// same home and query. The shares of variance pick one source and freeze it (Sobol' 1993) in the
/// estimator of Janon, Klein, Lagnoux, Nodet & Prieur (2014): with Y all sources from this draw, Y'
/// the same with the others from another, m and q the means of (Y + Y') / 2 and (Y^2 + Y'^2) / 2,
///   (mean(Y Y') - m^2) / (q - m^2),
/// whose sampling error is of the order of 1 / sqrt(N): small shares may come out below 0.
/// Throws ArgumentError for a number of draws out of its range, else as HomeDraws and summarised
/// do.
RankingUncertainty ranking_uncertainty(const HomeEconomy& home, const ChokepointQuery& query,
                                       const ChokepointRanking& ranking,
                                       const UncertaintyQuery& uncertainty);

/// The same in world scope: `ranking` is that of rank_world_chokepoints. Throws what WorldDraws
/// does.
RankingUncertainty ranking_uncertainty(const IoTable& table, const HomeEconomy& home,
                                       const Backend& backend, const ChokepointQuery& query,
                                       const WorldChokepointRanking& ranking,
                                       const UncertaintyQuery& uncertainty);

}  // namespace narrows
