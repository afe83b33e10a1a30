#include "host/readers/json_file.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "host/base/error.hpp"

namespace narrows {

namespace {

using nlohmann::json;
using nlohmann::ordered_json;

/// What `parse` makes of the bytes, its errors as ParseError.
template <class Parse>
auto parsed(const InputFile& file, Parse parse) {
    try {
        return parse(file.bytes());
    } catch (const json::parse_error& error) {
        const auto before = file.bytes().substr(0, error.byte);
        throw ParseError(file.path(), 1 + std::count(before.begin(), before.end(), '\n'), 0, "",
                         fmt::format("no JSON at byte {}", error.byte), "a JSON object");
    } catch (const json::exception&) {
        throw ParseError(file.path(), 0, 0, "", "a number that no double can hold",
                         "a JSON object");
    }
}

}  // namespace

json read_json(const InputFile& file) {
    return parsed(file, [](std::string_view text) { return json::parse(text); });
}

ordered_json read_commented_json(const InputFile& file) {
    std::vector<std::set<std::string>> keys;  // of the objects that are open
    const auto once = [&](int, json::parse_event_t event, const ordered_json& value) {
        if (event == json::parse_event_t::object_start) keys.emplace_back();
        if (event == json::parse_event_t::object_end) keys.pop_back();
        if (event == json::parse_event_t::key) {
            const auto& key = value.get_ref<const std::string&>();
            if (!keys.back().insert(key).second) {
                throw ParseError(file.path(), 0, 0, "", "the key " + in_quotes(key) + " twice",
                                 "each key of an object once");
            }
        }
        return true;
    };
    return parsed(
        file, [&](std::string_view text) { return ordered_json::parse(text, once, true, true); });
}

}  // namespace narrows
