// linkages and multipliers: results of the static model, one row per sector.
#include <memory>

#include "host/cli/commands.hpp"
#include "host/cli/options.hpp"
#include "host/cli/sector_sheet.hpp"
#include "host/model/linkages.hpp"
#include "host/model/multipliers.hpp"

namespace narrows::cli {
namespace {

struct ModelOptions {
    TableOptions table;
    OutputOptions output;
    BackendOptions backend;
};

void run_linkages(const ModelOptions& options) {
    parse_output_format(options.output.format);
    const IoTable table = open_table(options.table);
    ModelRun run = start_model("linkages", options.table.name, table, options.backend);
    const Linkages result = linkages(run.model, table.Z());
    std::vector<bool> key_sector;
    for (Index i = 0; i < table.num_nodes(); ++i) key_sector.push_back(result.is_key(i));

    SectorSheet sheet(table.classification());
    sheet.add("backward_direct", "1'A", Style::coefficient, result.backward_direct);
    sheet.add("forward_direct", "B1", Style::coefficient, result.forward_direct);
    sheet.add("power", "power", Style::coefficient, result.power);
    sheet.add("sensitivity", "sensitivity", Style::coefficient, result.sensitivity);
    sheet.add("forward_ghosh", "forward", Style::coefficient, result.forward_ghosh);
    sheet.add("power_variation", "CV power", Style::coefficient, result.power_variation);
    sheet.add("sensitivity_variation", "CV sens.", Style::coefficient,
              result.sensitivity_variation);
    sheet.add("upstreamness", "upstream", Style::coefficient, result.upstreamness);
    sheet.add("downstreamness", "downstream", Style::coefficient, result.downstreamness);
    sheet.add("key_sector", "key", Style::text, key_sector);
    Document document = sector_document("linkages", table, std::move(sheet), run.finished());
    document.title = "Linkages of " + title_of(table);
    document.notes = {
        "power, sensitivity: Rasmussen. forward: Ghosh-based. key: power and forward above 1. "
        "upstream: mean steps to final use, downstream: mean steps from primary inputs."};
    print(std::move(document), options.output);
}

void run_multipliers(const ModelOptions& options) {
    parse_output_format(options.output.format);
    const IoTable table = open_table(options.table);
    ModelRun run = start_model("multipliers", options.table.name, table, options.backend);
    const Multipliers result = multipliers(run.model);

    SectorSheet sheet(table.classification());
    sheet.add("output", "output", Style::coefficient, result.output);
    sheet.add("value_added", "GDP", Style::coefficient, result.value_added);
    if (table.has_imports()) {
        sheet.add("imports", "imports", Style::coefficient, result.imports);
    }
    sheet.add("value_added_type1", "GDP type I", Style::coefficient, result.value_added_type1);
    Document document = sector_document("multipliers", table, std::move(sheet), run.finished());
    document.title = "Multipliers of " + title_of(table);
    document.notes = {
        "Per unit of final demand. GDP type I: total over direct value added; - where there is no "
        "direct value added."};
    print(std::move(document), options.output);
}

CLI::App* add_model_command(CLI::App& app, const char* name, const char* help,
                            const std::shared_ptr<ModelOptions>& options) {
    CLI::App* command = app.add_subcommand(name, help);
    add_table_argument(*command, options->table);
    add_backend_options(*command, options->backend);
    add_output_options(*command, options->output);
    return command;
}

}  // namespace

void add_linkages(CLI::App& app) {
    const auto options = std::make_shared<ModelOptions>();
    add_model_command(app, "linkages",
                      "Backward and forward linkages, upstreamness and key sectors", options)
        ->callback([options] { run_linkages(*options); });
}

void add_multipliers(CLI::App& app) {
    const auto options = std::make_shared<ModelOptions>();
    add_model_command(app, "multipliers", "Output, GDP and import multipliers of every sector",
                      options)
        ->callback([options] { run_multipliers(*options); });
}

}  // namespace narrows::cli
