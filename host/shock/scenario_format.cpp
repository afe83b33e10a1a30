#include "host/shock/scenario_format.hpp"

#include <algorithm>

namespace narrows {
namespace {

using Texts = std::vector<std::string>;

constexpr Range share{0.0, 1.0};
constexpr Range change{-1.0, 1000.0};

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

}  // namespace

const std::vector<ShockForm>& shock_forms() {
    using enum ShockKind;
    static const std::vector<ShockForm> forms = {
        {import_cut, "series", nullptr, {}, false, {"series"}, {"origin", "user", "region"}},
        {import_cut, "amounts", nullptr, share, true, {"amounts"}, {"origin", "user", "region"}},
        {import_cut, nullptr, "share", share, true, {"product"}, {"origin", "user", "region"}},
        {capacity_loss, "series", nullptr, {}, false, {"series"}, {}},
        {capacity_loss, "amounts", nullptr, share, true, {"amounts"}, {}},
        {capacity_loss, nullptr, "share", share, true, {"sector"}, {"region"}},
        {demand_change, "series", nullptr, {}, false, {"series"}, {"demand"}},
        {demand_change, "amounts", nullptr, change, true, {"amounts"}, {"demand"}},
        {demand_change, nullptr, "change", change, true, {"sector"}, {"region", "demand"}},
        {coefficient_change,
         nullptr,
         "change",
         change,
         true,
         {"product"},
         {"origin", "user", "region"}},
        {price_rise, "sector", "rise", change, true, {"sector"}, {"region"}},
        {price_rise, nullptr, "rise", change, true, {"product"}, {"origin"}},
        {extraction, nullptr, nullptr, {}, false, {"sector"}, {"region"}},
    };
    return forms;
}

Range amount_range(ShockKind kind) {
    for (const ShockForm& form : shock_forms()) {
        if (form.kind == kind && form.amount != nullptr) return form.range;
    }
    return {};
}

std::vector<std::string> keys_of(const ShockForm& form) {
    Texts keys = {"kind"};
    keys.insert(keys.end(), form.required.begin(), form.required.end());
    keys.insert(keys.end(), form.optional.begin(), form.optional.end());
    if (form.amount != nullptr) keys.emplace_back(form.amount);
    if (form.has_timing) {
        for (const TimingKey& key : timing_keys()) keys.emplace_back(key.name);
        keys.emplace_back("recovery_shape");
    }
    return keys;
}

const std::vector<TimingKey>& timing_keys() {
    static const std::vector<TimingKey> keys = {{"start", &ScenarioShock::start},
                                                {"duration", &ScenarioShock::duration},
                                                {"ramp", &ScenarioShock::ramp},
                                                {"recovery", &ScenarioShock::recovery}};
    return keys;
}

const Texts& scenario_keys() {
    static const Texts keys = {"$schema", "name",   "description", "home", "scope", "days",
                               "sets",    "shocks", "parameters",  "grid", "draws"};
    return keys;
}

const Texts& scopes() {
    static const Texts words = {"home", "world"};
    return words;
}

const Texts& final_demands() {
    static const Texts words = {"all", "households", "other"};
    return words;
}

const Texts& recovery_shapes() {
    static const Texts words = {"linear", "fast-first", "slow-first"};
    return words;
}

const Texts& distributions() {
    static const Texts words = {"uniform", "log_uniform", "beta", "normal"};
    return words;
}

const Texts& parameter_names() {
    static const Texts names = [] {
        Texts all = {"criticality", "stocks", "households"};
        for (const NumberParameter& each : number_parameters()) all.emplace_back(each.name);
        for (const ChoiceParameter& each : choice_parameters()) all.emplace_back(each.name);
        return all;
    }();
    return names;
}

bool is_variable_name(const std::string& text) {
    return !text.empty() && is_letter(text.front()) &&
           std::all_of(text.begin(), text.end(),
                       [](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
}

}  // namespace narrows
