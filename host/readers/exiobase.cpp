// EXIOBASE 3: tab-separated matrices with two header rows (region, sector) and two label columns.
#include <algorithm>
#include <cctype>
#include <optional>
#include <unordered_map>

#include <Eigen/LU>
#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/readers/formats.hpp"
#include "host/readers/grid.hpp"
#include "host/readers/node_list.hpp"
#include "host/readers/satellites.hpp"
#include "host/readers/sector_kinds.hpp"
#include "host/readers/years.hpp"
#include "host/table/accounts.hpp"

namespace narrows {
namespace {

/// Opens a file with `labels` label columns. A third header row may hold the names of the labels.
Grid open_grid(const InputFile& file, Index labels) {
    std::string_view text = file.bytes();
    for (int line = 0; line < 2; ++line) {
        const auto end = text.find('\n');
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    const std::string_view first = text.substr(0, text.find_first_of("\t\r\n"));
    const bool names_labels = first == "region" || first == "stressor" || first == "category";
    GridFormat format;
    format.separator = '\t';
    format.header_rows = names_labels ? 3 : 2;
    format.label_columns = labels;
    return Grid(file, format);
}

std::optional<std::string> transactions_file(const InputSource& source) {
    for (const char* name : {"Z.txt", "A.txt"}) {
        if (const auto found = source.find(name)) return found;
    }
    return std::nullopt;
}

/// Folders that pymrio saves look alike; those of EXIOBASE say so in their metadata.
bool is_exiobase(const InputSource& source) {
    const std::optional<std::string> file = transactions_file(source);
    if (!file || source.head(*file, 7) != "region\t" || !source.has("Y.txt")) return false;
    const InputSource folder = source.folder_of(*file);
    if (!folder.has("file_parameters.json") || !folder.has("metadata.json")) return true;
    std::string about = folder.head(*folder.find("metadata.json"));
    for (char& c : about) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return about.find("exio") != std::string::npos;
}

/// Nodes in the order of the columns, and where rows and columns of a square matrix go.
struct Square {
    NodeList nodes;
    std::vector<GridTarget> rows;
    std::vector<GridTarget> columns;
};

std::vector<GridTarget> node_rows(const Grid& grid, const NodeList& nodes) {
    std::vector<GridTarget> rows;
    LabelOnce once(grid);
    for (Index r = 0; r < grid.num_rows(); ++r) {
        const std::string& region = grid.labels(0)[static_cast<std::size_t>(r)];
        const std::string& sector = grid.labels(1)[static_cast<std::size_t>(r)];
        const Index node = nodes.find(region, sector);
        if (node < 0) {
            grid.fail(r, -1, "unknown sector " + in_quotes(region + " " + sector),
                      "region and sector of a column of the transactions");
        }
        once.row(region + "_" + sector, r);
        rows.push_back({0, node});
    }
    if (grid.num_rows() != nodes.size()) {
        throw ParseError(grid.path(), 0, 0, "", fmt::format("{} rows", grid.num_rows()),
                         fmt::format("one for each of {} sectors", nodes.size()));
    }
    return rows;
}

Square square_of(const Grid& grid) {
    Square square;
    LabelOnce once(grid);
    for (Index c = 0; c < grid.num_columns(); ++c) {
        const std::string& region = grid.header(0)[static_cast<std::size_t>(c)];
        const std::string& sector = grid.header(1)[static_cast<std::size_t>(c)];
        if (region.empty() || sector.empty()) {
            grid.fail_header(region.empty() ? 0 : 1, c, "an empty label", "region and sector");
        }
        once.column(region + "_" + sector, c);
        square.columns.push_back({0, square.nodes.add(region, sector).first});
    }
    square.rows = node_rows(grid, square.nodes);
    return square;
}

/// Where the columns of a file that has a column per node go.
std::vector<GridTarget> node_columns(const Grid& grid, const NodeList& nodes) {
    std::vector<GridTarget> columns;
    LabelOnce once(grid);
    for (Index c = 0; c < grid.num_columns(); ++c) {
        const std::string& region = grid.header(0)[static_cast<std::size_t>(c)];
        const std::string& sector = grid.header(1)[static_cast<std::size_t>(c)];
        const Index node = nodes.find(region, sector);
        if (node < 0) {
            grid.fail_header(1, c, "unknown sector " + in_quotes(region + " " + sector),
                             "region and sector of a column of the transactions");
        }
        once.column(region + "_" + sector, c);
        columns.push_back({0, node});
    }
    if (grid.num_columns() != nodes.size()) {
        throw ParseError(grid.path(), 1, 0, "", fmt::format("{} columns", grid.num_columns()),
                         fmt::format("one for each of {} sectors", nodes.size()));
    }
    return columns;
}

void read_final_demand(const Grid& grid, const NodeList& nodes, TableData& data) {
    std::vector<GridTarget> columns;
    LabelOnce once(grid);
    for (Index c = 0; c < grid.num_columns(); ++c) {
        const FinalUse use = {grid.header(0)[static_cast<std::size_t>(c)],
                              grid.header(1)[static_cast<std::size_t>(c)]};
        if (!nodes.has_region(use.region)) {
            grid.fail_header(0, c, "unknown region " + in_quotes(use.region),
                             "a region of the transactions");
        }
        once.column(use.label(), c);
        columns.push_back({0, c});
        data.final_uses.push_back(use);
    }
    const std::vector<GridTarget> rows = node_rows(grid, nodes);
    data.F.resize(nodes.size(), grid.num_columns());
    grid.read(rows, columns, {{&data.F}});
}

Eigen::VectorXd read_output(const InputFile& file, const NodeList& nodes) {
    GridFormat format;
    format.separator = '\t';
    format.label_columns = 2;
    const Grid grid(file, format);
    if (grid.num_columns() != 1) {
        throw ParseError(grid.path(), 1, 0, "", fmt::format("{} columns", grid.num_columns()),
                         "region, sector and output");
    }
    const std::vector<GridTarget> rows = node_rows(grid, nodes);
    Eigen::MatrixXd x(nodes.size(), 1);
    grid.read(rows, {{0, 0}}, {{&x}});
    return x.col(0);
}

enum class FactorRow { none, value_added, tax, total_value_added };

FactorRow factor_row(std::string name) {
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    const auto begins = [&](const char* text) { return name.rfind(text, 0) == 0; };
    if (begins("taxes less subsidies")) return FactorRow::tax;
    if (begins("compensation of employees") || begins("operating surplus") ||
        begins("other net taxes on production")) {
        return FactorRow::value_added;
    }
    return begins("value added") ? FactorRow::total_value_added : FactorRow::none;
}

/// Value added and product taxes from the factor inputs; a total counts only where nothing else is.
void read_factors(const Grid& grid, const NodeList& nodes, TableData& data) {
    const std::vector<std::string>& names = grid.labels(0);
    const bool has_parts = std::any_of(names.begin(), names.end(), [](const std::string& name) {
        return factor_row(name) == FactorRow::value_added;
    });
    const FactorRow wanted = has_parts ? FactorRow::value_added : FactorRow::total_value_added;
    std::vector<GridTarget> rows;
    LabelOnce once(grid);
    for (Index r = 0; r < grid.num_rows(); ++r) {
        const std::string& name = names[static_cast<std::size_t>(r)];
        const FactorRow kind = factor_row(name);
        if (kind != wanted && kind != FactorRow::tax) {
            rows.push_back({});
            continue;
        }
        once.row(name, r);
        std::vector<std::string>& list =
            kind == FactorRow::tax ? data.tax_names : data.value_added_names;
        rows.push_back({kind == FactorRow::tax ? 1 : 0, static_cast<Index>(list.size())});
        list.push_back(name);
    }
    if (data.value_added_names.empty() && data.tax_names.empty()) return;
    const std::vector<GridTarget> columns = node_columns(grid, nodes);
    data.V.resize(static_cast<Index>(data.value_added_names.size()), nodes.size());
    data.T.resize(static_cast<Index>(data.tax_names.size()), nodes.size());
    grid.read(rows, columns, {{&data.V}, {&data.T}});
}

/// The units of satellite accounts, by name.
std::unordered_map<std::string, std::string> satellite_units(const InputSource& folder) {
    std::unordered_map<std::string, std::string> units;
    CsvFile file(folder.open_found("unit.txt"), '\t');
    std::vector<std::string_view> fields;
    for (bool is_header = true; file.next_record(fields); is_header = false) {
        if (fields.size() < 2) file.fail(0, "", "one field", "an account and its unit");
        if (!is_header) units.emplace(fields.front(), fields.back());
    }
    return units;
}

/// Where the columns of a file that has those of Y go.
std::vector<GridTarget> use_columns(const Grid& grid, const std::vector<FinalUse>& uses) {
    std::vector<GridTarget> columns;
    LabelOnce once(grid);
    for (Index c = 0; c < grid.num_columns(); ++c) {
        const FinalUse use = {grid.header(0)[static_cast<std::size_t>(c)],
                              grid.header(1)[static_cast<std::size_t>(c)]};
        const auto found = std::find_if(uses.begin(), uses.end(), [&](const FinalUse& each) {
            return each.region == use.region && each.category == use.category;
        });
        if (found == uses.end()) {
            grid.fail_header(1, c, "unknown final use " + in_quotes(use.label()),
                             "region and category of a column of Y.txt");
        }
        once.column(use.label(), c);
        columns.push_back({0, found - uses.begin()});
    }
    if (columns.size() != uses.size()) {
        throw ParseError(grid.path(), 1, 0, "", fmt::format("{} columns", columns.size()),
                         fmt::format("the {} of Y.txt", uses.size()));
    }
    return columns;
}

/// The same rows as in F.txt, of `names` with `targets` by account; accounts without a row have no
/// final uses.
void read_satellites_of_uses(const Grid& grid, const std::vector<std::string>& names,
                             const std::vector<GridTarget>& targets, std::size_t first,
                             TableData& data) {
    std::unordered_map<std::string, GridTarget> target_of;
    for (std::size_t r = 0; r < names.size(); ++r) target_of.emplace(names[r], targets[r]);
    std::vector<GridTarget> rows;
    for (Index r = 0; r < grid.num_rows(); ++r) {
        const auto found = target_of.find(grid.labels(0)[static_cast<std::size_t>(r)]);
        rows.push_back(found == target_of.end() ? GridTarget{} : found->second);
    }
    const auto count = static_cast<Index>(data.satellites.size() - first);
    Eigen::MatrixXd values(count, grid.num_columns());
    grid.read(rows, use_columns(grid, data.final_uses), {{&values}});
    for (const GridTarget& row : rows) {
        if (row.group < 0) continue;
        data.satellites[first + static_cast<std::size_t>(row.index)].final_uses =
            values.row(row.index).transpose();
    }
}

/// The rows of one F.txt that are asked for, and those of F_Y.txt (older: F_hh.txt) beside it.
void read_satellites(const InputSource& folder, const std::string& folder_name,
                     const NodeList& nodes, SatelliteSelection& selection, TableData& data) {
    const Grid grid = open_grid(folder.open_found("F.txt"), 1);
    const std::size_t first = data.satellites.size();
    std::vector<GridTarget> rows;
    LabelOnce once(grid);
    std::unordered_map<std::string, std::string> units;
    for (Index r = 0; r < grid.num_rows(); ++r) {
        const std::string& name = grid.labels(0)[static_cast<std::size_t>(r)];
        once.row(name, r);
        rows.push_back({});
        if (!selection.wants(name)) continue;
        if (units.empty()) units = satellite_units(folder);
        const auto unit = units.find(name);
        if (unit == units.end() || unit->second.empty()) {
            throw ParseError(folder.path() + "/unit.txt", 0, 0, "", "no unit of " + in_quotes(name),
                             "one for every account");
        }
        rows.back() = {0, static_cast<Index>(data.satellites.size() - first)};
        data.satellites.push_back(
            {satellite_name(name, folder_name, data.satellites), unit->second, {}, {}});
    }
    const auto count = static_cast<Index>(data.satellites.size() - first);
    if (count == 0) return;
    Eigen::MatrixXd values(count, nodes.size());
    grid.read(rows, node_columns(grid, nodes), {{&values}});
    for (Index k = 0; k < count; ++k) {
        data.satellites[first + static_cast<std::size_t>(k)].values = values.row(k).transpose();
    }
    for (const char* name : {"F_Y.txt", "F_hh.txt"}) {
        if (!folder.has(name)) continue;
        read_satellites_of_uses(open_grid(folder.open_found(name), 1), grid.labels(0), rows, first,
                                data);
        return;
    }
}

/// From every folder with an F.txt: satellite/, or air_emissions/, employment/ and others.
void read_all_satellites(const InputSource& source, const NodeList& nodes,
                         const std::vector<std::string>& names, TableData& data) {
    constexpr std::string_view ending = "/F.txt";
    std::vector<std::string> files;
    for (const std::string& name : source.names()) {
        const bool fits = name.size() > ending.size() &&
                          name.compare(name.size() - ending.size(), ending.size(), ending) == 0;
        if (fits) files.push_back(name);
    }
    if (files.empty() || names.empty()) {
        if (!files.empty()) note_unread_satellites(data);
        return;
    }
    SatelliteSelection selection(names);
    for (const std::string& file : files) {
        const std::string folder = file.substr(0, file.size() - ending.size());
        read_satellites(source.folder_of(file), folder, nodes, selection, data);
    }
    selection.finish(source.path(), data);
}

/// Gross output, and data.Z from coefficients to flows where the file had those.
void set_output(const InputSource& folder, const NodeList& nodes, bool is_coefficients,
                TableData& data) {
    if (folder.has("x.txt")) {
        data.x = read_output(folder.open_found("x.txt"), nodes);
    } else if (!is_coefficients) {
        data.x = data.Z.rowwise().sum() + data.F.rowwise().sum();
        note(data, "output-from-sums", "there is no x.txt: output is what the rows sum to");
    } else {
        Eigen::MatrixXd system = -data.Z;
        system.diagonal().array() += 1.0;
        const Eigen::VectorXd demand = data.F.rowwise().sum();
        data.x = Eigen::PartialPivLU<Eigen::Ref<Eigen::MatrixXd>>(system).solve(demand);
        if (!data.x.allFinite()) {
            throw BalanceError(folder.path() +
                               ": (I - A) x = Y1 has no solution, and there is "
                               "neither Z.txt nor x.txt");
        }
        note(data, "output-solved",
             "there is neither Z.txt nor x.txt: output solves (I - A) x = Y1");
    }
    if (!is_coefficients) return;
    for (Index j = 0; j < data.Z.cols(); ++j) data.Z.col(j) *= data.x[j];
    note(data, "flows-from-coefficients", "Z is A times output");
}

/// The unit in which all flows are, from unit.txt.
std::string read_unit(const InputSource& folder, TableData& data) {
    if (!folder.has("unit.txt")) return "million euro";
    const InputFile file = folder.open_found("unit.txt");
    std::vector<std::string> units;
    std::string_view text = file.bytes();
    if (text.substr(0, 2) == "\xFF\xFE" || text.substr(0, 2) == "\xFE\xFF") {
        throw ParseError(file.path(), 1, 0, "", "UTF-16 text", "UTF-8 text");
    }
    for (bool is_header = true; !text.empty(); is_header = false) {
        std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
        const std::string unit(line.substr(line.rfind('\t') + 1));
        const bool known = std::find(units.begin(), units.end(), unit) != units.end();
        if (!is_header && !line.empty() && !known && units.size() < 10) units.push_back(unit);
    }
    if (units.empty()) {
        warn(data, "unknown-unit", "unit.txt says nothing; million euro is assumed");
        return "million euro";
    }
    if (units.size() > 1) {
        warn(data, "several-units",
             fmt::format("unit.txt has several units ({}): sums over sectors mean nothing",
                         fmt::join(units, ", ")));
    }
    if (units.front() == "M.EUR") return "million euro";
    if (units.front() == "Mill USD") return "million US dollars";
    warn(data, "unknown-unit",
         fmt::format("unit.txt says {}, which is none of M.EUR and Mill USD",
                     in_quotes(units.front())));
    return units.front();
}

IoTable read_exiobase(const InputSource& source, const ReadOptions& options) {
    const std::optional<std::string> file = transactions_file(source);
    if (!file) throw FileError(source.path(), "neither Z.txt nor A.txt, expected EXIOBASE 3");
    const InputSource folder = source.folder_of(*file);
    const bool is_coefficients = !folder.has("Z.txt");
    TableData data;
    data.meta.year = choose_year(source.path(), year_in(source.path()), options.year);
    data.meta.name =
        data.meta.year == 0 ? "EXIOBASE 3" : fmt::format("EXIOBASE 3, {}", data.meta.year);
    data.meta.source = "EXIOBASE 3, doi:10.5281/zenodo.3583070";
    data.meta.licence = "CC BY-SA 4.0";
    data.meta.attribution = "EXIOBASE consortium; Stadler et al. (2018), doi:10.1111/jiec.12715";

    NodeList nodes;
    {
        const Grid grid = open_grid(source.open(*file), 2);
        const Square square = square_of(grid);
        data.Z.resize(square.nodes.size(), square.nodes.size());
        grid.read(square.rows, square.columns, {{&data.Z}});
        nodes = square.nodes;
    }
    data.classification = nodes.classification(source.path(), kind_by_name);
    data.meta.classification = fmt::format("EXIOBASE 3, {} regions, {} sectors",
                                           nodes.regions().size(), nodes.sectors().size());
    read_final_demand(open_grid(folder.open_found("Y.txt"), 2), nodes, data);
    set_output(folder, nodes, is_coefficients, data);
    std::string factors;
    for (const char* name : {"factor_inputs/F.txt", "satellite/F.txt"}) {
        if (data.V.size() > 0 || !folder.has(name)) continue;
        read_factors(open_grid(folder.open_found(name), 1), nodes, data);
        factors = name;
    }
    if (data.V.rows() == 0) {
        if (folder.has("factor_inputs/F.txt") || folder.has("satellite/F.txt")) {
            warn(data, "value-added-missing",
                 "F.txt has no row of value added that is known: the file may be cut");
        }
        value_added_as_residual(data);
    }
    read_all_satellites(folder, nodes, options.accounts, data);
    data.meta.unit = read_unit(folder, data);
    data.meta.layout = fmt::format("EXIOBASE 3: {}, Y.txt{}{}", is_coefficients ? "A.txt" : "Z.txt",
                                   factors.empty() ? "" : ", ", factors);
    return closed_table(std::move(data), source.path(), options.acceptance);
}

}  // namespace

TableFormat formats::exiobase3() {
    return {"exiobase3", "EXIOBASE 3: folder or zip with Z.txt or A.txt, Y.txt", is_exiobase,
            read_exiobase};
}

}  // namespace narrows
