// structure: what links two sectors and what one coefficient matters, pair by pair.
#include <functional>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "host/analysis/largest_flows.hpp"
#include "host/base/error.hpp"
#include "host/cli/commands.hpp"
#include "host/cli/options.hpp"
#include "host/model/influence.hpp"
#include "host/model/linkages.hpp"

namespace narrows::cli {
namespace {

struct StructureOptions {
    TableOptions table;
    std::string measure = "apl";
    std::string from, to;  // labels; empty: every sector
    std::int64_t top = -1;
    bool matrix = false;
    std::optional<double> change;  // of a coefficient
    std::optional<double> share;   // that output moves by
    OutputOptions output;
    BackendOptions backend;
};

constexpr double default_share = 0.01;
constexpr std::int64_t default_pairs = 100;  // of n^2, where the user names no number

/// A figure of seller and buyer.
struct PairColumn {
    Column column;
    std::function<Cell(Index, Index)> value;
};

/// A measure of all pairs.
struct Measured {
    Eigen::MatrixXd order;        // pairs with the largest come first; 0 or NaN: left out
    std::size_t main_column = 0;  // what --matrix shows
    std::vector<PairColumn> columns;
    std::vector<Field> fields;
    std::string note;
};

Measured propagation_lengths(const LeontiefModel& model) {
    const auto found =
        std::make_shared<const PropagationLengths>(average_propagation_lengths(model));
    Measured result;
    result.order = found->linkage;
    result.columns = {{{"linkage", "linkage", Style::coefficient},
                       [found](Index i, Index j) { return found->linkage(i, j); }},
                      {{"apl", "steps", Style::coefficient},
                       [found](Index i, Index j) { return found->length(i, j); }}};
    result.main_column = 1;
    result.note =
        "linkage: output of the seller that a unit of final demand for the buyer calls forth, the "
        "unit itself left out. steps: transactions that takes on average; 1: all is bought "
        "directly.";
    return result;
}

Measured influences(const StructureOptions& options, const IoTable& table,
                    const LeontiefModel& model) {
    const Influence found = influence(model);
    const double gdp = table.value_added().sum();
    Measured result;
    result.order = found.total();
    result.columns = {
        {{"influence", "influence", Style::coefficient},
         [found](Index i, Index j) { return found.total(i, j); }},
        {{"gdp_sensitivity", "dGDP/da", Style::flow},
         [found](Index i, Index j) { return found.of_gdp(i, j); }},
        {{"gdp_elasticity", "elasticity", Style::bound}, [found, gdp, &model](Index i, Index j) {
             return found.of_gdp(i, j) * model.coefficients().A(i, j) / gdp;
         }}};
    result.fields = {{"gdp", "GDP", Style::flow, gdp}};
    result.note =
        "influence: sum of dL over d of the coefficient (Sonis & Hewings). dGDP/da: GDP by unit of "
        "the coefficient; elasticity: GDP in percent by percent of it, final demand as it is.";
    if (!options.change) return result;
    const double change = *options.change;
    result.fields.push_back({"change", "change of a coefficient", Style::text, change});
    const auto exact = [change, &table, &model](Index i, Index j) {
        try {
            return with_feedback(model, i, j, change);
        } catch (const NumericalError& error) {
            const auto& labels = table.classification().labels();
            const auto label = [&](Index k) { return labels[static_cast<std::size_t>(k)]; };
            throw NumericalError(label(i) + " > " + label(j) + ": " + error.what(),
                                 {label(i), label(j)});
        }
    };
    result.columns.push_back({{"output_change", "output +", Style::flow}, [=](Index i, Index j) {
                                  return exact(i, j) * found.of_output(i, j);
                              }});
    result.columns.push_back({{"gdp_change", "GDP +", Style::flow},
                              [=](Index i, Index j) { return exact(i, j) * found.of_gdp(i, j); }});
    return result;
}

Measured important_coefficients(const StructureOptions& options, const IoTable& table,
                                const LeontiefModel& model) {
    const double share = options.share.value_or(default_share);
    const auto found = std::make_shared<const TolerableLimits>(tolerable_limits(model, share));
    const Eigen::MatrixXd& a = model.coefficients().A;
    Measured result;
    result.order = a.cwiseQuotient(found->limit);
    result.columns = {{{"limit", "limit", Style::bound},
                       [found](Index i, Index j) { return found->limit(i, j); }},
                      {{"relative_limit", "of coefficient", Style::percent},
                       [found, &a](Index i, Index j) {
                           return a(i, j) != 0.0 ? Cell(found->limit(i, j) / a(i, j)) : Cell();
                       }},
                      {{"first_moved", "first moves"}, [found, &table](Index i, Index) {
                           const Index moved = found->first_moved[static_cast<std::size_t>(i)];
                           return moved < 0 ? Cell() : Cell(table.classification().label(moved));
                       }}};
    result.main_column = 1;
    result.fields = {{"share", "output moves by", Style::percent, share}};
    result.note =
        "limit: the smallest growth of the coefficient that moves some sector's output by the "
        "share above; of coefficient: that over the coefficient. The smaller, the more important.";
    return result;
}

Measured measured(const StructureOptions& options, const IoTable& table,
                  const LeontiefModel& model) {
    if (options.measure == "apl") return propagation_lengths(model);
    if (options.measure == "influence") return influences(options, table, model);
    return important_coefficients(options, table, model);
}

/// The pairs that are shown, in order.
std::vector<Flow> pairs_of(const StructureOptions& options, const Classification& classes,
                           Eigen::MatrixXd& order) {
    if (!options.from.empty() && !options.to.empty()) {
        return {{classes.node(options.from), classes.node(options.to)}};
    }
    Eigen::MatrixXd chosen;
    if (!options.from.empty()) {
        const Index seller = classes.node(options.from);
        chosen = Eigen::MatrixXd::Zero(order.rows(), order.cols());
        chosen.row(seller) = order.row(seller);
    } else if (!options.to.empty()) {
        const Index buyer = classes.node(options.to);
        chosen = Eigen::MatrixXd::Zero(order.rows(), order.cols());
        chosen.col(buyer) = order.col(buyer);
    }
    const auto count = static_cast<std::size_t>(options.top >= 0 ? options.top : default_pairs);
    return largest_flows(chosen.size() > 0 ? chosen : order, count);
}

Sheet pair_sheet(const Classification& classes, const LeontiefModel& model,
                 const std::vector<Flow>& pairs, const Measured& measure) {
    Sheet sheet{
        "rows", "", {{"from", "from"}, {"to", "to"}, {"coefficient", "a", Style::coefficient}}, {}};
    for (const PairColumn& each : measure.columns) sheet.columns.push_back(each.column);
    for (const Flow& pair : pairs) {
        std::vector<Cell> row = cells_of(classes.label(pair.seller), classes.label(pair.buyer),
                                         model.coefficients().A(pair.seller, pair.buyer));
        for (const PairColumn& each : measure.columns) {
            row.push_back(each.value(pair.seller, pair.buyer));
        }
        sheet.rows.push_back(std::move(row));
    }
    return sheet;
}

Sheet matrix_sheet(const Classification& classes, const PairColumn& shown) {
    Sheet sheet{"rows", "", {{"from", "from"}}, {}};
    for (const std::string& label : classes.labels()) {
        sheet.columns.push_back({label, label, shown.column.style});
    }
    for (Index i = 0; i < classes.num_nodes(); ++i) {
        std::vector<Cell> row = cells_of(classes.label(i));
        for (Index j = 0; j < classes.num_nodes(); ++j) row.push_back(shown.value(i, j));
        sheet.rows.push_back(std::move(row));
    }
    return sheet;
}

/// What can be refused before a table is read.
void check(const StructureOptions& options) {
    parse_output_format(options.output.format);
    if (options.change && options.measure != "influence") {
        throw ArgumentError("--change: is for --measure influence, not " + options.measure);
    }
    if (!options.share) return;
    if (options.measure != "important") {
        throw ArgumentError("--share: is for --measure important, not " + options.measure);
    }
    if (!(*options.share > 0.0 && *options.share <= 1.0)) {
        throw ArgumentError(
            fmt::format("--share: found {}, expected a number above 0, at most 1", *options.share));
    }
}

void run_structure(const StructureOptions& options) {
    check(options);
    const IoTable table = open_table(options.table);
    const Classification& classes = table.classification();
    for (const std::string& label : {options.from, options.to}) {
        if (!label.empty()) classes.node(label);
    }
    ModelRun run = start_model("structure", options.table.name, table, options.backend);
    Measured measure = measured(options, table, run.model);
    Document document;
    document.schema = "narrows.structure/1";
    document.title = "Structure of " + title_of(table);
    document.fields = {{"unit", "flows in", Style::text, table.meta().unit},
                       {"measure", "measure", Style::text, options.measure}};
    for (Field& field : measure.fields) document.fields.push_back(std::move(field));
    document.sheets.push_back(
        options.matrix ? matrix_sheet(classes, measure.columns[measure.main_column])
                       : naming_table(options.table.name, [&] {
                             return pair_sheet(classes, run.model,
                                               pairs_of(options, classes, measure.order), measure);
                         }));
    if (options.top < 0 && !options.matrix) document.text_rows = 30;
    document.notes = {std::move(measure.note)};
    run.record.parameters = {{"measure", options.measure},
                             {"from", options.from},
                             {"to", options.to},
                             {"matrix", options.matrix}};
    if (options.change) run.record.parameters["change"] = *options.change;
    if (options.measure == "important") {
        run.record.parameters["share"] = options.share.value_or(default_share);
    }
    document.run = run.finished();
    print(std::move(document), options.output);
}

}  // namespace

void add_structure(CLI::App& app) {
    const auto options = std::make_shared<StructureOptions>();
    CLI::App* command = app.add_subcommand(
        "structure",
        "Pairs of sectors: how far apart they are, what a change of their coefficient does");
    add_table_argument(*command, options->table);
    command
        ->add_option("--measure", options->measure,
                     "apl: average propagation lengths; influence: fields of influence and what "
                     "GDP makes of a change; important: coefficients with the smallest tolerable "
                     "change")
        ->type_name("apl|influence|important")
        ->check(one_of({"apl", "influence", "important"}))
        ->capture_default_str();
    CLI::Option* from =
        command->add_option("--from", options->from, "only this seller")->type_name("SECTOR");
    CLI::Option* to =
        command->add_option("--to", options->to, "only this buyer")->type_name("SECTOR");
    CLI::Option* top =
        command
            ->add_option("--top", options->top,
                         fmt::format("the first N pairs; default: {}", default_pairs))
            ->type_name("N")
            ->check(whole_number(0));
    command->add_flag("--matrix", options->matrix, "print the measure as a matrix, seller by buyer")
        ->excludes(from)
        ->excludes(to)
        ->excludes(top);
    command
        ->add_option("--change", options->change,
                     "influence: also the exact effect of this change of a coefficient")
        ->type_name("NUMBER")
        ->check(number());
    command
        ->add_option("--share", options->share,
                     fmt::format("important: share of its output that some sector is moved by; "
                                 "default: {}",
                                 default_share))
        ->type_name("SHARE")
        ->check(number());
    add_backend_options(*command, options->backend);
    add_output_options(*command, options->output);
    command->callback([options] { run_structure(*options); });
}

}  // namespace narrows::cli
