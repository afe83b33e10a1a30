#include "host/cli/set_options.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/base/hash.hpp"
#include "host/cli/options.hpp"
#include "host/cli/ranking_options.hpp"
#include "host/readers/sector_sets.hpp"

namespace narrows::cli {
namespace {

Index set_called(const std::string& name, const std::vector<std::string>& names) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found != names.end()) return found - names.begin();
    const std::string near = nearest(name, names);
    throw ArgumentError(fmt::format("--only-sets: unknown set {}, {}", in_quotes(name),
                                    near.empty()
                                        ? fmt::format("expected {}", fmt::join(names, ", "))
                                        : "did you mean " + in_quotes(near) + "?"));
}

/// Numbers of the sets in a list of names, or of the one whose name holds a comma.
std::vector<Index> sets_called(const std::string& text, const std::vector<SectorSet>& sets) {
    std::vector<std::string> names;
    for (const SectorSet& set : sets) names.push_back(set.name);
    const auto whole = std::find(names.begin(), names.end(), text);
    if (whole != names.end()) return {whole - names.begin()};
    std::vector<Index> numbers;
    for (const std::string& name : split(text)) {
        const Index number = set_called(name, names);
        if (std::find(numbers.begin(), numbers.end(), number) != numbers.end()) {
            throw ArgumentError("--only-sets: " + in_quotes(name) + " is given twice");
        }
        numbers.push_back(number);
    }
    return numbers;
}

}  // namespace

void add_set_options(CLI::App& command, SetOptions& options, const std::string& only,
                     const std::string& weights) {
    const OptionGroup group(command, "Sets of sectors");
    command
        .add_option("--sets", options.sets,
                    "CSV set,product[,reason]: sets of products by name (docs/sets.md)")
        ->type_name("FILE")
        ->check(not_empty());
    command.add_option("--only-sets", options.only, only)
        ->type_name("NAME,...")
        ->check(not_empty());
    if (weights.empty()) return;
    command.add_option("--set-weights", options.weights, "CSV set,weight: " + weights)
        ->type_name("FILE")
        ->check(not_empty());
}

SetSelection set_selection(const SetOptions& options, const std::vector<Sector>& sectors,
                           bool further_use) {
    SetSelection selection;
    if (options.sets.empty()) {
        for (const auto& [name, value] : {std::pair("--only-sets", options.only),
                                          std::pair("--set-weights", options.weights)}) {
            if (!value.empty()) throw ArgumentError(std::string(name) + ": expected --sets too");
        }
        return selection;
    }
    if (!further_use && options.only.empty() && options.weights.empty()) {
        throw ArgumentError(
            "--sets: found nothing that uses the sets, expected --only-sets, --set-weights or, of "
            "fill, --set-limits");
    }
    selection.sets = read_sector_sets(options.sets, sectors);
    if (!options.only.empty()) selection.only = sets_called(options.only, selection.sets);
    if (!options.weights.empty()) {
        selection.weights = read_set_weights(options.weights, selection.sets);
    }
    return selection;
}

void record_sets(nlohmann::ordered_json& parameters, const SetOptions& options,
                 const SetSelection& selection) {
    if (options.sets.empty()) return;
    parameters["sets"] = options.sets;
    parameters["sets_hash"] = hash_file(options.sets);
    if (selection.has_filter()) {
        nlohmann::ordered_json& names = parameters["only_sets"] = nlohmann::ordered_json::array();
        for (const Index set : selection.only) {
            names.push_back(selection.sets[static_cast<std::size_t>(set)].name);
        }
    }
    if (!selection.has_weights()) return;
    parameters["set_weights"] = options.weights;
    parameters["set_weights_hash"] = hash_file(options.weights);
}

}  // namespace narrows::cli
