#pragma once

#include <CLI/CLI.hpp>

/// One function per command: declares its options on `app` and what it does when chosen.
namespace narrows::cli {

void add_rank(CLI::App& app);
void add_shock(CLI::App& app);
void add_fill(CLI::App& app);
void add_footprint(CLI::App& app);
void add_accounts(CLI::App& app);
void add_check(CLI::App& app);
void add_extract(CLI::App& app);
void add_linkages(CLI::App& app);
void add_multipliers(CLI::App& app);
void add_structure(CLI::App& app);
void add_solve(CLI::App& app);
void add_convert(CLI::App& app);
void add_aggregate(CLI::App& app);
void add_balance(CLI::App& app);
void add_trend(CLI::App& app);
void add_compare(CLI::App& app);
void add_exposure(CLI::App& app);
void add_exports(CLI::App& app);
void add_clusters(CLI::App& app);
void add_bench(CLI::App& app);
void add_doctor(CLI::App& app);
void add_reference(CLI::App& app);

}  // namespace narrows::cli
