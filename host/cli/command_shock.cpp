#include <algorithm>
#include <memory>
#include <optional>

#include "host/analysis/criticality.hpp"
#include "host/base/hash.hpp"
#include "host/base/interrupt.hpp"
#include "host/base/output.hpp"
#include "host/cli/commands.hpp"
#include "host/cli/options.hpp"
#include "host/cli/rank_grid.hpp"
#include "host/cli/shock_run.hpp"
#include "host/readers/input_files.hpp"
#include "host/shock/scenario_file.hpp"

namespace narrows::cli {
namespace {

struct ShockOptions {
    std::vector<std::string> names;  // [TABLE] SCENARIO
    TableOptions table = {.name = "world-2011"};
    std::string home;
    std::string scope;
    std::string models;
    std::string criticality;
    bool paths = false;
    int every = 1;
    std::vector<std::string> only;
    std::int64_t top = 15;
    CheckpointOptions checkpoint;
    OutputOptions output;
    BackendOptions backend;
};

std::pair<std::string, CriticalityRule> criticality_rule(const std::string& wish,
                                                         const IoTable& table) {
    const std::string rule = !wish.empty()                     ? wish
                             : table.has_criticality_ratings() ? "survey"
                                                               : "cost-share";
    if (rule == "survey") return {rule, survey_criticality};
    if (rule == "cost-share") return {rule, cost_share_criticality};
    return {rule, [c = read_criticality(rule, table.classification().sectors())](
                      const HomeEconomy&) { return c; }};
}

/// The economy that the scenario, or the command line in its place, is about.
ShockEconomy economy_of(const ShockOptions& options, const Scenario& scenario,
                        const IoTable& table) {
    const bool world = options.scope.empty() ? scenario.world : options.scope == "world";
    const std::string& home = options.home.empty() ? scenario.home : options.home;
    const std::vector<std::string>& households = scenario.parameters.households;
    return world ? world_shock_economy(table, home, households)
                 : home_shock_economy(table, home, households);
}

std::vector<Index> nodes_of(const std::vector<std::string>& codes, const ShockEconomy& economy) {
    std::vector<std::string> labels;
    for (Index i = 0; i < economy.num_nodes(); ++i) labels.push_back(economy.label(i));
    std::vector<Index> nodes;
    for (const std::string& code : codes) {
        nodes.push_back(static_cast<Index>(find_code("sector", code, labels)));
    }
    if (codes.empty()) {
        for (Index i = 0; i < economy.num_nodes(); ++i) nodes.push_back(i);
    }
    return nodes;
}

/// Losses by sector are kept where that takes less than this.
constexpr Index most_doubles = 50'000'000;

struct Work {
    const ShockOptions& options;
    const ShockEconomy& economy;
    const Scenario& scenario;
    const ShockBatch& batch;
    Experiment& experiment;
    ShockTable& table;
    RunRecord record;
    std::string unit;
    std::string backend_reason;
    PathSelection selection = {};

    ShockResults results(Index done) const { return {economy, scenario, batch, table, done, unit}; }
    Index run(const std::function<void(Index, Index, const InventoryPath&)>& path) {
        const Index done = run_cases({experiment, economy, batch, table, record, options.checkpoint,
                                      options.paths ? options.every : 0, path});
        if (experiment.made_leontief() != nullptr) {
            record_model(record, *experiment.made_leontief(), backend_reason);
        }
        return done;
    }
};

void write_csv_paths(Work& work) {
    const auto write = [&](TextFile& out) {
        out.write(path_header(work.results(0), work.selection));
        work.run([&](Index of_case, Index model, const InventoryPath& path) {
            out.write(path_rows(work.results(0), work.selection, of_case, model, path));
        });
        out.close();
    };
    const std::string& file = work.options.output.file;
    if (file.empty()) {
        TextFile out("/dev/stdout", "standard output");
        return write(out);
    }
    replace_file(file, [&](const std::filesystem::path& beside) {
        TextFile out(beside, file);
        write(out);
    });
}

void write_netcdf(Work& work) {
    const std::string& file = work.options.output.file;
    replace_file(file, [&](const std::filesystem::path& beside) {
        ShockNetcdf out(beside, file, work.results(0),
                        work.options.paths ? &work.selection : nullptr);
        Index done = 0;
        if (work.options.paths) {
            done = work.run([&](Index of_case, Index model, const InventoryPath& path) {
                out.add_path(of_case, model, path);
            });
        } else {
            done = work.run({});
        }
        out.close(work.results(done), work.record);
    });
}

void write_document(Work& work) {
    auto paths = nlohmann::ordered_json::array();
    Index done = 0;
    if (work.options.paths) {
        done = work.run([&](Index of_case, Index model, const InventoryPath& path) {
            if (path.output.cols() == 0) return;
            paths.push_back(path_json(work.results(0), work.selection, of_case, model, path));
        });
    } else {
        done = work.run({});
    }
    Document document = shock_report(work.results(done), std::move(work.record),
                                     static_cast<std::size_t>(work.options.top));
    if (work.options.paths) document.structures["paths"] = std::move(paths);
    print(std::move(document), work.options.output);
}

void run_shock(ShockOptions options) {
    const bool netcdf = is_netcdf(options.output);
    if (options.names.size() == 2) options.table.name = options.names.front();
    const std::string& file = options.names.back();
    const Scenario scenario = read_scenario(InputFile(std::filesystem::path(file)));
    const IoTable table = open_table(options.table);
    const std::string& name = options.table.name;
    RunRecord record = start_record("shock", table);
    ShockEconomy economy = naming_table(name, [&] { return economy_of(options, scenario, table); });
    const auto [rule, criticality] = criticality_rule(
        options.criticality.empty() ? scenario.parameters.criticality : options.criticality, table);
    naming_table(name, [&] { set_criticality(economy, table, criticality); });
    const ShockBatch batch = shock_batch(scenario, economy);
    const std::vector<std::string> models = parse_models(options.models, batch);
    PathSelection selection{nodes_of(options.only, economy), options.every};
    const BackendChoice choice = choose(options.backend);
    record_backend(record, choice.backend, choice.reason);
    record.threads = options.backend.threads;
    record.seed = scenario.seed;
    record.parameters = {{"scenario", file},
                         {"scenario_hash", hash_file(file)},
                         {"scope", economy.world ? "world" : "home"},
                         {"home", economy.home},
                         {"models", models},
                         {"criticality", rule}};
    Experiment experiment(economy, scenario, batch, choice.backend,
                          parse_solve_method(options.backend.method), options.backend.threads);
    const auto num_models = static_cast<Index>(models.size());
    const bool by_node = batch.num_cases() * num_models * 2 * economy.num_nodes() <= most_doubles;
    ShockTable results(models, by_node ? economy.num_nodes() : 0, batch.num_cases());
    const DeferInterrupts finish_first;
    Work work{options, economy,           scenario,          batch,         experiment,
              results, std::move(record), table.meta().unit, choice.reason, std::move(selection)};
    naming_table(name, [&] {
        if (netcdf) return write_netcdf(work);
        if (options.paths && options.output.format == "csv") return write_csv_paths(work);
        write_document(work);
    });
}

}  // namespace

void add_shock(CLI::App& app) {
    const auto options = std::make_shared<ShockOptions>();
    CLI::App* command = app.add_subcommand(
        "shock", "What a shock costs, day by day, under one model or the band of them");
    command
        ->add_option("[TABLE] SCENARIO", options->names,
                     "a table (default world-2011) and a scenario file (data/README.md)")
        ->required()
        ->expected(1, 2);
    add_reading_options(*command, options->table);
    command->add_option("--home", options->home, "region, in place of the scenario's");
    command
        ->add_option("--scope", options->scope,
                     "home: shortages pass on within home; world: through all countries")
        ->check(CLI::IsMember({"home", "world"}));
    command->add_option("--model", options->models,
                        "models A,B,...; band (the default): stocks under all readings of which "
                        "inputs bind; all: those that can express the scenario");
    command->add_option("--criticality", options->criticality,
                        "survey, cost-share or a CSV file product,user,c, in place of the "
                        "scenario's");
    CLI::Option* paths =
        command->add_flag("--paths", options->paths, "day by day: JSON, CSV and NetCDF");
    command->add_option("--every", options->every, "of the paths, every so many days")
        ->check(whole_number(1))
        ->needs(paths);
    command->add_option("--only", options->only, "of the paths, these sectors: A,B,...")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->needs(paths);
    command->add_option("--top", options->top, "sectors that text shows")->check(whole_number(0));
    CLI::Option* checkpoint =
        command->add_option("--checkpoint", options->checkpoint.file,
                            "file in which results are kept as they are made");
    checkpoint->excludes(paths);
    command
        ->add_flag("--resume", options->checkpoint.resume, "go on from what the checkpoint holds")
        ->needs(checkpoint);
    add_backend_options(*command, options->backend);
    add_rank_output_options(*command, options->output);
    command->callback([options] { run_shock(*options); });
}

}  // namespace narrows::cli
