#include <limits>
#include <memory>
#include <optional>

#include "host/base/error.hpp"
#include "host/base/hash.hpp"
#include "host/cli/account_options.hpp"
#include "host/cli/commands.hpp"
#include "host/cli/options.hpp"
#include "host/cli/ranking_options.hpp"
#include "host/cli/set_options.hpp"
#include "host/cli/uncertainty_options.hpp"
#include "host/invest/blockade_file.hpp"
#include "host/invest/fill_draws.hpp"
#include "host/invest/gap_filling.hpp"
#include "host/readers/csv.hpp"
#include "host/readers/sector_sets.hpp"
#include "host/report/fill_report.hpp"
#include "host/report/set_report.hpp"

namespace narrows::cli {
namespace {

struct FillOptions {
    TableOptions table = {.name = "world-2011"};
    RankingOptions ranking;
    std::string budget;
    std::string costs, scenarios, set_limits;  // files
    std::string min_scale;                     // a number or a file
    SetOptions sets;
    std::int64_t max_sectors = -1;
    double cvar_level = 0.0;
    std::string objective;  // a satellite account; empty: GDP
    bool diversify = false;
    Diversification diversification;
    UncertaintyOptions uncertainty;
    int threads = default_threads();
    OutputOptions output;
};

/// A number of 0 or more, or inf.
double parse_budget(const std::string& text) {
    const std::optional<double> budget =
        text == "inf" ? std::numeric_limits<double>::infinity() : parse_number(text);
    if (!budget || *budget < 0.0) {
        throw ArgumentError("--budget: found " + in_quotes(text) +
                            ", expected a number of 0 or more, or inf");
    }
    return *budget;
}

/// Numbers of 0 or more by product; `otherwise` where the file says nothing.
Eigen::VectorXd numbers_of(const std::string& file, const std::string& what,
                           const HomeEconomy& home, double otherwise) {
    Eigen::VectorXd numbers = Eigen::VectorXd::Constant(home.x.size(), otherwise);
    Range range;
    range.low = 0.0;
    for (const auto& [product, number] : read_numbers_by_code(
             file, {"product", what}, {"product", codes_of(home.sectors)}, range)) {
        numbers[product] = number;
    }
    return numbers;
}

/// The same for all products, or a file.
Eigen::VectorXd least_scale(const std::string& text, const HomeEconomy& home) {
    const std::optional<double> number = parse_number(text);
    if (!number) return numbers_of(text, "scale", home, 0.0);
    if (*number < 0.0) {
        throw ArgumentError("--min-scale: found " + in_quotes(text) +
                            ", expected a number of 0 or more, or a file");
    }
    return Eigen::VectorXd::Constant(home.x.size(), *number);
}

std::vector<SetLimit> set_limits(const FillOptions& options, const HomeEconomy& home,
                                 const std::vector<SectorSet>& sets) {
    std::vector<SetLimit> limits;
    if (options.set_limits.empty()) return limits;
    for (const SetBounds& each : read_set_bounds(options.set_limits, sets, home.sectors)) {
        const SectorSet& set = sets[static_cast<std::size_t>(each.set)];
        limits.push_back({set.name, set.products, each.floor, each.ceiling});
    }
    return limits;
}

FillQuery fill_query(const FillOptions& options, const HomeEconomy& home, const RankingQuery& asked,
                     const SetSelection& sets) {
    FillQuery query;
    query.budget = parse_budget(options.budget);
    query.unit_costs = options.costs.empty() ? Eigen::VectorXd::Ones(home.x.size())
                                             : numbers_of(options.costs, "cost", home, 1.0);
    query.blockades = options.scenarios.empty()
                          ? pair_blockades(home, asked.query.coalitions, asked.query.share)
                          : read_blockades(options.scenarios, home, sets.sets);
    if (sets.has_weights()) {
        weigh_products(home, sets.product_weights(home.sectors.size()), query.blockades);
    }
    query.products = sets.products();
    query.criticality = asked.query.criticality;
    query.lambda = asked.query.lambda;
    query.cvar_level = options.cvar_level;
    if (options.diversify) query.diversification = options.diversification;
    query.set_limits = set_limits(options, home, sets.sets);
    if (!options.min_scale.empty()) query.least_scale = least_scale(options.min_scale, home);
    if (options.max_sectors >= 0) query.most_sectors = options.max_sectors;
    query.num_threads = options.threads;
    return query;
}

/// For the record: files with their hashes, null where there is none.
nlohmann::ordered_json parameters_of(const FillOptions& options, const HomeEconomy& home,
                                     const RankingQuery& asked, const FillQuery& query,
                                     const SetSelection& sets) {
    nlohmann::ordered_json parameters = ranking_parameters(home, asked);
    parameters.erase("tail_lambda");
    if (!options.scenarios.empty()) {
        parameters.erase("share");
        parameters.erase("coalitions");
    }
    parameters["budget"] = options.budget;
    const std::pair<const char*, const std::string&> files[] = {{"scenarios", options.scenarios},
                                                                {"costs", options.costs},
                                                                {"sets", options.sets.sets},
                                                                {"set_limits", options.set_limits}};
    for (const auto& [name, file] : files) {
        nlohmann::ordered_json& path = parameters[name];
        nlohmann::ordered_json& hash = parameters[std::string(name) + "_hash"];
        if (file.empty()) continue;
        path = file;
        hash = hash_file(file);
    }
    record_sets(parameters, options.sets, sets);
    parameters["min_scale"] = nullptr;
    if (!options.min_scale.empty()) parameters["min_scale"] = options.min_scale;
    parameters["max_sectors"] = nullptr;
    if (options.max_sectors >= 0) parameters["max_sectors"] = options.max_sectors;
    parameters["cvar"] = options.cvar_level;
    parameters["diversify"] = options.diversify;
    if (query.diversification) {
        parameters["move_cost"] = query.diversification->unit_cost;
        parameters["growth"] = query.diversification->growth;
    }
    return parameters;
}

std::optional<FillDraws> draws_of(const FillOptions& options, const HomeEconomy& home,
                                  const RankingQuery& asked, const FillQuery& query,
                                  const FillResult& result, RunRecord& record) {
    const UncertaintyOptions& uncertainty = options.uncertainty;
    if (uncertainty.draws == 0) return std::nullopt;
    const DrawModel model = draw_model(uncertainty, asked, home, purchases(home).flows);
    record.seed = uncertainty.seed;
    record.parameters["draws"] = uncertainty.draws;
    record.parameters.update(draw_parameters(model, query.lambda));
    Progress progress("draws");
    const Eigen::VectorXd none = Eigen::VectorXd::Zero(result.fill.amounts.size());
    return fill_draws(
        home, query, result, model,
        {result.fill.amounts, result.greedy.amounts, result.proportional.amounts, none},
        uncertainty.draws, [&](std::int64_t done, std::int64_t total) { progress(done, total); });
}

/// The account takes the place of value added in the goal.
void set_objective(const FillOptions& options, const IoTable& table, HomeEconomy& home,
                   FillQuery& query) {
    if (options.objective.empty()) return;
    query.objective = options.objective;
    home.value_added =
        home.satellites[static_cast<std::size_t>(table.satellite(options.objective))].values;
}

void run_fill(FillOptions options) {
    parse_output_format(options.output.format);
    // Without names, a file of accounts is read whole.
    std::vector<std::string>& accounts = options.table.read.accounts;
    if (!options.objective.empty() && (options.table.accounts_file.empty() || !accounts.empty())) {
        accounts.push_back(options.objective);
    }
    const IoTable table = open_table(options.table);
    RunRecord record = start_record("fill", table);
    record.threads = options.threads;
    const HomeEconomy published =
        naming_table(options.table.name, [&] { return home_economy(table, options.ranking.home); });
    const RankingQuery asked = ranking_query(options.ranking, published, table);
    check_shares(asked.query);
    NegativeFlows negative_flows;
    HomeEconomy home = without_negative_flows(published, negative_flows);
    const bool further_use = !options.set_limits.empty() || !options.scenarios.empty();
    const SetSelection sets = set_selection(options.sets, home.sectors, further_use);
    FillQuery query = fill_query(options, home, asked, sets);
    query.accounts = asked_accounts(options.table, table);
    set_objective(options, table, home, query);
    record.parameters = parameters_of(options, home, asked, query, sets);
    record.parameters.update(account_parameters(options.table, table, query.accounts));
    if (!options.objective.empty()) record.parameters["objective_account"] = options.objective;
    const FillResult result = fill_gaps(home, query);
    const std::optional<FillDraws> draws = naming_table(
        options.table.name, [&] { return draws_of(options, home, asked, query, result, record); });
    Document document =
        fill_report(home, query, result, draws, table.meta().unit, std::move(record));
    document.fields.push_back({"", "criticality", Style::text, asked.rule});
    add_sets(document, sets, home.sectors,
             "weights of sets: a scenario counts as often as its products' weights say, of several "
             "products their mean by what is withheld.");
    if (sets.has_filter()) {
        document.notes.emplace_back(
            "Capital goes only to products of these sets; GDP at risk is still that of all "
            "scenarios, so that the rows do not add up to it.");
    }
    print(std::move(document), options.output);
}

void add_scenario_options(CLI::App& command, FillOptions& options) {
    add_home_options(command, options.ranking);
    add_coalition_options(command, options.ranking);
    add_loss_options(command, options.ranking);
    CLI::Option* scenarios =
        command
            .add_option("--scenarios", options.scenarios,
                        "CSV scenario,coalition,product,share[,weight]: what is withheld together")
            ->type_name("FILE");
    for (const char* name :
         {"--share", "--each-origin", "--all-imports", "--coalition", "--coalition-file"}) {
        scenarios->excludes(command.get_option(name));
    }
    command
        .add_option("--cvar", options.cvar_level,
                    "lower the mean of the worst 1 - SHARE of scenarios, not the mean of all")
        ->type_name("SHARE")
        ->check(number());
}

void add_investment_options(CLI::App& command, FillOptions& options) {
    command.add_option("--budget", options.budget, "capital, in the unit of the table; or inf")
        ->type_name("AMOUNT")
        ->required();
    command
        .add_option("--costs", options.costs,
                    "CSV product,cost: capital per unit of yearly output; default: 1")
        ->type_name("FILE");
    CLI::Option* diversify =
        command.add_flag("--diversify", options.diversify, "move imports to other origins too");
    command
        .add_option("--move-cost", options.diversification.unit_cost,
                    "capital per unit of imports moved")
        ->type_name("COST")
        ->capture_default_str()
        ->check(number())
        ->needs(diversify);
    command
        .add_option("--growth", options.diversification.growth,
                    "by what share of its deliveries an origin can sell more of a product")
        ->type_name("SHARE")
        ->capture_default_str()
        ->check(number())
        ->needs(diversify);
}

void add_constraint_options(CLI::App& command, FillOptions& options) {
    add_set_options(command, options.sets, "capital goes only to products of these sets",
                    "scenarios weigh more, by the weights of their products' sets");
    const OptionGroup group(command, "Constraints");
    command
        .add_option("--set-limits", options.set_limits,
                    "CSV set,floor,ceiling: capital that sets get at least and at most")
        ->type_name("FILE")
        ->needs(command.get_option("--sets"));
    command
        .add_option("--min-scale", options.min_scale,
                    "least capacity of a sector that gets any: a number for all, or a CSV "
                    "product,scale")
        ->type_name("AMOUNT|FILE");
    command.add_option("--max-sectors", options.max_sectors, "sectors that get capacity, at most")
        ->type_name("N")
        ->check(whole_number(0));
}

void add_uncertainty(CLI::App& command, FillOptions& options) {
    const OptionGroup group(command, "Uncertainty");
    add_draw_options(command, options.uncertainty,
                     "how the allocation fares where it was not fitted to");
}

}  // namespace

void add_fill(CLI::App& app) {
    const auto options = std::make_shared<FillOptions>();
    CLI::App* command = app.add_subcommand(
        "fill", "Spend a budget on domestic capacity where it lowers GDP at risk most");
    add_table_argument(*command, options->table, false);
    add_scenario_options(*command, *options);
    add_account_options(*command, options->table);
    command
        ->add_option("--objective-account", options->objective,
                     "lower the amount at risk of this account, not GDP at risk")
        ->type_name("NAME");
    add_investment_options(*command, *options);
    add_constraint_options(*command, *options);
    add_uncertainty(*command, *options);
    command->add_option("--threads", options->threads, "number of threads on the CPU")
        ->type_name("N")
        ->capture_default_str()
        ->check(whole_number(1));
    add_output_options(*command, options->output);
    command->callback([options] { run_fill(*options); });
}

}  // namespace narrows::cli
