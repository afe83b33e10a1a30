#include <memory>
#include <optional>

#include "host/base/interrupt.hpp"
#include "host/cli/account_options.hpp"
#include "host/cli/column_options.hpp"
#include "host/cli/commands.hpp"
#include "host/cli/options.hpp"
#include "host/cli/rank_grid.hpp"
#include "host/cli/ranking_options.hpp"
#include "host/cli/set_options.hpp"
#include "host/cli/uncertainty_options.hpp"
#include "host/report/chokepoint_report.hpp"
#include "host/report/page_facts.hpp"
#include "host/report/set_report.hpp"
#include "host/report/uncertainty_report.hpp"

namespace narrows::cli {
namespace {

struct RankOptions {
    TableOptions table = {.name = "world-2011"};
    GridOptions grid;
    RankingOptions ranking;
    ColumnOptions columns;
    SetOptions sets;
    UncertaintyOptions uncertainty;
    std::string scope = "home";
    std::int64_t top = -1;
    OutputOptions output;
    BackendOptions backend;
};

template <class Row>
void keep_top(std::vector<Row>& rows, std::int64_t top) {
    if (top >= 0 && static_cast<std::size_t>(top) < rows.size()) {
        rows.resize(static_cast<std::size_t>(top));
    }
}

/// One home at one share, and what is known before it is ranked.
struct Work {
    const RankOptions& options;
    const IoTable& table;
    const HomeEconomy& home;
    const LeontiefModel& model;
    const RankingQuery& asked;
    RunRecord record;
    /// Taken before the first draw: an interrupt waits until what is complete is printed.
    std::optional<DeferInterrupts> finish_first;
};

/// Whether draws are asked for; then an interrupt waits from here on.
bool with_draws(Work& work) {
    if (work.options.uncertainty.draws > 0) work.finish_first.emplace();
    return work.options.uncertainty.draws > 0;
}

void add_draws(Document& document, const std::optional<RankingUncertainty>& uncertainty,
               const UncertaintyOptions& asked) {
    if (uncertainty) add_uncertainty(document, *uncertainty, asked.draws, asked.variance_shares);
}

Document rank_home(Work& work) {
    const RankOptions& options = work.options;
    ChokepointRanking ranking = rank_chokepoints(work.home, work.model, work.asked.query);
    std::optional<RankingUncertainty> uncertainty;
    if (with_draws(work)) {
        uncertainty =
            uncertainty_of(options.uncertainty, work.home, work.asked, ranking, work.record);
    }
    keep_top(ranking.rows, options.top);
    nlohmann::ordered_json losses;
    if (options.output.with_report()) {
        losses = loss_trees(work.home, work.asked.query, ranking.rows);
    }
    Document document = chokepoint_report(work.home, work.asked.query, ranking,
                                          work.table.meta().unit, std::move(work.record));
    add_draws(document, uncertainty, options.uncertainty);
    if (!losses.is_null()) document.structures["report"]["losses"] = std::move(losses);
    return document;
}

Document rank_world(Work& work) {
    const RankOptions& options = work.options;
    WorldChokepointRanking ranking = rank_world_chokepoints(
        work.table, work.home, work.model, work.asked.query, work.asked.criticality);
    std::optional<RankingUncertainty> uncertainty;
    if (with_draws(work)) {
        uncertainty = uncertainty_of(options.uncertainty, work.table, work.home,
                                     work.model.backend(), work.asked, ranking, work.record);
    }
    keep_top(ranking.rows, options.top);
    Document document =
        world_chokepoint_report(work.home, work.table.classification(), work.asked.query, ranking,
                                work.table.meta().unit, std::move(work.record));
    add_draws(document, uncertainty, options.uncertainty);
    return document;
}

/// Everything but what draws add.
void complete(RunRecord& record, const RankOptions& options, const HomeEconomy& home,
              const LeontiefModel& model, const RankingQuery& asked,
              const std::string& backend_reason) {
    record_model(record, model, backend_reason);
    record.threads = options.backend.threads;
    record.parameters = ranking_parameters(home, asked, options.scope);
    record.parameters["top"] =
        options.top < 0 ? nlohmann::ordered_json() : nlohmann::ordered_json(options.top);
}

/// What the page shows beside the ranking.
void add_facts(Document& document, const IoTable& table, const std::string& home,
               const SetSelection& sets, const Backend& backend, SolveMethod method) {
    nlohmann::ordered_json& report = document.structures["report"];
    report.update(report_facts(table));
    if (!table.is_multi_regional()) return;
    const LeontiefModel world(backend, coefficients(table), table.classification().labels(),
                              method);
    HomeExposure exposure = home_exposure(table, home, world);
    if (sets.has_filter()) {
        exposure = of_sectors(exposure, table.classification(), sets.products());
    }
    report["exposure"] =
        to_json(exposure_sheet(table, exposure, table.classification().region(home)));
}

void rank_one(const RankOptions& options, const IoTable& table) {
    const std::string& name = options.table.name;
    RunRecord record = start_record("rank", table);
    const SolveMethod method = parse_solve_method(options.backend.method);
    const HomeEconomy home =
        naming_table(name, [&] { return home_economy(table, options.ranking.home); });
    RankingQuery asked = ranking_query(options.ranking, home, table);
    asked.query.num_threads = options.backend.threads;
    asked.query.accounts = asked_accounts(options.table, table);
    const SetSelection sets = set_selection(options.sets, home.sectors);
    set_sets(asked, sets, home.sectors.size());
    const ColumnQuery columns = column_query(options.columns, table, home);
    const BackendChoice choice = choose(options.backend);
    const LeontiefModel model = naming_table(name, [&] {
        return LeontiefModel(choice.backend, home.coefficients(), codes_of(home.sectors), method);
    });
    Progress progress("scenarios");
    asked.query.progress = [&](std::int64_t done, std::int64_t total) { progress(done, total); };

    complete(record, options, home, model, asked, choice.reason);
    record_sets(record.parameters, options.sets, sets);
    record.parameters.update(account_parameters(options.table, table, asked.query.accounts));
    Work work{options, table, home, model, asked, std::move(record), std::nullopt};
    Document document = naming_table(
        name, [&] { return options.scope == "world" ? rank_world(work) : rank_home(work); });
    naming_table(name, [&] { add_columns(document, columns, table, home, model, method); });
    if (!asked.asked.file.empty()) add_coalition_names(document, coalition_names(home, asked));
    if (options.output.with_report()) {
        naming_table(
            name, [&] { add_facts(document, table, home.region, sets, choice.backend, method); });
    }
    document.fields.push_back({"", "criticality", Style::text, asked.rule});
    add_sets(document, sets, home.sectors, weighted_note());
    if (options.top < 0) document.text_rows = 30;
    if (document.sheets.front().rows.empty()) {
        document.notes.insert(document.notes.begin(), "No imports are blocked: nothing to rank.");
    }
    print(std::move(document), options.output);
}

/// Throws ArgumentError for what a grid does not do.
void check_grid(const RankOptions& options) {
    constexpr const char* one = " takes one home and one share, and table, csv or json as --output";
    if (!options.columns.columns.empty() || !options.columns.geopolitics.empty()) {
        throw ArgumentError(std::string("--columns") + one);
    }
    if (!options.table.read.accounts.empty() || !options.table.accounts_file.empty()) {
        throw ArgumentError(std::string("--account") + one);
    }
    if (options.uncertainty.draws > 0) throw ArgumentError(std::string("--draws") + one);
    if (options.output.with_report()) throw ArgumentError(std::string("--report") + one);
}

void run_rank(RankOptions options) {
    const bool netcdf = is_netcdf(options.output);
    const IoTable table = open_table(options.table);
    const std::vector<std::string> homes = homes_of(options.grid, table);
    const std::vector<double> shares = shares_of(options.grid);
    if (homes.size() > 1 || shares.size() > 1 || netcdf) {
        check_grid(options);
        run_rank_grid({table, options.table.name, options.ranking, options.sets, homes, shares,
                       options.scope, options.top, options.output, options.backend});
        return;
    }
    options.ranking.home = homes.front();
    options.ranking.share = shares.front();
    rank_one(options, table);
}

}  // namespace

void add_rank(CLI::App& app) {
    const auto options = std::make_shared<RankOptions>();
    CLI::App* command = app.add_subcommand(
        "rank", "Rank choke points: products whose withholding puts most GDP at risk");
    add_table_argument(*command, options->table, false);
    add_grid_options(*command, options->grid);
    add_ranking_options(*command, options->ranking);
    add_column_options(*command, options->columns);
    add_account_options(*command, options->table);
    add_set_options(*command, options->sets, "rank only products of these sets",
                    "ranks go by GDP at risk times the weights of the product's sets");
    add_uncertainty_options(*command, options->uncertainty);
    add_scope_option(*command, options->scope);
    command->add_option("--top", options->top, "only the first N rows")
        ->type_name("N")
        ->check(whole_number(0));
    add_backend_options(*command, options->backend);
    add_rank_output_options(*command, options->output);
    add_report_option(*command, options->output);
    command->callback([options] { run_rank(*options); });
}

}  // namespace narrows::cli
