// The published JSON Schema and the reader say the same.
#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "host/readers/plain_folder.hpp"
#include "host/shock/scenario_format.hpp"

#include "tests/support/scenarios.hpp"
#include "tests/support/shared_files.hpp"

namespace narrows {
namespace {

using nlohmann::json;
using Names = std::set<std::string>;

const json& schema() {
    static const json content =
        test::read_json(test::data_path() / "scenarios" / "scenario.schema.json");
    return content;
}

Names names_of(const std::vector<std::string>& list) {
    return {list.begin(), list.end()};
}

Names keys_of_object(const json& object) {
    Names names;
    for (const auto& item : object.items()) names.insert(item.key());
    return names;
}

/// With a reference into $defs followed.
const json& followed(const json& property) {
    if (!property.contains("$ref")) return property;
    return schema().at(json::json_pointer(property.at("$ref").get<std::string>().substr(1)));
}

/// The range of a number that may also be a variable.
void expect_range(const json& property, const Range& range, const std::string& what) {
    const json& choices = followed(property).at("anyOf");
    EXPECT_EQ(choices[0].at("type"), "number") << what;
    EXPECT_EQ(choices[0].at("minimum").get<double>(), range.low) << what;
    EXPECT_EQ(choices[0].at("maximum").get<double>(), range.high) << what;
    EXPECT_EQ(choices[1].at("$ref"), "#/$defs/variable") << what;
}

TEST(ScenarioSchema, HasTheKeysOfTheReader) {
    const json& properties = schema().at("properties");
    EXPECT_EQ(keys_of_object(properties), names_of(scenario_keys()));
    EXPECT_EQ(schema().at("required"), json({"name", "shocks"}));
    EXPECT_FALSE(schema().at("additionalProperties").get<bool>());
    EXPECT_EQ(properties.at("scope").at("enum"), json(scopes()));
    EXPECT_EQ(properties.at("days").at("minimum"), horizon_range.low);
    EXPECT_EQ(properties.at("days").at("maximum"), horizon_range.high);
    const Scenario defaults = test::scenario_with(R"({"kind": "extraction", "sector": "A"})");
    EXPECT_EQ(properties.at("days").at("default"), defaults.days);
    const json& draws = properties.at("draws").at("properties");
    EXPECT_EQ(draws.at("count").at("maximum"), max_cases);
    EXPECT_EQ(draws.at("seed").at("maximum"), max_seed);
    EXPECT_EQ(draws.at("seed").at("default"), defaults.seed);
    EXPECT_EQ(keys_of_object(schema().at("$defs").at("distribution").at("properties")),
              names_of(distributions()));
}

TEST(ScenarioSchema, HasTheFormsOfShocks) {
    const json& forms = schema().at("$defs").at("shock").at("oneOf");
    ASSERT_EQ(forms.size(), shock_forms().size());
    for (std::size_t i = 0; i < forms.size(); ++i) {
        const ShockForm& form = shock_forms()[i];
        const json& properties = forms[i].at("properties");
        EXPECT_EQ(properties.at("kind").at("const"), to_string(form.kind));
        EXPECT_EQ(keys_of_object(properties), names_of(keys_of(form)));
        EXPECT_FALSE(forms[i].at("additionalProperties").get<bool>());
        Names required = names_of(form.required);
        required.insert("kind");
        if (form.amount != nullptr) {
            required.insert(form.amount);
            expect_range(properties.at(form.amount), form.range, form.amount);
        }
        EXPECT_EQ(names_of(forms[i].at("required").get<std::vector<std::string>>()), required);
        EXPECT_EQ(forms[i].contains("dependentRequired"), form.has_timing);
    }
    const json& defs = schema().at("$defs");
    for (const TimingKey& key : timing_keys())
        expect_range(defs.at(key.name), timing_range, key.name);
    EXPECT_EQ(defs.at("recovery_shape").at("enum"), json(recovery_shapes()));
    EXPECT_EQ(defs.at("demand").at("enum"), json(final_demands()));
}

TEST(ScenarioSchema, HasTheParametersWithRangesAndDefaults) {
    const json& properties = schema().at("$defs").at("parameters").at("properties");
    EXPECT_EQ(keys_of_object(properties), names_of(parameter_names()));
    EXPECT_EQ(schema().at("$defs").at("parameters").at("not").at("required"),
              json({"stocks", "stock_days"}));
    const ShockParameters defaults;
    for (const NumberParameter& each : number_parameters()) {
        expect_range(properties.at(each.name), each.range, each.name);
        EXPECT_EQ(properties.at(each.name).at("default").get<double>(), defaults.*each.value)
            << each.name;
        EXPECT_GE(defaults.*each.value, each.range.low);
        EXPECT_LE(defaults.*each.value, each.range.high);
    }
    for (const ChoiceParameter& each : choice_parameters()) {
        EXPECT_EQ(properties.at(each.name).at("enum"), json(each.choices));
        EXPECT_EQ(properties.at(each.name).at("default"), each.choices.front());
        ShockParameters first;
        each.set(first, 0);
        EXPECT_EQ(first, defaults) << each.name;
    }
}

/// Does the reader take this value of the parameter?
bool takes(const std::string& parameter, double value) {
    try {
        test::scenario_with(R"({"kind": "extraction", "sector": "A"})",
                            fmt::format(R"("parameters": {{"{}": {}}})", parameter, value));
        return true;
    } catch (const ParseError&) {
        return false;
    }
}

TEST(ScenarioSchema, RangesAreWhatTheReaderTakes) {
    for (const auto& item : schema().at("$defs").at("parameters").at("properties").items()) {
        if (!item.value().contains("anyOf")) continue;
        const auto low = item.value().at("anyOf")[0].at("minimum").get<double>();
        const auto high = item.value().at("anyOf")[0].at("maximum").get<double>();
        EXPECT_TRUE(takes(item.key(), low)) << item.key();
        EXPECT_TRUE(takes(item.key(), high)) << item.key();
        EXPECT_FALSE(takes(item.key(), std::nextafter(low, -1e9))) << item.key();
        EXPECT_FALSE(takes(item.key(), std::nextafter(high, 1e9))) << item.key();
    }
}

/// The codes of world-2011 as an economy without flows.
ShockEconomy codes_of_world_2011(bool world, const std::string& home) {
    const IoTable table = read_plain_folder(test::data_path() / "world-2011");
    const Classification& classes = table.classification();
    ShockEconomy economy;
    economy.world = world;
    economy.home = home;
    economy.products = classes.sectors();
    for (const Region& region : classes.regions()) {
        if (world || region.code == home) {
            economy.regions.push_back(region);
        } else {
            economy.origins.push_back(region.code);
        }
    }
    for (Index node = 0; node < classes.num_nodes(); ++node) {
        if (!world && classes.region_of(node) != classes.region(home)) continue;
        economy.product.push_back(classes.sector_of(node));
        economy.region.push_back(world ? classes.region_of(node) : 0);
    }
    economy.x = Eigen::VectorXd::Ones(static_cast<Index>(economy.product.size()));
    return economy;
}

ShockBatch worked(const std::string& name) {
    const Scenario scenario =
        read_scenario(InputFile(test::data_path() / "scenarios" / (name + ".json")));
    return shock_batch(scenario, codes_of_world_2011(scenario.world, scenario.home));
}

TEST(WorkedScenarios, ResolveAgainstWorld2011) {
    const ShockBatch ban = worked("chip-export-ban");
    ASSERT_EQ(ban.num_cases(), 4);
    ASSERT_EQ(ban.num_targets(), 1);
    EXPECT_EQ(ban.targets[0].origins, (std::vector<Index>{0, 1, 2, 3, 4}));  // without China
    EXPECT_EQ(ban.targets[0].products, std::vector<Index>{11});
    EXPECT_EQ(ban.targets[0].nodes.size(), 24U);
    EXPECT_EQ(ban.cases[2], "cut=0.9 stocks=10");

    const ShockBatch halt = worked("iron-ore-and-fuel-halt");
    ASSERT_EQ(halt.num_targets(), 1);
    EXPECT_EQ(halt.targets[0].products, (std::vector<Index>{1, 5}));
    EXPECT_EQ(halt.targets[0].origins.size(), 12U);

    const ShockBatch loss = worked("machinery-cluster-loss");
    EXPECT_EQ(loss.num_cases(), 200);
    EXPECT_EQ(loss.targets[0].nodes, std::vector<Index>{10});  // CHN_MAC
    EXPECT_NEAR(loss.amounts.mean(), 0.3, 4.5 * 0.1 / std::sqrt(200.0));

    const ShockBatch slump = worked("demand-slump");
    ASSERT_EQ(slump.num_targets(), 3);
    EXPECT_EQ(slump.targets[0].nodes.size(), 2U * 13U);
    EXPECT_EQ(slump.targets[2].nodes, std::vector<Index>{15});  // CHN_CON
}

}  // namespace
}  // namespace narrows
