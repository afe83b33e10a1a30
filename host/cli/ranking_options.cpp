#include "host/cli/ranking_options.hpp"

#include <algorithm>
#include <tuple>

#include "host/base/error.hpp"
#include "host/base/hash.hpp"
#include "host/cli/options.hpp"
#include "host/readers/input_files.hpp"

namespace narrows::cli {
namespace {

std::vector<Coalition> coalitions(const RankingOptions& options, const HomeEconomy& home,
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

/// The rule by its name; without a wish, survey where the table has ratings.
std::pair<std::string, CriticalityRule> criticality(const std::string& wish,
                                                    const HomeEconomy& home) {
    const std::string rule = !wish.empty()             ? wish
                             : home.ratings.size() > 0 ? "survey"
                                                       : "cost-share";
    if (rule == "survey") return {rule, survey_criticality};
    if (rule == "cost-share") return {rule, cost_share_criticality};
    return {rule, [c = read_criticality(rule, home.sectors)](const HomeEconomy&) { return c; }};
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

}  // namespace

std::vector<std::string> split(const std::string& text) {
    std::vector<std::string> parts;
    for (std::size_t at = 0; at <= text.size();) {
        const std::size_t comma = std::min(text.find(',', at), text.size());
        parts.push_back(text.substr(at, comma - at));
        at = comma + 1;
    }
    return parts;
}

void add_ranking_options(CLI::App& command, RankingOptions& options) {
    command.add_option("--home", options.home,
                       "region whose GDP is at risk; a national table has just one");
    command.add_flag("--each-origin", options.each_origin,
                     "every origin withholds alone (the default)");
    command.add_flag("--all-imports", options.all_imports, "all origins withhold together");
    command
        .add_option("--coalition", options.coalitions,
                    "origins A,B,... that withhold together; may be repeated")
        ->delimiter('\0')
        ->allow_extra_args(false);  // a TABLE may follow
    command.add_option("--share", options.share, "share of the deliveries that is blocked, 0 to 1")
        ->capture_default_str()
        ->check(number());
    command
        .add_option("--lambda", options.lambda,
                    "share of a domestic shortfall passed on to users, 0 to below 1")
        ->capture_default_str()
        ->check(number());
    command.add_option("--tail-lambda", options.tail_lambda, "the same for the tail")
        ->capture_default_str()
        ->check(number());
    command.add_option("--criticality", options.criticality,
                       "survey (default where the table carries ratings), cost-share, or a CSV "
                       "file product,user,c");
}

RankingQuery ranking_query(const RankingOptions& options, const HomeEconomy& home,
                           bool multi_regional) {
    RankingQuery result;
    result.query.coalitions = coalitions(options, home, multi_regional);
    result.query.share = options.share;
    result.query.lambda = options.lambda;
    result.query.tail_lambda = options.tail_lambda;
    std::tie(result.rule, result.criticality) = criticality(options.criticality, home);
    result.query.criticality = result.criticality(home);
    if (result.rule != "survey" && result.rule != "cost-share") {
        result.file_hash = hash_file(result.rule);
    }
    return result;
}

nlohmann::ordered_json ranking_parameters(const HomeEconomy& home, const RankingQuery& ranking,
                                          const std::string& scope) {
    const ChokepointQuery& query = ranking.query;
    return {{"home", home.region},
            {"scope", scope},
            {"share", query.share},
            {"lambda", query.lambda},
            {"tail_lambda", query.tail_lambda},
            {"criticality", ranking.rule},
            {"criticality_hash", ranking.file_hash},
            {"coalitions", coalition_codes(home, query.coalitions)}};
}

}  // namespace narrows::cli
