// Writes tables as pymrio saves them.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "host/base/output.hpp"
#include "host/readers/meta_file.hpp"
#include "host/readers/plain_folder.hpp"
#include "host/readers/pymrio_folder.hpp"

namespace narrows {
namespace {

using nlohmann::ordered_json;
using Texts = std::vector<std::string>;

/// The labels along one side of a file, in levels ("region", "sector").
struct Levels {
    Texts names;
    std::vector<Texts> labels;  // one per row or column, a text for every level
};

std::string field(const std::string& text) {
    if (text.find('\t') == std::string::npos) return csv_field(text);
    std::string quoted = "\"";
    for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
    return quoted + "\"";
}

/// As pandas writes a frame: with several levels of columns, a line of index names follows.
std::string frame_text(const Eigen::MatrixXd& values, const Levels& rows, const Levels& columns) {
    fmt::memory_buffer out;
    const auto put = [&](const std::string& text, bool first = false) {
        if (!first) out.push_back('\t');
        fmt::format_to(std::back_inserter(out), "{}", text);
    };
    const bool one_level = columns.names.size() == 1;
    const std::string blanks(rows.names.size() - 1, '\t');
    for (std::size_t level = 0; level < columns.names.size(); ++level) {
        if (one_level) {
            put(fmt::format("{}", fmt::join(rows.names, "\t")), true);
        } else {
            put(columns.names[level] + blanks, true);
        }
        for (const Texts& label : columns.labels) put(field(label[level]));
        out.push_back('\n');
    }
    if (!one_level) {
        put(fmt::format("{}", fmt::join(rows.names, "\t")), true);
        for (std::size_t j = 0; j < columns.labels.size(); ++j) out.push_back('\t');
        out.push_back('\n');
    }
    for (Index i = 0; i < values.rows(); ++i) {
        const Texts& label = rows.labels[static_cast<std::size_t>(i)];
        for (std::size_t l = 0; l < label.size(); ++l) put(field(label[l]), l == 0);
        for (Index j = 0; j < values.cols(); ++j) {
            fmt::format_to(std::back_inserter(out), "\t{}", values(i, j));
        }
        out.push_back('\n');
    }
    return fmt::to_string(out);
}

/// A file of units: the labels of the rows and the unit of each; a single one is that of all.
std::string unit_text(const Levels& rows, const Texts& units) {
    std::string out = fmt::format("{}\tunit\n", fmt::join(rows.names, "\t"));
    for (std::size_t i = 0; i < rows.labels.size(); ++i) {
        for (const std::string& part : rows.labels[i]) out += field(part) + "\t";
        out += field(units[units.size() == 1 ? 0 : i]) + "\n";
    }
    return out;
}

/// The files of one folder and the file_parameters.json that describes them.
class Folder {
  public:
    Folder(const OutputFolder& out, std::string prefix) : out_(out), prefix_(std::move(prefix)) {}

    void write(const std::string& key, const Eigen::MatrixXd& values, const Levels& rows,
               const Levels& columns) {
        list(key, rows.names.size(), columns.names.size());
        out_.write(prefix_ + key + ".txt", frame_text(values, rows, columns));
    }
    void write_unit(const Levels& rows, const Texts& units) {
        list("unit", rows.names.size(), 1);
        out_.write(prefix_ + "unit.txt", unit_text(rows, units));
    }
    /// `name` of an extension; empty for the system itself.
    void finish(const std::string& name) {
        ordered_json parameters;
        parameters["files"] = files_;
        if (!name.empty()) parameters["name"] = name;
        parameters["systemtype"] = name.empty() ? "IOSystem" : "Extension";
        out_.write(prefix_ + "file_parameters.json", meta_text(parameters));
    }

  private:
    void list(const std::string& key, std::size_t index_columns, std::size_t header_rows) {
        files_[key] = {{"name", key + ".txt"},
                       {"nr_index_col", std::to_string(index_columns)},
                       {"nr_header", std::to_string(header_rows)}};
    }

    const OutputFolder& out_;
    std::string prefix_;
    ordered_json files_;
};

/// The only region of a national table, whose code may be empty.
std::string home_of(const Classification& classes) {
    const std::string& code = classes.regions().front().code;
    return code.empty() ? "home" : code;
}

Levels node_levels(const Classification& classes) {
    Levels nodes{{"region", "sector"}, {}};
    for (Index i = 0; i < classes.num_nodes(); ++i) {
        const auto region = static_cast<std::size_t>(classes.region_of(i));
        nodes.labels.push_back(
            {classes.is_multi_regional() ? classes.regions()[region].code : home_of(classes),
             classes.sector(classes.sector_of(i)).code});
    }
    return nodes;
}

Levels use_levels(const IoTable& table) {
    Levels uses{{"region", "category"}, {}};
    for (const FinalUse& use : table.final_uses()) {
        uses.labels.push_back(
            {use.region.empty() ? home_of(table.classification()) : use.region, use.category});
    }
    return uses;
}

void write_value_added(const IoTable& table, const OutputFolder& out, const Levels& nodes) {
    Levels rows{{"account", "component"}, {}};
    for (const std::string& name : table.value_added_names()) {
        rows.labels.push_back({"value added", name});
    }
    for (const std::string& name : table.tax_names()) rows.labels.push_back({"taxes", name});
    Eigen::MatrixXd values(static_cast<Index>(rows.labels.size()), table.num_nodes());
    values.topRows(table.V().rows()) = table.V();
    if (table.T().size() > 0) values.bottomRows(table.T().rows()) = table.T();
    out.add_folder("value_added");
    Folder folder(out, "value_added/");
    folder.write("F", values, rows, nodes);
    folder.write_unit(rows, {table.meta().unit});
    folder.finish("value_added");
}

void write_imports(const IoTable& table, const OutputFolder& out, const Levels& nodes,
                   const Levels& uses) {
    Levels products{{"product"}, {}};
    for (const std::string& code : codes_of(table.classification().sectors())) {
        products.labels.push_back({code});
    }
    out.add_folder("imports");
    Folder folder(out, "imports/");
    folder.write("F", table.M(), products, nodes);
    if (table.MF().size() > 0) folder.write("F_Y", table.MF(), products, uses);
    folder.write_unit(products, {table.meta().unit});
    folder.finish("imports");
}

/// F_Y has a row for the accounts that have figures of final uses.
void write_satellites(const IoTable& table, const OutputFolder& out, const Levels& nodes,
                      const Levels& uses) {
    const std::vector<SatelliteAccount>& accounts = table.satellites();
    if (accounts.empty()) return;
    Levels rows{{"stressor"}, {}};
    Levels rows_of_uses = rows;
    Texts units;
    Eigen::MatrixXd values(static_cast<Index>(accounts.size()), table.num_nodes());
    Eigen::MatrixXd of_uses(0, table.F().cols());
    for (std::size_t i = 0; i < accounts.size(); ++i) {
        const SatelliteAccount& account = accounts[i];
        rows.labels.push_back({account.name});
        units.push_back(account.unit);
        values.row(static_cast<Index>(i)) = account.values.transpose();
        if (account.final_uses.size() == 0) continue;
        rows_of_uses.labels.push_back({account.name});
        of_uses.conservativeResize(of_uses.rows() + 1, Eigen::NoChange);
        of_uses.bottomRows(1) = account.final_uses.transpose();
    }
    out.add_folder("satellite");
    Folder folder(out, "satellite/");
    folder.write("F", values, rows, nodes);
    if (of_uses.rows() > 0) folder.write("F_Y", of_uses, rows_of_uses, uses);
    folder.write_unit(rows, units);
    folder.finish("satellite");
}

/// What pymrio has no place for.
void write_own_files(const IoTable& table, const OutputFolder& out) {
    const Classification& classes = table.classification();
    ordered_json own = meta_json(table);
    own["sectors"] = ordered_json::array();
    own["regions"] = ordered_json::array();
    for (const Sector& sector : classes.sectors()) {
        own["sectors"].push_back(
            ordered_json::array({sector.code, sector.name, to_string(sector.kind)}));
    }
    for (const Region& region : classes.regions()) {
        own["regions"].push_back(ordered_json::array({region.code, region.name}));
    }
    out.write("narrows.json", meta_text(own));
    Texts uses;
    for (const FinalUse& use : table.final_uses()) uses.push_back(use.label());
    write_origins(table, classes.labels(), uses, out);
    if (!table.has_criticality_ratings()) return;
    const Texts sectors = codes_of(classes.sectors());
    out.write("criticality.csv", matrix_csv(table.criticality_ratings(), sectors, sectors));
}

}  // namespace

void write_pymrio_folder(const IoTable& table, const std::filesystem::path& path) {
    const Levels nodes = node_levels(table.classification());
    const Levels uses = use_levels(table);
    const TableMeta& meta = table.meta();
    OutputFolder out(path);
    Folder folder(out, "");
    folder.write("Z", table.Z(), nodes, nodes);
    folder.write("Y", table.F(), nodes, uses);
    folder.write("x", table.x(), nodes, {{"indout"}, {{"indout"}}});
    folder.write_unit(nodes, {meta.unit});
    folder.finish("");
    ordered_json metadata;
    metadata["description"] = fmt::format("{}, {}, {}", meta.name, meta.year, meta.source);
    metadata["name"] = meta.name;
    metadata["system"] = meta.classification;
    metadata["version"] = "narrows";
    metadata["history"] = ordered_json::array();
    out.write("metadata.json", meta_text(metadata));
    write_value_added(table, out, nodes);
    if (table.has_imports()) write_imports(table, out, nodes, uses);
    write_satellites(table, out, nodes, uses);
    write_own_files(table, out);
    out.commit();
}

}  // namespace narrows
