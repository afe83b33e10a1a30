// GLORIA: multi-regional supply and use as bare numbers, one csv each for transactions, final use
// and value added: DATE_..._{T,Y,V}-Results_YEAR_EDITION_MarkupNNN(full).csv. Every region has its
// industries, then its products, on both sides of T; industries make (industry row, product column
// of the same region), and buy (product row of any region, industry column).
#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <numeric>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/readers/formats.hpp"
#include "host/readers/gloria_satellites.hpp"
#include "host/readers/grid.hpp"
#include "host/readers/sector_kinds.hpp"
#include "host/readers/years.hpp"
#include "host/table/accounts.hpp"

namespace narrows {
namespace {

using Eigen::MatrixXd;
using Names = std::vector<std::string>;

// Sheets of valuation.
constexpr int basic_prices = 1;
constexpr int product_taxes = 4;
constexpr int product_subsidies = 5;

struct FileName {
    std::string matrix;  // T, Y or V; TQ and YQ: satellite accounts of industries, final uses
    int year = 0;
    std::string edition;
    int markup = 0;
};

/// A whole number of `digits` digits at text[at].
std::optional<int> digits_at(std::string_view text, std::size_t at, std::size_t digits) {
    if (at > text.size() || text.size() - at < digits) return std::nullopt;
    int value = 0;
    const char* begin = text.data() + at;
    const auto [end, error] = std::from_chars(begin, begin + digits, value);
    if (error != std::errc() || end != begin + digits || value < 0) return std::nullopt;
    return value;
}

std::optional<FileName> parse_name(std::string_view path) {
    constexpr std::string_view results = "-Results_";
    constexpr std::string_view markup = "_Markup";
    const std::string_view name = path.substr(path.rfind('/') + 1);
    const auto at = name.find(results);
    const auto mark = name.find(markup);
    if (at == std::string_view::npos || at == 0 || mark == std::string_view::npos || mark < at ||
        name.find(".csv", mark) == std::string_view::npos) {
        return std::nullopt;
    }
    FileName parsed;
    const auto before = name.rfind('_', at - 1);
    const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
    parsed.matrix = name.substr(begin, at - begin);
    constexpr std::array<std::string_view, 5> matrices = {"T", "Y", "V", "TQ", "YQ"};
    if (std::find(matrices.begin(), matrices.end(), parsed.matrix) == matrices.end()) {
        return std::nullopt;
    }
    const std::size_t year_at = at + results.size();
    const auto year = digits_at(name, year_at, 4);
    const auto number = digits_at(name, mark + markup.size(), 3);
    if (!year || !number) return std::nullopt;
    parsed.year = *year;
    parsed.markup = *number;
    if (year_at + 5 < mark) parsed.edition = name.substr(year_at + 5, mark - year_at - 5);
    return parsed;
}

bool recognises(const InputSource& source) {
    return std::any_of(source.names().begin(), source.names().end(), [](const std::string& name) {
        const auto parsed = parse_name(name);
        return parsed && parsed->matrix == "T";
    });
}

/// The files of one year.
class Files {
  public:
    Files(const InputSource& source, int asked) : source_(source) {
        std::set<int> years;
        for (const std::string& name : source.names()) {
            const auto parsed = parse_name(name);
            if (parsed && parsed->matrix == "T" && parsed->markup == basic_prices) {
                years.insert(parsed->year);
            }
        }
        if (years.empty()) {
            throw FileError(source.path(), "no T-Results file at basic prices (Markup001)");
        }
        year_ = choose_year(source.path(), {years.begin(), years.end()}, asked);
        for (const std::string& name : source.names()) {
            const auto parsed = parse_name(name);
            if (!parsed || parsed->year != year_) continue;
            if (parsed->matrix == "T" && parsed->markup == basic_prices) edition_ = parsed->edition;
            const auto [at, is_new] = names_.try_emplace({parsed->matrix, parsed->markup}, name);
            if (!is_new) {
                throw FileError(source.path(),
                                fmt::format("two files of the same matrix, year and markup: {}, {}",
                                            at->second, name));
            }
        }
    }

    int year() const { return year_; }
    const std::string& edition() const { return edition_; }
    bool has(const std::string& matrix, int markup) const {
        return names_.count({matrix, markup}) != 0;
    }

    /// Throws FileError where it is not there, ParseError where it has no line.
    Grid open(const std::string& matrix, int markup) const {
        const auto at = names_.find({matrix, markup});
        if (at == names_.end()) {
            throw FileError(source_.path(), fmt::format("no {}-Results file of {} with Markup{:03}",
                                                        matrix, year_, markup));
        }
        Grid grid(source_.open(at->second), {.header_rows = 0, .label_columns = 0});
        if (grid.num_rows() == 0) {
            throw ParseError(grid.path(), 1, 0, "", "no line", "lines of numbers");
        }
        return grid;
    }

  private:
    const InputSource& source_;
    int year_ = 0;
    std::string edition_;
    std::map<std::pair<std::string, int>, std::string> names_;
};

/// How T, Y and V are made up.
struct Layout {
    Index regions = 0;
    Index sectors = 0;  // industries per region, and as many products
    Index components = 0;
    Index uses = 0;
    Index num_nodes() const { return regions * sectors; }
};

/// Do the entries of V stand where industries of the region meet its own components only?
bool fits(const MatrixXd& value_added, const Layout& layout) {
    for (Index j = 0; j < value_added.cols(); ++j) {
        const Index region = j / (2 * layout.sectors);
        const bool product = j % (2 * layout.sectors) >= layout.sectors;
        for (Index i = 0; i < value_added.rows(); ++i) {
            if (value_added(i, j) == 0.0) continue;
            if (product || i / layout.components != region) return false;
        }
    }
    return true;
}

/// The number of regions follows from the pattern of V; where that leaves it open, from the
/// ReadMe.
Layout find_layout(const MatrixXd& value_added, Index num_uses, const GloriaReadMe& labels,
                   const std::string& path, TableData& data) {
    std::vector<Layout> found;
    const Index rows = value_added.rows();
    const Index half = value_added.cols() / 2;
    const Index most = std::gcd(std::gcd(half, rows), num_uses);
    const auto layout_of = [&](Index regions) {
        return Layout{regions, half / regions, rows / regions, num_uses / regions};
    };
    for (Index regions = 1; regions <= most; ++regions) {
        if (most % regions == 0 && fits(value_added, layout_of(regions))) {
            found.push_back(layout_of(regions));
        }
    }
    if (found.size() == 1) return found.front();
    const auto named = static_cast<Index>(labels.regions.size());
    if (named > 0 && most % named == 0) {
        if (!fits(value_added, layout_of(named))) {
            warn(data, "value-added-out-of-place",
                 "entries of value added where a region's components do not meet its own "
                 "industries are left out");
        }
        return layout_of(named);
    }
    Names counts;
    for (const Layout& layout : found) counts.push_back(std::to_string(layout.regions));
    throw ParseError(
        path, 0, 0, "",
        found.empty() ? "no number of regions for which value added is block diagonal"
                      : fmt::format("value added that fits {} regions", fmt::join(counts, " or ")),
        "for each region its components, in the columns of its industries");
}

std::vector<Region> regions_of(const Layout& layout, const GloriaReadMe& labels, TableData& data) {
    if (static_cast<Index>(labels.regions.size()) == layout.regions) return labels.regions;
    warn(data, "numbered-regions",
         fmt::format("no GLORIA_ReadMe workbook with {} regions lies with the data: they are "
                     "numbered R001, R002, ... in the order of the files",
                     layout.regions));
    std::vector<Region> regions;
    for (Index r = 0; r < layout.regions; ++r)
        regions.push_back({fmt::format("R{:03}", r + 1), ""});
    return regions;
}

std::vector<Sector> sectors_of(const Layout& layout, const GloriaReadMe& labels, TableData& data) {
    // Of GLORIA's 120 sectors those up to ISIC section E, which come first, are goods.
    constexpr Index all_sectors = 120;
    constexpr Index goods = 97;
    const bool named = static_cast<Index>(labels.sectors.size()) == layout.sectors;
    if (!named) {
        warn(data, "numbered-sectors",
             fmt::format("no GLORIA_ReadMe workbook with {} sectors lies with the data: they have "
                         "no names{}",
                         layout.sectors,
                         layout.sectors == all_sectors ? "" : " and all count as goods"));
    }
    std::vector<Sector> sectors;
    for (Index i = 0; i < layout.sectors; ++i) {
        const std::string name = named ? labels.sectors[static_cast<std::size_t>(i)] : "";
        const SectorKind kind = layout.sectors != all_sectors
                                    ? (named ? kind_by_name(name) : SectorKind::goods)
                                : i < goods ? SectorKind::goods
                                            : SectorKind::services;
        sectors.push_back({fmt::format("S{:03}", i + 1), name, kind});
    }
    return sectors;
}

/// The six items that GLORIA has, or numbers where there are others.
Names item_names(Index count, const Names& known, const char* otherwise) {
    if (count == static_cast<Index>(known.size())) return known;
    Names names;
    for (Index i = 0; i < count; ++i) names.push_back(fmt::format("{} {}", otherwise, i + 1));
    return names;
}

void set_labels(const Layout& layout, const GloriaReadMe& labels, TableData& data) {
    std::vector<Sector> sectors = sectors_of(layout, labels, data);
    std::vector<Region> regions = regions_of(layout, labels, data);
    Names nodes;
    const Names uses =
        item_names(layout.uses,
                   {"household final consumption", "non-profit institutions serving households",
                    "government final consumption", "gross fixed capital formation",
                    "changes in inventories", "acquisitions less disposals of valuables"},
                   "final use");
    for (const Region& region : regions) {
        for (const Sector& sector : sectors) nodes.push_back(region.code + "_" + sector.code);
        for (const std::string& use : uses) data.final_uses.push_back({region.code, use});
    }
    data.classification =
        Classification::multi_regional(std::move(sectors), std::move(regions), nodes);
    data.value_added_names =
        item_names(layout.components,
                   {"compensation of employees", "taxes on production", "subsidies on production",
                    "net operating surplus", "net mixed income", "consumption of fixed capital"},
                   "value added");
}

std::vector<GridTarget> one_group(Index count) {
    std::vector<GridTarget> targets;
    for (Index i = 0; i < count; ++i) targets.push_back({0, i});
    return targets;
}

/// Rows or columns of T: industries, or products, of all regions are group 0, the others of region
/// r group r + 1.
std::vector<GridTarget> sides_of(const Layout& layout, bool products_first) {
    std::vector<GridTarget> targets;
    for (Index region = 0; region < layout.regions; ++region) {
        for (const bool products : {false, true}) {
            for (Index i = 0; i < layout.sectors; ++i) {
                targets.push_back(products == products_first
                                      ? GridTarget{0, region * layout.sectors + i}
                                      : GridTarget{region + 1, i});
            }
        }
    }
    return targets;
}

/// Reads the uses of products by industries, all regions, into `uses`, and what the industries of
/// each region make, industry x product, into `make` where that is given.
void read_transactions(const Grid& grid, const Layout& layout, MatrixXd& uses,
                       std::vector<MatrixXd>* make) {
    const Index size = 2 * layout.num_nodes();
    if (grid.num_rows() != size || grid.num_columns() != size) {
        throw ParseError(grid.path(), 0, 0, "",
                         fmt::format("{} lines of {} numbers", grid.num_rows(), grid.num_columns()),
                         fmt::format("{} of {}, as value added has columns", size, size));
    }
    const auto groups = static_cast<std::size_t>(make != nullptr ? layout.regions + 1 : 1);
    GridBlocks blocks(groups, std::vector<MatrixXd*>(groups, nullptr));
    uses.resize(layout.num_nodes(), layout.num_nodes());
    blocks[0][0] = &uses;
    std::vector<GridTarget> rows = sides_of(layout, true);
    std::vector<GridTarget> columns = sides_of(layout, false);
    if (make != nullptr) {
        make->assign(static_cast<std::size_t>(layout.regions),
                     MatrixXd::Zero(layout.sectors, layout.sectors));
        for (std::size_t r = 1; r < groups; ++r) blocks[r][r] = &(*make)[r - 1];
    } else {
        for (auto* side : {&rows, &columns}) {
            for (GridTarget& target : *side) target.group = target.group == 0 ? 0 : -1;
        }
    }
    grid.read(rows, columns, blocks);
}

/// What industries buy and pay beyond basic prices, in a row of T each.
void read_product_taxes(const Files& files, const Layout& layout, TableData& data) {
    if (!files.has("T", product_taxes) || !files.has("T", product_subsidies)) {
        note(data, "no-product-taxes",
             "T-Results of taxes (Markup004) and subsidies (Markup005) on products are not both "
             "there: what industries pay of them is in the residual");
        return;
    }
    data.tax_names = {"taxes on products", "subsidies on products"};
    data.T.resize(2, layout.num_nodes());
    // Z has not been read yet: its memory serves.
    for (const int markup : {product_taxes, product_subsidies}) {
        read_transactions(files.open("T", markup), layout, data.Z, nullptr);
        data.T.row(markup - product_taxes) = data.Z.colwise().sum();
    }
}

/// Replaces uses of products by sales of industries, by model D in each region: Z = R U, F = R Y.
void sell_by_market_shares(const Layout& layout, const std::vector<MatrixXd>& make,
                           TableData& data) {
    const Index s = layout.sectors;
    Eigen::RowVectorXd not_made = Eigen::RowVectorXd::Zero(layout.num_nodes());
    double not_made_final = 0.0;
    Index count = 0;
    data.x.resize(layout.num_nodes());
    for (Index r = 0; r < layout.regions; ++r) {
        const MatrixXd& made = make[static_cast<std::size_t>(r)];
        data.x.segment(r * s, s) = made.rowwise().sum();
        for (Index i = 0; i < s; ++i) {
            const Index row = r * s + i;
            const bool used = !data.Z.row(row).isZero(0.0) || !data.F.row(row).isZero(0.0);
            if (made.col(i).sum() != 0.0 || !used) continue;
            not_made += data.Z.row(row);
            not_made_final += data.F.row(row).sum();
            ++count;
        }
        const MatrixXd shares = market_shares(made);
        data.Z.middleRows(r * s, s) = (shares * data.Z.middleRows(r * s, s)).eval();
        data.F.middleRows(r * s, s) = (shares * data.F.middleRows(r * s, s)).eval();
    }
    if (count == 0) return;
    const Index rows = data.T.rows();
    data.T.conservativeResize(rows + 1, layout.num_nodes());
    data.T.row(rows) = not_made;
    data.tax_names.emplace_back("products that nobody makes");
    warn(data, "products-without-make",
         fmt::format("{} products of regions are used but not made there: what industries buy of "
                     "them, {:.6g}, is a row of T; final use of them, {:.6g}, is left out",
                     count, not_made.sum(), not_made_final));
}

TableMeta meta_of(const Files& files) {
    TableMeta meta;
    meta.name = fmt::format("GLORIA {}", files.year());
    meta.year = files.year();
    meta.unit = "thousand US dollars";
    meta.source = fmt::format(
        "Global Resource Input-Output Assessment (GLORIA), edition {}, supply and use at basic "
        "prices",
        files.edition());
    meta.licence = "not stated in the files";
    meta.attribution = "GLORIA, Industrial Ecology Virtual Laboratory";
    meta.classification = "GLORIA";
    meta.changes = "symmetric by model D in each region from supply and use, industry x industry";
    meta.layout = fmt::format("GLORIA csv, edition {} (gloria)", files.edition());
    return meta;
}

/// Reads V, one column per node, and finds the layout by it.
Layout read_value_added(const Files& files, Index num_uses, const GloriaReadMe& labels,
                        TableData& data) {
    const Grid grid = files.open("V", basic_prices);
    if (grid.num_columns() % 2 != 0) {
        throw ParseError(grid.path(), 1, 0, "", fmt::format("{} numbers", grid.num_columns()),
                         "an even number: as many industries as products");
    }
    MatrixXd all(grid.num_rows(), grid.num_columns());
    grid.read(one_group(all.rows()), one_group(all.cols()), {{&all}});
    const Layout layout = find_layout(all, num_uses, labels, grid.path(), data);
    const Index s = layout.sectors;
    data.V.resize(layout.components, layout.num_nodes());
    for (Index r = 0; r < layout.regions; ++r) {
        data.V.middleCols(r * s, s) =
            all.block(r * layout.components, 2 * r * s, layout.components, s);
    }
    return layout;
}

/// Reads F, final uses of products as yet.
void read_final_uses(const Grid& grid, const Layout& layout, TableData& data) {
    if (grid.num_rows() != 2 * layout.num_nodes()) {
        throw ParseError(grid.path(), 0, 0, "", fmt::format("{} lines", grid.num_rows()),
                         fmt::format("{}, as value added has columns", 2 * layout.num_nodes()));
    }
    data.F.resize(layout.num_nodes(), grid.num_columns());
    GridBlocks blocks(static_cast<std::size_t>(layout.regions + 1), {nullptr});
    blocks[0][0] = &data.F;
    grid.read(sides_of(layout, true), one_group(grid.num_columns()), blocks);
}

/// Accounts of industries; what products have is 0 by GLORIA's structure, else left out and noted.
void read_satellites(const Files& files, const Layout& layout, const GloriaReadMe& labels,
                     const std::vector<std::string>& names, const std::string& path,
                     TableData& data) {
    if (!files.has("TQ", basic_prices)) return;
    if (names.empty()) return note_unread_satellites(data);
    std::vector<GridTarget> columns = sides_of(layout, false);
    for (std::size_t c = 0; c < columns.size(); ++c) {
        if (columns[c].group > 0) {
            columns[c] = {1, (columns[c].group - 1) * layout.sectors + columns[c].index};
        }
    }
    SatelliteSelection selection(names);
    std::optional<Grid> of_uses;
    if (files.has("YQ", basic_prices)) of_uses.emplace(files.open("YQ", basic_prices));
    read_gloria_satellites(files.open("TQ", basic_prices), of_uses ? &*of_uses : nullptr, columns,
                           labels, selection, data);
    selection.finish(path, data);
}

IoTable read(const InputSource& source, const ReadOptions& options) {
    if (options.model != SutModel::fixed_product_sales) {
        throw ArgumentError(
            fmt::format("supply and use of GLORIA become a table by model D, not {}",
                        to_string(options.model)));
    }
    const Files files(source, options.year);
    TableData data;
    data.meta = meta_of(files);
    note(data, "sut-model", data.meta.changes);
    const GloriaReadMe labels = read_gloria_read_me(source);
    const Grid final_uses = files.open("Y", basic_prices);
    const Layout layout = read_value_added(files, final_uses.num_columns(), labels, data);
    set_labels(layout, labels, data);
    read_final_uses(final_uses, layout, data);
    read_product_taxes(files, layout, data);
    std::vector<MatrixXd> make;
    read_transactions(files.open("T", basic_prices), layout, data.Z, &make);
    sell_by_market_shares(layout, make, data);
    read_satellites(files, layout, labels, options.accounts, source.path(), data);
    return closed_table(std::move(data), source.path(), options.acceptance);
}

}  // namespace

TableFormat formats::gloria() {
    return {"gloria", "GLORIA: T-, Y- and V-Results csv, with or without its ReadMe workbook",
            recognises, read};
}

}  // namespace narrows
