#include "host/cli/account_options.hpp"

#include <algorithm>
#include <numeric>

#include "host/base/hash.hpp"
#include "host/readers/satellites.hpp"

namespace narrows::cli {

CLI::Option* add_account_option(CLI::App& command, TableOptions& options, const std::string& help) {
    return command.add_option("--account", options.read.accounts, help)
        ->type_name("NAME")
        ->allow_extra_args(false);
}

void add_account_options(CLI::App& command, TableOptions& options) {
    const OptionGroup group(command, "Satellite accounts");
    add_account_option(command, options,
                       "an account of the table such as jobs or CO2 (`narrows accounts` lists "
                       "them), or all; may be repeated");
    command
        .add_option("--accounts", options.accounts_file,
                    "CSV account,unit,SECTOR,...: accounts from this file, not from TABLE")
        ->type_name("FILE");
}

std::vector<Index> asked_accounts(const TableOptions& options, const IoTable& table) {
    const std::vector<std::string>& names = options.read.accounts;
    const bool all = std::find(names.begin(), names.end(), all_satellites) != names.end();
    std::vector<Index> accounts;
    if (all || (names.empty() && !options.accounts_file.empty())) {
        accounts.resize(table.satellites().size());
        std::iota(accounts.begin(), accounts.end(), Index{0});
        return accounts;
    }
    for (const std::string& name : names) {
        const Index account = table.satellite(name);
        // Asked for twice is shown once.
        if (std::find(accounts.begin(), accounts.end(), account) == accounts.end()) {
            accounts.push_back(account);
        }
    }
    return accounts;
}

nlohmann::ordered_json account_parameters(const TableOptions& options, const IoTable& table,
                                          const std::vector<Index>& accounts) {
    auto parameters = nlohmann::ordered_json::object();
    for (const Index account : accounts) {
        parameters["accounts"].push_back(
            table.satellites()[static_cast<std::size_t>(account)].name);
    }
    if (!options.accounts_file.empty()) {
        parameters["accounts_file"] = options.accounts_file;
        parameters["accounts_file_hash"] = hash_file(options.accounts_file);
    }
    return parameters;
}

}  // namespace narrows::cli
