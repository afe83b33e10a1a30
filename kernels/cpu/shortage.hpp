#pragma once

#include <cstdint>
#include <vector>

#include "kernels/backend_api.h"
#include "kernels/cpu/isa_kernels.hpp"
#include "kernels/cpu/threads.hpp"

namespace narrows::cpu {

/// Solves a narrows_shortage by sweeps from 0, scenarios side by side in vector lanes. A lane whose
/// scenario has converged takes the next one, so none is swept longer than it needs. A scenario's
/// bits depend on that scenario alone (and on the instruction set): not on the others, not on the
/// threads.
class Shortage {
  public:
    /// `shortage` must outlive this.
    Shortage(const narrows_shortage& shortage, const IsaKernels& kernels);

    /// Returns false where `done` asked to stop.
    bool solve(Threads& threads) const;

  private:
    /// The users of a tile with the products that any of them needs, rows of them packed user
    /// fastest.
    struct Tile {
        std::int64_t first_user;
        std::int64_t first_home;  // of the home users, the first that is not before it
        std::vector<ProductRows> products;
        std::vector<double> weights;
    };
    struct Lane;
    struct Lanes;
    struct Queue;

    void add_tile(std::int64_t first_user);
    void run(Queue& queue) const;
    void start_next(Queue& queue, Lanes& lanes, std::int64_t at) const;
    void sweep(const Tile& tile, Lanes& lanes) const;
    double with_direct(const Lanes& lanes, std::int64_t at, std::int64_t home_user,
                       double best) const;
    void finish(Queue& queue, Lanes& lanes, std::int64_t at) const;

    const narrows_shortage& shortage_;
    const IsaKernels& kernels_;
    std::vector<Tile> tiles_;
    std::int64_t longest_;  // nodes of a product
};

}  // namespace narrows::cpu
