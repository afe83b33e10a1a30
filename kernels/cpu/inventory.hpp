#pragma once

#include <cstdint>
#include <vector>

#include "kernels/backend_api.h"
#include "kernels/cpu/isa_kernels.hpp"
#include "kernels/cpu/threads.hpp"

namespace narrows::cpu {

/// Runs a narrows_inventory: blocks of as many scenarios as a vector has lanes go through all steps
/// one after the other, so that a block's stocks stay in the cache where they fit. A scenario's
/// bits depend on that scenario alone (and on the instruction set): not on the others, not on the
/// threads.
class Inventory {
  public:
    /// `inventory` must outlive this.
    Inventory(const narrows_inventory& inventory, const IsaKernels& kernels);

    /// Returns false where `done` asked to stop.
    bool run(Threads& threads) const;

  private:
    struct Tile {
        std::vector<InventoryProduct> products;
        std::vector<double> cells;
        std::int64_t first_stock;
    };
    class Block;

    void add_tile(std::int64_t first_user);
    bool is_used(std::int64_t product, std::int64_t first_user) const;

    const narrows_inventory& inventory_;
    const IsaKernels& kernels_;
    std::vector<Tile> tiles_;
    std::int64_t num_stocks_ = 0;
};

}  // namespace narrows::cpu
