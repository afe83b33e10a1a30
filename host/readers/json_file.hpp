#pragma once

#include <nlohmann/json.hpp>

#include "host/readers/input_source.hpp"

namespace narrows {

/// The JSON in a file. Throws ParseError with the line where it is none, or none that doubles hold.
nlohmann::json read_json(const InputFile& file);

}  // namespace narrows
