#include "kernels/cpu/shortage.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <thread>
#include <utility>

#include "kernels/common/shortage.hpp"
#include "kernels/cpu/aligned_doubles.hpp"
#include "kernels/cpu/context.hpp"

namespace narrows::cpu {

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
    std::atomic<std::int64_t> next{0};
    std::atomic<bool> stopped{false};
};

Shortage::Shortage(const narrows_shortage& shortage, const IsaKernels& kernels)
    : shortage_(shortage), kernels_(kernels), longest_(kernels::longest_product(shortage)) {
    for (std::int64_t first = 0; first < shortage.n; first += kernels_.shortage_users) {
        add_tile(first);
    }
}

void Shortage::add_tile(std::int64_t first_user) {
    const std::int64_t n = shortage_.n;
    const std::int64_t width = kernels_.shortage_users;
    const std::int64_t end = std::min(n, first_user + width);
    const std::int64_t* const home = shortage_.home;
    const std::int64_t first_home =
        std::lower_bound(home, home + shortage_.num_home, first_user) - home;
    Tile tile{first_user, first_home, {}, {}};
    for (std::int64_t g = 0; g < shortage_.num_products; ++g) {
        const std::int64_t begin = shortage_.starts[g];
        const std::int64_t rows = shortage_.starts[g + 1] - begin;
        if (!kernels::is_needed(shortage_, g, first_user, end)) continue;
        tile.products.push_back({begin, rows});
        for (std::int64_t r = begin; r < begin + rows; ++r) {
            for (std::int64_t j = first_user; j < first_user + width; ++j) {
                tile.weights.push_back(j < end ? shortage_.weights[r + j * n] : 0.0);
            }
        }
    }
    tiles_.push_back(std::move(tile));
}

/// What a home user loses of the withheld product in a lane, where that is more than `best`.
double Shortage::with_direct(const Lanes& lanes, std::int64_t at, std::int64_t home_user,
                             double best) const {
    const std::int64_t scenario = lanes.running[static_cast<std::size_t>(at)].scenario;
    if (scenario < 0) return best;
    const double direct = shortage_.direct[home_user + scenario * shortage_.num_home];
    if (direct == 0.0) return best;
    const std::int64_t product = shortage_.products[scenario];
    const std::int64_t begin = shortage_.starts[product];
    const std::int64_t end = shortage_.starts[product + 1];
    const double* const delivered = shortage_.delivered + scenario * longest_;
    const double* const w = shortage_.weights + shortage_.home[home_user] * shortage_.n;
    double passed_on = 0.0;
    for (std::int64_t r = begin; r < end; ++r) {
        passed_on += w[r] * delivered[r - begin] * lanes.loss[r * lanes.width + at];
    }
    return std::max(best, direct + lanes.lambda[static_cast<std::size_t>(at)] * passed_on);
}

/// Sweeps the users of a tile, whose new losses the tiles after it already use (Gauss-Seidel).
void Shortage::sweep(const Tile& tile, Lanes& lanes) const {
    const std::int64_t width = lanes.width;
    double* const best = lanes.best.data();
    kernels_.shortage(tile.weights.data(), static_cast<std::int64_t>(tile.products.size()),
                      tile.products.data(), lanes.loss.data(), best);
    const std::int64_t end = std::min(shortage_.n, tile.first_user + kernels_.shortage_users);
    for (std::int64_t u = 0; u < end - tile.first_user; ++u) {
        for (std::int64_t at = 0; at < width; ++at) {
            best[u * width + at] *= lanes.lambda[static_cast<std::size_t>(at)];
        }
    }
    for (std::int64_t h = tile.first_home; h < shortage_.num_home && shortage_.home[h] < end; ++h) {
        double* const values = best + (shortage_.home[h] - tile.first_user) * width;
        for (std::int64_t at = 0; at < width; ++at) {
            values[at] = with_direct(lanes, at, h, values[at]);
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
    Lanes lanes(shortage_.n, kernels_.shortage_users, width);
    for (std::int64_t at = 0; at < width; ++at) start_next(queue, lanes, at);
    const auto is_running = [](const Lane& lane) { return lane.scenario >= 0; };
    while (!queue.stopped && std::any_of(lanes.running.begin(), lanes.running.end(), is_running)) {
        for (std::size_t at = 0; at < lanes.running.size(); ++at) {
            const Lane& lane = lanes.running[at];
            lanes.lambda[at] = is_running(lane) ? shortage_.lambdas[lane.lambda] : 0.0;
        }
        std::fill(lanes.change.begin(), lanes.change.end(), 0.0);
        std::fill(lanes.largest.begin(), lanes.largest.end(), 0.0);
        for (const Tile& tile : tiles_) sweep(tile, lanes);
        for (std::int64_t at = 0; at < width; ++at) {
            if (is_running(lanes.running[static_cast<std::size_t>(at)])) finish(queue, lanes, at);
        }
    }
}

/// The next scenario for a lane; scenario -1 where none is left.
void Shortage::start_next(Queue& queue, Lanes& lanes, std::int64_t at) const {
    const std::int64_t scenario = queue.next++;
    lanes.running[static_cast<std::size_t>(at)] = {
        scenario < shortage_.num_scenarios ? scenario : -1, 0, 0};
    for (std::int64_t j = 0; j < shortage_.n; ++j) lanes.loss[j * lanes.width + at] = 0.0;
}

/// Hands the lane's losses over where they have converged.
void Shortage::finish(Queue& queue, Lanes& lanes, std::int64_t at) const {
    const auto slot = static_cast<std::size_t>(at);
    Lane& lane = lanes.running[slot];
    ++lane.sweeps;
    const kernels::ShortageProgress progress = kernels::shortage_progress(
        lanes.lambda[slot], lanes.change[slot], lanes.largest[slot], longest_);
    if (!progress.settled || queue.stopped) return;
    for (std::int64_t j = 0; j < shortage_.n; ++j) {
        lanes.column[static_cast<std::size_t>(j)] = lanes.loss[j * lanes.width + at];
    }
    const narrows_shortage_result result{lane.scenario, lane.lambda, lanes.column.data(),
                                         progress.error, lane.sweeps};
    if (shortage_.done(shortage_.user, &result) != 0) queue.stopped = true;
    lane.sweeps = 0;
    if (++lane.lambda == shortage_.num_lambdas) start_next(queue, lanes, at);
}

bool Shortage::solve(Threads& threads) const {
    if (shortage_.num_lambdas == 0 || shortage_.num_scenarios == 0) return true;
    const std::int64_t width = kernels_.shortage_lanes;
    const std::int64_t groups = (shortage_.num_scenarios + width - 1) / width;
    Queue queue;
    threads.run(std::min<std::int64_t>(threads.count(), groups), [&](std::int64_t, int) {
        try {
            run(queue);
        } catch (...) {
            queue.stopped = true;  // the others stop soon
            throw;
        }
    });
    return !queue.stopped;
}

std::int64_t shortage_bytes(std::int64_t n) {
    const IsaKernels& kernels = best_kernels();
    const std::int64_t lanes = n * (kernels.shortage_lanes + 1);
    const auto threads = static_cast<std::int64_t>(std::thread::hardware_concurrency());
    return 8 * (n * (n + kernels.shortage_users) + std::max<std::int64_t>(threads, 1) * lanes);
}

narrows_status solve_shortage(narrows_context* context, const narrows_shortage* shortage) {
    if (context == nullptr || kernels::bad_shortage(shortage)) {
        return kernels::fail(context, NARROWS_BAD_ARGUMENT, "solve_shortage: bad argument");
    }
    return guarded(context, [&] {
        if (Shortage(*shortage, *context->isa).solve(*context->threads)) return NARROWS_OK;
        return kernels::fail(context, NARROWS_STOPPED, "stopped by the caller");
    });
}

}  // namespace narrows::cpu
