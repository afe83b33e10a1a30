// accounts: what satellite accounts a table has.
#include <limits>
#include <memory>

#include "host/cli/account_options.hpp"
#include "host/cli/commands.hpp"
#include "host/readers/satellites.hpp"
#include "host/table/findings.hpp"

namespace narrows::cli {
namespace {

struct AccountsOptions {
    TableOptions table;
    OutputOptions output;
};

void run_accounts(AccountsOptions options) {
    parse_output_format(options.output.format);
    if (options.table.read.accounts.empty()) options.table.read.accounts = {all_satellites};
    const IoTable table = open_table(options.table);
    Document document;
    document.schema = "narrows.accounts/1";
    document.title = "Satellite accounts of " + title_of(table);
    document.run = start_record("accounts", table);
    Sheet sheet{"rows",
                "",
                {{"account", "account"},
                 {"unit", "unit"},
                 {"total", "total", Style::flow},
                 {"sectors", "sectors with a value", Style::count},
                 {"negative", "below 0", Style::count},
                 {"final_uses", "final uses", Style::flow}},
                {}};
    for (const Index k : asked_accounts(options.table, table)) {
        const SatelliteAccount& account = table.satellites()[static_cast<std::size_t>(k)];
        const Eigen::VectorXd& values = account.values;
        const bool has_uses = account.final_uses.size() > 0;
        sheet.rows.push_back(cells_of(
            account.name, account.unit, values.sum(),
            static_cast<std::int64_t>((values.array() != 0.0).count()),
            static_cast<std::int64_t>((values.array() < 0.0).count()),
            has_uses ? account.final_uses.sum() : std::numeric_limits<double>::quiet_NaN()));
    }
    document.sheets.push_back(std::move(sheet));
    for (const Finding& finding : examine(table.data(), table.diagnostics()).findings) {
        if (finding.code.rfind("satellite", 0) == 0) document.notes.push_back(finding.text);
    }
    if (table.satellites().empty()) document.notes.emplace_back("The table has none.");
    print(std::move(document), options.output);
}

}  // namespace

void add_accounts(CLI::App& app) {
    const auto options = std::make_shared<AccountsOptions>();
    CLI::App* command =
        app.add_subcommand("accounts", "List the satellite accounts of a table: jobs, energy, CO2");
    add_table_argument(*command, options->table);
    add_account_options(*command, options->table);
    add_output_options(*command, options->output);
    command->callback([options] { run_accounts(*options); });
}

}  // namespace narrows::cli
