// Eurostat's symmetric tables naio_10_cp1700 (total), _cp1800 (domestic) and _cp1900 (imports) in
// long form: one line per cell (csv), or one per pair of codes with a column per year (tsv).
#include <algorithm>
#include <cctype>
#include <filesystem>
#include <map>
#include <set>
#include <unordered_map>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/readers/csv.hpp"
#include "host/readers/formats.hpp"
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

/// One figure of a file.
struct Record {
    std::string region;
    int year = 0;
    std::string unit;
    std::string flow;  // DOM, IMP, TOTAL in newer editions
    std::string row;
    std::string column;
    double value = 0.0;
    std::int64_t line = 0;
};
using Use = std::function<void(const Record&)>;

/// The table of all in the files that is read.
struct Wanted {
    std::string region;
    int year = 0;
    std::string unit;
};

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
    const auto space = std::min(field.find(' '), field.size());
    const std::string_view number = field.substr(0, space);
    const std::string_view flags = field.substr(space);
    if (flags.find_first_not_of(" abcdefghijklmnopqrstuvwxyz") != std::string_view::npos) {
        file.fail(column, "value", in_quotes(field), "a number, perhaps with flags of letters");
    }
    if (number.empty() || number == ":") return std::nullopt;
    return file.number(number, column, "value");
}

/// The codes of a record; year and value are the caller's.
Record record_of(const CsvFile& file, const std::vector<std::string_view>& fields,
                 const std::map<std::string, std::size_t>& roles) {
    for (const char* role : {"geo", "row", "column"}) {
        const std::string code = field_of(fields, roles, role);
        const bool is_code = std::all_of(code.begin(), code.end(), [](unsigned char c) {
            return std::isalnum(c) != 0 || c == '_' || c == '-';
        });
        if (is_code && !code.empty()) continue;
        file.fail(roles.at(role), "", in_quotes(code), "a code of letters, digits, - and _");
    }
    Record record;
    record.region = field_of(fields, roles, "geo");
    record.unit = field_of(fields, roles, "unit");
    record.flow = field_of(fields, roles, "flow");
    record.row = without_cpa(field_of(fields, roles, "row"));
    record.column = without_cpa(field_of(fields, roles, "column"));
    record.line = file.line();
    return record;
}

void read_csv_file(const InputFile& input, const Use& use) {
    CsvFile file(input);
    const Codes header = file.header({});
    const auto roles = roles_of(file, header, {"row", "column", "geo", "year", "value"});
    for (std::vector<std::string_view> fields; file.next_record(fields);) {
        file.require_fields(fields, header.size());
        const std::size_t at = roles.at("value");
        const std::optional<double> value = value_of(file, fields[at], at);
        Record record = record_of(file, fields, roles);
        const std::string year = field_of(fields, roles, "year");
        record.year = year_in(year);
        if (record.year == 0) file.fail(roles.at("year"), "", in_quotes(year), "a year");
        if (!value) continue;
        record.value = *value;
        use(record);
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
            Record record = record_of(file, parts, roles);
            record.year = year_in(header[i]);
            record.value = *value;
            use(record);
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
    /// False where the cell is there already.
    bool add(Block block, const Record& record) {
        if (record.flow == "DOM") block = domestic;
        if (record.flow == "IMP") block = imported;
        if (record.flow == "TOTAL") block = total;
        auto& row = values_[block][record.row];
        if (row.empty()) rows_[block].push_back(record.row);
        return row.emplace(record.column, record.value).second;
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
    Index num_missing(Block block, const Codes& rows, const Codes& columns) const {
        Index missing = 0;
        for (const std::string& row : rows) {
            const auto found = values_[block].find(row);
            for (const std::string& column : columns) {
                if (found == values_[block].end() || found->second.count(column) == 0) ++missing;
            }
        }
        return missing;
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

std::string choose_region(const std::string& path, const std::set<std::string>& there,
                          const std::string& asked) {
    if (asked.empty() && there.size() == 1) return *there.begin();
    if (there.count(asked) != 0) return asked;
    throw ArgumentError(fmt::format(
        "{} holds the regions {}; {}", path, fmt::join(there, ", "),
        asked.empty() ? "choose one with --region" : fmt::format("there is no {}", asked)));
}

Wanted choose(const InputSource& source, const ReadOptions& options) {
    std::map<std::string, std::set<int>> years;  // by region
    std::set<std::string> units;
    read_all(source, [&](Block, const InputFile& file) {
        read_file(file, [&](const Record& record) {
            years[record.region].insert(record.year);
            units.insert(record.unit);
        });
    });
    if (years.empty()) throw ParseError(source.path(), 0, 0, "", "no figure", "at least one");
    std::set<std::string> regions;
    for (const auto& each : years) regions.insert(each.first);
    Wanted wanted;
    wanted.region = choose_region(source.path(), regions, options.region);
    const std::set<int>& there = years[wanted.region];
    wanted.year = choose_year(source.path(), {there.begin(), there.end()}, options.year);
    wanted.unit = units.count("MIO_EUR") != 0 ? "MIO_EUR" : *units.begin();
    return wanted;
}

Cells read_cells(const InputSource& source, const Wanted& wanted) {
    Cells cells;
    read_all(source, [&](Block block, const InputFile& file) {
        read_file(file, [&](const Record& record) {
            if (record.region != wanted.region || record.year != wanted.year ||
                record.unit != wanted.unit || cells.add(block, record)) {
                return;
            }
            throw ParseError(file.path(), record.line, 0, "",
                             fmt::format("a second figure of {}, {}", record.row, record.column),
                             "each cell once");
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

/// Makes the table of the cells that there are.
class Builder {
  public:
    explicit Builder(const Cells& cells)
        : cells_(cells),
          base_(cells.has(domestic) ? domestic : total),
          split_known_(cells.has(domestic) && cells.has(imported)),
          sectors_(sector_codes(cells, base_)),
          uses_(final_uses(cells, base_)) {}

    /// Throws ParseError where products, final uses or all but imports are missing.
    TableData build(const std::string& path, const Wanted& wanted) {
        if (!cells_.has(base_)) {
            throw ParseError(path, 0, 0, "", "only imports",
                             "naio_10_cp1700 or naio_10_cp1800 as well");
        }
        if (sectors_.empty() || uses_.empty()) {
            throw ParseError(path, 0, 0, "", "no product that is also a column, or no final use",
                             "codes such as CPA_A01, A01 and P3_S14");
        }
        std::vector<Sector> list;
        for (const std::string& code : sectors_) list.push_back({code, code, kind_by_nace(code)});
        data_.classification = Classification::national(std::move(list), {wanted.region, ""});
        data_.Z = cells_.matrix(base_, sectors_, sectors_);
        data_.F = cells_.matrix(base_, sectors_, uses_);
        for (const std::string& use : uses_) data_.final_uses.push_back({"", use});
        fill_primary_inputs();
        fill_output();
        fill_imports();
        warn_of_missing_cells();
        if (data_.V.rows() == 0) {
            warn(data_, "no-value-added", "there are no rows D1, B2A3G, D29X39, nor B1G");
            value_added_as_residual(data_);
        }
        return std::move(data_);
    }

  private:
    bool has_row(const std::string& code) const { return block_of_row(code) != num_blocks; }

    // Value added and output stand in both tables, but for editions that keep them to one.
    Block block_of_row(const std::string& code) const {
        for (const Block block : {base_, total}) {
            if (cells_.has_row(block, code)) return block;
        }
        return num_blocks;
    }

    Codes first_there(const std::vector<Codes>& ways) const {
        return first_present(ways, [&](const std::string& code) { return has_row(code); });
    }

    Eigen::MatrixXd rows(const Codes& codes) const {
        Eigen::MatrixXd block(static_cast<Index>(codes.size()), data_.Z.cols());
        for (std::size_t i = 0; i < codes.size(); ++i) {
            block.row(static_cast<Index>(i)) =
                cells_.matrix(block_of_row(codes[i]), {codes[i]}, sectors_);
        }
        return block;
    }

    void fill_primary_inputs() {
        const std::vector<std::vector<Codes>> components = {
            {{"D1"}},
            {{"D29X39"}, {"D29_M_D39"}},
            {{"B2A3G"}, {"B2G_B3G"}, {"K1", "P51C", "B2A3N", "B2N_B3N"}}};
        Codes codes;
        for (const auto& ways : components) {
            for (const std::string& code : first_there(ways)) codes.push_back(code);
        }
        if (codes.size() < components.size()) codes = first_there({{"B1G"}});
        data_.V = rows(codes);
        data_.value_added_names = codes;
        data_.tax_names = first_there({{"D21X31"}, {"D21_M_D31"}});
        data_.T = rows(data_.tax_names);
    }

    void fill_output() {
        if (has_row("P1")) {
            data_.x = rows({"P1"}).transpose();
            return;
        }
        data_.x = data_.Z.rowwise().sum() + data_.F.rowwise().sum();
        warn(data_, "output-from-sums", "there is no output, P1; it is what the rows sum to");
    }

    void fill_imports() {
        if (split_known_) {
            data_.M = cells_.matrix(imported, sectors_, sectors_);
            data_.MF = cells_.matrix(imported, sectors_, uses_);
        } else if (base_ == total && has_row("P7")) {
            std::vector<bool> is_export;
            for (const std::string& use : uses_) is_export.push_back(use.substr(0, 2) == "P6");
            split_imports_proportionally(data_, rows({"P7"}).transpose(), is_export);
        } else {
            warn(data_, "no-imports", "there are no imports by product: naio_10_cp1900 is missing");
        }
    }

    void warn_of_missing_cells() {
        Codes columns = sectors_;
        columns.insert(columns.end(), uses_.begin(), uses_.end());
        const Index missing = cells_.num_missing(base_, sectors_, columns) +
                              (split_known_ ? cells_.num_missing(imported, sectors_, columns) : 0);
        if (missing == 0) return;
        warn(data_, "missing-cells",
             fmt::format("{} flows are not in the files and count as 0: zeros left out, or a file "
                         "that was cut",
                         missing));
    }

    const Cells& cells_;
    Block base_;
    bool split_known_;
    Codes sectors_;
    Codes uses_;
    TableData data_;
};

IoTable read(const InputSource& source, const ReadOptions& options) {
    const Wanted wanted = choose(source, options);
    const Cells cells = read_cells(source, wanted);
    TableData data = Builder(cells).build(source.path(), wanted);
    TableMeta& meta = data.meta;
    meta.name = "Eurostat symmetric input-output table, " + wanted.region;
    meta.year = wanted.year;
    meta.unit = wanted.unit == "MIO_EUR" ? "million euro" : wanted.unit;
    meta.source = "Eurostat, naio_10_cp1700, naio_10_cp1800, naio_10_cp1900";
    meta.licence = "Eurostat, reuse with acknowledgement of the source";
    meta.classification = fmt::format("CPA 2.1, {} products", data.x.size());
    meta.layout = "Eurostat long form (eurostat)";
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
