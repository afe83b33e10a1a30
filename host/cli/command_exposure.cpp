// exposure: where the inputs of home's sectors come from, through the whole chain.
#include <memory>

#include "host/analysis/exposure.hpp"
#include "host/cli/commands.hpp"
#include "host/cli/options.hpp"
#include "host/cli/set_options.hpp"
#include "host/report/page_facts.hpp"
#include "host/report/set_report.hpp"

namespace narrows::cli {
namespace {

struct ExposureOptions {
    TableOptions table;
    std::string home;
    std::string matrix;  // empty: a summary by sector
    bool with_own_output = false;
    SetOptions sets;
    OutputOptions output;
    BackendOptions backend;
};

/// One row per sector of home, one column per region.
Sheet matrix(const IoTable& table, const HomeExposure& exposure, const ExposureOptions& options) {
    Sheet sheet{"rows", "", {{"sector", "sector"}}, {}};
    const Classification& classes = table.classification();
    for (const Region& region : classes.regions()) {
        sheet.columns.push_back({region.code, region.code, Style::percent});
    }
    const RegionShares& shares =
        options.with_own_output ? exposure.with_own_output : exposure.of_inputs;
    for (std::size_t i = 0; i < exposure.users.size(); ++i) {
        const auto u = static_cast<Index>(i);
        std::vector<Cell> row = cells_of(classes.sector(classes.sector_of(exposure.users[i])).code);
        for (Index c = 0; c < shares.look_through.cols(); ++c) {
            const double through = shares.look_through(u, c);
            const double direct = shares.face_value(u, c);
            row.emplace_back(options.matrix == "face-value" ? direct
                             : options.matrix == "hidden"   ? through - direct
                                                            : through);
        }
        sheet.rows.push_back(std::move(row));
    }
    return sheet;
}

/// What the sets leave of it, in the order of their weights. Throws ArgumentError where that is
/// nothing.
HomeExposure chosen(const IoTable& table, HomeExposure exposure, const SetSelection& sets,
                    const Eigen::VectorXd& weights, const ExposureOptions& options) {
    if (sets.has_weights()) exposure = by_weight(exposure, table.classification(), weights);
    if (!sets.has_filter()) return exposure;
    exposure = of_sectors(exposure, table.classification(), sets.products());
    if (exposure.users.empty()) {
        throw ArgumentError("--only-sets: " + options.home + " has no sector of " +
                            in_quotes(options.sets.only));
    }
    return exposure;
}

void run_exposure(const ExposureOptions& options) {
    parse_output_format(options.output.format);
    const IoTable table = open_table(options.table);
    if (!table.is_multi_regional()) {
        throw ArgumentError("a national table knows no origins: exposure needs a world table");
    }
    const Index home = table.classification().region(options.home);
    const SetSelection sets = set_selection(options.sets, table.classification().sectors());
    ModelRun run = start_model("exposure", options.table.name, table, options.backend);
    const Eigen::VectorXd weights = sets.product_weights(table.classification().sectors().size());
    const HomeExposure exposure =
        chosen(table, home_exposure(table, options.home, run.model), sets, weights, options);

    Document document;
    document.schema = "narrows.exposure/1";
    document.title = "Exposure of " + options.home + ", " + title_of(table);
    document.run = run.finished();
    document.run.parameters = {
        {"home", options.home},
        {"matrix", options.matrix.empty() ? nlohmann::ordered_json()
                                          : nlohmann::ordered_json(options.matrix)},
        {"with_own_output", options.with_own_output}};
    record_sets(document.run.parameters, options.sets, sets);
    document.fields = {{"home", "", Style::text, options.home}};
    add_sets(document, sets, table.classification().sectors(), "");
    document.sheets.push_back(options.matrix.empty()
                                  ? exposure_sheet(table, exposure, home, weights)
                                  : matrix(table, exposure, options));
    document.notes = {
        options.matrix.empty()
            ? "Shares of all inputs, direct ones and those through the chain of suppliers; hidden: "
              "the second less the first. HHI and most from: among foreign inputs through the "
              "chain."
            : "Shares of every region; rows of look-through and face value sum to 1."};
    if (options.output.with_report()) {
        document.structures["report"] = report_facts(table);
        document.structures["report"]["origins"] = exposure_matrices(table, exposure);
    }
    print(std::move(document), options.output);
}

}  // namespace

void add_exposure(CLI::App& app) {
    const auto options = std::make_shared<ExposureOptions>();
    CLI::App* command = app.add_subcommand(
        "exposure", "Where a country's inputs come from, at face value and through the chain");
    add_table_argument(*command, options->table);
    command->add_option("--home", options->home, "region whose sectors are looked at")
        ->type_name("CODE")
        ->required();
    CLI::Option* matrix =
        command
            ->add_option("--matrix", options->matrix,
                         "print a matrix, sectors by origins, of one of these measures")
            ->type_name("look-through|face-value|hidden")
            ->check(one_of({"look-through", "face-value", "hidden"}));
    command->add_flag("--with-own-output", options->with_own_output,
                      "--matrix with the unit of own output, not of inputs only");
    add_set_options(
        *command, options->sets, "only sectors of these sets",
        "sectors go by foreign inputs through the chain times the weights of their sets");
    add_backend_options(*command, options->backend);
    add_output_options(*command, options->output);
    add_report_option(*command, options->output)->excludes(matrix);
    command->callback([options] { run_exposure(*options); });
}

}  // namespace narrows::cli
