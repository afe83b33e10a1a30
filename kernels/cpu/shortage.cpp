#include "kernels/cpu/shortage.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <utility>

#include "kernels/cpu/aligned_doubles.hpp"
#include "kernels/cpu/threads.hpp"

namespace narrows::cpu {
namespace {

constexpr double unit_roundoff = std::numeric_limits<double>::epsilon() / 2.0;

}  // namespace

struct Shortage::Lane {
    std::int64_t scenario = -1;
    std::int64_t lambda = 0;  // which of them
    std::int64_t sweeps = 0;
};

/// Scenarios side by side, scenario fastest.
struct Shortage::Lanes {
    std::int64_t width;
    AlignedDoubles loss;  // delta, n x width
    AlignedDoubles best;  // of one tile's users: max_g sum w delta
    std::vector<Lane> running;
    std::vector<double> lambda, change, largest;  // by lane
    std::vector<double> column;                   // one lane's

    Lanes(std::int64_t n, std::int64_t tile_users, std::int64_t lanes)
        : width(lanes),
          loss(n * lanes),
          best(tile_users * lanes),
          running(static_cast<std::size_t>(lanes)),
          lambda(running.size()),
          change(running.size()),
          largest(running.size()),
          column(static_cast<std::size_t>(n)) {}
};

/// Scenarios that wait for a lane.
struct Shortage::Queue {
    const std::vector<kernels::ShortageScenario>& scenarios;
    const std::vector<double>& lambdas;
    const Done& done;
    std::atomic<std::int64_t> next;
};

Shortage::Shortage(std::int64_t n, const double* w, std::vector<std::int64_t> starts,
                   std::vector<std::int64_t> home, const IsaKernels& kernels)
    : n_(n), kernels_(kernels), starts_(std::move(starts)), home_(std::move(home)) {
    for (const std::int64_t user : home_) {
        home_weights_.insert(home_weights_.end(), w + user * n, w + (user + 1) * n);
    }
    const std::int64_t width = kernels_.shortage_users;
    const auto num_products = static_cast<std::int64_t>(starts_.size()) - 1;
    for (std::int64_t first = 0; first < n; first += width) {
        const auto home_user = std::lower_bound(home_.begin(), home_.end(), first);
        Tile tile{first, static_cast<std::size_t>(home_user - home_.begin()), {}, {}};
        const std::int64_t end = std::min(n, first + width);
        for (std::int64_t g = 0; g < num_products; ++g) {
            const std::int64_t begin = starts_[static_cast<std::size_t>(g)];
            const std::int64_t rows = starts_[static_cast<std::size_t>(g) + 1] - begin;
            bool needed = false;
            for (std::int64_t j = first; j < end; ++j) {
                const double* const column = w + j * n + begin;
                needed |= std::any_of(column, column + rows, [](double v) { return v != 0.0; });
            }
            if (!needed) continue;
            tile.products.push_back({begin, rows});
            for (std::int64_t r = begin; r < begin + rows; ++r) {
                for (std::int64_t j = first; j < first + width; ++j) {
                    tile.weights.push_back(j < end ? w[r + j * n] : 0.0);
                }
            }
            operations_ += rows * width;
        }
        tiles_.push_back(std::move(tile));
    }
    for (std::int64_t g = 0; g < num_products; ++g) {
        longest_ = std::max(longest_, starts_[static_cast<std::size_t>(g) + 1] -
                                          starts_[static_cast<std::size_t>(g)]);
    }
}

/// What a home user loses of the withheld product in a lane, where that is more than `best`.
double Shortage::with_direct(const Lanes& lanes, std::int64_t at, std::size_t home_user,
                             const kernels::ShortageScenario& scenario, double best) const {
    const double direct = scenario.direct[home_user];
    if (direct == 0.0) return best;
    const std::int64_t begin = starts_[static_cast<std::size_t>(scenario.product)];
    const std::int64_t end = starts_[static_cast<std::size_t>(scenario.product) + 1];
    const double* const w = &home_weights_[home_user * static_cast<std::size_t>(n_)];
    double passed_on = 0.0;
    for (std::int64_t r = begin; r < end; ++r) {
        passed_on += w[r] * scenario.delivered[r - begin] * lanes.loss[r * lanes.width + at];
    }
    return std::max(best, direct + lanes.lambda[static_cast<std::size_t>(at)] * passed_on);
}

/// Sweeps the users of a tile, whose new losses the tiles after it already use (Gauss-Seidel).
///
/// A value of T, the right-hand side, is a sum of at most `longest` products w delta, each rounded,
/// with lambda and the direct loss: its rounding is within (longest + 4) u max delta. Every new
/// value is T of losses that are new, at most `error` from exact, or at most `change` from new
/// ones: error <= lambda (error + change) + rounding, so error <= (lambda change + rounding) / (1 -
/// lambda). Rounding is monotone and so is T: from 0 the losses never fall, and every lane comes to
/// rest.
void Shortage::sweep(const Queue& queue, const Tile& tile, Lanes& lanes) const {
    const std::int64_t width = lanes.width;
    double* const best = lanes.best.data();
    kernels_.shortage(tile.weights.data(), static_cast<std::int64_t>(tile.products.size()),
                      tile.products.data(), lanes.loss.data(), best);
    const std::int64_t end = std::min(n_, tile.first_user + kernels_.shortage_users);
    for (std::int64_t u = 0; u < end - tile.first_user; ++u) {
        for (std::int64_t at = 0; at < width; ++at) {
            best[u * width + at] *= lanes.lambda[static_cast<std::size_t>(at)];
        }
    }
    for (std::size_t u = tile.first_home; u < home_.size() && home_[u] < end; ++u) {
        for (std::int64_t at = 0; at < width; ++at) {
            const Lane& lane = lanes.running[static_cast<std::size_t>(at)];
            if (lane.scenario < 0) continue;
            double& value = best[(home_[u] - tile.first_user) * width + at];
            value = with_direct(lanes, at, u,
                                queue.scenarios[static_cast<std::size_t>(lane.scenario)], value);
        }
    }
    for (std::int64_t j = tile.first_user; j < end; ++j) {
        const double* const next = best + (j - tile.first_user) * width;
        double* const loss = &lanes.loss[j * width];
        for (std::int64_t at = 0; at < width; ++at) {
            const auto slot = static_cast<std::size_t>(at);
            lanes.change[slot] = std::max(lanes.change[slot], std::abs(next[at] - loss[at]));
            lanes.largest[slot] = std::max(lanes.largest[slot], next[at]);
            loss[at] = next[at];
        }
    }
}

void Shortage::run(Queue& queue) const {
    const std::int64_t width = kernels_.shortage_lanes;
    Lanes lanes(n_, kernels_.shortage_users, width);
    for (std::int64_t at = 0; at < width; ++at) start_next(queue, lanes, at);
    const auto is_running = [](const Lane& lane) { return lane.scenario >= 0; };
    while (std::any_of(lanes.running.begin(), lanes.running.end(), is_running)) {
        for (std::size_t at = 0; at < lanes.running.size(); ++at) {
            const Lane& lane = lanes.running[at];
            lanes.lambda[at] =
                is_running(lane) ? queue.lambdas[static_cast<std::size_t>(lane.lambda)] : 0.0;
        }
        std::fill(lanes.change.begin(), lanes.change.end(), 0.0);
        std::fill(lanes.largest.begin(), lanes.largest.end(), 0.0);
        for (const Tile& tile : tiles_) sweep(queue, tile, lanes);
        for (std::int64_t at = 0; at < width; ++at) {
            if (is_running(lanes.running[static_cast<std::size_t>(at)])) finish(queue, lanes, at);
        }
    }
}

/// The next scenario for a lane; scenario -1 where none is left.
void Shortage::start_next(Queue& queue, Lanes& lanes, std::int64_t at) const {
    const std::int64_t scenario = queue.next++;
    const auto count = static_cast<std::int64_t>(queue.scenarios.size());
    lanes.running[static_cast<std::size_t>(at)] = {
        scenario < count && !queue.lambdas.empty() ? scenario : -1, 0, 0};
    for (std::int64_t j = 0; j < n_; ++j) lanes.loss[j * lanes.width + at] = 0.0;
}

/// Hands the lane's losses over where they have converged.
void Shortage::finish(Queue& queue, Lanes& lanes, std::int64_t at) const {
    const auto slot = static_cast<std::size_t>(at);
    Lane& lane = lanes.running[slot];
    ++lane.sweeps;
    const double lambda = lanes.lambda[slot];
    const double rounding = static_cast<double>(longest_ + 4) * unit_roundoff * lanes.largest[slot];
    const double left = lambda * lanes.change[slot];
    if (left > rounding) return;
    for (std::int64_t j = 0; j < n_; ++j) {
        lanes.column[static_cast<std::size_t>(j)] = lanes.loss[j * lanes.width + at];
    }
    queue.done(lane.scenario, lane.lambda,
               {lanes.column.data(), (left + rounding) / (1.0 - lambda), lane.sweeps});
    lane.sweeps = 0;
    if (++lane.lambda == static_cast<std::int64_t>(queue.lambdas.size())) {
        start_next(queue, lanes, at);
    }
}

void Shortage::solve(const std::vector<kernels::ShortageScenario>& scenarios,
                     const std::vector<double>& lambdas, int num_threads, const Done& done) const {
    Queue queue{scenarios, lambdas, done, {0}};
    const std::int64_t tiles =
        (static_cast<std::int64_t>(scenarios.size()) + kernels_.shortage_lanes - 1) /
        kernels_.shortage_lanes;
    Threads threads(static_cast<int>(
        std::clamp<std::int64_t>(num_threads, 1, std::max<std::int64_t>(tiles, 1))));
    threads.run(threads.count(), [&](std::int64_t, int) {
        try {
            run(queue);
        } catch (...) {
            queue.next = static_cast<std::int64_t>(scenarios.size());  // the others stop soon
            throw;
        }
    });
}

}  // namespace narrows::cpu
