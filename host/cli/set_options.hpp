#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "host/table/sector_set.hpp"

namespace narrows::cli {

/// Named sets of products, as a filter and as weights.
struct SetOptions {
    std::string sets;     // file; empty: none
    std::string only;     // "NAME,..."; empty: no filter
    std::string weights;  // file; empty: no weights
};

/// Adds --sets, --only-sets and, where `weights` is not empty, --set-weights under a heading; the
/// texts say what the command does with the two.
void add_set_options(CLI::App& command, SetOptions& options, const std::string& only,
                     const std::string& weights = "");

/// The sets of the file, and which of them are in use; no sets without a file. `further_use`: the
/// command has another use for them. Throws ArgumentError for a filter or weights without sets,
/// sets that nothing uses, and a name that is none (the nearest is named) or stands there twice;
/// what read_sector_sets and read_set_weights do.
SetSelection set_selection(const SetOptions& options, const std::vector<Sector>& sectors,
                           bool further_use = false);

/// Notes files with their hashes, and names, in the parameters of a record; nothing without sets.
void record_sets(nlohmann::ordered_json& parameters, const SetOptions& options,
                 const SetSelection& selection);

}  // namespace narrows::cli
