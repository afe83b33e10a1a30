#include <memory>
#include <optional>

#include "host/base/interrupt.hpp"
#include "host/cli/column_options.hpp"
#include "host/cli/commands.hpp"
#include "host/cli/options.hpp"
#include "host/cli/rank_grid.hpp"
#include "host/cli/ranking_options.hpp"
#include "host/cli/uncertainty_options.hpp"
#include "host/report/chokepoint_report.hpp"
#include "host/report/uncertainty_report.hpp"

namespace narrows::cli {
namespace {

struct RankOptions {
    TableOptions table = {.name = "world-2011"};
    GridOptions grid;
    RankingOptions ranking;
    ColumnOptions columns;
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

void run_rank(RankOptions options) {
    const bool netcdf = is_netcdf(options.output);
    const UncertaintyOptions& draws = options.uncertainty;
    const IoTable table = open_table(options.table);
    const std::vector<std::string> homes = homes_of(options.grid, table);
    const std::vector<double> shares = shares_of(options.grid);
    if (homes.size() > 1 || shares.size() > 1 || netcdf) {
        if (!options.columns.columns.empty() || !options.columns.geopolitics.empty()) {
            throw ArgumentError(
                "--columns takes one home and one share, and table, csv or json as --output");
        }
        if (draws.draws > 0) {
            throw ArgumentError(
                "--draws takes one home and one share, and table, csv or json as --output");
        }
        return run_rank_grid({table, options.table.name, options.ranking, homes, shares,
                              options.scope, options.top, options.output, options.backend});
    }
    options.ranking.home = homes.front();
    options.ranking.share = shares.front();
    RunRecord record = start_record("rank", table);
    const HomeEconomy home =
        naming_table(options.table.name, [&] { return home_economy(table, options.ranking.home); });

    RankingQuery asked = ranking_query(options.ranking, home, table);
    ChokepointQuery& query = asked.query;
    query.num_threads = options.backend.threads;
    const ColumnQuery columns = column_query(options.columns, table, home);

    const BackendChoice choice = choose(options.backend);
    const LeontiefModel model = naming_table(options.table.name, [&] {
        return LeontiefModel(choice.backend, home.coefficients(), codes_of(home.sectors),
                             parse_solve_method(options.backend.method));
    });
    Progress progress("scenarios");
    query.progress = [&](std::int64_t done, std::int64_t total) { progress(done, total); };

    record_model(record, model, choice.reason);
    record.threads = options.backend.threads;
    record.parameters = ranking_parameters(home, asked, options.scope);
    record.parameters["top"] =
        options.top < 0 ? nlohmann::ordered_json() : nlohmann::ordered_json(options.top);
    std::optional<DeferInterrupts> finish_first;  // what is complete is printed all the same
    std::optional<RankingUncertainty> uncertainty;
    Document document;
    if (options.scope == "world") {
        WorldChokepointRanking ranking = naming_table(options.table.name, [&] {
            return rank_world_chokepoints(table, home, model, query, asked.criticality);
        });
        if (draws.draws > 0) {
            finish_first.emplace();
            uncertainty = naming_table(options.table.name, [&] {
                return uncertainty_of(draws, table, home, model.backend(), asked, ranking, record);
            });
        }
        keep_top(ranking.rows, options.top);
        document = world_chokepoint_report(home, table.classification(), query, ranking,
                                           table.meta().unit, std::move(record));
    } else {
        ChokepointRanking ranking =
            naming_table(options.table.name, [&] { return rank_chokepoints(home, model, query); });
        if (draws.draws > 0) {
            finish_first.emplace();
            uncertainty = naming_table(options.table.name, [&] {
                return uncertainty_of(draws, home, asked, ranking, record);
            });
        }
        keep_top(ranking.rows, options.top);
        document = chokepoint_report(home, query, ranking, table.meta().unit, std::move(record));
    }
    if (uncertainty) {
        add_uncertainty(document, *uncertainty, draws.draws, draws.variance_shares);
    }
    naming_table(options.table.name, [&] {
        add_columns(document, columns, table, home, model,
                    parse_solve_method(options.backend.method));
    });
    if (!asked.asked.file.empty()) add_coalition_names(document, coalition_names(home, asked));
    document.fields.push_back({"", "criticality", Style::text, asked.rule});
    if (options.top < 0) document.text_rows = 30;
    if (document.sheets.front().rows.empty()) {
        document.notes.insert(document.notes.begin(), "No imports are blocked: nothing to rank.");
    }
    print(std::move(document), options.output);
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
    add_uncertainty_options(*command, options->uncertainty);
    add_scope_option(*command, options->scope);
    command->add_option("--top", options->top, "only the first N rows")->check(whole_number(0));
    add_backend_options(*command, options->backend);
    add_rank_output_options(*command, options->output);
    command->callback([options] { run_rank(*options); });
}

}  // namespace narrows::cli
