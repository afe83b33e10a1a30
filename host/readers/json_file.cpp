#include "host/readers/json_file.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "host/base/error.hpp"

namespace narrows {

nlohmann::json read_json(const InputFile& file) {
    using nlohmann::json;
    try {
        return json::parse(file.bytes());
    } catch (const json::parse_error& error) {
        const auto before = file.bytes().substr(0, error.byte);
        throw ParseError(file.path(), 1 + std::count(before.begin(), before.end(), '\n'), 0, "",
                         fmt::format("no JSON at byte {}", error.byte), "a JSON object");
    } catch (const json::exception&) {
        throw ParseError(file.path(), 0, 0, "", "a number that no double can hold",
                         "a JSON object");
    }
}

}  // namespace narrows
