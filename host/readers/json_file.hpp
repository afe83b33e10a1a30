#pragma once

#include <nlohmann/json.hpp>

#include "host/readers/input_source.hpp"

namespace narrows {

/// The JSON in a file. Throws ParseError with the line where it is none, or none that doubles hold.
nlohmann::json read_json(const InputFile& file);

/// The same with // and /* */ comments, keys in their order. Throws ParseError also where an object
/// has a key twice.
nlohmann::ordered_json read_commented_json(const InputFile& file);

}  // namespace narrows
