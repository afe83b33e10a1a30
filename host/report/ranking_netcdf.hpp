#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "host/report/ranking_grid.hpp"

namespace narrows {

class NcFile;

/// A grid of rankings as a NetCDF-4 file (Conventions CF-1.8) that opens in xarray: dimensions
/// home, share, product and coalition with their labels; blocked, gar_linear, gar, gar_tail,
/// error_bound, leverage and, in the scope of the world, world over all four, NaN where a ranking
/// has no such row; gdp(home); the run record in the attribute run_record, as JSON. Each ranking is
/// written, compressed, when it is added. Throws FileError.
class RankingNetcdf {
  public:
    /// A new file, in place of an empty one; messages call it `shown`.
    RankingNetcdf(const std::filesystem::path& path, const std::string& shown, GridAxes axes);
    ~RankingNetcdf();
    RankingNetcdf(const RankingNetcdf&) = delete;
    RankingNetcdf& operator=(const RankingNetcdf&) = delete;

    void add(const GridRanking& ranking);
    void close(const RunRecord& run);

  private:
    void define(const std::string& key, const char* unit, const char* description);

    struct Variable {
        std::string key;
        int id;
    };
    std::unique_ptr<NcFile> file_;
    GridAxes axes_;
    std::unordered_map<std::string, Index> product_numbers_;
    std::unordered_map<std::string, Index> coalition_numbers_;
    std::vector<Variable> variables_;
    int gdp_ = -1;
};

}  // namespace narrows
