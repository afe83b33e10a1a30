#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <Eigen/Core>

#include "host/readers/csv.hpp"
#include "host/table/aggregation.hpp"

namespace narrows {

/// Reads a concordance: CSV from,to and, in any order, share, name, kind. Throws ParseError.
Concordance read_concordance(const std::filesystem::path& path);

/// Reads criticality cell by cell: CSV product,user,c with codes of `sectors`, 0 <= c <= 1; cells
/// that are not listed are 0. Returns product x user. Throws ParseError.
Eigen::MatrixXd read_criticality(const std::filesystem::path& path,
                                 const std::vector<Sector>& sectors);

/// Reads a number for some codes: CSV with `columns` as its header, "code" and "value", codes of
/// `labels`, each at most once. Returns (index among the labels, number), ascending. Throws
/// ParseError.
std::vector<std::pair<Index, double>> read_numbers_by_code(
    const std::filesystem::path& path, const std::array<std::string, 2>& columns,
    const Labels& labels, const Range& range);

/// Reads how far away the origins of home's imports are politically: CSV origin,weight or
/// home,origin,weight with codes of the table's regions, 0 <= weight <= 1; of several homes the
/// rows of `home` count. Returns one weight per origin; one that is missing is an error, never 0.
/// Throws ParseError.
Eigen::VectorXd read_geopolitical_weights(const std::filesystem::path& path,
                                          const std::string& home,
                                          const std::vector<std::string>& origins);

/// Origins that withhold together, under a name.
struct NamedCoalition {
    std::string name;
    std::vector<std::string> members;  // codes in the order of the table
};

/// Reads coalitions: CSV coalition,member, one record per member with a code of `regions`; the
/// coalitions keep the order in which their names first appear. Members that are `home` are refused
/// unless it is empty; so are an empty name, a repeated member and the same members under two
/// names. Throws ParseError.
std::vector<NamedCoalition> read_coalitions(const std::filesystem::path& path,
                                            const std::vector<std::string>& regions,
                                            const std::string& home);

/// Final demand to solve for, one column per scenario, in the unit of the table.
struct Demand {
    std::vector<std::string> scenarios;
    Eigen::MatrixXd values;  // n x number of scenarios
};

/// Reads final demand: CSV sector,NAME[,NAME...], one column per scenario, labels of the table;
/// sectors that are not listed are 0. Throws ParseError.
Demand read_demand(const std::filesystem::path& path, const Classification& classification);

}  // namespace narrows
