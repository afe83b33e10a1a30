#include "host/cli/column_options.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/base/hash.hpp"
#include "host/cli/ranking_options.hpp"
#include "host/readers/input_files.hpp"
#include "host/report/dependence_columns.hpp"

namespace narrows::cli {
namespace {

std::vector<std::string> keys_of(const std::string& text) {
    if (text.empty()) return {};
    const std::vector<std::string> known = dependence_keys();
    std::vector<std::string> keys;
    for (const std::string& name : split(text)) {
        if (name == "all") return known;
        if (std::find(known.begin(), known.end(), name) == known.end()) {
            const std::string near = nearest(name, known);
            throw ArgumentError(fmt::format(
                "--columns: unknown column {}{} expected all or a list of {}", in_quotes(name),
                near.empty() ? "," : ", did you mean " + in_quotes(near) + "?",
                fmt::join(known, ", ")));
        }
        // Asked for twice is shown once.
        if (std::find(keys.begin(), keys.end(), name) == keys.end()) keys.push_back(name);
    }
    return keys;
}

}  // namespace

void add_column_options(CLI::App& command, ColumnOptions& options) {
    const OptionGroup group(command, "Measures of dependence");
    command
        .add_option("--columns", options.columns,
                    "measures beside each row (host/report/README.md has their formulas)")
        ->type_name(fmt::format("all|{},...", fmt::join(dependence_keys(), "|")));
    command
        .add_option("--geopolitics", options.geopolitics,
                    "CSV origin,weight or home,origin,weight: how far away the origins are "
                    "politically, 0 to 1, for geopolitical_weight")
        ->type_name("FILE");
}

ColumnQuery column_query(const ColumnOptions& options, const IoTable& table,
                         const HomeEconomy& home) {
    ColumnQuery query;
    query.keys = keys_of(options.columns);
    const bool wanted =
        std::find(query.keys.begin(), query.keys.end(), "geopolitical_weight") != query.keys.end();
    if (options.geopolitics.empty()) {
        // Among all it may stay empty.
        if (wanted && query.keys != dependence_keys()) {
            throw ArgumentError("--columns: geopolitical_weight needs --geopolitics FILE");
        }
        return query;
    }
    if (!table.is_multi_regional()) {
        throw ArgumentError("a national table knows no origins: no --geopolitics");
    }
    if (!wanted) {
        throw ArgumentError("--geopolitics: expected geopolitical_weight among --columns");
    }
    query.weights = read_geopolitical_weights(options.geopolitics, home.region, home.origins);
    query.weights_file = options.geopolitics;
    query.weights_hash = hash_file(options.geopolitics);
    return query;
}

void add_columns(Document& document, const ColumnQuery& query, const IoTable& table,
                 const HomeEconomy& home, const LeontiefModel& domestic, SolveMethod method) {
    if (query.keys.empty()) return;
    std::optional<LeontiefModel> world;
    if (table.is_multi_regional() && needs_world(query.keys)) {
        world.emplace(domestic.backend(), coefficients(table), table.classification().labels(),
                      method);
    }
    add_dependence_columns(
        document, query.keys, table,
        dependence(table, home, domestic, world ? &*world : nullptr, query.weights));
    nlohmann::ordered_json& asked = document.run.parameters;
    asked["columns"] = query.keys;
    if (query.weights_file.empty()) return;
    asked["geopolitics"] = query.weights_file;
    asked["geopolitics_hash"] = query.weights_hash;
}

}  // namespace narrows::cli
