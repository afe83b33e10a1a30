#include "host/report/fill_report.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <fmt/format.h>

namespace narrows {
namespace {

using nlohmann::ordered_json;

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

const std::string& code_of(const HomeEconomy& home, Index product) {
    return home.sectors[static_cast<std::size_t>(product)].code;
}

/// What the goal counts, in words.
std::string at_risk(const FillQuery& query) {
    return (query.objective.empty() ? "GDP" : query.objective) + " at risk";
}

Sheet allocation_sheet(const HomeEconomy& home, const FillQuery& query, const FillResult& result) {
    Sheet sheet{"allocation",
                "",
                {{"product", "product"},
                 {"capacity", "capacity", Style::flow},
                 {"cost", "capital", Style::flow, "", true},
                 {"gar_before", at_risk(query) + " before", Style::flow},
                 {"gar_after", "after", Style::flow}},
                {}};
    for (const ProductFill& each : result.products) {
        sheet.rows.push_back(cells_of(code_of(home, each.product), each.capacity, each.cost,
                                      each.gar_before, each.gar_after));
    }
    return sheet;
}

Sheet moves_sheet(const HomeEconomy& home, const FillResult& result) {
    Sheet sheet{"moves",
                "Imports to move",
                {{"product", "product"},
                 {"from", "from"},
                 {"to", "to"},
                 {"flow", "flow", Style::flow},
                 {"cost", "capital", Style::flow}},
                {}};
    for (std::size_t i = 0; i < result.investments.size(); ++i) {
        const Investment& each = result.investments[i];
        const double flow = result.fill.amounts[static_cast<Index>(i)];
        if (each.is_capacity() || !(flow > 0.0)) continue;
        sheet.rows.push_back(
            cells_of(code_of(home, each.product), home.origins[static_cast<std::size_t>(each.from)],
                     home.origins[static_cast<std::size_t>(each.to)], flow, flow * each.unit_cost));
    }
    return sheet;
}

ordered_json frontier_json(const FillResult& result) {
    ordered_json points = ordered_json::array();
    for (const FrontierPoint& point : result.frontier) {
        points.push_back({{"budget", point.budget}, {"gar", point.gar}});
    }
    return points;
}

/// The budget at which the frontier, straight between its points, comes down to `gar`.
double budget_for(const std::vector<FrontierPoint>& frontier, double gar) {
    for (std::size_t i = 1; i < frontier.size(); ++i) {
        const FrontierPoint& high = frontier[i - 1];
        const FrontierPoint& low = frontier[i];
        if (low.gar > gar || !(high.gar > low.gar)) continue;
        const double along = std::max(0.0, (high.gar - gar) / (high.gar - low.gar));
        return high.budget + along * (low.budget - high.budget);
    }
    return not_a_number;
}

/// What a tenth, two tenths, ... less GDP at risk takes, for people.
Sheet frontier_sheet(const FillQuery& query, const FillResult& result) {
    Sheet sheet{"",
                "What it takes",
                {{"lower_by", at_risk(query) + " lower by", Style::percent},
                 {"budget", "budget", Style::flow, "", true}},
                {}};
    for (int tenth = 1; tenth <= 10; ++tenth) {
        const double left = result.base * (10 - tenth) / 10.0;
        const double budget = budget_for(result.frontier, left);
        if (!std::isnan(budget)) sheet.rows.push_back(cells_of(0.1 * tenth, budget));
    }
    return sheet;
}

/// The allocations beside each other, for people.
Sheet comparison_sheet(const FillQuery& query, const FillResult& result,
                       const std::optional<FillDraws>& draws) {
    Sheet sheet{"",
                "Beside others",
                {{"allocation", "allocation"}, {"gar", at_risk(query), Style::flow, "", true}},
                {}};
    const std::array<std::pair<const char*, double>, 4> allocations = {
        {{"optimum", result.fill.gar},
         {"greedy", result.greedy.gar},
         {"proportional to imports", result.proportional.gar},
         {"none", result.base}}};
    if (draws) {
        for (const char* heading : {"median of draws", "5 %", "95 %"}) {
            sheet.columns.push_back({heading, heading, Style::flow});
        }
    }
    for (std::size_t a = 0; a < allocations.size(); ++a) {
        std::vector<Cell> row = cells_of(std::string(allocations[a].first), allocations[a].second);
        if (draws) {
            row.emplace_back(draws->gar[a].median);
            row.emplace_back(draws->gar[a].q05);
            row.emplace_back(draws->gar[a].q95);
        }
        sheet.rows.push_back(std::move(row));
    }
    return sheet;
}

ordered_json draws_json(const FillDraws& draws) {
    ordered_json figures = {{"draws", draws.num_draws}, {"failed_draws", draws.num_failed}};
    const std::array<const char*, 4> names = {"optimum", "greedy", "proportional", "base"};
    for (std::size_t a = 0; a < names.size(); ++a) {
        const DrawnRisk& gar = draws.gar[a];
        figures[names[a]] = {{"median", gar.median}, {"q05", gar.q05}, {"q95", gar.q95}};
    }
    figures["p_optimum_lowest"] = draws.p_lowest;
    return figures;
}

std::vector<Field> fields_of(const HomeEconomy& home, const FillQuery& query,
                             const FillResult& result, const std::string& unit) {
    std::vector<Field> fields;
    const auto add = [&](const char* key, const std::string& heading, Style style, Cell value) {
        Field& field = fields.emplace_back();
        field.key = key;
        field.heading = heading;
        field.style = style;
        field.value = std::move(value);
    };
    const bool limited = std::isfinite(query.budget);
    add("home", "", Style::text, home.region);
    add("unit", "flows and capital in", Style::text, unit);
    if (query.objective.empty()) {
        add("gdp", "GDP", Style::flow, home.gdp());
    } else {
        add("objective", "objective", Style::text, query.objective);
        add("objective_total", query.objective, Style::flow, home.value_added.sum());
    }
    add("scenarios", "scenarios", Style::count, static_cast<std::int64_t>(query.blockades.size()));
    add("goal", at_risk(query) + " is", Style::text,
        query.cvar_level > 0.0
            ? fmt::format("the mean of the worst {:.6g} %", 100.0 * (1.0 - query.cvar_level))
            : std::string("the mean"));
    add("lambda", "shortfall passed on (lambda)", Style::text, query.lambda);
    add("budget", limited ? "budget" : "", Style::flow, query.budget);
    add("spent", "spent", Style::flow, result.fill.spent);
    add("base", at_risk(query) + " before", Style::flow, result.base);
    add("optimum", at_risk(query) + " after", Style::flow, result.fill.gar);
    add("lower_bound", "", Style::flow, result.fill.lower_bound);
    add("dual", "removed by one more unit of capital", Style::coefficient,
        result.fill.dual.value_or(not_a_number));
    add("method", "", Style::text,
        std::string(result.separable   ? "merged slopes"
                    : result.fill.dual ? "linear programme"
                                       : "whole numbers"));
    return fields;
}

/// What the allocation does to satellite accounts: in JSON, and for people.
void add_accounts(const HomeEconomy& home, const FillQuery& query, const FillResult& result,
                  Document& document) {
    if (query.accounts.empty()) return;
    Sheet sheet{"accounts",
                "Accounts at risk",
                {{"account", "account"},
                 {"unit", "unit"},
                 {"before", "at risk before", Style::flow},
                 {"after", "after", Style::flow}},
                {}};
    for (std::size_t k = 0; k < query.accounts.size(); ++k) {
        const auto& account = home.satellites[static_cast<std::size_t>(query.accounts[k])];
        sheet.rows.push_back(cells_of(account.name, account.unit, result.accounts[k].before,
                                      result.accounts[k].after));
    }
    document.sheets.push_back(std::move(sheet));
    document.notes.emplace_back(
        "Accounts at risk: what of home's account stands on the output that is lost under the "
        "same scenarios.");
}

}  // namespace

Document fill_report(const HomeEconomy& home, const FillQuery& query, const FillResult& result,
                     const std::optional<FillDraws>& draws, const std::string& unit,
                     RunRecord run) {
    Document document;
    document.schema = "narrows.fill/1";
    document.title =
        fmt::format("Gaps to fill of {}, {}{}", home.region.empty() ? "home" : home.region,
                    run.table, run.year != 0 ? fmt::format(" ({})", run.year) : "");
    document.run = std::move(run);
    document.fields = fields_of(home, query, result, unit);
    document.structures["frontier"] = frontier_json(result);
    document.structures["baselines"] = {{"greedy", result.greedy.gar},
                                        {"proportional", result.proportional.gar}};
    document.structures["draws"] = draws ? draws_json(*draws) : ordered_json();
    document.sheets.push_back(allocation_sheet(home, query, result));
    if (query.diversification) document.sheets.push_back(moves_sheet(home, result));
    document.sheets.push_back(comparison_sheet(query, result, draws));
    document.sheets.push_back(frontier_sheet(query, result));
    document.text_rows = static_cast<std::size_t>(
        std::count_if(result.products.begin(), result.products.end(),
                      [](const ProductFill& each) { return each.gar_before > 0.0; }));
    document.notes = {
        fmt::format("{}: {} lost in a year, weighted over the scenarios; an upper-type exposure, "
                    "not a forecast. Of a product: were each scenario to withhold it alone.",
                    at_risk(query),
                    query.objective.empty() ? "value added" : "what stands on the output"),
        "capacity: output per year that stands in for whoever withholds; it is itself taken as "
        "safe. docs/fill.md says what that rests on."};
    add_accounts(home, query, result, document);
    if (!result.separable) {
        document.notes.emplace_back(
            "greedy and proportional keep to no constraint and move no imports.");
    }
    if (draws) {
        document.notes.push_back(fmt::format(
            "In {:.0f} % of {} draws that it was not fitted to, no other allocation is lower.",
            100.0 * draws->p_lowest, draws->num_draws - draws->num_failed));
    }
    return document;
}

}  // namespace narrows
