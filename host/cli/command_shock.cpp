#include <algorithm>
#include <filesystem>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/base/hash.hpp"
#include "host/base/interrupt.hpp"
#include "host/base/output.hpp"
#include "host/cli/account_options.hpp"
#include "host/cli/commands.hpp"
#include "host/cli/options.hpp"
#include "host/cli/rank_grid.hpp"
#include "host/cli/set_options.hpp"
#include "host/cli/shock_run.hpp"
#include "host/report/page_facts.hpp"
#include "host/report/shock_why.hpp"
#include "host/shock/model_kinds.hpp"
#include "host/shock/scenario_economy.hpp"
#include "host/shock/scenario_file.hpp"
#include "host/shock/set_losses.hpp"

namespace narrows::cli {
namespace {

struct ShockOptions {
    std::vector<std::string> names;  // [TABLE] SCENARIO
    TableOptions table = {.name = "world-2011"};
    std::string home;
    std::string scope;
    std::vector<std::string> models;
    std::string criticality;
    SetOptions sets;
    bool paths = false;
    bool why = false;
    int every = 1;
    std::vector<std::string> only;
    std::int64_t top = 15;
    CheckpointOptions checkpoint;
    OutputOptions output;
    BackendOptions backend;
};

/// The scenario with what the command line says in its place.
Scenario asked_scenario(const ShockOptions& options) {
    const std::filesystem::path path = options.names.back();
    Scenario scenario = read_scenario(InputFile(path));
    if (!options.home.empty()) scenario.home = options.home;
    if (!options.scope.empty()) scenario.world = options.scope == "world";
    if (options.criticality == "survey" || options.criticality == "cost-share") {
        scenario.parameters.criticality = options.criticality;
    } else if (!options.criticality.empty()) {
        // Those of the scenario are looked for beside it.
        scenario.parameters.criticality = std::filesystem::absolute(options.criticality).string();
    }
    if (!options.sets.sets.empty()) {
        scenario.sets = std::filesystem::absolute(options.sets.sets).string();
    }
    return scenario;
}

/// The command line's, or those of the scenario.
SetOptions asked_sets(const ShockOptions& options, const Scenario& scenario) {
    SetOptions sets = options.sets;
    if (sets.sets.empty() && !scenario.sets.empty()) {
        sets.sets = scenario.file(scenario.sets).string();
    }
    return sets;
}

std::string criticality_of(const Scenario& scenario, const IoTable& table) {
    const std::string& asked = scenario.parameters.criticality;
    if (!asked.empty()) return asked;
    return table.has_criticality_ratings() ? "survey" : "cost-share";
}

/// Of the files that the scenario names: results depend on them as on its own text.
nlohmann::ordered_json file_hashes(const Scenario& scenario) {
    auto hashes = nlohmann::ordered_json::object();
    const auto add = [&](const std::string& named) {
        if (!named.empty()) hashes[named] = hash_file(scenario.file(named));
    };
    for (const ScenarioShock& shock : scenario.shocks) {
        add(shock.series);
        add(shock.amounts);
    }
    add(scenario.parameters.stocks);
    const std::string& criticality = scenario.parameters.criticality;
    if (criticality != "survey" && criticality != "cost-share") add(criticality);
    return hashes;
}

std::vector<Index> nodes_of(const std::vector<std::string>& codes, const ShockEconomy& economy) {
    const std::vector<std::string> labels = economy.labels();
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
    const SetSelection& sets;
    Experiment& experiment;
    ShockTable& table;
    RunRecord record;
    std::string unit;
    std::string backend_reason;
    PathSelection selection = {};
    bool why = false;  // asked for, or what the page shows
    bool paths = false;

    ShockResults results(Index done) const {
        return {economy, scenario, batch, table, done, unit, sets};
    }
    Index run(const std::function<void(Index, Index, const InventoryPath&)>& path,
              const std::function<void(Index, Index)>& wave = nullptr) {
        const Index done = run_cases({experiment, economy, batch, table, record, options.checkpoint,
                                      paths || why ? options.every : 0, path, wave});
        if (experiment.made_leontief() != nullptr) {
            record_model(record, *experiment.made_leontief(), backend_reason);
        }
        return done;
    }
};

/// Case by case, as they are done.
void write_csv(Work& work, const std::function<void(const std::string&)>& write) {
    if (work.options.paths) {
        write(path_header(work.results(0), work.selection));
        work.run([&](Index of_case, Index model, const InventoryPath& path) {
            write(path_rows(work.results(0), work.selection, of_case, model, path));
        });
        return;
    }
    write(csv_header(shock_cases(work.results(0), 0, 0)));
    work.run(nullptr, [&](Index first, Index last) {
        write(csv_rows(shock_cases(work.results(0), first, last)));
    });
}

void write_csv(Work& work) {
    const std::string& file = work.options.output.file;
    if (file.empty()) return write_csv(work, write_stdout);
    replace_file(file, [&](const std::filesystem::path& beside) {
        TextFile out(beside, file);
        write_csv(work, [&](const std::string& text) { out.write(text); });
        out.close();
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
            done = work.run(nullptr);
        }
        out.close(work.results(done), work.record);
    });
}

/// What paths of a single case say beside totals.
struct PathResults {
    nlohmann::ordered_json paths = nlohmann::ordered_json::array();
    nlohmann::ordered_json why = nlohmann::ordered_json::array();
    std::vector<std::pair<std::string, Attribution>> attributions;  // by model
};

void take_path(const Work& work, Index of_case, Index model, const InventoryPath& path,
               PathResults& results) {
    if (path.output.cols() == 0) return;  // a static model
    if (work.paths) {
        results.paths.push_back(path_json(work.results(0), work.selection, of_case, model, path));
    }
    if (!work.why) return;
    const std::string& name = work.table.models()[static_cast<std::size_t>(model)];
    const Attribution found =
        attribute(work.economy, work.batch, of_case, inventory_channels(work.economy, work.batch),
                  path, work.options.every, static_cast<int>(work.options.top));
    results.why.push_back(attribution_json(name, work.economy, found));
    results.attributions.emplace_back(name, found);
}

/// People get one model's chains: the middle reading, where it is among them.
void add_why(Document& document, const Work& work, const PathResults& results) {
    if (results.attributions.empty()) {
        document.notes.emplace_back(
            "--why: no model with stocks was run, which has days to look at");
        return;
    }
    auto shown = std::find_if(results.attributions.begin(), results.attributions.end(),
                              [](const auto& each) { return each.first == "pbl-half"; });
    if (shown == results.attributions.end()) shown = results.attributions.begin();
    add_attribution(document, shown->first, work.economy, shown->second,
                    static_cast<std::size_t>(work.options.top));
}

void write_document(Work& work, const IoTable& table) {
    PathResults results;
    const bool with_paths = work.paths || work.why;
    const std::function<void(Index, Index, const InventoryPath&)> take =
        [&](Index of_case, Index model, const InventoryPath& path) {
            take_path(work, of_case, model, path, results);
        };
    const Index done = work.run(with_paths ? take : nullptr);
    Document document = shock_report(work.results(done), std::move(work.record),
                                     static_cast<std::size_t>(work.options.top));
    if (work.paths) document.structures["paths"] = std::move(results.paths);
    if (work.options.why) add_why(document, work, results);
    if (work.why) document.structures["why"] = std::move(results.why);
    if (work.options.output.with_report()) document.structures["report"] = report_facts(table);
    print(std::move(document), work.options.output);
}

/// Orders one by one are for the CPU alone: `auto` takes it and says why.
BackendChoice backend_for(const Scenario& scenario, BackendOptions options) {
    const Rationing rationing = scenario.parameters.rationing;
    const bool one_by_one =
        rationing == Rationing::largest_first || rationing == Rationing::random_priority;
    if (!one_by_one || options.name != "auto") return choose(options);
    options.name = "cpu";
    BackendChoice choice = choose(options);
    choice.reason = "rationing serves orders one by one, which the CPU does";
    return choice;
}

/// What only a single case, or days, can give.
void check_days(const ShockOptions& options, const ShockBatch& batch) {
    if (options.why && batch.num_cases() > 1) {
        throw ArgumentError(fmt::format("--why: found a scenario of {} cases, expected one case",
                                        batch.num_cases()));
    }
    if (options.every > 1 && !options.why && !options.paths) {
        throw ArgumentError("--every: found neither --paths nor --why, expected one of them");
    }
}

nlohmann::ordered_json parameters_of(const std::string& file, const Scenario& scenario,
                                     const IoTable& table, const ShockEconomy& economy,
                                     const std::vector<std::string>& models) {
    return {{"scenario", file},
            {"scenario_hash", hash_file(file)},
            {"scope", economy.world ? "world" : "home"},
            {"home", economy.home},
            {"models", models},
            {"criticality", criticality_of(scenario, table)},
            {"files", file_hashes(scenario)}};
}

void run_shock(ShockOptions options) {
    const bool netcdf = is_netcdf(options.output);
    if (options.output.with_report() && (netcdf || options.output.format == "csv")) {
        throw ArgumentError("--report: found --output " + options.output.format +
                            ", expected table or json");
    }
    if (options.names.size() == 2) options.table.name = options.names.front();
    const std::string& file = options.names.back();
    const Scenario scenario = asked_scenario(options);
    const IoTable table = open_table(options.table);
    const std::string& name = options.table.name;
    RunRecord record = start_record("shock", table);
    const ShockEconomy economy =
        naming_table(name, [&] { return scenario_economy(table, scenario); });
    const SetOptions set_options = asked_sets(options, scenario);
    const SetSelection sets = set_selection(set_options, economy.products, true);
    const Eigen::VectorXd stock_days = scenario_stock_days(scenario, economy);
    const ShockBatch batch = shock_batch(scenario, economy);
    const std::vector<std::string> models = parse_models(options.models, batch, economy.world);
    check_days(options, batch);
    PathSelection selection{nodes_of(options.only, economy), options.every};
    const BackendChoice choice = backend_for(scenario, options.backend);
    record_backend(record, choice.backend, choice.reason);
    record.threads = options.backend.threads;
    record.seed = scenario.seed;
    const std::vector<Index> accounts = asked_accounts(options.table, table);
    record.parameters = parameters_of(file, scenario, table, economy, models);
    record_sets(record.parameters, set_options, sets);
    record.parameters.update(account_parameters(options.table, table, accounts));
    Experiment experiment(economy, scenario, batch, stock_days, choice.backend,
                          parse_solve_method(options.backend.method), options.backend.threads);
    const auto num_models = static_cast<Index>(models.size());
    const bool by_node = batch.num_cases() * num_models * 2 * economy.num_nodes() <= most_doubles;
    ShockTable results(models, by_node ? economy.num_nodes() : 0, batch.num_cases(),
                       set_sums(sets, economy), account_intensities(economy, accounts));
    const DeferInterrupts finish_first;
    Work work{options,
              economy,
              scenario,
              batch,
              sets,
              experiment,
              results,
              std::move(record),
              table.meta().unit,
              choice.reason,
              std::move(selection)};
    work.why = options.why;
    work.paths = options.paths;
    // The page of one case shows its days and why; with a checkpoint there are no days.
    if (options.output.with_report() && batch.num_cases() == 1 && options.checkpoint.file.empty()) {
        if (!options.paths) work.selection.nodes.clear();
        work.why = work.paths = true;
    }
    require_distinct_keys(shock_cases(work.results(0), 0, 0));  // before any case is computed
    naming_table(name, [&] {
        if (netcdf) return write_netcdf(work);
        if (options.output.format == "csv") return write_csv(work);
        write_document(work, table);
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
        ->type_name("TABLE")
        ->required()
        ->expected(1, 2);
    add_year_option(*command, options->table);
    add_reading_options(*command, options->table);
    add_account_options(*command, options->table);
    command->add_option("--home", options->home, "region, in place of the scenario's")
        ->type_name("CODE");
    command
        ->add_option("--scope", options->scope,
                     "home: shortages pass on within home; world: through all countries; "
                     "default: the scenario's")
        ->type_name("home|world")
        ->check(one_of({"home", "world"}));
    command
        ->add_option("--model", options->models,
                     "models; band (the default): stocks under all readings of which inputs "
                     "bind; all: those that can express the scenario")
        ->type_name(fmt::format("band|all|{},...", fmt::join(shock_models(), "|")))
        ->delimiter(',')
        ->allow_extra_args(false);
    command
        ->add_option("--criticality", options->criticality,
                     "which inputs bind, in place of the scenario's; a file is CSV product,user,c")
        ->type_name("survey|cost-share|FILE");
    add_set_options(*command, options->sets, "losses by sector and set of these sets only",
                    "losses by sector times the weights of their sets, added up");
    CLI::Option* paths = command->add_flag("--paths", options->paths,
                                           "add every day's figures to JSON, CSV, NetCDF");
    command->add_option("--every", options->every, "of the paths, every so many days")
        ->type_name("N")
        ->check(whole_number(1));
    command->add_option("--only", options->only, "of the paths, these sectors")
        ->type_name("CODE,...")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->needs(paths);
    command->add_option("--top", options->top, "sectors that text shows")
        ->type_name("N")
        ->check(whole_number(0));
    CLI::Option* why = command->add_flag(
        "--why", options->why,
        "of one case: what bound whom, the chains behind the worst days, losses by source");
    CLI::Option* checkpoint = command
                                  ->add_option("--checkpoint", options->checkpoint.file,
                                               "file in which results are kept as they are made")
                                  ->type_name("FILE");
    checkpoint->excludes(paths)->excludes(why);
    command
        ->add_flag("--resume", options->checkpoint.resume, "go on from what the checkpoint holds")
        ->needs(checkpoint);
    add_backend_options(*command, options->backend);
    add_rank_output_options(*command, options->output);
    add_report_option(*command, options->output);
    command->callback([options] { run_shock(*options); });
}

}  // namespace narrows::cli
