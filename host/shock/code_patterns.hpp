#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "host/shock/scenario.hpp"
#include "host/table/sector_set.hpp"

namespace narrows {

/// Does the whole `text` match, * any letters, ? any one?
bool matches_pattern(std::string_view pattern, std::string_view text);

/// Indices of `codes` that a code is, a pattern matches or the set of "set:NAME" holds, ascending.
/// Throws ParseError about `where` ("FILE: shocks[1].product") for a code or set that is not there
/// (the nearest is named), and for a pattern that matches none; `what` is "product" and the like.
/// `sets` null: codes are of something that has no sets.
std::vector<Index> matching_codes(const std::string& where, const char* what,
                                  const CodePatterns& patterns,
                                  const std::vector<std::string>& codes,
                                  const std::vector<SectorSet>* sets = nullptr);

}  // namespace narrows
