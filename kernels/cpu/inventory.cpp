#include "kernels/cpu/inventory.hpp"

#include <algorithm>
#include <atomic>
#include <limits>
#include <thread>
#include <utility>

#include "kernels/common/inventory.hpp"
#include "kernels/cpu/context.hpp"
#include "kernels/cpu/inventory_block.hpp"
#include "kernels/cpu/inventory_priority.hpp"

namespace narrows::cpu {

Inventory::Inventory(const narrows_inventory& inventory, const IsaKernels& kernels)
    : inventory_(inventory), kernels_(kernels) {
    for (std::int64_t first = 0; first < inventory.n; first += kernels_.inventory_users) {
        add_tile(first);
    }
}

/// Does any user of the tile hold or need this product, or is unbound through it?
bool Inventory::is_used(std::int64_t product, std::int64_t first_user) const {
    const std::int64_t end = std::min(inventory_.n, first_user + kernels_.inventory_users);
    for (std::int64_t j = first_user; j < end; ++j) {
        const std::int64_t cell = product + j * inventory_.num_products;
        if (inventory_.inputs[cell] != 0.0 || inventory_.goals[cell] != 0.0) return true;
        if (inventory_.bound == NARROWS_ADDED && inventory_.offset[cell] != 0.0) return true;
    }
    return false;
}

void Inventory::add_tile(std::int64_t first_user) {
    const std::int64_t n = inventory_.n;
    const std::int64_t width = kernels_.inventory_users;
    const std::int64_t channels = inventory_.num_channels;
    Tile tile{{}, {}, num_stocks_};
    const auto add_row = [&](const double* values, std::int64_t stride, double of_nobody) {
        for (std::int64_t j = first_user; j < first_user + width; ++j) {
            tile.cells.push_back(j < n ? values[j * stride] : of_nobody);
        }
    };
    for (std::int64_t k = 0; k < inventory_.num_products; ++k) {
        if (!is_used(k, first_user)) continue;
        const std::int64_t first = inventory_.starts[k];
        const std::int64_t count = inventory_.starts[k + 1] - first;
        tile.products.push_back({k, {first, count}});
        const double unbounded =
            inventory_.bound == NARROWS_SCARCEST ? std::numeric_limits<double>::infinity() : 0.0;
        add_row(inventory_.inputs + k, inventory_.num_products, 0.0);
        add_row(inventory_.goals + k, inventory_.num_products, 0.0);
        add_row(inventory_.slope + k, inventory_.num_products, 0.0);
        add_row(inventory_.offset + k, inventory_.num_products, unbounded);
        for (std::int64_t c = first; c < first + count; ++c) {
            add_row(inventory_.shares + c, channels, 0.0);
        }
    }
    num_stocks_ += static_cast<std::int64_t>(tile.products.size()) * width;
    tiles_.push_back(std::move(tile));
}

bool Inventory::run(Threads& threads) const {
    const std::int64_t lanes = kernels_.inventory_lanes;
    const std::int64_t num_blocks = (inventory_.num_scenarios + lanes - 1) / lanes;
    std::atomic<std::int64_t> next = 0;
    std::atomic<bool> stopped = false;
    threads.run(std::min<std::int64_t>(threads.count(), num_blocks), [&](std::int64_t, int) {
        try {
            Block block(*this);
            for (std::int64_t at; !stopped && (at = next++) < num_blocks;) {
                block.run(at * lanes);
                for (std::int64_t lane = 0; lane < block.num_scenarios() && !stopped; ++lane) {
                    const narrows_inventory_result result = block.result(lane);
                    if (inventory_.done(inventory_.user, &result) != 0) stopped = true;
                }
            }
        } catch (...) {
            stopped = true;  // the others stop soon
            throw;
        }
    });
    return !stopped;
}

std::int64_t inventory_bytes(std::int64_t shares, std::int64_t stocks) {
    const auto threads = static_cast<std::int64_t>(std::thread::hardware_concurrency());
    const std::int64_t lanes = std::max<std::int64_t>(threads, 1) * best_kernels().inventory_lanes;
    return 8 * (shares + stocks * (4 + lanes));
}

narrows_status run_inventory(narrows_context* context, const narrows_inventory* inventory) {
    if (context == nullptr || kernels::bad_inventory(inventory)) {
        return kernels::fail(context, NARROWS_BAD_ARGUMENT, "run_inventory: bad argument");
    }
    return guarded(context, [&] {
        const bool finished = kernels::serves_one_by_one(inventory->rationing)
                                  ? run_one_by_one(*inventory, *context->threads)
                                  : Inventory(*inventory, *context->isa).run(*context->threads);
        if (finished) return NARROWS_OK;
        return kernels::fail(context, NARROWS_STOPPED, "stopped by the caller");
    });
}

}  // namespace narrows::cpu
