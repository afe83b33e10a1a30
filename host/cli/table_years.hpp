#pragma once

#include <functional>
#include <string>
#include <vector>

#include "host/cli/options.hpp"

namespace narrows::cli {

/// Adds --years, which each_table() takes.
void add_years_option(CLI::App& command, std::string& years);

/// Calls `use` with the name of a file and the table of every year that is wanted, one after the
/// other: of `years`, "1995,2000-2011" or "all"; "" for files of one year each. `reading` says how
/// they are read. Throws ArgumentError, also for a wanted year that no file holds.
void each_table(const std::vector<std::string>& files, const TableOptions& reading,
                const std::string& years,
                const std::function<void(const std::string&, const IoTable&)>& use);

}  // namespace narrows::cli
