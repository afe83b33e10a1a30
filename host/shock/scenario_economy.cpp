#include "host/shock/scenario_economy.hpp"

#include "host/analysis/criticality.hpp"
#include "host/analysis/home_economy.hpp"
#include "host/base/error.hpp"
#include "host/readers/input_files.hpp"

namespace narrows {
namespace {

constexpr Range stock_range{1.0, 3650.0};

/// c of one region, product x sector.
Eigen::MatrixXd criticality_in(const IoTable& table, const std::string& region,
                               const std::string& rule) {
    const HomeEconomy home = home_economy(table, region);
    if (rule == "survey" || (rule.empty() && home.ratings.size() > 0)) {
        return survey_criticality(home);
    }
    return cost_share_criticality(home);
}

/// c of every node, product x node.
Eigen::MatrixXd criticality_of_nodes(const IoTable& table, const Scenario& scenario,
                                     const ShockEconomy& economy) {
    const std::string& rule = scenario.parameters.criticality;
    const bool is_file = !rule.empty() && rule != "survey" && rule != "cost-share";
    Eigen::MatrixXd ratings;
    if (is_file) ratings = read_criticality(scenario.file(rule), economy.products);
    Eigen::MatrixXd criticality(economy.num_products(), economy.num_nodes());
    for (Index r = 0; r < static_cast<Index>(economy.regions.size()); ++r) {
        const std::string& region = economy.regions[static_cast<std::size_t>(r)].code;
        if (!is_file) ratings = criticality_in(table, region, rule);
        for (Index node = 0; node < economy.num_nodes(); ++node) {
            const auto i = static_cast<std::size_t>(node);
            if (economy.region[i] == r) criticality.col(node) = ratings.col(economy.product[i]);
        }
    }
    return criticality;
}

void leave_out_imports(ShockEconomy& economy) {
    for (const Eigen::MatrixXd& origin : economy.imports) {
        economy.taxes += origin.colwise().sum().transpose();
    }
    economy.imports.clear();
    economy.origins.clear();
}

}  // namespace

ShockEconomy scenario_economy(const IoTable& table, const Scenario& scenario) {
    const ShockParameters& parameters = scenario.parameters;
    ShockEconomy economy = scenario.world
                               ? world_shock_economy(table, scenario.home, parameters.households)
                               : home_shock_economy(table, scenario.home, parameters.households);
    economy.criticality = criticality_of_nodes(table, scenario, economy);
    if (parameters.inputs == Inputs::all) return economy;
    if (economy.world) {
        throw ParseError(scenario.path + ": parameters.inputs", 0, 0, "",
                         "'domestic' in the scope of the world", "'all' or the scope of home");
    }
    leave_out_imports(economy);
    return economy;
}

Eigen::VectorXd scenario_stock_days(const Scenario& scenario, const ShockEconomy& economy) {
    if (scenario.parameters.stocks.empty()) return {};
    const auto path = scenario.file(scenario.parameters.stocks);
    Eigen::VectorXd days = Eigen::VectorXd::Zero(economy.num_nodes());
    for (const auto& [node, number] : read_numbers_by_code(
             path, {"sector", "days"}, {"sector", economy.labels()}, stock_range)) {
        days[node] = number;
    }
    for (Index node = 0; node < economy.num_nodes(); ++node) {
        if (economy.x[node] <= 0.0 || days[node] > 0.0) continue;
        throw ParseError(path.string(), 0, 0, "", "no line of " + in_quotes(economy.label(node)),
                         "one of every sector that produces");
    }
    return days;
}

}  // namespace narrows
