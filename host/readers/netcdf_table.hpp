#pragma once

#include <filesystem>

#include "host/table/io_table.hpp"

namespace narrows {

/// Writes a table as one NetCDF-4 file, complete or not at all: Z(seller, buyer), F(seller, use),
/// V(value_added, buyer), T(tax, buyer), x(seller), M, MF, M_origins, MF_origins and
/// criticality(product, user) where the table has them, with labels as coordinate variables, units
/// on every flow and the rest of TableMeta as global attributes (Conventions CF-1.8). Flows above
/// 1 MiB are compressed. Reading it back gives the same bits and the same hash. Throws FileError,
/// also where `path` exists already.
void write_netcdf_table(const IoTable& table, const std::filesystem::path& path);

}  // namespace narrows
