#include "host/report/chokepoint_report.hpp"

#include <fmt/format.h>

namespace narrows {
namespace {

std::vector<Cell> cells(const HomeEconomy& home, const Chokepoint& row, std::int64_t rank) {
    std::vector<std::string> coalition;
    for (const Index origin : row.coalition) {
        coalition.push_back(home.origins[static_cast<std::size_t>(origin)]);
    }
    std::vector<std::string> chain;
    for (const Index sector : row.chain) {
        chain.push_back(home.sectors[static_cast<std::size_t>(sector)].code);
    }
    return cells_of(rank, home.sectors[static_cast<std::size_t>(row.product)].code, coalition,
                    row.blocked, row.gar_linear, row.gar, row.gar_tail, row.gar_share_of_gdp,
                    row.leverage, chain, row.error_bound);
}

}  // namespace

Document chokepoint_report(const HomeEconomy& home, const ChokepointQuery& query,
                           const ChokepointRanking& ranking, const std::string& unit,
                           RunRecord run) {
    Document document;
    document.schema = "narrows.rank/1";
    document.title =
        fmt::format("Choke points of {}, {}{}", home.region.empty() ? "home" : home.region,
                    run.table, run.year != 0 ? fmt::format(" ({})", run.year) : "");
    document.run = std::move(run);
    document.fields = {
        {"home", "", Style::text, home.region},
        {"scope", "", Style::text, std::string("home")},
        {"unit", "flows in", Style::text, unit},
        {"gdp", "GDP", Style::flow, ranking.gdp},
        {"share", "share of deliveries blocked", Style::text, query.share},
        {"lambda", "shortfall passed on (lambda)", Style::text, query.lambda},
        {"tail_lambda", "the same for the tail", Style::text, query.tail_lambda},
        {"pairs", "pairs of product and origin", Style::count, ranking.num_pairs},
        {"ranked_pairs", "of them with imports to block", Style::count, ranking.num_ranked_pairs},
    };
    Sheet sheet{"rows",
                "",
                {{"rank", "rank", Style::count},
                 {"product", "product"},
                 {"coalition", "from", Style::text, "+"},
                 {"blocked", "blocked imports", Style::flow},
                 {"gar_linear", "low-loss end", Style::flow},
                 {"gar", "GDP at risk", Style::flow},
                 {"gar_tail", "tail", Style::flow},
                 {"gar_share_of_gdp", "of GDP", Style::percent},
                 {"leverage", "leverage", Style::ratio},
                 {"chain", "binding chain"},
                 {"error_bound", "error <=", Style::bound}},
                {}};
    std::int64_t rank = 0;
    for (const Chokepoint& row : ranking.rows) sheet.rows.push_back(cells(home, row, ++rank));
    document.sheets.push_back(std::move(sheet));
    document.notes = {
        "GDP at risk: value added lost in a year when the origin withholds that share of the "
        "product; an upper-type exposure, not a forecast.",
        "low-loss end: all inputs substitute for each other. tail: more of each shortfall is "
        "passed "
        "on. leverage: GDP at risk per unit of blocked imports."};
    document.fields.push_back({"negative_flows", "", Style::count, ranking.negative_flows.count});
    document.fields.push_back({"negative_flows_sum", "", Style::flow, ranking.negative_flows.sum});
    if (ranking.negative_flows.count > 0) {
        document.notes.push_back(fmt::format(
            "{} flows between sectors are below 0, together {:.6g}: nobody's need, counted as 0.",
            ranking.negative_flows.count, ranking.negative_flows.sum));
    }
    return document;
}

}  // namespace narrows
