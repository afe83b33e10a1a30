#include <cmath>
#include <memory>

#include "host/base/error.hpp"
#include "host/base/hash.hpp"
#include "host/cli/commands.hpp"
#include "host/cli/options.hpp"
#include "host/cli/sector_sheet.hpp"
#include "host/readers/input_files.hpp"

namespace narrows::cli {
namespace {

struct SolveOptions {
    TableOptions table;
    std::string demand;
    bool totals = false;
    bool bounds = false;
    OutputOptions output;
    BackendOptions backend;
};

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

Cell finite(double value) {
    return std::isfinite(value) ? Cell(value) : Cell();
}

/// Output, GDP and imports of every scenario from one small product: no output is formed.
Sheet totals_of(const IoTable& table, const LeontiefModel& model, const Demand& demand) {
    const Coefficients& coefficients = model.coefficients();
    Eigen::MatrixXd per_output(model.order(), 3);
    per_output << Eigen::VectorXd::Ones(model.order()), coefficients.v, coefficients.m;
    const Eigen::MatrixXd totals = model.indicators(per_output, demand.values);
    Sheet sheet{"scenarios",
                "Totals",
                {{"scenario", "scenario"},
                 {"demand", "demand", Style::flow},
                 {"output", "output", Style::flow},
                 {"value_added", "GDP", Style::flow},
                 {"imports", "imports", Style::flow}},
                {}};
    for (std::size_t k = 0; k < demand.scenarios.size(); ++k) {
        const auto column = static_cast<Index>(k);
        sheet.rows.push_back({demand.scenarios[k], demand.values.col(column).sum(),
                              totals(0, column), totals(1, column),
                              table.has_imports() ? Cell(totals(2, column)) : Cell()});
    }
    return sheet;
}

SectorSheet scenario_sheet(const IoTable& table, const Demand& demand,
                           const Eigen::MatrixXd& values) {
    SectorSheet sheet(table.classification());
    for (std::size_t k = 0; k < demand.scenarios.size(); ++k) {
        const Eigen::VectorXd column = values.col(static_cast<Index>(k));
        sheet.add(demand.scenarios[k], demand.scenarios[k], Style::flow, column);
    }
    return sheet;
}

void add_outputs(Document& document, const SolveOptions& options, const IoTable& table,
                 const LeontiefModel& model, const Demand& demand) {
    const Eigen::MatrixXd output = model.solve_output(demand.values);
    document.sheets = {scenario_sheet(table, demand, output).take(),
                       totals_of(table, model, demand)};
    document.fields.push_back({"relative_residual", "residual |x - Ax - f| / |f|", Style::bound,
                               model.relative_residual(output, demand.values)});
    document.fields.push_back({"error_bound", "relative error of x <=", Style::bound,
                               finite(model.relative_error_bound(output, demand.values))});
    if (options.bounds) {
        Sheet bounds =
            scenario_sheet(table, demand, model.output_error_bounds(output, demand.values)).take();
        bounds.key = "bounds";
        bounds.heading = "Bounds on the error of every output";
        for (Column& column : bounds.columns) {
            if (column.style == Style::flow) column.style = Style::bound;
        }
        document.sheets.push_back(std::move(bounds));
    }
    if (table.is_multi_regional()) {
        document.sheets.push_back(
            value_added_by_region(table, demand, model.coefficients().v.asDiagonal() * output));
    }
}

void run_solve(const SolveOptions& options) {
    parse_output_format(options.output.format);
    const IoTable table = open_table(options.table);
    const Demand demand = read_demand(options.demand, table.classification());
    ModelRun run = start_model("solve", options.table.name, table, options.backend);
    run.record.parameters = {{"demand", options.demand},
                             {"demand_hash", hash_file(options.demand)},
                             {"totals", options.totals},
                             {"bounds", options.bounds}};
    Document document;
    document.schema = "narrows.solve/1";
    document.title = "Gross output for given final demand, " + title_of(table);
    document.fields = {{"unit", "flows in", Style::text, table.meta().unit}};
    if (options.totals) {
        document.sheets = {totals_of(table, run.model, demand)};
    } else {
        add_outputs(document, options, table, run.model, demand);
    }
    document.run = run.finished();
    print(std::move(document), options.output);
}

}  // namespace

void add_solve(CLI::App& app) {
    const auto options = std::make_shared<SolveOptions>();
    CLI::App* command =
        app.add_subcommand("solve", "Gross output x = L f that given final demand calls for");
    add_table_argument(*command, options->table);
    command
        ->add_option("--demand", options->demand,
                     "CSV sector,NAME[,NAME...]: final demand by sector, one column per scenario, "
                     "in the unit of the table; sectors not listed are 0")
        ->type_name("FILE")
        ->required();
    CLI::Option* totals = command->add_flag(
        "--totals", options->totals, "only the totals of every scenario, outputs are not formed");
    command
        ->add_flag("--bounds", options->bounds,
                   "also bounds on the error of every output (one more solve)")
        ->excludes(totals);
    add_backend_options(*command, options->backend);
    add_output_options(*command, options->output);
    command->callback([options] { run_solve(*options); });
}

}  // namespace narrows::cli
