#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "host/cli/options.hpp"

namespace narrows::cli {

/// Adds --account and --accounts: which satellite accounts a result is about, and where they are
/// from.
void add_account_options(CLI::App& command, TableOptions& options);
/// --account alone, with what it does as its help.
CLI::Option* add_account_option(CLI::App& command, TableOptions& options, const std::string& help);

/// Where the accounts asked for stand among the table's, each once; "all", and a file of accounts
/// without a name, mean all. Throws ArgumentError for one that the table has not.
std::vector<Index> asked_accounts(const TableOptions& options, const IoTable& table);

/// What was asked for, for the record; nothing where no account was.
nlohmann::ordered_json account_parameters(const TableOptions& options, const IoTable& table,
                                          const std::vector<Index>& accounts);

}  // namespace narrows::cli
