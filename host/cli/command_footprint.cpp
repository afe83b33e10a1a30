// footprint: where satellite accounts arise and whose final demand calls for them.
#include <limits>
#include <memory>

#include <fmt/format.h>

#include "host/analysis/footprint.hpp"
#include "host/base/error.hpp"
#include "host/cli/account_options.hpp"
#include "host/cli/commands.hpp"
#include "host/report/satellite_units.hpp"

namespace narrows::cli {
namespace {

constexpr double not_there = std::numeric_limits<double>::quiet_NaN();  // prints as nothing

struct FootprintOptions {
    TableOptions table = {.name = "world-2011"};
    std::string home;
    OutputOptions output;
    BackendOptions backend;
};

Sheet empty_sheet(const char* key, const char* heading, const char* what) {
    return {key,
            heading,
            {{"account", "account"},
             {what, what},
             {"production", "production", Style::flow},
             {"exports", "of it in exports", Style::flow},
             {"imports", "in imports", Style::flow},
             {"consumption", "consumption", Style::flow}},
            {}};
}

/// A row per region: what arises there, and what its final demand calls for.
void add_regions(const IoTable& table, const SatelliteAccount& account, const Footprint& found,
                 Sheet& sheet) {
    const Classification& classes = table.classification();
    for (std::size_t r = 0; r < classes.regions().size(); ++r) {
        const auto region = static_cast<Index>(r);
        const std::vector<Index> nodes = classes.nodes_of_region(region);
        const bool has_uses = account.final_uses.size() > 0;
        sheet.rows.push_back(cells_of(
            account.name, classes.regions()[r].code, found.production(nodes).sum(),
            found.exports(nodes).sum(), found.imports.row(region).sum(),
            found.consumption.row(region).sum(), has_uses ? found.final_uses[region] : not_there));
    }
}

/// A row per sector of one region, or of a national table.
void add_sectors(const IoTable& table, Index region, const SatelliteAccount& account,
                 const Footprint& found, Sheet& sheet) {
    const Classification& classes = table.classification();
    const std::vector<Index> nodes = classes.nodes_of_region(region);
    for (Index s = 0; s < static_cast<Index>(classes.sectors().size()); ++s) {
        double production = 0.0;
        double exports = 0.0;
        for (const Index node : nodes) {
            if (classes.sector_of(node) != s) continue;
            production = found.production[node];
            exports = found.exports[node];
        }
        const double imports = found.imports.size() > 0 ? found.imports(region, s) : not_there;
        sheet.rows.push_back(cells_of(account.name, classes.sector(s).code, production, exports,
                                      imports, found.consumption(region, s)));
    }
}

/// Where what a region's final demand calls for arises.
void add_origins(const Classification& classes, Index region, const SatelliteAccount& account,
                 const Footprint& found, Sheet& sheet) {
    const double total = found.by_origin.col(region).sum();
    for (Index o = 0; o < found.by_origin.rows(); ++o) {
        const double amount = found.by_origin(o, region);
        sheet.rows.push_back(cells_of(account.name,
                                      classes.regions()[static_cast<std::size_t>(o)].code, amount,
                                      total != 0.0 ? amount / total : 0.0));
    }
}

std::vector<std::string> notes(const IoTable& table, bool by_region) {
    if (!table.is_multi_regional()) {
        return {
            "National table: consumption is what home's own final uses call for at home, of it "
            "in exports what exports call for, both by product; what arises abroad for imports "
            "is not in such a table."};
    }
    return {by_region
                ? "production: where it arises. of it in exports: for final demand elsewhere, "
                  "through the whole chain. consumption: what the region's final demand calls for "
                  "anywhere; of it in imports what arises elsewhere. Production less exports plus "
                  "imports is consumption."
                : "production and of it in exports: by sector in which it arises. consumption and "
                  "of it in imports: by product that home's final demand buys, from wherever, what "
                  "the chain behind it calls for anywhere, and elsewhere."};
}

/// The unit of an account, and what of it is in no figure.
void describe(const SatelliteAccount& account, const Footprint& found, Document& document) {
    document.fields.push_back({"", account.name + " in", Style::text, account.unit});
    if (found.unallocated == 0.0) return;
    document.notes.push_back(
        fmt::format("warning: {}: {:.6g} of sectors without output is in no figure", account.name,
                    found.unallocated));
}

Sheet origins_sheet() {
    return {"origins",
            "Where consumption arises",
            {{"account", "account"},
             {"region", "region"},
             {"amount", "amount", Style::flow},
             {"share", "share", Style::percent, "", true}},
            {}};
}

void run_footprint(const FootprintOptions& options) {
    parse_output_format(options.output.format);
    if (options.table.read.accounts.empty() && options.table.accounts_file.empty()) {
        throw ArgumentError("footprint needs --account NAME or --accounts FILE");
    }
    const IoTable table = open_table(options.table);
    const Classification& classes = table.classification();
    const std::vector<Index> accounts = asked_accounts(options.table, table);
    if (accounts.empty()) throw ArgumentError("the table has no satellite accounts");
    const bool by_region = table.is_multi_regional() && options.home.empty();
    const Index region = by_region || options.home.empty() ? 0 : classes.region(options.home);
    ModelRun run = start_model("footprint", options.table.name, table, options.backend);
    run.record.parameters = account_parameters(options.table, table, accounts);
    run.record.parameters["home"] =
        options.home.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(options.home);

    Sheet rows = empty_sheet("rows", "", by_region ? "region" : "sector");
    if (by_region) rows.columns.push_back({"final_uses", "final uses themselves", Style::flow});
    Sheet origins = origins_sheet();
    Document document;
    document.schema = "narrows.footprint/1";
    document.title = fmt::format(
        "Footprint{}, {}", options.home.empty() ? "" : " of " + options.home, title_of(table));
    document.fields = {{"home", "", Style::text, options.home}};
    document.notes = notes(table, by_region);
    for (const Index k : accounts) {
        const SatelliteAccount& account = table.satellites()[static_cast<std::size_t>(k)];
        const Footprint found =
            naming_table(options.table.name, [&] { return footprint(table, run.model, account); });
        describe(account, found, document);
        if (by_region) {
            add_regions(table, account, found, rows);
        } else {
            add_sectors(table, region, account, found, rows);
        }
        if (!options.home.empty() && table.is_multi_regional()) {
            add_origins(classes, region, account, found, origins);
        }
    }
    document.structures["accounts"] = satellite_units(table.satellites(), accounts);
    document.sheets.push_back(std::move(rows));
    if (!origins.rows.empty()) document.sheets.push_back(std::move(origins));
    document.run = run.finished();
    print(std::move(document), options.output);
}

}  // namespace

void add_footprint(CLI::App& app) {
    const auto options = std::make_shared<FootprintOptions>();
    CLI::App* command = app.add_subcommand(
        "footprint", "Where jobs, energy or CO2 arise and whose final demand calls for them");
    add_table_argument(*command, options->table, false);
    add_account_options(*command, options->table);
    command
        ->add_option("--home", options->home,
                     "this region by sector and product; default: all regions")
        ->type_name("CODE");
    add_backend_options(*command, options->backend);
    add_output_options(*command, options->output);
    command->callback([options] { run_footprint(*options); });
}

}  // namespace narrows::cli
