#include "host/shock/code_patterns.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/shock/scenario_json.hpp"

namespace narrows {
namespace {

const SectorSet& set_called(const std::string& where, const std::string& pattern,
                            const std::vector<SectorSet>& sets) {
    if (sets.empty()) {
        throw ParseError(where, 0, 0, "", in_quotes(pattern),
                         "sets by \"sets\": \"FILE\" in the scenario, or by --sets FILE");
    }
    std::vector<std::string> names;
    for (const SectorSet& set : sets) {
        names.push_back(set_prefix + set.name);
        if (names.back() == pattern) return set;
    }
    throw ParseError(where, 0, 0, "", "unknown set " + in_quotes(pattern),
                     nearest_of(pattern, names));
}

}  // namespace

bool matches_pattern(std::string_view pattern, std::string_view text) {
    // Where the last * stands and how much of the text it has taken: on a mismatch it takes one
    // more.
    std::size_t star = std::string_view::npos;
    std::size_t taken = 0;
    std::size_t p = 0;
    for (std::size_t t = 0; t < text.size();) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            taken = t;
        } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
            ++p;
            ++t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++taken;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

std::vector<Index> matching_codes(const std::string& where, const char* what,
                                  const CodePatterns& patterns,
                                  const std::vector<std::string>& codes,
                                  const std::vector<SectorSet>* sets) {
    std::vector<bool> chosen(codes.size());
    for (const std::string& pattern : patterns) {
        if (sets != nullptr && pattern.rfind(set_prefix, 0) == 0) {
            for (const Index product : set_called(where, pattern, *sets).products) {
                chosen[static_cast<std::size_t>(product)] = true;
            }
            continue;
        }
        bool any = false;
        for (std::size_t i = 0; i < codes.size(); ++i) {
            if (!matches_pattern(pattern, codes[i])) continue;
            chosen[i] = any = true;
        }
        if (any) continue;
        if (pattern.find_first_of("*?") != std::string::npos) {
            throw ParseError(where, 0, 0, "", "an empty wildcard " + in_quotes(pattern),
                             fmt::format("a pattern that a {} matches", what));
        }
        throw ParseError(where, 0, 0, "", fmt::format("unknown {} {}", what, in_quotes(pattern)),
                         nearest_of(pattern, codes));
    }
    std::vector<Index> indices;
    for (std::size_t i = 0; i < codes.size(); ++i) {
        if (chosen[i]) indices.push_back(static_cast<Index>(i));
    }
    return indices;
}

}  // namespace narrows
