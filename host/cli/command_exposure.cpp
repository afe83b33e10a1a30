// exposure: where the inputs of home's sectors come from, through the whole chain.
#include <memory>

#include "host/analysis/exposure.hpp"
#include "host/cli/commands.hpp"
#include "host/cli/options.hpp"

namespace narrows::cli {
namespace {

struct ExposureOptions {
    TableOptions table;
    std::string home;
    std::string matrix;  // empty: a summary by sector
    bool with_own_output = false;
    OutputOptions output;
    BackendOptions backend;
};

/// Share of all regions but home.
double foreign(const Eigen::MatrixXd& shares, Index user, Index home) {
    return shares.row(user).sum() - shares(user, home);
}

/// One row per sector of home.
Sheet summary(const IoTable& table, const HomeExposure& exposure, Index home) {
    Sheet sheet{"rows",
                "",
                {{"sector", "sector"},
                 {"face_value", "foreign inputs", Style::percent},
                 {"look_through", "through the chain", Style::percent, "", true},
                 {"hidden", "hidden", Style::percent},
                 {"concentration", "HHI", Style::coefficient},
                 {"largest_origin", "most from"},
                 {"largest_share", "share of foreign", Style::percent},
                 {"face_value_with_own_output", "with own output", Style::percent},
                 {"look_through_with_own_output", "through the chain", Style::percent}},
                {}};
    const Classification& classes = table.classification();
    for (std::size_t i = 0; i < exposure.users.size(); ++i) {
        const auto u = static_cast<Index>(i);
        const RegionShares& inputs = exposure.of_inputs;
        const double face_value = foreign(inputs.face_value, u, home);
        const double look_through = foreign(inputs.look_through, u, home);
        Eigen::VectorXd others = inputs.look_through.row(u).transpose();
        const std::optional<double> concentration = foreign_concentration(others, home);
        others[home] = 0.0;
        Index largest = 0;
        const double share = others.maxCoeff(&largest);
        const bool any = concentration.has_value();
        sheet.rows.push_back(
            cells_of(classes.sector(classes.sector_of(exposure.users[i])).code, face_value,
                     look_through, look_through - face_value, any ? Cell(*concentration) : Cell(),
                     any ? Cell(classes.regions()[static_cast<std::size_t>(largest)].code) : Cell(),
                     any ? Cell(share / others.sum()) : Cell(),
                     foreign(exposure.with_own_output.face_value, u, home),
                     foreign(exposure.with_own_output.look_through, u, home)));
    }
    return sheet;
}

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

void run_exposure(const ExposureOptions& options) {
    parse_output_format(options.output.format);
    const IoTable table = open_table(options.table);
    if (!table.is_multi_regional()) {
        throw ArgumentError("a national table knows no origins: exposure needs a world table");
    }
    const Index home = table.classification().region(options.home);
    ModelRun run = start_model("exposure", options.table.name, table, options.backend);
    const HomeExposure exposure = home_exposure(table, options.home, run.model);

    Document document;
    document.schema = "narrows.exposure/1";
    document.title = "Exposure of " + options.home + ", " + title_of(table);
    document.run = run.finished();
    document.run.parameters = {
        {"home", options.home},
        {"matrix", options.matrix.empty() ? nlohmann::ordered_json()
                                          : nlohmann::ordered_json(options.matrix)},
        {"with_own_output", options.with_own_output}};
    document.fields = {{"home", "", Style::text, options.home}};
    document.sheets.push_back(options.matrix.empty() ? summary(table, exposure, home)
                                                     : matrix(table, exposure, options));
    document.notes = {
        options.matrix.empty()
            ? "Shares of all inputs, direct ones and those through the chain of suppliers; hidden: "
              "the second less the first. HHI and most from: among foreign inputs through the "
              "chain."
            : "Shares of every region; rows of look-through and face value sum to 1."};
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
    command
        ->add_option("--matrix", options->matrix,
                     "print a matrix, sectors by origins, of one of these measures")
        ->type_name("look-through|face-value|hidden")
        ->check(one_of({"look-through", "face-value", "hidden"}));
    command->add_flag("--with-own-output", options->with_own_output,
                      "--matrix with the unit of own output, not of inputs only");
    add_backend_options(*command, options->backend);
    add_output_options(*command, options->output);
    command->callback([options] { run_exposure(*options); });
}

}  // namespace narrows::cli
