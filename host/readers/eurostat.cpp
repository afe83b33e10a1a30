// Eurostat's symmetric tables naio_10_cp1700 (total), _cp1800 (domestic) and _cp1900 (imports) in
// long form: one line per cell (csv), or one per pair of codes with a column per year (tsv).
#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <unordered_map>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/readers/csv.hpp"
#include "host/readers/formats.hpp"
#include "host/readers/named_nodes.hpp"
#include "host/readers/sector_kinds.hpp"
#include "host/readers/years.hpp"
#include "host/table/accounts.hpp"
#include "host/table/import_split.hpp"

namespace narrows {
namespace {

using Codes = std::vector<std::string>;

const std::map<std::string, std::set<std::string>> column_names = {
    {"row", {"t_rows2", "prd_ava", "ind_ava", "rows"}},
    {"column", {"t_cols2", "prd_use", "ind_use", "cols"}},
    {"geo", {"geo"}},
    {"year", {"time_period", "time", "year"}},
    {"unit", {"unit"}},
    {"flow", {"stk_flow"}},
    {"value", {"obs_value", "values", "value"}}};

enum Block : std::size_t { total, domestic, imported, num_blocks };

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return result;
}

/// The dataset by a file's name; nothing for other files.
std::optional<Block> block_of(const std::string& name) {
    const std::string file = lower(std::filesystem::path(name).filename().string());
    if (file.find("cp1700") != std::string::npos) return total;
    if (file.find("cp1800") != std::string::npos) return domestic;
    if (file.find("cp1900") != std::string::npos) return imported;
    return std::nullopt;
}

std::string without_cpa(std::string_view code) {
    return std::string(code.substr(0, 4) == "CPA_" ? code.substr(4) : code);
}

/// One cell: row and column code, value.
struct CellRecord {
    std::string row;
    std::string column;
    double value;
};

/// What a file holds for the region, year and unit that are wanted; first all that there are.
struct Wanted {
    std::set<std::string> regions;
    std::set<int> years;
    std::set<std::string> units;
    std::string region;
    int year = 0;
    std::string unit;
};

/// Calls `use` with region, year, unit, flow, row, column and value of every cell of a file.
using Use = std::function<void(const std::string&, int, const std::string&, const std::string&,
                               const std::string&, const std::string&, double)>;

/// Positions of the columns by their role; throws where one that is needed is missing.
std::map<std::string, std::size_t> roles_of(const CsvFile& file, const Codes& header,
                                            const std::vector<std::string>& needed) {
    std::map<std::string, std::size_t> roles;
    for (std::size_t i = 0; i < header.size(); ++i) {
        const std::string name = lower(header[i].substr(0, header[i].find('\\')));
        for (const auto& [role, names] : column_names) {
            if (names.count(name) != 0) roles.emplace(role, i);
        }
    }
    for (const std::string& role : needed) {
        if (roles.count(role) != 0) continue;
        const auto& names = column_names.at(role);
        throw ParseError(file.path(), 1, 0, "", "no column of " + role,
                         fmt::format("one of {}", fmt::join(names, ", ")));
    }
    return roles;
}

std::string field_of(const std::vector<std::string_view>& fields,
                     const std::map<std::string, std::size_t>& roles, const char* role) {
    const auto found = roles.find(role);
    return found == roles.end() ? "" : std::string(fields[found->second]);
}

/// A value with Eurostat's flags behind it ("12.5 p"); ":" is not available.
std::optional<double> value_of(const CsvFile& file, std::string_view field, std::size_t column) {
    const auto space = field.find(' ');
    const std::string_view number = field.substr(0, space);
    if (number.empty() || number == ":") return std::nullopt;
    return file.number(number, column, "value");
}

void read_csv_file(const InputFile& input, const Use& use) {
    CsvFile file(input);
    const Codes header = file.header({});
    const auto roles = roles_of(file, header, {"row", "column", "geo", "year", "value"});
    for (std::vector<std::string_view> fields; file.next_record(fields);) {
        file.require_fields(fields, header.size());
        const std::size_t at = roles.at("value");
        const std::optional<double> value = value_of(file, fields[at], at);
        const std::string year = field_of(fields, roles, "year");
        if (year_in(year) == 0) file.fail(roles.at("year"), "", in_quotes(year), "a year");
        if (!value) continue;
        use(field_of(fields, roles, "geo"), year_in(year), field_of(fields, roles, "unit"),
            field_of(fields, roles, "flow"), without_cpa(field_of(fields, roles, "row")),
            without_cpa(field_of(fields, roles, "column")), *value);
    }
}

std::vector<std::string_view> split(std::string_view text) {
    std::vector<std::string_view> parts;
    for (std::size_t at = 0; at <= text.size();) {
        const std::size_t comma = std::min(text.find(',', at), text.size());
        parts.push_back(text.substr(at, comma - at));
        at = comma + 1;
    }
    return parts;
}

void read_tsv_file(const InputFile& input, const Use& use) {
    CsvFile file(input, '\t');
    const Codes header = file.header({});
    Codes keys;
    for (const std::string_view key : split(header.front())) keys.emplace_back(key);
    const auto roles = roles_of(file, keys, {"row", "column", "geo"});
    for (std::vector<std::string_view> fields; file.next_record(fields);) {
        file.require_fields(fields, header.size());
        const std::vector<std::string_view> parts = split(fields.front());
        if (parts.size() != keys.size()) {
            file.fail(0, "", in_quotes(fields.front()), fmt::format("{} codes", keys.size()));
        }
        for (std::size_t i = 1; i < fields.size(); ++i) {
            const std::optional<double> value = value_of(file, fields[i], i);
            if (!value) continue;
            if (year_in(header[i]) == 0) file.fail(i, "", in_quotes(header[i]), "a year above it");
            use(field_of(parts, roles, "geo"), year_in(header[i]), field_of(parts, roles, "unit"),
                field_of(parts, roles, "flow"), without_cpa(field_of(parts, roles, "row")),
                without_cpa(field_of(parts, roles, "column")), *value);
        }
    }
}

void read_file(const InputFile& file, const Use& use) {
    const std::string_view first = file.bytes().substr(0, file.bytes().find('\n'));
    if (first.find('\t') != std::string_view::npos) {
        read_tsv_file(file, use);
    } else {
        read_csv_file(file, use);
    }
}

/// Cells by block; `flow` of newer editions, where a file holds all three, overrules its name.
class Cells {
  public:
    void add(Block block, const std::string& flow, const std::string& row,
             const std::string& column, double value) {
        if (flow == "DOM") block = domestic;
        if (flow == "IMP") block = imported;
        if (flow == "TOTAL") block = total;
        auto& values = values_[block];
        if (!values[row].emplace(column, value).second) {
            throw ArgumentError(fmt::format("the cell {}, {} is there twice", row, column));
        }
        if (values[row].size() == 1) rows_[block].push_back(row);
    }
    bool has(Block block) const { return !values_[block].empty(); }
    bool has_row(Block block, const std::string& row) const {
        return values_[block].count(row) != 0;
    }
    bool has_column(Block block, const std::string& column) const {
        return std::any_of(values_[block].begin(), values_[block].end(),
                           [&](const auto& row) { return row.second.count(column) != 0; });
    }
    const Codes& rows(Block block) const { return rows_[block]; }
    /// 0 where the cell is not there: Eurostat leaves some zeros out.
    double at(Block block, const std::string& row, const std::string& column) const {
        const auto found = values_[block].find(row);
        if (found == values_[block].end()) return 0.0;
        const auto cell = found->second.find(column);
        return cell == found->second.end() ? 0.0 : cell->second;
    }
    Eigen::MatrixXd matrix(Block block, const Codes& rows, const Codes& columns) const {
        Eigen::MatrixXd result(static_cast<Index>(rows.size()), static_cast<Index>(columns.size()));
        for (std::size_t i = 0; i < rows.size(); ++i) {
            for (std::size_t j = 0; j < columns.size(); ++j) {
                result(static_cast<Index>(i), static_cast<Index>(j)) =
                    at(block, rows[i], columns[j]);
            }
        }
        return result;
    }

  private:
    std::unordered_map<std::string, std::unordered_map<std::string, double>> values_[num_blocks];
    Codes rows_[num_blocks];
};

/// Reads every file, `use`d with its block.
void read_all(const InputSource& source, const std::function<void(Block, const InputFile&)>& use) {
    for (const std::string& name : source.names()) {
        const std::optional<Block> block = block_of(name);
        if (block) use(*block, source.open(name));
    }
}

template <class Value>
Value choose(const std::string& path, const char* what, const char* option,
             const std::set<Value>& there, const Value& asked, bool is_asked) {
    if (is_asked && there.count(asked) != 0) return asked;
    if (!is_asked && there.size() == 1) return *there.begin();
    if (there.empty())
        throw FileError(path, fmt::format("no figures, expected some of a {}", what));
    throw ArgumentError(fmt::format("{} holds the {}s {}; {}", path, what, fmt::join(there, ", "),
                                    is_asked ? fmt::format("there is no {}", asked)
                                             : fmt::format("choose one with {}", option)));
}

Cells read_cells(const InputSource& source, const ReadOptions& options, Wanted& wanted) {
    read_all(source, [&](Block, const InputFile& file) {
        read_file(file, [&](const std::string& geo, int year, const std::string& unit,
                            const std::string&, const std::string&, const std::string&, double) {
            wanted.regions.insert(geo);
            wanted.years.insert(year);
            wanted.units.insert(unit);
        });
    });
    wanted.region = choose(source.path(), "region", "--region", wanted.regions, options.region,
                           !options.region.empty());
    wanted.year =
        choose(source.path(), "year", "--year", wanted.years, options.year, options.year != 0);
    wanted.unit = wanted.units.count("MIO_EUR") != 0 ? "MIO_EUR" : *wanted.units.begin();
    Cells cells;
    read_all(source, [&](Block block, const InputFile& file) {
        read_file(file, [&](const std::string& geo, int year, const std::string& unit,
                            const std::string& flow, const std::string& row,
                            const std::string& column, double value) {
            if (geo != wanted.region || year != wanted.year || unit != wanted.unit) return;
            try {
                cells.add(block, flow, row, column, value);
            } catch (const ArgumentError& error) {
                throw ParseError(file.path(), 0, 0, "", error.what(), "each cell once");
            }
        });
    });
    return cells;
}

/// Of several ways to cover the same thing, the first of which any code is there.
Codes first_present(const std::vector<Codes>& ways,
                    const std::function<bool(const std::string&)>& is_there) {
    for (const Codes& way : ways) {
        Codes present;
        std::copy_if(way.begin(), way.end(), std::back_inserter(present), is_there);
        if (!present.empty()) return present;
    }
    return {};
}

/// Final uses without double counting: each group's details, or its total.
Codes final_uses(const Cells& cells, Block block) {
    const auto is_there = [&](const std::string& code) { return cells.has_column(block, code); };
    const std::vector<std::vector<Codes>> groups = {{{"P3_S14", "P3_S15", "P3_S13"}, {"P3"}},
                                                    {{"P51G"}, {"P51"}},
                                                    {{"P52", "P53"}, {"P52_P53", "P5M"}},
                                                    {{"P6"}, {"P6_S21", "P6_S22"}}};
    Codes uses;
    for (const auto& group : groups) {
        for (const std::string& code : first_present(group, is_there)) uses.push_back(code);
    }
    const bool has_formation = is_there("P51G") || is_there("P51") || is_there("P52");
    if (!has_formation && is_there("P5")) uses.push_back("P5");
    return uses;
}

/// Sectors: row codes that are columns as well, in the order of the rows.
Codes sector_codes(const Cells& cells, Block block) {
    const std::set<std::string> totals = {"TOTAL", "TFINU", "TU", "SUPBP"};
    Codes codes;
    for (const std::string& row : cells.rows(block)) {
        if (totals.count(row) == 0 && cells.has_column(block, row)) codes.push_back(row);
    }
    return codes;
}

IoTable read(const InputSource& source, const ReadOptions& options) {
    Wanted wanted;
    const Cells cells = read_cells(source, options, wanted);
    const bool split_known = cells.has(domestic) && cells.has(imported);
    const Block base = cells.has(domestic) ? domestic : total;
    if (!cells.has(base)) {
        throw FileError(source.path(), "only imports, expected naio_10_cp1700 or _cp1800 as well");
    }
    const auto is_row = [&](const std::string& code) {
        return cells.has_row(base, code) || cells.has_row(total, code);
    };
    // Value added and output stand in both tables, but for editions that keep them to one.
    const auto row_block = [&](const std::string& code) {
        return cells.has_row(base, code) ? base : total;
    };
    const Codes sectors = sector_codes(cells, base);
    const Codes uses = final_uses(cells, base);
    if (sectors.empty() || uses.empty()) {
        throw FileError(source.path(),
                        "no product that is also a column, or no final use; expected "
                        "codes such as CPA_A01, A01 and P3_S14");
    }
    TableData data;
    std::vector<Sector> list;
    for (const std::string& code : sectors) list.push_back({code, code, kind_by_nace(code)});
    data.classification = Classification::national(std::move(list), {wanted.region, ""});
    data.Z = cells.matrix(base, sectors, sectors);
    data.F = cells.matrix(base, sectors, uses);
    for (const std::string& use : uses) data.final_uses.push_back({"", use});
    const auto rows = [&](const Codes& codes, Eigen::MatrixXd& block, Codes& names) {
        block.resize(static_cast<Index>(codes.size()), data.Z.cols());
        for (std::size_t i = 0; i < codes.size(); ++i) {
            block.row(static_cast<Index>(i)) =
                cells.matrix(row_block(codes[i]), {codes[i]}, sectors);
        }
        names = codes;
    };
    Codes value_added = first_present({{"D1"}}, is_row);
    for (const auto& way :
         {std::vector<Codes>{{"D29X39"}, {"D29_M_D39"}},
          std::vector<Codes>{{"B2A3G"}, {"B2G_B3G"}, {"K1", "P51C", "B2A3N", "B2N_B3N"}}}) {
        for (const std::string& code : first_present(way, is_row)) value_added.push_back(code);
    }
    if (value_added.size() < 3) value_added = first_present({{"B1G"}}, is_row);
    rows(value_added, data.V, data.value_added_names);
    rows(first_present({{"D21X31"}, {"D21_M_D31"}}, is_row), data.T, data.tax_names);
    const std::string output = is_row("P1") ? "P1" : "";
    data.x = output.empty()
                 ? Eigen::VectorXd(data.Z.rowwise().sum() + data.F.rowwise().sum())
                 : Eigen::VectorXd(cells.matrix(row_block("P1"), {"P1"}, sectors).transpose());
    if (split_known) {
        data.M = cells.matrix(imported, sectors, sectors);
        data.MF = cells.matrix(imported, sectors, uses);
    } else if (base == total && is_row("P7")) {
        std::vector<bool> is_export;
        for (const std::string& use : uses) is_export.push_back(use.substr(0, 2) == "P6");
        split_imports_proportionally(data, cells.matrix(total, {"P7"}, sectors).transpose(),
                                     is_export);
    } else {
        warn(data, "no-imports", "the table has no imports by product: naio_10_cp1900 is missing");
    }
    if (value_added.empty()) value_added_as_residual(data);
    TableMeta& meta = data.meta;
    meta.name = "Eurostat symmetric input-output table, " + wanted.region;
    meta.year = wanted.year;
    meta.unit = wanted.unit == "MIO_EUR" ? "million euro" : wanted.unit;
    meta.source = "Eurostat, naio_10_cp1700, naio_10_cp1800, naio_10_cp1900";
    meta.licence = "Eurostat, reuse with acknowledgement of the source";
    meta.classification = fmt::format("CPA 2.1, {} products", sectors.size());
    meta.layout =
        split_known ? "Eurostat long, domestic and imports (eurostat)" : "Eurostat long (eurostat)";
    return closed_table(std::move(data), source.path(), options.acceptance);
}

bool recognises(const InputSource& source) {
    return std::any_of(source.names().begin(), source.names().end(), [&](const std::string& name) {
        if (!block_of(name)) return false;
        const std::string head = lower(source.head(name, 256));
        return head.find("geo") != std::string::npos;
    });
}

}  // namespace

TableFormat formats::eurostat() {
    return {"eurostat", "Eurostat naio_10_cp1700, _cp1800, _cp1900 (csv or tsv)", recognises, read};
}

}  // namespace narrows
