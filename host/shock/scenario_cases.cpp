#include "host/shock/scenario_cases.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>

#include <fmt/format.h>

#include "kernels/common/beta.hpp"

#include "host/base/error.hpp"
#include "host/shock/scenario_format.hpp"
#include "host/shock/scenario_json.hpp"

namespace narrows {
namespace {

constexpr std::uint32_t stream = 0x73686f63;  // no other draws of narrows have it

double draw_of(const DrawnVariable& variable, const kernels::RandomCell& cell) {
    using enum DrawnVariable::Distribution;
    const double a = variable.a;
    const double b = variable.b;
    const kernels::Words words = kernels::words_of(cell, 0);
    const double u = kernels::uniform(words.w[0], words.w[1]);
    switch (variable.distribution) {
        case uniform:
            return std::clamp(a + u * (b - a), a, b);
        case log_uniform: {
            const double log_a = kernels::natural_log(a);
            const double log_b = kernels::natural_log(b);
            return std::clamp(kernels::exponential(log_a + u * (log_b - log_a)), a, b);
        }
        case beta:
            return kernels::beta_variate(cell, a / (a + b), a + b);
        case normal:
            return a + b * kernels::normal(cell.seed, cell.stream, cell.draw, cell.cell);
    }
    return 0.0;
}

/// Checks numbers in all cases; `where` is the place, "shocks[1].share".
class Checks {
  public:
    Checks(const Scenario& scenario, const ScenarioCases& cases)
        : scenario_(scenario), cases_(cases) {}

    void parameters() const {
        for (const auto& [parameter, variable] : scenario_.variable_parameters) {
            in_range_of(parameter->range, {0.0, variable},
                        fmt::format("parameters.{}", parameter->name));
        }
    }
    void shock(std::size_t i) const {
        const ScenarioShock& shock = scenario_.shocks[i];
        if (!shock.series.empty()) return;
        const std::string place = fmt::format("shocks[{}].", i);
        for (const ShockForm& form : shock_forms()) {
            if (form.kind == shock.kind && form.amount != nullptr) {
                in_range_of(form.range, shock.amount, place + form.amount);
                break;
            }
        }
        for (const TimingKey& key : timing_keys()) {
            const ScenarioNumber& number = shock.*key.value;
            if (!number.variable.empty()) in_range_of(timing_range, number, place + key.name);
        }
        const Eigen::VectorXd start = cases_.numbers(shock.start);
        const double days = scenario_.days;
        first(
            start, place + "start", [&](Eigen::Index c) { return start(c) < days; },
            [&](Eigen::Index) { return fmt::format("a day before the horizon, {}", days); });
        const Eigen::VectorXd ramp = cases_.numbers(shock.ramp);
        const Eigen::VectorXd duration = cases_.numbers(shock.duration);
        first(
            ramp, place + "ramp", [&](Eigen::Index c) { return ramp(c) <= duration(c); },
            [&](Eigen::Index c) { return fmt::format("at most the duration, {}", duration(c)); });
    }

  private:
    void in_range_of(const Range& range, const ScenarioNumber& number,
                     const std::string& where) const {
        const Eigen::VectorXd values = cases_.numbers(number);
        first(
            values, where,
            [&](Eigen::Index c) { return values(c) >= range.low && values(c) <= range.high; },
            [&](Eigen::Index) { return in_range(range); });
    }
    /// Throws for the first case that is not fine.
    void first(const Eigen::VectorXd& values, const std::string& where,
               const std::function<bool(Eigen::Index)>& is_fine,
               const std::function<std::string(Eigen::Index)>& expected) const {
        for (Eigen::Index c = 0; c < values.size(); ++c) {
            if (is_fine(c)) continue;
            const std::string in_case =
                values.size() > 1 ? fmt::format(" in case {}", c) : std::string();
            throw ParseError(scenario_.path + ": " + where, 0, 0, "",
                             fmt::format("{}{}", values(c), in_case), expected(c));
        }
    }

    const Scenario& scenario_;
    const ScenarioCases& cases_;
};

}  // namespace

double count_cases(const Scenario& scenario) {
    auto count = static_cast<double>(scenario.num_draws);
    for (const GridVariable& variable : scenario.grid) {
        count *= static_cast<double>(variable.values.size());
    }
    return count;
}

Eigen::VectorXd ScenarioCases::numbers(const ScenarioNumber& number) const {
    if (number.variable.empty()) return Eigen::VectorXd::Constant(num_cases(), number.value);
    const auto found = std::find(variables.begin(), variables.end(), number.variable);
    if (found == variables.end()) {
        throw ArgumentError("unknown variable " + in_quotes(number.variable));
    }
    return values.row(found - variables.begin());
}

ScenarioCases scenario_cases(const Scenario& scenario) {
    const double count = count_cases(scenario);
    if (count > max_cases) {
        throw ParseError(scenario.path, 0, 0, "", fmt::format("{} cases", count),
                         fmt::format("at most {}", max_cases));
    }
    const std::size_t num_variables = scenario.grid.size() + scenario.drawn.size();
    if (count * static_cast<double>(num_variables) > max_numbers) {
        throw ParseError(scenario.path, 0, 0, "",
                         fmt::format("{} cases of {} variables", count, num_variables),
                         fmt::format("at most {} of both multiplied", max_numbers));
    }
    ScenarioCases cases;
    for (const GridVariable& each : scenario.grid) cases.variables.push_back(each.name);
    for (const DrawnVariable& each : scenario.drawn) cases.variables.push_back(each.name);
    const auto num_grid = static_cast<Eigen::Index>(scenario.grid.size());
    const auto num_drawn = static_cast<Eigen::Index>(scenario.drawn.size());
    cases.values.resize(num_grid + num_drawn, static_cast<Eigen::Index>(count));
    for (Eigen::Index c = 0; c < cases.num_cases(); ++c) {
        Eigen::Index combination = c / scenario.num_draws;
        for (Eigen::Index v = num_grid; v-- > 0;) {
            const std::vector<double>& choice = scenario.grid[static_cast<std::size_t>(v)].values;
            const auto size = static_cast<Eigen::Index>(choice.size());
            cases.values(v, c) = choice[static_cast<std::size_t>(combination % size)];
            combination /= size;
        }
        const auto draw = static_cast<std::uint32_t>(c % scenario.num_draws);
        for (Eigen::Index v = 0; v < num_drawn; ++v) {
            cases.values(num_grid + v, c) =
                draw_of(scenario.drawn[static_cast<std::size_t>(v)],
                        {scenario.seed, stream, draw, static_cast<std::uint32_t>(v)});
        }
    }
    const Checks checks(scenario, cases);
    for (std::size_t i = 0; i < scenario.shocks.size(); ++i) checks.shock(i);
    checks.parameters();
    return cases;
}

std::vector<std::string> case_names(const Scenario& scenario, const ScenarioCases& cases) {
    if (cases.variables.empty()) return {"scenario"};
    std::vector<std::string> names;
    names.reserve(static_cast<std::size_t>(cases.num_cases()));
    for (Eigen::Index c = 0; c < cases.num_cases(); ++c) {
        std::string name;
        for (std::size_t v = 0; v < scenario.grid.size(); ++v) {
            fmt::format_to(std::back_inserter(name), "{}{}={}", v > 0 ? " " : "",
                           scenario.grid[v].name, cases.values(static_cast<Eigen::Index>(v), c));
        }
        if (!scenario.drawn.empty()) {
            fmt::format_to(std::back_inserter(name), "{}draw={}", name.empty() ? "" : " ",
                           c % scenario.num_draws);
        }
        names.push_back(std::move(name));
    }
    return names;
}

}  // namespace narrows
