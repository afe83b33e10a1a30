// linkages, multipliers and solve: results of the static model, one row per sector.
#include <memory>

#include <fmt/format.h>

#include "host/base/hash.hpp"
#include "host/cli/commands.hpp"
#include "host/cli/options.hpp"
#include "host/model/linkages.hpp"
#include "host/model/multipliers.hpp"
#include "host/readers/input_files.hpp"
#include "host/readers/read_table.hpp"

namespace narrows::cli {
namespace {

struct ModelOptions {
    std::string table;
    std::string demand;
    OutputOptions output;
    BackendOptions backend;
};

/// A sheet with a row per sector: label, name, then one column per vector.
class SectorSheet {
  public:
    explicit SectorSheet(const Classification& classes) : classes_(classes) {
        sheet_.key = "rows";
        sheet_.columns = {{"sector", "sector"}, {"name", "name"}};
        for (Index i = 0; i < classes.num_nodes(); ++i) {
            sheet_.rows.push_back({classes.label(i), classes.sector(classes.sector_of(i)).name});
        }
    }
    template <class Values>
    void add(const std::string& key, const std::string& heading, Style style,
             const Values& values) {
        sheet_.columns.push_back({key, heading, style});
        for (Index i = 0; i < classes_.num_nodes(); ++i) {
            sheet_.rows[static_cast<std::size_t>(i)].push_back(cell(values, i));
        }
    }
    Sheet take() { return std::move(sheet_); }

  private:
    static Cell cell(const Eigen::VectorXd& values, Index i) { return values[i]; }
    static Cell cell(const std::vector<std::optional<double>>& values, Index i) {
        const auto& value = values[static_cast<std::size_t>(i)];
        return value ? Cell(*value) : Cell();
    }
    static Cell cell(const std::vector<bool>& values, Index i) {
        return static_cast<bool>(values[static_cast<std::size_t>(i)]);
    }

    const Classification& classes_;
    Sheet sheet_;
};

Document sector_document(const char* command, const IoTable& table, SectorSheet sheet,
                         RunRecord record) {
    Document document;
    document.schema = fmt::format("narrows.{}/1", command);
    document.run = std::move(record);
    document.fields = {{"unit", "flows in", Style::text, table.meta().unit}};
    document.sheets = {sheet.take()};
    return document;
}

void run_linkages(const ModelOptions& options) {
    parse_output_format(options.output.format);
    const IoTable table = read_table(options.table);
    ModelRun run = start_model("linkages", options.table, table, options.backend);
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
    const IoTable table = read_table(options.table);
    ModelRun run = start_model("multipliers", options.table, table, options.backend);
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

/// Value added by region, one column per scenario: where a world table's answer falls.
Sheet value_added_by_region(const IoTable& table, const Demand& demand,
                            const Eigen::MatrixXd& value_added) {
    Sheet sheet{"regions", "GDP by region", {{"region", "region"}}, {}};
    for (const std::string& scenario : demand.scenarios) {
        sheet.columns.push_back({scenario, scenario, Style::flow});
    }
    const Classification& classes = table.classification();
    for (std::size_t r = 0; r < classes.regions().size(); ++r) {
        std::vector<Cell> row{classes.regions()[r].code};
        const std::vector<Index> nodes = classes.nodes_of_region(static_cast<Index>(r));
        for (Index k = 0; k < value_added.cols(); ++k) {
            row.emplace_back(value_added(nodes, k).sum());
        }
        sheet.rows.push_back(std::move(row));
    }
    return sheet;
}

void run_solve(const ModelOptions& options) {
    parse_output_format(options.output.format);
    const IoTable table = read_table(options.table);
    const Demand demand = read_demand(options.demand, table.classification());
    ModelRun run = start_model("solve", options.table, table, options.backend);
    const Eigen::MatrixXd output = run.model.solve_output(demand.values);
    const Coefficients& coefficients = run.model.coefficients();

    SectorSheet sheet(table.classification());
    Sheet totals{"scenarios",
                 "Totals",
                 {{"scenario", "scenario"},
                  {"demand", "demand", Style::flow},
                  {"output", "output", Style::flow},
                  {"value_added", "GDP", Style::flow},
                  {"imports", "imports", Style::flow}},
                 {}};
    for (std::size_t k = 0; k < demand.scenarios.size(); ++k) {
        const Eigen::VectorXd x = output.col(static_cast<Index>(k));
        sheet.add(demand.scenarios[k], demand.scenarios[k], Style::flow, x);
        totals.rows.push_back({demand.scenarios[k], demand.values.col(static_cast<Index>(k)).sum(),
                               x.sum(), coefficients.v.dot(x),
                               table.has_imports() ? Cell(coefficients.m.dot(x)) : Cell()});
    }
    run.record.parameters = {{"demand", options.demand},
                             {"demand_hash", hash_file(options.demand)}};
    Document document = sector_document("solve", table, std::move(sheet), run.finished());
    document.title = "Gross output for given final demand, " + title_of(table);
    document.fields.push_back({"relative_residual", "residual |x - Ax - f| / |f|", Style::bound,
                               run.model.relative_residual(output, demand.values)});
    document.sheets.push_back(std::move(totals));
    if (table.is_multi_regional()) {
        document.sheets.push_back(
            value_added_by_region(table, demand, coefficients.v.asDiagonal() * output));
    }
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

void add_solve(CLI::App& app) {
    const auto options = std::make_shared<ModelOptions>();
    CLI::App* command = add_model_command(
        app, "solve", "Gross output x = L f that given final demand calls for", options);
    command
        ->add_option("--demand", options->demand,
                     "CSV sector,NAME[,NAME...]: final demand by sector, one column per scenario, "
                     "in the unit of the table; sectors not listed are 0")
        ->required();
    command->callback([options] { run_solve(*options); });
}

}  // namespace narrows::cli
