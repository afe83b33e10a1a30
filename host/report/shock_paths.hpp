#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "host/report/run_record.hpp"
#include "host/report/shock_report.hpp"
#include "host/shock/inventory_model.hpp"

namespace narrows {

class NcFile;

/// Which part of the paths is printed.
struct PathSelection {
    std::vector<Index> nodes;
    int every = 1;  // days
};

/// CSV, a line for every kept day: case,model,day,value_added and the output of every node.
std::string path_header(const ShockResults& results, const PathSelection& selection);
std::string path_rows(const ShockResults& results, const PathSelection& selection, Index of_case,
                      Index model, const InventoryPath& path);

/// {"case","model","days":[],"value_added":[],"output":{"CODE":[]}}, flows per day.
nlohmann::ordered_json path_json(const ShockResults& results, const PathSelection& selection,
                                 Index of_case, Index model, const InventoryPath& path);

/// Results as NetCDF-4: dimensions case, model, sector, with sets set and, with paths, day.
class ShockNetcdf {
  public:
    /// Throws FileError as the other members do.
    ShockNetcdf(const std::filesystem::path& path, const std::string& shown,
                const ShockResults& results, const PathSelection* selection);
    ~ShockNetcdf();
    ShockNetcdf(const ShockNetcdf&) = delete;
    ShockNetcdf& operator=(const ShockNetcdf&) = delete;

    void add_path(Index of_case, Index model, const InventoryPath& path);
    /// Writes totals and losses by node of the cases that are done, and the record.
    void close(const ShockResults& results, const RunRecord& run);

  private:
    void define(const char* name, const std::vector<std::string>& dimensions, const char* unit,
                const char* description);
    int variable(const std::string& name) const;
    void put_sets(const ShockResults& results, Index model);

    std::unique_ptr<NcFile> file_;
    PathSelection selection_;
    bool with_paths_;
    Index num_days_ = 0;
};

}  // namespace narrows
