#include "host/cli/ranking_options.hpp"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/base/hash.hpp"
#include "host/cli/options.hpp"

namespace narrows::cli {
namespace {

/// "A,B,..." as a coalition called A+B, in the order of the table. Says nothing of unknown codes.
NamedCoalition coalition_by_codes(const std::string& text,
                                  const std::vector<std::string>& regions) {
    NamedCoalition coalition{"", split(text)};
    const auto at = [&](const std::string& code) {
        return std::find(regions.begin(), regions.end(), code);
    };
    std::stable_sort(coalition.members.begin(), coalition.members.end(),
                     [&](const std::string& a, const std::string& b) { return at(a) < at(b); });
    coalition.name = fmt::format("{}", fmt::join(coalition.members, "+"));
    return coalition;
}

/// Asked for twice is ranked once; the first name stands.
void append(std::vector<NamedCoalition>& list, NamedCoalition coalition) {
    for (const NamedCoalition& each : list) {
        if (each.members == coalition.members) return;
        if (each.name == coalition.name) {
            throw ArgumentError("two coalitions are called " + in_quotes(each.name) +
                                ", expected names of their own");
        }
    }
    list.push_back(std::move(coalition));
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

std::vector<std::vector<std::string>> coalition_codes(const HomeEconomy& home,
                                                      const std::vector<Coalition>& coalitions) {
    std::vector<std::vector<std::string>> all;
    for (const Coalition& coalition : coalitions) {
        all.emplace_back();
        for (const Index origin : coalition) {
            all.back().push_back(home.origins[static_cast<std::size_t>(origin)]);
        }
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

void add_home_options(CLI::App& command, RankingOptions& options) {
    command
        .add_option("--home", options.home,
                    "region whose GDP is at risk; a national table has just one")
        ->type_name("CODE");
    command.add_option("--share", options.share, "share of the deliveries that is blocked, 0 to 1")
        ->type_name("SHARE")
        ->capture_default_str()
        ->check(number());
}

void add_coalition_options(CLI::App& command, RankingOptions& options) {
    command.add_flag("--each-origin", options.each_origin,
                     "every origin withholds alone (the default)");
    command.add_flag("--all-imports", options.all_imports, "all origins withhold together");
    command
        .add_option("--coalition", options.coalitions,
                    "origins that withhold together; may be repeated")
        ->type_name("CODE,...")
        ->delimiter('\0')
        ->allow_extra_args(false);  // a TABLE may follow
    command
        .add_option("--coalition-file", options.coalition_file,
                    "CSV coalition,member: coalitions by name, a member a line")
        ->type_name("FILE");
}

void add_loss_options(CLI::App& command, RankingOptions& options) {
    command
        .add_option("--lambda", options.lambda,
                    "share of a domestic shortfall passed on to users, 0 to below 1")
        ->type_name("SHARE")
        ->capture_default_str()
        ->check(number());
    command
        .add_option("--criticality", options.criticality,
                    "which inputs a sector cannot do without; survey: by the ratings of the table, "
                    "the default where it carries some; cost-share: by what an input costs; a "
                    "file is CSV product,user,c")
        ->type_name("survey|cost-share|FILE");
}

void add_ranking_options(CLI::App& command, RankingOptions& options) {
    add_coalition_options(command, options);
    add_loss_options(command, options);
    command
        .add_option("--tail-lambda", options.tail_lambda,
                    "share passed on in the tail, in place of --lambda")
        ->type_name("SHARE")
        ->capture_default_str()
        ->check(number());
}

AskedCoalitions asked_coalitions(const RankingOptions& options, const IoTable& table,
                                 const std::string& home) {
    AskedCoalitions asked;
    asked.home = home;
    const NamedCoalition everyone{"all", {}};
    if (!table.is_multi_regional()) {
        if (options.each_origin || !options.coalitions.empty() || !options.coalition_file.empty()) {
            throw ArgumentError("a national table knows no origins: only --all-imports");
        }
        asked.list = {everyone};
        return asked;
    }
    const std::vector<std::string> regions = codes_of(table.classification().regions());
    if (!options.coalition_file.empty()) {
        asked.file = options.coalition_file;
        asked.file_hash = hash_file(options.coalition_file);
        asked.list = read_coalitions(options.coalition_file, regions, home);
    }
    for (const std::string& codes : options.coalitions) {
        NamedCoalition coalition = coalition_by_codes(codes, regions);
        // With one home, set_home says more: home is no origin.
        for (const std::string& code : coalition.members) {
            if (home.empty()) find_code("origin", code, regions);
        }
        append(asked.list, std::move(coalition));
    }
    asked.num_chosen = asked.list.size();
    if (options.all_imports) append(asked.list, everyone);
    if (options.each_origin || asked.list.empty()) {
        for (const std::string& region : regions) {
            if (region != home) append(asked.list, {region, {region}});
        }
    }
    return asked;
}

void add_scope_option(CLI::App& command, std::string& scope) {
    command
        .add_option("--scope", scope,
                    "home: shortages pass on within home; world: through all countries and back")
        ->type_name("home|world")
        ->check(one_of({"home", "world"}))
        ->capture_default_str();
}

RankingQuery ranking_query(const RankingOptions& options, const HomeEconomy& home,
                           AskedCoalitions asked) {
    RankingQuery result;
    result.asked = std::move(asked);
    result.query.share = options.share;
    result.query.lambda = options.lambda;
    result.query.tail_lambda = options.tail_lambda;
    std::tie(result.rule, result.criticality) = criticality(options.criticality, home);
    set_home(result, home);
    if (result.rule != "survey" && result.rule != "cost-share") {
        result.file_hash = hash_file(result.rule);
    }
    return result;
}

RankingQuery ranking_query(const RankingOptions& options, const HomeEconomy& home,
                           const IoTable& table) {
    return ranking_query(options, home, asked_coalitions(options, table, home.region));
}

void set_home(RankingQuery& ranking, const HomeEconomy& home) {
    std::vector<Coalition>& coalitions = ranking.query.coalitions;
    coalitions.clear();
    ranking.coalition_names.clear();
    ranking.num_left_out = 0;
    for (std::size_t i = 0; i < ranking.asked.list.size(); ++i) {
        const auto& [name, members] = ranking.asked.list[i];
        if (ranking.asked.home.empty() &&
            std::find(members.begin(), members.end(), home.region) != members.end()) {
            if (i < ranking.asked.num_chosen) ++ranking.num_left_out;
            continue;
        }
        Coalition coalition =
            members.empty() ? all_imports(home).front() : coalition_of(home, members);
        // All others together may also have been chosen by name.
        if (std::find(coalitions.begin(), coalitions.end(), coalition) != coalitions.end()) {
            continue;
        }
        coalitions.push_back(std::move(coalition));
        ranking.coalition_names.push_back(name);
    }
    ranking.query.criticality = ranking.criticality(home);
}

void set_sets(RankingQuery& ranking, const SetSelection& sets, std::size_t num_products) {
    ranking.query.products = sets.products();
    ranking.query.weights = sets.product_weights(num_products);
}

CoalitionNames coalition_names(const HomeEconomy& home, const RankingQuery& ranking) {
    CoalitionNames names;
    auto name = ranking.coalition_names.begin();
    for (auto& codes : coalition_codes(home, ranking.query.coalitions)) {
        names.emplace(std::move(codes), *name++);
    }
    return names;
}

nlohmann::ordered_json ranking_parameters(const HomeEconomy& home, const RankingQuery& ranking,
                                          const std::string& scope) {
    const ChokepointQuery& query = ranking.query;
    nlohmann::ordered_json parameters = {{"home", home.region},
                                         {"scope", scope},
                                         {"share", query.share},
                                         {"lambda", query.lambda},
                                         {"tail_lambda", query.tail_lambda},
                                         {"criticality", ranking.rule},
                                         {"criticality_hash", ranking.file_hash},
                                         {"coalitions", coalition_codes(home, query.coalitions)}};
    if (!ranking.asked.file.empty()) {
        parameters["coalition_file"] = ranking.asked.file;
        parameters["coalition_file_hash"] = ranking.asked.file_hash;
    }
    return parameters;
}

}  // namespace narrows::cli
