// Hostile scenario files, read and resolved in both scopes.
#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <string>

#include "host/base/error.hpp"

#include "tests/support/scenarios.hpp"

namespace {

/// Counts of millions are legal, and take longer than one input may.
bool asks_for_many_cases(const std::string& text) {
    int digits = 0;
    for (const char c : text) {
        const bool is_digit = std::isdigit(static_cast<unsigned char>(c)) != 0;
        if (digits > 0 && (c == 'e' || c == 'E')) return true;
        digits = is_digit ? digits + 1 : (c == '.' ? digits : 0);
        if (digits > 4) return true;
    }
    return std::count(text.begin(), text.end(), ',') > 200;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    if (asks_for_many_cases(text)) return 0;
    for (const bool world : {false, true}) {
        try {
            const narrows::Scenario scenario = narrows::test::scenario_of(text);
            const auto economy = narrows::test::coded_economy(world);
            const narrows::ShockBatch batch = narrows::shock_batch(scenario, economy);
            narrows::case_parameters(scenario, batch, batch.num_cases() - 1);
        } catch (const narrows::Error&) {
        }
    }
    return 0;
}
