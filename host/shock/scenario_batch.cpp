#include "host/shock/scenario_batch.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/readers/input_files.hpp"
#include "host/readers/sector_sets.hpp"
#include "host/shock/code_patterns.hpp"
#include "host/shock/scenario_cases.hpp"
#include "host/shock/scenario_conflicts.hpp"
#include "host/shock/scenario_format.hpp"
#include "host/shock/scenario_series.hpp"

namespace narrows {
namespace {

/// Turns the codes of one shock after the other into targets.
class Resolver {
  public:
    Resolver(const Scenario& scenario, const ShockEconomy& economy)
        : scenario_(scenario),
          economy_(economy),
          products_(codes_of(economy.products)),
          regions_(codes_of(economy.regions)) {
        if (!scenario.sets.empty()) {
            sets_ = read_sector_sets(scenario.file(scenario.sets), economy.products);
        }
    }

    void add(std::size_t i) {
        shock_ = &scenario_.shocks[i];
        name_ = fmt::format("shocks[{}]", i);
        ShockTarget target;
        target.kind = shock_->kind;
        target.name = name_;
        target.demand = shock_->demand;
        if (!shock_->products.empty()) {
            target.products =
                matching_codes(at("product"), "product", shock_->products, products_, &sets_);
        }
        if (has_file() && shock_->kind != ShockKind::import_cut) {
            add_file(std::move(target));
            return;
        }
        if (!shock_->sectors.empty()) target.nodes = nodes();
        if (shock_->kind == ShockKind::import_cut && economy_.world) {
            add_world_cut(target);
            return;
        }
        if (!shock_->origins.empty()) {
            target.origins = matching_codes(at("origin"), "origin", shock_->origins,
                                            economy_.world ? regions_ : economy_.origins);
        }
        add_cut_or_other(std::move(target));
    }

    std::vector<ShockTarget> targets;
    std::vector<const ScenarioShock*> shocks;  // of each target
    std::vector<double> factors;               // of each target's amount
    std::vector<Eigen::VectorXd> series;

  private:
    std::string at(const char* key) const {
        return fmt::format("{}: {}.{}", scenario_.path, name_, key);
    }
    void push(ShockTarget target, double factor = 1.0) {
        targets.push_back(std::move(target));
        shocks.push_back(shock_);
        factors.push_back(factor);
    }
    Index push_series(Eigen::VectorXd strengths) {
        series.push_back(std::move(strengths));
        return static_cast<Index>(series.size()) - 1;
    }
    bool has_file() const { return !shock_->series.empty() || !shock_->amounts.empty(); }
    void add_cut_or_other(ShockTarget target) {
        if (has_file()) {
            add_file(std::move(target));
        } else {
            push(std::move(target));
        }
    }

    std::vector<Index> user_regions() const {
        if (!shock_->regions.empty()) {
            const std::string& first = shock_->regions.front();
            const bool elsewhere = !economy_.world && !matches_pattern(first, regions_.front());
            if (elsewhere) {
                throw ParseError(at("region"), 0, 0, "", in_quotes(first),
                                 fmt::format("{}, the home region, or \"scope\": \"world\"",
                                             in_quotes(regions_.front())));
            }
            return matching_codes(at("region"), "region", shock_->regions, regions_);
        }
        if (!economy_.world) return {0};
        if (economy_.home.empty()) {
            throw ParseError(at("region"), 0, 0, "", "nothing",
                             "a region, as the scenario has no home");
        }
        return matching_codes(scenario_.path + ": home", "region", {economy_.home}, regions_);
    }

    /// Of the shock's sectors in its regions.
    std::vector<Index> nodes() const {
        const bool uses =
            shock_->kind == ShockKind::import_cut || shock_->kind == ShockKind::coefficient_change;
        const char* key = uses ? "user" : "sector";
        const std::vector<Index> sectors =
            matching_codes(at(key), "sector", shock_->sectors, products_, &sets_);
        const std::vector<Index> regions = user_regions();
        std::vector<Index> nodes;
        for (Index node = 0; node < economy_.num_nodes(); ++node) {
            const auto i = static_cast<std::size_t>(node);
            if (std::binary_search(sectors.begin(), sectors.end(), economy_.product[i]) &&
                std::binary_search(regions.begin(), regions.end(), economy_.region[i])) {
                nodes.push_back(node);
            }
        }
        if (nodes.empty()) {
            throw ParseError(at(key), 0, 0, "", "sectors that the regions do not have",
                             "sectors that they have");
        }
        return nodes;
    }

    /// Only what comes from another region than the user's is an import.
    void add_world_cut(const ShockTarget& common) {
        const std::vector<Index> regions = user_regions();
        if (regions.size() == 1) {
            for (const std::string& code : shock_->origins) {
                const std::string& own = regions_[static_cast<std::size_t>(regions.front())];
                if (code != own) continue;
                throw ParseError(at("origin"), 0, 0, "", in_quotes(code) + ", the users' region",
                                 "another region");
            }
        }
        const std::vector<Index> origins =
            matching_codes(at("origin"), "origin", shock_->origins, regions_);
        const auto is_origin = [&](Index region) {
            return std::binary_search(origins.begin(), origins.end(), region);
        };
        ShockTarget abroad = common;  // users in regions that are no origins, all in one
        abroad.origins = origins;
        std::erase_if(abroad.nodes, [&](Index node) {
            return is_origin(economy_.region[static_cast<std::size_t>(node)]);
        });
        bool any = !abroad.nodes.empty();
        if (any) add_cut_or_other(std::move(abroad));
        for (const Index region : regions) {
            if (!is_origin(region)) continue;
            ShockTarget inside = common;
            inside.origins = origins;
            std::erase(inside.origins, region);
            std::erase_if(inside.nodes, [&](Index node) {
                return economy_.region[static_cast<std::size_t>(node)] != region;
            });
            if (inside.origins.empty() || inside.nodes.empty()) continue;
            any = true;
            add_cut_or_other(std::move(inside));
        }
        if (any) return;
        throw ParseError(at("origin"), 0, 0, "", "only the users' region", "another region");
    }

    /// A target like `common` for every code in the file of the shock.
    void add_file(ShockTarget common) {
        const bool cuts = shock_->kind == ShockKind::import_cut;
        const Labels labels =
            cuts ? Labels{"product", products_} : Labels{"sector", economy_.labels()};
        std::vector<Index>& codes = cuts ? common.products : common.nodes;
        if (shock_->series.empty()) {
            add_amounts(common, codes, labels);
        } else {
            add_series(common, codes, labels);
        }
    }

    /// `codes` is that of `common` which the file is about.
    void add_amounts(const ShockTarget& common, std::vector<Index>& codes, const Labels& labels) {
        for (const auto& [code, amount] :
             read_numbers_by_code(scenario_.file(shock_->amounts), {"code", "amount"}, labels,
                                  amount_range(shock_->kind))) {
            codes = {code};
            if (amount != 0.0) push(common, amount);
        }
    }

    void add_series(ShockTarget& common, std::vector<Index>& codes, const Labels& labels) {
        const bool changes = shock_->kind == ShockKind::demand_change;
        const DailySeries read =
            read_daily_series(InputFile(scenario_.file(shock_->series)), labels, scenario_.days,
                              {changes ? -1.0 : 0.0, 1.0});
        for (std::size_t column = 0; column < read.codes.size(); ++column) {
            const auto values = read.values.col(static_cast<Index>(column));
            codes = {read.codes[column]};
            for (const double sign : {1.0, -1.0}) {
                Eigen::VectorXd strengths = (sign * values).cwiseMax(0.0);
                if ((strengths.array() == 0.0).all()) continue;
                common.series = push_series(std::move(strengths));
                push(common, sign);
            }
        }
    }

    const Scenario& scenario_;
    const ShockEconomy& economy_;
    std::vector<std::string> products_;
    std::vector<std::string> regions_;
    std::vector<SectorSet> sets_;
    const ScenarioShock* shock_ = nullptr;
    std::string name_;
};

/// Amounts and timings of target t in all cases.
void set_numbers(ShockBatch& batch, Index t, const ScenarioShock& shock, double factor,
                 const ScenarioCases& cases) {
    batch.amounts.row(t) = factor * cases.numbers(shock.amount).transpose();
    const Eigen::VectorXd start = cases.numbers(shock.start);
    const Eigen::VectorXd duration = cases.numbers(shock.duration);
    const Eigen::VectorXd ramp = cases.numbers(shock.ramp);
    const Eigen::VectorXd recovery = cases.numbers(shock.recovery);
    for (Index c = 0; c < batch.num_cases(); ++c) {
        batch.timings[static_cast<std::size_t>(t + c * batch.num_targets())] = {
            start(c), duration(c), ramp(c), recovery(c), shock.shape};
    }
}

void check_size(const Scenario& scenario, Index num_targets) {
    const double num_cases = count_cases(scenario);
    if (static_cast<double>(num_targets) * num_cases <= max_numbers) return;
    throw ParseError(scenario.path, 0, 0, "",
                     fmt::format("{} targets in {} cases", num_targets, num_cases),
                     fmt::format("at most {} of both multiplied", max_numbers));
}

}  // namespace

ShockBatch shock_batch(const Scenario& scenario, const ShockEconomy& economy) {
    Resolver resolver(scenario, economy);
    for (std::size_t i = 0; i < scenario.shocks.size(); ++i) resolver.add(i);
    ShockBatch batch;
    batch.scenario = scenario.name;
    batch.days = scenario.days;
    batch.targets = std::move(resolver.targets);
    check_size(scenario, batch.num_targets());
    batch.series.resize(batch.days, static_cast<Index>(resolver.series.size()));
    for (std::size_t i = 0; i < resolver.series.size(); ++i) {
        batch.series.col(static_cast<Index>(i)) = resolver.series[i];
    }
    ScenarioCases cases = scenario_cases(scenario);
    batch.cases = case_names(scenario, cases);
    batch.amounts.resize(batch.num_targets(), batch.num_cases());
    batch.timings.resize(static_cast<std::size_t>(batch.amounts.size()));
    for (Index t = 0; t < batch.num_targets(); ++t) {
        const auto i = static_cast<std::size_t>(t);
        set_numbers(batch, t, *resolver.shocks[i], resolver.factors[i], cases);
    }
    batch.parameters = std::move(cases.variables);
    batch.values = std::move(cases.values);
    check_conflicts(scenario.path, batch, economy);
    return batch;
}

ShockParameters case_parameters(const Scenario& scenario, const ShockBatch& batch, Index of_case) {
    ShockParameters parameters = scenario.parameters;
    for (const auto& [parameter, variable] : scenario.variable_parameters) {
        const auto found = std::find(batch.parameters.begin(), batch.parameters.end(), variable);
        parameters.*parameter->value = batch.values(found - batch.parameters.begin(), of_case);
    }
    return parameters;
}

}  // namespace narrows
