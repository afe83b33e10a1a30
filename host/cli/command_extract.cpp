#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "host/analysis/extraction.hpp"
#include "host/base/error.hpp"
#include "host/cli/commands.hpp"
#include "host/cli/options.hpp"

namespace narrows::cli {
namespace {

struct ExtractOptions {
    TableOptions table;
    std::string kind = "complete";
    double fraction = 1.0;
    bool by_region = false;
    std::vector<std::string> cell;  // two labels, or none
    bool cells = false;
    std::int64_t top = -1;
    OutputOptions output;
    BackendOptions backend;
};

constexpr std::int64_t default_cells = 100;  // of n^2, where the user names no number

struct Loss {
    std::string what;
    std::string name;
    double output = 0.0;
    double gdp = 0.0;
};

/// Losses of every sector in turn. A fraction below 1 is defined for rows and columns.
Eigen::MatrixXd sector_losses(const ExtractOptions& options, const ExtractionBase& base) {
    const Extraction kind = parse_extraction(options.kind);
    if (options.fraction == 1.0) return extraction_losses(kind, base);
    if (kind == Extraction::forward) return partial_row_losses(base, options.fraction);
    if (kind == Extraction::backward) return partial_column_losses(base, options.fraction);
    throw ArgumentError("--fraction is defined for --kind forward and backward, not " +
                        options.kind);
}

/// Where each region's sectors start, for tables where regions lie one after the other; otherwise
/// empty.
std::vector<std::int64_t> region_starts(const Classification& classes) {
    std::vector<std::int64_t> starts{0};
    for (std::size_t r = 0; r < classes.regions().size(); ++r) {
        const std::vector<Index> nodes = classes.nodes_of_region(static_cast<Index>(r));
        const auto size = static_cast<Index>(nodes.size());
        if (nodes.front() != starts.back() || nodes.back() != starts.back() + size - 1) return {};
        starts.push_back(starts.back() + size);
    }
    return starts;
}

/// Of the regions, by the columns of the base's weights.
Eigen::MatrixXd region_losses(const Classification& classes, const ExtractionBase& base) {
    if (!base.block_starts.empty()) return block_losses(base);
    Eigen::MatrixXd losses(static_cast<Index>(classes.regions().size()), base.weights.cols());
    for (Index r = 0; r < losses.rows(); ++r) {
        losses.row(r) = group_loss(base, classes.nodes_of_region(r)).transpose();
    }
    return losses;
}

/// Of the columns of the base's weights, the first is output and the second GDP.
std::vector<Loss> losses(const ExtractOptions& options, const IoTable& table,
                         const ExtractionBase& base) {
    const Classification& classes = table.classification();
    std::vector<Loss> result;
    if (!options.cell.empty()) {
        const Eigen::VectorXd loss = cell_loss(base, classes.node(options.cell[0]),
                                               classes.node(options.cell[1]), options.fraction);
        result.push_back({options.cell[0] + " > " + options.cell[1], "", loss[0], loss[1]});
    } else if (options.cells) {
        const auto count = static_cast<std::size_t>(options.top >= 0 ? options.top : default_cells);
        for (const Flow& flow : largest_flows(base, 1, options.fraction, count)) {
            const Eigen::VectorXd loss = cell_loss(base, flow.seller, flow.buyer, options.fraction);
            result.push_back({classes.label(flow.seller) + " > " + classes.label(flow.buyer), "",
                              loss[0], loss[1]});
        }
    } else if (options.by_region) {
        const Eigen::MatrixXd loss = region_losses(classes, base);
        for (std::size_t r = 0; r < classes.regions().size(); ++r) {
            const auto row = static_cast<Index>(r);
            result.push_back(
                {classes.regions()[r].code, classes.regions()[r].name, loss(row, 0), loss(row, 1)});
        }
    } else {
        const Eigen::MatrixXd loss = sector_losses(options, base);
        for (Index k = 0; k < table.num_nodes(); ++k) {
            result.push_back({classes.label(k), classes.sector(classes.sector_of(k)).name,
                              loss(k, 0), loss(k, 1)});
        }
    }
    std::stable_sort(result.begin(), result.end(),
                     [](const Loss& a, const Loss& b) { return a.gdp > b.gdp; });
    return result;
}

std::string what_is_extracted(const ExtractOptions& options) {
    if (!options.cell.empty() || options.cells) return "cell";
    return options.by_region ? "region" : options.kind;
}

/// What can be refused before a table is read.
void check(const ExtractOptions& options) {
    parse_output_format(options.output.format);
    parse_extraction(options.kind);
    if (!(options.fraction > 0.0 && options.fraction <= 1.0)) {
        throw ArgumentError(
            fmt::format("fraction is {}, expected a number above 0, at most 1", options.fraction));
    }
    if ((!options.cell.empty() || options.cells) && options.kind != "complete") {
        throw ArgumentError("--cell, --cells: takes the flow out, --kind does not apply");
    }
    if (options.by_region && (options.fraction != 1.0 || options.kind != "complete")) {
        throw ArgumentError("--by-region: regions are extracted completely");
    }
}

void run_extract(const ExtractOptions& options) {
    check(options);
    const IoTable table = open_table(options.table);
    if (options.by_region && !table.is_multi_regional()) {
        throw ArgumentError("--by-region: a national table has one region only");
    }
    ModelRun run = start_model("extract", options.table.name, table, options.backend);
    Eigen::MatrixXd weights(table.num_nodes(), 2);
    weights << Eigen::VectorXd::Ones(table.num_nodes()), run.model.coefficients().v;
    const ExtractionBase base(
        run.model, table.x(), table.final_demand(), std::move(weights),
        options.by_region ? region_starts(table.classification()) : std::vector<std::int64_t>{});
    std::vector<Loss> rows = losses(options, table, base);
    if (options.top >= 0) {
        rows.resize(std::min(rows.size(), static_cast<std::size_t>(options.top)));
    }
    const double gdp = table.value_added().sum();

    Document document;
    document.schema = "narrows.extract/1";
    run.record.parameters = {{"kind", what_is_extracted(options)},
                             {"fraction", options.fraction},
                             {"by_region", options.by_region},
                             {"cell", options.cell}};
    document.run = run.finished();
    document.title = "Hypothetical extraction, " + title_of(table);
    document.fields = {{"unit", "flows in", Style::text, table.meta().unit},
                       {"kind", "extraction", Style::text, what_is_extracted(options)},
                       {"fraction", "fraction", Style::text, options.fraction},
                       {"gdp", "GDP", Style::flow, gdp}};
    Sheet sheet{"rows",
                "",
                {{"sector", options.by_region ? "region" : "sector"},
                 {"name", "name"},
                 {"output_loss", "output loss", Style::flow},
                 {"gdp_loss", "GDP loss", Style::flow},
                 {"gdp_loss_share", "of GDP", Style::percent, "", true}},
                {}};
    for (const Loss& row : rows) {
        sheet.rows.push_back(
            cells_of(row.what, row.name, row.output, row.gdp, gdp != 0.0 ? row.gdp / gdp : 0.0));
    }
    document.sheets.push_back(std::move(sheet));
    if (options.top < 0) document.text_rows = 30;
    document.notes = {
        "Who loses sales when a sector disappears; not who is starved of an input: for that see "
        "`narrows rank`."};
    print(std::move(document), options.output);
}

}  // namespace

void add_extract(CLI::App& app) {
    const auto options = std::make_shared<ExtractOptions>();
    CLI::App* command = app.add_subcommand(
        "extract", "Hypothetical extraction of every sector, of regions or of one cell");
    add_table_argument(*command, options->table);
    std::vector<std::string> kinds;
    for (const Extraction kind : all_extractions()) {
        kinds.emplace_back(to_string(kind));
    }
    command->add_option("--kind", options->kind, "what of a sector is taken out")
        ->type_name(fmt::format("{}", fmt::join(kinds, "|")))
        ->capture_default_str();
    command
        ->add_option("--fraction", options->fraction,
                     "share taken out, for --kind forward and backward, for --cell and --cells")
        ->type_name("SHARE")
        ->capture_default_str()
        ->check(number());
    CLI::Option* regions =
        command->add_flag("--by-region", options->by_region, "extract every region as a whole");
    command->add_option("--cell", options->cell, "extract the flow from sector FROM to sector TO")
        ->expected(2)
        ->type_name("FROM TO")
        ->excludes(regions);
    command
        ->add_flag("--cells", options->cells,
                   fmt::format("extract every flow in turn; the {} largest losses of GDP, or --top",
                               default_cells))
        ->excludes(regions)
        ->excludes("--cell");
    command->add_option("--top", options->top, "only the first N rows")
        ->type_name("N")
        ->check(whole_number(0));
    add_backend_options(*command, options->backend);
    add_output_options(*command, options->output);
    command->callback([options] { run_extract(*options); });
}

}  // namespace narrows::cli
