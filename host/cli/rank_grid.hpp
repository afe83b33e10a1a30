#pragma once

#include <string>
#include <vector>

#include "host/cli/options.hpp"
#include "host/cli/ranking_options.hpp"
#include "host/cli/set_options.hpp"

namespace narrows::cli {

/// Homes and shares of a ranking, as they were asked for.
struct GridOptions {
    std::string homes;  // "A,B,..." or "all"; may be empty
    std::string shares = "0.5";
};
/// Adds --home and --share.
void add_grid_options(CLI::App& command, GridOptions& options);

/// Adds --output, which may also be netcdf, and --out.
void add_rank_output_options(CLI::App& command, OutputOptions& options);
/// Is it netcdf? Throws ArgumentError for an unknown format, and for netcdf without a file.
bool is_netcdf(const OutputOptions& options);

/// Everything for the rankings of all homes at all shares.
struct RankGrid {
    const IoTable& table;
    const std::string& table_name;
    const RankingOptions& ranking;  // without home and share
    const SetOptions& sets;
    std::vector<std::string> homes;
    std::vector<double> shares;
    std::string scope;  // "home" or "world"
    std::int64_t top;   // rows of each ranking, all where it is below 0
    const OutputOptions& output;
    const BackendOptions& backend;
};

/// Each once; of a list, all must be regions of the table. One that is empty where a multi-regional
/// table needs it. Throws ArgumentError.
std::vector<std::string> homes_of(const GridOptions& options, const IoTable& table);
/// Each once, ascending.
std::vector<double> shares_of(const GridOptions& options);

/// Ranks and prints; CSV and NetCDF are written ranking by ranking. Throws what the rankings do,
/// and FileError.
void run_rank_grid(const RankGrid& grid);

}  // namespace narrows::cli
