#include "host/readers/input_files.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/readers/csv.hpp"

namespace narrows {
namespace {

/// Index of the code in field `column` of the last record; `what` it is a code of, for messages.
Index code_in_file(const CsvFile& file, std::size_t column, std::string_view name,
                   std::string_view code, const std::vector<std::string>& codes,
                   const std::string& what = "sector") {
    const auto found = std::find(codes.begin(), codes.end(), code);
    if (found != codes.end()) return found - codes.begin();
    const std::string near = nearest(code, codes);
    file.fail(column, name, "unknown " + what + " " + in_quotes(code),
              near.empty() ? "a " + what + " of the table such as " + in_quotes(codes.front())
                           : in_quotes(near));
}

/// A file that was cut after its header must not pass for one without entries.
void require_records(const CsvFile& file, bool any) {
    if (!any) throw ParseError(file.path(), file.line() + 1, 0, "", "no record", "at least one");
}

}  // namespace

Concordance read_concordance(const std::filesystem::path& path) {
    CsvFile file(path);
    const std::vector<std::string> header = file.header({"from", "to"});
    for (std::size_t i = 2; i < header.size(); ++i) {
        if (header[i] != "share" && header[i] != "name" && header[i] != "kind") {
            file.fail(i, "", in_quotes(header[i]), "'share', 'name' or 'kind'");
        }
        if (std::find(header.begin(), header.begin() + static_cast<std::ptrdiff_t>(i), header[i]) !=
            header.begin() + static_cast<std::ptrdiff_t>(i)) {
            file.fail(i, "", "duplicate column " + in_quotes(header[i]), "each column once");
        }
    }
    Concordance result;
    result.path = path.string();
    for (std::vector<std::string_view> fields; file.next_record(fields);) {
        file.require_fields(fields, header.size());
        Concordance::Entry entry;
        entry.from = std::string(fields[0]);
        entry.to = std::string(fields[1]);
        entry.line = file.line();
        if (entry.to.empty()) file.fail(1, "to", "an empty code", "a code");
        for (std::size_t i = 2; i < header.size(); ++i) {
            if (header[i] == "name") entry.name = std::string(fields[i]);
            if (header[i] == "share") {
                entry.share = file.number(fields[i], i, "share");
                if (entry.share <= 0.0 || entry.share > 1.0) {
                    file.fail(i, "share", in_quotes(fields[i]), "a share above 0, at most 1");
                }
            }
            if (header[i] == "kind" && !fields[i].empty()) {
                entry.kind = parse_sector_kind(fields[i]);
                if (!entry.kind) {
                    file.fail(i, "kind", in_quotes(fields[i]), "'goods' or 'services'");
                }
            }
        }
        result.entries.push_back(std::move(entry));
    }
    require_records(file, !result.entries.empty());
    return result;
}

Eigen::MatrixXd read_criticality(const std::filesystem::path& path,
                                 const std::vector<Sector>& sectors) {
    CsvFile file(path);
    const auto header = file.header({"product", "user", "c"});
    const std::vector<std::string> codes = codes_of(sectors);
    const auto s = static_cast<Index>(sectors.size());
    Eigen::MatrixXd criticality = Eigen::MatrixXd::Zero(s, s);
    std::set<std::pair<Index, Index>> seen;
    for (std::vector<std::string_view> fields; file.next_record(fields);) {
        file.require_fields(fields, header.size());
        const Index product = code_in_file(file, 0, "product", fields[0], codes);
        const Index user = code_in_file(file, 1, "user", fields[1], codes);
        const double c = file.number(fields[2], 2, "c");
        if (c < 0.0 || c > 1.0) file.fail(2, "c", in_quotes(fields[2]), "a number in [0, 1]");
        if (!seen.emplace(product, user).second) {
            file.fail(
                0, "product",
                fmt::format("duplicate cell {}, {}", in_quotes(fields[0]), in_quotes(fields[1])),
                "each cell once");
        }
        criticality(product, user) = c;
    }
    require_records(file, !seen.empty());
    return criticality;
}

std::vector<std::pair<Index, double>> read_numbers_by_code(
    const std::filesystem::path& path, const std::array<std::string, 2>& columns,
    const Labels& labels, const Range& range) {
    CsvFile file(path);
    const auto header = file.header({columns[0], columns[1]});
    std::map<Index, double> numbers;
    for (std::vector<std::string_view> fields; file.next_record(fields);) {
        file.require_fields(fields, header.size());
        const Index code = code_in_file(file, 0, columns[0], fields[0], labels.names, labels.what);
        const double number = file.number(fields[1], 1, columns[1]);
        if (number < range.low || number > range.high) {
            file.fail(1, columns[1], in_quotes(fields[1]),
                      range.high == Range{}.high
                          ? fmt::format("a number of {} or more", range.low)
                          : fmt::format("a number in [{}, {}]", range.low, range.high));
        }
        if (!numbers.emplace(code, number).second) {
            file.fail(0, columns[0], fmt::format("{} {} again", labels.what, in_quotes(fields[0])),
                      "each " + labels.what + " once");
        }
    }
    require_records(file, !numbers.empty());
    return {numbers.begin(), numbers.end()};
}

Eigen::VectorXd read_geopolitical_weights(const std::filesystem::path& path,
                                          const std::string& home,
                                          const std::vector<std::string>& origins) {
    CsvFile file(path);
    std::vector<std::string> expected = {"origin", "weight"};
    const std::vector<std::string> header = file.header({});
    const bool of_homes = header.front() == "home";
    if (of_homes) expected.insert(expected.begin(), "home");
    for (std::size_t i = 0; i < std::max(header.size(), expected.size()); ++i) {
        if (i < std::min(header.size(), expected.size()) && header[i] == expected[i]) continue;
        file.fail(i, "", i < header.size() ? in_quotes(header[i]) : "the end of the line",
                  i < expected.size() ? in_quotes(expected[i]) : "the end of the line");
    }
    std::vector<std::string> regions = origins;
    regions.push_back(home);
    const auto own = static_cast<Index>(origins.size());
    const std::size_t at = of_homes ? 1 : 0;  // of the origin
    Eigen::VectorXd weights = Eigen::VectorXd::Zero(own);
    std::set<std::pair<Index, Index>> seen;
    for (std::vector<std::string_view> fields; file.next_record(fields);) {
        file.require_fields(fields, expected.size());
        const Index of =
            of_homes ? code_in_file(file, 0, "home", fields[0], regions, "region") : own;
        const Index origin = code_in_file(file, at, "origin", fields[at], regions, "region");
        const double weight = file.number(fields[at + 1], at + 1, "weight");
        if (weight < 0.0 || weight > 1.0) {
            file.fail(at + 1, "weight", in_quotes(fields[at + 1]), "a number in [0, 1]");
        }
        if (!seen.emplace(of, origin).second) {
            file.fail(at, "origin", "duplicate origin " + in_quotes(fields[at]), "each pair once");
        }
        if (of == own && origin != own) weights[origin] = weight;
    }
    require_records(file, !seen.empty());
    for (Index origin = 0; origin < own; ++origin) {
        if (seen.contains({own, origin})) continue;
        throw ParseError(
            file.path(), file.line(), 0, "", "the end of the file",
            fmt::format("a weight of {} for {}",
                        in_quotes(origins[static_cast<std::size_t>(origin)]), in_quotes(home)));
    }
    return weights;
}

std::vector<NamedCoalition> read_coalitions(const std::filesystem::path& path,
                                            const std::vector<std::string>& regions,
                                            const std::string& home) {
    CsvFile file(path);
    const std::vector<std::string> header = file.header({"coalition", "member"});
    if (header.size() > 2) file.fail(2, "", in_quotes(header[2]), "the end of the line");
    struct Entry {
        std::int64_t line = 0;  // of the first member
        std::set<Index> members;
    };
    std::vector<std::string> names;
    std::map<std::string, Entry, std::less<>> entries;
    for (std::vector<std::string_view> fields; file.next_record(fields);) {
        file.require_fields(fields, header.size());
        if (fields[0].empty()) file.fail(0, "coalition", "an empty name", "a name");
        const Index member = code_in_file(file, 1, "member", fields[1], regions, "region");
        if (!home.empty() && fields[1] == home) {
            file.fail(1, "member", "home " + in_quotes(home), "a region that withholds from it");
        }
        const auto [entry, added] = entries.try_emplace(std::string(fields[0]));
        if (added) {
            names.emplace_back(fields[0]);
            entry->second.line = file.line();
        }
        if (!entry->second.members.insert(member).second) {
            file.fail(1, "member", "duplicate member " + in_quotes(fields[1]),
                      "each member of " + in_quotes(fields[0]) + " once");
        }
    }
    require_records(file, !names.empty());
    std::vector<NamedCoalition> result;
    std::map<std::set<Index>, std::string> seen;
    for (const std::string& name : names) {
        const Entry& entry = entries.at(name);
        const auto [first, added] = seen.emplace(entry.members, name);
        if (!added) {
            throw ParseError(file.path(), entry.line, 1, "coalition",
                             in_quotes(name) + " with the members of " + in_quotes(first->second),
                             "each coalition once");
        }
        result.push_back({name, {}});
        for (const Index member : entry.members) {
            result.back().members.push_back(regions[static_cast<std::size_t>(member)]);
        }
    }
    return result;
}

Demand read_demand(const std::filesystem::path& path, const Classification& classification) {
    CsvFile file(path);
    const std::vector<std::string> header = file.header({"sector"});
    if (header.size() < 2) file.fail(1, "", "the end of the line", "the name of a scenario");
    Demand demand;
    // Scenarios become columns beside these.
    std::set<std::string> taken = {"sector", "name", "region"};
    for (std::size_t i = 1; i < header.size(); ++i) {
        if (header[i].empty()) file.fail(i, "", "an empty name", "the name of a scenario");
        if (!taken.insert(header[i]).second) {
            file.fail(i, "", in_quotes(header[i]),
                      "a name of its own for each scenario, not 'sector', 'name' or 'region'");
        }
    }
    demand.scenarios.assign(header.begin() + 1, header.end());
    demand.values = Eigen::MatrixXd::Zero(classification.num_nodes(),
                                          static_cast<Index>(demand.scenarios.size()));
    std::vector<bool> seen(static_cast<std::size_t>(classification.num_nodes()));
    for (std::vector<std::string_view> fields; file.next_record(fields);) {
        file.require_fields(fields, header.size());
        const Index node = code_in_file(file, 0, "sector", fields[0], classification.labels());
        if (seen[static_cast<std::size_t>(node)]) {
            file.fail(0, "sector", "duplicate sector " + in_quotes(fields[0]), "each sector once");
        }
        seen[static_cast<std::size_t>(node)] = true;
        for (std::size_t i = 1; i < fields.size(); ++i) {
            demand.values(node, static_cast<Index>(i) - 1) = file.number(fields[i], i, header[i]);
        }
    }
    require_records(file, std::find(seen.begin(), seen.end(), true) != seen.end());
    return demand;
}

}  // namespace narrows
