// FIGARO, Eurostat's inter-country tables, industry by industry or product by product: a matrix csv
// with labels COUNTRY_CODE on both sides, or a flat csv with a record for every cell.
#include <algorithm>
#include <array>
#include <filesystem>
#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/readers/csv.hpp"
#include "host/readers/formats.hpp"
#include "host/readers/grid.hpp"
#include "host/readers/long_csv.hpp"
#include "host/readers/node_list.hpp"
#include "host/readers/sector_kinds.hpp"
#include "host/readers/years.hpp"
#include "host/table/accounts.hpp"

namespace narrows {
namespace {

constexpr const char* rest_of_world = "FIGW1";

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    }
    return result;
}

/// "DE_C10T12" -> DE, C10T12.
LongLabel split(const std::string& label) {
    const std::size_t at = label.find('_');
    if (at == std::string::npos) return {"", label};
    return {label.substr(0, at), label.substr(at + 1)};
}

/// Codes are capitals, digits and underscores.
bool is_code(const std::string& text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    });
}

SectorKind kind_of(std::string_view code) {
    constexpr std::string_view cpa = "CPA_";
    return kind_by_nace(code.substr(0, cpa.size()) == cpa ? code.substr(cpa.size()) : code);
}

template <std::size_t N>
bool contains(const std::array<const char*, N>& codes, const std::string& code) {
    return std::find(codes.begin(), codes.end(), code) != codes.end();
}
bool is_value_added(const std::string& code) {
    return contains(std::array{"D1", "D29X39", "B2A3G", "D11", "D12", "B2G", "B3G"}, code);
}
bool is_tax(const std::string& code) {
    return contains(std::array{"D21X31", "OP_RES", "OP_NRES", "D21", "D31"}, code);
}
/// P3 consumption, P5 capital formation; not P85, education.
bool is_final_use(const std::string& code) {
    return is_code(code) && (code.rfind("P3", 0) == 0 || code.rfind("P5", 0) == 0);
}
/// W2: the domestic economy, whichever the column's country is.
bool is_account(const LongLabel& label) {
    return label.first == "W2" || label.first.empty() || is_value_added(label.second) ||
           is_tax(label.second);
}

/// The group of rows that are left out; their lines must be whole all the same.
constexpr Index unknown_rows = 3;

/// Rows and columns of either layout and where their numbers go: row groups nodes, V, T; column
/// groups nodes, final uses.
struct Layout {
    std::vector<GridTarget> rows;
    std::vector<GridTarget> columns;
};

/// `sparse`: sectors that buy nothing may lack their column.
Layout lay_out(TableData& data, const std::string& path, const std::vector<LongLabel>& rows,
               const std::vector<LongLabel>& columns, bool sparse) {
    const auto refuse = [&](const char* side, const LongLabel& label, const char* expected) {
        throw ParseError(path, 0, 0, "",
                         fmt::format("{} {}", side, in_quotes(label.first + "_" + label.second)),
                         expected);
    };
    Layout layout;
    NodeList nodes;
    std::vector<std::string> unknown;
    const auto add_to = [&](std::vector<std::string>& names, Index group, const LongLabel& row) {
        if (std::find(names.begin(), names.end(), row.second) != names.end()) {
            refuse("second row", row, "each row once");
        }
        layout.rows.push_back({group, static_cast<Index>(names.size())});
        names.push_back(row.second);
    };
    for (const LongLabel& row : rows) {
        if (!is_code(row.second)) refuse("row", row, "COUNTRY_CODE in capitals and digits");
        if (!is_account(row)) {
            layout.rows.push_back({0, nodes.size()});
            const char* name = row.first == rest_of_world ? "Rest of the world" : "";
            if (!nodes.add(row.first, row.second, name).second)
                refuse("second row", row, "each row once");
        } else if (is_value_added(row.second)) {
            add_to(data.value_added_names, 1, row);
        } else if (is_tax(row.second)) {
            add_to(data.tax_names, 2, row);
        } else {
            unknown.push_back(row.first + "_" + row.second);
            layout.rows.push_back({unknown_rows, 0});
        }
    }
    if (nodes.size() == 0 || data.value_added_names.empty()) {
        throw ParseError(path, 0, 0, "",
                         nodes.size() == 0 ? "no rows COUNTRY_CODE" : "no rows of value added",
                         "rows COUNTRY_CODE, then W2_D1, W2_D29X39 and W2_B2A3G");
    }
    std::unordered_set<std::string> uses;
    std::vector<bool> seen(static_cast<std::size_t>(nodes.size()));
    for (const LongLabel& column : columns) {
        const Index node = nodes.find(column.first, column.second);
        if (node >= 0) {
            if (seen[static_cast<std::size_t>(node)]) {
                refuse("second column", column, "each column once");
            }
            seen[static_cast<std::size_t>(node)] = true;
            layout.columns.push_back({0, node});
            continue;
        }
        const bool is_use = is_final_use(column.second) && nodes.has_region(column.first);
        if (!is_use) {
            refuse("column", column,
                   "a row's label, or a final use (P3, P5) of a country with rows");
        }
        if (!uses.insert(column.first + "_" + column.second).second) {
            refuse("second column", column, "each column once");
        }
        layout.columns.push_back({1, static_cast<Index>(data.final_uses.size())});
        data.final_uses.push_back({column.first, column.second});
    }
    data.classification = nodes.classification(path, kind_of);
    if (!unknown.empty()) {
        warn(data, "unknown-rows",
             fmt::format("{} rows are neither sectors nor value added nor taxes and left out: {}",
                         unknown.size(), in_quotes(fmt::format("{}", fmt::join(unknown, ", ")))));
    }
    const Index missing = std::count(seen.begin(), seen.end(), false);
    if (missing > (sparse ? nodes.size() / 2 : 0)) {
        throw ParseError(path, 0, 0, "", fmt::format("{} rows without their column", missing),
                         "a column for every COUNTRY_CODE");
    }
    if (missing > 0) {
        warn(data, "columns-missing",
             fmt::format("{} sectors have a row and no column: they buy nothing", missing));
    }
    return layout;
}

/// Matrices for the layout, zeroed.
GridBlocks allocate(TableData& data) {
    const Index n = data.classification.num_nodes();
    const auto uses = static_cast<Index>(data.final_uses.size());
    data.Z = Eigen::MatrixXd::Zero(n, n);
    data.F = Eigen::MatrixXd::Zero(n, uses);
    data.V = Eigen::MatrixXd::Zero(static_cast<Index>(data.value_added_names.size()), n);
    const auto taxes = static_cast<Index>(data.tax_names.size());
    data.T = Eigen::MatrixXd::Zero(taxes, taxes == 0 ? 0 : n);
    return {{&data.Z, &data.F}, {&data.V, nullptr}, {&data.T, nullptr}, {nullptr, nullptr}};
}

void read_matrix_csv(TableData& data, const InputFile& file) {
    const Grid grid(file, {});
    const auto labels = [](const std::vector<std::string>& texts) {
        std::vector<LongLabel> result;
        for (const std::string& text : texts) result.push_back(split(text));
        return result;
    };
    const Layout layout =
        lay_out(data, grid.path(), labels(grid.labels()), labels(grid.header()), false);
    const GridBlocks blocks = allocate(data);
    grid.read(layout.rows, layout.columns, blocks);
    data.meta.layout = "FIGARO, matrix csv";
}

/// Editions call the columns differently: by what they begin with.
LongColumns find_columns(const std::string& path, const std::vector<std::string>& header) {
    const auto find = [&](std::initializer_list<const char*> beginnings) {
        std::optional<std::size_t> found;
        for (std::size_t i = 0; i < header.size() && !found; ++i) {
            for (const char* beginning : beginnings) {
                if (lower(header[i]).rfind(beginning, 0) == 0) found = i;
            }
        }
        return found;
    };
    LongColumns columns;
    columns.row_region = find({"refarea", "ref_area"});
    columns.column_region = find({"counterpartarea", "counterpart_area"});
    columns.year = find({"timeperiod", "time_period", "time", "year"});
    const auto row = find({"rowii", "rowpi", "row_", "row"});
    const auto column = find({"colii", "colpi", "col_", "col"});
    const auto value = find({"obsvalue", "obs_value", "value"});
    if (!row || !column || !value || !columns.row_region || !columns.column_region) {
        throw ParseError(
            path, 1, 0, "", in_quotes(fmt::format("{}", fmt::join(header, ","))),
            "columns refArea, rowIi (rowPi), counterpartArea, colIi (colPi), obsValue");
    }
    columns.row = *row;
    columns.column = *column;
    columns.value = *value;
    return columns;
}

void read_flat_csv(TableData& data, const InputFile& file, int year) {
    CsvFile csv(file);
    const std::vector<std::string> header = csv.header({});
    const LongTable table = read_long_csv(csv, header, find_columns(file.path(), header), year,
                                          [](std::string_view text) { return parse_number(text); });
    if (table.year != 0) data.meta.year = table.year;
    const Layout layout = lay_out(data, file.path(), table.rows, table.columns, true);
    const GridBlocks blocks = allocate(data);
    table.fill(layout.rows, layout.columns, blocks);
    const double places =
        static_cast<double>(table.rows.size()) * static_cast<double>(table.columns.size());
    note(data, "cells",
         fmt::format("{} cells are in the file, {:.3g} % of all; the others are 0",
                     table.cells.size(), 100.0 * static_cast<double>(table.cells.size()) / places));
    data.meta.layout = "FIGARO, flat csv";
}

bool is_flat(const std::string& head) {
    const std::string line = lower(head.substr(0, head.find('\n')));
    return line.find("counterpartarea") != std::string::npos &&
           line.find("obsvalue") != std::string::npos;
}
bool is_matrix(const std::string& head) {
    const std::string line = head.substr(0, head.find('\n'));
    return lower(line).find("rowlabels") != std::string::npos &&
           line.find("_P3_S14") != std::string::npos;
}

/// Tables of the source: by name, or its only file by content.
std::vector<std::string> tables_of(const InputSource& source) {
    std::vector<std::string> found;
    for (const std::string& name : source.names()) {
        const std::string base = lower(std::filesystem::path(name).filename().string());
        if (base.find("eu-ic-io") != std::string::npos &&
            std::filesystem::path(base).extension() == ".csv") {
            found.push_back(name);
        }
    }
    if (!found.empty() || !source.is_single_file()) return found;
    constexpr std::size_t whole_header = 1U << 17U;
    const std::string& only = source.names().front();
    const std::string head = source.head(only, whole_header);
    if (is_flat(head) || is_matrix(head)) found.push_back(only);
    return found;
}

bool recognises(const InputSource& source) {
    return !tables_of(source).empty();
}

/// The last part of the name that is a year: "matrix_eu-ic-io_ind-by-ind_23ed_2021.csv".
int year_of(const std::string& name) {
    return year_in(std::filesystem::path(name).filename().string());
}

IoTable read(const InputSource& source, const ReadOptions& options) {
    std::vector<std::string> names = tables_of(source);
    if (names.empty() && source.is_single_file()) names = source.names();
    if (names.empty()) throw FileError(source.path(), "no csv of FIGARO (eu-ic-io)");
    std::string name = names.front();
    TableData data;
    data.meta.year = year_of(name);
    if (names.size() > 1) {
        std::vector<int> years;
        for (const std::string& each : names) years.push_back(year_of(each));
        data.meta.year = choose_year(source.path(), years, options.year);
        name = *std::find_if(names.begin(), names.end(), [&](const std::string& each) {
            return year_of(each) == data.meta.year;
        });
    }
    const InputFile file = source.open(name);
    const bool flat = is_flat(source.head(name));
    if (flat) {
        read_flat_csv(data, file, options.year != data.meta.year ? options.year : 0);
    } else {
        read_matrix_csv(data, file);
    }
    if (options.year != 0 && data.meta.year != 0 && options.year != data.meta.year) {
        choose_year(file.path(), {data.meta.year}, options.year);
    }
    const bool products = data.classification.sectors().front().code.rfind("CPA_", 0) == 0;
    data.meta.layout += products ? ", product by product" : ", industry by industry";
    data.meta.name = fmt::format("FIGARO {}", data.meta.year);
    data.meta.unit = "million euro";
    data.meta.source = "Eurostat, FIGARO, " + std::filesystem::path(name).filename().string();
    data.meta.licence = "Eurostat: reuse with acknowledgement of the source";
    data.meta.classification = products ? "CPA 2.1 (FIGARO)" : "NACE rev. 2 (FIGARO)";
    data.x = data.Z.rowwise().sum() + data.F.rowwise().sum();
    note(data, "output-row-sums", "gross output is the row sums of transactions and final uses");
    return closed_table(std::move(data), file.path(), options.acceptance);
}

}  // namespace

TableFormat formats::figaro() {
    return {"figaro", "FIGARO of Eurostat: matrix or flat csv", recognises, read};
}

}  // namespace narrows
