#include "host/readers/csv_mapping.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "host/base/error.hpp"
#include "host/readers/json_file.hpp"

namespace narrows {
namespace {

using nlohmann::json;
using Texts = std::vector<std::string>;

/// An object of the mapping file, all of whose keys must be known.
class Object {
  public:
    Object(std::string path, std::string name, json content, const Texts& known)
        : path_(std::move(path)), name_(std::move(name)), content_(std::move(content)) {
        if (!content_.is_object()) {
            throw ParseError(path_, 0, 0, "", (name_.empty() ? "" : name_ + ": ") + "no object",
                             "a JSON object");
        }
        for (const auto& [key, value] : content_.items()) {
            if (std::find(known.begin(), known.end(), key) != known.end()) continue;
            const std::string near = nearest(key, known);
            throw ParseError(
                path_, 0, 0, "", "unknown key " + in_quotes(prefix() + key),
                near.empty() ? fmt::format("one of {}", fmt::join(known, ", ")) : in_quotes(near));
        }
    }

    bool has(const char* key) const { return content_.contains(key); }
    const json& at(const char* key) const { return content_.at(key); }
    Texts keys() const {
        Texts keys;
        for (const auto& [key, value] : content_.items()) keys.push_back(key);
        return keys;
    }
    [[noreturn]] void fail(const std::string& key, const std::string& expected) const {
        const json found = content_.value(key, json());
        throw ParseError(path_, 0, 0, "",
                         fmt::format("{}: {}", in_quotes(prefix() + key),
                                     found.is_null() ? "nothing" : in_quotes(found.dump())),
                         expected);
    }

    std::string text(const char* key) const {
        if (!has(key) || !at(key).is_string()) fail(key, "text");
        return at(key).get<std::string>();
    }
    std::string text_or(const char* key, const char* otherwise) const {
        return has(key) ? text(key) : otherwise;
    }
    /// One of two texts; is it the second?
    bool second_of(const char* key, const char* first, const char* second) const {
        const std::string value = text_or(key, first);
        if (value != first && value != second) {
            fail(key, fmt::format("{} or {}", in_quotes(first), in_quotes(second)));
        }
        return value == second;
    }
    char character_of(const char* key, char otherwise, std::string_view valid) const {
        if (!has(key)) return otherwise;
        const std::string value = text(key);
        if (value.size() != 1 || valid.find(value[0]) == std::string_view::npos) {
            Texts quoted;
            for (const char c : valid) quoted.push_back(json(std::string(1, c)).dump());
            fail(key, fmt::format("one of {}", fmt::join(quoted, " ")));
        }
        return value[0];
    }

  private:
    std::string prefix() const { return name_.empty() ? "" : name_ + "."; }

    std::string path_;
    std::string name_;
    json content_;
};

/// The object under `key`, empty where there is none.
Object part(const InputFile& file, const Object& root, const char* key, const Texts& known) {
    return {file.path(), key, root.has(key) ? root.at(key) : json::object(), known};
}

std::map<std::string, Selectors> selectors(const Object& object) {
    std::map<std::string, Selectors> result;
    for (const std::string& role : object.keys()) {
        const json& value = object.at(role.c_str());
        const json list = value.is_string() ? json::array({value}) : value;
        const bool sound = list.is_array() && !list.empty() &&
                           std::all_of(list.begin(), list.end(),
                                       [](const json& item) { return item.is_string(); });
        if (!sound) object.fail(role, "a label, \"PREFIX*\", \"FIRST..LAST\" or a list of them");
        result[role] = list.get<Selectors>();
    }
    return result;
}

void read_fields(const InputFile& file, const Object& root, CsvMapping& mapping) {
    const Object fields = part(file, root, "fields",
                               {"row", "column", "value", "row_region", "column_region", "year"});
    if (!mapping.is_long) {
        if (root.has("fields")) root.fail("fields", "none in a wide layout");
        return;
    }
    for (const char* needed : {"row", "column", "value"}) fields.text(needed);
    for (const std::string& key : fields.keys()) mapping.fields[key] = fields.text(key.c_str());
    if (fields.has("row_region") != fields.has("column_region")) {
        fields.fail(fields.has("row_region") ? "column_region" : "row_region",
                    "columns for both regions or for none");
    }
    if (fields.has("row_region") && !mapping.is_multi_regional) {
        fields.fail("row_region", "none in a national table");
    }
}

}  // namespace

CsvMapping read_csv_mapping(const InputFile& file) {
    const Object root(file.path(), "", read_json(file),
                      {"layout", "kind", "name", "unit", "year", "region", "separator", "decimal",
                       "thousands", "label", "rows", "columns", "fields"});
    CsvMapping mapping;
    mapping.is_long = root.second_of("layout", "wide", "long");
    mapping.is_multi_regional = root.second_of("kind", "national", "multi-regional");
    mapping.unit = root.text("unit");
    mapping.name = root.text_or("name", "");
    mapping.region = root.text_or("region", "");
    if (root.has("year")) {
        constexpr int latest = 9999;
        if (!root.at("year").is_number_integer() || root.at("year") < 0 ||
            root.at("year") > latest) {
            root.fail("year", "a year");
        }
        mapping.year = root.at("year").get<int>();
    }
    mapping.separator = root.character_of("separator", ',', ",;\t|");
    mapping.decimal = root.character_of("decimal", '.', ".,");
    mapping.thousands = root.character_of("thousands", '\0', ",.' ");
    if (mapping.decimal == mapping.thousands) root.fail("thousands", "not the decimal character");
    const Object label = part(file, root, "label", {"separator", "region"});
    mapping.label_separator = label.character_of("separator", '_', "_-:/.| ");
    mapping.region_first = !label.second_of("region", "first", "last");
    mapping.rows = selectors(
        part(file, root, "rows", {"sectors", "imports", "taxes", "value_added", "output"}));
    mapping.columns = selectors(part(file, root, "columns", {"sectors", "final_use", "output"}));
    read_fields(file, root, mapping);
    return mapping;
}

}  // namespace narrows
