// exports: whose value added a country's exports hold.
#include <memory>

#include "host/analysis/export_content.hpp"
#include "host/base/error.hpp"
#include "host/cli/commands.hpp"
#include "host/cli/options.hpp"

namespace narrows::cli {
namespace {

struct ExportsOptions {
    TableOptions table;
    std::string home;
    std::string matrix;  // empty: a summary by sector
    OutputOptions output;
    BackendOptions backend;
};

double share_of(double part, double whole) {
    return whole != 0.0 ? part / whole : 0.0;
}

Sheet summary(const IoTable& table, const ExportContent& content) {
    const Classification& classes = table.classification();
    const bool world = table.is_multi_regional();
    Sheet sheet{"rows",
                "",
                {{"sector", "sector"},
                 {"name", "name"},
                 {"exports", "exports", Style::flow},
                 {"domestic", "domestic", Style::flow},
                 {"domestic_share", "share", Style::percent},
                 {"double_counted", world ? "of it twice" : "", Style::flow},
                 {"taxes", "taxes", Style::flow},
                 {"foreign", world ? "foreign" : "imported", Style::flow},
                 {"foreign_share", "share", Style::percent, "", true}},
                {}};
    for (Index i = 0; i < content.domestic.size(); ++i) {
        const Index node = content.chain.nodes[static_cast<std::size_t>(i)];
        const Sector& sector = classes.sector(classes.sector_of(node));
        const double exports = content.chain.deliveries[i];
        const double domestic = content.domestic[i];
        const double foreign = content.foreign[i];
        sheet.rows.push_back(cells_of(sector.code, sector.name, exports, domestic,
                                      share_of(domestic, exports), content.double_counted[i],
                                      content.taxes[i], foreign, share_of(foreign, exports)));
    }
    return sheet;
}

/// Of all exports together.
Sheet origins(const Classification& classes, const ExportContent& content) {
    Sheet sheet{"origins",
                "Value added in all exports by origin",
                {{"region", "region"},
                 {"name", "name"},
                 {"value_added", "value added", Style::flow},
                 {"share", "of exports", Style::percent, "", true}},
                {}};
    const double exports = content.chain.deliveries.sum();
    for (std::size_t r = 0; r < classes.regions().size(); ++r) {
        const double value_added = content.by_region.row(static_cast<Index>(r)).sum();
        sheet.rows.push_back(cells_of(classes.regions()[r].code, classes.regions()[r].name,
                                      value_added, share_of(value_added, exports)));
    }
    return sheet;
}

/// A row per origin, a column per exporting sector.
Sheet matrix(const Classification& classes, const ExportContent& content,
             const std::vector<std::string>& rows, const Eigen::MatrixXd& values) {
    Sheet sheet{"rows", "", {{"origin", "origin"}}, {}};
    for (const Index node : content.chain.nodes) {
        const std::string& code = classes.sector(classes.sector_of(node)).code;
        sheet.columns.push_back({code, code, Style::flow});
    }
    for (Index k = 0; k < values.rows(); ++k) {
        std::vector<Cell> row = cells_of(rows[static_cast<std::size_t>(k)]);
        for (Index i = 0; i < values.cols(); ++i) row.emplace_back(values(k, i));
        sheet.rows.push_back(std::move(row));
    }
    return sheet;
}

std::vector<Field> totals(const IoTable& table, const ExportContent& content) {
    const double exports = content.chain.deliveries.sum();
    std::vector<Field> fields{
        {"home", "", Style::text,
         table.classification()
             .regions()[static_cast<std::size_t>(
                 table.classification().region_of(content.chain.nodes.front()))]
             .code},
        {"unit", "flows in", Style::text, table.meta().unit},
        {"exports", "exports", Style::flow, exports},
        {"domestic", "domestic value added", Style::flow, content.domestic.sum()},
        {"foreign", table.is_multi_regional() ? "foreign value added" : "imported content",
         Style::flow, content.foreign.sum()},
        {"taxes", "taxes on products", Style::flow, content.taxes.sum()},
        {"domestic_share", "domestic share", Style::percent,
         share_of(content.domestic.sum(), exports)},
        {"foreign_share", "foreign share", Style::percent,
         share_of(content.foreign.sum(), exports)}};
    if (table.is_multi_regional()) {
        fields.push_back({"absorbed_abroad", "of domestic: finally used abroad", Style::flow,
                          content.absorbed_abroad});
        fields.push_back(
            {"returned", "  comes back for use at home", Style::flow, content.returned});
        fields.push_back(
            {"double_counted", "  counted twice", Style::flow, content.double_counted.sum()});
    }
    return fields;
}

void run_exports(const ExportsOptions& options) {
    parse_output_format(options.output.format);
    const IoTable table = open_table(options.table);
    const Classification& classes = table.classification();
    if (!options.matrix.empty() && !table.is_multi_regional()) {
        throw ArgumentError("--matrix: a national table knows no origins");
    }
    naming_table(options.table.name, [&] { return gross_exports(table, options.home); });
    ModelRun run = start_model("exports", options.table.name, table, options.backend);
    const ExportContent content = naming_table(
        options.table.name, [&] { return export_content(table, options.home, run.model); });

    Document document;
    document.schema = "narrows.exports/1";
    document.fields = totals(table, content);
    document.title = "Value added in the exports of " +
                     std::get<std::string>(document.fields.front().value) + ", " + title_of(table);
    if (options.matrix.empty()) {
        document.sheets.push_back(summary(table, content));
        if (table.is_multi_regional()) document.sheets.push_back(origins(classes, content));
    } else if (options.matrix == "regions") {
        document.sheets.push_back(
            matrix(classes, content, codes_of(classes.regions()), content.by_region));
    } else {
        document.sheets.push_back(matrix(classes, content, classes.labels(),
                                         content.chain.content(run.model.coefficients().v)));
    }
    document.notes = {
        table.is_multi_regional()
            ? "domestic, foreign: value added in gross exports through the whole chain (Koopman, "
              "Wang & Wei); with taxes on products they are the exports. of it twice: what had "
              "left home before."
            : "domestic: value added in exports through the whole chain; imported: what is bought "
              "abroad for them (Hummels, Ishii & Yi); with taxes on products they are the "
              "exports."};
    run.record.parameters = {{"home", options.home}, {"matrix", options.matrix}};
    document.run = run.finished();
    print(std::move(document), options.output);
}

}  // namespace

void add_exports(CLI::App& app) {
    const auto options = std::make_shared<ExportsOptions>();
    CLI::App* command =
        app.add_subcommand("exports", "Value added in a country's exports, by origin");
    add_table_argument(*command, options->table);
    command
        ->add_option("--home", options->home,
                     "region whose exports are looked at; a world table needs it")
        ->type_name("CODE");
    command
        ->add_option("--matrix", options->matrix,
                     "print value added by origin, regions or sectors of regions, in the exports "
                     "of each of home's sectors")
        ->type_name("regions|sectors")
        ->check(one_of({"regions", "sectors"}));
    add_backend_options(*command, options->backend);
    add_output_options(*command, options->output);
    command->callback([options] { run_exports(*options); });
}

}  // namespace narrows::cli
