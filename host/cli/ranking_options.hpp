#pragma once

#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "host/analysis/world_chokepoints.hpp"
#include "host/readers/input_files.hpp"
#include "host/report/chokepoint_report.hpp"
#include "host/table/sector_set.hpp"

namespace narrows::cli {

/// Whose choke points, who withholds what, and how shortfalls pass on.
struct RankingOptions {
    std::string home;
    bool each_origin = false;
    bool all_imports = false;
    std::vector<std::string> coalitions;  // "A,B,..." each
    std::string coalition_file;
    double share = 0.5;
    double lambda = 0.5;
    double tail_lambda = 0.9;
    std::string criticality;
};
/// Adds who withholds.
void add_coalition_options(CLI::App& command, RankingOptions& options);
/// Adds --lambda and --criticality.
void add_loss_options(CLI::App& command, RankingOptions& options);
/// Adds all of them but --home and --share.
void add_ranking_options(CLI::App& command, RankingOptions& options);
/// Adds --scope, home or world.
void add_scope_option(CLI::App& command, std::string& scope);
/// Adds those, for one home and one share.
void add_home_options(CLI::App& command, RankingOptions& options);

/// Splits "A,B,C" at its commas.
std::vector<std::string> split(const std::string& text);

/// The coalitions that were asked for, whoever home is.
struct AskedCoalitions {
    /// Of the file, of --coalition, all together, each origin; no members: everyone but home. Names
    /// are those of the file, A+B, "all", and codes of regions; no two are the same.
    std::vector<NamedCoalition> list;
    std::size_t num_chosen = 0;  // the first of the list were put together by the user
    std::string home;  // which no chosen coalition may hold; empty where there are several
    std::string file;
    nlohmann::ordered_json file_hash;
};
/// Throws what read_coalitions does; ArgumentError for an unknown code, for a name that two
/// coalitions have, and where a national table shall tell origins apart.
AskedCoalitions asked_coalitions(const RankingOptions& options, const IoTable& table,
                                 const std::string& home);

/// The query without threads and progress.
struct RankingQuery {
    ChokepointQuery query;
    AskedCoalitions asked;
    std::vector<std::string> coalition_names;  // of query.coalitions
    std::int64_t num_left_out = 0;             // chosen coalitions that home belongs to
    std::string rule;                          // "survey", "cost-share" or a file
    CriticalityRule criticality;               // the same for any region
    nlohmann::ordered_json file_hash;          // of that file, else null
};
/// Throws what coalition_of, criticality rules and read_criticality do.
RankingQuery ranking_query(const RankingOptions& options, const HomeEconomy& home,
                           AskedCoalitions asked);
/// The same for its only home; throws also what asked_coalitions does.
RankingQuery ranking_query(const RankingOptions& options, const HomeEconomy& home,
                           const IoTable& table);
/// Sets coalitions, each once, and criticality for this home. Where there are several homes, the
/// coalitions that this one belongs to are left out; else coalition_of refuses them.
void set_home(RankingQuery& ranking, const HomeEconomy& home);

/// Ranks only products of the filter, by the weights of sets; of so many products.
void set_sets(RankingQuery& ranking, const SetSelection& sets, std::size_t num_products);

/// The names of the coalitions by the codes of their origins.
CoalitionNames coalition_names(const HomeEconomy& home, const RankingQuery& ranking);

/// What was asked for, for the record.
nlohmann::ordered_json ranking_parameters(const HomeEconomy& home, const RankingQuery& ranking,
                                          const std::string& scope = "home");

}  // namespace narrows::cli
