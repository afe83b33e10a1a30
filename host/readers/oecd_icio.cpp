// OECD Inter-Country Input-Output tables: one csv a year. Rows and columns are REGION_INDUSTRY;
// below them taxes, value added and output, to the right final demand and total output.
#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/readers/formats.hpp"
#include "host/readers/grid.hpp"
#include "host/readers/node_list.hpp"
#include "host/readers/sector_kinds.hpp"
#include "host/readers/years.hpp"
#include "host/table/accounts.hpp"

namespace narrows {
namespace {

using Names = std::vector<std::string_view>;

bool is_one_of(std::string_view text, const Names& names) {
    return std::find(names.begin(), names.end(), text) != names.end();
}

// Over the editions.
const Names use_categories = {"HFCE",  "NPISH", "NPS",  "GGFC", "GFCF",   "INVNT", "INV",
                              "DPABR", "P33",   "DIRP", "DISC", "NONRES", "FD"};
const Names output_names = {"OUT", "OUTPUT", "TOTAL", "TOT"};
const Names value_added_names = {"VA", "VALU", "VALUE", "VA+TAXSUB"};
const Names tax_names = {"TLS", "TAXSUB", "TXS_INT_FNL", "TAX"};

/// Provinces of processing trade are parts of these countries.
std::string whole_country(const std::string& region) {
    if (region == "CN1" || region == "CN2") return "CHN";
    if (region == "MX1" || region == "MX2") return "MEX";
    return region;
}

std::string lower(std::string text) {
    for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
}

std::string file_name(const std::string& name) {
    return name.substr(name.rfind('/') + 1);
}

/// Does the file's header begin with columns like "AUS_A01"?
bool looks_like_icio(const InputSource& source, const std::string& name) {
    const std::string file = lower(file_name(name));
    if (file.size() < 4 || file.compare(file.size() - 4, 4, ".csv") != 0) return false;
    if (is_one_of(file, {"z.csv", "y.csv", "f.csv", "v.csv", "va.csv", "a.csv", "x.csv"})) {
        return false;
    }
    std::string head = source.head(name, 512);
    head = head.substr(0, head.find_first_of("\r\n"));
    std::erase(head, '"');
    std::size_t at = head.find(',');
    int nodes = 0;
    for (; at != std::string::npos && nodes < 3; ++nodes) {
        const std::size_t next = head.find(',', ++at);
        const std::string field = head.substr(at, next - at);
        const bool is_node = field.size() > 4 && field[3] == '_' &&
                             std::all_of(field.begin(), field.begin() + 3, [](unsigned char c) {
                                 return std::isupper(c) || std::isdigit(c);
                             });
        if (!is_node) return false;
        at = next;
    }
    return nodes == 3;
}

/// The file of the year that was asked for, and its year (0: its name tells none).
std::pair<std::string, int> choose_file(const InputSource& source, int wanted) {
    std::multimap<int, std::string> files;
    for (const std::string& name : source.names()) {
        if (looks_like_icio(source, name)) files.emplace(year_in(file_name(name)), name);
    }
    if (files.empty()) {
        throw FileError(source.path(),
                        "no OECD ICIO csv, expected a header with columns like 'AUS_A01'");
    }
    if (files.size() == 1) {
        const auto& [year, name] = *files.begin();
        return {name, choose_year(source.path(), year, wanted)};
    }
    if (files.count(wanted) == 1) return {files.find(wanted)->second, wanted};
    std::vector<int> years;
    std::string named;
    for (const auto& [year, name] : files) {
        years.push_back(year);
        named += fmt::format("{}{} ({})", named.empty() ? "" : ", ", year, name);
    }
    if (std::adjacent_find(years.begin(), years.end()) == years.end()) {
        throw YearsError(source.path(), std::move(years), wanted);
    }
    throw ArgumentError(fmt::format("{}: several tables of one year: {}", source.path(), named));
}

/// What the rows and columns of the file are.
class Layout {
  public:
    explicit Layout(const Grid& grid) : grid_(grid) {
        find_nodes();
        for (Index r = 0; r < grid.num_rows(); ++r) add_row(r);
        for (Index c = 0; c < grid.num_columns(); ++c) add_column(c);
    }

    enum RowGroup : Index { nodes_below, value_added, taxes, output };
    enum ColumnGroup : Index { nodes_across, final_uses, totals };

    NodeList nodes;
    std::vector<GridTarget> rows;
    std::vector<GridTarget> columns;
    std::vector<std::string> value_added_rows;
    std::vector<std::string> tax_rows;
    std::vector<FinalUse> uses;
    std::vector<std::string> folded;           // regions that became part of another
    std::vector<std::string> unknown_rows;     // left out
    std::vector<std::string> unknown_columns;  // kept as final uses
    std::string discrepancy_region;            // of a column without a region
    bool has_output_row = false;
    bool has_total_column = false;
    bool taxes_by_country = false;

  private:
    const std::string& row_label(Index row) const {
        return grid_.labels()[static_cast<std::size_t>(row)];
    }
    const std::string& column_label(Index column) const {
        return grid_.header()[static_cast<std::size_t>(column)];
    }

    /// Nodes are what is both a row and a column.
    void find_nodes() {
        LabelOnce once(grid_);
        for (Index c = 0; c < grid_.num_columns(); ++c) {
            once.column(column_label(c), c);
            columns_seen_.emplace(column_label(c), c);
        }
        for (Index r = 0; r < grid_.num_rows(); ++r) {
            once.row(row_label(r), r);
            if (columns_seen_.count(row_label(r)) == 0) continue;
            const auto [region, sector] = split_label(row_label(r));
            if (region.empty()) continue;
            nodes.add(whole_country(region), sector);
            rows_seen_.emplace(row_label(r), r);
            if (region != whole_country(region) && (folded.empty() || folded.back() != region)) {
                folded.push_back(region);
            }
        }
        if (nodes.size() == 0) {
            throw ParseError(grid_.path(), 1, 0, "", "no label that is both a row and a column",
                             "REGION_INDUSTRY for both");
        }
    }

    void add_row(Index row) {
        const std::string& label = row_label(row);
        const auto [region, sector] = split_label(label);
        if (rows_seen_.count(label) != 0) {
            rows.push_back({nodes_below, nodes.find(whole_country(region), sector)});
        } else if (is_one_of(label, value_added_names)) {
            rows.push_back({value_added, static_cast<Index>(value_added_rows.size())});
            value_added_rows.push_back(label);
        } else if (is_one_of(label, tax_names) || sector == "TAXSUB") {
            taxes_by_country = taxes_by_country || sector == "TAXSUB";
            rows.push_back({taxes, static_cast<Index>(tax_rows.size())});
            tax_rows.push_back(label);
        } else if (is_one_of(label, output_names) && !has_output_row) {
            has_output_row = true;
            rows.push_back({output, 0});
        } else if (!region.empty() && nodes.has_sector(sector)) {
            grid_.fail(row, -1, "row " + in_quotes(label) + " without a column of that name",
                       "the same nodes in rows and columns");
        } else {
            unknown_rows.push_back(label);
            rows.push_back({});
        }
    }

    void add_column(Index column) {
        const std::string& label = column_label(column);
        auto [region, category] = split_label(label);
        if (rows_seen_.count(label) != 0) {
            columns.push_back({nodes_across, nodes.find(whole_country(region), category)});
            return;
        }
        if (is_one_of(label, output_names) && !has_total_column) {
            has_total_column = true;
            columns.push_back({totals, 0});
            return;
        }
        if (!region.empty() && nodes.has_sector(category)) {
            grid_.fail_header(0, column,
                              "column " + in_quotes(label) + " without a row of that name",
                              "the same nodes in rows and columns");
        }
        if (is_one_of(region, use_categories)) std::swap(region, category);  // HFCE_AUS in 2016
        region = whole_country(region);
        if (!nodes.has_region(region)) {
            if (label != "DISC") {
                grid_.fail_header(0, column, "unknown column " + in_quotes(label),
                                  "REGION_INDUSTRY, REGION_USE or OUT");
            }
            region = nodes.has_region("ROW") ? "ROW" : nodes.regions().back().code;
            discrepancy_region = region;
            category = label;
        }
        if (!is_one_of(category, use_categories)) unknown_columns.push_back(label);
        const auto [at, is_new] =
            use_index_.emplace(region + "_" + category, static_cast<Index>(uses.size()));
        if (is_new) uses.push_back({region, category});
        columns.push_back({final_uses, at->second});
    }

    const Grid& grid_;
    std::unordered_map<std::string, Index> columns_seen_;
    std::unordered_map<std::string, Index> rows_seen_;
    std::unordered_map<std::string, Index> use_index_;
};

struct Edition {
    int year;
    bool is_isic3;
};

/// By the codes of industries: C01T05AGR, 01T03 or 01T02, A01_02, A01.
Edition edition_of(const Layout& layout) {
    const std::string& first = layout.nodes.sectors().front().code;
    if (std::isdigit(static_cast<unsigned char>(first.front()))) {
        return {layout.taxes_by_country || layout.nodes.has_sector("01T03") ? 2018 : 2021, false};
    }
    const bool is_isic3 =
        std::any_of(layout.nodes.sectors().begin(), layout.nodes.sectors().end(),
                    [](const Sector& sector) { return sector.code.rfind("C01T05", 0) == 0; });
    if (is_isic3) return {2016, true};
    return {layout.nodes.has_sector("A01_02") ? 2023 : 2025, false};
}

void compare_totals(TableData& data, const Eigen::VectorXd& total) {
    Index differ = 0;
    Index worst = 0;
    for (Index i = 0; i < total.size(); ++i) {
        const double difference = std::abs(total[i] - data.x[i]);
        if (difference > 1e-6 * std::max(1.0, std::abs(data.x[i]))) ++differ;
        if (difference > std::abs(total[worst] - data.x[worst])) worst = i;
    }
    if (differ == 0) return;
    warn(data, "total-column",
         fmt::format("the column of total output differs from the row of output in {} sectors, "
                     "most in {}: {:.6g} for {:.6g}; the row counts",
                     differ, data.classification.label(worst), total[worst], data.x[worst]));
}

void add_findings(TableData& data, const Layout& layout) {
    if (!layout.folded.empty()) {
        const std::string text =
            fmt::format("{} were added to CHN and MEX", fmt::join(layout.folded, ", "));
        note(data, "folded-regions", text);
        data.meta.changes = text;
    }
    if (!layout.unknown_rows.empty()) {
        warn(data, "unknown-rows",
             fmt::format("rows left out because nothing is known of them: {}",
                         fmt::join(layout.unknown_rows, ", ")));
    }
    if (!layout.unknown_columns.empty()) {
        warn(data, "unknown-final-uses",
             fmt::format("columns counted as final use because nothing else is known of them: {}",
                         fmt::join(layout.unknown_columns, ", ")));
    }
    const auto& rows = layout.value_added_rows;
    const bool includes_taxes = std::find(rows.begin(), rows.end(), "VA+TAXSUB") != rows.end();
    if (includes_taxes) {
        note(data, "value-added-with-taxes",
             "value added includes taxes less subsidies on products: the row VA+TAXSUB");
    }
    const std::pair<bool, const char*> expected[] = {
        {!layout.value_added_rows.empty(), "VA"},
        {includes_taxes || !layout.tax_rows.empty(), "TLS"},
        {layout.has_output_row, "OUT"}};
    for (const auto& [is_there, row] : expected) {
        if (is_there) continue;
        warn(data, "missing-row",
             fmt::format("there is no row {} (or what older editions call it): the file may be cut",
                         row));
    }
    if (!layout.discrepancy_region.empty()) {
        note(data, "discrepancy",
             fmt::format("the column DISC has no region and is counted with {}",
                         layout.discrepancy_region));
    }
}

TableMeta meta_of(int edition, int year, std::size_t num_industries) {
    TableMeta meta;
    meta.name = year == 0 ? "OECD ICIO" : fmt::format("OECD ICIO {}", year);
    meta.year = year;
    meta.unit = "million US dollars";
    meta.source = fmt::format("OECD Inter-Country Input-Output Tables, {} edition", edition);
    meta.licence = "OECD terms and conditions";
    meta.attribution = fmt::format(
        "OECD, Inter-Country Input-Output Tables, {} edition, "
        "http://oe.cd/icio",
        edition);
    meta.classification = fmt::format("OECD ICIO {}, {} industries (ISIC Rev. {})", edition,
                                      num_industries, edition == 2016 ? 3 : 4);
    meta.layout = fmt::format("OECD ICIO csv, {} edition", edition);
    return meta;
}

IoTable read_icio(const InputSource& source, const ReadOptions& options) {
    const auto [name, year] = choose_file(source, options.year);
    const Grid grid(source.open(name), {});
    const Layout layout(grid);
    const Edition edition = edition_of(layout);
    const Index n = layout.nodes.size();

    TableData data;
    data.meta = meta_of(edition.year, year, layout.nodes.sectors().size());
    data.classification = layout.nodes.classification(
        grid.path(), edition.is_isic3 ? kind_by_isic3 : kind_by_isic4_division);
    data.final_uses = layout.uses;
    data.value_added_names = layout.value_added_rows;
    data.tax_names = layout.tax_rows;
    data.Z.resize(n, n);
    data.F.resize(n, static_cast<Index>(layout.uses.size()));
    data.V.resize(static_cast<Index>(layout.value_added_rows.size()), n);
    data.T.resize(static_cast<Index>(layout.tax_rows.size()), n);
    Eigen::MatrixXd output(1, n);
    Eigen::MatrixXd total(n, 1);
    grid.read(layout.rows, layout.columns,
              {{&data.Z, &data.F, &total},
               {&data.V, nullptr, nullptr},
               {&data.T, nullptr, nullptr},
               {&output, nullptr, nullptr}});

    add_findings(data, layout);
    if (layout.has_output_row) {
        data.x = output.row(0).transpose();
        if (layout.has_total_column) compare_totals(data, total.col(0));
    } else if (layout.has_total_column) {
        data.x = total.col(0);
        note(data, "output-from-column", "output is the column of totals, there is no row of it");
    } else {
        data.x = data.Z.rowwise().sum() + data.F.rowwise().sum();
        warn(data, "output-from-sums", "the file has no output; it is what the rows sum to");
    }
    if (data.V.rows() == 0) value_added_as_residual(data);
    return closed_table(std::move(data), source.path(), options.acceptance);
}

}  // namespace

TableFormat formats::oecd_icio() {
    return {"oecd-icio", "OECD Inter-Country Input-Output tables, csv, editions 2016 to 2025",
            [](const InputSource& source) {
                return std::any_of(
                    source.names().begin(), source.names().end(),
                    [&](const std::string& name) { return looks_like_icio(source, name); });
            },
            read_icio};
}

}  // namespace narrows
