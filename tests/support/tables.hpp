#pragma once

#include <random>

#include "host/table/io_table.hpp"

namespace narrows::test {

/// A balanced national table with random positive flows; about `import_share` of inputs imported
/// and value added of at least a fifth of output. Sectors S0, S1, ...; every third is a service.
IoTable random_national_table(Index num_sectors, unsigned seed, double import_share = 0.3);

/// A balanced multi-regional table with random flows, regions R0, R1, ..., sectors S0, S1, ...
IoTable random_world_table(Index num_regions, Index num_sectors, unsigned seed);

/// The UK table of 2010 (oracle 10): 127 products, imports by product and user, taxes, five rows of
/// value added joined. Guard with NARROWS_NEEDS_SHARED.
IoTable uk_2010();

/// The 2 x 3 multi-regional table of oracle 11.
IoTable small_world();

/// A permutation of 0 .. n-1.
std::vector<Index> random_permutation(Index n, unsigned seed);

/// The same table with its nodes in another order; a national table also with its sectors.
IoTable permuted(const IoTable& table, const std::vector<Index>& order);

/// The same table with every flow multiplied (another unit of account).
IoTable rescaled(const IoTable& table, double factor);

/// The same table with satellite accounts: "jobs", random, "CO2", random with figures of final uses
/// and some below 0, and "value added", which is that.
IoTable with_satellites(IoTable table, unsigned seed);

}  // namespace narrows::test
