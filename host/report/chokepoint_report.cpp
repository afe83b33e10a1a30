#include "host/report/chokepoint_report.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "host/report/satellite_units.hpp"
#include "host/report/set_report.hpp"

namespace narrows {
namespace {

std::vector<std::string> codes_of_coalition(const HomeEconomy& home, const Chokepoint& row) {
    std::vector<std::string> coalition;
    for (const Index origin : row.coalition) {
        coalition.push_back(home.origins[static_cast<std::size_t>(origin)]);
    }
    return coalition;
}

std::vector<Cell> cells(const HomeEconomy& home, const Chokepoint& row, std::int64_t rank) {
    std::vector<std::string> chain;
    for (const Index sector : row.chain) {
        chain.push_back(home.sectors[static_cast<std::size_t>(sector)].code);
    }
    return cells_of(rank, home.sectors[static_cast<std::size_t>(row.product)].code,
                    codes_of_coalition(home, row), row.blocked, row.gar_linear, row.gar,
                    row.gar_tail, row.gar_share_of_gdp, row.leverage, chain, row.error_bound);
}

/// Amounts at risk of satellite accounts, behind the other columns.
void add_accounts(const HomeEconomy& home, const ChokepointQuery& query, Document& document) {
    if (query.accounts.empty()) return;
    for (const Index place : query.accounts) {
        const SatelliteAccount& account = home.satellites[static_cast<std::size_t>(place)];
        const std::string& name = account.name;
        const std::string heading = fmt::format("{} at risk ({})", name, account.unit);
        std::vector<Column>& columns = document.sheets.front().columns;
        columns.push_back({name + "_linear", name + " low-loss end", Style::flow});
        columns.push_back({name + "_at_risk", heading, Style::flow});
        columns.push_back({name + "_tail", name + " tail", Style::flow});
    }
    document.structures["accounts"] = satellite_units(home.satellites, query.accounts);
    document.notes.emplace_back(
        "Accounts at risk: what of home's account stands on the output that is lost, as GDP at "
        "risk counts value added.");
}

void append_accounts(const Chokepoint& row, std::vector<Cell>& cells) {
    for (const AmountAtRisk& each : row.accounts) {
        cells.emplace_back(each.linear);
        cells.emplace_back(each.amount);
        cells.emplace_back(each.tail);
    }
}

std::vector<Cell> cells(const HomeEconomy& home, const Classification& classes,
                        const WorldChokepoint& row, std::int64_t rank) {
    const Chokepoint& at_home = row.home;
    const std::string& product = home.sectors[static_cast<std::size_t>(at_home.product)].code;
    std::vector<std::string> chain = {product};
    for (const Index node : row.chain) chain.push_back(classes.label(node));
    return cells_of(rank, product, codes_of_coalition(home, at_home), at_home.blocked,
                    at_home.gar_linear, at_home.gar, at_home.gar_tail, at_home.gar_share_of_gdp,
                    at_home.leverage, row.blow_back, row.world, chain, at_home.error_bound);
}

/// All that both scopes have in common; the rows are still missing.
template <class Ranking>
Document ranking_document(const HomeEconomy& home, const ChokepointQuery& query,
                          const Ranking& ranking, const char* scope, const std::string& unit,
                          RunRecord run) {
    Document document;
    document.schema = "narrows.rank/1";
    document.title =
        fmt::format("Choke points of {}, {}{}", home.region.empty() ? "home" : home.region,
                    run.table, run.year != 0 ? fmt::format(" ({})", run.year) : "");
    document.run = std::move(run);
    document.fields = {
        {"home", "", Style::text, home.region},
        {"scope", "", Style::text, std::string(scope)},
        {"unit", "flows in", Style::text, unit},
        {"gdp", "GDP", Style::flow, ranking.gdp},
        {"share", "share of deliveries blocked", Style::text, query.share},
        {"lambda", "shortfall passed on (lambda)", Style::text, query.lambda},
        {"tail_lambda", "the same for the tail", Style::text, query.tail_lambda},
        {"pairs", "pairs of product and origin", Style::count, ranking.num_pairs},
        {"ranked_pairs", "of them with imports to block", Style::count, ranking.num_ranked_pairs},
    };
    document.sheets.push_back({"rows",
                               "",
                               {{"rank", "rank", Style::count},
                                {"product", "product"},
                                {"coalition", "from", Style::text, "+"},
                                {"blocked", "blocked imports", Style::flow},
                                {"gar_linear", "low-loss end", Style::flow},
                                {"gar", "GDP at risk", Style::flow},
                                {"gar_tail", "tail", Style::flow},
                                {"gar_share_of_gdp", "of GDP", Style::percent, "", true},
                                {"leverage", "leverage", Style::ratio},
                                {"chain", "binding chain"},
                                {"error_bound", "error <=", Style::bound}},
                               {}});
    document.notes = ranking_notes();
    document.fields.push_back({"negative_flows", "", Style::count, ranking.negative_flows.count});
    document.fields.push_back({"negative_flows_sum", "", Style::flow, ranking.negative_flows.sum});
    if (ranking.negative_flows.count > 0) {
        document.notes.push_back(fmt::format(
            "{} flows between sectors are below 0, together {:.6g}: nobody's need, counted as 0.",
            ranking.negative_flows.count, ranking.negative_flows.sum));
    }
    return document;
}

}  // namespace

Document chokepoint_report(const HomeEconomy& home, const ChokepointQuery& query,
                           const ChokepointRanking& ranking, const std::string& unit,
                           RunRecord run) {
    Document document = ranking_document(home, query, ranking, "home", unit, std::move(run));
    std::int64_t rank = 0;
    Sheet& sheet = document.sheets.front();
    std::vector<double> weighted;
    for (const Chokepoint& row : ranking.rows) {
        sheet.rows.push_back(cells(home, row, ++rank));
        weighted.push_back(row.weight * row.gar);
    }
    if (query.weights.size() > 0) add_weighted(sheet, weighted);
    for (std::size_t i = 0; i < ranking.rows.size(); ++i) {
        append_accounts(ranking.rows[i], sheet.rows[i]);
    }
    add_accounts(home, query, document);
    return document;
}

Document world_chokepoint_report(const HomeEconomy& home, const Classification& classes,
                                 const ChokepointQuery& query,
                                 const WorldChokepointRanking& ranking, const std::string& unit,
                                 RunRecord run) {
    Document document = ranking_document(home, query, ranking, "world", unit, std::move(run));
    Sheet& sheet = document.sheets.front();
    sheet.columns.insert(sheet.columns.end() - 2, {{"blow_back", "blow-back", Style::flow, " + "},
                                                   {"world", "world", Style::flow}});
    std::int64_t rank = 0;
    std::vector<double> weighted;
    for (const WorldChokepoint& row : ranking.rows) {
        sheet.rows.push_back(cells(home, classes, row, ++rank));
        weighted.push_back(row.home.weight * row.home.gar);
    }
    if (query.weights.size() > 0) add_weighted(sheet, weighted);
    for (std::size_t i = 0; i < ranking.rows.size(); ++i) {
        append_accounts(ranking.rows[i].home, sheet.rows[i]);
    }
    add_accounts(home, query, document);
    document.notes.push_back(world_note());
    return document;
}

std::vector<std::string> ranking_notes() {
    return {
        "GDP at risk: value added lost in a year when the origin withholds that share of the "
        "product; an upper-type exposure, not a forecast.",
        "low-loss end: all inputs substitute for each other. tail: more of each shortfall is "
        "passed on. leverage: GDP at risk per unit of blocked imports."};
}

std::string world_note() {
    return "World scope: shortages also travel through other countries. blow-back: what those who "
           "withhold lose themselves, in their order. world: what all countries lose.";
}

void add_coalition_names(Document& document, const CoalitionNames& names) {
    Sheet& sheet = document.sheets.front();
    const auto codes = std::find_if(sheet.columns.begin(), sheet.columns.end(),
                                    [](const Column& each) { return each.key == "coalition"; });
    const auto at = codes - sheet.columns.begin();
    const Column column{"coalition_name", std::exchange(codes->heading, "")};
    sheet.columns.insert(sheet.columns.begin() + at + 1, column);
    for (std::vector<Cell>& row : sheet.rows) {
        const std::string& name = names.at(std::get<std::vector<std::string>>(row.begin()[at]));
        row.emplace(row.begin() + at + 1, name);
    }
}

}  // namespace narrows
