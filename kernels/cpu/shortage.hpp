#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "kernels/common/shortage.hpp"
#include "kernels/cpu/isa_kernels.hpp"

namespace narrows::cpu {

/// Solves kernels::ShortageScenario by sweeps from 0, scenarios side by side in vector lanes. A
/// lane whose scenario has converged takes the next one, so none is swept longer than it needs. A
/// scenario's bits depend on that scenario alone (and on the instruction set): not on the others,
/// not on the threads.
class Shortage {
  public:
    /// w is n x n, column-major, row = seller, column = user, its diagonal 0; it is copied.
    /// `home` are the users that a withheld product is withheld from, ascending.
    Shortage(std::int64_t n, const double* w, std::vector<std::int64_t> starts,
             std::vector<std::int64_t> home, const IsaKernels& kernels = best_kernels());

    /// done(scenario, lambda, result) is called once for each of `lambdas` (ascending, each below
    /// 1), in that order, from several threads; the losses are valid during the call. Starting a
    /// larger lambda from the solution of a smaller one saves sweeps: solutions grow with lambda.
    using Done = std::function<void(std::int64_t scenario, std::int64_t lambda,
                                    const kernels::ShortageResult&)>;
    void solve(const std::vector<kernels::ShortageScenario>& scenarios,
               const std::vector<double>& lambdas, int num_threads, const Done& done) const;

    /// Multiplications and additions of one scenario's sweep, counted as one.
    std::int64_t operations_per_sweep() const { return operations_; }

  private:
    /// The users of a tile with the products that any of them needs, rows of them packed user
    /// fastest.
    struct Tile {
        std::int64_t first_user;
        std::size_t first_home;  // of the home users, the first that is not before it
        std::vector<ProductRows> products;
        std::vector<double> weights;
    };
    struct Lane;
    struct Lanes;
    struct Queue;

    void run(Queue& queue) const;
    void start_next(Queue& queue, Lanes& lanes, std::int64_t at) const;
    void sweep(const Queue& queue, const Tile& tile, Lanes& lanes) const;
    double with_direct(const Lanes& lanes, std::int64_t at, std::size_t home_user,
                       const kernels::ShortageScenario& scenario, double best) const;
    void finish(Queue& queue, Lanes& lanes, std::int64_t at) const;

    std::int64_t n_;
    const IsaKernels& kernels_;
    std::vector<std::int64_t> starts_;
    std::vector<std::int64_t> home_;
    std::vector<double> home_weights_;  // n x number of home users
    std::vector<Tile> tiles_;
    std::int64_t operations_ = 0;
    std::int64_t longest_ = 0;  // nodes of a product
};

}  // namespace narrows::cpu
