#include "host/cli/table_years.hpp"

#include <algorithm>
#include <charconv>
#include <set>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/cli/ranking_options.hpp"
#include "host/readers/years.hpp"

namespace narrows::cli {
namespace {

int parse_year(const std::string& text) {
    int year = 0;
    const char* end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, year);
    if (parsed.ec != std::errc() || parsed.ptr != end || year < 1 || year > 9999) {
        throw ArgumentError("--years: found " + in_quotes(text) +
                            ", expected years such as 1995,2000-2011, or all");
    }
    return year;
}

/// "1995,2000-2011"; empty for "all" and for "".
std::set<int> parse_years(const std::string& text) {
    std::set<int> years;
    if (text.empty() || text == "all") return years;
    for (const std::string& part : split(text)) {
        const std::size_t dash = std::min(part.find('-'), part.size());
        const int first = parse_year(part.substr(0, dash));
        const int last = dash == part.size() ? first : parse_year(part.substr(dash + 1));
        if (last < first) throw ArgumentError("--years: " + in_quotes(part) + " runs backwards");
        for (int year = first; year <= last; ++year) years.insert(year);
    }
    return years;
}

}  // namespace

void add_years_option(CLI::App& command, std::string& years) {
    command
        .add_option("--years", years,
                    "years, 1995,2000-2011, or all that FILES hold; needed where a file holds "
                    "several")
        ->type_name("YEARS");
}

void each_table(const std::vector<std::string>& files, const TableOptions& reading,
                const std::string& years,
                const std::function<void(const std::string&, const IoTable&)>& use) {
    const std::set<int> wanted = parse_years(years);
    std::set<int> missing = wanted;
    for (const std::string& file : files) {
        TableOptions table = reading;
        table.name = file;
        std::vector<int> held;
        try {
            const IoTable only = open_table(table);
            missing.erase(only.meta().year);
            if (wanted.empty() || wanted.count(only.meta().year) != 0) use(file, only);
            continue;
        } catch (const YearsError& error) {
            if (years.empty()) {
                throw ArgumentError(std::string(error.what()) + "s, a list or all");
            }
            held = error.years();
        }
        for (const int year : held) {
            if (!wanted.empty() && wanted.count(year) == 0) continue;
            table.read.year = year;
            missing.erase(year);
            use(file, open_table(table));
        }
    }
    if (!missing.empty()) {
        throw ArgumentError(fmt::format("--years: no table is of {}", fmt::join(missing, ", ")));
    }
}

}  // namespace narrows::cli
