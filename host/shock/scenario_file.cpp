#include "host/shock/scenario_file.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/readers/json_file.hpp"
#include "host/shock/scenario_cases.hpp"
#include "host/shock/scenario_format.hpp"
#include "host/shock/scenario_json.hpp"

namespace narrows {
namespace {

constexpr const char* codes = "a code, a pattern with * and ?, or a list of them";

class Reader {
  public:
    explicit Reader(const InputFile& file)
        : path_(file.path()), json_(read_commented_json(file)), root_(path_, json_) {}

    Scenario scenario() {
        root_.require_object(scenario_keys());
        scenario_.path = path_;
        read_head();
        read_grid();
        read_draws();
        for (const JsonValue& shock : root_.at("shocks").items("a list of shocks")) {
            read_shock(shock);
        }
        read_parameters();
        for (const auto& [name, place] : defined_) {
            if (used_.count(name) == 0) {
                place.fail("a name that nobody uses", fmt::format("\"${}\" somewhere", name));
            }
        }
        return std::move(scenario_);
    }

  private:
    void read_head() {
        if (root_.has("$schema")) root_.at("$schema").text();
        scenario_.name = root_.at("name").text();
        if (scenario_.name.empty()) root_.at("name").fail("an empty text", "a name");
        if (root_.has("description")) scenario_.description = root_.at("description").text();
        if (root_.has("home")) scenario_.home = root_.at("home").text();
        if (root_.has("scope")) scenario_.world = root_.at("scope").one_of(scopes()) == 1;
        if (root_.has("days")) {
            scenario_.days = static_cast<int>(root_.at("days").whole(horizon_range));
        }
        if (root_.has("sets")) scenario_.sets = file_of(root_.at("sets"));
    }

    void define(const std::string& name, const JsonValue& place) {
        if (!is_variable_name(name)) {
            place.fail("the name " + in_quotes(name), "letters, digits and _, a letter first");
        }
        if (!defined_.emplace(name, place).second) {
            place.fail("a name that is in grid and in draws", "it in one of them");
        }
    }

    void read_grid() {
        if (!root_.has("grid")) return;
        const JsonValue grid = root_.at("grid");
        grid.require_object();
        for (const std::string& name : grid.keys()) {
            define(name, grid.at(name));
            GridVariable variable{name, {}};
            for (const JsonValue& item : grid.at(name).items("a list of numbers")) {
                variable.values.push_back(item.number({}));
                const auto end = std::prev(variable.values.end());
                if (std::find(variable.values.begin(), end, *end) != end) {
                    item.fail(fmt::format("{} again", *end), "each number once");
                }
            }
            scenario_.grid.push_back(std::move(variable));
        }
    }

    void read_draws() {
        if (!root_.has("draws")) return;
        const JsonValue draws = root_.at("draws");
        draws.require_object();
        scenario_.num_draws = static_cast<std::int64_t>(draws.at("count").whole({1.0, max_cases}));
        if (draws.has("seed")) {
            scenario_.seed = static_cast<std::uint64_t>(draws.at("seed").whole({0.0, max_seed}));
        }
        for (const std::string& name : draws.keys()) {
            if (name == "count" || name == "seed") continue;
            define(name, draws.at(name));
            scenario_.drawn.push_back(drawn(name, draws.at(name)));
        }
        if (scenario_.drawn.empty()) draws.fail("no variable", "a variable to draw");
    }

    static DrawnVariable drawn(const std::string& name, const JsonValue& place) {
        place.require_object(distributions());
        if (place.keys().size() != 1) {
            place.fail(fmt::format("one of {}", fmt::join(distributions(), ", ")));
        }
        const std::string word = place.keys().front();
        const JsonValue pair = place.at(word);
        const std::vector<JsonValue> items = pair.items("two numbers");
        if (items.size() != 2) pair.fail(fmt::format("{} values", items.size()), "two numbers");
        using enum DrawnVariable::Distribution;
        DrawnVariable variable;
        variable.name = name;
        variable.distribution = static_cast<DrawnVariable::Distribution>(
            std::find(distributions().begin(), distributions().end(), word) -
            distributions().begin());
        variable.a = items[0].number({});
        variable.b = items[1].number({});
        check(variable, pair);
        return variable;
    }

    static void check(const DrawnVariable& variable, const JsonValue& pair) {
        using enum DrawnVariable::Distribution;
        const auto [a, b] = std::pair{variable.a, variable.b};
        const std::string found = fmt::format("[{}, {}]", a, b);
        switch (variable.distribution) {
            case uniform:
                if (!(a < b)) pair.fail(found, "the lower bound first, then the upper");
                if (!std::isfinite(b - a)) pair.fail(found, "bounds less far apart");
                break;
            case log_uniform:
                if (!(1e-300 <= a && a < b && b <= 1e300)) {
                    pair.fail(found, "the lower bound first, above 0, then the upper");
                }
                break;
            case beta:
                if (!(a > 0.0 && b > 0.0 && a + b >= 1.0 && a + b <= 1e6)) {
                    pair.fail(found, "two numbers above 0 that add up to a number in [1, 1e6]");
                }
                break;
            case normal:
                if (!(b > 0.0)) pair.fail(found, "a mean and a standard deviation above 0");
                break;
        }
    }

    /// A number, or "$name" where it is defined.
    ScenarioNumber number(const JsonValue& value, const Range& range) {
        if (!value.is_string()) return {value.number(range), ""};
        const std::string& text = value.text();
        if (text.empty() || text.front() != '$') {
            value.fail(in_range(range) + " or \"$name\" of grid or draws");
        }
        const std::string name = text.substr(1);
        if (defined_.find(name) == defined_.end()) {
            std::vector<std::string> names;
            for (const auto& [each, place] : defined_) names.push_back("$" + each);
            value.fail(in_quotes(text) + ", which neither grid nor draws define",
                       names.empty() ? in_range(range) : nearest_of(text, names));
        }
        used_.insert(name);
        return {0.0, name};
    }

    static const ShockForm& form_of(const JsonValue& place) {
        place.require_object();
        std::vector<std::string> kinds;
        for (const ShockForm& form : shock_forms()) {
            if (kinds.empty() || kinds.back() != to_string(form.kind)) {
                kinds.emplace_back(to_string(form.kind));
            }
        }
        const std::string& kind = kinds[place.at("kind").one_of(kinds)];
        return *std::find_if(shock_forms().begin(), shock_forms().end(), [&](const ShockForm& f) {
            return kind == to_string(f.kind) && (f.marker == nullptr || place.has(f.marker));
        });
    }

    void read_shock(const JsonValue& place) {
        const ShockForm& form = form_of(place);
        place.require_object(keys_of(form));
        for (const std::string& key : form.required) {
            if (!place.has(key)) place.at(key).fail(codes);
        }
        ScenarioShock shock;
        shock.kind = form.kind;
        read_codes(place, shock);
        if (place.has("series")) shock.series = file_of(place.at("series"));
        if (place.has("amounts")) shock.amounts = file_of(place.at("amounts"));
        if (place.has("demand")) {
            shock.demand = static_cast<FinalDemand>(place.at("demand").one_of(final_demands()));
        }
        shock.amount.value = 1.0;
        if (form.amount != nullptr) shock.amount = number(place.at(form.amount), form.range);
        if (form.has_timing) read_timing(place, shock);
        scenario_.shocks.push_back(std::move(shock));
    }

    static const std::string& file_of(const JsonValue& place) {
        if (place.text().empty()) place.fail("an empty text", "a file");
        return place.text();
    }

    /// Origins and users that are not named are all; a coefficient has no origins then.
    static void read_codes(const JsonValue& place, ScenarioShock& shock) {
        const auto patterns = [&](const char* key) {
            return place.has(key) ? place.at(key).text_or_texts(codes) : CodePatterns{};
        };
        const bool uses =
            shock.kind == ShockKind::import_cut || shock.kind == ShockKind::coefficient_change;
        shock.origins = patterns("origin");
        shock.products = patterns("product");
        shock.sectors = patterns(uses ? "user" : "sector");
        shock.regions = patterns("region");
        if (uses && shock.sectors.empty()) shock.sectors = {"*"};
        const bool delivers = shock.kind == ShockKind::import_cut ||
                              (shock.kind == ShockKind::price_rise && place.has("product"));
        if (delivers && shock.origins.empty()) shock.origins = {"*"};
    }

    void read_timing(const JsonValue& place, ScenarioShock& shock) {
        for (const TimingKey& key : timing_keys()) {
            if (place.has(key.name)) {
                shock.*key.value = number(place.at(key.name), timing_range);
            }
        }
        for (const auto& [key, needed] :
             {std::pair{"recovery", "duration"}, std::pair{"recovery_shape", "recovery"}}) {
            if (place.has(key) && !place.has(needed)) {
                place.at(needed).fail(fmt::format("a number, as {} is there", key));
            }
        }
        if (place.has("recovery_shape")) {
            shock.shape =
                static_cast<RecoveryShape>(place.at("recovery_shape").one_of(recovery_shapes()));
        }
    }

    void read_parameters() {
        if (!root_.has("parameters")) return;
        const JsonValue place = root_.at("parameters");
        place.require_object(parameter_names());
        ShockParameters& parameters = scenario_.parameters;
        for (const NumberParameter& each : number_parameters()) {
            if (!place.has(each.name)) continue;
            const ScenarioNumber value = number(place.at(each.name), each.range);
            if (value.variable.empty()) {
                parameters.*each.value = value.value;
            } else {
                scenario_.variable_parameters.push_back({&each, value.variable});
            }
        }
        for (const ChoiceParameter& each : choice_parameters()) {
            if (place.has(each.name)) {
                each.set(parameters, place.at(each.name).one_of(each.choices));
            }
        }
        if (place.has("criticality")) parameters.criticality = place.at("criticality").text();
        if (place.has("stocks")) {
            parameters.stocks = file_of(place.at("stocks"));
            if (place.has("stock_days")) {
                place.at("stocks").fail("it and stock_days", "one of them");
            }
        }
        if (place.has("households")) {
            parameters.households =
                place.at("households").text_or_texts("a final use or a list of them");
        }
    }

    std::string path_;
    nlohmann::ordered_json json_;
    JsonValue root_;
    Scenario scenario_;
    std::map<std::string, JsonValue> defined_;  // variables, and where they are
    std::set<std::string> used_;
};

}  // namespace

Scenario read_scenario(const InputFile& file) {
    Scenario scenario = Reader(file).scenario();
    scenario_cases(scenario);  // for what is wrong in one of them
    return scenario;
}

}  // namespace narrows
