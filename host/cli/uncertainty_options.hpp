#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "host/analysis/ranking_uncertainty.hpp"
#include "host/cli/ranking_options.hpp"
#include "host/report/document.hpp"

namespace narrows::cli {

/// How many draws of the ranking, and of what.
struct UncertaintyOptions {
    std::int64_t draws = 0;  // 0: none
    std::uint64_t seed = 1;
    std::string cell_error;  // "A" or "A,B"
    std::vector<std::string> fixed;
    bool variance_shares = false;
    std::string checkpoint;  // a file; empty: none
    bool resume = false;
};
void add_uncertainty_options(CLI::App& command, UncertaintyOptions& options);
/// Adds only --draws, whose `use` help says, --seed, --cell-error and --fix. Returns --draws.
CLI::Option* add_draw_options(CLI::App& command, UncertaintyOptions& options,
                              const std::string& use);

/// What is drawn, of `flows`; throws ArgumentError for a cell error that is none. And what draws
/// were made of, for the record; null where a source does not vary.
DrawModel draw_model(const UncertaintyOptions& options, const RankingQuery& asked,
                     const HomeEconomy& home, const Eigen::MatrixXd& flows);
nlohmann::ordered_json draw_parameters(const DrawModel& model, double lambda);

/// The uncertainty of `ranking`, with its progress. Notes seed and parameters in the record. Once a
/// signal is waiting (DeferInterrupts), the wave at hand is the last. Throws ArgumentError for a
/// cell error that is none; what DrawsFile does.
RankingUncertainty uncertainty_of(const UncertaintyOptions& options, const HomeEconomy& home,
                                  const RankingQuery& asked, const ChokepointRanking& ranking,
                                  RunRecord& record);
/// The same in world scope; the backend solves the equations.
RankingUncertainty uncertainty_of(const UncertaintyOptions& options, const IoTable& table,
                                  const HomeEconomy& home, const Backend& backend,
                                  const RankingQuery& asked, const WorldChokepointRanking& ranking,
                                  RunRecord& record);

}  // namespace narrows::cli
