#include "host/invest/blockade_file.hpp"

#include <algorithm>
#include <limits>
#include <map>

#include "host/base/error.hpp"
#include "host/readers/csv.hpp"

namespace narrows {
namespace {

/// Index of a code of field `column`.
Index code_of(const CsvFile& file, std::size_t column, const char* name, const std::string& code,
              const std::vector<std::string>& codes) {
    const auto found = std::find(codes.begin(), codes.end(), code);
    if (found != codes.end()) return found - codes.begin();
    const std::string near = nearest(code, codes);
    file.fail(
        column, name, "unknown " + std::string(name) + " " + in_quotes(code),
        near.empty() ? "one that is there, such as " + in_quotes(codes.front()) : in_quotes(near));
}

Coalition coalition_of_field(const CsvFile& file, const HomeEconomy& home,
                             const std::string& text) {
    if (text == "all") return all_imports(home).front();
    Coalition coalition;
    for (std::size_t at = 0; at <= text.size();) {
        const std::size_t plus = std::min(text.find('+', at), text.size());
        const std::string code = text.substr(at, plus - at);
        at = plus + 1;
        if (code == home.region) {
            file.fail(1, "coalition", "home " + in_quotes(code), "regions that withhold from it");
        }
        const Index origin = code_of(file, 1, "coalition", code, home.origins);
        if (std::find(coalition.begin(), coalition.end(), origin) != coalition.end()) {
            file.fail(1, "coalition", in_quotes(code) + " twice", "each member once");
        }
        coalition.push_back(origin);
    }
    std::sort(coalition.begin(), coalition.end());
    return coalition;
}

/// A code, or the members of `set:NAME`; ascending.
std::vector<Index> products_of_field(const CsvFile& file, const std::string& text,
                                     const std::vector<std::string>& products,
                                     const std::vector<SectorSet>& sets) {
    if (text.rfind(set_prefix, 0) != 0) return {code_of(file, 2, "product", text, products)};
    if (sets.empty()) file.fail(2, "product", in_quotes(text), "a code, or sets by --sets FILE");
    const std::string name = text.substr(std::string_view(set_prefix).size());
    std::vector<std::string> names;
    for (const SectorSet& set : sets) names.push_back(set.name);
    return sets[static_cast<std::size_t>(code_of(file, 2, "set", name, names))].products;
}

double number_in(const CsvFile& file, std::string_view field, std::size_t column, const char* name,
                 double high, const char* expected) {
    const double value = file.number(field, column, name);
    if (value < 0.0 || value > high) file.fail(column, name, in_quotes(field), expected);
    return value;
}

}  // namespace

std::vector<Blockade> read_blockades(const std::filesystem::path& path, const HomeEconomy& home,
                                     const std::vector<SectorSet>& sets) {
    CsvFile file(path);
    const std::vector<std::string> header =
        file.header({"scenario", "coalition", "product", "share"});
    if (header.size() > 5 || (header.size() == 5 && header[4] != "weight")) {
        file.fail(4, "", in_quotes(header[4]), "'weight' or the end of the line");
    }
    const std::vector<std::string> products = codes_of(home.sectors);
    std::vector<Blockade> blockades;
    std::map<std::string, std::size_t, std::less<>> at;
    for (std::vector<std::string_view> fields; file.next_record(fields);) {
        file.require_fields(fields, header.size());
        if (fields[0].empty()) file.fail(0, "scenario", "an empty name", "a name");
        Coalition coalition = coalition_of_field(file, home, std::string(fields[1]));
        const std::vector<Index> named =
            products_of_field(file, std::string(fields[2]), products, sets);
        const double share = number_in(file, fields[3], 3, "share", 1.0, "a number in [0, 1]");
        const double weight = header.size() < 5 ? 1.0
                                                : number_in(file, fields[4], 4, "weight",
                                                            std::numeric_limits<double>::max(),
                                                            "a number of 0 or more");
        const auto [entry, added] = at.try_emplace(std::string(fields[0]), blockades.size());
        if (added) blockades.push_back({std::string(fields[0]), coalition, {}, weight});
        Blockade& blockade = blockades[entry->second];
        if (blockade.coalition != coalition) {
            file.fail(1, "coalition", in_quotes(fields[1]),
                      "the coalition of the first record of " + in_quotes(fields[0]));
        }
        if (blockade.weight != weight) {
            file.fail(4, "weight", in_quotes(fields[4]),
                      "the weight of the first record of " + in_quotes(fields[0]));
        }
        for (const WithheldProduct& withheld : blockade.withheld) {
            if (!std::binary_search(named.begin(), named.end(), withheld.product)) continue;
            const std::string& code = products[static_cast<std::size_t>(withheld.product)];
            file.fail(2, "product", in_quotes(code) + " again",
                      "each product of " + in_quotes(fields[0]) + " once");
        }
        for (const Index product : named) blockade.withheld.push_back({product, share});
    }
    if (blockades.empty()) {
        throw ParseError(file.path(), file.line() + 1, 0, "", "no record", "at least one");
    }
    return blockades;
}

}  // namespace narrows
