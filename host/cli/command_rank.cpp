#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/base/hash.hpp"
#include "host/cli/commands.hpp"
#include "host/cli/options.hpp"
#include "host/readers/input_files.hpp"
#include "host/report/chokepoint_report.hpp"

namespace narrows::cli {
namespace {

struct RankOptions {
    TableOptions table = {.name = "world-2011"};
    std::string home;
    bool each_origin = false;
    bool all_imports = false;
    std::vector<std::string> coalitions;  // "A,B,..." each
    double share = 0.5;
    double lambda = 0.5;
    double tail_lambda = 0.9;
    std::string criticality;
    std::int64_t top = -1;
    OutputOptions output;
    BackendOptions backend;
};

std::vector<std::string> split(const std::string& text) {
    std::vector<std::string> parts;
    for (std::size_t at = 0; at <= text.size();) {
        const std::size_t comma = std::min(text.find(',', at), text.size());
        parts.push_back(text.substr(at, comma - at));
        at = comma + 1;
    }
    return parts;
}

std::vector<Coalition> coalitions(const RankOptions& options, const HomeEconomy& home,
                                  bool multi_regional) {
    if (!multi_regional) {
        if (options.each_origin || !options.coalitions.empty()) {
            throw ArgumentError("a national table knows no origins: only --all-imports");
        }
        return all_imports(home);
    }
    std::vector<Coalition> result;
    for (const std::string& codes : options.coalitions) {
        result.push_back(coalition_of(home, split(codes)));
    }
    if (options.all_imports) result.push_back(all_imports(home).front());
    if (options.each_origin || result.empty()) {
        for (Coalition& coalition : each_origin(home)) result.push_back(std::move(coalition));
    }
    // Asked for twice is ranked once.
    std::vector<Coalition> distinct;
    for (Coalition& coalition : result) {
        if (std::find(distinct.begin(), distinct.end(), coalition) == distinct.end()) {
            distinct.push_back(std::move(coalition));
        }
    }
    return distinct;
}

/// The rule that was used and its matrix; without a wish, survey where the table has ratings.
std::pair<std::string, Eigen::MatrixXd> criticality(const std::string& wish,
                                                    const HomeEconomy& home) {
    const std::string rule = !wish.empty()             ? wish
                             : home.ratings.size() > 0 ? "survey"
                                                       : "cost-share";
    if (rule == "survey") return {rule, survey_criticality(home)};
    if (rule == "cost-share") return {rule, cost_share_criticality(home)};
    return {rule, read_criticality(rule, home.sectors)};
}

nlohmann::ordered_json coalition_codes(const HomeEconomy& home,
                                       const std::vector<Coalition>& coalitions) {
    auto all = nlohmann::ordered_json::array();
    for (const Coalition& coalition : coalitions) {
        auto codes = nlohmann::ordered_json::array();
        for (const Index origin : coalition) {
            codes.push_back(home.origins[static_cast<std::size_t>(origin)]);
        }
        all.push_back(std::move(codes));
    }
    return all;
}

void run_rank(const RankOptions& options) {
    parse_output_format(options.output.format);
    const IoTable table = open_table(options.table);
    RunRecord record = start_record("rank", table);
    const HomeEconomy home =
        naming_table(options.table.name, [&] { return home_economy(table, options.home); });

    ChokepointQuery query;
    query.coalitions = coalitions(options, home, table.is_multi_regional());
    query.share = options.share;
    query.lambda = options.lambda;
    query.tail_lambda = options.tail_lambda;
    query.num_threads = options.backend.threads;
    auto [rule, matrix] = criticality(options.criticality, home);
    query.criticality = std::move(matrix);

    const nlohmann::ordered_json file_hash = rule == "survey" || rule == "cost-share"
                                                 ? nlohmann::ordered_json()
                                                 : nlohmann::ordered_json(hash_file(rule));

    const BackendChoice choice = choose(options.backend);
    const LeontiefModel model = naming_table(options.table.name, [&] {
        return LeontiefModel(choice.backend, home.coefficients(), codes_of(home.sectors),
                             parse_solve_method(options.backend.method));
    });
    Progress progress("scenarios");
    query.progress = [&](std::int64_t done, std::int64_t total) { progress(done, total); };
    ChokepointRanking ranking =
        naming_table(options.table.name, [&] { return rank_chokepoints(home, model, query); });

    record_model(record, model, choice.reason);
    record.threads = options.backend.threads;
    record.parameters = {
        {"home", home.region},
        {"scope", "home"},
        {"share", options.share},
        {"lambda", options.lambda},
        {"tail_lambda", options.tail_lambda},
        {"criticality", rule},
        {"criticality_hash", file_hash},
        {"coalitions", coalition_codes(home, query.coalitions)},
        {"top", options.top < 0 ? nlohmann::ordered_json() : nlohmann::ordered_json(options.top)}};
    if (options.top >= 0 && static_cast<std::size_t>(options.top) < ranking.rows.size()) {
        ranking.rows.resize(static_cast<std::size_t>(options.top));
    }
    Document document =
        chokepoint_report(home, query, ranking, table.meta().unit, std::move(record));
    document.fields.push_back({"", "criticality", Style::text, rule});
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
    command->add_option("--home", options->home,
                        "region whose GDP is at risk; a national table has just one");
    command->add_flag("--each-origin", options->each_origin,
                      "every origin withholds alone (the default)");
    command->add_flag("--all-imports", options->all_imports, "all origins withhold together");
    command
        ->add_option("--coalition", options->coalitions,
                     "origins A,B,... that withhold together; may be repeated")
        ->delimiter('\0')
        ->allow_extra_args(false);  // a TABLE may follow
    command
        ->add_option("--share", options->share, "share of the deliveries that is blocked, 0 to 1")
        ->capture_default_str()
        ->check(number());
    command
        ->add_option("--lambda", options->lambda,
                     "share of a domestic shortfall passed on to users, 0 to below 1")
        ->capture_default_str()
        ->check(number());
    command->add_option("--tail-lambda", options->tail_lambda, "the same for the tail")
        ->capture_default_str()
        ->check(number());
    command->add_option("--criticality", options->criticality,
                        "survey (default where the table carries ratings), cost-share, or a CSV "
                        "file product,user,c");
    command->add_option("--top", options->top, "only the first N rows")->check(whole_number(0));
    add_backend_options(*command, options->backend);
    add_output_options(*command, options->output);
    command->callback([options] { run_rank(*options); });
}

}  // namespace narrows::cli
