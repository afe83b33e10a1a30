// trend: self-reliance over several years.
#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "host/analysis/trend.hpp"
#include "host/base/error.hpp"
#include "host/cli/commands.hpp"
#include "host/cli/options.hpp"
#include "host/cli/ranking_options.hpp"
#include "host/cli/set_options.hpp"
#include "host/cli/table_years.hpp"
#include "host/report/page_facts.hpp"
#include "host/report/set_report.hpp"

namespace narrows::cli {
namespace {

struct TrendOptions {
    std::vector<std::string> files;
    TableOptions table;
    std::string years;
    RankingOptions ranking;
    std::string scope = "home";
    bool common = false;
    SetOptions sets;
    std::int64_t top = -1;
    OutputOptions output;
    BackendOptions backend;
};

/// The ranking of home in the scope that was asked for.
ChokepointRanking ranked(const TrendOptions& options, const IoTable& table, const HomeEconomy& home,
                         const LeontiefModel& domestic, const RankingQuery& asked) {
    if (options.scope == "home") return rank_chokepoints(home, domestic, asked.query);
    WorldChokepointRanking world =
        rank_world_chokepoints(table, home, domestic, asked.query, asked.criticality);
    ChokepointRanking ranking;
    ranking.gdp = world.gdp;
    for (WorldChokepoint& row : world.rows) ranking.rows.push_back(std::move(row.home));
    return ranking;
}

/// The sets in use, in the sectors of the last year that was read.
struct UsedSets {
    SetSelection selection;
    std::vector<Sector> sectors;

    bool has(const std::string& product) const {
        if (!selection.has_filter()) return true;
        const std::vector<Index> chosen = selection.products();
        return std::any_of(chosen.begin(), chosen.end(), [&](Index k) {
            return sectors[static_cast<std::size_t>(k)].code == product;
        });
    }
};

/// Everything about one year; `record` is left with the certificate and the parameters.
TrendYear analyse(const TrendOptions& options, const std::string& file, const IoTable& table,
                  UsedSets& sets, RunRecord& record) {
    return naming_table(file, [&] {
        const HomeEconomy home = home_economy(table, options.ranking.home);
        RankingQuery asked = ranking_query(options.ranking, home, table);
        asked.query.num_threads = options.backend.threads;
        sets = {set_selection(options.sets, home.sectors), home.sectors};
        set_sets(asked, sets.selection, home.sectors.size());
        const BackendChoice choice = choose(options.backend);
        const SolveMethod method = parse_solve_method(options.backend.method);
        const LeontiefModel domestic(choice.backend, home.coefficients(), codes_of(home.sectors),
                                     method);
        std::optional<LeontiefModel> world;
        if (table.is_multi_regional()) {
            world.emplace(choice.backend, coefficients(table), table.classification().labels(),
                          method);
        }
        Reliance relied = reliance(table, home, domestic, world ? &*world : nullptr);
        TrendYear year = trend_year(table, home, std::move(relied),
                                    ranked(options, table, home, domestic, asked));
        record_model(record, domestic, choice.reason);
        record.parameters.update(ranking_parameters(home, asked, options.scope));
        record_sets(record.parameters, options.sets, sets.selection);
        record.parameters["tables"].push_back(
            {{"file", file}, {"year", table.meta().year}, {"hash", table.hash()}});
        return year;
    });
}

std::vector<Cell> missing_rank(const TrendRow& row, int year) {
    return cells_of(row.product, row.coalition, static_cast<std::int64_t>(year), Cell(), 0.0, 0.0,
                    0.0, 0.0);
}

/// Of every row of pair_sheet: weight times GDP at risk.
std::vector<double> weighted(const Trend& trend) {
    std::vector<double> values;
    for (const TrendRow& row : trend.rows) {
        for (const auto& pair : row.years) values.push_back(pair ? pair->weight * pair->gar : 0.0);
    }
    return values;
}

/// One row per pair and year.
Sheet pair_sheet(const Trend& trend, const UsedSets& sets) {
    Sheet sheet{"rows",
                "",
                {{"product", ""},
                 {"coalition", "", Style::text, "+"},
                 {"year", ""},
                 {"rank", ""},
                 {"blocked", ""},
                 {"gar", ""},
                 {"gar_tail", ""},
                 {"gar_share_of_gdp", ""},
                 {"best_rank", ""},
                 {"worst_rank", ""},
                 {"change_of_gar", ""},
                 {"change_of_share_of_gdp", ""}},
                {}};
    for (const TrendRow& row : trend.rows) {
        for (std::size_t y = 0; y < trend.years.size(); ++y) {
            const auto& pair = row.years[y];
            std::vector<Cell> cells =
                pair ? cells_of(row.product, row.coalition,
                                static_cast<std::int64_t>(trend.years[y].year), pair->rank,
                                pair->blocked, pair->gar, pair->gar_tail, pair->gar_share_of_gdp)
                     : missing_rank(row, trend.years[y].year);
            for (Cell& cell : cells_of(row.best_rank, row.worst_rank, row.change_of_gar,
                                       row.change_of_share_of_gdp)) {
                cells.push_back(std::move(cell));
            }
            sheet.rows.push_back(std::move(cells));
        }
    }
    if (sets.selection.has_weights()) add_weighted(sheet, weighted(trend));
    return sheet;
}

/// One row per pair, years as columns, for people.
Sheet pair_text(const Trend& trend, const UsedSets& sets) {
    Sheet sheet{"rows",
                "GDP at risk as a share of GDP, and rank",
                {{"product", "product"}, {"coalition", "from", Style::text, "+"}},
                {}};
    for (const TrendYear& year : trend.years) {
        const std::string key = std::to_string(year.year);
        sheet.columns.push_back({key, key, Style::percent});
        sheet.columns.push_back({key + "_rank", "#", Style::count});
    }
    const bool with_weights = sets.selection.has_weights();
    if (with_weights) sheet.columns.push_back({"weighted", "weighted", Style::percent});
    sheet.columns.push_back({"change", "change", Style::percent});
    sheet.columns.push_back({"ranks", "ranks", Style::text});
    for (const TrendRow& row : trend.rows) {
        std::vector<Cell> cells = cells_of(row.product, row.coalition);
        for (const auto& pair : row.years) {
            cells.emplace_back(pair ? pair->gar_share_of_gdp : 0.0);
            cells.emplace_back();
            if (pair) cells.back() = pair->rank;
        }
        const auto& last = row.years.back();
        if (with_weights) cells.emplace_back(last ? last->weight * last->gar_share_of_gdp : 0.0);
        cells.emplace_back(row.change_of_share_of_gdp);
        cells.emplace_back(fmt::format("{}-{}", row.best_rank, row.worst_rank));
        sheet.rows.push_back(std::move(cells));
    }
    return sheet;
}

Sheet year_sheet(const Trend& trend) {
    Sheet sheet{"years",
                "Home as a whole",
                {{"year", "year", Style::count},
                 {"table", "table"},
                 {"unit", "flows in"},
                 {"gdp", "GDP", Style::flow},
                 {"import_content", "import content", Style::percent},
                 {"foreign_share", "look-through foreign share", Style::percent},
                 {"foreign_share_of_inputs", "of inputs", Style::percent}},
                {}};
    for (const TrendYear& year : trend.years) {
        sheet.rows.push_back(cells_of(static_cast<std::int64_t>(year.year), year.table, year.unit,
                                      year.gdp, year.reliance.total_import_content,
                                      year.reliance.total_foreign_share,
                                      year.reliance.total_foreign_share_of_inputs));
    }
    return sheet;
}

/// One row per product and year; products that were dropped, or that no set has, are not there.
Sheet product_sheet(const Trend& trend, const UsedSets& sets) {
    Sheet sheet{"products",
                "",
                {{"product", ""},
                 {"year", ""},
                 {"import_content", ""},
                 {"foreign_share", ""},
                 {"foreign_share_of_inputs", ""}},
                {}};
    for (const std::string& product : trend.years.front().products) {
        if (!sets.has(product)) continue;
        for (const TrendYear& year : trend.years) {
            const auto at = std::find(year.products.begin(), year.products.end(), product);
            if (at == year.products.end()) continue;
            const auto k = static_cast<Index>(at - year.products.begin());
            sheet.rows.push_back(cells_of(
                product, static_cast<std::int64_t>(year.year), year.reliance.import_content[k],
                year.reliance.foreign_share[k], year.reliance.foreign_share_of_inputs[k]));
        }
    }
    return sheet;
}

/// One row per product, first and last year, for people.
Sheet product_text(const Trend& trend, const UsedSets& sets) {
    const TrendYear& first = trend.years.front();
    const TrendYear& last = trend.years.back();
    const auto heading = [](const char* what, int year) {
        return fmt::format("{} {}", what, year);
    };
    Sheet sheet{"products",
                "By product",
                {{"product", "product"},
                 {"", heading("import content", first.year), Style::percent},
                 {"", std::to_string(last.year), Style::percent},
                 {"", "change", Style::percent},
                 {"", heading("foreign share", first.year), Style::percent},
                 {"", std::to_string(last.year), Style::percent},
                 {"", "change", Style::percent}},
                {}};
    for (std::size_t k = 0; k < first.products.size(); ++k) {
        const auto at = std::find(last.products.begin(), last.products.end(), first.products[k]);
        if (at == last.products.end() || !sets.has(first.products[k])) continue;
        const auto before = static_cast<Index>(k);
        const auto after = static_cast<Index>(at - last.products.begin());
        const double content[] = {first.reliance.import_content[before],
                                  last.reliance.import_content[after]};
        const double share[] = {first.reliance.foreign_share[before],
                                last.reliance.foreign_share[after]};
        sheet.rows.push_back(cells_of(first.products[k], content[0], content[1],
                                      content[1] - content[0], share[0], share[1],
                                      share[1] - share[0]));
    }
    return sheet;
}

void add_notes(Document& document, const Trend& trend) {
    const auto dropped = [&](const char* what, const std::vector<std::string>& codes) {
        if (codes.empty()) return;
        document.notes.push_back(
            fmt::format("Left out, because some year lacks them: {} {} ({}). Ranks count the rest.",
                        codes.size(), what, fmt::join(codes, ", ")));
    };
    dropped("products", trend.dropped_products);
    dropped("origins", trend.dropped_origins);
    for (const TrendYear& year : trend.years) {
        if (year.unit == trend.years.front().unit) continue;
        document.notes.push_back(
            fmt::format("Units differ ({} in {}, {} in {}): compare shares, not flows.",
                        trend.years.front().unit, trend.years.front().year, year.unit, year.year));
        break;
    }
    document.notes.push_back(
        "import content: imports in a unit of final output. look-through foreign share: output "
        "called forth abroad over all output called forth.");
}

/// The facts of one more table; labels are those of the last.
void add_facts(nlohmann::ordered_json& report, const IoTable& table) {
    nlohmann::ordered_json tables =
        report.contains("tables") ? report["tables"] : nlohmann::ordered_json::array();
    tables.push_back(table_facts(table));
    report = report_facts(table);
    report["tables"] = std::move(tables);
}

void run_trend(const TrendOptions& options) {
    const OutputFormat format = parse_output_format(options.output.format);
    Document document;
    document.schema = "narrows.trend/1";
    document.run = start_record("trend");
    document.run.threads = options.backend.threads;
    document.run.parameters["tables"] = nlohmann::ordered_json::array();
    std::vector<TrendYear> years;
    UsedSets sets;
    nlohmann::ordered_json report;
    each_table(options.files, options.table, options.years,
               [&](const std::string& file, const IoTable& table) {
                   years.push_back(analyse(options, file, table, sets, document.run));
                   if (options.output.with_report()) add_facts(report, table);
               });
    Trend result = trend(std::move(years), options.common);
    if (options.top >= 0 && static_cast<std::size_t>(options.top) < result.rows.size()) {
        result.rows.resize(static_cast<std::size_t>(options.top));
    }
    const std::string home = document.run.parameters["home"];
    document.title = fmt::format("Self-reliance of {}, {} to {}", home.empty() ? "home" : home,
                                 result.years.front().year, result.years.back().year);
    document.fields = {
        {"home", "", Style::text, home},
        {"scope", "", Style::text, options.scope},
        {"share", "share of deliveries blocked", Style::text, options.ranking.share},
        {"lambda", "shortfall passed on (lambda)", Style::text, options.ranking.lambda},
        {"tail_lambda", "", Style::text, options.ranking.tail_lambda},
        {"dropped_products", "", Style::text, result.dropped_products},
        {"dropped_origins", "", Style::text, result.dropped_origins}};
    if (!report.is_null()) document.structures["report"] = std::move(report);
    add_sets(document, sets.selection, sets.sectors, weighted_note());
    document.sheets = {pair_sheet(result, sets), year_sheet(result), product_sheet(result, sets)};
    OutputOptions output = options.output;
    if (format == OutputFormat::table) {
        // The page shows what JSON has; text has sheets of its own.
        write_report(document, output);
        output.report.clear();
        document.sheets = {pair_text(result, sets), year_sheet(result), product_text(result, sets)};
        if (options.top < 0) document.text_rows = 30;
    }
    add_notes(document, result);
    print(std::move(document), output);
}

}  // namespace

void add_trend(CLI::App& app) {
    const auto options = std::make_shared<TrendOptions>();
    CLI::App* command = app.add_subcommand(
        "trend",
        "Self-reliance over years, one table each: import content, look-through foreign share, "
        "GDP at risk and rank of every product and origin, with changes and intervals of ranks");
    command->add_option("FILES", options->files, "tables of two years or more")
        ->type_name("TABLE")
        ->required();
    add_reading_options(*command, options->table);
    add_years_option(*command, options->years);
    add_home_options(*command, options->ranking);
    add_ranking_options(*command, options->ranking);
    add_scope_option(*command, options->scope);
    add_set_options(*command, options->sets, "follow only products of these sets",
                    "pairs go by GDP at risk times the weights of the product's sets");
    command->add_flag("--common", options->common,
                      "where sectors or origins differ between years, compare those common to all; "
                      "else that is refused");
    command->add_option("--top", options->top, "only the first N pairs")
        ->type_name("N")
        ->check(whole_number(0));
    add_backend_options(*command, options->backend);
    add_output_options(*command, options->output);
    add_report_option(*command, options->output);
    command->callback([options] { run_trend(*options); });
}

}  // namespace narrows::cli
