// compare: two rankings.
#include <algorithm>
#include <cmath>
#include <map>
#include <memory>

#include <fmt/format.h>

#include "host/analysis/kendall.hpp"
#include "host/cli/commands.hpp"
#include "host/cli/options.hpp"
#include "host/readers/ranking_file.hpp"

namespace narrows::cli {
namespace {

struct CompareOptions {
    std::string first, second;
    std::int64_t top = -1;
    OutputOptions output;
};

using Pair = std::pair<std::string, std::vector<std::string>>;

/// A pair that both have.
struct Mover {
    const SavedRanking::Row* a;
    const SavedRanking::Row* b;
    double change() const { return b->gar_share_of_gdp - a->gar_share_of_gdp; }
};

std::vector<Mover> movers_of(const SavedRanking& a, const SavedRanking& b) {
    std::map<Pair, const SavedRanking::Row*> in_a;
    for (const SavedRanking::Row& row : a.rows) in_a[{row.product, row.coalition}] = &row;
    std::vector<Mover> movers;
    for (const SavedRanking::Row& row : b.rows) {
        const auto found = in_a.find({row.product, row.coalition});
        if (found != in_a.end()) movers.push_back({found->second, &row});
    }
    std::stable_sort(movers.begin(), movers.end(), [](const Mover& x, const Mover& y) {
        return std::abs(x.change()) > std::abs(y.change());
    });
    return movers;
}

/// What makes the two rankings of different things.
std::vector<std::string> differences(const SavedRanking& a, const SavedRanking& b) {
    std::vector<std::string> notes;
    const auto differ = [&](const char* what, const auto& of_a, const auto& of_b) {
        if (of_a != of_b) notes.push_back(fmt::format("{}: {} in A, {} in B.", what, of_a, of_b));
    };
    differ("home", a.home, b.home);
    differ("scope", a.scope, b.scope);
    differ("share", a.share, b.share);
    differ("lambda", a.lambda, b.lambda);
    differ("unit", a.unit, b.unit);
    for (const SavedRanking* each : {&a, &b}) {
        const auto rows = static_cast<std::int64_t>(each->rows.size());
        if (rows == each->num_ranked_pairs) continue;
        notes.push_back(fmt::format("{} has only the first {} of {} pairs.", each->path, rows,
                                    each->num_ranked_pairs));
    }
    return notes;
}

nlohmann::ordered_json side(const SavedRanking& ranking) {
    return {{"file", ranking.path},   {"table", ranking.table},  {"table_hash", ranking.table_hash},
            {"year", ranking.year},   {"home", ranking.home},    {"scope", ranking.scope},
            {"share", ranking.share}, {"lambda", ranking.lambda}};
}

std::string described(const SavedRanking& ranking) {
    return fmt::format("{} ({}{})", ranking.path, ranking.table,
                       ranking.year.is_null() ? "" : ", " + ranking.year.dump());
}

void run_compare(const CompareOptions& options) {
    parse_output_format(options.output.format);
    const SavedRanking a = read_ranking(InputFile(std::filesystem::path(options.first)));
    const SavedRanking b = read_ranking(InputFile(std::filesystem::path(options.second)));
    std::vector<Mover> movers = movers_of(a, b);
    std::vector<double> of_a;
    std::vector<double> of_b;
    for (const Mover& mover : movers) {
        of_a.push_back(mover.a->gar);
        of_b.push_back(mover.b->gar);
    }
    const auto common = static_cast<std::int64_t>(movers.size());

    Document document;
    document.schema = "narrows.compare/1";
    document.title = "Two rankings of choke points";
    document.run = start_record("compare");
    document.run.parameters = {{"a", side(a)}, {"b", side(b)}};
    const std::optional<double> tau = kendall_tau(of_a, of_b);
    document.fields = {
        {"", "A", Style::text, described(a)},
        {"", "B", Style::text, described(b)},
        {"common", "pairs in both", Style::count, common},
        {"only_a", "only in A", Style::count, static_cast<std::int64_t>(a.rows.size()) - common},
        {"only_b", "only in B", Style::count, static_cast<std::int64_t>(b.rows.size()) - common},
        {"kendall_tau", "Kendall's tau", Style::coefficient, tau ? Cell(*tau) : Cell()},
    };
    Sheet sheet{"rows",
                "Largest changes of GDP at risk as a share of GDP",
                {{"product", "product"},
                 {"coalition", "from", Style::text, "+"},
                 {"rank_a", "rank in A", Style::count},
                 {"rank_b", "in B", Style::count},
                 {"gar_a", "GDP at risk in A", Style::flow},
                 {"gar_b", "in B", Style::flow},
                 {"gar_share_of_gdp_a", "of GDP in A", Style::percent},
                 {"gar_share_of_gdp_b", "in B", Style::percent},
                 {"change_of_share_of_gdp", "change", Style::percent}},
                {}};
    if (options.top >= 0)
        movers.resize(std::min(movers.size(), static_cast<std::size_t>(options.top)));
    for (const Mover& mover : movers) {
        sheet.rows.push_back(cells_of(
            mover.a->product, mover.a->coalition, mover.a->rank, mover.b->rank, mover.a->gar,
            mover.b->gar, mover.a->gar_share_of_gdp, mover.b->gar_share_of_gdp, mover.change()));
    }
    document.sheets.push_back(std::move(sheet));
    document.notes = differences(a, b);
    if (options.top < 0) document.text_rows = 30;
    print(std::move(document), options.output);
}

}  // namespace

void add_compare(CLI::App& app) {
    const auto options = std::make_shared<CompareOptions>();
    CLI::App* command = app.add_subcommand(
        "compare", "Compare two rankings that rank --output json wrote: Kendall's tau, what moved");
    command->add_option("A", options->first, "the first ranking, a JSON file")
        ->type_name("FILE")
        ->required();
    command->add_option("B", options->second, "the second")->type_name("FILE")->required();
    command->add_option("--top", options->top, "only the first N rows")
        ->type_name("N")
        ->check(whole_number(0));
    add_output_options(*command, options->output);
    command->callback([options] { run_compare(*options); });
}

}  // namespace narrows::cli
