#include "host/report/html_report.hpp"

#include <algorithm>
#include <utility>

#include "host/base/error.hpp"
#include "host/report/report_page.hpp"

namespace narrows {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t most_json = 2'000'000;  // bytes

/// ASCII without the characters that mean something in HTML.
std::string script_json(const ordered_json& json) {
    std::string text;
    for (const char c : json.dump(-1, ' ', true, ordered_json::error_handler_t::replace)) {
        switch (c) {
            case '<':
                text += "\\u003c";
                break;
            case '>':
                text += "\\u003e";
                break;
            case '&':
                text += "\\u0026";
                break;
            default:
                text += c;
        }
    }
    return text;
}

std::string html_text(const std::string& text) {
    std::string escaped;
    for (const char c : text) {
        switch (c) {
            case '<':
                escaped += "&lt;";
                break;
            case '>':
                escaped += "&gt;";
                break;
            case '&':
                escaped += "&amp;";
                break;
            case '"':
                escaped += "&quot;";
                break;
            default:
                escaped += c;
        }
    }
    return escaped;
}

/// The key of the array that takes most room, and that room.
std::pair<std::string, std::size_t> longest_array(const ordered_json& json) {
    std::pair<std::string, std::size_t> longest;
    for (const auto& [key, value] : json.items()) {
        if (!value.is_array() || value.empty()) continue;
        const std::size_t size = script_json(value).size();
        if (size > longest.second) longest = {key, size};
    }
    return longest;
}

/// Paths lose the outputs of sectors first, then arrays their last rows.
void shorten(ordered_json& json) {
    std::size_t size = script_json(json).size();
    if (size <= most_json) return;
    ordered_json left_out = ordered_json::object();
    if (json.contains("paths")) {
        for (ordered_json& path : json["paths"]) path["output"] = ordered_json::object();
        left_out["paths.output"] = json["paths"].size();
        size = script_json(json).size();
    }
    while (size > most_json) {
        const auto [key, room] = longest_array(json);
        if (key.empty()) break;
        auto& rows = json[key].get_ref<ordered_json::array_t&>();
        const std::size_t too_much = std::min(room, size - most_json);
        const std::size_t keep = rows.size() * (room - too_much) / room;
        const std::size_t kept = std::min(keep, rows.size() - 1);
        left_out[key] = left_out.value(key, std::size_t{0}) + rows.size() - kept;
        rows.resize(kept);
        size = script_json(json).size();
    }
    json["report"]["left_out"] = std::move(left_out);
}

void replace(std::string& page, const std::string& mark, const std::string& text) {
    page.replace(page.find(mark), mark.size(), text);
}

}  // namespace

bool has_report_page() {
    return !report_page.empty();
}

std::string html_report(const Document& document) {
    if (!has_report_page()) {
        throw ArgumentError(
            "this build has no page for reports: install Vega (Debian: libjs-vega), then configure "
            "and build again");
    }
    ordered_json json = to_json(document);
    json["report"]["title"] = document.title;
    shorten(json);
    std::string page(report_page);
    // From the end to the front: no text that was put in is looked at again.
    replace(page, "<!--document-->", script_json(json));
    replace(page, "<!--title-->", html_text(document.title));
    return page;
}

}  // namespace narrows
