#include "host/report/ranking_netcdf.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include <Eigen/Core>
#include <fmt/format.h>

#include "host/base/netcdf_file.hpp"

namespace narrows {
namespace {

using Slice = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();

/// The number of every code or name.
std::unordered_map<std::string, Index> numbered(const std::vector<std::string>& names) {
    std::unordered_map<std::string, Index> numbers;
    for (const std::string& name : names) {
        numbers.emplace(name, static_cast<Index>(numbers.size()));
    }
    return numbers;
}

/// Calls `use` with what every row says in a column.
template <class Value, class Use>
void each_value(const Sheet& sheet, const std::string& key, Use use) {
    const auto column = std::find_if(sheet.columns.begin(), sheet.columns.end(),
                                     [&](const Column& each) { return each.key == key; });
    const auto at = static_cast<std::size_t>(column - sheet.columns.begin());
    for (const std::vector<Cell>& row : sheet.rows) use(std::get<Value>(row.at(at)));
}

}  // namespace

RankingNetcdf::RankingNetcdf(const std::filesystem::path& path, const std::string& shown,
                             GridAxes axes)
    : file_(std::make_unique<NcFile>(path, shown)),
      axes_(std::move(axes)),
      product_numbers_(numbered(axes_.products)),
      coalition_numbers_(numbered(axes_.coalitions)) {
    const NcFile& file = *file_;
    file.attribute("Conventions", "CF-1.8");
    file.attribute("format", "narrows.rank_grid/1");
    file.coordinate("home", axes_.homes, "region whose GDP is at risk");
    file.dimension("share", axes_.shares.size());
    const int share = file.define("share", NC_DOUBLE, {"share"});
    file.attribute("long_name", "share of deliveries blocked", share);
    file.attribute("units", "1", share);
    file.check(nc_put_var_double(file.id(), share, axes_.shares.data()), "share");
    file.coordinate("product", axes_.products, "withheld product");
    file.coordinate("coalition", axes_.coalitions, "origins that withhold together");
    gdp_ = file.define("gdp", NC_DOUBLE, {"home"});
    file.attribute("long_name", "gross domestic product", gdp_);
    file.attribute("units", axes_.unit, gdp_);
    const char* flow = axes_.unit.c_str();
    define("blocked", flow, "blocked imports for intermediate use");
    define("gar_linear", flow, "low-loss end of GDP at risk");
    define("gar", flow, "GDP at risk at lambda");
    define("gar_tail", flow, "GDP at risk at tail_lambda");
    define("error_bound", flow, "bound on the error of GDP at risk");
    define("leverage", "1", "GDP at risk per unit of blocked imports");
    if (axes_.weighted) define("weighted", flow, "GDP at risk times the weights of sets");
    if (axes_.scope == "world") define("world", flow, "GDP at risk of all regions together");
}

RankingNetcdf::~RankingNetcdf() = default;

void RankingNetcdf::define(const std::string& key, const char* unit, const char* description) {
    const char* name = key.c_str();
    const int id = file_->define(name, NC_DOUBLE, {"home", "share", "product", "coalition"});
    const std::array<std::size_t, 4> slice{1, 1, axes_.products.size(), axes_.coalitions.size()};
    file_->check(nc_def_var_chunking(file_->id(), id, NC_CHUNKED, slice.data()), name);
    file_->check(nc_def_var_deflate(file_->id(), id, 1, 1, 1), name);
    file_->check(nc_def_var_fill(file_->id(), id, NC_FILL, &nothing), name);
    file_->attribute("long_name", description, id);
    file_->attribute("units", unit, id);
    variables_.push_back({key, id});
}

void RankingNetcdf::add(const GridRanking& ranking) {
    const Sheet& sheet = ranking.report.sheets.front();
    std::vector<Index> products;
    std::vector<Index> coalitions;
    each_value<std::string>(sheet, "product", [&](const std::string& code) {
        products.push_back(product_numbers_.at(code));
    });
    each_value<std::string>(sheet, "coalition_name", [&](const std::string& name) {
        coalitions.push_back(coalition_numbers_.at(name));
    });
    Slice slice(static_cast<Index>(axes_.products.size()),
                static_cast<Index>(axes_.coalitions.size()));
    const std::array<std::size_t, 4> start{ranking.home, ranking.share, 0, 0};
    const std::array<std::size_t, 4> size{1, 1, axes_.products.size(), axes_.coalitions.size()};
    for (const Variable& variable : variables_) {
        slice.setConstant(nothing);
        std::size_t row = 0;
        each_value<double>(sheet, variable.key, [&](double value) {
            slice(products[row], coalitions[row]) = value;
            ++row;
        });
        file_->check(
            nc_put_vara_double(file_->id(), variable.id, start.data(), size.data(), slice.data()),
            variable.key);
    }
    const double gdp = std::get<double>(field_of(ranking.report, "gdp"));
    file_->check(nc_put_var1_double(file_->id(), gdp_, &ranking.home, &gdp), "gdp");
}

void RankingNetcdf::close(const RunRecord& run) {
    file_->attribute("title", run.year != 0
                                  ? fmt::format("Choke points, {} ({})", run.table, run.year)
                                  : "Choke points, " + run.table);
    // A path on the command line need not be UTF-8.
    file_->attribute(
        "run_record",
        run.to_json().dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
    file_->close();
}

}  // namespace narrows
