// A folder of matrices with labels REGION_SECTOR: Z.csv and Y.csv or F.csv, and what else there is.
#include <algorithm>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/readers/csv.hpp"
#include "host/readers/formats.hpp"
#include "host/readers/node_list.hpp"
#include "host/readers/sector_kinds.hpp"
#include "host/readers/years.hpp"
#include "host/table/accounts.hpp"

namespace narrows {
namespace {

std::optional<std::string> demand_file(const InputSource& source) {
    const auto found = source.find("Y.csv");
    return found ? found : source.find("F.csv");
}

bool is_labelled(const InputSource& source) {
    return source.has("Z.csv") && demand_file(source) && !source.has("meta.json");
}

/// Nodes from the column labels of Z.csv.
NodeList read_nodes(const InputFile& file, const std::vector<std::string>& labels) {
    NodeList nodes;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        const auto [region, sector] = split_label(labels[i]);
        const auto column = static_cast<std::int64_t>(i) + 2;
        if (region.empty()) {
            throw ParseError(file.path(), 1, column, "", in_quotes(labels[i]),
                             "a label REGION_SECTOR");
        }
        if (nodes.find(region, sector) >= 0) {
            throw ParseError(file.path(), 1, column, "", "duplicate sector " + in_quotes(labels[i]),
                             "each sector once");
        }
        nodes.add(region, sector);
    }
    if (nodes.size() == 0) throw ParseError(file.path(), 1, 0, "", "no sectors", "a header");
    return nodes;
}

std::vector<FinalUse> read_uses(const InputFile& file, const NodeList& nodes,
                                const std::vector<std::string>& labels) {
    std::vector<FinalUse> uses;
    for (const std::string& label : labels) {
        const auto [region, category] = split_label(label);
        if (!nodes.has_region(region)) {
            throw ParseError(file.path(), 1, static_cast<std::int64_t>(uses.size()) + 2, "",
                             in_quotes(label), "a label REGION_USE with a region of Z.csv");
        }
        uses.push_back({region, category});
    }
    return uses;
}

/// A column of a list of nodes with the labels in its first column; the first of `wanted` that the
/// header has.
struct NodeColumn {
    Eigen::VectorXd values;
    std::string name;
};

NodeColumn read_node_column(const InputFile& input, const Classification& classes,
                            const std::vector<std::string>& wanted) {
    CsvFile file(input);
    const std::vector<std::string> header = file.header({});
    std::size_t column = 0;
    for (auto name = wanted.rbegin(); name != wanted.rend(); ++name) {
        const auto found = std::find(header.begin(), header.end(), *name);
        if (found != header.end()) column = static_cast<std::size_t>(found - header.begin());
    }
    if (column == 0) {
        throw ParseError(input.path(), 1, 0, "", "no column of output",
                         fmt::format("one of {}", fmt::join(wanted, ", ")));
    }
    NodeColumn result{Eigen::VectorXd(classes.num_nodes()), header[column]};
    std::vector<bool> seen(static_cast<std::size_t>(classes.num_nodes()));
    for (std::vector<std::string_view> fields; file.next_record(fields);) {
        file.require_fields(fields, header.size());
        Index node = 0;
        try {
            node = classes.node(fields[0]);
        } catch (const ArgumentError& error) {
            file.fail(0, header[0], error.what(), "a sector of Z.csv");
        }
        if (seen[static_cast<std::size_t>(node)]) {
            file.fail(0, header[0], "duplicate sector " + in_quotes(fields[0]), "each sector once");
        }
        seen[static_cast<std::size_t>(node)] = true;
        result.values[node] = file.number(fields[column], column, header[column]);
    }
    const auto missing = std::find(seen.begin(), seen.end(), false);
    if (missing != seen.end()) {
        throw ParseError(input.path(), file.line(), 0, "", "fewer sectors than Z.csv has",
                         "also " + in_quotes(classes.label(missing - seen.begin())));
    }
    return result;
}

/// Are these codes of ISIC rev. 3: "15t16", "AtB", "C"?
bool looks_like_isic3(const std::vector<std::string>& codes) {
    return std::all_of(codes.begin(), codes.end(), [](const std::string& code) {
        const bool digit = code.find_first_of("0123456789") != std::string::npos;
        return digit || code.size() == 1 || (code.size() == 3 && code[1] == 't');
    });
}

/// Names of sectors by code from a list with columns code and name, where there is one.
Classification with_names(const Classification& classes, const InputSource& source) {
    const auto found = source.find("sectors.csv");
    if (!found) return classes;
    CsvFile file(source.open(*found));
    const std::vector<std::string> header = file.header({});
    const auto place = [&](const char* name) {
        return static_cast<std::size_t>(std::find(header.begin(), header.end(), name) -
                                        header.begin());
    };
    const std::size_t code = place("code");
    const std::size_t name = place("name");
    if (code == header.size() || name == header.size()) return classes;
    std::unordered_map<std::string, std::string> names;
    for (std::vector<std::string_view> fields; file.next_record(fields);) {
        file.require_fields(fields, header.size());
        names.emplace(fields[code], fields[name]);
    }
    std::vector<Sector> sectors = classes.sectors();
    for (Sector& sector : sectors) {
        const auto at = names.find(sector.code);
        if (at != names.end()) sector.name = at->second;
    }
    return Classification::multi_regional(std::move(sectors), classes.regions(), classes.labels());
}

bool are_whole(const Eigen::MatrixXd& matrix) {
    for (Index j = 0; j < matrix.cols(); ++j) {
        for (Index i = 0; i < matrix.rows(); ++i) {
            if (matrix(i, j) != std::nearbyint(matrix(i, j))) return false;
        }
    }
    return true;
}

void set_output(const InputSource& source, TableData& data) {
    for (const char* name : {"x_va.csv", "x.csv"}) {
        const auto found = source.find(name);
        if (!found) continue;
        NodeColumn column = read_node_column(source.open(*found), data.classification,
                                             {"x_published", "x", "output", "x_balanced"});
        data.x = std::move(column.values);
        note(data, "output", fmt::format("output is column {} of {}", column.name, name));
        return;
    }
    data.x = data.Z.rowwise().sum() + data.F.rowwise().sum();
    note(data, "output-from-sums",
         "there is neither x_va.csv nor x.csv: output is what the rows sum to");
}

void set_value_added(const InputSource& source, const Labels& nodes, TableData& data) {
    for (const char* name : {"V.csv", "VA.csv"}) {
        const auto found = source.find(name);
        if (!found) continue;
        const InputFile file = source.open(*found);
        data.value_added_names = read_row_labels(file);
        data.V = read_matrix(file, {"value-added row", data.value_added_names}, nodes);
        return;
    }
    value_added_as_residual(data);
}

/// The last part of a path.
std::string base_name(std::string path) {
    while (path.size() > 1 && path.back() == '/') path.pop_back();
    return path.substr(path.rfind('/') + 1);
}

IoTable read_labelled(const InputSource& source, const ReadOptions& options) {
    const std::optional<std::string> demand = demand_file(source);
    if (!source.has("Z.csv") || !demand) {
        throw FileError(source.path(), "no Z.csv with Y.csv or F.csv, expected labelled matrices");
    }
    TableData data;
    const std::string name = base_name(source.path());
    data.meta.year = choose_year(source.path(), year_in(name), options.year);
    data.meta.name = name;
    data.meta.unit = "unit of the files";
    data.meta.source = source.path();
    data.meta.layout = "csv matrices with labels REGION_SECTOR";

    const InputFile transactions = source.open_found("Z.csv");
    const NodeList list = read_nodes(transactions, read_column_labels(transactions));
    const bool is_isic3 = looks_like_isic3(codes_of(list.sectors()));
    data.classification =
        list.classification(transactions.path(), is_isic3 ? kind_by_isic3 : kind_by_name);
    data.classification = with_names(data.classification, source);
    data.meta.classification =
        fmt::format("{} regions, {} sectors", list.regions().size(), list.sectors().size());
    const Labels nodes{"sector", data.classification.labels()};
    data.Z = read_matrix(transactions, nodes, nodes);
    const InputFile uses_file = source.open(*demand);
    data.final_uses = read_uses(uses_file, list, read_column_labels(uses_file));
    Labels uses{"final use", {}};
    for (const FinalUse& use : data.final_uses) uses.names.push_back(use.label());
    data.F = read_matrix(uses_file, nodes, uses);
    if (are_whole(data.Z) && are_whole(data.F)) {
        data.meta.rounding = 1.0;
        note(data, "whole-numbers", "all flows are whole numbers and count as rounded to them");
    }
    set_output(source, data);
    set_value_added(source, nodes, data);
    return closed_table(std::move(data), source.path(), options.acceptance);
}

}  // namespace

TableFormat formats::labelled_csv() {
    return {"labelled-csv", "folder of Z.csv and Y.csv or F.csv with labels REGION_SECTOR",
            is_labelled, read_labelled};
}

}  // namespace narrows
