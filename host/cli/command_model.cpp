// linkages and multipliers: results of the static model, one row per sector.
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/base/hash.hpp"
#include "host/cli/account_options.hpp"
#include "host/cli/commands.hpp"
#include "host/cli/options.hpp"
#include "host/cli/sector_sheet.hpp"
#include "host/model/linkages.hpp"
#include "host/model/multipliers.hpp"
#include "host/model/type2_multipliers.hpp"
#include "host/readers/input_files.hpp"
#include "host/report/satellite_units.hpp"
#include "host/table/findings.hpp"

namespace narrows::cli {
namespace {

struct ModelOptions {
    TableOptions table;
    OutputOptions output;
    BackendOptions backend;
};

/// How the model is closed with households.
struct ClosureOptions {
    bool type2 = false;
    std::string labour;                    // file
    std::vector<std::string> labour_rows;  // components of value added
    std::vector<std::string> households;   // final uses
    std::string income;
};

struct MultiplierOptions : ModelOptions {
    ClosureOptions closure;
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

void add_account(const SatelliteAccount& account, const IoTable& table, const LeontiefModel& model,
                 SectorSheet& sheet) {
    const Eigen::VectorXd direct = per_output(account.values, table.x());
    const Eigen::VectorXd total = total_effects(model, direct);
    sheet.add(account.name + "_direct", account.name + " direct", Style::coefficient, direct);
    sheet.add(account.name + "_total", account.name + " total", Style::coefficient, total);
    sheet.add(account.name + "_type1", account.name + " type I", Style::coefficient,
              type1_multipliers(total, direct));
}

void add_units(const IoTable& table, const std::vector<Index>& accounts, Document& document) {
    if (accounts.empty()) return;
    document.structures["accounts"] = satellite_units(table.satellites(), accounts);
    for (const Index k : accounts) {
        const SatelliteAccount& account = table.satellites()[static_cast<std::size_t>(k)];
        document.fields.push_back(
            {"", account.name + " in", Style::text, account.unit + " per " + table.meta().unit});
    }
}

/// The components of value added that are income of labour: those named, or all by name.
std::vector<std::string> labour_rows(const ClosureOptions& options, const IoTable& table) {
    const std::vector<std::string>& all = table.value_added_names();
    for (const std::string& name : options.labour_rows) {
        find_code("component of value added", name, all);
    }
    if (!options.labour_rows.empty()) return options.labour_rows;
    std::vector<std::string> rows;
    for (const std::string& name : all) {
        if (is_labour_component(name)) rows.push_back(name);
    }
    if (rows.empty()) {
        throw ArgumentError(fmt::format(
            "--type2: found no income of labour among {}, expected --labour-row or --labour",
            fmt::join(all, ", ")));
    }
    return rows;
}

/// Labour income paid by every sector, n, and the rows it is taken from.
Eigen::VectorXd labour_income(const ClosureOptions& options, const IoTable& table,
                              std::vector<std::string>& rows) {
    Eigen::VectorXd income = Eigen::VectorXd::Zero(table.num_nodes());
    if (!options.labour.empty()) {
        Range range;
        range.low = 0.0;
        for (const auto& [sector, value] :
             read_numbers_by_code(options.labour, {"sector", "labour"},
                                  {"sector", table.classification().labels()}, range)) {
            income[sector] = value;
        }
        return income;
    }
    rows = labour_rows(options, table);
    for (const std::string& name : rows) {
        income +=
            table.V().row(find_code("component", name, table.value_added_names())).transpose();
    }
    return income;
}

/// The income and spending of every region's households, and what spending is divided by.
Sheet household_sheet(const IoTable& table, const HouseholdAccounts& accounts) {
    Sheet sheet{"households",
                "Households",
                {{"region", "region"},
                 {"labour_income", "labour income", Style::flow},
                 {"spending", "spending", Style::flow},
                 {"income", "income", Style::flow}},
                {}};
    const std::vector<Region>& regions = table.classification().regions();
    for (std::size_t r = 0; r < regions.size(); ++r) {
        const auto i = static_cast<Index>(r);
        sheet.rows.push_back(cells_of(regions[r].code, accounts.labour_income[i],
                                      accounts.spending[i], accounts.income[i]));
    }
    return sheet;
}

void add_type2(SectorSheet& sheet, const Type2Multipliers& result) {
    sheet.add("income", "income", Style::coefficient, result.open_income);
    sheet.add("income_type1", "income type I", Style::coefficient, result.income_type1);
    sheet.add("output_closed", "output II", Style::coefficient, result.output);
    sheet.add("output_closed_total", "with income", Style::coefficient, result.output_total);
    sheet.add("value_added_closed", "GDP II", Style::coefficient, result.value_added);
    sheet.add("income_closed", "income II", Style::coefficient, result.income);
    sheet.add("value_added_type2", "GDP type II", Style::coefficient, result.value_added_type2);
    sheet.add("income_type2", "income type II", Style::coefficient, result.income_type2);
}

/// The model closed with households, and the rows of value added that they are paid in.
struct Closure {
    std::vector<std::string> labour_rows;  // none: from a file
    HouseholdAccounts households;
};

std::optional<Closure> closure_of(const ClosureOptions& options, const IoTable& table,
                                  nlohmann::ordered_json& parameters) {
    if (!options.type2) return std::nullopt;
    const std::optional<double> income =
        options.income.empty() ? std::nullopt : parse_number(options.income);
    Closure closure;
    const Eigen::VectorXd labour = labour_income(options, table, closure.labour_rows);
    closure.households = household_accounts(table, labour, options.households, income);
    parameters = {{"type2", true},
                  {"labour_rows", closure.labour_rows},
                  {"households", closure.households.categories}};
    if (income) parameters["household_income"] = *income;
    if (!options.labour.empty()) {
        parameters["labour"] = options.labour;
        parameters["labour_hash"] = hash_file(options.labour);
    }
    return closure;
}

void describe(const Closure& closure, const ClosureOptions& options, const IoTable& table,
              Document& document) {
    document.fields.push_back(
        {"household_uses", "households", Style::text, closure.households.categories});
    const bool from_file = !options.labour.empty();
    document.fields.push_back(
        {"labour_rows", from_file ? "" : "labour income", Style::text, closure.labour_rows});
    if (from_file) document.fields.push_back({"", "labour income", Style::text, options.labour});
    document.sheets.push_back(household_sheet(table, closure.households));
    document.notes.emplace_back(
        "II: closed with households, which spend what they earn; with income: output of sectors "
        "and income of households. Labour income is divided by output, spending by income: labour "
        "income, or spending where that is more, or --household-income.");
}

void run_multipliers(const MultiplierOptions& options) {
    parse_output_format(options.output.format);
    const IoTable table = open_table(options.table);
    auto parameters = nlohmann::ordered_json::object();
    const std::optional<Closure> closure = closure_of(options.closure, table, parameters);
    ModelRun run = start_model("multipliers", options.table.name, table, options.backend);
    run.record.parameters = std::move(parameters);
    const Multipliers result = multipliers(run.model);
    const std::vector<Index> accounts = asked_accounts(options.table, table);
    run.record.parameters.update(account_parameters(options.table, table, accounts));

    SectorSheet sheet(table.classification());
    sheet.add("output", "output", Style::coefficient, result.output);
    sheet.add("value_added", "GDP", Style::coefficient, result.value_added);
    if (table.has_imports()) {
        sheet.add("imports", "imports", Style::coefficient, result.imports);
    }
    sheet.add("value_added_type1", "GDP type I", Style::coefficient, result.value_added_type1);
    for (const Index k : accounts) {
        add_account(table.satellites()[static_cast<std::size_t>(k)], table, run.model, sheet);
    }
    if (closure) {
        add_type2(sheet, naming_table(options.table.name, [&] {
                      return type2_multipliers(run.model, closure->households.coefficients);
                  }));
    }
    Document document = sector_document("multipliers", table, std::move(sheet), run.finished());
    add_units(table, accounts, document);
    document.title = "Multipliers of " + title_of(table);
    document.notes = {
        "Per unit of final demand. GDP type I: total over direct value added; - where there is no "
        "direct value added."};
    if (closure) describe(*closure, options.closure, table, document);
    print(std::move(document), options.output);
}

void add_closure_options(CLI::App& command, ClosureOptions& options) {
    const OptionGroup group(command, "Closed with households");
    CLI::Option* type2 = command.add_flag("--type2", options.type2,
                                          "also type II: households spend what sectors pay them");
    CLI::Option* rows =
        command
            .add_option("--labour-row", options.labour_rows,
                        "components of value added that are income of labour; default: by name")
            ->type_name("NAME,...")
            ->delimiter(',')
            ->needs(type2);
    command
        .add_option("--labour", options.labour,
                    "CSV sector,labour: income of labour, in the unit of the table; sectors not "
                    "listed pay none")
        ->type_name("FILE")
        ->needs(type2)
        ->excludes(rows);
    command
        .add_option("--households", options.households,
                    "final uses that are consumption of households; default: by name")
        ->type_name("CODE,...")
        ->delimiter(',')
        ->needs(type2);
    command
        .add_option("--household-income", options.income,
                    "all income of households, by which their consumption is divided; default: "
                    "labour income, or where they spend more, what they spend")
        ->type_name("AMOUNT")
        ->check(number())
        ->needs(type2);
}

CLI::App* add_model_command(CLI::App& app, const char* name, const char* help,
                            ModelOptions& options) {
    CLI::App* command = app.add_subcommand(name, help);
    add_table_argument(*command, options.table);
    add_backend_options(*command, options.backend);
    add_output_options(*command, options.output);
    return command;
}

}  // namespace

void add_linkages(CLI::App& app) {
    const auto options = std::make_shared<ModelOptions>();
    add_model_command(app, "linkages",
                      "Backward and forward linkages, upstreamness and key sectors", *options)
        ->callback([options] { run_linkages(*options); });
}

void add_multipliers(CLI::App& app) {
    const auto options = std::make_shared<MultiplierOptions>();
    CLI::App* command = add_model_command(
        app, "multipliers", "Output, GDP, import and satellite multipliers of every sector",
        *options);
    add_closure_options(*command, options->closure);
    add_account_options(*command, options->table);
    command->callback([options] { run_multipliers(*options); });
}

}  // namespace narrows::cli
