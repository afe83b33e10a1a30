// convert and aggregate: a table in, a table in the plain format, NetCDF or pymrio's out.
#include <filesystem>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/cli/account_options.hpp"
#include "host/cli/commands.hpp"
#include "host/cli/options.hpp"
#include "host/readers/input_files.hpp"
#include "host/readers/netcdf_table.hpp"
#include "host/readers/plain_folder.hpp"
#include "host/readers/pymrio_folder.hpp"
#include "host/table/national_table.hpp"

namespace narrows::cli {
namespace {

struct ConvertOptions {
    TableOptions table;
    std::string out;
    std::string to;
    std::string home;
    std::string sectors;
    std::string regions;
};

void report_written(const IoTable& table, const std::string& out) {
    const std::size_t accounts = table.satellites().size();
    write_stdout(fmt::format("{}: {} nodes, {}{}\n", out, table.num_nodes(),
                             accounts == 0 ? "" : fmt::format("{} satellite accounts, ", accounts),
                             table.hash()));
    for (const Finding& finding : table.meta().findings) {
        if (finding.code == "satellites") write_stdout("note: " + finding.text + "\n");
    }
}

/// Where --to is not given, the ending of the name decides.
void write_table(const IoTable& table, const ConvertOptions& options) {
    const std::filesystem::path path(options.out);
    const std::string by_name = path.extension() == ".nc" ? "netcdf" : "plain";
    const std::string to = options.to.empty() ? by_name : options.to;
    if (to == "netcdf") {
        write_netcdf_table(table, path);
    } else if (to == "pymrio") {
        write_pymrio_folder(table, path);
    } else {
        write_plain_folder(table, path);
    }
    report_written(table, options.out);
}

void run_convert(const ConvertOptions& options) {
    const IoTable table = open_table(options.table);
    const IoTable result = options.home.empty() ? table : national_table(table, options.home);
    write_table(result, options);
}

void run_aggregate(const ConvertOptions& options) {
    if (options.sectors.empty() && options.regions.empty()) {
        throw ArgumentError("aggregate needs --sectors or --regions, or both");
    }
    const auto read = [](const std::string& path) {
        return path.empty() ? std::nullopt : std::optional(read_concordance(path));
    };
    const IoTable result =
        aggregate(open_table(options.table), read(options.sectors), read(options.regions));
    write_table(result, options);
}

CLI::App* add_writing_command(CLI::App& app, const char* name, const char* help,
                              const std::shared_ptr<ConvertOptions>& options) {
    CLI::App* command = app.add_subcommand(name, help);
    add_table_argument(*command, options->table);
    add_account_options(*command, options->table);
    command->add_option("OUT", options->out, "folder or file to create; must not exist yet")
        ->type_name("FILE")
        ->required();
    command
        ->add_option("--to", options->to,
                     "format of OUT; default: netcdf for a name in .nc, else plain")
        ->type_name("plain|netcdf|pymrio")
        ->check(one_of({"plain", "netcdf", "pymrio"}));
    return command;
}

}  // namespace

void add_convert(CLI::App& app) {
    const auto options = std::make_shared<ConvertOptions>();
    CLI::App* command = add_writing_command(
        app, "convert", "Write a table in the plain format, as NetCDF or for pymrio", options);
    command
        ->add_option("--home", options->home,
                     "write the national table of this region, with its import matrix")
        ->type_name("CODE");
    command->callback([options] { run_convert(*options); });
}

void add_aggregate(CLI::App& app) {
    const auto options = std::make_shared<ConvertOptions>();
    CLI::App* command = add_writing_command(
        app, "aggregate", "Aggregate sectors or regions with concordances", options);
    command
        ->add_option("--sectors", options->sectors,
                     "concordance of sectors: CSV from,to[,share][,name][,kind]")
        ->type_name("FILE");
    command
        ->add_option("--regions", options->regions,
                     "concordance of regions: CSV from,to[,share][,name]")
        ->type_name("FILE");
    command->callback([options] { run_aggregate(*options); });
}

}  // namespace narrows::cli
