#include "host/cli/uncertainty_options.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>

#include "host/base/error.hpp"
#include "host/base/interrupt.hpp"
#include "host/cli/options.hpp"
#include "host/readers/csv.hpp"

namespace narrows::cli {
namespace {

CellErrors cell_errors(const std::string& text) {
    CellErrors errors;
    if (text.empty()) return errors;
    const std::vector<std::string> parts = split(text);
    const std::optional<double> large = parse_number(parts.front());
    if (parts.size() == 2) errors.exponent = parse_number(parts.back());
    if (!large || parts.size() > 2 || (parts.size() == 2 && !errors.exponent)) {
        throw ArgumentError("--cell-error: found " + in_quotes(text) +
                            ", expected one number A or two, A,B");
    }
    errors.large = *large;
    return errors;
}

/// The rule's ratings; the values of a file are their own.
CriticalityRatings ratings_of(const RankingQuery& asked, const HomeEconomy& home) {
    if (asked.rule == "survey") return survey_ratings(home);
    if (asked.rule == "cost-share") return cost_share_ratings(home);
    return {asked.query.criticality, 0.0};
}

}  // namespace

DrawModel draw_model(const UncertaintyOptions& options, const RankingQuery& asked,
                     const HomeEconomy& home, const Eigen::MatrixXd& flows) {
    DrawModel model;
    model.seed = options.seed;
    model.cell_errors = cell_errors(options.cell_error);
    model.cell_errors.exponent = cell_error_exponent(flows, model.cell_errors);
    model.criticality = ratings_of(asked, home);
    for (std::size_t source = 0; source < num_sources; ++source) {
        model.varies[source] = std::find(options.fixed.begin(), options.fixed.end(),
                                         source_names[source]) == options.fixed.end();
    }
    return model;
}

nlohmann::ordered_json draw_parameters(const DrawModel& model, double lambda) {
    using Json = nlohmann::ordered_json;
    const auto if_varying = [&](Source source, Json value) {
        return model.varies[static_cast<std::size_t>(source)] ? std::move(value) : Json();
    };
    const LambdaRange range = lambda_range(lambda);
    const double ramp_end = model.criticality.ramp_end;
    const Json ramp = ramp_end > 0.0 ? Json::array({0.5 * ramp_end, 2.0 * ramp_end}) : Json();
    return {{"cell_error", if_varying(Source::data, Json::array({model.cell_errors.large,
                                                                 *model.cell_errors.exponent}))},
            {"ramp_end_range", if_varying(Source::criticality, ramp)},
            {"rating_concentration", if_varying(Source::criticality, model.rating_concentration)},
            {"lambda_range", if_varying(Source::lambda, Json::array({range.low, range.high}))}};
}

namespace {

/// How many draws there are and how many rows are shown does not change a draw.
std::string key_of(const RunRecord& record) {
    return checkpoint_key(record, {"draws", "top"});
}

/// Draws with their progress, kept in a checkpoint where one is asked for.
template <class Ranking>
RankingUncertainty run_draws(const UncertaintyOptions& options, const RankingQuery& asked,
                             DrawModel model, std::size_t num_pairs, RunRecord& record,
                             const Ranking& uncertainty) {
    Progress progress("draws");
    UncertaintyQuery query;
    query.model = std::move(model);
    query.num_draws = options.draws;
    query.variance_shares = options.variance_shares;
    query.num_threads = asked.query.num_threads;
    query.progress = [&](std::int64_t done, std::int64_t total) { progress(done, total); };
    record.seed = options.seed;
    record.parameters["draws"] = options.draws;
    record.parameters["variance_shares"] = options.variance_shares;
    record.parameters.update(draw_parameters(query.model, asked.query.lambda));
    std::optional<DrawsFile> file;
    if (!options.checkpoint.empty()) {
        file.emplace(options.checkpoint, key_of(record),
                     values_of_draw(query, static_cast<Index>(num_pairs)), options.resume);
        query.file = &*file;
    }
    query.stop = [] { return DeferInterrupts::is_waiting(); };
    RankingUncertainty result = uncertainty(query);
    if (result.num_draws < options.draws) {
        say_interrupted(result.num_draws, options.draws, "draws", options.checkpoint);
    }
    return result;
}

}  // namespace

CLI::Option* add_draw_options(CLI::App& command, UncertaintyOptions& options,
                              const std::string& use) {
    CLI::Option* draws = command.add_option("--draws", options.draws, "Monte Carlo draws: " + use)
                             ->type_name("N")
                             ->check(whole_number(1));
    command.add_option("--seed", options.seed, "of the draws' random numbers")
        ->type_name("N")
        ->capture_default_str()
        ->check(whole_number(0, std::numeric_limits<std::uint64_t>::max()))
        ->needs(draws);
    command
        .add_option("--cell-error", options.cell_error,
                    "relative standard error of flows: A of those of 1 % of all and more, grows "
                    "as z^-B for smaller ones; default: 0.05, and ten times that for the smallest")
        ->type_name("A[,B]")
        ->check(not_empty())
        ->needs(draws);
    command.add_option("--fix", options.fixed,
                       "sources of error to leave out")
        ->type_name("data|criticality|lambda,...")
        ->delimiter(',')
        ->allow_extra_args(false)  // a TABLE may follow
        ->check(one_of({"data", "criticality", "lambda"}))
        ->needs(draws);
    return draws;
}

void add_uncertainty_options(CLI::App& command, UncertaintyOptions& options) {
    const OptionGroup group(command, "Uncertainty");
    CLI::Option* draws =
        add_draw_options(command, options, "medians, intervals and chances beside the ranking");
    command
        .add_flag(
            "--variance-shares", options.variance_shares,
            "what share of the variance each source of error has; takes about four times as long")
        ->needs(draws);
    CLI::Option* checkpoint = command
                                  .add_option("--checkpoint", options.checkpoint,
                                              "file in which draws are kept as they are made")
                                  ->type_name("FILE")
                                  ->check(not_empty())
                                  ->needs(draws);
    command
        .add_flag("--resume", options.resume,
                  "go on from what the checkpoint holds, also to more draws")
        ->needs(checkpoint);
}

RankingUncertainty uncertainty_of(const UncertaintyOptions& options, const HomeEconomy& home,
                                  const RankingQuery& asked, const ChokepointRanking& ranking,
                                  RunRecord& record) {
    NegativeFlows negative_flows;  // the ranking has counted them
    const Purchases bought = purchases(without_negative_flows(home, negative_flows));
    return run_draws(options, asked, draw_model(options, asked, home, bought.flows),
                     ranking.rows.size(), record, [&](const UncertaintyQuery& query) {
                         return ranking_uncertainty(home, asked.query, ranking, query);
                     });
}

RankingUncertainty uncertainty_of(const UncertaintyOptions& options, const IoTable& table,
                                  const HomeEconomy& home, const Backend& backend,
                                  const RankingQuery& asked, const WorldChokepointRanking& ranking,
                                  RunRecord& record) {
    return run_draws(options, asked, draw_model(options, asked, home, table.Z().cwiseMax(0.0)),
                     ranking.rows.size(), record, [&](const UncertaintyQuery& query) {
                         return ranking_uncertainty(table, home, backend, asked.query, ranking,
                                                    query);
                     });
}

}  // namespace narrows::cli
