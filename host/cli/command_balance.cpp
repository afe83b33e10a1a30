// balance: a table whose accounts close exactly, or that meets new totals.
#include <memory>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/base/hash.hpp"
#include "host/cli/commands.hpp"
#include "host/cli/options.hpp"
#include "host/readers/csv.hpp"
#include "host/readers/plain_folder.hpp"
#include "host/table/rebalancing.hpp"

namespace narrows::cli {
namespace {

struct BalanceOptions {
    TableOptions table;
    std::string folder;
    std::string targets;
    std::string keep = "value-added";
    // Accounts of any size have to close: relative to each, well within what a table is allowed.
    BalancingOptions balancing = {.tolerance = 1e-10, .relative_to_each = true};
    OutputOptions output;
};

/// CSV account,total.
AccountTotals read_totals(const std::string& path) {
    CsvFile file{std::filesystem::path(path)};
    file.header({"account", "total"});
    AccountTotals totals;
    std::vector<std::string_view> fields;
    while (file.next_record(fields)) {
        file.require_fields(fields, 2);
        totals.emplace_back(fields[0], file.number(fields[1], 1, "total"));
    }
    if (totals.empty()) {
        throw ParseError(file.path(), file.line() + 1, 0, "", "no record", "at least one");
    }
    return totals;
}

/// Nothing where no cell changed.
Cell label(const std::string& text) {
    return text.empty() ? Cell() : Cell(text);
}

void run_balance(const BalanceOptions& options) {
    parse_output_format(options.output.format);
    const Keep keep = parse_keep(options.keep);
    if (!(options.balancing.tolerance > 0.0 && options.balancing.tolerance <= 1e-7)) {
        throw ArgumentError(fmt::format("--tolerance: found {}, expected above 0, at most 1e-7",
                                        options.balancing.tolerance));
    }
    const IoTable table = open_table(options.table, Acceptance::any);
    const AccountTotals totals =
        options.targets.empty() ? AccountTotals() : read_totals(options.targets);
    Document document;
    document.schema = "narrows.balance/1";
    document.run = start_record("balance", table);
    document.run.parameters = {
        {"keep", options.keep},
        {"tolerance", options.balancing.tolerance},
        {"targets_hash", options.targets.empty()
                             ? nlohmann::ordered_json()
                             : nlohmann::ordered_json(hash_file(options.targets))}};
    Rebalanced balanced = naming_table(options.table.name, [&] {
        return rebalance(table.data(), totals, keep, options.balancing);
    });
    const IoTable result(std::move(balanced.data));
    write_plain_folder(result, options.folder);

    document.title = fmt::format("{}: {} balanced", options.folder, title_of(table));
    document.csv_of_fields = true;
    document.fields = {
        {"folder", "", Style::text, options.folder},
        {"iterations", "iterations", Style::count, static_cast<std::int64_t>(balanced.iterations)},
        {"error", "largest relative error of an account", Style::bound, balanced.error},
        {"largest_change", "largest relative change of a cell", Style::percent,
         balanced.largest_change},
        {"largest_change_row", "in row", Style::text, label(balanced.row)},
        {"largest_change_column", "in column", Style::text, label(balanced.column)},
        {"total_change", "all changes over all flows", Style::percent, balanced.total_change},
        {"gdp_before", "GDP before", Style::flow, table.value_added().sum()},
        {"gdp", "GDP", Style::flow, result.value_added().sum()},
        {"hash", "hash", Style::text, result.hash()}};
    print(std::move(document), options.output);
}

}  // namespace

void add_balance(CLI::App& app) {
    const auto options = std::make_shared<BalanceOptions>();
    CLI::App* command = app.add_subcommand(
        "balance",
        "Make a table's accounts close exactly, or meet new totals, and write it in the plain "
        "format. RESIDUAL accounts are taken out, then all others (Z, F, imports, taxes, value "
        "added) scaled by GRAS: signs and zeros stay");
    add_table_argument(*command, options->table);
    command->add_option("FOLDER", options->folder, "folder to create; must not exist yet")
        ->type_name("FOLDER")
        ->required();
    command
        ->add_option(
            "--targets", options->targets,
            "CSV account,total with new totals: label of a sector (gross output), final use, row "
            "of value added or taxes, or M:CODE (imports of a product). Others keep their total, "
            "times the growth of all gross output where outputs are given")
        ->type_name("FILE");
    command
        ->add_option("--keep", options->keep,
                     "side of GDP that stays where the two differ; the other one moves in "
                     "proportion")
        ->type_name("value-added|final-demand")
        ->capture_default_str();
    command
        ->add_option("--tolerance", options->balancing.tolerance,
                     "largest error of an account, relative to it, at most 1e-7")
        ->type_name("ERROR")
        ->capture_default_str()
        ->check(number());
    add_output_options(*command, options->output);
    command->callback([options] { run_balance(*options); });
}

}  // namespace narrows::cli
