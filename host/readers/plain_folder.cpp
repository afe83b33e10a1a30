#include "host/readers/plain_folder.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <unordered_set>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/readers/csv.hpp"
#include "host/readers/formats.hpp"
#include "host/readers/meta_file.hpp"
#include "host/readers/satellites.hpp"

namespace narrows {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* satellites_file = "accounts.csv";
constexpr const char* satellites_of_uses_file = "accounts_F.csv";

/// Reads a list file with a leading code column; `use` takes the fields of each record.
void read_codes(
    const InputFile& input, const std::vector<std::string>& columns,
    const std::function<void(const CsvFile&, const std::vector<std::string_view>&)>& use) {
    CsvFile file(input);
    const auto header = file.header(columns);
    std::unordered_set<std::string> seen;
    for (std::vector<std::string_view> fields; file.next_record(fields);) {
        file.require_fields(fields, header.size());
        const std::string code(fields[0]);
        if (code.empty()) file.fail(0, "code", "an empty code", "a code");
        if (!seen.insert(code).second) {
            file.fail(0, "code", "duplicate code " + in_quotes(code), "each code once");
        }
        use(file, fields);
    }
    if (seen.empty()) throw ParseError(file.path(), 2, 0, "", "no record", "at least one");
}

std::vector<Sector> read_sectors(const InputFile& file) {
    std::vector<Sector> sectors;
    read_codes(file, {"code", "name", "kind"},
               [&](const CsvFile& csv, const std::vector<std::string_view>& fields) {
                   const std::optional<SectorKind> kind = parse_sector_kind(fields[2]);
                   if (!kind) csv.fail(2, "kind", in_quotes(fields[2]), "'goods' or 'services'");
                   sectors.push_back({std::string(fields[0]), std::string(fields[1]), *kind});
               });
    return sectors;
}

std::vector<Region> read_regions(const InputFile& file) {
    std::vector<Region> regions;
    read_codes(file, {"code", "name"},
               [&](const CsvFile&, const std::vector<std::string_view>& fields) {
                   regions.push_back({std::string(fields[0]), std::string(fields[1])});
               });
    return regions;
}

/// Says which column of Z.csv is wrong, which Classification cannot know.
void check_node_labels(const InputFile& z, const std::string& regions_csv,
                       const std::vector<std::string>& labels, const std::vector<Sector>& sectors,
                       const std::vector<Region>& regions) {
    std::vector<std::string> valid;
    for (const Region& region : regions) {
        for (const Sector& sector : sectors) valid.push_back(region.code + "_" + sector.code);
    }
    const std::unordered_set<std::string> known(valid.begin(), valid.end());
    std::unordered_set<std::string> seen;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        const auto column = static_cast<std::int64_t>(i) + 2;
        if (known.count(labels[i]) == 0) {
            const std::string near = nearest(labels[i], valid);
            throw ParseError(
                z.path(), 1, column, "", "unknown sector " + in_quotes(labels[i]),
                near.empty() ? "REGION_SECTOR of regions.csv and sectors.csv" : in_quotes(near));
        }
        if (!seen.insert(labels[i]).second) {
            throw ParseError(z.path(), 1, column, "", "duplicate sector " + in_quotes(labels[i]),
                             "each sector once");
        }
    }
    for (const Region& region : regions) {
        const bool has_sectors = std::any_of(
            sectors.begin(), sectors.end(),
            [&](const Sector& sector) { return seen.count(region.code + "_" + sector.code) != 0; });
        if (has_sectors) continue;
        throw ParseError(regions_csv, 0, 0, "",
                         "region " + in_quotes(region.code) + " without sectors in Z.csv",
                         "at least one sector");
    }
}

Classification read_classification(const InputSource& folder, const MetaFile& meta) {
    std::vector<Sector> sectors = read_sectors(folder.open_found("sectors.csv"));
    const std::string kind = meta.text("kind");
    if (kind == "national") {
        return Classification::national(std::move(sectors), {meta.text_or_empty("region"), ""});
    }
    if (kind != "multi-regional") {
        meta.fail("kind", json(kind), "'national' or 'multi-regional'");
    }
    const InputFile regions_csv = folder.open_found("regions.csv");
    std::vector<Region> regions = read_regions(regions_csv);
    const InputFile z = folder.open_found("Z.csv");
    const std::vector<std::string> labels = read_column_labels(z);
    check_node_labels(z, regions_csv.path(), labels, sectors, regions);
    try {
        return Classification::multi_regional(std::move(sectors), std::move(regions), labels);
    } catch (const ArgumentError& error) {
        throw ParseError(z.path(), 1, 0, "", error.what(),
                         "labels REGION_SECTOR from regions.csv and sectors.csv");
    }
}

std::vector<FinalUse> read_final_uses(const InputFile& file, const Classification& classes) {
    std::vector<FinalUse> uses;
    for (const std::string& label : read_column_labels(file)) {
        if (!classes.is_multi_regional()) {
            uses.push_back({"", label});
            continue;
        }
        // A region's code may hold an underscore itself: the longest region that fits.
        std::string region;
        for (const Region& candidate : classes.regions()) {
            if (label.compare(0, candidate.code.size() + 1, candidate.code + "_") == 0 &&
                candidate.code.size() > region.size()) {
                region = candidate.code;
            }
        }
        if (region.empty()) {
            throw ParseError(file.path(), 1, static_cast<std::int64_t>(uses.size()) + 2, "",
                             in_quotes(label), "a label REGION_USE with a region of regions.csv");
        }
        uses.push_back({region, label.substr(region.size() + 1)});
    }
    return uses;
}

Labels use_labels(const std::vector<FinalUse>& uses) {
    Labels labels{"final use", {}};
    for (const FinalUse& use : uses) labels.names.push_back(use.label());
    return labels;
}

/// Gross output from x.csv (label,x); without the file it is the row sums.
Eigen::VectorXd read_output(const InputFile& file, const Labels& nodes) {
    const Eigen::MatrixXd values = read_matrix(file, nodes, {"column", {"x"}});
    return values.col(0);
}

/// A matrix whose rows the file itself names (value added, taxes).
Eigen::MatrixXd read_named_rows(const InputFile& file, const char* what, const Labels& nodes,
                                std::vector<std::string>& names) {
    names = read_row_labels(file);
    return read_matrix(file, {what, names}, nodes);
}

/// 0, 1, 2 for observed, end-use share, proportional.
std::string origins_csv(const ImportOrigins& origins, const std::vector<std::string>& rows,
                        const std::vector<std::string>& columns) {
    return matrix_csv(
        origins.unaryExpr([](ImportOrigin origin) { return static_cast<double>(origin); }), rows,
        columns);
}

ImportOrigins origins_matrix(const InputFile& file, const Labels& rows, const Labels& columns) {
    const Eigen::MatrixXd values = read_matrix(file, rows, columns, {0.0, 2.0});
    if ((values.array() != values.array().round()).any()) {
        throw ParseError(file.path(), 0, 0, "", "a fraction",
                         "0 (observed), 1 (end-use share) or 2 (proportional)");
    }
    return values.unaryExpr([](double value) { return static_cast<ImportOrigin>(value); });
}

}  // namespace

void write_origins(const IoTable& table, const std::vector<std::string>& nodes,
                   const std::vector<std::string>& uses, const OutputFolder& out) {
    if (table.M_origins().size() > 0) {
        out.write("M_origins.csv", origins_csv(table.M_origins(), nodes, nodes));
    }
    if (table.MF_origins().size() > 0) {
        out.write("MF_origins.csv", origins_csv(table.MF_origins(), nodes, uses));
    }
}

void read_origins(const InputSource& folder, const Labels& nodes, const Labels& uses,
                  TableData& data) {
    const auto read = [&](const char* name, const Eigen::MatrixXd& imports, const Labels& columns,
                          ImportOrigins& origins) {
        if (!folder.has(name)) return;
        const InputFile file = folder.open_found(name);
        if (imports.size() == 0) {
            throw ParseError(file.path(), 0, 0, "", "origins of imports",
                             "none without the imports themselves");
        }
        origins = origins_matrix(file, nodes, columns);
    };
    read("M_origins.csv", data.M, nodes, data.M_origins);
    read("MF_origins.csv", data.MF, uses, data.MF_origins);
}

void read_satellites(const InputSource& folder, const Labels& nodes, const Labels& uses,
                     TableData& data) {
    const bool of_uses = folder.has(satellites_of_uses_file);
    if (!folder.has(satellites_file)) {
        if (!of_uses) return;
        throw ParseError(folder.open_found(satellites_of_uses_file).path(), 0, 0, "",
                         "accounts of final uses", "none without accounts.csv");
    }
    SatelliteSelection all({all_satellites});
    data.satellites = read_satellites(folder.open_found(satellites_file), nodes, all);
    if (!of_uses) return;
    read_satellites_of_uses(folder.open_found(satellites_of_uses_file), uses, data.satellites);
}

void write_satellites(const IoTable& table, const std::vector<std::string>& nodes,
                      const std::vector<std::string>& uses, const OutputFolder& out) {
    const std::vector<SatelliteAccount>& accounts = table.satellites();
    if (accounts.empty()) return;
    out.write(satellites_file, satellites_csv(accounts, nodes));
    const std::string of_uses = satellites_of_uses_csv(accounts, uses);
    if (!of_uses.empty()) out.write(satellites_of_uses_file, of_uses);
}

bool is_plain_folder(const InputSource& source) {
    return !source.is_single_file() && source.find("meta.json") == "meta.json";
}

IoTable read_plain_folder(const InputSource& folder, Acceptance acceptance) {
    const MetaFile meta(folder.open_found("meta.json"));
    TableData data;
    data.meta = meta.meta();
    data.meta.layout = "plain folder of narrows";
    data.classification = read_classification(folder, meta);
    const Labels nodes{"sector", data.classification.labels()};
    const Labels sectors{"sector", codes_of(data.classification.sectors())};
    const auto present = [&](const char* name) { return folder.has(name); };

    for (const char* imports : {"M.csv", "MF.csv"}) {
        if (data.classification.is_multi_regional() && present(imports)) {
            throw ParseError(folder.path() + "/" + imports, 0, 0, "", "an import matrix",
                             "none: a multi-regional table has its imports in Z.csv and F.csv");
        }
    }
    data.Z = read_matrix(folder.open_found("Z.csv"), nodes, nodes);
    data.final_uses = read_final_uses(folder.open_found("F.csv"), data.classification);
    const Labels uses = use_labels(data.final_uses);
    data.F = read_matrix(folder.open_found("F.csv"), nodes, uses);
    data.V = read_named_rows(folder.open_found("V.csv"), "value-added row", nodes,
                             data.value_added_names);
    if (present("T.csv")) {
        const InputFile taxes = folder.open_found("T.csv");
        data.T = read_named_rows(taxes, "tax row", nodes, data.tax_names);
        if (data.tax_names.empty()) {
            throw ParseError(taxes.path(), 2, 0, "", "no record", "at least one");
        }
    }
    if (present("M.csv")) data.M = read_matrix(folder.open_found("M.csv"), nodes, nodes);
    if (present("MF.csv")) data.MF = read_matrix(folder.open_found("MF.csv"), nodes, uses);
    data.x = present("x.csv") ? read_output(folder.open_found("x.csv"), nodes)
                              : data.Z.rowwise().sum() + data.F.rowwise().sum();
    read_origins(folder, nodes, uses, data);
    if (present("criticality.csv")) {
        data.criticality_ratings =
            read_matrix(folder.open_found("criticality.csv"), sectors, sectors, {0.0, 1.0});
    }
    read_satellites(folder, nodes, uses, data);
    try {
        return IoTable(std::move(data), acceptance);
    } catch (const Error& error) {
        // Shapes and names were checked file by file: what is left are the accounts.
        throw BalanceError(folder.path() + ": " + error.what());
    }
}

void write_plain_folder(const IoTable& table, const fs::path& folder) {
    const Classification& classes = table.classification();
    const std::vector<std::string>& nodes = classes.labels();
    const std::vector<std::string> uses = use_labels(table.final_uses()).names;
    std::vector<std::string> sector_codes;
    std::string sectors = "code,name,kind\n";
    for (const Sector& sector : classes.sectors()) {
        sector_codes.push_back(sector.code);
        sectors += fmt::format("{},{},{}\n", csv_field(sector.code), csv_field(sector.name),
                               to_string(sector.kind));
    }
    OutputFolder out(folder);
    out.write("meta.json", meta_text(meta_json(table)));
    out.write("sectors.csv", sectors);
    if (table.is_multi_regional()) {
        std::string regions = "code,name\n";
        for (const Region& region : classes.regions()) {
            regions += fmt::format("{},{}\n", csv_field(region.code), csv_field(region.name));
        }
        out.write("regions.csv", regions);
    }
    out.write("Z.csv", matrix_csv(table.Z(), nodes, nodes));
    out.write("F.csv", matrix_csv(table.F(), nodes, uses));
    out.write("V.csv", matrix_csv(table.V(), table.value_added_names(), nodes));
    out.write("x.csv", matrix_csv(table.x(), nodes, {"x"}));
    if (table.T().size() > 0) out.write("T.csv", matrix_csv(table.T(), table.tax_names(), nodes));
    if (table.has_imports()) out.write("M.csv", matrix_csv(table.M(), nodes, nodes));
    if (table.MF().size() > 0) out.write("MF.csv", matrix_csv(table.MF(), nodes, uses));
    write_origins(table, nodes, uses, out);
    if (table.has_criticality_ratings()) {
        out.write("criticality.csv",
                  matrix_csv(table.criticality_ratings(), sector_codes, sector_codes));
    }
    write_satellites(table, nodes, uses, out);
    out.commit();
}

TableFormat formats::plain_folder() {
    return {"plain", "plain folder of narrows: meta.json and CSV files", is_plain_folder,
            [](const InputSource& source, const ReadOptions& options) {
                return read_plain_folder(source, options.acceptance);
            }};
}

}  // namespace narrows
