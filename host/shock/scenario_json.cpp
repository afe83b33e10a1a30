#include "host/shock/scenario_json.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "host/base/error.hpp"

namespace narrows {

using nlohmann::ordered_json;

std::string in_range(const Range& range) {
    return fmt::format("a number in [{}, {}]", range.low, range.high);
}

std::string nearest_of(std::string_view text, const std::vector<std::string>& known) {
    const std::string near = nearest(text, known);
    if (!near.empty()) return in_quotes(near);
    constexpr std::size_t few = 20;
    return known.size() <= few
               ? fmt::format("one of {}", fmt::join(known, ", "))
               : fmt::format("one of {} codes such as {}", known.size(), in_quotes(known.front()));
}

JsonValue JsonValue::at(const std::string& key) const {
    static const ordered_json nothing;
    const std::string path = path_.empty() ? key : path_ + "." + key;
    const auto found = json_->find(key);
    return {*this, path, found == json_->end() ? nothing : *found};
}

std::vector<std::string> JsonValue::keys() const {
    std::vector<std::string> keys;
    for (const auto& item : json_->items()) keys.push_back(item.key());
    return keys;
}

void JsonValue::require_object() const {
    if (!json_->is_object()) fail("an object");
}

void JsonValue::require_object(const std::vector<std::string>& known) const {
    require_object();
    for (const std::string& key : keys()) {
        if (std::find(known.begin(), known.end(), key) != known.end()) continue;
        at(key).fail("an unknown key", nearest_of(key, known));
    }
}

std::vector<JsonValue> JsonValue::items(const char* expected) const {
    if (!json_->is_array() || json_->empty()) {
        fail(json_->is_array() ? "an empty list" : shown(), expected);
    }
    std::vector<JsonValue> items;
    for (std::size_t i = 0; i < json_->size(); ++i) {
        items.push_back({*this, fmt::format("{}[{}]", path_, i), (*json_)[i]});
    }
    return items;
}

double JsonValue::number(const Range& range) const {
    if (!json_->is_number()) fail(in_range(range));
    const auto value = json_->get<double>();
    if (!(value >= range.low && value <= range.high)) fail(in_range(range));
    return value;
}

double JsonValue::whole(const Range& range) const {
    const std::string expected = fmt::format("a whole number in [{}, {}]", range.low, range.high);
    if (!json_->is_number()) fail(expected);
    const auto value = json_->get<double>();
    if (!(value >= range.low && value <= range.high) || value != std::trunc(value)) fail(expected);
    return value;
}

const std::string& JsonValue::text() const {
    if (!json_->is_string()) fail("text");
    return json_->get_ref<const std::string&>();
}

std::vector<std::string> JsonValue::text_or_texts(const char* expected) const {
    std::vector<std::string> texts;
    const auto add = [&](const JsonValue& value) {
        if (!value.is_string()) value.fail(expected);
        if (value.text().empty()) value.fail("an empty text", expected);
        texts.push_back(value.text());
    };
    if (is_string()) {
        add(*this);
    } else {
        for (const JsonValue& item : items(expected)) add(item);
    }
    return texts;
}

std::size_t JsonValue::one_of(const std::vector<std::string>& words) const {
    const std::string expected = fmt::format("one of {}", fmt::join(words, ", "));
    if (!json_->is_string()) fail(expected);
    const auto found = std::find(words.begin(), words.end(), text());
    if (found == words.end()) {
        const std::string near = nearest(text(), words);
        fail(near.empty() ? expected : in_quotes(near));
    }
    return static_cast<std::size_t>(found - words.begin());
}

void JsonValue::fail(const std::string& found, const std::string& expected) const {
    throw ParseError(path_.empty() ? *file_ : fmt::format("{}: {}", *file_, path_), 0, 0, "", found,
                     expected);
}

/// Never the content of a list or an object, which may be of any size and depth.
std::string JsonValue::shown() const {
    if (json_->is_null()) return "nothing";
    if (json_->is_object()) return "an object";
    if (json_->is_array()) return "a list";
    if (json_->is_string()) return in_quotes(text());
    return json_->dump();
}

}  // namespace narrows
