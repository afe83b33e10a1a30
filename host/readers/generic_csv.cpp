// A csv of one's own, wide or long, that a mapping file describes (--mapping).
#include <algorithm>
#include <filesystem>
#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/readers/csv.hpp"
#include "host/readers/csv_mapping.hpp"
#include "host/readers/formats.hpp"
#include "host/readers/long_csv.hpp"
#include "host/readers/node_list.hpp"
#include "host/readers/sector_kinds.hpp"
#include "host/readers/years.hpp"
#include "host/table/accounts.hpp"

namespace narrows {
namespace {

/// Groups of targets, the same numbers for rows and columns where both have one.
enum Group : Index {
    nodes_group,
    uses_group,
    imports_group,
    taxes_group,
    value_group,
    output_group
};

std::optional<double> parse_own_number(std::string_view text, const CsvMapping& mapping) {
    if (mapping.decimal == '.' && mapping.thousands == '\0') return parse_number(text);
    std::string plain;
    for (const char c : text) {
        if (c == mapping.thousands) continue;
        // What is not the decimal character here must not become one.
        if (c == '.' && mapping.decimal != '.') return std::nullopt;
        plain += c == mapping.decimal ? '.' : c;
    }
    return parse_number(plain);
}

/// "AUS_C10" -> AUS, C10; what does not split has no region.
LongLabel split(const std::string& text, const CsvMapping& mapping) {
    if (!mapping.is_multi_regional) return {"", text};
    const std::size_t at = mapping.region_first ? text.find(mapping.label_separator)
                                                : text.rfind(mapping.label_separator);
    if (at == std::string::npos) return {"", text};
    const std::string before = text.substr(0, at);
    const std::string after = text.substr(at + 1);
    return mapping.region_first ? LongLabel{before, after} : LongLabel{after, before};
}

/// What each row or column is.
class Roles {
  public:
    /// `full` are the labels as the file has them.
    Roles(std::string path, const char* side, std::vector<std::string> full,
          std::vector<LongLabel> parts)
        : path_(std::move(path)),
          side_(side),
          full_(std::move(full)),
          parts_(std::move(parts)),
          role_(full_.size()) {
        for (std::size_t i = 0; i < full_.size(); ++i) {
            places_[full_[i]].push_back(i);
            if (parts_[i].second != full_[i]) places_[parts_[i].second].push_back(i);
        }
    }

    /// Gives rows or columns their role. Throws ParseError for a selector that finds nothing and
    /// for a label with two roles.
    void assign(const std::string& role, const Selectors& selectors) {
        for (const std::string& selector : selectors) {
            for (const std::size_t i : places_of(selector)) {
                if (!role_[i].empty() && role_[i] != role) {
                    fail(in_quotes(full_[i]) + " as " + role_[i] + " and as " + role, "one role");
                }
                role_[i] = role;
            }
        }
    }
    void assign_rest(const std::string& role) {
        for (std::string& each : role_) {
            if (each.empty()) each = role;
        }
    }

    std::size_t size() const { return full_.size(); }
    const std::string& full(std::size_t i) const { return full_[i]; }
    const LongLabel& parts(std::size_t i) const { return parts_[i]; }
    const std::string& role(std::size_t i) const { return role_[i]; }
    Index count(const std::string& role) const {
        return std::count(role_.begin(), role_.end(), role);
    }
    [[noreturn]] void fail(const std::string& found, const std::string& expected) const {
        throw ParseError(path_, 0, 0, "", fmt::format("{} {}", side_, found), expected);
    }

  private:
    std::vector<std::size_t> places_of(const std::string& selector) const {
        if (const auto found = places_.find(selector); found != places_.end()) return found->second;
        std::vector<std::size_t> result;
        if (!selector.empty() && selector.back() == '*') {
            const std::string prefix = selector.substr(0, selector.size() - 1);
            for (std::size_t i = 0; i < size(); ++i) {
                const bool fits =
                    full_[i].rfind(prefix, 0) == 0 || parts_[i].second.rfind(prefix, 0) == 0;
                if (fits) result.push_back(i);
            }
        } else if (const auto dots = selector.find(".."); dots != std::string::npos) {
            const auto first = places_.find(selector.substr(0, dots));
            const auto last = places_.find(selector.substr(dots + 2));
            if (first != places_.end() && last != places_.end()) {
                for (auto i = first->second.front(); i <= last->second.back(); ++i) {
                    result.push_back(i);
                }
            }
        }
        if (!result.empty()) return result;
        std::vector<std::string> labels = full_;
        constexpr std::size_t most_compared = 2000;
        labels.resize(std::min(labels.size(), most_compared));
        const std::string near = nearest(selector, labels);
        fail("of the mapping " + in_quotes(selector) + " that is not in the file",
             near.empty() ? "a label, \"PREFIX*\" or \"FIRST..LAST\"" : in_quotes(near));
    }

    std::string path_;
    const char* side_;
    std::vector<std::string> full_;
    std::vector<LongLabel> parts_;
    std::vector<std::string> role_;
    std::unordered_map<std::string, std::vector<std::size_t>> places_;
};

/// The table while it is read.
struct Reading {
    TableData data;
    NodeList nodes;
    std::vector<GridTarget> rows;
    std::vector<GridTarget> columns;
    Eigen::MatrixXd imports;      // rows of imports, by sector
    Eigen::MatrixXd import_uses;  // the same by final use
    std::vector<std::string> import_names;
    Eigen::MatrixXd output_row;     // 0 or 1 rows
    Eigen::MatrixXd output_column;  // 0 or 1 columns
};

void place_rows(Reading& reading, const Roles& rows, const CsvMapping& mapping) {
    TableData& data = reading.data;
    Index outputs = 0;
    const auto named = [&](std::vector<std::string>& names, Index group, const std::string& name) {
        reading.rows.push_back({group, static_cast<Index>(names.size())});
        names.push_back(name);
    };
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const std::string& role = rows.role(i);
        const LongLabel& label = rows.parts(i);
        if (role == "sectors") {
            if (mapping.is_multi_regional == label.first.empty()) {
                rows.fail(in_quotes(rows.full(i)), "a region and a sector");
            }
            reading.rows.push_back({nodes_group, reading.nodes.size()});
            const std::string region = mapping.is_multi_regional ? label.first : "home";
            if (!reading.nodes.add(region, label.second).second) {
                rows.fail(in_quotes(rows.full(i)) + " twice", "each sector once");
            }
        } else if (role == "imports") {
            const auto& names = reading.import_names;
            if (std::find(names.begin(), names.end(), rows.full(i)) != names.end()) {
                rows.fail(in_quotes(rows.full(i)) + " twice", "each row of imports once");
            }
            named(reading.import_names, imports_group, rows.full(i));
        } else if (role == "taxes") {
            named(data.tax_names, taxes_group, rows.full(i));
        } else if (role == "value_added") {
            named(data.value_added_names, value_group, rows.full(i));
        } else if (role == "output") {
            reading.rows.push_back({output_group, outputs});
            if (++outputs > 1) rows.fail(in_quotes(rows.full(i)), "one row of output");
        } else {
            reading.rows.push_back({});
        }
    }
    reading.output_row.resize(outputs, 0);
    if (reading.nodes.size() == 0) rows.fail("labels without one sector", "sectors");
}

void place_columns(Reading& reading, const Roles& columns, const CsvMapping& mapping) {
    Index outputs = 0;
    std::vector<bool> seen(static_cast<std::size_t>(reading.nodes.size()));
    std::unordered_set<std::string> uses;
    for (std::size_t j = 0; j < columns.size(); ++j) {
        const std::string& role = columns.role(j);
        const LongLabel& label = columns.parts(j);
        if (role == "sectors") {
            const std::string region = mapping.is_multi_regional ? label.first : "home";
            const Index node = reading.nodes.find(region, label.second);
            if (node < 0) columns.fail(in_quotes(columns.full(j)), "the sectors of the rows");
            if (seen[static_cast<std::size_t>(node)]) {
                columns.fail(in_quotes(columns.full(j)) + " twice", "each sector once");
            }
            seen[static_cast<std::size_t>(node)] = true;
            reading.columns.push_back({nodes_group, node});
        } else if (role == "final_use") {
            if (mapping.is_multi_regional && !reading.nodes.has_region(label.first)) {
                columns.fail(in_quotes(columns.full(j)), "a final use with a region of the rows");
            }
            if (!uses.insert(columns.full(j)).second) {
                columns.fail(in_quotes(columns.full(j)) + " twice", "each final use once");
            }
            reading.columns.push_back(
                {uses_group, static_cast<Index>(reading.data.final_uses.size())});
            reading.data.final_uses.push_back({label.first, label.second});
        } else if (role == "output") {
            reading.columns.push_back({output_group, outputs});
            if (++outputs > 1) columns.fail(in_quotes(columns.full(j)), "one column of output");
        } else {
            reading.columns.push_back({});
        }
    }
    const auto missing = std::find(seen.begin(), seen.end(), false);
    if (missing != seen.end()) {
        columns.fail(
            fmt::format("labels without the {}th sector of the rows", missing - seen.begin() + 1),
            "the sectors of the rows");
    }
    reading.output_column.resize(0, outputs);
}

/// Roles, and from them the targets and the classification.
void lay_out(Reading& reading, Roles& rows, Roles& columns, const CsvMapping& mapping,
             const std::string& path) {
    for (const auto& [role, selectors] : mapping.rows) rows.assign(role, selectors);
    for (const auto& [role, selectors] : mapping.columns) columns.assign(role, selectors);
    if (mapping.rows.count("sectors") == 0) rows.assign_rest("sectors");
    if (mapping.columns.count("sectors") == 0) columns.assign_rest("sectors");
    place_rows(reading, rows, mapping);
    place_columns(reading, columns, mapping);
    const Index ignored = rows.count("") + columns.count("");
    if (ignored > 0) {
        note(reading.data, "left-out",
             fmt::format("{} rows and {} columns have no role in the mapping and are left out",
                         rows.count(""), columns.count("")));
    }
    Classification classes = reading.nodes.classification(path, kind_by_name);
    if (!mapping.is_multi_regional) {
        classes = Classification::national(classes.sectors(), {mapping.region, ""});
    }
    reading.data.classification = std::move(classes);
}

GridBlocks allocate(Reading& reading) {
    TableData& data = reading.data;
    const Index n = reading.nodes.size();
    const auto uses = static_cast<Index>(data.final_uses.size());
    const auto taxes = static_cast<Index>(data.tax_names.size());
    const auto imports = static_cast<Index>(reading.import_names.size());
    data.Z = Eigen::MatrixXd::Zero(n, n);
    data.F = Eigen::MatrixXd::Zero(n, uses);
    data.V = Eigen::MatrixXd::Zero(static_cast<Index>(data.value_added_names.size()), n);
    data.T = Eigen::MatrixXd::Zero(taxes, taxes == 0 ? 0 : n);
    reading.imports = Eigen::MatrixXd::Zero(imports, n);
    reading.import_uses = Eigen::MatrixXd::Zero(imports, uses);
    reading.output_row = Eigen::MatrixXd::Zero(reading.output_row.rows(), n);
    reading.output_column = Eigen::MatrixXd::Zero(n, reading.output_column.cols());
    GridBlocks blocks(output_group + 1, std::vector<Eigen::MatrixXd*>(output_group + 1, nullptr));
    blocks[nodes_group][nodes_group] = &data.Z;
    blocks[nodes_group][uses_group] = &data.F;
    blocks[nodes_group][output_group] = &reading.output_column;
    blocks[imports_group][nodes_group] = &reading.imports;
    blocks[imports_group][uses_group] = &reading.import_uses;
    blocks[taxes_group][nodes_group] = &data.T;
    blocks[value_group][nodes_group] = &data.V;
    blocks[output_group][nodes_group] = &reading.output_row;
    return blocks;
}

/// One row of imports says who uses them and not what: a row of margins. As many as sectors: M.
void place_imports(Reading& reading, const CsvMapping& mapping, const std::string& path) {
    TableData& data = reading.data;
    const Index rows = reading.imports.rows();
    if (rows == 0) return;
    if (rows == reading.nodes.size() && !mapping.is_multi_regional) {
        data.M = reading.imports;
        data.MF = reading.import_uses;
        note(data, "imports", "rows of imports are products in the order of the sectors");
        return;
    }
    if (rows != 1) {
        throw ParseError(path, 0, 0, "", fmt::format("{} rows of imports", rows),
                         "one, or one for each sector of a national table");
    }
    data.T.conservativeResize(data.T.rows() + 1, reading.nodes.size());
    data.T.bottomRows(1) = reading.imports;
    data.tax_names.push_back(reading.import_names.front());
    warn(data, "imports-by-user-only",
         "imports are one row: by user and not by product, counted with taxes and margins");
}

void finish(Reading& reading, const CsvMapping& mapping, const std::string& path) {
    TableData& data = reading.data;
    place_imports(reading, mapping, path);
    if (reading.output_column.cols() > 0) {
        data.x = reading.output_column.col(0);
    } else if (reading.output_row.rows() > 0) {
        data.x = reading.output_row.row(0).transpose();
    } else {
        data.x = data.Z.rowwise().sum() + data.F.rowwise().sum();
        note(data, "output-row-sums", "gross output is the row sums: the mapping names no output");
    }
    if (data.value_added_names.empty()) value_added_as_residual(data);
}

/// A header with the columns' labels, then rows that begin with theirs.
void read_wide(Reading& reading, const InputFile& file, const CsvMapping& mapping) {
    const auto roles = [&](const char* side, const std::vector<std::string>& labels) {
        std::vector<LongLabel> parts;
        for (const std::string& label : labels) parts.push_back(split(label, mapping));
        return Roles(file.path(), side, labels, std::move(parts));
    };
    std::vector<std::string> row_labels;
    std::vector<std::string> column_labels;
    std::vector<std::string_view> fields;
    {
        CsvFile csv(file, mapping.separator);
        if (!csv.next_record(fields))
            throw ParseError(file.path(), 1, 0, "", "nothing", "a header");
        const std::size_t width = fields.size();
        if (width < 2) csv.fail(0, "", "one column", "a label and numbers: is 'separator' right?");
        column_labels.assign(fields.begin() + 1, fields.end());
        while (csv.next_record(fields)) {
            csv.require_fields(fields, width);
            row_labels.emplace_back(fields[0]);
        }
    }
    Roles rows = roles("row", row_labels);
    Roles columns = roles("column", column_labels);
    lay_out(reading, rows, columns, mapping, file.path());
    const GridBlocks blocks = allocate(reading);
    CsvFile csv(file, mapping.separator);
    csv.next_record(fields);
    Index blanks = 0;
    for (const GridTarget& row : reading.rows) {
        csv.next_record(fields);
        if (row.group < 0) continue;
        for (std::size_t j = 0; j < reading.columns.size(); ++j) {
            const GridTarget& column = reading.columns[j];
            if (column.group < 0) continue;
            Eigen::MatrixXd* block =
                blocks[static_cast<std::size_t>(row.group)][static_cast<std::size_t>(column.group)];
            if (block == nullptr) continue;
            if (fields[j + 1].empty()) {
                ++blanks;
                continue;
            }
            const std::optional<double> value = parse_own_number(fields[j + 1], mapping);
            if (!value) {
                csv.fail(j + 1, columns.full(j), in_quotes(fields[j + 1]),
                         fmt::format("a number with decimal '{}'", mapping.decimal));
            }
            (*block)(row.index, column.index) = *value;
        }
    }
    if (blanks > 0) note(reading.data, "blanks", fmt::format("{} empty fields count as 0", blanks));
}

LongColumns find_fields(const std::string& path, const std::vector<std::string>& header,
                        const CsvMapping& mapping) {
    const auto find = [&](const char* key) -> std::optional<std::size_t> {
        const auto wanted = mapping.fields.find(key);
        if (wanted == mapping.fields.end()) return std::nullopt;
        const auto found = std::find(header.begin(), header.end(), wanted->second);
        if (found != header.end()) return static_cast<std::size_t>(found - header.begin());
        const std::string near = nearest(wanted->second, header);
        throw ParseError(path, 1, 0, "", "no column " + in_quotes(wanted->second),
                         near.empty() ? "one for fields." + std::string(key) : in_quotes(near));
    };
    LongColumns columns;
    columns.row = *find("row");
    columns.column = *find("column");
    columns.value = *find("value");
    columns.row_region = find("row_region");
    columns.column_region = find("column_region");
    columns.year = find("year");
    return columns;
}

void read_long(Reading& reading, const InputFile& file, const CsvMapping& mapping, int year) {
    CsvFile csv(file, mapping.separator);
    const std::vector<std::string> header = csv.header({});
    const LongTable table =
        read_long_csv(csv, header, find_fields(file.path(), header, mapping), year,
                      [&](std::string_view text) { return parse_own_number(text, mapping); });
    if (table.year != 0) reading.data.meta.year = table.year;
    const bool has_regions = mapping.fields.count("row_region") != 0;
    const auto roles = [&](const char* side, const std::vector<LongLabel>& labels) {
        std::vector<std::string> full;
        std::vector<LongLabel> parts;
        for (const LongLabel& label : labels) {
            parts.push_back(has_regions ? label : split(label.second, mapping));
            full.push_back(label.first.empty() ? label.second : label.first + "_" + label.second);
        }
        return Roles(file.path(), side, std::move(full), std::move(parts));
    };
    Roles rows = roles("row", table.rows);
    Roles columns = roles("column", table.columns);
    lay_out(reading, rows, columns, mapping, file.path());
    const GridBlocks blocks = allocate(reading);
    table.fill(reading.rows, reading.columns, blocks);
}

/// Never by content: any csv could be one. read_table() comes here with --input-format csv.
bool recognises(const InputSource&) {
    return false;
}

IoTable read(const InputSource& source, const ReadOptions& options) {
    if (options.mapping.empty()) {
        throw ArgumentError(source.path() +
                            ": a csv of your own needs --mapping FILE (data/README.md)");
    }
    if (!source.is_single_file()) {
        throw FileError(source.path(), "several files, expected one csv for the mapping");
    }
    const CsvMapping mapping = read_csv_mapping(InputFile(std::filesystem::path(options.mapping)));
    const InputFile file = source.open(source.names().front());
    Reading reading;
    TableMeta& meta = reading.data.meta;
    meta.name =
        mapping.name.empty() ? std::filesystem::path(file.path()).stem().string() : mapping.name;
    meta.year = mapping.year;
    meta.unit = mapping.unit;
    meta.source = file.path();
    meta.layout = mapping.is_long ? "csv of one's own, long" : "csv of one's own, wide";
    if (mapping.is_long) {
        read_long(reading, file, mapping, options.year);
    } else {
        read_wide(reading, file, mapping);
    }
    if (options.year != 0 && meta.year != options.year) {
        choose_year(file.path(), {meta.year}, options.year);
    }
    finish(reading, mapping, file.path());
    return closed_table(std::move(reading.data), file.path(), options.acceptance);
}

}  // namespace

TableFormat formats::generic_csv() {
    return {"csv", "csv of your own, described by --mapping", recognises, read};
}

}  // namespace narrows
