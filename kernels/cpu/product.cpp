#include <algorithm>
#include <vector>

#include "kernels/cpu/context.hpp"

namespace narrows::cpu {
namespace {

/// A part of a product: rows [i, i + m), columns [j, j + n) of C.
struct Tile {
    const kernels::Product* product;
    std::int64_t i, j, m, n;
};

// Tall tiles: a tile packs its part of A and B anew, so few large ones cost least. Below
// smallest_work a product is over before a second thread has woken up.
constexpr std::int64_t tile_rows = 1024;
constexpr std::int64_t tile_columns = 512;
constexpr std::int64_t smallest_columns = 64;
constexpr std::int64_t smallest_work = 1 << 22;

std::int64_t pieces(std::int64_t count, std::int64_t size) {
    return std::max<std::int64_t>(1, (count + size - 1) / size);
}

/// The extent of each of `number` equal pieces, in whole groups of 8 that kernels work in.
std::int64_t extent(std::int64_t count, std::int64_t number) {
    return pieces(pieces(count, number), 8) * 8;
}

void cut(const kernels::Product& p, std::int64_t processors, std::vector<Tile>& tiles) {
    std::int64_t rows = 1;
    std::int64_t columns = 1;
    if (p.m * p.n * p.k >= smallest_work) {
        rows = pieces(p.m, tile_rows);
        columns = pieces(p.n, tile_columns);
        // On more than two processors an unlucky last tile costs more than packing does.
        const std::int64_t wanted = processors <= 2 ? processors : 2 * processors;
        while (rows * columns < wanted && p.n / (columns + 1) >= smallest_columns) ++columns;
        while (rows * columns < wanted && p.m / (rows + 1) >= smallest_columns) ++rows;
    }
    const std::int64_t height = extent(p.m, rows);
    const std::int64_t width = extent(p.n, columns);
    for (std::int64_t j = 0; j < p.n; j += width) {
        for (std::int64_t i = 0; i < p.m; i += height) {
            tiles.push_back({&p, i, j, std::min(height, p.m - i), std::min(width, p.n - j)});
        }
    }
}

void run(Gemm gemm, const Tile& tile) {
    const kernels::Product& p = *tile.product;
    gemm(p.transpose_a, p.transpose_b, tile.m, tile.n, p.k, p.alpha,
         p.a + (p.transpose_a ? tile.i * p.lda : tile.i), p.lda,
         p.b + (p.transpose_b ? tile.j : tile.j * p.ldb), p.ldb, p.beta,
         p.c + tile.i + tile.j * p.ldc, p.ldc);
}

}  // namespace

void multiply(narrows_context& context, const kernels::Product* products, int count) {
    std::vector<Tile> tiles;
    for (int i = 0; i < count; ++i) cut(products[i], context.processors, tiles);
    // One tile each: not worth waking anybody.
    const bool small = static_cast<int>(tiles.size()) == count;
    if (small) {
        for (const Tile& tile : tiles) run(context.gemm, tile);
        return;
    }
    context.threads->run(static_cast<std::int64_t>(tiles.size()), [&](std::int64_t i, int) {
        run(context.gemm, tiles[static_cast<std::size_t>(i)]);
    });
}

}  // namespace narrows::cpu
