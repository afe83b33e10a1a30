// clusters: industrial clusters of home, held against the frontier.
#include <charconv>
#include <limits>
#include <memory>
#include <set>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/cli/commands.hpp"
#include "host/cli/options.hpp"
#include "host/cli/ranking_options.hpp"
#include "host/cli/table_years.hpp"
#include "host/report/clusters_report.hpp"

namespace narrows::cli {
namespace {

struct ClustersOptions {
    std::vector<std::string> files = {"world-2011"};
    TableOptions table;
    std::string years;
    RankingOptions ranking;
    std::string method = "leiden";
    double resolution = 1.0;
    std::string seeds = "100";
    std::string excluded;  // "A,B"
    std::string frontier_by = "value-added";
    std::string not_compared;  // "A,B"
    WorldClass world_class;
    OutputOptions output;
    BackendOptions backend;
};

constexpr std::uint32_t most_runs = 100000;

std::uint32_t parse_seed(const std::string& text, std::uint32_t highest) {
    std::uint32_t seed = 0;
    const char* end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, seed);
    if (parsed.ec != std::errc() || parsed.ptr != end || seed < 1 || seed > highest) {
        throw ArgumentError(fmt::format("--seeds: found {}, expected a whole number from 1 to {}",
                                        in_quotes(text), highest));
    }
    return seed;
}

/// A number N: 1 to N. A list: those.
std::vector<std::uint32_t> parse_seeds(const std::string& text) {
    const std::vector<std::string> parts = split(text);
    std::set<std::uint32_t> seeds;
    if (parts.size() == 1) {
        const std::uint32_t runs = parse_seed(text, most_runs);
        for (std::uint32_t seed = 1; seed <= runs; ++seed) seeds.insert(seed);
    } else {
        for (const std::string& part : parts) {
            if (!seeds.insert(parse_seed(part, std::numeric_limits<std::uint32_t>::max())).second) {
                throw ArgumentError("--seeds: " + in_quotes(part) + " is there twice");
            }
        }
    }
    return {seeds.begin(), seeds.end()};
}

std::vector<std::string> codes_in(const std::string& text) {
    return text.empty() ? std::vector<std::string>() : split(text);
}

/// Everything that one table says; `record` is left with the certificates and the parameters.
YearFacts analyse(const ClustersOptions& options, const std::string& file, const IoTable& table,
                  RunRecord& record) {
    return naming_table(file, [&] {
        const HomeEconomy home = home_economy(table, options.ranking.home);
        std::vector<Index> excluded;
        for (const std::string& code : codes_in(options.excluded)) {
            excluded.push_back(find_code("sector", code, codes_of(home.sectors)));
        }
        YearFacts facts;
        facts.network = flow_network(home, excluded);
        RankingQuery asked = ranking_query(options.ranking, home, table);
        asked.query.num_threads = options.backend.threads;
        const BackendChoice choice = choose(options.backend);
        const LeontiefModel domestic(choice.backend, home.coefficients(), codes_of(home.sectors));
        std::optional<LeontiefModel> world;
        if (table.is_multi_regional()) {
            world.emplace(choice.backend, coefficients(table), table.classification().labels());
        }
        facts.year = table.meta().year;
        facts.table = file;
        facts.unit = table.meta().unit;
        facts.sectors = home.sectors;
        facts.frontier = frontier_of(table, home, domestic, world ? &*world : nullptr);
        facts.risk = product_risk(home, domestic, asked.query);
        facts.home = home.region;
        record_further_model(record, domestic, choice.reason);
        if (world) record_further_model(record, *world, choice.reason);
        record.parameters.update(ranking_parameters(home, asked));
        record.parameters["tables"].push_back(
            {{"file", file}, {"year", table.meta().year}, {"hash", table.hash()}});
        if (record.table.empty() || table.meta().year > record.year) {
            record.table = table.meta().name;
            record.table_hash = table.hash();
            record.year = table.meta().year;
        }
        return facts;
    });
}

void note_parameters(const ClustersOptions& options, RunRecord& record) {
    nlohmann::ordered_json& parameters = record.parameters;
    for (const char* name : {"scope", "tail_lambda", "coalitions"}) parameters.erase(name);
    parameters["method"] = options.method;
    parameters["resolution"] = options.resolution;
    parameters["seeds"] = options.seeds;
    parameters["excluded"] = codes_in(options.excluded);
    parameters["frontier_by"] = options.frontier_by;
    parameters["not_compared"] = codes_in(options.not_compared);
    const auto threshold = [](const std::optional<double>& value) {
        return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json();
    };
    parameters["world_class_share"] = threshold(options.world_class.world_share);
    parameters["world_class_rca"] = threshold(options.world_class.rca);
    parameters["igraph"] = igraph_version();
}

void run_clusters(const ClustersOptions& options) {
    parse_output_format(options.output.format);
    const ClusterQuery query{parse_cluster_method(options.method), options.resolution,
                             parse_seeds(options.seeds)};
    const FrontierQuery frontier{parse_frontier_measure(options.frontier_by),
                                 codes_in(options.not_compared)};
    RunRecord record = start_record("clusters");
    record.threads = options.backend.threads;
    record.parameters["tables"] = nlohmann::ordered_json::array();
    igraph_version();  // before all work, whether it is there
    std::vector<YearFacts> years;
    each_table(options.files, options.table, options.years,
               [&](const std::string& file, const IoTable& table) {
                   years.push_back(analyse(options, file, table, record));
               });
    note_parameters(options, record);
    const ClusterTrend trend = cluster_trend(std::move(years), query, frontier);
    print(clusters_report(trend, query, frontier, options.world_class, std::move(record)),
          options.output);
}

void add_detection(CLI::App& command, ClustersOptions& options) {
    const OptionGroup group(command, "Finding clusters");
    command
        .add_option("--method", options.method,
                    "leiden: modularity of the shares that join sectors; infomap: the walk along "
                    "flows; profiles: Leiden on how alike sectors buy and sell")
        ->type_name("leiden|infomap|profiles")
        ->check(one_of(cluster_methods()))
        ->capture_default_str();
    command
        .add_option("--resolution", options.resolution,
                    "of modularity; more gives more and smaller clusters")
        ->type_name("NUMBER")
        ->check(number())
        ->capture_default_str();
    command
        .add_option("--seeds", options.seeds,
                    "runs of which the consensus is taken: a number N, seeds 1 to N, or a list of "
                    "seeds")
        ->type_name("N|SEED,...")
        ->capture_default_str();
    command
        .add_option("--exclude", options.excluded,
                    "sectors that belong to no cluster, such as trade and transport")
        ->type_name("CODE,...")
        ->check(not_empty());
}

void add_frontier(CLI::App& command, ClustersOptions& options) {
    const OptionGroup group(command, "Frontier");
    command
        .add_option("--frontier-by", options.frontier_by,
                    "what the best country is best by: the share of world value added, revealed "
                    "comparative advantage in exported value added or in gross exports")
        ->type_name("value-added|rca|gross-rca")
        ->check(one_of(frontier_measures()))
        ->capture_default_str();
    command
        .add_option("--not-compared", options.not_compared,
                    "regions that cannot be best, such as a rest of the world")
        ->type_name("CODE,...")
        ->check(not_empty());
    command
        .add_option("--world-class-share", options.world_class.world_share,
                    "flag clusters with this share of world value added or more")
        ->type_name("SHARE")
        ->check(number());
    command
        .add_option(
            "--world-class-rca", options.world_class.rca,
            "flag clusters with this revealed comparative advantage in value added or more; "
            "with both, those that reach both")
        ->type_name("NUMBER")
        ->check(number());
}

}  // namespace

void add_clusters(CLI::App& app) {
    const auto options = std::make_shared<ClustersOptions>();
    CLI::App* command = app.add_subcommand(
        "clusters",
        "Which sectors of home belong together, how stable that is, and how each such cluster "
        "stands in the world; of several tables, over the years");
    command->add_option("FILES", options->files, "table, or tables of several years")
        ->type_name("TABLE")
        ->capture_default_str();
    add_reading_options(*command, options->table);
    add_years_option(*command, options->years);
    add_home_options(*command, options->ranking);
    add_loss_options(*command, options->ranking);
    add_backend_options(*command, options->backend);
    command->remove_option(command->get_option("--method"));  // here of finding clusters
    add_detection(*command, *options);
    add_frontier(*command, *options);
    add_output_options(*command, options->output);
    command->callback([options] { run_clusters(*options); });
}

}  // namespace narrows::cli
