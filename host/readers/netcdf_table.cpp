// Tables as NetCDF-4 files: what narrows writes, and the reader of that.
#include "host/readers/netcdf_table.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/base/netcdf_file.hpp"
#include "host/base/output.hpp"
#include "host/readers/formats.hpp"

namespace narrows {
namespace {

namespace fs = std::filesystem;
using Texts = std::vector<std::string>;
using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Bytes = Eigen::Matrix<signed char, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

constexpr const char* format_name = "narrows.table/1";
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr Index block_rows = 256;  // copied to row-major order at a time

class Writer {
  public:
    Writer(NcFile& file, const IoTable& table) : file_(file), unit_(table.meta().unit) {}

    void flows(const char* name, const Eigen::MatrixXd& values, const Texts& dimensions,
               const char* description) {
        const int variable = numbers(name, values, dimensions, description);
        if (variable >= 0) file_.attribute("units", unit_, variable);
    }
    int numbers(const char* name, const Eigen::MatrixXd& values, const Texts& dimensions,
                const char* description) {
        if (values.size() == 0) return -1;
        const int variable = file_.define(name, NC_DOUBLE, dimensions);
        compress(variable, values.rows(), values.cols(), dimensions.size(), sizeof(double));
        file_.attribute("long_name", description, variable);
        for (Index row = 0; row < values.rows(); row += block_rows) {
            DeferInterrupts::throw_if_waiting();
            const Index count = std::min(block_rows, values.rows() - row);
            const RowMajor block = values.middleRows(row, count);
            const std::array<std::size_t, 2> start{static_cast<std::size_t>(row), 0};
            const std::array<std::size_t, 2> size{static_cast<std::size_t>(count),
                                                  static_cast<std::size_t>(values.cols())};
            file_.check(
                nc_put_vara_double(file_.id(), variable, start.data(), size.data(), block.data()),
                name);
        }
        return variable;
    }
    void origins(const char* name, const ImportOrigins& values, const Texts& dimensions) {
        if (values.size() == 0) return;
        const int variable = file_.define(name, NC_BYTE, dimensions);
        compress(variable, values.rows(), values.cols(), dimensions.size(), 1);
        file_.attribute("long_name", "where an entry of the import matrix comes from", variable);
        const std::array<signed char, 3> flags{0, 1, 2};
        file_.check(nc_put_att_schar(file_.id(), variable, "flag_values", NC_BYTE, flags.size(),
                                     flags.data()),
                    name);
        file_.attribute("flag_meanings", "observed end_use_share proportional", variable);
        const Bytes bytes =
            values.unaryExpr([](ImportOrigin origin) { return static_cast<signed char>(origin); });
        file_.check(nc_put_var_schar(file_.id(), variable, bytes.data()), name);
    }

  private:
    void compress(int variable, Index rows, Index columns, std::size_t dimensions,
                  std::size_t size) {
        constexpr std::size_t large = 1U << 20U;
        if (static_cast<std::size_t>(rows * columns) * size < large) return;
        constexpr Index chunk_columns = 1024;
        const std::array<std::size_t, 2> chunks{
            static_cast<std::size_t>(std::min(rows, block_rows)),
            static_cast<std::size_t>(std::min(columns, chunk_columns))};
        if (dimensions == chunks.size()) {
            file_.check(nc_def_var_chunking(file_.id(), variable, NC_CHUNKED, chunks.data()));
        }
        file_.check(nc_def_var_deflate(file_.id(), variable, 1, 1, 1));
    }

    NcFile& file_;
    std::string unit_;
};

void write_attributes(const IoTable& table, NcFile& file) {
    const TableMeta& meta = table.meta();
    file.attribute("Conventions", "CF-1.8");
    file.attribute("format", format_name);
    file.attribute("title", meta.name);
    file.attribute("kind", table.is_multi_regional() ? "multi-regional" : "national");
    const int year = meta.year;
    file.check(nc_put_att_int(file.id(), NC_GLOBAL, "year", NC_INT, 1, &year));
    file.attribute("unit", meta.unit);
    file.attribute("classification", meta.classification);
    file.attribute("source", meta.source);
    file.attribute("licence", meta.licence);
    file.attribute("attribution", meta.attribution);
    file.attribute("changes", meta.changes);
    file.check(nc_put_att_double(file.id(), NC_GLOBAL, "rounding", NC_DOUBLE, 1, &meta.rounding));
    file.attribute("hash", table.hash());
}

void write_labels(const IoTable& table, NcFile& file) {
    const Classification& classes = table.classification();
    Texts sector_names;
    Texts sector_kinds;
    Texts region_names;
    Texts uses;
    Texts use_regions;
    Texts use_categories;
    for (const Sector& sector : classes.sectors()) {
        sector_names.push_back(sector.name);
        sector_kinds.emplace_back(to_string(sector.kind));
    }
    for (const Region& region : classes.regions()) region_names.push_back(region.name);
    for (const FinalUse& use : table.final_uses()) {
        uses.push_back(use.label());
        use_regions.push_back(use.region);
        use_categories.push_back(use.category);
    }
    file.coordinate("seller", classes.labels(), "selling sector");
    file.coordinate("buyer", classes.labels(), "buying sector");
    file.coordinate("use", uses, "final use");
    file.coordinate("value_added", table.value_added_names(), "component of value added");
    file.coordinate("tax", table.tax_names(), "taxes and other margins on inputs");
    file.coordinate("sector", codes_of(classes.sectors()), "code of a sector");
    file.coordinate("region", codes_of(classes.regions()), "code of a region");
    file.texts("sector_name", "sector", sector_names, "name of a sector");
    file.texts("sector_kind", "sector", sector_kinds, "goods or services");
    file.texts("region_name", "region", region_names, "name of a region");
    file.texts("use_region", "use", use_regions, "using region");
    file.texts("use_category", "use", use_categories, "category of a final use");
}

/// Accounts without figures of final uses have NaN there.
void write_satellites(const IoTable& table, NcFile& file, Writer& out) {
    const std::vector<SatelliteAccount>& accounts = table.satellites();
    if (accounts.empty()) return;
    const auto count = static_cast<Index>(accounts.size());
    Texts names;
    Texts units;
    Eigen::MatrixXd values(count, table.num_nodes());
    Eigen::MatrixXd of_uses = Eigen::MatrixXd::Constant(count, table.F().cols(), not_a_number);
    for (Index i = 0; i < count; ++i) {
        const SatelliteAccount& account = accounts[static_cast<std::size_t>(i)];
        names.push_back(account.name);
        units.push_back(account.unit);
        values.row(i) = account.values.transpose();
        if (account.final_uses.size() > 0) of_uses.row(i) = account.final_uses.transpose();
    }
    file.coordinate("account", names, "satellite account");
    file.texts("account_unit", "account", units, "unit of a satellite account");
    out.numbers("accounts", values, {"account", "buyer"}, "satellite accounts of sectors");
    if (of_uses.array().isNaN().all()) return;
    out.numbers("accounts_F", of_uses, {"account", "use"}, "satellite accounts of final uses");
}

void write_content(const IoTable& table, NcFile& file) {
    Writer out(file, table);
    write_attributes(table, file);
    write_labels(table, file);
    out.flows("Z", table.Z(), {"seller", "buyer"}, "transactions");
    out.flows("F", table.F(), {"seller", "use"}, "final demand");
    out.flows("V", table.V(), {"value_added", "buyer"}, "value added");
    out.flows("T", table.T(), {"tax", "buyer"}, "taxes less subsidies on products, margins");
    out.flows("x", table.x(), {"seller"}, "gross output");
    out.flows("M", table.M(), {"seller", "buyer"}, "imports of a product by a sector");
    out.flows("MF", table.MF(), {"seller", "use"}, "imports of a product for final use");
    out.origins("M_origins", table.M_origins(), {"seller", "buyer"});
    out.origins("MF_origins", table.MF_origins(), {"seller", "use"});
    write_satellites(table, file, out);
    if (!table.has_criticality_ratings()) return;
    const Texts sectors = codes_of(table.classification().sectors());
    file.coordinate("product", sectors, "sector that sells an input");
    file.coordinate("user", sectors, "sector that uses an input");
    out.numbers("criticality", table.criticality_ratings(), {"product", "user"},
                "rating of an input: 1 critical, 0 not");
}

class Reader {
  public:
    explicit Reader(const InputFile& file)
        : file_(file.bytes(), file.path()), size_(file.bytes().size()) {}

    const NcFile& file() const { return file_; }

    std::string attribute(const char* name) const {
        nc_type type = 0;
        std::size_t length = 0;
        file_.check(nc_inq_att(file_.id(), NC_GLOBAL, name, &type, &length), name);
        if (type != NC_CHAR) file_.fail(fmt::format("attribute {} is no text", name));
        bounded(length, 1, name);
        std::string text(length, ' ');
        file_.check(nc_get_att_text(file_.id(), NC_GLOBAL, name, text.data()), name);
        return text;
    }
    double number(const char* name) const {
        std::size_t length = 0;
        file_.check(nc_inq_attlen(file_.id(), NC_GLOBAL, name, &length), name);
        if (length != 1) file_.fail(fmt::format("attribute {} is no single number", name));
        double value = 0.0;
        file_.check(nc_get_att_double(file_.id(), NC_GLOBAL, name, &value), name);
        return value;
    }

    bool has(const char* variable) const {
        int id = 0;
        return nc_inq_varid(file_.id(), variable, &id) == NC_NOERR;
    }
    /// 0 where there is no such dimension.
    std::size_t length(const char* dimension) const {
        int id = 0;
        std::size_t length = 0;
        if (nc_inq_dimid(file_.id(), dimension, &id) != NC_NOERR) return 0;
        file_.check(nc_inq_dimlen(file_.id(), id, &length), dimension);
        return length;
    }

    Texts texts(const char* name, const char* dimension) const {
        const std::size_t count = length(dimension);
        if (count == 0) return {};
        const int variable = find(name, NC_STRING, {dimension});
        constexpr std::size_t bytes_of_text = 8;  // in the file: a reference to the text
        bounded(count, bytes_of_text, name);
        std::vector<char*> pointers(count, nullptr);
        file_.check(nc_get_var_string(file_.id(), variable, pointers.data()), name);
        Texts result;
        bool complete = true;
        for (const char* pointer : pointers) {
            complete = complete && pointer != nullptr;
            result.emplace_back(pointer == nullptr ? "" : pointer);
        }
        nc_free_string(count, pointers.data());
        if (!complete) file_.fail(fmt::format("{} lacks texts", name));
        return result;
    }

    /// Zero rows or columns where a dimension is not there.
    Eigen::MatrixXd flows(const char* name, const char* rows, const char* columns) const {
        const auto num_rows = static_cast<Index>(length(rows));
        const Index num_columns = columns == nullptr ? 1 : static_cast<Index>(length(columns));
        if (num_rows == 0 || num_columns == 0) return Eigen::MatrixXd(num_rows, num_columns);
        const int variable =
            find(name, NC_DOUBLE, columns == nullptr ? Texts{rows} : Texts{rows, columns});
        bound_matrix(num_rows, num_columns, sizeof(double), name);
        Eigen::MatrixXd values(num_rows, num_columns);
        for (Index row = 0; row < num_rows; row += block_rows) {
            const Index count = std::min(block_rows, num_rows - row);
            RowMajor block(count, num_columns);
            const std::array<std::size_t, 2> start{static_cast<std::size_t>(row), 0};
            const std::array<std::size_t, 2> extent{static_cast<std::size_t>(count),
                                                    static_cast<std::size_t>(num_columns)};
            file_.check(
                nc_get_vara_double(file_.id(), variable, start.data(), extent.data(), block.data()),
                name);
            values.middleRows(row, count) = block;
        }
        return values;
    }
    Eigen::MatrixXd optional_flows(const char* name, const char* rows, const char* columns) const {
        return has(name) ? flows(name, rows, columns) : Eigen::MatrixXd();
    }
    ImportOrigins origins(const char* name, const char* rows, const char* columns) const {
        if (!has(name)) return {};
        const int variable = find(name, NC_BYTE, {rows, columns});
        const auto num_rows = static_cast<Index>(length(rows));
        const auto num_columns = static_cast<Index>(length(columns));
        bound_matrix(num_rows, num_columns, 1, name);
        Bytes bytes(num_rows, num_columns);
        file_.check(nc_get_var_schar(file_.id(), variable, bytes.data()), name);
        if (bytes.size() > 0 && (bytes.minCoeff() < 0 || bytes.maxCoeff() > 2)) {
            file_.fail(fmt::format("{} has a value other than 0, 1 and 2", name));
        }
        return bytes.unaryExpr([](signed char byte) { return static_cast<ImportOrigin>(byte); });
    }

  private:
    /// The variable's id; it must have this type and these dimensions.
    int find(const char* name, nc_type type, const Texts& dimensions) const {
        int variable = 0;
        int count = 0;
        nc_type found = 0;
        file_.check(nc_inq_varid(file_.id(), name, &variable), name);
        file_.check(nc_inq_varndims(file_.id(), variable, &count), name);
        file_.check(nc_inq_vartype(file_.id(), variable, &found), name);
        bool fits = found == type && count == static_cast<int>(dimensions.size());
        if (fits) {
            std::vector<int> ids(dimensions.size());
            file_.check(nc_inq_vardimid(file_.id(), variable, ids.data()), name);
            for (std::size_t d = 0; fits && d < ids.size(); ++d) {
                int id = 0;
                fits = nc_inq_dimid(file_.id(), dimensions[d].c_str(), &id) == NC_NOERR &&
                       id == ids[d];
            }
        }
        if (!fits) {
            file_.fail(
                fmt::format("{} is not {}({})", name,
                            type == NC_STRING ? "text " : (type == NC_BYTE ? "byte " : "double "),
                            fmt::join(dimensions, ", ")));
        }
        return variable;
    }
    void bounded(std::size_t count, std::size_t bytes, const char* what) const {
        if (count <= size_ / bytes) return;
        file_.fail(fmt::format("{} has {} entries, more than the file of {} bytes holds", what,
                               count, size_));
    }
    /// Deflate packs at most about 1,032 bytes into one.
    void bound_matrix(Index rows, Index columns, std::size_t bytes, const char* what) const {
        constexpr double most = 1032.0;
        const double wanted =
            static_cast<double>(rows) * static_cast<double>(columns) * static_cast<double>(bytes);
        if (wanted <= most * static_cast<double>(size_)) return;
        file_.fail(fmt::format("{} is {} x {}, more than the file of {} bytes holds", what, rows,
                               columns, size_));
    }

    NcFile file_;
    std::size_t size_;
};

TableMeta read_meta(const Reader& in) {
    TableMeta meta;
    meta.name = in.attribute("title");
    const double year = in.number("year");
    constexpr double far = 1e6;
    if (!(std::abs(year) < far) || year != std::trunc(year)) {
        in.file().fail("attribute year is no whole number");
    }
    meta.year = static_cast<int>(year);
    meta.unit = in.attribute("unit");
    meta.classification = in.attribute("classification");
    meta.source = in.attribute("source");
    meta.licence = in.attribute("licence");
    meta.attribution = in.attribute("attribution");
    meta.changes = in.attribute("changes");
    meta.rounding = in.number("rounding");
    if (!(meta.rounding >= 0.0)) in.file().fail("attribute rounding is below 0");
    meta.layout = "NetCDF of narrows";
    return meta;
}

Classification read_classification(const Reader& in) {
    const Texts codes = in.texts("sector", "sector");
    const Texts names = in.texts("sector_name", "sector");
    const Texts kinds = in.texts("sector_kind", "sector");
    std::vector<Sector> sectors;
    for (std::size_t i = 0; i < codes.size(); ++i) {
        const auto kind = parse_sector_kind(kinds[i]);
        if (!kind) {
            in.file().fail(fmt::format("sector_kind of {} is {}, expected 'goods' or 'services'",
                                       in_quotes(codes[i]), in_quotes(kinds[i])));
        }
        sectors.push_back({codes[i], names[i], *kind});
    }
    const Texts region_codes = in.texts("region", "region");
    const Texts region_names = in.texts("region_name", "region");
    std::vector<Region> regions;
    for (std::size_t i = 0; i < region_codes.size(); ++i) {
        regions.push_back({region_codes[i], region_names[i]});
    }
    const Texts sellers = in.texts("seller", "seller");
    if (sellers != in.texts("buyer", "buyer")) {
        in.file().fail("seller and buyer have different labels");
    }
    const std::string kind = in.attribute("kind");
    if (kind == "multi-regional") {
        return Classification::multi_regional(std::move(sectors), std::move(regions), sellers);
    }
    if (kind != "national" || regions.size() != 1 || sellers != codes) {
        in.file().fail("it is neither multi-regional nor national with the sectors as sellers");
    }
    return Classification::national(std::move(sectors), regions.front());
}

std::vector<SatelliteAccount> read_satellites(const Reader& in) {
    if (!in.has("accounts")) return {};
    const Texts names = in.texts("account", "account");
    const Texts units = in.texts("account_unit", "account");
    const Eigen::MatrixXd values = in.flows("accounts", "account", "buyer");
    const Eigen::MatrixXd of_uses = in.optional_flows("accounts_F", "account", "use");
    std::vector<SatelliteAccount> accounts;
    for (std::size_t i = 0; i < names.size(); ++i) {
        const auto row = static_cast<Index>(i);
        accounts.push_back({names[i], units[i], values.row(row).transpose(), {}});
        if (of_uses.size() == 0 || of_uses.row(row).array().isNaN().all()) continue;
        accounts.back().final_uses = of_uses.row(row).transpose();
    }
    return accounts;
}

IoTable read_netcdf_file(const InputFile& input, Acceptance acceptance) {
    const Reader in(input);
    if (in.attribute("format") != format_name) {
        in.file().fail(fmt::format("attribute format is not {}", in_quotes(format_name)));
    }
    TableData data;
    data.meta = read_meta(in);
    data.classification = read_classification(in);
    data.Z = in.flows("Z", "seller", "buyer");
    const Texts uses = in.texts("use_region", "use");
    const Texts categories = in.texts("use_category", "use");
    for (std::size_t i = 0; i < uses.size(); ++i) {
        data.final_uses.push_back({uses[i], categories[i]});
    }
    data.F = in.flows("F", "seller", "use");
    data.value_added_names = in.texts("value_added", "value_added");
    data.V = in.flows("V", "value_added", "buyer");
    data.tax_names = in.texts("tax", "tax");
    data.T = in.optional_flows("T", "tax", "buyer");
    data.x = in.flows("x", "seller", nullptr);
    data.M = in.optional_flows("M", "seller", "buyer");
    data.MF = in.optional_flows("MF", "seller", "use");
    data.M_origins = in.origins("M_origins", "seller", "buyer");
    data.MF_origins = in.origins("MF_origins", "seller", "use");
    data.criticality_ratings = in.optional_flows("criticality", "product", "user");
    data.satellites = read_satellites(in);
    return IoTable(std::move(data), acceptance);
}

/// What is wrong with labels or shapes is wrong with the file.
IoTable read(const InputSource& source, const ReadOptions& options) {
    const InputFile file = source.open(source.names().front());
    try {
        return read_netcdf_file(file, options.acceptance);
    } catch (const ArgumentError& error) {
        throw FileError(file.path(), error.what());
    } catch (const BalanceError& error) {
        throw BalanceError(file.path() + ": " + error.what());
    }
}

bool recognises(const InputSource& source) {
    if (!source.is_single_file()) return false;
    const std::string extension = fs::path(source.names().front()).extension().string();
    return (extension == ".nc" || extension == ".nc4") &&
           source.head(source.names().front(), 8) == "\x89HDF\r\n\x1a\n";
}

}  // namespace

void write_netcdf_table(const IoTable& table, const fs::path& path) {
    create_file(path, [&](const fs::path& temporary) {
        NcFile file(temporary, path.string());
        write_content(table, file);
        file.close();
    });
}

TableFormat formats::netcdf() {
    return {"netcdf", "NetCDF-4 file that narrows wrote", recognises, read};
}

}  // namespace narrows
