#include "host/report/shock_paths.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include <fmt/format.h>

#include "host/base/netcdf_file.hpp"
#include "host/base/output.hpp"
#include "host/shock/set_losses.hpp"

namespace narrows {
namespace {

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();

const std::string& case_name(const ShockResults& results, Index of_case) {
    return results.batch.cases[static_cast<std::size_t>(of_case)];
}

const std::string& model_name(const ShockResults& results, Index model) {
    return results.table.models()[static_cast<std::size_t>(model)];
}

Index kept_days(const ShockResults& results, const PathSelection& selection) {
    return (results.batch.days + selection.every - 1) / selection.every;
}

std::vector<std::string> labels(const ShockEconomy& economy, const std::vector<Index>& nodes) {
    std::vector<std::string> result;
    for (const Index node : nodes) result.push_back(economy.label(node));
    return result;
}

std::vector<Index> all_nodes(const ShockEconomy& economy) {
    std::vector<Index> nodes;
    for (Index node = 0; node < economy.num_nodes(); ++node) nodes.push_back(node);
    return nodes;
}

}  // namespace

std::string path_header(const ShockResults& results, const PathSelection& selection) {
    std::string text = "case,model,day,value_added";
    for (const std::string& label : labels(results.economy, selection.nodes)) {
        text += "," + csv_field(label);
    }
    return text + "\n";
}

std::string path_rows(const ShockResults& results, const PathSelection& selection, Index of_case,
                      Index model, const InventoryPath& path) {
    std::string text;
    for (Index kept = 0; kept < path.output.cols(); ++kept) {
        const Index day = kept * selection.every;
        text += fmt::format("{},{},{},{}", csv_field(case_name(results, of_case)),
                            model_name(results, model), day, path.value_added[day]);
        for (const Index node : selection.nodes) {
            text += fmt::format(",{}", path.output(node, kept));
        }
        text += "\n";
    }
    return text;
}

nlohmann::ordered_json path_json(const ShockResults& results, const PathSelection& selection,
                                 Index of_case, Index model, const InventoryPath& path) {
    auto days = nlohmann::ordered_json::array();
    auto value_added = nlohmann::ordered_json::array();
    auto output = nlohmann::ordered_json::object();
    for (Index kept = 0; kept < path.output.cols(); ++kept) {
        days.push_back(kept * selection.every);
        value_added.push_back(path.value_added[kept * selection.every]);
    }
    for (const Index node : selection.nodes) {
        auto of_node = nlohmann::ordered_json::array();
        for (Index kept = 0; kept < path.output.cols(); ++kept) {
            of_node.push_back(path.output(node, kept));
        }
        output[results.economy.label(node)] = std::move(of_node);
    }
    return {{"case", case_name(results, of_case)},
            {"model", model_name(results, model)},
            {"days", std::move(days)},
            {"value_added", std::move(value_added)},
            {"output", std::move(output)}};
}

ShockNetcdf::ShockNetcdf(const std::filesystem::path& path, const std::string& shown,
                         const ShockResults& results, const PathSelection* selection)
    : file_(std::make_unique<NcFile>(path, shown)), with_paths_(selection != nullptr) {
    file_->attribute("Conventions", "CF-1.8");
    file_->attribute("format", "narrows.shock/1");
    file_->coordinate("case", results.batch.cases, "case of the scenario");
    file_->coordinate("model", results.table.models(), "model");
    file_->coordinate("sector", labels(results.economy, all_nodes(results.economy)), "node");
    const char* unit = results.unit.c_str();
    for (const std::string& parameter : results.batch.parameters) {
        define(("parameter_" + parameter).c_str(), {"case"}, "1", parameter.c_str());
    }
    define("value_added_loss", {"case", "model"}, unit, "loss of value added over `years`");
    define("output_loss", {"case", "model"}, unit, "loss of output over `years`");
    define("years", {"case", "model"}, "year", "time that losses are added up over");
    define("unmet_demand", {"case", "model"}, unit, "final demand that is not served");
    define("peak_share", {"case", "model"}, "1", "largest loss of value added in a day");
    define("peak_day", {"case", "model"}, "day", "day of the largest loss");
    if (results.table.num_accounts() > 0) {
        std::vector<std::string> names;
        std::vector<std::string> units;
        for (const AccountIntensity& account : results.table.accounts()) {
            names.push_back(account.name);
            units.push_back(account.unit);
        }
        file_->coordinate("account", names, "satellite account");
        file_->texts("account_unit", "account", units, "unit of a satellite account");
        define("account_loss", {"case", "model", "account"}, "account_unit",
               "loss of a satellite account over `years`");
    }
    if (results.table.num_nodes() > 0) {
        define("value_added_loss_by_sector", {"model", "sector"}, unit, "mean over the cases");
        define("output_loss_by_sector", {"model", "sector"}, unit, "mean over the cases");
    }
    if (!results.sets.sets.empty()) {
        std::vector<std::string> names;
        for (const Index set : shown_sets(results.sets)) {
            names.push_back(results.sets.sets[static_cast<std::size_t>(set)].name);
        }
        file_->coordinate("set", names, "named set of sectors");
        define("value_added_loss_by_set", {"case", "model", "set"}, unit, "sum over its sectors");
    }
    if (results.sets.has_weights()) {
        define("weighted_loss", {"case", "model"}, unit, "losses times the weights of sets");
    }
    if (!with_paths_) return;
    selection_ = *selection;
    num_days_ = kept_days(results, selection_);
    file_->dimension("day", static_cast<std::size_t>(num_days_));
    const int day = file_->define("day", NC_DOUBLE, {"day"});
    file_->attribute("long_name", "days from the start", day);
    std::vector<double> days;
    for (Index kept = 0; kept < num_days_; ++kept) {
        days.push_back(static_cast<double>(kept * selection_.every));
    }
    file_->check(nc_put_var_double(file_->id(), day, days.data()), "day");
    file_->coordinate("path_sector", labels(results.economy, selection_.nodes), "node of a path");
    define("value_added", {"case", "model", "day"}, unit, "value added of a day");
    define("output", {"case", "model", "day", "path_sector"}, unit, "output of a day");
}

ShockNetcdf::~ShockNetcdf() = default;

void ShockNetcdf::define(const char* name, const std::vector<std::string>& dimensions,
                         const char* unit, const char* description) {
    const int id = file_->define(name, NC_DOUBLE, dimensions);
    if (dimensions.size() > 2) file_->check(nc_def_var_deflate(file_->id(), id, 1, 1, 1), name);
    file_->check(nc_def_var_fill(file_->id(), id, NC_FILL, &nothing), name);
    file_->attribute("long_name", description, id);
    file_->attribute("units", unit, id);
}

int ShockNetcdf::variable(const std::string& name) const {
    int id = -1;
    file_->check(nc_inq_varid(file_->id(), name.c_str(), &id), name);
    return id;
}

void ShockNetcdf::add_path(Index of_case, Index model, const InventoryPath& path) {
    if (path.output.cols() == 0) return;  // a model without days
    const auto c = static_cast<std::size_t>(of_case);
    const auto m = static_cast<std::size_t>(model);
    const auto days = static_cast<std::size_t>(num_days_);
    Eigen::VectorXd value_added(num_days_);
    for (Index kept = 0; kept < num_days_; ++kept) {
        value_added[kept] = path.value_added[kept * selection_.every];
    }
    const std::array<std::size_t, 4> start{c, m, 0, 0};
    const std::array<std::size_t, 4> size{1, 1, days, selection_.nodes.size()};
    file_->check(nc_put_vara_double(file_->id(), variable("value_added"), start.data(), size.data(),
                                    value_added.data()),
                 "value_added");
    const Eigen::MatrixXd output = path.output(selection_.nodes, Eigen::all);
    file_->check(nc_put_vara_double(file_->id(), variable("output"), start.data(), size.data(),
                                    output.data()),
                 "output");
}

void ShockNetcdf::put_sets(const ShockResults& results, Index model) {
    const auto num_done = static_cast<std::size_t>(results.num_done);
    const auto num_sets = static_cast<Index>(shown_sets(results.sets).size());
    for (Index sum = 0; sum < num_sets + (results.sets.has_weights() ? 1 : 0); ++sum) {
        const char* name = sum < num_sets ? "value_added_loss_by_set" : "weighted_loss";
        const std::array<std::size_t, 3> start{0, static_cast<std::size_t>(model),
                                               sum < num_sets ? static_cast<std::size_t>(sum) : 0};
        const std::array<std::size_t, 3> size{num_done, 1, 1};
        const Eigen::VectorXd values = results.table.value_added_sums(sum, model, results.num_done);
        file_->check(nc_put_vara_double(file_->id(), variable(name), start.data(), size.data(),
                                        values.data()),
                     name);
    }
}

void ShockNetcdf::close(const ShockResults& results, const RunRecord& run) {
    const auto num_done = static_cast<std::size_t>(results.num_done);
    const auto put = [&](const std::string& name, std::size_t first, std::size_t second,
                         const std::array<std::size_t, 2>& size, const Eigen::VectorXd& values) {
        const std::array<std::size_t, 2> start{first, second};
        file_->check(nc_put_vara_double(file_->id(), variable(name), start.data(), size.data(),
                                        values.data()),
                     name);
    };
    for (std::size_t v = 0; v < results.batch.parameters.size(); ++v) {
        const Eigen::VectorXd values =
            results.batch.values.row(static_cast<Index>(v)).head(results.num_done);
        put("parameter_" + results.batch.parameters[v], 0, 0, {num_done, 0}, values);
    }
    constexpr std::pair<const char*, ShockTable::Measure> totals[] = {
        {"value_added_loss", ShockTable::value_added_loss},
        {"output_loss", ShockTable::output_loss},
        {"years", ShockTable::years},
        {"unmet_demand", ShockTable::unmet_demand},
        {"peak_share", ShockTable::peak_share},
        {"peak_day", ShockTable::peak_day}};
    for (Index m = 0; m < results.table.num_models(); ++m) {
        const auto model = static_cast<std::size_t>(m);
        for (const auto& [name, measure] : totals) {
            put(name, 0, model, {num_done, 1}, results.table.totals(measure, m, results.num_done));
        }
        put_sets(results, m);
        for (Index k = 0; k < results.table.num_accounts(); ++k) {
            const std::array<std::size_t, 3> start{0, model, static_cast<std::size_t>(k)};
            const std::array<std::size_t, 3> size{num_done, 1, 1};
            const Eigen::VectorXd losses = results.table.account_losses(k, m, results.num_done);
            file_->check(nc_put_vara_double(file_->id(), variable("account_loss"), start.data(),
                                            size.data(), losses.data()),
                         "account_loss");
        }
        if (results.table.num_nodes() == 0) continue;
        const auto nodes = static_cast<std::size_t>(results.table.num_nodes());
        put("value_added_loss_by_sector", model, 0, {1, nodes},
            results.table.mean_value_added_loss(m, results.num_done));
        put("output_loss_by_sector", model, 0, {1, nodes},
            results.table.mean_output_loss(m, results.num_done));
    }
    file_->attribute("title", results.scenario.name);
    file_->attribute(
        "run_record",
        run.to_json().dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
    file_->close();
}

}  // namespace narrows
