#include "host/report/shock_report.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "host/report/set_report.hpp"
#include "host/shock/set_losses.hpp"

namespace narrows {
namespace {

using nlohmann::ordered_json;

/// Losses in shares of what there is in the same time.
double share_of(double value, double of_year, double years) {
    return of_year > 0.0 ? value / (of_year * years) : 0.0;
}

struct Reader {
    const ShockResults& results;

    bool single() const { return results.num_done == 1 && results.batch.num_cases() == 1; }
    double total(ShockTable::Measure measure, Index model, Index of_case) const {
        return results.table.total(measure, model, of_case);
    }
    double gdp_share(Index model, Index of_case) const {
        return share_of(total(ShockTable::value_added_loss, model, of_case), results.economy.gdp(),
                        total(ShockTable::years, model, of_case));
    }
    std::vector<Index> sets() const { return shown_sets(results.sets); }
    const std::string& set_name(Index set) const {
        return results.sets.sets[static_cast<std::size_t>(set)].name;
    }
    const std::string& model(Index m) const {
        return results.table.models()[static_cast<std::size_t>(m)];
    }
};

std::vector<Column> account_columns(const ShockTable& table) {
    std::vector<Column> columns;
    for (const AccountIntensity& account : table.accounts()) {
        columns.push_back({account.name + "_loss",
                           fmt::format("{} lost ({})", account.name, account.unit), Style::flow});
    }
    return columns;
}

/// A model in a case, in the order of the columns of cases_sheet().
std::vector<Cell> case_row(const Reader& reader, Index m, Index c, Index num_sums) {
    const ShockResults& results = reader.results;
    std::vector<Cell> row;
    row.emplace_back(results.batch.cases[static_cast<std::size_t>(c)]);
    for (Index v = 0; v < results.batch.values.rows(); ++v) {
        row.emplace_back(results.batch.values(v, c));
    }
    row.emplace_back(reader.model(m));
    row.emplace_back(reader.total(ShockTable::value_added_loss, m, c));
    row.emplace_back(reader.gdp_share(m, c));
    row.emplace_back(reader.total(ShockTable::output_loss, m, c));
    for (Index k = 0; k < results.table.num_accounts(); ++k) {
        row.emplace_back(results.table.account_loss(k, m, c));
    }
    for (const auto measure :
         {ShockTable::years, ShockTable::peak_share, ShockTable::peak_day, ShockTable::unmet_demand,
          ShockTable::final_cost, ShockTable::residual}) {
        row.emplace_back(reader.total(measure, m, c));
    }
    for (Index sum = 0; sum < num_sums; ++sum) {
        row.emplace_back(results.table.value_added_sum(sum, m, c));
    }
    return row;
}

Sheet cases_sheet(const Reader& reader, Index first, Index last) {
    const ShockResults& results = reader.results;
    const bool single = reader.single();
    Sheet sheet{single ? "" : "cases", "", {{"case", single ? "" : "case"}}, {}};
    for (const std::string& name : results.batch.parameters) {
        sheet.columns.push_back({name, name, Style::coefficient});
    }
    std::vector<Column> measures = {{"model", "model"},
                                    {"value_added_loss", "value added lost", Style::flow},
                                    {"gdp_share", "of GDP", Style::percent, "", true},
                                    {"output_loss", "output lost", Style::flow},
                                    {"years", "", Style::ratio},
                                    {"peak_share", "at worst", Style::percent},
                                    {"peak_day", "on day", Style::count},
                                    {"unmet_demand", "final demand unmet", Style::flow},
                                    {"final_cost", "final users pay more", Style::flow},
                                    {"residual", "residual", Style::bound}};
    constexpr std::ptrdiff_t behind_output = 4;
    const std::vector<Column> accounts = account_columns(results.table);
    measures.insert(measures.begin() + behind_output, accounts.begin(), accounts.end());
    sheet.columns.insert(sheet.columns.end(), measures.begin(), measures.end());
    const std::vector<Index> sets = reader.sets();
    for (const Index set : sets) {
        sheet.columns.push_back({"value_added_loss_" + reader.set_name(set), "", Style::flow});
    }
    const bool weighted = results.sets.has_weights();
    if (weighted) sheet.columns.push_back({"weighted_loss", "weighted loss", Style::flow});
    const Index num_sums = static_cast<Index>(sets.size()) + (weighted ? 1 : 0);
    for (Index c = first; c < last; ++c) {
        for (Index m = 0; m < results.table.num_models(); ++m) {
            sheet.rows.push_back(case_row(reader, m, c, num_sums));
        }
    }
    return sheet;
}

/// Mean and quantiles of every model; empty of a single case.
Sheet spread_sheet(const Reader& reader) {
    const ShockResults& results = reader.results;
    Sheet sheet{"",
                "Value added lost in all cases",
                {{"model", "model"},
                 {"mean", "mean", Style::flow},
                 {"low", "5 %", Style::flow},
                 {"median", "median", Style::flow},
                 {"high", "95 %", Style::flow},
                 {"largest", "largest", Style::flow}},
                {}};
    if (reader.single()) return sheet;
    for (Index m = 0; m < results.table.num_models(); ++m) {
        const Eigen::VectorXd losses =
            results.table.totals(ShockTable::value_added_loss, m, results.num_done);
        sheet.rows.push_back(cells_of(reader.model(m), losses.mean(), quantile(losses, 0.05),
                                      quantile(losses, 0.5), quantile(losses, 0.95),
                                      losses.maxCoeff()));
    }
    return sheet;
}

/// Nodes by their largest loss of value added under any model.
std::vector<Index> nodes_by_loss(const ShockResults& results) {
    Eigen::VectorXd largest = Eigen::VectorXd::Zero(results.table.num_nodes());
    for (Index m = 0; m < results.table.num_models(); ++m) {
        const Eigen::VectorXd losses = results.table.mean_value_added_loss(m, results.num_done);
        if (losses.allFinite()) largest = largest.cwiseMax(losses.cwiseAbs());
    }
    std::vector<Index> nodes = shown_nodes(results.sets, results.economy);
    std::stable_sort(nodes.begin(), nodes.end(),
                     [&](Index a, Index b) { return largest[a] > largest[b]; });
    return nodes;
}

/// Who loses, one column per model; for text.
Sheet sectors_sheet(const Reader& reader, std::size_t top) {
    const ShockResults& results = reader.results;
    Sheet sheet{"", "Value added lost by sector", {{"sector", "sector"}}, {}};
    if (results.table.num_nodes() == 0) return sheet;
    std::vector<Eigen::VectorXd> losses;
    for (Index m = 0; m < results.table.num_models(); ++m) {
        sheet.columns.push_back({reader.model(m), reader.model(m), Style::flow});
        losses.push_back(results.table.mean_value_added_loss(m, results.num_done));
    }
    for (const Index node : nodes_by_loss(results)) {
        if (sheet.rows.size() == top) break;
        std::vector<Cell> row;
        row.emplace_back(results.economy.label(node));
        for (const Eigen::VectorXd& of_model : losses) row.emplace_back(of_model[node]);
        sheet.rows.push_back(std::move(row));
    }
    return sheet;
}

/// What sets lose, one column per model; for text.
Sheet sets_sheet(const Reader& reader) {
    Sheet sheet{"", "Value added lost by set", {{"set", "set"}}, {}};
    for (Index m = 0; m < reader.results.table.num_models(); ++m) {
        sheet.columns.push_back({reader.model(m), reader.model(m), Style::flow});
    }
    Index sum = 0;
    for (const Index set : reader.sets()) {
        std::vector<Cell> row = cells_of(reader.set_name(set));
        for (Index m = 0; m < reader.results.table.num_models(); ++m) {
            row.emplace_back(
                reader.results.table.value_added_sums(sum, m, reader.results.num_done).mean());
        }
        sheet.rows.push_back(std::move(row));
        ++sum;
    }
    return sheet;
}

ordered_json by_set(const Reader& reader, Index model) {
    const ShockTable& table = reader.results.table;
    ordered_json rows = ordered_json::array();
    Index sum = 0;
    for (const Index set : reader.sets()) {
        const Index num_done = reader.results.num_done;
        rows.push_back({{"set", reader.set_name(set)},
                        {"value_added_loss", table.value_added_sums(sum, model, num_done).mean()},
                        {"output_loss", table.output_sums(sum, model, num_done).mean()}});
        ++sum;
    }
    return rows;
}

ordered_json by_sector(const Reader& reader, Index model) {
    const ShockResults& results = reader.results;
    ordered_json rows = ordered_json::array();
    const Eigen::VectorXd losses =
        results.table.totals(ShockTable::value_added_loss, model, results.num_done);
    if (results.table.num_nodes() == 0 || !losses.allFinite()) return rows;
    const Eigen::VectorXd value_added =
        results.table.mean_value_added_loss(model, results.num_done);
    const Eigen::VectorXd output = results.table.mean_output_loss(model, results.num_done);
    for (const Index node : shown_nodes(results.sets, results.economy)) {
        ordered_json row = {{"sector", results.economy.label(node)},
                            {"value_added_loss", value_added[node]},
                            {"output_loss", output[node]}};
        for (const AccountIntensity& account : results.table.accounts()) {
            row[account.name + "_loss"] = account.per_output[node] * output[node];
        }
        rows.push_back(std::move(row));
    }
    return rows;
}

void add_account_losses(const Reader& reader, Index of_model, ordered_json& model) {
    const ShockTable& table = reader.results.table;
    for (Index k = 0; k < table.num_accounts(); ++k) {
        const std::string key = table.accounts()[static_cast<std::size_t>(k)].name + "_loss";
        const Eigen::VectorXd losses = table.account_losses(k, of_model, reader.results.num_done);
        model[key] = losses.mean();
        if (reader.single()) continue;
        model[key + "_q05"] = quantile(losses, 0.05);
        model[key + "_q95"] = quantile(losses, 0.95);
    }
}

ordered_json models_json(const Reader& reader) {
    const ShockResults& results = reader.results;
    ordered_json models = ordered_json::array();
    for (Index m = 0; m < results.table.num_models(); ++m) {
        const auto mean = [&](ShockTable::Measure measure) {
            return results.table.totals(measure, m, results.num_done).mean();
        };
        const double years = mean(ShockTable::years);
        ordered_json model = {{"model", reader.model(m)},
                              {"value_added_loss", mean(ShockTable::value_added_loss)},
                              {"gdp_share", share_of(mean(ShockTable::value_added_loss),
                                                     results.economy.gdp(), years)},
                              {"output_loss", mean(ShockTable::output_loss)},
                              {"years", years}};
        add_account_losses(reader, m, model);
        if (reader.single()) {
            model["peak_share"] = mean(ShockTable::peak_share);
            model["peak_day"] = mean(ShockTable::peak_day);
        } else {
            const Eigen::VectorXd losses =
                results.table.totals(ShockTable::value_added_loss, m, results.num_done);
            model["value_added_loss_q05"] = quantile(losses, 0.05);
            model["value_added_loss_median"] = quantile(losses, 0.5);
            model["value_added_loss_q95"] = quantile(losses, 0.95);
            model["value_added_loss_max"] = losses.maxCoeff();
        }
        model["unmet_demand"] = mean(ShockTable::unmet_demand);
        model["final_cost"] = mean(ShockTable::final_cost);
        model["residual"] =
            results.table.totals(ShockTable::residual, m, results.num_done).maxCoeff();
        if (results.sets.has_weights()) {
            const auto sum = static_cast<Index>(reader.sets().size());
            model["weighted_loss"] =
                results.table.value_added_sums(sum, m, results.num_done).mean();
        }
        model["warnings"] = results.table.warnings(m);
        if (!results.sets.sets.empty()) model["by_set"] = by_set(reader, m);
        model["by_sector"] = by_sector(reader, m);
        models.push_back(std::move(model));
    }
    return models;
}

/// Drops columns that say nothing: what no model at hand has.
void hide_empty_columns(Sheet& sheet) {
    for (std::size_t i = 0; i < sheet.columns.size(); ++i) {
        const std::string& key = sheet.columns[i].key;
        static const std::set<std::string> may_be_empty = {"final_cost", "peak_day", "peak_share",
                                                           "residual", "unmet_demand"};
        if (!may_be_empty.contains(key)) continue;
        const bool says_nothing = std::all_of(sheet.rows.begin(), sheet.rows.end(), [&](auto& row) {
            const double* const value = std::get_if<double>(&row[i]);
            return value == nullptr || *value == 0.0 || std::isnan(*value);
        });
        if (says_nothing) sheet.columns[i].heading.clear();
    }
}

std::string band_of(const Reader& reader) {
    double low = 0.0;
    double high = 0.0;
    Index least = 0;
    Index most = 0;
    bool any = false;
    for (Index m = 0; m < reader.results.table.num_models(); ++m) {
        const double share = reader.gdp_share(m, 0);
        if (std::isnan(share)) continue;
        if (!any || share < low) std::tie(low, least) = std::pair(share, m);
        if (!any || share > high) std::tie(high, most) = std::pair(share, m);
        any = true;
    }
    return fmt::format("{:.2f} % ({}) to {:.2f} % ({}) of GDP", 100.0 * low, reader.model(least),
                       100.0 * high, reader.model(most));
}

}  // namespace

Sheet shock_cases(const ShockResults& results, Index first, Index last) {
    return cases_sheet({results}, first, last);
}

Document shock_report(const ShockResults& results, RunRecord run, std::size_t top) {
    const Reader reader{results};
    const ShockEconomy& economy = results.economy;
    Document document;
    document.schema = "narrows.shock/1";
    const std::string where = economy.world          ? "the world"
                              : economy.home.empty() ? run.table
                                                     : economy.home;
    document.title = fmt::format("{}: {}, {}{}", results.scenario.name, where, run.table,
                                 run.year == 0 ? "" : fmt::format(" ({})", run.year));
    document.fields = {
        {"scenario", "", Style::text, results.scenario.name},
        {"description", "", Style::text, results.scenario.description},
        {"unit", "flows in", Style::text, results.unit},
        {"gdp", "GDP of a year", Style::flow, economy.gdp()},
        {"days", "days", Style::count, static_cast<std::int64_t>(results.batch.days)},
        {"num_cases", reader.single() ? "" : "cases", Style::count,
         static_cast<std::int64_t>(results.num_done)}};
    if (reader.single() && results.table.num_models() > 1) {
        document.fields.push_back({"", "value added lost", Style::text, band_of(reader)});
    }
    for (const AccountIntensity& account : results.table.accounts()) {
        document.structures["accounts"].push_back({{"account", account.name},
                                                   {"unit", account.unit},
                                                   {"total", account.per_output.dot(economy.x)}});
    }
    add_sets(
        document, results.sets, economy.products,
        "weighted loss: losses of value added times the weights of all sets that the sector is "
        "in.");
    document.structures["models"] = models_json(reader);
    Sheet cases = cases_sheet(reader, 0, results.num_done);
    hide_empty_columns(cases);
    document.sheets.push_back(std::move(cases));
    document.sheets.push_back(spread_sheet(reader));
    if (!results.sets.sets.empty()) document.sheets.push_back(sets_sheet(reader));
    document.sheets.push_back(sectors_sheet(reader, top));
    document.text_rows = reader.single() ? SIZE_MAX : 0;
    if (!reader.single()) document.notes.push_back("Every case: --output csv.");
    for (Index m = 0; m < results.table.num_models(); ++m) {
        for (const std::string& warning : results.table.warnings(m)) {
            document.notes.push_back("warning: " + reader.model(m) + ": " + warning);
        }
    }
    document.run = std::move(run);
    return document;
}

}  // namespace narrows
