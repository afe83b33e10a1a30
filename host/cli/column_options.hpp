#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "host/analysis/dependence.hpp"
#include "host/cli/options.hpp"

namespace narrows::cli {

/// Which measures of dependence stand beside the ranking.
struct ColumnOptions {
    std::string columns;  // "NAME,NAME,..." or "all"
    std::string geopolitics;
};
void add_column_options(CLI::App& command, ColumnOptions& options);

/// The measures by key, and the file of weights as it was read.
struct ColumnQuery {
    std::vector<std::string> keys;  // none: nothing was asked for
    Eigen::VectorXd weights;        // by origin of home, or none
    std::string weights_file;
    nlohmann::ordered_json weights_hash;
};
/// Throws ArgumentError for an unknown name, for weights without a column that needs them and the
/// other way round; what read_geopolitical_weights does.
ColumnQuery column_query(const ColumnOptions& options, const IoTable& table,
                         const HomeEconomy& home);

/// Adds the columns, and to the record what was asked for. Solves the model of the whole world
/// where one of them looks through it.
void add_columns(Document& document, const ColumnQuery& query, const IoTable& table,
                 const HomeEconomy& home, const LeontiefModel& domestic, SolveMethod method);

}  // namespace narrows::cli
