// pymrio's saved folders: IOSystem.save_all() and save(), EXIOBASE 3 among them. What each file is
// called and how many header lines and index columns it has stands in file_parameters.json.
#include "host/readers/pymrio_folder.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <unordered_map>

#include <Eigen/LU>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "host/base/error.hpp"
#include "host/base/output.hpp"
#include "host/readers/csv.hpp"
#include "host/readers/formats.hpp"
#include "host/readers/meta_file.hpp"
#include "host/readers/node_list.hpp"
#include "host/readers/plain_folder.hpp"
#include "host/readers/pymrio_frame.hpp"
#include "host/readers/satellites.hpp"
#include "host/readers/sector_kinds.hpp"
#include "host/readers/years.hpp"
#include "host/table/accounts.hpp"

namespace narrows {
namespace {

using namespace pymrio;

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* own_name = "narrows.json";
constexpr const char* value_added_account = "value added";
constexpr const char* tax_account = "taxes";

/// The table while it is read, with what its parts need to find their places.
struct Reading {
    TableData data;
    NodeList nodes;
    bool national = false;
    Index uses() const { return static_cast<Index>(data.final_uses.size()); }
    Frame::Place node() const {
        return [this](const Texts& label) {
            return label.size() == 2 ? nodes.find(label[0], label[1]) : -1;
        };
    }
};

/// Classification from narrows.json, whose nodes are those of the file in the file's order.
void apply_own_classification(Reading& reading, const MetaFile& own,
                              const Classification& of_file) {
    const json& content = own.content();
    std::vector<Sector> sectors;
    std::vector<Region> regions;
    for (const char* key : {"sectors", "regions"}) {
        const json list = content.value(key, json());
        if (!list.is_array()) own.fail(key, list, "a list");
        for (const json& item : list) {
            const bool sound = item.is_array() && item.size() >= 2 &&
                               std::all_of(item.begin(), item.end(),
                                           [](const json& text) { return text.is_string(); });
            if (!sound) own.fail(key, item, "a list of texts");
            const std::string code = item[0].get<std::string>();
            const std::string name = item[1].get<std::string>();
            if (key[0] == 'r') {
                regions.push_back({code, name});
                continue;
            }
            const auto kind = item.size() > 2 ? parse_sector_kind(item[2].get<std::string>())
                                              : std::optional<SectorKind>();
            if (!kind) own.fail(key, item, "code, name and 'goods' or 'services'");
            sectors.push_back({code, name, *kind});
        }
    }
    try {
        if (!reading.national) {
            reading.data.classification = Classification::multi_regional(
                std::move(sectors), std::move(regions), of_file.labels());
            return;
        }
        if (codes_of(sectors) != codes_of(of_file.sectors())) {
            own.fail("sectors", content["sectors"], "the sectors of Z, in their order");
        }
        reading.data.classification =
            Classification::national(std::move(sectors), {own.text("region"), ""});
    } catch (const ArgumentError& error) {
        own.fail("sectors", json(error.what()), "the sectors and regions of Z");
    }
}

void read_nodes(Reading& reading, const Saved& saved, const Frame& z) {
    for (Index i = 0; i < z.grid().num_rows(); ++i) {
        const Texts label = z.row(i);
        if (label.size() != 2) z.grid().fail(i, -1, joined(label), "a region and a sector");
        if (!reading.nodes.add(label[0], label[1]).second) {
            z.grid().fail(i, -1, in_quotes(joined(label)), "each sector once");
        }
    }
    const Classification of_file = reading.nodes.classification(z.grid().path(), kind_by_name);
    if (!saved.folder().has(own_name)) {
        reading.data.classification = of_file;
        return;
    }
    const MetaFile own(saved.folder().open_found(own_name));
    reading.data.meta = own.meta();
    reading.national = own.text("kind") == "national";
    if (reading.national && of_file.regions().size() != 1) {
        own.fail("kind", json("national"), "'multi-regional' for several regions");
    }
    apply_own_classification(reading, own, of_file);
}

void read_transactions(Reading& reading, const Frame& z) {
    const Index n = reading.nodes.size();
    std::vector<GridTarget> rows = z.rows(reading.node(), n, "sector");
    std::vector<GridTarget> columns = z.columns(reading.node(), n, "sector");
    reading.data.Z.resize(n, n);
    z.grid().read(rows, columns, {{&reading.data.Z}});
}

Frame::Place place_of_uses(const Reading& reading, std::unordered_map<std::string, Index>& index) {
    for (Index f = 0; f < reading.uses(); ++f) {
        index.emplace(reading.data.final_uses[static_cast<std::size_t>(f)].label(), f);
    }
    return [&index, national = reading.national](const Texts& label) {
        if (label.size() != 2) return Index{-1};
        const auto found = index.find(FinalUse{national ? "" : label[0], label[1]}.label());
        return found == index.end() ? Index{-1} : found->second;
    };
}

void read_final_demand(Reading& reading, const Saved& saved) {
    const Frame y(saved, "Y");
    for (Index j = 0; j < y.grid().num_columns(); ++j) {
        const Texts label = y.column(j);
        if (label.size() != 2 || label[1].empty() || !reading.nodes.has_region(label[0])) {
            y.grid().fail_header(0, j, in_quotes(joined(label)), "a region of Z and a category");
        }
        reading.data.final_uses.push_back({reading.national ? "" : label[0], label[1]});
    }
    std::unordered_map<std::string, Index> index;
    const auto columns = y.columns(place_of_uses(reading, index), reading.uses(), "final use");
    reading.data.F.resize(reading.nodes.size(), reading.uses());
    y.grid().read(y.rows(reading.node(), reading.nodes.size(), "sector"), columns,
                  {{&reading.data.F}});
}

/// x as saved; the row sums of Z and Y; or, where only A is saved, (I - A)^-1 Y1.
void read_output(Reading& reading, const Saved& saved) {
    TableData& data = reading.data;
    const Index n = reading.nodes.size();
    const bool from_coefficients = !saved.has("Z");
    if (saved.has("x")) {
        const Frame x(saved, "x");
        Eigen::MatrixXd values(n, 1);
        const auto only = [](const Texts&) { return Index{0}; };
        x.grid().read(x.rows(reading.node(), n, "sector"), x.columns(only, 1, "column"),
                      {{&values}});
        data.x = values.col(0);
    } else if (!from_coefficients) {
        data.x = data.Z.rowwise().sum() + data.F.rowwise().sum();
    } else {
        const Eigen::MatrixXd leontief = Eigen::MatrixXd::Identity(n, n) - data.Z;
        data.x = leontief.partialPivLu().solve(data.F.rowwise().sum());
        if (!data.x.allFinite()) {
            throw ParseError(saved.path(), 0, 0, "", "coefficients A without an inverse of I - A",
                             "coefficients of a table, or its output x");
        }
        note(data, "output-solved",
             "the folder has coefficients A and no output; it is (I - A)^-1 times final demand");
    }
    if (from_coefficients) {
        data.Z = data.Z * data.x.asDiagonal();
        note(data, "transactions-from-coefficients", "transactions are A times gross output");
    }
}

void read_unit(Reading& reading, const Saved& saved) {
    if (!reading.data.meta.unit.empty() || !saved.has("unit")) return;
    const InputFile file = saved.open("unit");
    const auto units = read_units(file);
    const Classification& classes = reading.data.classification;
    for (Index i = 0; i < classes.num_nodes(); ++i) {
        const auto region = static_cast<std::size_t>(classes.region_of(i));
        const std::string label =
            joined({classes.regions()[region].code, classes.sector(classes.sector_of(i)).code});
        const auto found = units.find(label);
        const std::string unit = found == units.end() ? "" : found->second;
        if (i == 0) reading.data.meta.unit = unit;
        if (!unit.empty() && unit == reading.data.meta.unit) continue;
        throw ParseError(file.path(), 0, 0, "",
                         unit.empty()
                             ? "no unit of " + in_quotes(label)
                             : fmt::format("units {} and {}", in_quotes(reading.data.meta.unit),
                                           in_quotes(unit)),
                         "one unit for all sectors");
    }
}

/// Which rows of an extension are value added or taxes: those of narrows' own index, or those in
/// the unit of the flows.
struct AccountRows {
    std::vector<GridTarget> targets;
    Texts value_added;
    Texts taxes;
};

AccountRows account_rows(const Frame& frame, const Saved& extension, const std::string& unit) {
    AccountRows result;
    const auto units = extension.has("unit") ? read_units(extension.open("unit"))
                                             : std::unordered_map<std::string, std::string>();
    const bool own = frame.index_names() == Texts{"account", "component"};
    for (Index i = 0; i < frame.grid().num_rows(); ++i) {
        const Texts label = frame.row(i);
        const std::string name = own ? label[1] : joined(label);
        bool is_tax = own && label[0] == tax_account;
        if (!own) {
            const auto found = units.find(name);
            if (found == units.end() || found->second != unit) {
                result.targets.push_back({});
                continue;
            }
            is_tax = name.rfind("Taxes less subsidies on products", 0) == 0;
        } else if (!is_tax && label[0] != value_added_account) {
            frame.grid().fail(i, -1, in_quotes(label[0]), "'value added' or 'taxes'");
        }
        Texts& names = is_tax ? result.taxes : result.value_added;
        result.targets.push_back({is_tax ? 1 : 0, static_cast<Index>(names.size())});
        names.push_back(name);
    }
    return result;
}

/// V and T from an extension; false where it has no row in the unit of the table.
bool read_accounts(Reading& reading, const Saved& extension) {
    if (!extension.has("F")) return false;
    const Frame frame(extension, "F");
    AccountRows rows = account_rows(frame, extension, reading.data.meta.unit);
    if (rows.value_added.empty()) return false;
    TableData& data = reading.data;
    const Index n = reading.nodes.size();
    data.V.resize(static_cast<Index>(rows.value_added.size()), n);
    data.T.resize(static_cast<Index>(rows.taxes.size()), rows.taxes.empty() ? 0 : n);
    frame.grid().read(rows.targets, frame.columns(reading.node(), n, "sector"),
                      {{&data.V}, {&data.T}});
    data.value_added_names = std::move(rows.value_added);
    data.tax_names = std::move(rows.taxes);
    return true;
}

/// pymrio needs no value added, and many of its tables have one that explains little of output:
/// such rows are dropped, with a warning.
bool accounts_fit(TableData& data, const char* name) {
    Eigen::RowVectorXd missing =
        data.x.transpose() - data.Z.colwise().sum() - data.V.colwise().sum();
    if (data.T.size() > 0) missing -= data.T.colwise().sum();
    const double output = data.x.cwiseAbs().sum();
    constexpr double most = 0.5;
    if (missing.cwiseAbs().sum() <= most * output || name == std::string_view("value_added")) {
        return true;
    }
    warn(data, "value-added-does-not-fit",
         fmt::format("with extension {} as value added, columns miss {:.2g} % of output: it is "
                     "left out",
                     name, 100.0 * missing.cwiseAbs().sum() / output));
    data.V.resize(0, 0);
    data.T.resize(0, 0);
    data.value_added_names.clear();
    data.tax_names.clear();
    return false;
}

void read_imports(Reading& reading, const Saved& extension) {
    TableData& data = reading.data;
    const Index n = reading.nodes.size();
    const std::string region = reading.nodes.classification("", kind_by_name).regions()[0].code;
    const auto product = [&](const Texts& label) {
        return label.size() == 1 ? reading.nodes.find(region, label[0]) : -1;
    };
    const Frame m(extension, "F");
    data.M.resize(n, n);
    m.grid().read(m.rows(product, n, "product"), m.columns(reading.node(), n, "sector"),
                  {{&data.M}});
    if (!extension.has("F_Y")) return;
    const Frame mf(extension, "F_Y");
    std::unordered_map<std::string, Index> index;
    const auto columns = mf.columns(place_of_uses(reading, index), reading.uses(), "final use");
    data.MF.resize(n, reading.uses());
    mf.grid().read(mf.rows(product, n, "product"), columns, {{&data.MF}});
}

void read_extensions(Reading& reading, const Saved& saved) {
    const auto extension = [&](const char* name) -> std::optional<Saved> {
        const std::string file = std::string(name) + "/" + parameters_name;
        const auto& names = saved.folder().names();
        if (!std::binary_search(names.begin(), names.end(), file)) return std::nullopt;
        return Saved(saved.folder().folder_of(file));
    };
    for (const char* name : {"value_added", "factor_inputs", "primary_inputs", "satellite"}) {
        const auto found = extension(name);
        if (!found || !read_accounts(reading, *found) || !accounts_fit(reading.data, name)) {
            continue;
        }
        if (std::string(name) != "value_added") {
            note(reading.data, "value-added-extension",
                 fmt::format("value added is the {} rows of extension {} in the unit of the flows",
                             reading.data.V.rows(), name));
        }
        break;
    }
    if (reading.data.V.size() == 0) value_added_as_residual(reading.data);
    if (!reading.national) return;
    if (const auto imports = extension("imports")) read_imports(reading, *imports);
}

/// The rows of one extension that are asked for, as satellite accounts.
void read_satellites(Reading& reading, const Saved& extension, const std::string& folder,
                     SatelliteSelection& selection) {
    TableData& data = reading.data;
    const Frame frame(extension, "F");
    std::unordered_map<std::string, std::string> units;
    std::unordered_map<std::string, GridTarget> targets;
    std::vector<GridTarget> rows;
    const std::size_t first = data.satellites.size();
    for (Index i = 0; i < frame.grid().num_rows(); ++i) {
        const std::string name = joined(frame.row(i));
        const bool wanted = selection.wants(name);
        const auto place = static_cast<Index>(data.satellites.size() - first);
        rows.push_back(wanted ? GridTarget{0, place} : GridTarget{});
        if (!targets.emplace(name, rows.back()).second) {
            frame.grid().fail(i, -1, "duplicate account " + in_quotes(name), "each account once");
        }
        if (!wanted) continue;
        if (units.empty() && extension.has("unit")) units = read_units(extension.open("unit"));
        const auto unit = units.find(name);
        if (unit == units.end() || unit->second.empty()) {
            throw ParseError(extension.path(), 0, 0, "", "no unit of " + in_quotes(name),
                             "one for every account");
        }
        data.satellites.push_back(
            {satellite_name(name, folder, data.satellites), unit->second, {}, {}});
    }
    const auto count = static_cast<Index>(data.satellites.size() - first);
    if (count == 0) return;
    Eigen::MatrixXd values(count, reading.nodes.size());
    frame.grid().read(rows, frame.columns(reading.node(), reading.nodes.size(), "sector"),
                      {{&values}});
    for (Index k = 0; k < count; ++k) {
        data.satellites[first + static_cast<std::size_t>(k)].values = values.row(k).transpose();
    }
    if (!extension.has("F_Y")) return;
    const Frame of_uses(extension, "F_Y");
    rows.clear();
    for (Index i = 0; i < of_uses.grid().num_rows(); ++i) {
        const auto found = targets.find(joined(of_uses.row(i)));
        rows.push_back(found == targets.end() ? GridTarget{} : found->second);
    }
    std::unordered_map<std::string, Index> index;
    const auto columns =
        of_uses.columns(place_of_uses(reading, index), reading.uses(), "final use");
    values.resize(count, reading.uses());
    of_uses.grid().read(rows, columns, {{&values}});
    for (const GridTarget& row : rows) {
        if (row.group < 0) continue;
        data.satellites[first + static_cast<std::size_t>(row.index)].final_uses =
            values.row(row.index).transpose();
    }
}

/// Of all extensions but those that narrows wrote for value added and imports. What narrows wrote
/// was chosen and is read in any case.
void read_all_satellites(Reading& reading, const Saved& saved,
                         const std::vector<std::string>& names) {
    const bool own = saved.folder().has(own_name);
    SatelliteSelection selection(own ? Texts{all_satellites} : names);
    bool any = false;
    for (const std::string& file : saved.folder().names()) {
        const std::size_t slash = file.rfind('/');
        if (slash == std::string::npos || file.substr(slash + 1) != parameters_name) continue;
        const std::string folder = file.substr(0, slash);
        if (folder == "value_added" || (folder == "imports" && reading.national)) continue;
        const Saved extension(saved.folder().folder_of(file));
        if (!extension.has("F")) continue;
        any = true;
        if (selection.is_empty()) continue;
        read_satellites(reading, extension, folder, selection);
    }
    if (any && selection.is_empty()) return note_unread_satellites(reading.data);
    selection.finish(saved.path(), reading.data);
}

void read_own_files(Reading& reading, const Saved& saved) {
    TableData& data = reading.data;
    const Labels nodes{"sector", data.classification.labels()};
    Labels uses{"final use", {}};
    for (const FinalUse& use : data.final_uses) uses.names.push_back(use.label());
    read_origins(saved.folder(), nodes, uses, data);
    if (!saved.folder().has("criticality.csv")) return;
    const Labels sectors{"sector", codes_of(data.classification.sectors())};
    data.criticality_ratings =
        read_matrix(saved.folder().open_found("criticality.csv"), sectors, sectors, {0.0, 1.0});
}

/// What metadata.json says, where the table is not narrows' own.
void read_metadata(Reading& reading, const Saved& saved) {
    TableMeta& meta = reading.data.meta;
    meta.layout = "pymrio folder";
    if (!meta.name.empty()) return;
    json content;
    if (saved.folder().has("metadata.json")) {
        const InputFile file = saved.folder().open_found("metadata.json");
        content = json::parse(file.bytes(), nullptr, false);
        if (!content.is_object()) {
            throw ParseError(file.path(), 0, 0, "", "no object", "a JSON object");
        }
    }
    const auto text = [&](const char* key) {
        const json value = content.is_object() ? content.value(key, json()) : json();
        return value.is_string() ? value.get<std::string>() : "";
    };
    meta.name = text("name").empty() ? "pymrio table" : text("name");
    meta.classification = text("system");
    meta.source = text("description") + (text("version").empty() ? "" : ", " + text("version"));
    meta.year = year_in(text("description") + " " + text("name"));
}

bool recognises(const InputSource& source) {
    const auto parameters = source.find(parameters_name);
    if (!parameters || source.head(*parameters).find("\"systemtype\"") == std::string::npos) {
        return false;
    }
    return source.head(*parameters, 65536).find("IOSystem") != std::string::npos;
}

IoTable read(const InputSource& source, const ReadOptions& options) {
    const auto parameters = source.find(parameters_name);
    if (!parameters) throw FileError(source.path(), "no file_parameters.json of pymrio");
    const Saved saved(source.folder_of(*parameters));
    if (saved.type() != "IOSystem") {
        throw ParseError(saved.path(), 0, 0, "", "systemtype " + in_quotes(saved.type()),
                         "'IOSystem'");
    }
    if (!saved.has("Z") && !saved.has("A")) {
        throw ParseError(saved.path(), 0, 0, "", "neither Z nor A", "one of them");
    }
    Reading reading;
    {
        const Frame z(saved, saved.has("Z") ? "Z" : "A");
        read_nodes(reading, saved, z);
        read_transactions(reading, z);
    }
    read_unit(reading, saved);
    read_metadata(reading, saved);
    read_final_demand(reading, saved);
    read_output(reading, saved);
    read_extensions(reading, saved);
    read_own_files(reading, saved);
    read_all_satellites(reading, saved, options.accounts);
    return closed_table(std::move(reading.data), saved.path(), options.acceptance);
}

}  // namespace

TableFormat formats::pymrio() {
    return {"pymrio", "folder saved by pymrio: file_parameters.json and text files", recognises,
            read};
}

}  // namespace narrows
