#pragma once

#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "host/analysis/world_chokepoints.hpp"

namespace narrows::cli {

/// Whose choke points, who withholds what, and how shortfalls pass on.
struct RankingOptions {
    std::string home;
    bool each_origin = false;
    bool all_imports = false;
    std::vector<std::string> coalitions;  // "A,B,..." each
    double share = 0.5;
    double lambda = 0.5;
    double tail_lambda = 0.9;
    std::string criticality;
};
void add_ranking_options(CLI::App& command, RankingOptions& options);

/// Splits "A,B,C" at its commas.
std::vector<std::string> split(const std::string& text);

/// The query without threads and progress. Throws what coalition_of, criticality rules and
/// read_criticality do; ArgumentError where a national table shall tell origins apart.
struct RankingQuery {
    ChokepointQuery query;
    std::string rule;                  // "survey", "cost-share" or a file
    CriticalityRule criticality;       // the same for any region
    nlohmann::ordered_json file_hash;  // of that file, else null
};
RankingQuery ranking_query(const RankingOptions& options, const HomeEconomy& home,
                           bool multi_regional);

/// What was asked for, for the record.
nlohmann::ordered_json ranking_parameters(const HomeEconomy& home, const RankingQuery& ranking,
                                          const std::string& scope = "home");

}  // namespace narrows::cli
