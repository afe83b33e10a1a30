#include "host/readers/sector_sets.hpp"

#include <algorithm>
#include <map>

#include "host/base/error.hpp"
#include "host/readers/csv.hpp"

namespace narrows {
namespace {

constexpr double highest_weight = 1e6;  // products of weights stay finite

Index code_in(const CsvFile& file, std::size_t column, const std::string& name,
              std::string_view code, const std::vector<std::string>& codes) {
    const auto found = std::find(codes.begin(), codes.end(), code);
    if (found != codes.end()) return found - codes.begin();
    const std::string near = nearest(code, codes);
    file.fail(
        column, name, "unknown " + name + " " + in_quotes(code),
        near.empty() ? "one that is there, such as " + in_quotes(codes.front()) : in_quotes(near));
}

void require_records(const CsvFile& file, bool any) {
    if (!any) throw ParseError(file.path(), file.line() + 1, 0, "", "no record", "at least one");
}

std::optional<double> bound(const CsvFile& file, std::string_view field, std::size_t column,
                            const char* name) {
    if (field.empty()) return std::nullopt;
    const double value = file.number(field, column, name);
    if (value < 0.0) file.fail(column, name, in_quotes(field), "a number of 0 or more");
    return value;
}

std::vector<std::string> names_of(const std::vector<SectorSet>& sets) {
    std::vector<std::string> names;
    for (const SectorSet& set : sets) names.push_back(set.name);
    return names;
}

/// Throws for a product of this set that an earlier set with a floor has too.
void check_overlap(const CsvFile& file, const SectorSet& set, const std::vector<Sector>& sectors,
                   std::map<Index, std::string>& floored) {
    for (const Index product : set.products) {
        const auto [other, added] = floored.emplace(product, set.name);
        if (added) continue;
        file.fail(0, "set",
                  "floors of " + in_quotes(set.name) + " and " + in_quotes(other->second) +
                      ", which both hold " +
                      in_quotes(sectors[static_cast<std::size_t>(product)].code),
                  "floors of sets that share no product");
    }
}

}  // namespace

std::vector<SectorSet> read_sector_sets(const std::filesystem::path& path,
                                        const std::vector<Sector>& sectors) {
    CsvFile file(path);
    const std::vector<std::string> header = file.header({"set", "product"});
    if (header.size() > 2 && header[2] != "reason") {
        file.fail(2, "", in_quotes(header[2]), "'reason' or the end of the line");
    }
    if (header.size() > 3) file.fail(3, "", in_quotes(header[3]), "the end of the line");
    const std::vector<std::string> codes = codes_of(sectors);
    std::vector<SectorSet> sets;
    for (std::vector<std::string_view> fields; file.next_record(fields);) {
        file.require_fields(fields, header.size());
        if (fields[0].empty()) file.fail(0, "set", "an empty name", "a name");
        const Index product = code_in(file, 1, "product", fields[1], codes);
        auto set = std::find_if(sets.begin(), sets.end(),
                                [&](const SectorSet& each) { return each.name == fields[0]; });
        if (set == sets.end()) set = sets.insert(sets.end(), {std::string(fields[0]), {}});
        const auto at = std::lower_bound(set->products.begin(), set->products.end(), product);
        if (at != set->products.end() && *at == product) {
            file.fail(1, "product", in_quotes(fields[1]) + " again",
                      "each product of " + in_quotes(fields[0]) + " once");
        }
        set->products.insert(at, product);
    }
    require_records(file, !sets.empty());
    return sets;
}

std::vector<SetBounds> read_set_bounds(const std::filesystem::path& path,
                                       const std::vector<SectorSet>& sets,
                                       const std::vector<Sector>& sectors) {
    CsvFile file(path);
    const std::vector<std::string> header = file.header({"set", "floor", "ceiling"});
    if (header.size() > 3) file.fail(3, "", in_quotes(header[3]), "the end of the line");
    const std::vector<std::string> names = names_of(sets);
    std::vector<SetBounds> bounds;
    std::map<Index, std::string> floored;
    for (std::vector<std::string_view> fields; file.next_record(fields);) {
        file.require_fields(fields, header.size());
        SetBounds each{code_in(file, 0, "set", fields[0], names),
                       bound(file, fields[1], 1, "floor"), bound(file, fields[2], 2, "ceiling")};
        if (std::any_of(bounds.begin(), bounds.end(),
                        [&](const SetBounds& other) { return other.set == each.set; })) {
            file.fail(0, "set", in_quotes(fields[0]) + " again", "each set once");
        }
        if (each.floor && each.ceiling && *each.floor > *each.ceiling) {
            file.fail(1, "floor", in_quotes(fields[1]),
                      "a floor of set " + in_quotes(fields[0]) + " no higher than its ceiling");
        }
        if (each.floor && *each.floor > 0.0) {
            check_overlap(file, sets[static_cast<std::size_t>(each.set)], sectors, floored);
        }
        bounds.push_back(each);
    }
    require_records(file, !bounds.empty());
    return bounds;
}

std::vector<std::optional<double>> read_set_weights(const std::filesystem::path& path,
                                                    const std::vector<SectorSet>& sets) {
    CsvFile file(path);
    const std::vector<std::string> header = file.header({"set", "weight"});
    if (header.size() > 2) file.fail(2, "", in_quotes(header[2]), "the end of the line");
    const std::vector<std::string> names = names_of(sets);
    std::vector<std::optional<double>> weights(sets.size());
    bool any = false;
    for (std::vector<std::string_view> fields; file.next_record(fields); any = true) {
        file.require_fields(fields, header.size());
        std::optional<double>& weight =
            weights[static_cast<std::size_t>(code_in(file, 0, "set", fields[0], names))];
        if (weight) file.fail(0, "set", in_quotes(fields[0]) + " again", "each set once");
        weight = file.number(fields[1], 1, "weight");
        if (*weight < 0.0 || *weight > highest_weight) {
            file.fail(1, "weight", in_quotes(fields[1]), "a number in [0, 1e6]");
        }
    }
    require_records(file, any);
    return weights;
}

}  // namespace narrows
